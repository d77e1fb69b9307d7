"""What the trainee did besides speaking: desk steps, and what was looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator import ticket
from simulator.attempt import Attempt
from simulator.conversation import Step
from simulator.debrief.review import label_of, passage_of
from simulator.scoring import ReaderLanguage


@dataclass(frozen=True, slots=True)
class DeskStep:
    """Something done at the desk.

    Args:
        kind: what.
        text: the same in the reader's language, with what it was done with. It holds what the trainee wrote.
        at: seconds since the attempt started.
        reply: how many replies had been sent by then.
    """

    kind: Literal["action", "form", "macro", "search", "passage"]
    text: str
    at: float
    reply: int


@dataclass(frozen=True, slots=True)
class DeskLog:
    """The desk of an attempt.

    Args:
        judged: whether the case has a desk, so that there is a process to score.
        done: actions, form entries and macros, in order.
        looked_up: searches and passages opened, in order: never judged.
    """

    judged: bool
    done: tuple[DeskStep, ...]
    looked_up: tuple[DeskStep, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions in words."""
        return tuple(step.text for step in self.done if step.kind == "action")


def desk_log(attempt: Attempt, *, reader: ReaderLanguage) -> DeskLog:
    """What was done at the desk of an attempt.

    Args:
        attempt: ended or not.
        reader: the language to word it in.
    """
    done, looked_up = [], []
    for step in attempt.steps:
        reply = sum(turn.role == "agent" for turn in attempt.transcript[: step.place])
        if step.kind == "action":
            done.append(DeskStep("action", _action(step.body, reader), step.at, reply))
        elif step.kind == "form":
            done += [DeskStep("form", text, step.at, reply) for text in _form(step.body, reader)]
        elif step.kind == "macro":
            done.append(DeskStep("macro", step.body.get("text", ""), step.at, reply))
        elif step.kind == "search":
            looked_up.append(DeskStep("search", step.body.get("query", ""), step.at, reply))
        elif step.kind == "passage":
            looked_up.append(DeskStep("passage", _passage(attempt, step, reader), step.at, reply))
    return DeskLog("process" in attempt.scorecard().scores, tuple(done), tuple(looked_up))


def _action(body: Mapping[str, str], reader: ReaderLanguage) -> str:
    """An action such as "Refund (LD-204418, 68.19 EUR)"; one that the desk does not know by its bare name."""
    name = body.get("action", "")
    known = {str(action): about for action, about in ticket.table().actions.items()}.get(name)
    if known is None:
        return name
    values = []
    for field, about in known.fields.items():
        if value := body.get(field):
            values.append(label_of(about.choices[value], reader) if value in about.choices else value)
    label = label_of(known.label, reader)
    return f"{label} ({', '.join(values)})" if values else label


def _form(body: Mapping[str, str], reader: ReaderLanguage) -> list[str]:
    table = ticket.table()
    filled = []
    for field, value in body.items():
        if field in table.form_labels:
            choices = table.form.get(field, {})
            shown = label_of(choices[value], reader) if value in choices else value
            filled.append(f"{label_of(table.form_labels[field], reader)}: {shown or '–'}")
    return filled


def _passage(attempt: Attempt, step: Step, reader: ReaderLanguage) -> str:
    id = step.body.get("passage", "")
    passage = passage_of(attempt, id, reader=reader)
    return passage.title if passage is not None else id
