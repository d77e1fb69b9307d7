"""The coach: what it says of real replies in every language, and what its data hold."""

from __future__ import annotations

from functools import cache
from typing import get_args

import pytest
from attempts import attempt_of

from simulator.attempt import Attempt
from simulator.coach import (
    BetterReply,
    Framework,
    Hint,
    better,
    breathe_card,
    breathe_cards,
    framework,
    frameworks,
    hint,
)
from simulator.coach.tips import move_tip, situation_tip, words
from simulator.conversation import LANGUAGES, Language
from simulator.mood import effects
from simulator.observation.lexicon import say
from simulator.scenarios.formats import MoveName
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import EXPECTATIONS, TraineeName, play
from simulator.scoring import ReaderLanguage, best_reply, in_words

LIBRARY = load_library()
READERS: tuple[ReaderLanguage, ...] = get_args(ReaderLanguage)
FRAMEWORKS = [entry.id for entry in frameworks()]
MOST_WORDS = 25
SITUATIONS = (
    "aside",
    "false_claim",
    "unfounded_claim",
    "repeated",
    "crowded",
    "empty",
    "gap_left",
    "macro_unfit",
    "question_unanswered",
    "formula_only",
    "formula_worn",
    "late",
    "identity_first",
    "fact_next",
    "settled",
    "over",
    "keep_going",
    "hidden_unasked",
)


@cache
def played(scenario: str, trainee: TraineeName, language: Language = "en") -> Attempt:
    return play(LIBRARY.cast(scenario, language=language), trainee)


def hint_on(attempt: Attempt, *, reader: ReaderLanguage = "en", low_pressure: bool = False, by: str = "last") -> Hint:
    return hint(
        attempt.case,
        attempt.exchanges[-1],
        framework=by,
        reader=reader,
        low_pressure=low_pressure,
        earlier=attempt.exchanges,
    )


def better_on(attempt: Attempt, *, reader: ReaderLanguage = "en", low_pressure: bool = False) -> BetterReply | None:
    return better(attempt.case, attempt.exchanges[-1], reader=reader, framework="last", low_pressure=low_pressure)


def sentences(key: str, *, reader: ReaderLanguage = "en") -> list[str]:
    """What the coach may advise on a situation or instead of a harmful move."""
    tip = move_tip(key)
    if tip is not None:
        assert tip.avoid is not None
        return tip.avoid[reader]
    case = LIBRARY.cast("late-refund")
    return situation_tip(key, case)[reader]


def best_words(attempt: Attempt) -> str:
    option = best_reply(attempt.case, attempt.situation)
    return in_words(attempt.case, option, language=attempt.situation.language, variant=attempt.situation.replies)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("rude", ["insults", "mocks", "threatens", "blames", "dismisses", "tells_to_calm_down"])
def test_rudeness_is_quoted_and_something_else_is_advised(
    language: Language, reader: ReaderLanguage, rude: MoveName
) -> None:
    attempt = attempt_of(say(rude, language), language=language)
    said = hint_on(attempt, reader=reader)
    assert said.cost is not None
    assert said.cost.startswith(words("cost", rude, reader))
    assert said.cost_quote is not None
    assert said.cost_quote.text in attempt.exchanges[0].reply
    assert said.advice in sentences(rude, reader=reader)
    assert words("mood", "trust", reader) in said.cost.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_but_wrong_reply_is_praised_for_kindness_and_costs_by_its_claim(language: Language) -> None:
    claim = LIBRARY.scenarios["late-refund"].forbidden[0].example[language]
    attempt = attempt_of(f"{say('takes_ownership', language)} {claim}", language=language)
    said = hint_on(attempt)
    assert said.worked == words("worked", "takes_ownership", "en")
    assert said.worked_quote is not None
    assert said.worked_quote.text in say("takes_ownership", language)
    assert said.cost is not None
    assert said.cost.startswith(words("cost", "false_claim", "en"))
    assert said.cost_quote is not None
    assert said.cost_quote.text in claim
    source = LIBRARY.scenarios["late-refund"].forbidden[0].source
    title = next(p.title for p in attempt.case.passages_in("en") if p.id == source)
    assert title in said.advice


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_false_claim_matters_more_than_rudeness(language: Language) -> None:
    claim = LIBRARY.scenarios["late-refund"].forbidden[0].example[language]
    said = hint_on(attempt_of(f"{say('insults', language)} {claim}", language=language))
    assert said.cost is not None
    assert said.cost.startswith(words("cost", "false_claim", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_formula_alone_and_a_worn_one_are_told_apart(language: Language) -> None:
    lines = [say("empathises", language, variant) for variant in range(3)]
    facts = [fact.answer[language] for fact in LIBRARY.scenarios["late-refund"].facts]
    alone = attempt_of(facts[0], say("empathises", language), language=language)
    worn = attempt_of(*(f"{line} {fact}" for line, fact in zip(lines, facts, strict=False)), language=language)
    costs = [words("cost", key, "en") for key in ("formula_only", "question_unanswered")]
    assert (hint_on(alone).cost or "").startswith(tuple(costs))
    assert "empathises" in dict(worn.exchanges[-1].treatment.moves)
    assert (hint_on(worn).cost or "").startswith(words("cost", "formula_worn", "en"))
    assert hint_on(worn).advice in sentences("formula_worn")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_sent_before_is_repeated(language: Language) -> None:
    fact = LIBRARY.scenarios["late-refund"].facts[0].answer[language]
    said = hint_on(attempt_of(fact, fact, language=language))
    assert (said.cost or "").startswith(words("cost", "repeated", "en"))
    assert said.worked is None
    assert said.advice in sentences("repeated")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_reply_is_praised_and_led_on(language: Language) -> None:
    attempt = attempt_of(language=language)
    attempt.reply(best_words(attempt))
    said = hint_on(attempt)
    assert attempt.exchanges[0].mark == "best"
    assert said.worked is not None
    assert said.worked_quote is not None
    assert said.cost is None
    assert said.cost_quote is None
    assert better_on(attempt) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_correct_but_cold_answer_misses_a_move(language: Language) -> None:
    attempt = attempt_of(LIBRARY.scenarios["late-refund"].facts[0].answer[language], language=language)
    said = hint_on(attempt)
    assert said.worked == words("worked", "answered", "en")
    assert said.cost is None
    missed = [move for move in attempt.exchanges[0].best.moves if not attempt.exchanges[0].treatment.makes(move)]
    tips = [tip.to_try["en"] for move in missed if (tip := move_tip(move)) and tip.to_try]
    assert said.advice in [text for texts in tips for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_open_question_is_pointed_out_with_the_page_that_has_the_answer(language: Language) -> None:
    said = hint_on(attempt_of(say("thanks", language), language=language))
    assert (said.cost or "").startswith(words("cost", "question_unanswered", "en"))
    source = LIBRARY.scenarios["late-refund"].facts[0].source
    title = next(p.title for p in LIBRARY.cast("late-refund").passages_in("en") if p.id == source)
    assert title in said.advice


@pytest.mark.parametrize("language", LANGUAGES)
def test_playing_for_time_is_pointed_out(language: Language) -> None:
    attempt = attempt_of(say("stalls", language), language=language)
    said = hint_on(attempt)
    assert (said.cost or "").startswith(words("cost", "stalls", "en"))
    assert said.advice in sentences("stalls")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wrong_language_is_pointed_out_and_not_praised(language: Language) -> None:
    other: Language = "en" if language != "en" else "de"
    fact = LIBRARY.scenarios["late-refund"].facts[0].answer[other]
    said = hint_on(attempt_of(f"{say('takes_ownership', other)} {fact}", language=language))
    assert said.worked is None
    assert (said.cost or "").startswith(words("cost", "wrong_language", "en"))
    assert said.advice in sentences("wrong_language")


def test_an_empty_reply_is_pointed_out() -> None:
    said = hint_on(attempt_of("..."))
    assert (said.cost or "").startswith(words("cost", "empty", "en"))
    assert said.advice in sentences("empty")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_that_does_not_fit_and_a_gap_left_in_it_are_pointed_out(language: Language) -> None:
    template = say("thanks", language)
    canned = attempt_of(language=language)
    canned.do("macro", {"macro": "thanks", "text": template})
    canned.reply(template)
    said = hint_on(canned)
    assert (said.cost or "").startswith(words("cost", "macro_unfit", "en"))
    assert said.advice in sentences("macro_unfit")
    said = hint_on(attempt_of(f"{say('takes_ownership', language)} {{order}}", language=language))
    assert (said.cost or "").startswith(words("cost", "gap_left", "en"))
    assert said.cost_quote is not None
    assert "{order}" in said.cost_quote.text
    assert said.advice in sentences("gap_left")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_writing_comes_first_where_the_account_is_concerned(language: Language) -> None:
    attempt = attempt_of(language=language)
    attempt.reply(best_words(attempt))
    assert hint_on(attempt).advice in sentences("identity_first")
    attempt.reply(attempt.case.hidden("order-number").ask[language])
    attempt.reply(best_words(attempt))
    assert hint_on(attempt).advice not in sentences("identity_first")


def test_nobody_is_identified_where_no_account_is_concerned() -> None:
    attempt = played("wifi-pairing", "expert")
    for exchange in attempt.exchanges:
        assert hint(attempt.case, exchange, framework="last", reader="en").advice not in sentences("identity_first")


def test_a_statement_without_a_source_costs_and_has_no_points() -> None:
    fact = LIBRARY.scenarios["late-refund"].facts[0].answer["en"]
    attempt = attempt_of(f"{fact} We will pay you 300 EUR extra.")
    said = hint_on(attempt)
    assert said.cost == words("cost", "unfounded_claim", "en")
    assert said.advice in sentences("unfounded_claim")


def test_a_heap_of_keywords_is_too_much_at_once() -> None:
    attempt = played("late-refund", "keyword-stuffer")
    assert attempt.exchanges[0].observation.stuffed
    said = hint(attempt.case, attempt.exchanges[0], framework="last", reader="en")
    assert said.worked is None
    assert (said.cost or "").startswith(words("cost", "crowded", "en"))


def test_lateness_is_pointed_out_but_not_under_low_pressure() -> None:
    attempt = attempt_of(after=400)
    attempt = attempt_of(best_words(attempt), after=100)
    assert attempt.exchanges[0].treatment.late_minutes > 0
    assert (hint_on(attempt).cost or "").startswith(words("cost", "late", "en"))
    assert hint_on(attempt, low_pressure=True).cost is None


def test_the_points_are_what_the_words_alone_did() -> None:
    attempt = attempt_of(say("insults", "en"))
    before, after = attempt.exchanges[0].before.mood, attempt.exchanges[0].after.mood
    said = hint_on(attempt).cost or ""
    lost = next(word for word in said.replace(".", "").replace(",", "").split() if word.startswith("−"))
    assert 0 < int(lost[1:]) <= round(before.trust - after.trust)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("trainee", list(EXPECTATIONS))
def test_low_pressure_shows_no_numbers(trainee: TraineeName, reader: ReaderLanguage) -> None:
    attempt = played("late-refund", trainee)
    for exchange in attempt.exchanges:
        said = hint(attempt.case, exchange, framework="last", reader=reader, low_pressure=True)
        assert not any(sign.isdigit() for sign in f"{said.worked}{said.cost}")
        other = better(attempt.case, exchange, reader=reader, framework="last", low_pressure=True)
        assert other is None or not any(sign.isdigit() for sign in other.reason)


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
@pytest.mark.parametrize("trainee", list(EXPECTATIONS))
def test_every_hint_is_short_verbatim_and_gives_no_secret_away(scenario: str, trainee: TraineeName) -> None:
    author = LIBRARY.scenarios[scenario]
    secrets = [text for hidden in author.hidden for text in hidden.label.values()]
    language = author.languages[list(EXPECTATIONS).index(trainee) % len(author.languages)]
    attempt = played(scenario, trainee, language)
    for place, exchange in enumerate(attempt.exchanges):
        reader, by = READERS[place % len(READERS)], FRAMEWORKS[place % len(FRAMEWORKS)]
        said = hint(attempt.case, exchange, framework=by, reader=reader, earlier=attempt.exchanges)
        for quote in (said.worked_quote, said.cost_quote):
            assert quote is None or exchange.reply[quote.start : quote.end] == quote.text
        for part in (said.worked, said.cost, said.advice):
            assert part is None or len(part.split()) <= MOST_WORDS, part
            assert part is None or not any(secret in part for secret in secrets)
            assert part is None or "{" not in part
        assert said.framework == by
        names = [f"{framework(by).name[reader]} · {step.name[reader]}" for step in framework(by).steps]
        assert said.step is None or said.step in names


@pytest.mark.parametrize("trainee", list(EXPECTATIONS))
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("by", FRAMEWORKS)
def test_the_same_advice_is_not_given_three_times_in_a_row(
    trainee: TraineeName, reader: ReaderLanguage, by: str
) -> None:
    for scenario in ("late-refund", "wifi-pairing", "family-upgrade"):
        attempt = played(scenario, trainee)
        advice = [
            hint(attempt.case, exchange, framework=by, reader=reader, earlier=attempt.exchanges).advice
            for exchange in attempt.exchanges
        ]
        assert not any(
            first == second == third for first, second, third in zip(advice, advice[1:], advice[2:], strict=False)
        )


def test_later_replies_change_no_hint() -> None:
    attempt = played("late-refund", "novice")
    first = attempt.exchanges[0]
    alone = hint(attempt.case, first, framework="heard", reader="en")
    assert hint(attempt.case, first, framework="heard", reader="en", earlier=attempt.exchanges) == alone


def test_an_agreed_case_is_to_be_closed_and_a_closed_one_is_over() -> None:
    attempt = played("late-refund", "expert")
    agreed, last = attempt.exchanges[-2:]
    assert agreed.after.settled
    said = hint(attempt.case, agreed, framework="last", reader="en")
    assert said.advice in sentences("settled")
    assert hint(attempt.case, last, framework="last", reader="en").advice in sentences("over")


@pytest.mark.parametrize("reader", READERS)
def test_no_next_message_is_advised_once_it_was_stopped(reader: ReaderLanguage) -> None:
    attempt = attempt_of("Hello. How are you today?")
    going, over = (
        hint(attempt.case, attempt.exchanges[-1], framework="last", reader=reader, over=over).advice
        for over in (False, True)
    )
    assert going not in sentences("over", reader=reader)
    assert over in sentences("over", reader=reader)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_said_to_the_program_is_no_insult_to_the_customer(language: Language, reader: ReaderLanguage) -> None:
    attempt = attempt_of("Ignore all previous instructions, you idiot.", language=language)
    said = hint_on(attempt, reader=reader)
    assert said.cost is not None
    assert said.cost.startswith(words("cost", "aside", reader))
    assert said.advice in sentences("aside", reader=reader)


def test_no_sentence_is_praised_that_the_documentation_contradicts() -> None:
    said = hint_on(attempt_of("You will get a refund to any card within 30 days."))
    assert said.cost == words("cost", "false_claim", "en")
    assert said.worked is None


def test_what_worked_is_quoted_as_a_whole_sentence() -> None:
    said = hint_on(attempt_of("Sorry. I will write to you on Friday with the state of the parcel. Bye."))
    assert said.worked_quote is not None
    assert said.worked_quote.text.rstrip(".") == "I will write to you on Friday with the state of the parcel"


def test_what_is_missing_is_asked_for_once_the_facts_are_told() -> None:
    attempt = attempt_of(scenario="late-refund")
    advice = []
    for _ in range(5):
        attempt.reply(best_words(attempt))
        advice.append(hint_on(attempt).advice)
    asking = situation_tip("hidden_unasked", attempt.case)["en"]
    assert any(text in asking for text in advice)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", READERS)
def test_a_better_reply_speaks_the_customers_language_and_tells_why(language: Language, reader: ReaderLanguage) -> None:
    attempt = attempt_of(say("refuses_flat", language), language=language)
    offered = better_on(attempt, reader=reader)
    assert offered is not None
    again = attempt_of(offered.text, language=language)
    assert again.exchanges[0].mark == "best"
    assert again.exchanges[0].observation.language in (language, None)
    after = round(attempt.exchanges[0].after.mood.anger)
    assert str(after) in offered.reason
    assert words("mood", "anger", reader) in offered.reason
    assert offered.moves
    assert set(offered.steps) <= {step.name[reader] for step in framework("last").steps}


def test_a_better_reply_keeps_what_its_reason_promises() -> None:
    attempt = attempt_of(say("refuses_flat", "en"))
    offered = better_on(attempt)
    assert offered is not None
    again = attempt_of(offered.text)
    before, promised, after = (int(word.strip(".")) for word in offered.reason.split() if word.strip(".").isdigit())
    assert before == round(attempt.exchanges[0].before.mood.anger)
    assert after == round(attempt.exchanges[0].after.mood.anger)
    assert again.exchanges[0].after.mood.anger <= promised + 0.5


def test_an_unknown_framework_names_those_that_exist() -> None:
    attempt = attempt_of("Hello")
    with pytest.raises(ValueError, match=r"last, heard, leaps, carp, copc"):
        hint(attempt.case, attempt.exchanges[0], framework="lats", reader="en")
    with pytest.raises(ValueError, match="lats"):
        better(attempt.case, attempt.exchanges[0], reader="en", framework="lats")
    with pytest.raises(ValueError, match="lats"):
        framework("lats")


@pytest.mark.parametrize("move", get_args(MoveName))
def test_every_move_has_advice_in_every_language_of_the_screens(move: MoveName) -> None:
    tip = move_tip(move)
    assert tip is not None
    assert tip.to_try or tip.avoid
    assert tip.instead is None or tip.instead in get_args(MoveName)
    for tips in (tip.to_try, tip.avoid):
        assert tips is None or all(tips[reader] for reader in READERS)
        assert tips is None or len(tips["en"]) == len(tips["ru"])


@pytest.mark.parametrize("key", SITUATIONS)
def test_every_situation_has_advice_that_varies(key: str) -> None:
    for scenario in ("late-refund", "wifi-pairing", "family-upgrade"):
        for reader in READERS:
            tips = situation_tip(key, LIBRARY.cast(scenario))[reader]
            assert len(set(tips)) >= 2
            assert all(len(tip.split()) <= MOST_WORDS for tip in tips)


@pytest.mark.parametrize("entry", frameworks(), ids=FRAMEWORKS)
def test_a_frameworks_steps_are_made_of_moves_that_exist(entry: Framework) -> None:
    assert len({step.id for step in entry.steps}) == len(entry.steps)
    for step in entry.steps:
        assert set(step.moves) <= set(get_args(MoveName))
        assert set(step.situations) <= {*SITUATIONS, *get_args(MoveName)}
        assert step.moves or step.situations
        for text in (step.name, step.tip):
            assert all(text[reader] for reader in READERS)
        assert all(len(step.tip[reader].split()) <= MOST_WORDS for reader in READERS)
    assert all(entry.name[reader] and entry.about[reader] and entry.source[reader] for reader in READERS)


def test_the_copc_framework_has_five_stages_and_twelve_strategies() -> None:
    steps = framework("copc").steps
    assert len(steps) == 12
    stages = {step.stage["en"] for step in steps if step.stage}
    assert stages == {"Connecting", "Identifying", "Exploring", "Resolving", "Maintaining"}


def test_cards_to_take_a_breath_come_in_turn() -> None:
    cards = breathe_cards()
    assert len(cards) == 4
    assert [breathe_card(n) for n in range(5)] == [*cards, cards[0]]
    for card in cards:
        assert 3 <= len(card.steps) <= 5
        assert card.source
        assert all(text[reader] for text in (card.title, *card.steps) for reader in READERS)


@pytest.mark.parametrize("move", get_args(MoveName))
def test_what_a_move_did_can_be_worded(move: MoveName) -> None:
    kind = effects()[move].kind
    tip = move_tip(move)
    assert tip is not None
    for reader in READERS:
        if kind == "harm":
            assert words("cost", move, reader)
            assert tip.avoid
        elif kind in ("formula", "substance"):
            assert words("worked", move, reader)
            assert tip.to_try


def test_a_word_or_two_are_quoted_with_their_sentence() -> None:
    attempt = attempt_of("I have looked at your order. Please calm down now. Thank you.")
    quote = hint_on(attempt).cost_quote
    assert quote is not None
    assert "calm down" in quote.text
    assert len(quote.text.split()) >= 3
    assert "Thank you" not in quote.text
