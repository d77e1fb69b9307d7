"""The hint after a reply: what worked, what it cost, one thing to try next. Pure, and the same for the same replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from simulator.case import Case
from simulator.coach.frameworks import Framework
from simulator.coach.frameworks import framework as framework_of
from simulator.coach.harms import Harm, gains, harms, readable, whole
from simulator.coach.tips import Sentences, move_tip, situation_tip, words
from simulator.conversation import Mood, Quote
from simulator.director import Situation, next_fact, next_hidden
from simulator.mood import effects
from simulator.scenarios.desk_format import IDENTITY
from simulator.scenarios.formats import MoveName
from simulator.scoring import Exchange, ReaderLanguage

_UPSET = 25.0
"""From this anger on, a feeling asks to be named and a harm to be apologised for."""
_SHOWN = 1.0
"""Points of mood that are worth mentioning."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A short word of the coach on one reply.

    Args:
        worked: what helped most, in a sentence; None if nothing did.
        worked_quote: the words of the reply that did it.
        cost: what cost most, in a sentence; None if nothing did.
        cost_quote: the words of the reply that did it.
        advice: one thing to try next.
        step: the step of the framework that the advice belongs to: "LAST · Apologise".
        framework: id of the framework.
    """

    worked: str | None
    worked_quote: Quote | None
    cost: str | None
    cost_quote: Quote | None
    advice: str
    step: str | None
    framework: str


@dataclass(frozen=True, slots=True)
class _Advice:
    text: str
    step: str | None


def hint(
    case: Case,
    exchange: Exchange,
    *,
    framework: str,
    reader: ReaderLanguage,
    low_pressure: bool = False,
    earlier: Sequence[Exchange] = (),
    over: bool = False,
) -> Hint:
    """The coach's word on a reply.

    Args:
        framework: id of the framework that names the steps.
        reader: the language of the hint.
        low_pressure: whether clock and numbers stay out of it.
        earlier: the replies of the attempt, so that the advice varies; those after this one are left aside.
        over: whether the conversation has ended, so that no next message can be advised.

    Raises:
        ValueError: there is no such framework; the message names those that exist.
    """
    chosen = framework_of(framework)
    said: dict[str, int] = {}
    for past in earlier:
        if past.turn < exchange.turn:
            said[_advice(_options(case, past, chosen, reader, low_pressure), said).text] = past.turn
    over = over or exchange.after.outcome is not None
    options = (
        _of_situation("over", case, chosen, reader) if over else _options(case, exchange, chosen, reader, low_pressure)
    )
    advice = _advice(options, said)
    helped, hurt = gains(case, exchange), _harms(case, exchange, low_pressure)
    return Hint(
        worked=words("worked", helped[0].key, reader) if helped else None,
        worked_quote=whole(helped[0].quote, exchange) if helped else None,
        cost=_cost(hurt[0], reader, low_pressure) if hurt else None,
        cost_quote=readable(hurt[0].quote, exchange) if hurt and hurt[0].quote else None,
        advice=advice.text,
        step=advice.step,
        framework=chosen.id,
    )


def _harms(case: Case, exchange: Exchange, low_pressure: bool) -> list[Harm]:
    return [harm for harm in harms(case, exchange) if not (low_pressure and harm.key == "late")]


def _cost(harm: Harm, reader: ReaderLanguage, low_pressure: bool) -> str:
    sentence = words("cost", harm.key, reader)
    points = "" if low_pressure else _points(harm.shift, reader)
    return f"{sentence} {points}".rstrip()


def _points(shift: Mood, reader: ReaderLanguage) -> str:
    """What got worse, in points: "Anger +14, trust −8."."""
    worse = {"anger": shift.anger, "confusion": shift.confusion, "trust": -shift.trust}
    shown = [
        f"{words('mood', name, reader)} {'−' if name == 'trust' else '+'}{points:.0f}"
        for name, points in worse.items()
        if points >= _SHOWN
    ]
    text = ", ".join(shown)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _advice(options: Iterable[_Advice], said: Mapping[str, int]) -> _Advice:
    """Of the sentences on what matters most, one that was not said yet, or the one said longest ago."""
    return min(options, key=lambda option: said.get(option.text, -1))


def _options(
    case: Case, exchange: Exchange, framework: Framework, reader: ReaderLanguage, low_pressure: bool
) -> Iterator[_Advice]:
    """The sentences that fit what matters most, the aptest first."""
    hurt = _harms(case, exchange, low_pressure)
    if hurt:
        yield from _instead_of(hurt[0], case, framework, reader)
    elif exchange.after.settled:
        yield from _of_situation("settled", case, framework, reader)
    elif missed := _missed(case, exchange):
        moves = [list(_sentences(tips, move, framework, reader)) for move, tips in missed]
        who = list(_of_situation("identity_first", case, framework, reader)) if _is_due(case, exchange.after) else []
        yield from _in_turns([*moves, who])
    else:
        yield from _what_comes_next(case, exchange, framework, reader)


def _instead_of(harm: Harm, case: Case, framework: Framework, reader: ReaderLanguage) -> Iterator[_Advice]:
    """What to do instead of something that did harm."""
    tip = move_tip(harm.key)
    if tip is None:
        yield from _of_situation(harm.key, case, framework, reader, passage=harm.passage)
    else:
        yield from _sentences(tip.avoid or {}, tip.instead or harm.key, framework, reader)


def _missed(case: Case, exchange: Exchange) -> list[tuple[MoveName, Sentences]]:
    """The moves of the best reply that were not made, each with its tip, the most helpful first."""
    if exchange.mark == "best":
        return []
    missed = [move for move in exchange.best.moves if not exchange.treatment.makes(move)]
    found = []
    for move in sorted(missed, key=lambda move: -_helps(case, exchange, move)):
        tip = move_tip(move)
        if tip and tip.to_try and (exchange.after.mood.anger >= _UPSET or not tip.upset):
            found.append((move, tip.to_try))
    return found


def _helps(case: Case, exchange: Exchange, move: MoveName) -> float:
    effect, heard = effects()[move], exchange.before.times_heard(move)
    worth = 0.3 * effect.trust - 0.6 * effect.anger - 0.2 * effect.confusion
    return float(case.persona.sensitivity.get(move, 1.0) * worth * 0.6**heard)


def _what_comes_next(case: Case, exchange: Exchange, framework: Framework, reader: ReaderLanguage) -> Iterator[_Advice]:
    """What the customer asks for and what is still to be asked, in turns; praise where nothing is left."""
    fact, hidden = next_fact(case, exchange.after), next_hidden(case, exchange.after)
    told = list(_of_situation("fact_next", case, framework, reader, passage=fact.source)) if fact else []
    if _is_due(case, exchange.after):
        asking = list(_of_situation("identity_first", case, framework, reader))
        yield from _in_turns([asking, told])
    else:
        asking = list(_of_situation("hidden_unasked", case, framework, reader)) if hidden else []
        yield from _in_turns([told, asking])
    if not told and not asking:
        yield from _of_situation("keep_going", case, framework, reader)


def _is_due(case: Case, situation: Situation) -> bool:
    """Whether the case needs to know who is writing, and the customer was not asked yet."""
    desk = case.scenario.desk
    checks = [entry for entry in desk.must if entry.action == "verify_identity"] if desk else []
    return any(situation.told.isdisjoint({IDENTITY, *entry.after}) for entry in checks)


def _in_turns(lists: list[list[_Advice]]) -> Iterator[_Advice]:
    """The first of each, then the second of each: ideas vary before words do."""
    for row in zip_longest(*lists):
        yield from (advice for advice in row if advice is not None)


def _of_situation(
    key: str, case: Case, framework: Framework, reader: ReaderLanguage, *, passage: str | None = None
) -> Iterator[_Advice]:
    titles = {found.id: found.title for found in case.passages_in(reader)}
    page = titles.get(passage or "")
    for advice in _sentences(situation_tip(key, case), key, framework, reader):
        if page is not None or "{page}" not in advice.text:
            yield _Advice(advice.text.replace("{page}", page or ""), advice.step)


def _sentences(tips: Sentences, key: str, framework: Framework, reader: ReaderLanguage) -> Iterator[_Advice]:
    """The sentences of a tip, with the step of the framework; a move that a step begins with has the step's tip too."""
    step = framework.step_for(key)
    name = f"{framework.name[reader]} · {step.name[reader]}" if step else None
    for text in tips.get(reader, []):
        yield _Advice(text, name)
    if step is not None and step.moves[:1] == (key,):
        yield _Advice(step.tip[reader], name)
