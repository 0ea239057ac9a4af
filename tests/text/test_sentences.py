"""Where sentences end: a summary stops where its author took a breath."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text.sentences import completed, opening, shorten, summarised

# (text, how much of it fits): the end of the part in brackets is the last sentence end before that.
ENDS = (
    "[Mr. Smith met Dr. Jones on Jan. 5 at 10 a.m. in St. Paul.] They spoke of homes and land for all.",
    "[The U.S. Supreme Court ruled on J. R. Miller v. U.K. Ltd. today.] The ruling was long and clear.",
    "[See Fig. 3 and No. 7, p. 12, vol. 2 of the report, i.e. its end.] Then read the whole of it again.",
    "[They asked him, and he said no.] The court did not accept this answer and sent them away again.",
    "[It costs 3.5 million, or 1.200.000 pesos in www.example.org terms.] Nobody knows who will pay it.",
    "[«Nos vamos a casa», dijo la Sra. López en la av. Juárez núm. 5 bis.] Luego salió con todos los demás.",
    "[¿Qué pasó con los desplazados, p. ej. los de EE. UU. y Ud. mismo?] Nadie lo sabe todavía, dicen.",
    "[Dijo que no.] La reunión de los vecinos con el alcalde terminó sin acuerdo después de tres horas.",
    "[Mme Dupont et M. Martin ont vu le art. 5 du règlement, etc. !] Ensuite ils sont partis ensemble.",
    "[Das Gericht tagte am 3. Oktober, vgl. Nr. 7 und z. B. Abs. 2 davon.] Danach gingen alle nach Hause.",
    "[قالت المحكمة إن القواعد الجديدة سارية؟] ثم انصرف الجميع إلى بيوتهم بعد يوم طويل من المداولات.",
    "[وزارتخانه قوانین را منتشر کرد۔] سپس همه به خانه رفتند و هیچ کس چیزی نگفت تا روز بعد رسید آنجا.",
    "[该部周一公布了规定。]被强制迁移的租户现在可以在两年内要求归还他们的住房并且获得赔偿",
    "[「規則を公表した。」]借家人は二年以内に住居の返還を求めることができると大臣は述べた",
    "[मंत्रालय ने नियम प्रकाशित किए।] किरायेदार अब दो साल के भीतर अपना घर वापस मांग सकते हैं और रह सकते हैं",
    "[Суд решил дело в 2026 г. по ул. Мира и им. Ленина.] После этого все разошлись по своим домам.",
    "[“Why now?” she asked him twice (he was late).] The answer came only after the end of the meeting.",
    "[Wait…] what follows here is one long sentence that goes on and on without any end in sight at all",
)


@pytest.mark.parametrize("marked", ENDS[:-1])
def test_a_cut_falls_on_the_end_of_a_sentence_in_any_language(marked: str) -> None:
    whole = marked.replace("[", "").replace("]", "")
    first = marked[1 : marked.index("]")]
    for length in range(len(first), min(len(whole), 3 * len(first))):
        assert shorten(whole, length) == first, length


def test_every_cut_of_every_text_is_between_words_and_short() -> None:
    tried = torn = 0
    for marked in ENDS:
        whole = marked.replace("[", "").replace("]", "")
        for length in range(8, len(whole) + 1):
            short = shorten(whole, length)
            assert len(short) <= length
            tried += 1
            rest = whole[len(short.removesuffix("…")) :]
            spaced = whole.isascii()
            torn += spaced and short != whole and rest[:1].isalnum()
    assert tried > 1000
    assert torn == 0, f"{tried} cuts tried, {torn} within a word"


def test_what_feeds_put_below_a_summary_is_not_the_authors() -> None:
    text = "The court has decided on the case."
    for trailer in (
        "The post Court decides appeared first on Example News.",
        "La entrada El tribunal decide se publicó primero en Noticias.",
        "L’article Le tribunal est apparu en premier sur Exemple.",
        "Der Beitrag Das Gericht erschien zuerst auf Beispiel.",
        "O post O tribunal apareceu primeiro em Exemplo.",
        "Continue reading Court decides →", "Read more »", "Leer más…", "Lire la suite",
    ):  # fmt: skip
        assert summarised(f"{text} {trailer}", 400) == text
    for kept in ("Read more books. They help.", "He posted it. The post was first.", "Read more"):
        assert summarised(kept, 400) in (kept, "")


def test_a_text_that_its_source_has_torn_off_ends_with_a_whole_sentence() -> None:
    whole = "The court has decided on the case today."
    for mark in ("[…]", "[...]", "…", "...", "(...)"):
        assert summarised(f"{whole} The other party has {mark}", 400) == whole
    assert summarised("The other party has [...]", 400) == "The other party has…"


def test_a_summary_that_is_torn_off_is_completed_from_its_text() -> None:
    text = "By Ana. The court decided on Monday to give the homes back. It had taken long. The end."
    whole = text.removeprefix("By Ana. ")
    for torn in ("The court decided on Monday to give th", "The court decided on Monday to give the…",
                 "The court decided on Monday to give the homes back. It [...]"):  # fmt: skip
        assert completed(torn, text) == whole
    for kept in ("The court decided on Monday to give the homes back.", "Another text of that length, torn o",
                 "The court", ""):  # fmt: skip
        assert completed(kept, text) == kept


def test_the_opening_of_a_text_is_its_prose() -> None:
    lines = ["By Ana Example", "5 October 2026", "", "GENEVA", "The court decided the case on Monday.",
             "It had taken long."]  # fmt: skip
    assert opening(lines, 400) == "The court decided the case on Monday. It had taken long."
    assert opening(lines, 45) == "The court decided the case on Monday."
    assert opening(["Short", "lines"], 400) == "Short lines"
    assert opening([], 400) == ""


@given(st.text(max_size=300), st.integers(8, 120))
def test_a_summary_of_any_text_is_short(text: str, length: int) -> None:
    assert len(summarised(text, length)) <= length
    assert len(opening(text.splitlines(), length)) <= length
