"""Parts of tone, conflict and mood on sentences that look alike and mean another thing, in every scenario language."""

from __future__ import annotations

import pytest

from simulator.conversation import LANGUAGES, Language, Role
from simulator.ratings import anger, conflict_parts, politeness, satisfaction, tone_parts
from simulator.ratings.parts import PARTS
from simulator.ratings.patterns import Patterns
from simulator.ratings.words import cut

SHOWN: dict[str, dict[Language, tuple[str, str]]] = {
    "validation": {
        "en": ("That must have been exhausting, no wonder you are upset.", "Sorry if that was unclear."),
        "de": ("Das muss furchtbar anstrengend gewesen sein, kein Wunder.", "Es tut mir leid, aber so ist die Regel."),
        "es": ("Debe de haber sido agotador, es normal que te duela.", "Siento que lo veas así."),
        "ru": ("Наверное, это было очень тяжело, тебя можно понять.", "Жаль, что вы так считаете."),
    },
    "understanding": {
        "en": ("It sounds like you did all the work and nobody noticed.", "The work was done on Monday by two people."),
        "de": ("Das klingt, als hättest du alles allein gemacht.", "Die Arbeit wurde am Montag gemacht."),
        "es": ("Parece que te dejaron sola con todo el trabajo.", "El trabajo se terminó el lunes."),
        "ru": ("Похоже, ты всё сделала одна, а никто не заметил.", "Работа закончена в понедельник."),
    },
    "elaboration": {
        "en": ("How did you feel when they told you?", "So what, who cares?"),
        "de": ("Wie ging es dir, als sie es dir gesagt haben?", "Na und, wen interessiert das?"),
        "es": ("¿Cómo te sentiste cuando te lo dijeron?", "¿Y a quién le importa?"),
        "ru": ("Что ты чувствовала, когда тебе сказали?", "Ну и что, кого это волнует?"),
    },
    "advice": {
        "en": ("You should talk to your landlord first.", "You should be proud of what you did."),
        "de": ("Du solltest zuerst mit dem Vermieter reden.", "Ich sehe, dass es heute länger dauert."),
        "es": ("Deberías hablar primero con el casero.", "Tienes todo el derecho a estar cansada."),
        "ru": ("Тебе стоит сначала поговорить с хозяином.", "Ты можешь гордиться тем, что сделала."),
    },
    "self_focus": {
        "en": ("When I was at school my brother lost his job, I cried.", "I can see how much this hurts you."),
        "de": ("Als ich damals umzog, hat mein Bruder auch alles verloren.", "Ich verstehe, wie sehr dich das trifft."),
        "es": ("Cuando yo vivía en el sur, mi hermano también perdió todo.", "Entiendo cuánto te duele esto."),
        "ru": ("Когда я жил на юге, мой брат тоже всё потерял.", "Я понимаю, как тебе сейчас больно."),
    },
    "dismissal": {
        "en": ("Others have it far worse, just get over it.", "You are not overreacting at all."),
        "de": ("Andere haben echte Probleme, stell dich nicht so an.", "Das ist nicht deine Schuld."),
        "es": ("Otros están peor, no es para tanto.", "No es tu culpa."),
        "ru": ("Другим ещё хуже, хватит ныть.", "Это совсем не пустяк."),
    },
}  # fmt: skip


@pytest.mark.parametrize(("part", "language"), [(part, language) for part in PARTS for language in LANGUAGES])
def test_a_part_is_found_where_it_is_and_not_where_it_only_looks_so(part: str, language: Language) -> None:
    shown, alike = SHOWN[part][language]
    assert (
        tone_parts(shown, language=language)[part].value >= 50 > 40 >= tone_parts(alike, language=language)[part].value
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_names_the_words_that_counted(language: Language) -> None:
    for part in PARTS:
        shown, _ = SHOWN[part][language]
        quotes = [reason.quote for reason in tone_parts(shown, language=language)[part].reasons if reason.quote]
        assert quotes
        assert all(shown[quote.start : quote.end] == quote.text for quote in quotes)


def test_a_dismissal_that_is_negated_validates() -> None:
    found = tone_parts("You are not overreacting.", language="en")
    assert found["validation"].value > 40 > found["dismissal"].value


def test_what_is_said_to_soothe_takes_away_from_a_dismissal() -> None:
    alone = "It could be worse."
    beside = f"I am so sorry, that must hurt a lot. {alone}"
    dismissed = [tone_parts(text, language="en")["dismissal"].value for text in (alone, beside)]
    assert dismissed[0] > dismissed[1] > 0


def test_in_a_long_message_one_sign_says_less() -> None:
    sign = "You should call them."
    plain = "The parcel left the house on Monday and came back on Thursday with a torn label. " * 12
    assert (
        tone_parts(sign, language="en")["advice"].value > tone_parts(plain + sign, language="en")["advice"].value > 10
    )


GRADED: dict[Language, tuple[str, str, str]] = {
    "en": (
        "Hello, could you tell me when the sofa arrives? Thank you.",
        "This is the third time I am asking about the sofa, and I am still waiting.",
        "You lied to me THREE times, you thieves! My lawyer will call you!!!",
    ),
    "de": (
        "Guten Tag, wann kommt das Sofa bitte? Vielen Dank.",
        "Ich frage jetzt zum dritten Mal nach dem Sofa und warte immer noch.",
        "Sie haben mich DREIMAL belogen, Sie Betrüger! Mein Anwalt meldet sich!!!",
    ),
    "es": (
        "Hola, ¿cuándo llega el sofá, por favor? Gracias.",
        "Es la tercera vez que pregunto por el sofá y sigo esperando.",
        "¡Me han mentido TRES veces, ladrones! ¡¡Les voy a denunciar!!",
    ),
    "ru": (
        "Здравствуйте, подскажите, пожалуйста, когда привезут диван? Спасибо.",
        "Третий раз спрашиваю про диван и всё ещё жду ответа.",
        "Вы ТРИЖДЫ меня обманули, мошенники! Встретимся в суде!!!",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_anger_is_graded(language: Language) -> None:
    ratings = [anger(text, language=language) for text in GRADED[language]]
    calm, annoyed, furious = [rating.value for rating in ratings if rating is not None]
    assert calm + 5 < annoyed < furious - 20
    assert calm < 20
    assert furious > 60


ENDINGS: dict[Language, tuple[str, str]] = {
    "en": ("It works again, you saved my day!", "Never mind, I'll find another shop."),
    "de": ("Es läuft wieder, Sie sind ein Schatz!", "Dann lassen Sie es, das bringt mir nichts."),
    "es": ("Ya funciona, ¡es usted un sol!", "Déjelo, no vuelvo a comprar aquí."),
    "ru": ("Всё заработало, вы меня выручили!", "Ладно, не надо, сама разберусь."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_customer_leaves_tells_its_satisfaction(language: Language) -> None:
    start: tuple[tuple[Role, str], ...] = (("customer", GRADED[language][0]), ("agent", "…"))
    content, gave_up = [satisfaction((*start, ("customer", end)), language=language) for end in ENDINGS[language]]
    assert content is not None
    assert gave_up is not None
    assert content.value > 55 > 45 > gave_up.value


WALLS: dict[Language, tuple[str, str]] = {
    "en": ("Figure it out yourself, I have explained it twice.", "I have already booked it, shall I explain it?"),
    "de": ("Das steht im Vertrag, machen Sie es selbst.", "Ich habe es schon gebucht, soll ich es erklären?"),
    "es": ("Está en el contrato, y punto.", "Ya lo he reservado, ¿quiere que se lo explique?"),
    "ru": ("Разбирайтесь сами, я уже всё объяснил.", "Я уже всё забронировал, объяснить подробнее?"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wall_is_hostile_and_an_offer_in_like_words_is_not(language: Language) -> None:
    wall, offer = [conflict_parts(text, language=language)["hostile"].value for text in WALLS[language]]
    assert wall >= 45 > 30 > offer


MANNERS: dict[str, dict[Language, tuple[str, str]]] = {
    "mockery in kind words": {
        "en": ("Oh brilliant, another expert. Shall I draw you a picture?", "The picture shows where the switch is."),
        "de": ("Na bravo, noch ein Experte. Soll ich es Ihnen aufmalen?", "Das Bild zeigt, wo der Schalter sitzt."),
        "es": ("Bravo, qué listo. ¿Le hago un dibujito?", "El dibujo muestra dónde está el interruptor."),
        "ru": ("Браво, какой умник. Может, вам нарисовать?", "На рисунке видно, где выключатель."),
    },
    "sent away": {
        "en": ("As I already told you, read the contract. Case closed.", "Page two of the contract has the dates."),
        "de": ("Wie gesagt, lesen Sie den Vertrag. Thema erledigt.", "Seite zwei des Vertrags nennt die Tage."),
        "es": ("Ya se lo dije, lea el contrato. Y punto.", "La página dos del contrato da las fechas."),
        "ru": ("Повторяю, читайте договор. Вопрос закрыт.", "Даты стоят на второй странице договора."),
    },
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", MANNERS)
def test_rudeness_without_a_rude_word_is_impolite_and_hostile(case: str, language: Language) -> None:
    rude, plain = MANNERS[case][language]
    impolite, polite = [politeness(text, language=language) for text in (rude, plain)]
    assert impolite is not None
    assert polite is not None
    assert impolite.value < 35
    assert impolite.value < polite.value - 15
    hostile = [conflict_parts(text, language=language)["hostile"] for text in (rude, plain)]
    assert hostile[0].value > 45 > 25 > hostile[1].value
    quotes = [reason.quote for reason in (*impolite.reasons, *hostile[0].reasons) if reason.quote]
    assert quotes
    assert all(rude[quote.start : quote.end] == quote.text for quote in quotes)


def test_warmth_beside_mockery_counts_less() -> None:
    warm, mocked = [
        {reason.note: reason.weight for reason in rating.reasons}["warm"]
        for text in ("Take your time.", "Take your time, princess.")
        if (rating := politeness(text, language="en")) is not None
    ]
    assert warm > mocked > 0


@pytest.mark.parametrize("pattern", ["", "(so|such", "you ^ must", "<nobody> cares", "(so) (that))"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"not a pattern|stands first|no such class"):
        Patterns({}, {"kind": {1.0: [pattern]}}, ["not"])


def test_the_notation_of_patterns() -> None:
    patterns = Patterns(
        {"hard": "hard tough*"},
        {
            "hurt": {1.0: ["(this|that) (is|was) so? <hard>", "*less"], 0.5: ["you _ alone"]},
            "order": {1.0: [", go home"], 0.0: [", go home safely"]},
        },
        ["not"],
    )

    def found(text: str) -> list[tuple[str, float, bool]]:
        return [(one.kind, one.weight, one.negated) for one in patterns.find(cut(text, brackets=True))]

    assert found("That was so tougher.") == [("hurt", 1.0, False)]
    assert found("Not that is hard") == [("hurt", 1.0, True)]
    assert found("helpless") == [("hurt", 1.0, False)]
    assert found("you are all alone") == [("hurt", 0.5, False)]
    assert found("you are not all alone") == []
    assert found("you are. Alone.") == []
    assert found("well, go home") == [("order", 1.0, False)]
    assert found("to go home") == []
    assert found("Go home safely") == [("order", 0.0, False)]


def test_patterns_may_be_bound_to_a_clause_and_end_in_a_gap() -> None:
    patterns = Patterns(
        {},
        {"accuse": {1.0: ["you _ wrong"]}, "asks": {1.0: ["did you _"]}, "glad": {1.0: [":)", "so *"]}},
        ["not"],
        before=3,
        over=True,
        in_clause=["accuse"],
    )

    def found(text: str) -> list[tuple[str, int, int, bool]]:
        cut_up = cut(text, brackets=False)
        return [(one.kind, one.first, one.last, one.negated) for one in patterns.find(cut_up)]

    assert found("you are not wrong") == [("accuse", 0, 4, False)]
    assert found("you are right, wrong") == []
    assert found("did you") == []
    assert found("did you ever once in all those years") == [("asks", 0, 5, False)]
    assert found("it is not all so good :)") == [("glad", 4, 6, True), ("glad", 6, 7, False)]


def test_closing_brackets_smile_where_more_are_closed_than_opened() -> None:
    assert cut("Nice ))", brackets=False).words == ["nice"]
    assert cut("Nice))", brackets=False).words == ["nice", ")"]
    assert cut("(Nice)", brackets=False).words == ["nice"]
    assert cut("one (two) three", brackets=True).clauses == [0, 0, 2]
    assert cut("one (two) three", brackets=False).clauses == [0, 0, 0]
