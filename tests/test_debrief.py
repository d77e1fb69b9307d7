"""The debrief: it tells what happened, in both languages, and never lets anybody's text out as HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attempts import attempt_of

from simulator import channels, history, practice
from simulator.attempt import Attempt
from simulator.conversation import Language
from simulator.debrief import Debrief, compare, debrief, disputable, receipt, shared_turns
from simulator.debrief.language import NoteKind
from simulator.history import Store
from simulator.observation.lexicon import say
from simulator.practice import Practice
from simulator.report import report
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import TraineeName, play
from simulator.scoring import ReaderLanguage, best_reply, in_words
from simulator.versions import version_of

LIBRARY = load_library()
READERS: tuple[ReaderLanguage, ...] = ("en", "ru")
TRAINEES: tuple[TraineeName, ...] = ("expert", "novice", "rude", "kind-but-wrong", "keyword-stuffer", "silent")
QUOTED = re.compile(r"Reply \d+ \(“(.+?)”\)")


def debrief_of(attempt: Attempt, reader: ReaderLanguage = "en") -> Debrief:
    return debrief(attempt, scenarios=LIBRARY.scenarios, reader=reader)


def best(attempt: Attempt) -> str:
    situation = attempt.situation
    option = best_reply(attempt.case, situation)
    return in_words(attempt.case, option, language=situation.language, variant=situation.replies)


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    return history.open_store(tmp_path / "history.db")


def begun(kept: Store, *replies: str) -> Practice:
    made = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Mira")
    for reply in replies:
        made.attempt.reply(reply)
    return made


# The story


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
@pytest.mark.parametrize("trainee", TRAINEES)
def test_a_story_has_four_to_eight_whole_sentences(scenario: str, trainee: TraineeName) -> None:
    attempt = play(LIBRARY.cast(scenario), trainee)
    for reader in READERS:
        told = debrief_of(attempt, reader).story
        assert 4 <= len(told) <= 8
        assert told == debrief_of(attempt, reader).story
        for sentence in told:
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert sentence[-1] in ".!?…"
            assert not set("{}") & set(sentence)


def test_a_story_quotes_what_turned_the_mood() -> None:
    attempt = attempt_of("Calm down, please.")
    attempt.reply(best(attempt))
    told = " ".join(debrief_of(attempt).story)
    assert "Reply 1 (“Calm down”) did the most harm" in told
    helped = QUOTED.findall(told)[1].removesuffix("…")
    assert helped in attempt.exchanges[1].reply
    mood = attempt.exchanges[0]
    assert f"anger rose from {mood.before.mood.anger:.0f} to {mood.after.mood.anger:.0f}" in told


def test_a_story_names_what_was_left_out_and_what_was_wrong() -> None:
    case = LIBRARY.cast("late-refund")
    claim = case.scenario.forbidden[0]
    told = " ".join(debrief_of(attempt_of(case.scenario.facts[0].answer["en"], claim.example["en"])).story)
    assert case.scenario.facts[1].label["en"] in told
    assert case.scenario.facts[0].label["en"] not in told
    assert "One statement was wrong" in told
    assert case.scenario.hidden[0].label["en"] in told


def test_a_story_tells_of_the_desk_and_the_end() -> None:
    attempt = attempt_of("Hello, I am looking at your return now.")
    attempt.do("action", {"action": "escalate", "team": "billing"})
    attempt.stop()
    told = " ".join(debrief_of(attempt).story)
    assert "At the desk this was done: Pass on (Billing)." in told
    assert "You stopped here, which is never held against you" in told
    assert "Здесь вы остановились" in debrief_of(attempt, "ru").story[-1]


# Tables


def test_the_accuracy_table_tells_said_from_missed_from_wrong() -> None:
    case = LIBRARY.cast("late-refund")
    claim = next(c for c in case.scenario.forbidden if c.source in {fact.source for fact in case.scenario.facts})
    said = next(fact for fact in case.scenario.facts if fact.source != claim.source)
    hidden = case.scenario.hidden[0]
    attempt = attempt_of(said.answer["en"], claim.example["en"], hidden.ask["en"])
    table = debrief_of(attempt).accuracy
    rows = {row.label: row for row in table.facts}
    assert rows[said.label["en"]].state == "said"
    wrong = [row for row in table.facts if row.state == "wrong"]
    assert {row.passage for row in wrong} == {claim.source}
    assert {row.reply for row in wrong} == {2}
    missed = [row for row in table.facts if row.state == "missed"]
    assert missed
    assert all(row.quote is None and row.reply is None for row in missed)
    assert rows[hidden.label["en"]].state == "asked"
    for row in table.facts:
        assert row.quote is None or (row.reply and row.quote in attempt.exchanges[row.reply - 1].reply)
    assert [row.label for row in table.claims if row.verdict == "contradicted"] == [claim.label["en"]]


def test_a_statement_that_is_repeated_is_one_row() -> None:
    claim = "You get the money within 30 days."
    table = debrief_of(attempt_of(" ".join([claim] * 6), claim)).accuracy
    rows = [row for row in table.claims if row.quote.rstrip(".") == claim.rstrip(".")]
    assert len(rows) == 1
    assert (rows[0].replies, rows[0].times) == ((1, 2), 7)


def test_moves_are_counted_against_those_that_would_have_helped() -> None:
    moves = {move.move: move for move in debrief_of(attempt_of("Calm down.", "Please calm down now.")).moves}
    assert (moves["tells_to_calm_down"].used, moves["tells_to_calm_down"].helps) == (2, False)
    assert (moves["names_feeling"].used, moves["names_feeling"].wanted, moves["names_feeling"].met) == (0, 2, 0)


def test_who_makes_every_best_move_has_left_none_out() -> None:
    attempt = attempt_of()
    attempt.reply(best(attempt))
    assert all(move.wanted == move.met for move in debrief_of(attempt).moves)


def test_the_desk_lists_steps_and_looking_up_apart() -> None:
    attempt = attempt_of("Hello, I am looking at your return now.")
    attempt.do("search", {"query": "refund time", "language": "en", "found": ""})
    attempt.do("passage", {"passage": attempt.case.scenario.facts[0].source})
    attempt.do("form", {"category": "billing"})
    attempt.do("action", {"action": "escalate", "team": "billing"})
    attempt.do("hint", {"reply": "1"})
    found = debrief_of(attempt, "ru")
    assert [step.text for step in found.desk.done] == [
        "Категория: Счета и оплата",
        "Передать в другой отдел (Отдел расчётов)",
    ]
    assert [step.kind for step in found.desk.looked_up] == ["search", "passage"]
    assert {step.reply for step in found.desk.done} == {1}
    assert found.help == {"hint": 1, "better_reply": 0, "take_back": 0, "pause": 0}


def test_reply_times_are_summed_up_with_the_source_of_the_band() -> None:
    found = debrief_of(attempt_of(*(fact.answer["en"] for fact in LIBRARY.scenarios["late-refund"].facts[:2])))
    assert found.times is not None
    assert (found.times.first, found.times.median, found.times.worst) == (20, 20, 20)
    assert (found.times.replies, found.times.inside, found.times.share) == (2, 2, 1.0)
    assert "no study" in found.times.source
    assert debrief_of(attempt_of()).times is None


def test_a_reply_that_only_keeps_waiting_has_no_time_of_its_own_as_in_the_score() -> None:
    attempt = attempt_of("One moment, please.", after=30)
    answer = attempt.case.scenario.facts[0].answer["en"]
    longer = attempt_of("One moment, please.", answer, after=30)
    assert [exchange.treatment.stalling for exchange in longer.exchanges] == [True, False]
    found, score = debrief_of(longer), longer.scorecard().scores["reply_time"]
    assert found.times is not None
    assert [reply.timed for reply in found.review.replies] == [False, True]
    assert (found.times.first, found.times.replies) == (60, 1)
    told = score.explanation.values
    assert (told["first"], told["replies"], told["inside"]) == (60, 1, found.times.inside)
    strong, good = channels.targets_of(attempt.case.scenario, first=True)
    assert [(reply.strong, reply.good) for reply in found.review.replies] == [(strong, good)] * 2
    only = debrief_of(attempt).times
    assert only is not None
    assert (only.first, only.replies) == (30, 1)


# Language


@pytest.mark.parametrize(
    ("kind", "language", "replies"),
    [
        ("wrong_language", "en", ["Здравствуйте, деньги вернутся на карту в течение пяти дней."]),
        ("mixed_register", "ru", ["Подскажите, пожалуйста, ваш номер заказа.", "Я проверю твой заказ прямо сейчас."]),
        ("informal", "de", ["Hast du deine Bestellnummer zur Hand?"]),
        ("mixed_register", "de", ["Wie kann ich Ihnen helfen?", "Schick mir bitte deine Bestellnummer."]),
        ("informal", "es", ["¿Me dices tu número de pedido?"]),
        ("casual", "en", ["I am gonna look into your refund."]),
        ("shouting", "en", ["THE REFUND IS NOT READY."]),
        ("shouting", "ru", ["Ждите ответа склада!!!"]),
        ("long", "en", ["The return is being checked at the warehouse. " * 20]),
        ("same_sentence", "en", ["I will look into this for you. Hello.", "I will look into this for you. The card?"]),
        (
            "near_duplicate",
            "en",
            [
                "I will check with the warehouse when your refund is going to be released.",
                "Please wait: I will check with the warehouse when your refund is going to be released.",
            ],
        ),
        (
            "same_opening",
            "en",
            [
                "We are sorry about the delay.",
                "We are sorry that the card has expired.",
                "We are sorry, the fee stays with us.",
            ],
        ),
    ],
)
def test_language_notes(kind: NoteKind, language: Language, replies: list[str]) -> None:
    for reader in READERS:
        notes = {note.kind: note for note in debrief_of(attempt_of(*replies, language=language), reader).language}
        assert kind in notes
        assert notes[kind].quote in replies[notes[kind].replies[0] - 1]


@pytest.mark.parametrize(
    ("language", "replies"),
    [
        ("en", ["Your VISA refund is on its way, order TW-5038214.", "The bank needs 3 to 5 business days."]),
        ("ru", ["Здравствуйте! Подскажите, пожалуйста, ваш номер заказа.", "Спасибо, вижу вашу посылку на складе."]),
        ("de", ["Ich sehe Ihre Rücksendung im Lager.", "Sie ist vollständig, und ich melde mich bei Ihnen."]),
        ("es", ["Veo su devolución en el almacén.", "¿Puede usted confirmarme el número de pedido?"]),
    ],
)
def test_plain_polite_replies_get_no_note(language: Language, replies: list[str]) -> None:
    assert debrief_of(attempt_of(*replies, language=language)).language == ()


@pytest.mark.parametrize(
    ("reply", "quote"),
    [
        ("Wait for\nthe warehouse!!! Really!!!!", "warehouse!!!"),
        ("a" * 19_990 + " why???", "why???"),
        ("AA " * 5_000 + "AAa", None),
        ("A" * 20_000, ""),
        ("!?" * 10_000, "!?" * 10_000),
        ("[" * 20_000, ""),
        ("." * 20_000, ""),
        ("AA" + " ," * 9_999, ""),
    ],
    ids=lambda value: str(value)[:8],
)
def test_shouting_is_found_in_long_hostile_replies(reply: str, quote: str | None) -> None:
    """What a search for it costs grows with the length of a reply and not with its square."""
    notes = {note.kind: note.quote for note in debrief_of(attempt_of(reply)).language}
    if quote is None:
        assert notes["shouting"] in reply
    else:
        assert notes.get("shouting", "") == quote


# What to practise next


@pytest.mark.parametrize("trainee", TRAINEES)
def test_advice_names_other_scenarios(trainee: TraineeName) -> None:
    attempt = play(LIBRARY.cast("late-refund"), trainee)
    for reader in READERS:
        advised = debrief_of(attempt, reader).advice
        assert 1 <= len(advised) <= 3
        named = [item.scenario for item in advised]
        assert len(set(named)) == len(named)
        assert "late-refund" not in named
        for item in advised:
            assert item.scenario in LIBRARY.scenarios
            assert item.scenario_title == LIBRARY.scenarios[item.scenario].title[reader]
            assert not set("{}") & set(item.text)


def test_advice_goes_by_what_was_weak() -> None:
    foreign = debrief_of(play(LIBRARY.cast("late-refund"), "wrong-language")).advice[0]
    assert foreign.scenario is not None
    assert LIBRARY.scenarios[foreign.scenario].trains == "multilingual"
    case = LIBRARY.cast("late-refund")
    rude = debrief_of(attempt_of("You idiot, calm down.", "That is not my problem, calm down."))
    assert "de_escalation" in [item.key for item in rude.advice]
    slow = attempt_of(*(fact.answer["en"] for fact in case.scenario.facts), after=200)
    assert "reply_time" in [item.key for item in debrief_of(slow).advice]


def test_advice_without_a_library_names_no_scenario() -> None:
    found = debrief(attempt_of("Calm down."), scenarios={}, reader="en")
    assert {item.scenario for item in found.advice} == {None}


def test_a_conversation_that_was_stopped_at_once_is_treated_kindly() -> None:
    attempt = attempt_of()
    attempt.stop()
    found = debrief_of(attempt)
    assert found.review.card.passed is None
    assert [item.key for item in found.advice] == ["again"]
    assert found.costliest is None
    assert found.moves == ()


# Branches


def test_branches_are_compared_from_where_they_part(kept: Store) -> None:
    first = begun(kept, "I can see your parcel.", "Calm down.")
    turn = first.attempt.exchanges[1].turn
    second = practice.take_back(kept, first, turn=turn)
    second.attempt.reply(best(second.attempt))
    first = practice.resume(kept, first.id)
    common = shared_turns(first.attempt, second.attempt)
    assert common == second.parent_turns
    compared = compare(first.attempt, second.attempt, common)
    assert compared.from_reply == 2
    assert compared.first[:2] == compared.second[:2]
    assert len(compared.first) == len(compared.second) == 3
    assert compared.anger < 0 < compared.trust
    assert compared.overall is not None
    assert compared.overall > 0
    back = compare(second.attempt, first.attempt, common)
    assert (back.anger, back.overall) == (-compared.anger, -compared.overall)


def test_help_is_counted_over_all_branches_where_it_is_told(kept: Store) -> None:
    first = begun(kept, "I can see your parcel.", "Calm down.")
    first.attempt.do("hint", {"reply": "3"})
    second = practice.take_back(kept, first, turn=first.attempt.exchanges[1].turn)
    family = history.branches(kept, root_id=second.root_id)[-1].help
    found = debrief(second.attempt, scenarios={}, reader="en", help=family)
    assert found.help == {"hint": 1, "better_reply": 0, "take_back": 1, "pause": 0}
    assert report(second.attempt, help=family)["help"] == found.help
    assert sum(report(second.attempt)["help"].values()) < 2


# Receipts


def test_a_receipt_says_who_scored_and_what_by() -> None:
    attempt = attempt_of("Calm down.")
    turn = attempt.exchanges[0].turn
    found = receipt(attempt, "tone", turn, reader="en")
    assert (found["scorer"], found["version"]) == (
        attempt.scorecard().scores["tone"].scorer,
        version_of(attempt.scorecard().scores["tone"]),
    )
    assert [item["quote"] for item in found["evidence"]] == ["Calm down"]
    assert "process" in disputable(attempt, None)
    assert "process" not in disputable(attempt, turn)
    assert disputable(attempt_of(), None) == ()
    with pytest.raises(KeyError):
        receipt(attempt, "process", turn, reader="en")


def test_a_kind_reply_is_no_harm() -> None:
    """Words that help are not told as words that harm."""
    attempt = attempt_of(say("takes_ownership", "en"))
    assert "did the most harm" not in " ".join(debrief_of(attempt).story)
