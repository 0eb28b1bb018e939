"""Letters that were lost, or that are those of an old font."""

import pytest

from gbv_kpi.sheets.encodings import SHORT, clean_text, composed, decode_page, lost_letters
from gbv_kpi.sheets.sheet import LONGEST_TEXT

LABEL = "Số người bị bạo lực trên cơ sở giới"


def code_of(*texts: str) -> str | None:
    refusal = lost_letters([(f"A{row}", text) for row, text in enumerate(texts, 1)])
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    "texts",
    [
        ("§¬n vÞ", "N¨m", "Sè ng­êi bÞ b¹o lùc"),
        ("Ñôn vò", "Soá ngöôøi bò baïo löïc", "Huyeän Nho Quan"),
        (LABEL, "HuyÖn Yªn Kh¸nh", "Thµnh phè Tam §iÖp"),
    ],
)
def test_several_words_of_an_old_font_are_told(texts: tuple[str, ...]) -> None:
    assert code_of(*texts) == "legacy-encoding"


@pytest.mark.parametrize(
    "cell",
    [
        "diện tích 12 m²", "café Zürich", "«Như trên»", "số liệu¹", "100 µg", "Ghi chú: CO²e", "Ghi chú: 5·10³ m² ®",
        "mô hình«Nhà tạm lánh»tại huyện", "Köln, Düsseldorf, Zürich", "Đơn vị báo cáo: HuyÖn Nho Quan", "Thế nào? Tốt?",
    ],
)  # fmt: skip
def test_a_strange_sign_among_unicode_is_no_old_font(cell: str) -> None:
    assert code_of(LABEL, cell) is None


@pytest.mark.parametrize("texts", [("café;naïve", "victims;schools"), ("Why? What? So?",), ()])
def test_english_is_no_old_font(texts: tuple[str, ...]) -> None:
    assert code_of(*texts) is None


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_letters_encoded_twice_are_told_as_that(encoding: str) -> None:
    twice = LABEL.encode().decode(encoding, "replace")
    refusal = lost_letters([("C2", twice)])
    assert refusal is not None
    assert (refusal.code, refusal.message.details["cells"]) == ("undecodable-text", "C2")
    assert "twice" in refusal.message.wording


def test_letters_lost_as_question_marks_are_told_with_their_cells() -> None:
    lost = LABEL.encode("latin-1", "replace").decode("latin-1")
    refusal = lost_letters([("A1", "STT"), ("C2", lost)])
    assert refusal is not None
    assert (refusal.code, refusal.message.details["cells"]) == ("undecodable-text", "C2")
    assert "lost" in refusal.message.wording


@pytest.mark.parametrize(
    ("text", "clean"), [('="10"', "10"), ('="a""b"', 'a"b'), ("=1+1", "=1+1"), ('="', '="'), ("e\u0302", "ê")]
)
def test_a_cell_is_cleaned_of_what_only_protects_it(text: str, clean: str) -> None:
    assert clean_text(text) == clean


def test_a_text_of_endless_marks_is_cut() -> None:
    assert len(clean_text("a" + "\u0301\u0323" * 40_000)) < SHORT
    assert len(clean_text("ă" * 40_000)) == LONGEST_TEXT
    assert composed("e\u0302\u0323" * SHORT) == "ệ" * SHORT


@pytest.mark.parametrize("named", ["charset=windows-1258", "charset = 'windows-1258'", 'charset="windows-1258"/'])
def test_a_page_is_decoded_as_it_says(named: str) -> None:
    assert decode_page(f"<meta {named}>".encode() + b"<p>\xd5") == (f"<meta {named}><p>Ơ", "windows-1258")
