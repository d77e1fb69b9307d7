"""How a ticket stands: what the trainee has done and filed, one step after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator import ticket
from simulator.case import Case
from simulator.conversation import Language, Step
from simulator.scenarios.desk_format import ActionName
from simulator.scenarios.fields import Translated

_LONGEST_TEXT = 2_000


class DeskClosed(RuntimeError):
    """Something was to be done with a ticket that is closed."""

    def words(self, language: Language = "en") -> str:
        """The same for the trainee; in English where the language has no words of the desk."""
        return _words(ticket.table().problems["closed"], language)


class BadAction(ValueError):
    """Something cannot be done as it was asked for. The message says which field and what to do.

    Args:
        problem: a key of `problems` in `desk.yaml`.
        label: of the field that it is about, if of one.
        values: what fills the placeholders of the problem; texts by language are taken in the reader's.
    """

    def __init__(self, problem: str, label: Translated | None = None, **values: str | Translated) -> None:
        self._problem, self._values = problem, {**values, **({"field": label} if label else {})}
        super().__init__(self.words())

    def words(self, language: Language = "en") -> str:
        """The same for the trainee; in English where the language has no words of the desk."""
        values = {
            name: value if isinstance(value, str) else _words(value, language) for name, value in self._values.items()
        }
        return _words(ticket.table().problems[self._problem], language).format(**values)


@dataclass(frozen=True, slots=True)
class Done:
    """An action that was carried out.

    Args:
        action: its name.
        fields: its fields, as the trainee filled them in.
        at: seconds since the attempt started.
        place: how many turns stood in the transcript then.
        told: the hidden facts that the customer had told by then.
    """

    action: ActionName
    fields: Mapping[str, str]
    at: float
    place: int
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """How a ticket stands.

    Args:
        done: the actions, in order.
        category: as filed, or None.
        priority: as filed, or None.
        disposition: as filed, or None.
        note: the form's internal note.
    """

    done: tuple[Done, ...] = ()
    category: str | None = None
    priority: str | None = None
    disposition: str | None = None
    note: str = ""

    @property
    def closed(self) -> bool:
        """Whether the trainee has closed the ticket: nothing changes in it after that."""
        return any(done.action == "close" for done in self.done)


def validate_action(case: Case, desk: Desk, body: Mapping[str, str]) -> None:
    """Whether an action can be carried out now.

    Args:
        body: `action`, and its fields by name.

    Raises:
        DeskClosed: the ticket is closed.
        BadAction: the action is unknown, or a field is unknown, missing, not in the record or unreadable.
    """
    if desk.closed:
        raise DeskClosed("the ticket is closed")
    action = ticket.table().actions.get(body.get("action", ""))  # type: ignore[call-overload]
    if action is None:
        raise BadAction("unknown_action")
    for name in sorted(body.keys() - action.fields.keys() - {"action"}):
        raise BadAction("unknown_field", field=name)
    for name, about in action.fields.items():
        _validate_field(case, about, body.get(name, "").strip())


def _validate_field(case: Case, about: ticket.Field, value: str) -> None:
    if not value:
        raise BadAction("missing", about.label)
    if len(value) > _LONGEST_TEXT:
        raise BadAction("too_long", about.label, most=str(_LONGEST_TEXT))
    known = ticket.ids_of(case.scenario.record, about.kind)
    if about.kind in ("order", "item") and not any(ticket.same(about.kind, value, id) for id in known):
        raise BadAction(f"no_{about.kind}", about.label, known=", ".join(known) or "–")
    if about.kind == "amount" and ticket.amount_of(value) is None:
        raise BadAction("no_amount", about.label)
    if about.choices and value not in about.choices:
        raise BadAction("no_choice", about.label, known=_listed(about.choices))


def validate_form(desk: Desk, body: Mapping[str, str]) -> None:
    """Whether the form can be filled in so.

    Args:
        body: `category`, `priority`, `disposition` or `note` with its new value; an empty one takes it back.

    Raises:
        DeskClosed: the ticket is closed.
        BadAction: a field or a choice is unknown, or the note is too long.
    """
    if desk.closed:
        raise DeskClosed("the ticket is closed")
    table = ticket.table()
    for name, value in body.items():
        if name not in table.form_labels:
            raise BadAction("unknown_field", field=name)
        if name in table.form and value and value not in table.form[name]:
            raise BadAction("no_choice", table.form_labels[name], known=_listed(table.form[name]))
        if len(value) > _LONGEST_TEXT:
            raise BadAction("too_long", table.form_labels[name], most=str(_LONGEST_TEXT))


def take(case: Case, desk: Desk, step: Step, *, told: frozenset[str]) -> Desk:
    """The desk after a step. Only actions and the form change it; what cannot be done leaves it as it was.

    Args:
        told: the hidden facts that the customer has told so far.
    """
    try:
        if step.kind == "action":
            validate_action(case, desk, step.body)
            fields = {name: value for name, value in step.body.items() if name != "action"}
            action: ActionName = step.body["action"]  # type: ignore[assignment]
            return replace(desk, done=(*desk.done, Done(action, fields, step.at, step.place, told)))
        if step.kind == "form":
            validate_form(desk, step.body)
            filed = {name: value or None for name, value in step.body.items() if name != "note"}
            return replace(desk, note=step.body.get("note", desk.note), **filed)  # type: ignore[arg-type]
    except (BadAction, DeskClosed):
        return desk
    return desk


def _words(texts: Translated, language: Language) -> str:
    return texts.get(language) or texts["en"]


def _listed(choices: Mapping[str, Translated]) -> Translated:
    return {language: ", ".join(label[language] for label in choices.values()) for language in ("en", "ru")}
