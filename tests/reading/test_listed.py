"""Every entry of the vocabulary is needed by a heading here: a new word is one line there and one in `labels.txt`."""

from pathlib import Path

import pytest

from gbv_kpi.reading.labels import MEASURES, Kind, listed
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import without_diacritics
from gbv_kpi.reading.titles import is_signature, is_year_label, names_recipient, read_line, reporting_unit_in
from gbv_kpi.reading.units import UnitDirectory
from tests.reading.sending import PLAN

VOCABULARY = Vocabulary(PLAN)
NAMES = UnitDirectory(PLAN).in_year(2023)
LINES = Path(__file__).with_name("labels.txt").read_text(encoding="utf-8").splitlines()[1:]
LABELS = [tuple(line.split(": ", 1)) for line in LINES]
HEADINGS = [(meaning, text) for meaning, text in LABELS if meaning in set(Kind)]


def test_list_of_words_is_the_one_that_is_tested() -> None:
    meanings = dict.fromkeys(meaning for meaning, _ in LABELS)
    assert [(meaning, text) for meaning in meanings for text in listed(meaning)] == LABELS


@pytest.mark.quick(40)
@pytest.mark.parametrize(("meaning", "text"), HEADINGS)
def test_heading_of_a_listed_word_has_its_meaning(meaning: str, text: str) -> None:
    label = VOCABULARY.explain(text)
    assert label.only({Kind(meaning)}) or (len(label.atoms) == 1 and label.field is not None)


@pytest.mark.quick(40)
@pytest.mark.parametrize(("meaning", "text"), HEADINGS)
def test_heading_without_diacritics_has_its_meaning(meaning: str, text: str) -> None:
    label = VOCABULARY.explain(without_diacritics(text).upper())
    assert label.only({Kind(meaning)}) or label.field is not None


@pytest.mark.parametrize(("counts", "text"), [(meaning, text) for meaning, text in LABELS if meaning in MEASURES])
def test_listed_measure_says_what_it_counts(counts: str, text: str) -> None:
    label = VOCABULARY.explain(text)
    assert label.only({Kind.MEASURE})
    assert all(counts in atom.counts for atom in label.atoms if atom.counts)


@pytest.mark.parametrize("text", [text for meaning, text in LABELS if meaning == "office"])
def test_office_before_a_unit_is_the_units(text: str) -> None:
    if text.isascii() and text.endswith("of"):
        text = f"{text} "
    found = NAMES.find(f"{text} huyện Nho Quan")
    assert found is not None
    assert found.unit.name == "Huyện Nho Quan"


@pytest.mark.parametrize("text", [text for meaning, text in LABELS if meaning == "reporter"])
def test_label_of_the_reporter_is_followed_by_it(text: str) -> None:
    assert reporting_unit_in(f"{text}: Nho Quan") == "nho quan"


@pytest.mark.parametrize("text", [text for meaning, text in LABELS if meaning == "recipient"])
def test_recipient_is_no_reporter(text: str) -> None:
    assert names_recipient(f"{text}: UBND huyện Nho Quan")
    assert reporting_unit_in(f"{text}: UBND huyện Nho Quan") is None


@pytest.mark.parametrize("text", [text for meaning, text in LABELS if meaning == "year label"])
def test_label_of_the_year_is_known(text: str) -> None:
    assert is_year_label(f"{text}:")


@pytest.mark.parametrize("text", [text for meaning, text in LABELS if meaning == "signature"])
def test_signature_is_known(text: str) -> None:
    assert is_signature(text.upper())


@pytest.mark.parametrize(
    ("meaning", "text"), [entry for entry in LABELS if entry[0].endswith(("in a line", "of a line"))]
)
def test_phrase_of_a_title_line_has_its_meaning(meaning: str, text: str) -> None:
    kind = meaning.split(maxsplit=1)[0]
    if kind == "document":
        assert read_line(f"Biểu {text}").against is None
    elif kind == "result":
        assert read_line(f"{text} của dự kiến").against is None
    else:
        assert read_line(f"{text} của đơn vị").against == Kind(kind.replace("-", " "))
