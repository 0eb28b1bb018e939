"""`explain` tells what each code means, in both languages."""

import json

import pytest

from gbv_kpi.i18n import ENGLISH, language
from gbv_kpi.problems import CATALOGUE
from tests.command import run


def test_explain_alone_lists_every_code() -> None:
    ran = run("explain")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")] == list(CATALOGUE)


@pytest.mark.quick(12)
@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_code_is_explained_with_meaning_example_and_remedy(code: str, lang: str) -> None:
    said, kind = language(lang).say, CATALOGUE[code]
    ran = run("explain", code, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert all(said(text) in ran.out for text in (kind.meaning, kind.example, kind.remedy))


@pytest.mark.parametrize("code", CATALOGUE)
def test_an_explanation_is_made_of_sentences(code: str) -> None:
    for text in map(ENGLISH.say, (CATALOGUE[code].meaning, CATALOGUE[code].remedy)):
        assert text[0].isupper()
        assert text.endswith(".")


def test_a_code_that_is_none_is_told_with_the_nearest() -> None:
    ran = run("explain", "part-exceed-total")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("gbv-kpi: Unknown code part-exceed-total; did you mean part-exceeds-total")
    assert "gbv-kpi explain lists all codes" in run("explain", "xyz").err


def test_as_json_the_codes_are_the_same_in_every_language() -> None:
    vietnamese, english = (
        json.loads(run("explain", "--format", "json", "--lang", t).out)["codes"] for t in ("vi", "en")
    )
    assert [code["code"] for code in vietnamese] == [code["code"] for code in english] == list(CATALOGUE)
    assert {code["severity"] for code in english} == {"error", "warning"}
    (one,) = json.loads(run("explain", "missing-year", "--format", "json").out)["codes"]
    assert one["code"] == "missing-year"
