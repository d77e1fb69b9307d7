"""Numbers, codes and addresses: which of them a customer has heard, however they are written."""

from __future__ import annotations

import time

import pytest

from simulator.customers.details import details, names, unknown

KNOWN = names(
    "Your order AB-4471-902 of 661.90 EUR was sent on 2024-05-17; call 0800 123 4567, or ask for 22 03 98. The total "
    "was 1 299,00 EUR, and 1,450 before. We wrote to maria.k@example.com."
)


@pytest.mark.parametrize(
    "said",
    [
        *("661,90", "661", "€661.90", "661.90EUR", "1299", "1,299.00", "1 299", "1299,00", "1450", "1.450,00"),
        *("AB-4471-902", "ab4471902", "AB 4471 902", "4471-902", "4471902"),
        *("17.05.2024", "17.5.2024", "05/17/2024", "17.05.", "2024"),
        *("08001234567", "0800-123-4567", "0800 123 4567", "maria.k@example.com", "Maria.K@example.com.", "99"),
    ],
)
def test_what_was_heard_may_be_written_in_another_way(said: str) -> None:
    assert unknown(f"It says {said} here, and I want it now!", KNOWN) is None


@pytest.mark.parametrize(
    "said",
    [
        *("902", "190", "234", "719", "204", "445", "500", "7129"),  # out of others run together
        *("661.55", "1299,50", "18.05.2024", "AB-4471-903", "902-4471", "k@example.com", "maria.k@example.co"),
    ],
)
def test_what_was_not_heard_is_found(said: str) -> None:
    assert unknown(f"It says {said} here, and I want it now!", KNOWN) == said


@pytest.mark.parametrize("piece", ["a", "5 ", "5.", "-", "_1", "a@", "a.b@", "1-", " "])
def test_long_texts_take_as_long_as_they_are_long(piece: str) -> None:
    def seconds(length: int) -> float:
        names.cache_clear()
        text = (piece * length)[:length]
        began = time.process_time()
        names(text)
        details(text)
        unknown(text, KNOWN)
        return time.process_time() - began

    assert seconds(20_000) < 0.02 + 12 * min(seconds(5_000) for _ in range(3))
