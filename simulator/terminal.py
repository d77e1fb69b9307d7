"""Playing in a terminal: by hand on the real clock, or a file of replies on a simulated one."""

from __future__ import annotations

import time
from collections.abc import Sequence

import typer

from simulator.attempt import Attempt, MemoryLog
from simulator.case import Case
from simulator.conversation import Turn
from simulator.customers import ScriptedCustomer
from simulator.scoring import DIMENSIONS, RULE_SCORERS, in_words, word

_STOP = "/stop"


def play_file(case: Case, replies: Sequence[tuple[str, float]]) -> Attempt:
    """Plays replies on a simulated clock; what comes after the end of the conversation is left out.

    Args:
        case: the case.
        replies: each reply with the seconds after the customer's message (or the reply before it) that it is sent.
            An empty reply is waiting, and sends nothing.
    """
    now = [0.0]
    attempt = Attempt.begin(
        case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=MemoryLog(), clock=lambda: now[0]
    )
    for text, after in replies:
        send_at = now[0] + after
        while (due := attempt.next_silence()) is not None and due <= send_at:
            now[0] = due
            attempt.pass_time()
        now[0] = max(now[0], send_at)
        if attempt.outcome is not None:
            break
        if text.strip():
            attempt.reply(text)
    if attempt.outcome is None:
        attempt.stop()
    return attempt


def play(case: Case, *, quiet: bool = False) -> Attempt:
    """Plays in the terminal on the real clock until the conversation ends, the input ends or `/stop` is typed."""
    started = time.monotonic()
    attempt = Attempt.begin(
        case,
        customer=ScriptedCustomer(),
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: time.monotonic() - started,
    )

    def show(turn: Turn) -> None:
        if not quiet:
            typer.echo(f"\n{_customer(case)}: {turn.text}")

    if not quiet:
        typer.echo(f"{case.scenario.briefing[case.language]}\n({_STOP} ends the conversation.)")
    show(attempt.transcript[-1])
    while attempt.outcome is None:
        try:
            text = input("\n> " if not quiet else "")
        except (EOFError, KeyboardInterrupt):
            break
        for turn in attempt.pass_time():
            show(turn)
        if attempt.outcome is not None or text.strip() == _STOP:
            break
        if text.strip():
            attempt.reply(text)
            show(attempt.transcript[-1])
    attempt.stop()
    return attempt


def show(attempt: Attempt, *, talk: bool) -> None:
    """Prints how it went: with `talk` the conversation, then each reply's mark and the scorecard."""
    case = attempt.case
    exchanges = {exchange.turn: exchange for exchange in attempt.exchanges}
    for place, turn in enumerate(attempt.transcript):
        if talk:
            typer.echo(f"{'you' if turn.role == 'agent' else _customer(case)}: {turn.text}")
        exchange = exchanges.get(place)
        if exchange is not None:
            better = ""
            if exchange.mark not in ("best", "good"):
                before = exchange.before
                words = in_words(case, exchange.best, language=before.language, variant=before.replies)
                better = f"; better: {words}"
            typer.echo(f"  [{exchange.mark}{better}]" if talk else f"{exchange.reply[:60]!r}: {exchange.mark}{better}")
    card = attempt.scorecard()
    typer.echo(f"\nOutcome: {attempt.outcome}")
    for name in DIMENSIONS:
        score = card.scores[name]
        typer.echo(f"{name:14} {_value(score.value):>5}  {word(score.explanation, case)}")
    verdict = "passed" if card.passed else f"failed by {', '.join(card.failed)}"
    typer.echo(f"{'overall':14} {_value(card.overall):>5}  {verdict}")


def _customer(case: Case) -> str:
    return case.scenario.record.customer.name


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
