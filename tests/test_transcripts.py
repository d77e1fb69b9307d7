"""Past conversations scored: the format, single conversations, files, resuming, workers."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from simulator.transcripts import ScoringFailed, TranscriptError, errors_path, score_conversation, score_file

PARTS = {"politeness", "validation", "understanding", "elaboration", "advice", "self_focus", "dismissal"}
REFUNDS = {"id": "refunds", "title": "Refunds", "text": "Refunds are paid within 14 days to the original card."}
ANGRY = {
    "en": "This is outrageous! I have been waiting for three weeks and nobody answers!",
    "ru": "Это возмутительно! Я жду уже три недели, и никто не отвечает!",
    "de": "Das ist eine Unverschämtheit! Ich warte seit drei Wochen und niemand antwortet!",
    "es": "¡Esto es indignante! ¡Llevo tres semanas esperando y nadie responde!",
}
THANKFUL = {
    "en": "Thank you, that helped me a lot.",
    "ru": "Спасибо, вы мне очень помогли.",
    "de": "Vielen Dank, das hat mir sehr geholfen.",
    "es": "Muchas gracias, me ha ayudado mucho.",
}
KIND = {
    "en": "I am sorry about the long wait, that must be frustrating. Could you please tell me the order number?",
    "ru": "Простите, что так долго, понимаю, как это неприятно. Подскажите, пожалуйста, номер заказа?",
    "de": "Das lange Warten tut mir leid, das ist wirklich ärgerlich. Können Sie mir bitte die Bestellnummer nennen?",
    "es": "Siento mucho la espera, entiendo que es frustrante. ¿Podría decirme, por favor, el número de pedido?",
}
RUDE = {
    "en": "Calm down. It is your own fault, you should have read the terms.",
    "ru": "Успокойтесь. Вы сами виноваты, надо было читать условия.",
    "de": "Beruhigen Sie sich. Das ist Ihre eigene Schuld, Sie hätten die Bedingungen lesen müssen.",
    "es": "Cálmese. Es culpa suya, tendría que haber leído las condiciones.",
}


def customer(text: str, at: str | None = None) -> dict[str, Any]:
    return {"role": "customer", "text": text, **({"at": at} if at else {})}


def agent(text: str, at: str | None = None) -> dict[str, Any]:
    return {"role": "agent", "text": text, **({"at": at} if at else {})}


def score(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return score_conversation({"id": "a", "messages": list(messages), **more})


def reply(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    scores: dict[str, Any] = score(*messages, **more)["messages"][-1]["scores"]
    return scores


def in_range(value: float | None) -> bool:
    return value is None or (isinstance(value, float) and 0 <= value <= 100)


# The format of one conversation


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [agent("Could you tell me the order number, please?")],
        [customer("Where is my parcel?")],
        [agent("Hello."), agent("Are you still there?")],
        [customer(""), agent("  \n")],
        [agent("👍"), customer("???"), agent("12345")],
        [customer("Onde está a minha encomenda?"), agent("Peço desculpa pelo atraso.")],
        [customer("Where is it?", "2026-03-01T10:00:00Z"), agent("On its way.")],
        [customer(ANGRY["ru"]), agent(KIND["de"]), customer(ANGRY["en"]), agent(RUDE["es"])],
    ],
)
def test_every_key_is_there(messages: list[dict[str, Any]]) -> None:
    scored = score(*messages)
    assert json.loads(json.dumps(scored)) == scored
    assert set(scored) == {"id", "language", "messages", "scores", "outcome"}
    assert scored["id"] == "a"
    assert set(scored["scores"]) == {"accuracy", "tone", "de_escalation", "reply_time", "overall"}
    assert all(map(in_range, scored["scores"].values()))
    assert in_range(scored["outcome"]["satisfaction"])
    assert in_range(scored["outcome"]["escalation_risk"])
    assert [message["role"] for message in scored["messages"]] == [message["role"] for message in messages]
    for message, given in zip(scored["messages"], messages, strict=True):
        assert message["language"] is None or len(message["language"]) in (2, 3)
        if message["role"] == "customer":
            assert set(message["mood"]) == {"anger", "confusion", "satisfaction"}
            assert all(map(in_range, message["mood"].values()))
            continue
        assert all(move["quote"] in given["text"] and move["move"] for move in message["moves"])
        scores = message["scores"]
        assert set(scores) == {"accuracy", "tone", "de_escalation", "reply_time"}
        assert all(in_range(each["value"]) and each["explanation"] and each["version"] for each in scores.values())
        assert set(scores["tone"]["parts"]) == PARTS
        assert set(scores["de_escalation"]["parts"]) == {"constructive", "hostile"}
        assert all(map(in_range, [*scores["tone"]["parts"].values(), *scores["de_escalation"]["parts"].values()]))
        assert scores["accuracy"]["claims"] == []
        assert "seconds" in scores["reply_time"]
        quotes = [row["quote"] for each in scores.values() for row in each["quotes"] if row["quote"] is not None]
        assert all(quote in given["text"] for quote in quotes)


def test_nothing_said_has_no_verdict() -> None:
    assert set(score()["scores"].values()) == {None}
    scored = score(customer(""), agent(" "))
    assert scored["language"] is None
    assert set(scored["messages"][0]["mood"].values()) == {None}
    assert {name: each["value"] for name, each in scored["messages"][1]["scores"].items()} == dict.fromkeys(
        ("accuracy", "tone", "de_escalation", "reply_time")
    )
    assert score(customer(ANGRY["en"]))["scores"]["overall"] is None


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        ([], "conversation"),
        ("text", "conversation"),
        ({"messages": []}, "id"),
        ({"id": True, "messages": []}, "id"),
        ({"id": 1}, "messages"),
        ({"id": 1, "messages": {}}, "messages"),
        ({"id": 1, "messages": ["hello"]}, "messages[0]"),
        ({"id": 1, "messages": [{"role": "bot", "text": "x"}]}, "messages[0].role"),
        ({"id": 1, "messages": [{"role": [], "text": "x"}]}, "messages[0].role"),
        ({"id": 1, "messages": [customer("x"), {"role": "agent"}]}, "messages[1].text"),
        ({"id": 1, "messages": [{"role": "agent", "text": 5}]}, "messages[0].text"),
        ({"id": 1, "messages": [customer("x", "yesterday")]}, "messages[0].at"),
        ({"id": 1, "messages": [{"role": "agent", "text": "x", "at": 17}]}, "messages[0].at"),
        (
            {"id": 1, "messages": [customer("x", "2026-03-01T10:00:00Z"), agent("x", "2026-03-01T09:00:00Z")]},
            "messages[1].at",
        ),
        ({"id": 1, "messages": [], "language": "English please"}, "language"),
        ({"id": 1, "messages": [], "channel": 3}, "channel"),
        ({"id": 1, "messages": [], "knowledge": {"text": "x"}}, "knowledge"),
        ({"id": 1, "messages": [], "knowledge": [{"title": "x"}]}, "knowledge[0].text"),
        ({"id": 1, "messages": [], "product": "no-such-product"}, "product"),
        ({"id": 1, "messages": [], "product": "../../etc"}, "product"),
        ({"id": 1, "messages": [], "scenario": "no-such-scenario"}, "scenario"),
    ],
)
def test_what_is_wrong_is_named(broken: Any, names: str) -> None:
    with pytest.raises(TranscriptError) as caught:
        score_conversation(broken)
    assert names in str(caught.value)


def test_null_and_unknown_keys_are_as_if_not_there() -> None:
    plain = score(customer(ANGRY["en"]), agent(KIND["en"]))
    messages = [{**message, "at": None, "sentiment": -1} for message in (customer(ANGRY["en"]), agent(KIND["en"]))]
    more = {"language": None, "channel": None, "scenario": None, "product": None, "knowledge": None, "agent": "Kim"}
    assert score(*messages, **more) == plain


def test_half_an_emoji_is_scored_and_can_be_written() -> None:
    scored = score(agent("Thank you for your patience \ud83d"), id="x\ud83d")
    assert json.dumps(scored, ensure_ascii=False).encode()
    assert scored["messages"][0]["scores"]["tone"]["value"] is not None


def test_a_very_long_message_is_scored() -> None:
    assert reply(agent("Thank you. " * 20_000))["tone"]["value"] is not None


def test_the_same_conversation_is_scored_the_same() -> None:
    messages = [customer(ANGRY["en"]), agent(KIND["en"]), customer("Ok, thanks."), agent(RUDE["en"])]
    first = score(*messages, knowledge=[REFUNDS])
    score(customer(ANGRY["ru"]), agent(RUDE["ru"]))
    assert score(*messages, knowledge=[REFUNDS]) == first


# What the scores say


@pytest.mark.parametrize("language", ["en", "ru", "de", "es"])
def test_kind_beats_rude(language: str) -> None:
    kind = score(customer(ANGRY[language]), agent(KIND[language]))
    rude = score(customer(ANGRY[language]), agent(RUDE[language]))
    assert kind["language"] == rude["language"] == language
    calm = score(customer(THANKFUL[language]))
    assert kind["messages"][0]["mood"]["anger"] > calm["messages"][0]["mood"]["anger"] + 10
    for dimension in ("tone", "de_escalation", "overall"):
        assert kind["scores"][dimension] > rude["scores"][dimension] + 20
    assert rude["messages"][1]["scores"]["de_escalation"]["parts"]["hostile"] > 50
    assert rude["messages"][1]["scores"]["tone"]["parts"]["dismissal"] > 50
    assert kind["outcome"]["escalation_risk"] < rude["outcome"]["escalation_risk"]


def test_a_statement_is_checked_against_the_knowledge() -> None:
    said = reply(customer("When is it paid?"), agent("Refunds are paid within 14 days."), knowledge=[REFUNDS])
    (claim,) = said["accuracy"]["claims"]
    assert claim["verdict"] == "supported"
    assert claim["passage"] == "refunds"
    assert claim["quote"] == "Refunds are paid within 14 days."
    wrong = reply(customer("When is it paid?"), agent("Refunds are paid within 3 days."), knowledge=[REFUNDS])
    assert wrong["accuracy"]["claims"][0]["verdict"] == "contradicted"
    assert wrong["accuracy"]["value"] < 50 < said["accuracy"]["value"]
    both = reply(agent("Refunds are paid within 14 days. Refunds are paid within 3 days."), knowledge=[REFUNDS])
    assert wrong["accuracy"]["value"] < both["accuracy"]["value"] < said["accuracy"]["value"]


def test_without_knowledge_accuracy_has_no_verdict() -> None:
    message = agent("Refunds are paid within 14 days.")
    given: list[dict[str, Any]] = [{}, {"knowledge": []}, {"knowledge": None}]
    for more in given:
        assert reply(message, **more)["accuracy"] == {**reply(message)["accuracy"], "value": None, "claims": []}


def test_passages_without_an_id_are_numbered() -> None:
    passage = {"text": REFUNDS["text"]}
    said = reply(agent("Refunds are paid within 14 days."), knowledge=[{"text": "Cats are mammals."}, passage])
    assert said["accuracy"]["claims"][0]["passage"] == "2"


def test_a_product_brings_its_documentation() -> None:
    said = reply(customer("When do I get my refund?"), agent("The refund is paid within 14 days."), product="larderly")
    assert said["accuracy"]["claims"]
    assert "#" in said["accuracy"]["claims"][0]["passage"]


def test_a_scenario_counts_its_facts() -> None:
    from simulator.scenarios.library import load_library

    library = load_library()
    name, scenario = next(iter(library.scenarios.items()))
    due = [fact for fact in scenario.facts if fact.needed]
    replies = [agent(fact.answer["en"]) for fact in due]
    whole = score(customer("Hello, please help me."), *replies, scenario=name, language="en")
    half = score(customer("Hello, please help me."), *replies[:1], scenario=name, language="en")
    assert whole["scores"]["accuracy"] > half["scores"]["accuracy"] > 0


def test_each_message_has_its_language() -> None:
    scored = score(
        customer("Bonjour, je n'ai toujours pas reçu ma commande."),
        agent("Excusez-nous pour ce retard, pouvez-vous me donner le numéro ?"),
        customer("Where is the parcel that you have promised to send me?"),
    )
    assert scored["language"] == "fr"
    assert [message["language"] for message in scored["messages"]] == ["fr", "fr", "en"]
    assert score(agent(KIND["de"]), language="de-AT")["language"] == "de"


def test_a_calm_customer_needs_no_soothing() -> None:
    plain = "Your order number is 5, it is on its way and arrives on Monday."
    upset = reply(customer(ANGRY["en"]), agent(plain))["tone"]
    calm = reply(customer(THANKFUL["en"]), agent(plain))["tone"]
    assert calm["value"] > upset["value"]


def test_the_wrong_language_caps_the_tone() -> None:
    right = reply(customer(ANGRY["en"]), agent(KIND["en"]))
    wrong = reply(customer(ANGRY["en"]), agent(KIND["ru"]))
    assert wrong["tone"]["value"] <= 30 < right["tone"]["value"]


def test_a_reply_sent_twice_and_a_bare_formula_are_capped() -> None:
    twice = reply(customer(ANGRY["en"]), agent(KIND["en"]), customer(ANGRY["en"]), agent(KIND["en"]))
    once = reply(customer(ANGRY["en"]), agent(KIND["en"]))
    assert twice["tone"]["value"] <= 35 < once["tone"]["value"]
    bare = reply(customer(ANGRY["en"]), agent("I understand."))
    earned = reply(customer(ANGRY["en"]), agent("I understand. I will send you a new one today."))
    assert bare["tone"]["value"] <= 55
    assert earned["tone"]["value"] > bare["tone"]["value"]


# Explanations


@pytest.mark.parametrize("language", ["en", "ru", "de", "es"])
def test_reasons_have_names_and_are_told_once(language: str) -> None:
    scored = score(
        customer(ANGRY[language]), agent(KIND[language]), customer(THANKFUL[language]), agent(RUDE[language])
    )
    told = [scored["outcome"], *(message for message in scored["messages"] if message["role"] == "customer")]
    told += [
        each for message in scored["messages"] if message["role"] == "agent" for each in message["scores"].values()
    ]
    notes = [row["note"] for each in told for row in each["quotes"]]
    assert "blames" in notes
    assert "apology" in notes
    assert not [note for note in notes if "_" in note or ":" in note or "+" in note or note == "learned"]
    for each in told:
        rows = [(row["part"], row["note"], row["quote"], row.get("message")) for row in each["quotes"]]
        assert len(set(rows)) == len(rows)
        assert each["explanation"].endswith(".")


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("That is not my problem.", "That is not my problem"),
        ("Please wait. Это не моя проблема.", "Это не моя проблема"),
        ("Hello! You should have read the terms.", "You should have read the terms"),
    ],
)
def test_a_quote_is_a_clause_that_makes_sense(said: str, quote: str) -> None:
    language = "ru" if "Это" in said else "en"
    rude = reply(agent(said), language=language)["de_escalation"]
    assert {row["quote"] for row in rude["quotes"] if row["part"] == "hostile"} == {quote}


def test_a_quote_of_an_earlier_message_names_its_place() -> None:
    talk = [message for _ in range(8) for message in (customer("Where is it?"), agent("It is on its way to Berlin."))]
    scored = score(*talk, customer("My parcel?"), agent(RUDE["en"]), customer("And now?"))
    rows = [row for row in scored["messages"][-1]["quotes"] if row["note"] == "blames"]
    assert rows
    assert all(row["quote"] in RUDE["en"] and row["message"] == len(talk) + 1 for row in rows)


def test_a_plain_reply_is_called_one() -> None:
    terse = reply(customer(ANGRY["en"]), agent("Order number?"))
    assert "plain reply" in terse["tone"]["explanation"]
    assert "plain reply" not in reply(customer(ANGRY["en"]), agent(RUDE["en"]))["tone"]["explanation"]


def test_without_rules_for_a_language_the_rude_get_no_floor() -> None:
    upset = customer("J'attends mon remboursement depuis trois semaines et personne ne répond !")
    rude = reply(upset, agent("Ce n'est pas mon problème. Arrêtez de vous plaindre et attendez comme tout le monde."))
    polite = reply(upset, agent("Je suis désolé pour ce retard. Pourriez-vous me donner le numéro, s'il vous plaît ?"))
    assert rude["tone"]["value"] < 40 < polite["tone"]["value"]
    assert "only the politeness" in rude["tone"]["explanation"]


def test_no_verdict_has_a_reason() -> None:
    def why(*messages: dict[str, Any], **more: Any) -> tuple[str, str]:
        scored = score(*messages, **more)
        return scored["outcome"]["explanation"], scored["messages"][0]["explanation"]

    assert why(customer("😡😡"), agent("👍")) == ("There are no words.",) * 2
    outcome, mood = why(customer("J'attends mon remboursement depuis trois semaines !"), agent("Bonjour, je regarde."))
    assert "“fr”" in outcome
    assert "Confusion" in mood
    assert "no words" in reply(agent("👍"))["tone"]["explanation"]
    statement = agent("Refunds are paid within 3 days.")
    assert "no product or scenario" in reply(statement)["accuracy"]["explanation"]


def test_html_is_read_as_its_text() -> None:
    html = "<p>I am sorry, Mr&nbsp;Smith.</p><style>p {}</style><p>Could you tell me your <b>postcode</b>?<br></p>"
    text = "I am sorry, Mr Smith.\nCould you tell me your postcode?"
    assert reply(customer(ANGRY["en"]), agent(html)) == reply(customer(ANGRY["en"]), agent(text))
    kept = "Write to <help@example.org>, and 3 < 5 &amp; so on."
    assert reply(agent(kept))["tone"]["value"] is not None


def test_waits_are_told_as_people_say_them() -> None:
    late = reply(customer("Hello?", "2026-03-01T00:00:00Z"), agent("What is it about?", "2026-03-02T06:00:00Z"))
    assert late["reply_time"]["explanation"].startswith("30 h:")


# Reply times


def at(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"2026-03-01T10:{int(minutes):02}:{rest:06.3f}+01:00"


def test_waits_run_from_the_first_unanswered_message() -> None:
    scored = score(
        customer("Hello?", at(0)), customer("Anyone?", at(20)), agent("Good morning, what is it about?", at(30))
    )
    time = scored["messages"][2]["scores"]["reply_time"]
    assert (time["seconds"], time["value"]) == (30, 100)


def test_a_second_reply_in_a_row_answers_nothing() -> None:
    messages = [customer("Hello?", at(0)), agent("Good morning, what is it about?", at(30)), agent("Hello?", at(90))]
    assert reply(*messages)["reply_time"]["seconds"] is None


def test_stalling_does_not_stop_the_clock() -> None:
    messages = [
        customer("Where is my parcel?", at(0)),
        agent("One moment please.", at(10)),
        agent("It is in Hamburg and will arrive tomorrow.", at(300)),
    ]
    first, second = (message["scores"]["reply_time"] for message in score(*messages)["messages"][1:])
    assert first["value"] is None
    assert second["seconds"] == 300
    assert second["value"] == 0


def test_targets_are_those_of_the_channel() -> None:
    messages = [customer("Hello?", at(0)), agent("Good morning, what is it about?", at(600))]
    assert reply(*messages)["reply_time"]["value"] == reply(*messages, channel="chat")["reply_time"]["value"] == 0
    assert reply(*messages, channel="email")["reply_time"]["value"] == 100
    unknown = reply(*messages, channel="pigeon")["reply_time"]
    assert (unknown["seconds"], unknown["value"]) == (600, None)


# Files


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def write(path: Path, count: int, *, broken: int = 0) -> list[int]:
    """Writes so many conversations, and one broken line in every `broken`; gives the numbers of the broken ones."""
    numbers = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            if broken and number % broken == 0:
                numbers.append(number)
                file.write(f'{{"id": {number}, "messages": 7}}\n')
            else:
                messages = [customer(f"Where is parcel {number}?"), agent(f"Thank you, {number}. I will look.")]
                file.write(json.dumps({"id": number, "messages": messages}) + "\n")
    return numbers


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "simulator", "score", *map(str, arguments)]


def test_a_file_with_all_kinds_of_lines(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = json.dumps({"id": "ё", "messages": [agent("Спасибо, что подождали!")]}, ensure_ascii=False)
    rows = [
        b"\xef\xbb\xbf" + good.encode() + b"\r",
        b"",
        b"   \r",
        good.encode(),
        b"\xff\xfe\x00",
        b"{",
        b"[" * 100_000,
        b'{"id": 1' + b"0" * 5000 + b', "messages": []}',
        b'{"id": "n", "messages": NaN}',
        b'{"id": "z", "messages": []}',
    ]
    source.write_bytes(b"\n".join(rows))
    done = subprocess.run(command(source, "--out", out), capture_output=True, text=True, encoding="utf-8", check=True)
    assert [row["id"] for row in lines_of(out)] == ["ё", "ё", "z"]
    problems = lines_of(tmp_path / "out.errors.jsonl")
    assert [row["line"] for row in problems] == [5, 6, 7, 8, 9]
    assert problems[-1]["id"] == "n"
    assert all(f"{source}:{row['line']}: {row['problem']}" in done.stderr for row in problems)
    assert "%" not in done.stderr, "a progress bar is for terminals"


def test_a_line_too_long_is_never_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.transcripts.lines.MOST_BYTES", 1_000)
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    long = json.dumps({"id": 1, "messages": [agent("x" * 5_000)]})
    source.write_text(f'{long}\n{{"id": 2, "messages": []}}\n{long}', "utf-8")
    tally = score_file(source, out)
    assert (tally.scored, tally.broken) == (1, 2)
    assert [row["line"] for row in lines_of(errors_path(out))] == [1, 3]


def test_workers_keep_the_order(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    numbers = write(source, 200, broken=7)
    score_file(source, tmp_path / "one.jsonl")
    tally = score_file(source, tmp_path / "two.jsonl", workers=2)
    assert (tally.scored, tally.broken) == (200 - len(numbers), len(numbers))
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    assert [row["line"] for row in lines_of(tmp_path / "two.errors.jsonl")] == numbers


def test_the_scores_of_the_run_before_are_kept(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    out.touch()
    write(source, 30, broken=4)
    score_file(source, out)
    whole, problems = out.read_bytes(), errors_path(out).read_bytes()
    assert score_file(source, out, resume=True).skipped == 30
    assert (out.read_bytes(), errors_path(out).read_bytes()) == (whole, problems)
    write(source, 3)
    score_file(source, out)
    assert len(lines_of(out)) == 3
    assert out.with_name("out.jsonl.bak").read_bytes() == whole
    assert not errors_path(out).exists()


def test_a_cut_file_is_mended(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write(source, 12, broken=4)
    score_file(source, out)
    whole, problems = out.read_bytes(), errors_path(out).read_bytes()
    # The results up to some line are written, and the next one is cut, whichever file it goes to.
    rows = sorted(
        [(row["id"], out, line) for row, line in zip(lines_of(out), whole.splitlines(True), strict=True)]
        + [
            (row["line"], errors_path(out), line)
            for row, line in zip(lines_of(errors_path(out)), problems.splitlines(True), strict=True)
        ],
        key=lambda row: row[0],
    )
    for done in range(len(rows)):
        out.write_bytes(b"")
        errors_path(out).write_bytes(b"")
        for number, path, line in rows[: done + 1]:
            with path.open("ab") as file:
                file.write(line if number <= done else line[: len(line) // 2])
        assert score_file(source, out, resume=True).skipped == done
        assert (out.read_bytes(), errors_path(out).read_bytes()) == (whole, problems)


def test_resuming_with_other_conversations_is_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write(source, 10)
    score_file(source, out)
    before = out.read_bytes()
    write(source, 4)
    with pytest.raises(ScoringFailed, match="more than"):
        score_file(source, out, resume=True)
    other = [json.dumps({"id": f"other {n}", "messages": []}) for n in range(20)]
    source.write_text("\n".join(other), "utf-8")
    with pytest.raises(ScoringFailed, match="not scores of"):
        score_file(source, out, resume=True)
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b'[{"id": 1, "messages": []}]', "jq"),
        (b'[\n  {"id": 1, "messages": []}\n]', "jq"),
        (gzip.compress(b'{"id": 1, "messages": []}'), "gunzip"),
        ('{"id": 1, "messages": []}'.encode("utf-16"), "UTF-8"),
    ],
)
def test_files_of_another_kind_are_refused_with_one_hint(tmp_path: Path, body: bytes, hint: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(body)
    with pytest.raises(ScoringFailed, match=hint):
        score_file(source, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_where_nothing_can_be_scored_the_command_fails(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("id;text\n1;Hello\n", "utf-8")
    done = subprocess.run(command(source, "--out", tmp_path / "o.jsonl"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "docs/bulk.md" in done.stderr


def test_the_keys_that_are_there_are_named() -> None:
    with pytest.raises(TranscriptError, match=r"messages\[0\]\.text.*“content”"):
        score({"role": "agent", "content": "Hello"})
    with pytest.raises(TranscriptError, match=r"messages: .*“conversation”"):
        score_conversation({"id": 1, "conversation": []})


def test_files_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write(source, 1)
    with pytest.raises(ScoringFailed, match="overwrite"):
        score_file(source, source)
    with pytest.raises(ScoringFailed, match=r"none\.jsonl"):
        score_file(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    with pytest.raises(ScoringFailed, match="nowhere"):
        score_file(source, tmp_path / "nowhere" / "out.jsonl")
    done = subprocess.run(command(tmp_path / "none.jsonl", "--out", tmp_path / "o"), capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path: Path, workers: int) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    count = 3_000
    numbers = write(source, count, broken=11)
    expected = [number for number in range(1, count + 1) if number not in set(numbers)]
    chance = random.Random(workers)
    kills = 0
    for _ in range(40):
        process = subprocess.Popen(
            command(source, "--out", out, "--workers", str(workers), "--resume"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        before = out.stat().st_size if out.exists() else 0
        while process.poll() is None and (out.stat().st_size if out.exists() else 0) <= before:
            time.sleep(0.005)
        if kills < 4:
            time.sleep(chance.random() * 0.2)
            children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
            _, alive = psutil.wait_procs(children, timeout=20)
            assert not alive, "workers end with the one that they work for"
        elif process.wait() == 0:
            break
    assert kills >= 2
    assert [row["id"] for row in lines_of(out)] == expected
    assert [row["line"] for row in lines_of(errors_path(out))] == numbers
    assert not list(tmp_path.glob(".*.lock"))


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write(source, 3)

    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(ScoringFailed, match="another run"):
            score_file(source, out, resume=True)

    assert score_file(source, out, progress=meanwhile).scored == 3
    assert len(lines_of(out)) == 3


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write(source, 20_000)
    process = psutil.Process()
    sizes: list[int] = []
    place = 0

    def look(done: int, total: int) -> None:
        nonlocal place
        place += 1
        if place % 2_000 == 0:
            sizes.append(process.memory_info().rss)

    score_file(source, tmp_path / "out.jsonl", progress=look)
    assert len(sizes) == 10
    # Caches of texts and words fill in the first quarter; then nothing may be added.
    assert sizes[-1] - sizes[2] < 15 * 1024 * 1024


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write(source, 5)
    told: list[tuple[int, int]] = []
    score_file(source, tmp_path / "out.jsonl", progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (source.stat().st_size, source.stat().st_size)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_stopped_by_hand_it_says_how_to_go_on(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write(source, 20_000)
    process = subprocess.Popen(command(source, "--out", out), stderr=subprocess.PIPE, text=True)
    while not (out.exists() and out.stat().st_size):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in told
    assert "Traceback" not in told


def test_the_same_function_runs_on_a_dask_cluster() -> None:
    pytest.importorskip("distributed")
    import dask.bag
    from distributed import Client, LocalCluster

    conversations = [
        {"id": number, "messages": [customer(ANGRY["en"]), agent(KIND["en"] if number % 2 else RUDE["en"])]}
        for number in range(20)
    ]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        scored = dask.bag.from_sequence(conversations, npartitions=4).map(score_conversation).compute()
    assert scored == [score_conversation(conversation) for conversation in conversations]


def test_a_long_conversation_and_long_messages_are_scored(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    talk = [message for number in range(500) for message in (customer(f"Where is parcel {number}?"), agent("Soon."))]
    rows = [
        {"id": "long talk", "messages": talk},
        {"id": "long texts", "messages": [customer("a" * 1_000_000), agent("я" * 1_000_000), agent("(" * 1_000_000)]},
    ]
    source.write_bytes(b"\r\n".join(json.dumps(row).encode() for row in rows))
    assert score_file(source, out).scored == 2
    assert [len(row["messages"]) for row in lines_of(out)] == [1_000, 3]


def test_scores_do_not_depend_on_the_process(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    texts = [text for said in (ANGRY, KIND, RUDE, THANKFUL) for text in said.values()]
    talks = [[customer(one), agent(other)] for one, other in zip(texts, reversed(texts), strict=True)]
    source.write_text("\n".join(json.dumps({"id": 0, "messages": talk}) for talk in talks), "utf-8")
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(command(source, "--out", tmp_path / f"{seed}.jsonl"), env=environment, check=True)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
