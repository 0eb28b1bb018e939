import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.i18n import LANGUAGES, LOCALE_FOLDER, Bilingual, language, phrase
from tests.words import TRANSLATED, faults, mo_file, po_file, sentences_in_code

PLANS = sorted((LOCALE_FOLDER.parent / "plan" / "builtin").glob("*.toml"))


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_catalogue_is_complete_and_compiled(tag: str) -> None:
    assert list(faults(tag)) == []


def test_every_language_but_english_has_a_catalogue() -> None:
    assert [tag for tag in LANGUAGES if not (po_file(tag).exists() and mo_file(tag).exists())] == ["en"]


def test_sentences_are_found_in_code_and_in_help() -> None:
    sentences = sentences_in_code()
    assert "The file is empty." in sentences
    assert "{year}: {place} meets {met} of {judged} thresholds in force; {count} is missed." in sentences
    assert "Show the version." in sentences


def test_a_sentence_is_said_in_vietnamese_with_its_details_in_vietnamese() -> None:
    wording = phrase(
        "{part}: {part_count}, but {whole}: only {whole_count}.",
        part=Bilingual("Số cơ sở giáo dục có lồng ghép", "Schools integrating"),
        part_count=1234,
        whole=Bilingual("Số cơ sở giáo dục", "Schools"),
        whole_count=1200,
    )
    said = language("vi").say(wording)
    assert said == "“Số cơ sở giáo dục có lồng ghép” ghi 1.234, lớn hơn “Số cơ sở giáo dục” ghi 1.200."


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_the_texts_of_a_plan_are_in_both_languages(plan: Path) -> None:
    halves = [text for text in _bilinguals(tomllib.loads(plan.read_text("utf-8"))) if not (text["vi"] and text["en"])]
    assert halves == []


def _bilinguals(content: Any) -> Iterator[dict[str, Any]]:
    """Every table of a plan file that holds a text in Vietnamese or in English."""
    if isinstance(content, dict) and content.keys() & {"vi", "en"}:
        yield {"vi": None, "en": None, **content}
    elif isinstance(content, dict | list):
        for value in content.values() if isinstance(content, dict) else content:
            yield from _bilinguals(value)
