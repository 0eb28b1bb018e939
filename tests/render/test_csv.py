"""The rows of --format csv, read back with the csv module."""

import csv
import io
import json
from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH, LANGUAGES, Bilingual, language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.render.listing import COLUMNS, to_csv
from tests.command import CASES, judge, of_2025, run, well_but, with_units_named, write_csv

COMPILED = str(CASES / "tong-hop-2023.xlsx")
ACTING = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\u200b=1+1",
    "＝1+1",
    "=cmd|'/c calc'!A1",
)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def shown(*arguments: str) -> list[dict[str, str]]:
    return read(run("check", *arguments, "--format", "csv").out)


def outcome_named(folder: Path, plan: Plan, name: str) -> Outcome:
    """A unit and the province by that name, as a plan without units would take it from a file."""
    named = with_units_named(plan.model_copy(update={"place": Bilingual(name)}), name)
    card = judge(folder, plan, of_2025())
    return Outcome("check", Scorecard(named, card.frame, card.coverage), (), ())


def test_each_finding_is_a_row_and_the_same_as_in_json() -> None:
    rows, findings = shown(COMPILED), json.loads(run("check", COMPILED, "--format", "json").out)["findings"]
    assert len(rows) == len(findings)
    for row, finding in zip(rows, findings, strict=True):
        for key in ("indicator", "year", "scope", "unit", "numerator", "denominator", "status", "shortfall"):
            assert row[key] == ("" if finding[key] is None else str(finding[key]))
        rate = finding["rate_percent"]
        assert (float(row["rate"]) if row["rate"] else None) == rate
        assert row["provisional"] == str(finding["provisional"]).lower()


def test_a_row_in_full(tmp_path: Path, plan: Plan) -> None:
    """1,234 of 1,400 schools: 88.1429%, 85% in force and 100% from 2025, to which 166 are lacking."""
    file = write_csv(tmp_path / "r.csv", plan, [("372", 2024, well_but(schools=1400, schools_integrating=1234))])
    row = next(row for row in shown(file) if (row["indicator"], row["unit"]) == ("education", "372"))
    assert row == {
        "plan": "ninh-binh-63-kh-ubnd",
        "year": "2024",
        "indicator": "education",
        "indicator_title": "Education",
        "scope": "unit",
        "unit": "372",
        "unit_name": "Huyện Nho Quan",
        "numerator": "1234",
        "denominator": "1400",
        "rate": "88.1429",
        "measure": "percent",
        "comparator": ">=",
        "threshold": "85",
        "threshold_since": "2023",
        "next_comparator": ">=",
        "next_threshold": "100",
        "next_threshold_since": "2025",
        "status": "met",
        "status_text": "met",
        "shortfall": "0",
        "next_shortfall": "166",
        "provisional": "false",
        "note": "",
    }


def test_headings_and_figures_are_the_same_in_every_language() -> None:
    english, vietnamese = (shown(COMPILED, "--lang", tag) for tag in ("en", "vi"))
    spoken = ("indicator_title", "unit_name", "status_text", "note")
    assert [list(row) for row in english] == [list(COLUMNS)] * len(english)
    for one, other in zip(english, vietnamese, strict=True):
        assert {k: v for k, v in one.items() if k not in spoken} == {k: v for k, v in other.items() if k not in spoken}
    assert {row["status_text"] for row in vietnamese} >= {"đạt", "chưa đạt"}


def test_lines_end_as_the_standard_has_them() -> None:
    text = run("check", COMPILED, "--format", "csv").out
    assert text.count("\r\n") == text.count("\n") == len(read(text)) + 1


def test_a_file_has_the_mark_that_excel_knows_utf8_by_and_a_pipe_has_not(tmp_path: Path) -> None:
    run("check", COMPILED, "--output", str(tmp_path / "out.csv"))
    written = (tmp_path / "out.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfplan,year,")
    assert written.decode("utf-8-sig") == run("check", COMPILED, "--format", "csv").out


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", ACTING, ids=ascii)
def test_no_text_acts_as_a_formula(tmp_path: Path, plan: Plan, name: str) -> None:
    for row in read("".join(to_csv(outcome_named(tmp_path, plan, name), ENGLISH))):
        assert row["unit_name"].lstrip()[0] not in "=+-@＝＋－＠\t\r\n"
        assert "1" in row["unit_name"]


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "name", ['Huyện "A", B; C', "Huyện\x1b[31m A\x07", "Huyện A\r\nB,1,2", "Huyện \ud800"], ids=ascii
)
def test_a_strange_name_stays_in_its_cell(tmp_path: Path, plan: Plan, name: str) -> None:
    text = "".join(to_csv(outcome_named(tmp_path, plan, name), ENGLISH))
    rows = read(text)
    assert {row["unit_name"][:5] for row in rows} == {"Huyện"}
    assert {None, "note"} & rows[0].keys() == {"note"}
    assert "\x1b" not in text.encode().decode()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_same_outcome_is_the_same_text(tmp_path: Path, plan: Plan, tag: str) -> None:
    outcome = Outcome("check", judge(tmp_path, plan, of_2025()), (), ())
    assert list(to_csv(outcome, language(tag))) == list(to_csv(outcome, language(tag)))
