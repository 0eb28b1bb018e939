from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.i18n import ENGLISH, Bilingual, language, language_from_env, phrase, plural
from gbv_kpi.render.formatting import number_text

VIETNAMESE = language("vi")


@pytest.mark.parametrize(
    ("environment", "tag"),
    [
        ({}, "en"),
        ({"GBV_KPI_LANG": "vi", "LANG": "en_US.UTF-8"}, "vi"),
        ({"GBV_KPI_LANG": "en", "LANG": "vi_VN.UTF-8"}, "en"),
        ({"GBV_KPI_LANG": "VI"}, "vi"),
        ({"GBV_KPI_LANG": "vi_VN", "LANG": "C"}, "vi"),
        ({"GBV_KPI_LANG": "fr", "LANG": "vi_VN"}, "vi"),
        ({"GBV_KPI_LANG": "", "LANG": "vi_VN"}, "vi"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LC_ALL": "C", "LANG": "vi_VN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "vi_VN", "LANG": "en_US"}, "vi"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
    ],
)
def test_language_is_the_one_asked_for_else_the_locales_else_english(environment: dict[str, str], tag: str) -> None:
    assert language_from_env(environment) == tag


def test_anything_but_vietnamese_is_english() -> None:
    assert [language(tag).tag for tag in ("vi", "en", "fr", "")] == ["vi", "en", "en", "en"]


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (1234, 0, "1.234", "1,234"),
        (Decimal("99.96"), 2, "99,96", "99.96"),
        (Decimal(90), 1, "90,0", "90.0"),
        (-4, 0, "-4", "-4"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(value: int | Decimal, decimals: int, vi: str, en: str) -> None:
    assert (VIETNAMESE.number(value, decimals), ENGLISH.number(value, decimals)) == (vi, en)
    assert number_text(value, decimals, "percent", VIETNAMESE) == f"{vi}%"


@given(st.decimals(-(10**12), 10**12, places=4), st.integers(0, 5))
def test_numbers_are_written_as_unicodes_locale_data_have_them(value: Decimal, decimals: int) -> None:
    pattern = "#,##0" + "." * bool(decimals) + "0" * decimals
    for spoken in (VIETNAMESE, ENGLISH):
        assert spoken.number(value, decimals) == format_decimal(value, format=pattern, locale=spoken.tag)


@given(st.decimals(-(10**9), 10**9, places=4))
def test_a_number_loses_no_digit_it_was_to_show(value: Decimal) -> None:
    assert Decimal(ENGLISH.number(value, 4).replace(",", "")) == value
    assert Decimal(VIETNAMESE.number(value, 4).replace(".", "").replace(",", ".")) == value


def test_a_detail_is_written_by_its_kind() -> None:
    spoken = phrase(
        "{count} {share} {name} {field} {inner}",
        count=1234,
        share=Decimal("90.50"),
        name="1234",
        field=Bilingual("trường", "school"),
        inner=phrase("{n} more", n=2000),
    )
    assert ENGLISH.say(spoken) == "1,234 90.5 1234 school 2,000 more"


def test_a_text_without_english_is_said_in_vietnamese() -> None:
    assert ENGLISH.say(Bilingual("Tỉnh Ninh Bình")) == "Tỉnh Ninh Bình"
    assert VIETNAMESE.say(Bilingual("Tỉnh", "Province")) == "Tỉnh"


@pytest.mark.parametrize(("count", "said"), [(0, "0 units"), (1, "1 unit"), (2, "2 units"), (1000, "1,000 units")])
def test_english_has_a_word_for_one_and_another_for_any_other_count(count: int, said: str) -> None:
    assert ENGLISH.say(plural("{count} unit", "{count} units", count)) == said


@given(st.text())
def test_braces_in_a_detail_are_text_and_no_places_to_fill(found: str) -> None:
    assert ENGLISH.say(phrase("“{found}” is not a year.", found=found)) == f"“{found}” is not a year."


def test_plain_text_is_said_as_it_stands() -> None:
    assert ENGLISH.say("{not} a %s place") == "{not} a %s place"
