"""The request for a judgement.

The system message says how to judge, and has all that is known of the case: it is the same for every reply of every
attempt at it. The one user message is the talk so far, which only grows at its end, and then a short task. So an
endpoint reads anew little more than what was said since the last judgement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from simulator.case import Case
from simulator.conversation import Language, Transcript
from simulator.documents import Passage
from simulator.judge.checking import Heard
from simulator.judge.criteria import table
from simulator.observation import speaks_to_judge
from simulator.prompts import Message, neutral, render
from simulator.scenarios.formats import Fact, HiddenFact
from simulator.scoring import Exchange, ReaderLanguage

_MOST_PAGES, _MOST_CHARACTERS, _PAGE_LENGTH = 8, 6_400, 900
"""So many pages of a case stand in the system message, of so many characters together, each cut to so many: a judge
that reads much finds less. The shipped scenarios cite three to seven pages of 1,300 to 3,500 characters."""
_MOST_LISTED = 20
_TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Task:
    """A request, and what is needed to check what comes back.

    Args:
        messages: the request.
        heard: what can be quoted.
        facts: ids of the facts that were not told before.
        hidden: ids of the hidden facts that were not told before.
    """

    messages: list[Message]
    heard: Heard
    facts: frozenset[str]
    hidden: frozenset[str]


def make_task(case: Case, transcript: Transcript, exchange: Exchange, language: ReaderLanguage) -> Task:
    """The request to judge a reply.

    Args:
        case: the case.
        transcript: the talk; what comes after the reply is left out.
        exchange: the reply, and what the rules found in it.
        language: what reasons are to be written in.
    """
    cited = pages_of(case)
    extra = extra_page(case, exchange, cited)
    static = {f"P{number}": passage for number, passage in enumerate(cited, start=1)}
    added = {f"P{len(cited) + 1}": extra} if extra is not None else {}
    shown = {**static, **added}
    said = transcript[: exchange.turn + 1]
    facts, hidden = _labels(case.scenario.facts), _labels(case.hidden_facts)
    reasons_in = table()["languages"][language]
    system = render(
        "judge",
        language=reasons_in,
        example=render(f"judge_example_{language}"),
        facts=_listed(facts),
        hidden=_listed(hidden),
        record=_record(case),
        pages=_pages(static) or "(none)",
    )
    user = [
        *(f"<{turn.role} {number}>\n{neutral(turn.text)}\n</{turn.role}>" for number, turn in enumerate(said, start=1)),
        _pages(added),
        render("judge_task", number=str(len(said)), language=reasons_in),
    ]
    return Task(
        messages=[{"role": "system", "content": system}, {"role": "user", "content": "\n\n".join(filter(None, user))}],
        heard=Heard(
            reply=exchange.reply,
            asked=_answered(said),
            passages={name: passage.text for name, passage in shown.items()},
            ids={name: passage.id for name, passage in shown.items()},
        ),
        facts=frozenset(facts).difference(exchange.before.conveyed),
        hidden=frozenset(hidden).difference(exchange.before.told),
    )


def templates(language: ReaderLanguage) -> tuple[str, ...]:
    """The templates of a request for reasons in a language."""
    return "judge", f"judge_example_{language}", "judge_task"


def caps() -> tuple[int, ...]:
    """What limits how much of a case is shown."""
    return _MOST_PAGES, _MOST_CHARACTERS, _PAGE_LENGTH, _MOST_LISTED, _TITLE_LENGTH


def _answered(said: Transcript) -> tuple[str, ...]:
    """What the customer said between the reply before and the last one; nothing where the agent went on alone."""
    since = takewhile(lambda turn: turn.role == "customer", reversed(said[:-1]))
    return tuple(turn.text for turn in since)[::-1]


def pages_of(case: Case) -> tuple[Passage, ...]:
    """The passages that a case is judged by: those of its facts, the needed ones first, then of its forbidden claims.

    A passage that speaks to the judge is left out, whoever put it into the documentation.
    """
    facts = sorted(case.scenario.facts, key=lambda fact: not fact.needed)
    wanted = [*(fact.source for fact in facts), *(claim.source for claim in case.scenario.forbidden)]
    shown: list[Passage] = []
    room = _MOST_CHARACTERS
    for passage in _readable(case, wanted):
        room -= min(len(passage.text), _PAGE_LENGTH)
        if room < 0 or len(shown) == _MOST_PAGES:
            break
        shown.append(passage)
    return tuple(shown)


def extra_page(case: Case, exchange: Exchange, shown: Collection[Passage]) -> Passage | None:
    """Another passage that decides about a reply: of what contradicts it, what was asked, what bears it out, the first.

    One at most: it stands behind the talk, where no cache keeps it.
    """
    checked = exchange.observation.claims
    wanted = [claim.passage for claim in checked if claim.verdict == "contradicted"]
    if exchange.before.pending is not None:
        wanted.append(case.fact(exchange.before.pending).source)
    wanted += [claim.passage for claim in checked if claim.verdict == "supported"]
    return next((passage for passage in _readable(case, wanted) if passage not in shown), None)


def _readable(case: Case, wanted: Iterable[str | None]) -> list[Passage]:
    """Some passages by their ids, each once, without those that speak to the judge."""
    known = {passage.id: passage for passage in case.passages_in(case.language)}
    found = [known[id] for id in dict.fromkeys(wanted) if id in known]
    return [passage for passage in found if not speaks_to_judge(passage.text)]


def _labels(parts: Iterable[Fact | HiddenFact]) -> dict[str, str]:
    labels = {part.id: part.label.get("en") or next(iter(part.label.values())) for part in parts}
    return dict(list(labels.items())[:_MOST_LISTED])


def _listed(labels: Mapping[str, str]) -> str:
    return "\n".join(f"- {id}: {neutral(label)}" for id, label in labels.items()) or "(none)"


def _record(case: Case) -> str:
    """What the agent's system shows, an entry a line. Without it a judge takes every date and amount of the record for
    invented."""
    today = case.scenario.today
    lines = [] if today is None else [f"Today is {today.isoformat()}."]
    for kind, entries in case.scenario.record.model_dump(mode="json", exclude_none=True).items():
        for entry in entries if isinstance(entries, list) else [entries]:
            texts = {name: _in_language(value, case.language) for name, value in entry.items()}
            shown = [f"{name}: {text}" for name, text in texts.items() if not speaks_to_judge(text)]
            lines.append(f"{kind.removesuffix('s').capitalize()}. {'; '.join(shown)}")
    return neutral("\n".join(lines))


def _in_language(value: str | Mapping[str, str], language: Language) -> str:
    return value if isinstance(value, str) else value.get(language) or next(iter(value.values()))


def _pages(named: Mapping[str, Passage]) -> str:
    # Named by a number: the file's name is a text from outside.
    return "\n".join(
        f"<page {name}>\n{_title(passage)}{neutral(_cut(passage.text))}\n</page>" for name, passage in named.items()
    )


def _title(passage: Passage) -> str:
    section = passage.title.rpartition(" · ")[2]
    if section == passage.page or speaks_to_judge(section):
        return ""
    return f"# {neutral(section[:_TITLE_LENGTH])}\n"


def _cut(text: str) -> str:
    return text if len(text) <= _PAGE_LENGTH else f"{text[:_PAGE_LENGTH].rsplit(' ', 1)[0]} …"
