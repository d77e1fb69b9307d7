"""Answers to questions in languages that no scenario has: read, compared and of the kind that is asked for."""

from __future__ import annotations

import pytest

from simulator.conversation import Quote
from simulator.observation.support import weigh
from simulator.observation.support.reading import read

SHOPS = {
    "zh": (
        "北门店在2019年开业，店长是李娜，每天有三十五名员工上班，退货率为12%。南门店在2007年开业，"
        "店长是王强，每天有八十名员工上班，退货率为30%。两家店都在节假日照常营业，送货范围覆盖整个城市。",
        [
            ("北门店是哪一年开业的？", "2019年", "12%"),
            ("北门店每天有多少名员工上班？", "35", "2007"),
            ("南门店的店长是谁？", "王强", "李娜"),
        ],
    ),
    "ar": (
        "افتتح المتجر الشمالي في عام 2019 وتديره ليلى حداد ويعمل فيه خمسة موظفين ونسبة المرتجعات فيه 12٪. "
        "افتتح المتجر الجنوبي في عام 2007 ويديره سامر خوري ويعمل فيه تسعة موظفين ونسبة المرتجعات فيه 30٪. "
        "يعمل المتجران في أيام العطل ويشمل التوصيل جميع أحياء المدينة.",
        [
            ("في أي عام افتتح المتجر الشمالي؟", "2019", "12٪"),
            ("كم موظفا يعمل في المتجر الشمالي؟", "خمسة", "ليلى حداد"),
            ("من هو مدير المتجر الجنوبي؟", "سامر خوري", "2007"),
        ],
    ),
    "hi": (
        "उत्तरी दुकान 2019 में खुली, उसकी प्रबंधक मीरा शर्मा हैं, वहाँ पाँच कर्मचारी हैं और वापसी 12% है। "
        "दक्षिणी दुकान 2007 में खुली, उसके प्रबंधक रवि वर्मा हैं, वहाँ नौ कर्मचारी हैं और वापसी 30% है। "
        "दोनों दुकानें छुट्टियों में खुली रहती हैं और पूरे शहर में सामान पहुँचाती हैं।",
        [
            ("उत्तरी दुकान किस वर्ष खुली?", "2019", "12%"),
            ("उत्तरी दुकान में कितने कर्मचारी हैं?", "पाँच", "मीरा शर्मा"),
            ("दक्षिणी दुकान का प्रबंधक कौन है?", "रवि वर्मा", "2007"),
        ],
    ),
    "vi": (
        "Cửa hàng phía bắc mở cửa năm 2019, quản lý là Lan Phạm, có bốn nhân viên và tỷ lệ trả hàng là 12%. "
        "Cửa hàng phía nam mở cửa năm 2007, quản lý là Minh Trần, có chín nhân viên và tỷ lệ trả hàng là 30%. "
        "Cả hai nơi đều phục vụ vào ngày lễ và giao hàng khắp thành phố.",
        [
            ("Cửa hàng phía bắc mở cửa vào năm nào?", "2019", "12%"),
            ("Cửa hàng phía bắc có bao nhiêu nhân viên?", "bốn", "Lan Phạm"),
            ("Quản lý cửa hàng phía nam là ai?", "Minh Trần", "2007"),
        ],
    ),
}
QUESTIONS = [
    pytest.param(language, text, *rest, id=f"{language}-{number}")
    for language, (text, questions) in SHOPS.items()
    for number, rest in enumerate(questions)
]


def support(reply: str, text: str, question: str | None, language: str) -> float:
    weighed = weigh(Quote(reply, 0, len(reply)), reply, (("", text),), question=question, language=language)
    assert weighed is not None
    return weighed.support


@pytest.mark.parametrize(("language", "text", "question", "right", "wrong"), QUESTIONS)
def test_the_right_short_answer_has_more_support(
    language: str, text: str, question: str, right: str, wrong: str
) -> None:
    assert support(right, text, question, language) > support(wrong, text, question, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("zh", "三十五", "35"),
        ("zh", "两百万", "2000000"),
        ("zh", "一千零五", "1005"),
        ("zh", "二〇一九", "2019"),
        ("ar", "٣٥", "35"),
        ("ar", "خمسة", "5"),
        ("hi", "३५", "35"),
        ("hi", "तीन", "3"),
        ("vi", "mười", "10"),
        ("hi", "कंपनियों", "कंपनी"),
        ("ar", "الشركات", "شركة"),
        ("ar", "أولى", "اولى"),
    ],
)
def test_two_forms_of_a_word_or_number_are_one(language: str, one: str, other: str) -> None:
    assert [token.key for token in read(one, language).tokens] == [token.key for token in read(other, language).tokens]


@pytest.mark.parametrize("word", ["统一", "百货", "十分感谢"])
def test_a_sign_for_a_number_inside_a_word_is_no_number(word: str) -> None:
    assert not any(token.number for token in read(word, "zh").tokens)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh", "未来几天天气非常好。"), ("ar", "الخدمة جزء لا يتجزأ من العرض."), ("vi", "Đây là phần không thể thiếu.")],
)
def test_a_negation_inside_a_word_or_set_phrase_denies_nothing(language: str, sentence: str) -> None:
    assert not read(sentence, language).negative


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [
        ("en", "Which lamp is the brightest?", {"lamp"}),
        ("zh", "商店什么时候开门？", {"开", "门"}),
        ("zh", "商店的名称是什么？", {"名", "称"}),
        ("vi", "Công ty nào bán đèn?", {"công", "ty"}),
    ],
)
def test_the_focus_is_what_stands_with_the_question_word(language: str, question: str, words: set[str]) -> None:
    reading = read(question, language)
    assert {token.key for token in reading.tokens if token.start in reading.focus} == words
