"""Playing in a terminal: by hand on the real clock, or a file of replies on a simulated one."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typer

from simulator.attempt import Attempt, ReplyTooLong
from simulator.case import Case
from simulator.conversation import StepKind, Turn
from simulator.customers import Customer
from simulator.desk import BadAction, DeskClosed
from simulator.log import MemoryLog
from simulator.scoring import DIMENSIONS, RULE_SCORERS, in_words, word

_STOP, _DO, _FORM = "/stop", "/do", "/form"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of replies.

    Args:
        after: seconds after the line before it, or after the customer's message.
        text: what is said; empty for waiting only.
        kind: for a line that does something at the desk, `action` or `form`.
        body: what with.
    """

    after: float
    text: str = ""
    kind: StepKind | None = None
    body: Mapping[str, str] | None = None


def play_file(case: Case, lines: Sequence[Line], *, customer: Customer) -> Attempt:
    """Plays lines on a simulated clock; what is said after the end of the conversation is left out.

    Where no line does anything at the desk, it is not part of the play: there is no process to score.

    Args:
        case: the case.
        lines: what the trainee says and does.
        customer: gives the customer its words.

    Raises:
        BadAction, DeskClosed: something cannot be done at the desk.
        ReplyTooLong: a line says more than a reply may have.
    """
    now = [0.0]
    attempt = Attempt.begin(
        case,
        customer=customer,
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: now[0],
        with_desk=any(line.kind for line in lines),
    )
    for line in lines:
        send_at = now[0] + line.after
        while (due := attempt.next_silence()) is not None and due <= send_at:
            now[0] = due
            attempt.pass_time()
        now[0] = max(now[0], send_at)
        if line.kind is not None:
            attempt.do(line.kind, line.body)
            attempt.answer()
        elif line.text.strip() and attempt.outcome is None:
            attempt.reply(line.text)
    if attempt.outcome is None:
        attempt.close()
    return attempt


def play(case: Case, *, customer: Customer, quiet: bool = False) -> Attempt:
    """Plays in the terminal on the real clock until the conversation ends, the input ends or `/stop` is typed.

    `/do` and `/form` work at the desk.

    Args:
        case: the case.
        customer: gives the customer its words.
        quiet: whether nothing of the conversation is printed.
    """
    started = time.monotonic()
    attempt = Attempt.begin(
        case,
        customer=customer,
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: time.monotonic() - started,
    )

    def show(turn: Turn) -> None:
        if not quiet:
            typer.echo(f"\n{_customer(case)}: {turn.text}")

    if not quiet:
        typer.echo(
            f"{case.scenario.briefing[case.language]}\n({_STOP} ends the conversation. At the desk: "
            f"{_DO} verify_identity; {_DO} refund order=… amount=…; {_FORM} category=billing note='…')"
        )
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
        before = len(attempt.transcript)
        if text.startswith((_DO, _FORM)):
            _work(attempt, text)
        elif text.strip():
            try:
                attempt.reply(text)
            except ReplyTooLong as error:
                typer.echo(f"  {error}", err=True)
        for turn in attempt.transcript[before:]:
            if turn.role == "customer":
                show(turn)
    attempt.close()
    return attempt


def _work(attempt: Attempt, command: str) -> None:
    """Does at the desk what a command says, or says why it cannot be done."""
    try:
        verb, *words = shlex.split(command)
        named = dict(word.split("=", 1) for word in words if "=" in word)
        plain = [word for word in words if "=" not in word]
        attempt.do("form", named) if verb == _FORM else attempt.do("action", {"action": " ".join(plain), **named})
    except (BadAction, DeskClosed, ValueError) as error:
        typer.echo(f"  {error}", err=True)
    attempt.answer()


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
        if name not in card.scores:
            continue
        score = card.scores[name]
        typer.echo(f"{name:14} {_value(score.value):>5}  {word(score.explanation, case)}")
    verdict = (
        "no verdict" if card.passed is None else "passed" if card.passed else f"failed by {', '.join(card.failed)}"
    )
    typer.echo(f"{'overall':14} {_value(card.overall):>5}  {verdict}")


def _customer(case: Case) -> str:
    return case.scenario.record.customer.name


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
