import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.reading.normalize import label_words, tidy, without_diacritics, words
from tests.reading.sending import LABELS, Form

FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa giải", "hoà giải"),
        ("thủy lợi", "thuỷ lợi"),
        ("tỷ lệ", "tỉ lệ"),
        ("kỹ năng", "kĩ năng"),
        ("quý", "quí"),
        ("BẠO LỰC", "bạo lực"),
        ("cơ\nsở\u00a0giáo\tdục", "cơ sở giáo dục"),
        ("cơ\u200bsở", "cơsở"),
    ],
)
def test_spellings_of_one_word_have_one_key(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Gia Viễn", "Gia Viển"), ("bạo lực", "báo lực"), ("tư vấn", "từ vấn"), ("đạt", "dạt"), ("tai", "tay")],
)
def test_another_diacritic_is_another_word(one: str, other: str) -> None:
    assert words(one) != words(other)


@pytest.mark.parametrize(
    "dressed",
    [
        "1. Cơ sở giáo dục",
        "1.2 Cơ sở giáo dục",
        "IV. Cơ sở giáo dục",
        "a) Cơ sở giáo dục",
        "- Cơ sở giáo dục",
        "Trong đó: cơ sở giáo dục",
        "Cơ sở giáo dục (cơ sở)",
        "Cơ sở giáo dục (người)",
        "Cơ sở giáo dục (ĐVT: cơ sở)",
        "Cơ sở giáo dục (3=1+2)",
        "Cơ sở giáo dục (nguoi)",
        "Cơ sở giáo dục, cơ sở",
        "Cơ sở giáo dục - ĐVT: trường",
        "Các cơ sở giáo dục",
    ],
)
def test_numbering_and_measure_are_no_part_of_a_label(dressed: str) -> None:
    assert label_words(dressed) == label_words("Cơ sở giáo dục")


def test_a_bracket_that_changes_what_is_counted_stays() -> None:
    assert label_words("Cơ sở giáo dục (nữ)") != label_words("Cơ sở giáo dục")
    assert label_words("Cơ sở giáo dục (chưa lồng ghép)") != label_words("Cơ sở giáo dục")


def test_a_number_within_a_label_stays() -> None:
    assert label_words("Trẻ em dưới 16 tuổi") != label_words("Trẻ em dưới 18 tuổi")


def test_text_is_tidied_to_single_blanks_and_composed_letters() -> None:
    assert tidy("  SỐ\u00a0 người\r\nbị\ufeff ") == "số người bị"


def test_diacritics_come_off_the_letter_that_unicode_does_not_take_apart() -> None:
    assert without_diacritics("Đỗ đạt") == "Do dat"


@given(st.sampled_from(LABELS), st.sampled_from(FORMS), st.sampled_from([str.upper, str.lower, str.title]))
def test_any_unicode_form_and_case_of_a_label_has_its_key(label: str, form: Form, case: Callable[[str], str]) -> None:
    assert label_words(unicodedata.normalize(form, case(label))) == label_words(label)


@given(st.text(max_size=60))
def test_any_text_at_all_has_a_key(text: str) -> None:
    assert all(word and not word.isspace() for word in words(text))
    assert tidy(tidy(text)) == tidy(text)
