"""The HTML report, parsed by a parser that forgives nothing, and read as a person reads it."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import ENGLISH, language, phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.publication import Withheld
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.pipeline import judge_report
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.html.page import to_html
from gbv_kpi.returns.collect import read_returns
from tests.command import UNITS_OF_2025, Row, findings_frame, judge, of_2025, run, well_but, with_units_named, write_csv

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NO_CASES = dict.fromkeys(("victims", "victims_seeking_help", "cases_needing_help", "cases_helped"), 0)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\u202e'
SHOWN = HOSTILE.replace("\u202e", "\\u202e")


def parsed(page: str) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(page)
    return root


def report(folder: Path, plan: Plan, rows: Iterable[Row], *options: str, year: int = 2025) -> Element:
    file = write_csv(folder / "returns.csv", plan, list(rows))
    return parsed(run("report", "--year", str(year), file, "--format", "html", *options).out)


def text(element: Element | None) -> str:
    assert element is not None
    return " ".join(" ".join(element.itertext()).split())


def by_class(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def by_id(root: Element, name: str) -> Element:
    (element,) = (element for element in root.iter() if element.get("id") == name)
    return element


def card(root: Element, indicator: str) -> Element:
    return by_id(root, f"indicator-{indicator}")


def matrix(root: Element) -> Mapping[str, list[str]]:
    """The cells of the table of units by the name at the head of their row."""
    (table,) = by_class(root, "matrix")
    rows = [[text(cell) for cell in row] for row in table.iter("tr")]
    return {row[0]: row[1:] for row in rows}


def drawn(root: Element, indicator: str, kind: str = "bullet") -> Element:
    (chart,) = (svg for svg in root.iter() if svg.get("aria-labelledby", "").startswith(f"{kind}-{indicator}-title"))
    return chart


def description(chart: Element) -> str:
    return text(next(child for child in chart if str(child.tag).endswith("desc")))


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("tag", "verdict"),
    [
        ("en", "2025: Ninh Bình province meets 3 of 4 thresholds in force; 1 is missed."),
        ("vi", "Năm 2025, tỉnh Ninh Bình đạt 3/4 chỉ tiêu; còn 01 chỉ tiêu chưa đạt."),
    ],
)
def test_the_verdict_comes_first_in_words(tmp_path: Path, plan: Plan, tag: str, verdict: str) -> None:
    root = report(tmp_path, plan, of_2025({"372": well_but(schools_integrating=19)}), "--lang", tag)
    main = next(root.iter("main"))
    assert text(main[0][0]) == f"✗ {verdict}"
    assert "missed" in main[0].get("class", "")
    assert root.get("lang") == tag


def test_a_card_has_the_plans_words_the_figures_and_what_is_lacking(tmp_path: Path, plan: Plan) -> None:
    """7 units of 20 schools, one school short: 139/140 is 99.28…%."""
    education = card(report(tmp_path, plan, of_2025({"372": well_but(schools_integrating=19)})), "education")
    words = text(education)
    assert plan.indicator_by_id["education"].quote in words
    assert "99.3% ✗ missed" in words
    assert "Schools that integrate communication activities 139 Schools 140 Threshold in force ≥ 100%" in words
    assert "Lacking 1 (schools integrating)" in words


def test_figures_are_written_as_the_language_writes_them(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(village_workers=2000, village_workers_trained=1900)})
    root = report(tmp_path, plan, rows, "--lang", "vi")
    words = text(card(root, "training"))
    assert "2.540" in words  # 7 · 40 + 6 · 60 + 1900
    assert "2.640" in words
    assert "96,2%" in words


def test_a_threshold_ahead_stands_with_the_progress_towards_it(tmp_path: Path, plan: Plan) -> None:
    units = ("369", "370", "372", "373", "374", "375", "376", "377")
    root = report(tmp_path, plan, [(unit, 2024, well_but(victims_seeking_help=4)) for unit in units], year=2024)
    words = text(card(root, "help-seeking"))
    assert "40.0% ○ not due yet" in words
    assert "From 2025: ≥ 50%" in words
    assert "8 (people seeking help) lacking (on the figures of 2024)" in words


def test_the_caveat_stands_beside_help_seeking_alone(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, of_2025())
    having = [
        indicator.id for indicator in plan.indicators if "90% of victims stay silent" in text(card(root, indicator.id))
    ]
    assert having == ["help-seeking"]


def test_the_matrix_tells_each_unit_by_sign_and_word(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(schools_integrating=19), "373": well_but(**NO_CASES)})
    cells = matrix(report(tmp_path, plan, rows))
    assert cells["Huyện Nho Quan"] == [
        "60.0% ✓ met 6/10",
        "100.0% ✓ met 5/5",
        "100.0% ✓ met 100/100",
        "95.0% ✗ missed 19/20",
    ]
    assert cells["Huyện Gia Viễn"][:2] == ["– no cases", "– no cases"]
    assert cells["Threshold in force"] == ["≥ 50%", "≥ 100%", "> 90%", "≥ 100%"]
    assert list(cells)[:3] == ["Unit", "Threshold in force", "Ninh Bình province"]


def test_units_that_miss_a_threshold_are_listed_with_what_they_lack(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, of_2025({"372": well_but(schools_integrating=17)}))
    lacking = text(by_class(root, "wide")[1])
    assert "Huyện Nho Quan Education 85.0% 17/20 3 (schools integrating)" in lacking


@pytest.mark.slow
def test_of_very_many_units_those_are_shown_that_miss_a_threshold(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, of_2025({"372": well_but(schools_integrating=19)}))
    many = tuple(
        one
        for finding in scorecard.findings
        for one in (
            [finding]
            if finding.unit is None
            else [replace(finding, unit=f"Xã {n}") for n in range(3)]
            if finding.unit == "372"
            else [replace(finding, unit=f"Xã {n}") for n in range(3, 250)]
            if finding.unit == "373"
            else []
        )
    )
    root = parsed(
        to_html(Outcome("report", Scorecard(plan, findings_frame(plan, many), scorecard.coverage), (), ()), ENGLISH)
    )
    cells = matrix(root)
    assert [name for name in cells if name.startswith("Xã")] == ["Xã 0", "Xã 1", "Xã 2"]
    assert "… 247 more units" in cells


def test_what_units_are_silent_makes_the_verdict_provisional(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, of_2025(units=UNITS_OF_2025[:5]))
    (verdict,) = by_class(root, "verdict")
    assert "provisional" in verdict.get("class", "")
    assert "✓ 2025" not in text(verdict)
    assert "5 of 7 expected units have a valid return; the overall figures are provisional." in text(verdict)
    assert "Education, 2025: open: it depends on the missing units." in text(verdict)
    assert "Missing: Huyện Kim Sơn, Huyện Yên Mô." in text(next(root.iter("main")))


def test_where_no_return_is_valid_the_page_says_so(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, [("372", 2025, well_but(schools=-1))])
    assert text(by_class(root, "verdict")[0]).startswith("? Nothing could be judged: no return is valid.")
    assert "-1 is less than 0" in text(by_class(root, "problem")[0])
    assert by_class(root, "matrix") == []


def test_problems_are_grouped_with_their_places_and_remedies(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, of_2025(dict.fromkeys(UNITS_OF_2025[:5], well_but(schools=-1))))
    (group,) = by_class(root, "problem")
    words = text(group)
    assert words.startswith("error negative-number (5)")
    assert words.count("-1 is less than 0") == 3
    assert "… and 2 more" in words
    assert "→ " in words
    assert "Thành phố Tam Điệp, 2025" in words


def test_sources_stand_with_their_whole_hash(tmp_path: Path, plan: Plan) -> None:
    root = report(tmp_path, plan, of_2025())
    (table,) = by_class(root, "sources")
    assert str(tmp_path / "returns.csv") in text(table)
    assert re.search(r"[0-9a-f]{64}", text(table))


def test_the_moment_of_the_ledger_that_was_asked_for_is_named(tmp_path: Path, plan: Plan) -> None:
    outcome = Outcome("report", judge(tmp_path, plan, of_2025()), (), ())
    moment = datetime(2025, 12, 1, 8, 30, tzinfo=UTC)
    asked = replace(outcome, as_of=moment)
    assert f"As recorded in the ledger on {clock_text(moment)}." in to_html(asked, ENGLISH)
    assert "ledger" not in to_html(outcome, ENGLISH)


class TestOverTheYears:
    def rows(self) -> list[Row]:
        earlier = ("369", *UNITS_OF_2025)
        return [
            *((unit, 2023, well_but(schools_integrating=16)) for unit in earlier),
            *((unit, 2024, well_but(schools_integrating=18)) for unit in earlier),
            *of_2025(),
        ]

    def test_the_rate_of_last_year_stands_in_card_and_chart(self, tmp_path: Path, plan: Plan) -> None:
        root = report(tmp_path, plan, self.rows())
        assert "2024: 90.0%" in text(card(root, "education"))
        assert description(drawn(root, "education")) == (
            "2025: 100.0% (met); Threshold in force: ≥ 100%; 2024: 90.0% (met)."
        )

    def test_each_year_has_its_threshold_and_recast_figures_are_marked(self, tmp_path: Path, plan: Plan) -> None:
        root = report(tmp_path, plan, self.rows())
        table = by_class(root, "by-year")[3]
        cells = {text(row[0]): [text(cell) for cell in row][1:] for row in table.iter("tr")}
        assert cells["Threshold in force"] == ["≥ 85%", "≥ 85%", "≥ 100%"]
        assert cells["Ninh Bình province"] == ["✗ 80.0%", "✓ 90.0%", "✓ 100.0%"]
        assert cells["Thành phố Hoa Lư"] == ["✗ 80.0%*", "✓ 90.0%*", "✓ 100.0%"]
        assert "* recast" in text(next(root.iter("main")))

    def test_the_path_to_the_next_threshold_is_told(self, tmp_path: Path, plan: Plan) -> None:
        """From 80% in 2023 to 100% in 2025 the line has 90% in 2024."""
        root = report(tmp_path, plan, self.rows(), year=2024)
        assert "on track for ≥ 100% in 2025 (required now: 90.0%)" in text(by_class(root, "by-year")[3])

    def test_the_chart_of_the_years_is_told_in_words(self, tmp_path: Path, plan: Plan) -> None:
        told = description(drawn(report(tmp_path, plan, self.rows()), "education", "line"))
        assert told.startswith("2023: 80.0% (missed); Threshold in force: ≥ 85%; 2024: 90.0% (met);")

    @pytest.mark.quick(1)
    @pytest.mark.parametrize(("last_year", "now"), [(20, 20), (0, 20), (0, 0), (20, 0), (19, 20)])
    def test_what_is_drawn_lies_on_the_drawing(self, tmp_path: Path, plan: Plan, last_year: int, now: int) -> None:
        earlier = ("369", *UNITS_OF_2025)
        rows: list[Row] = [(unit, 2024, well_but(schools_integrating=last_year)) for unit in earlier]
        rows += of_2025(dict.fromkeys(UNITS_OF_2025, well_but(schools_integrating=now)))
        chart = drawn(report(tmp_path, plan, rows), "education", "line")
        *_, width, height = map(float, chart.get("viewBox", "").split())
        dots = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in by_class(chart, "dot")]
        assert len({x for x, _ in dots}) == 2
        assert len({y for _, y in dots}) == len({last_year, now})
        assert all(0 < x < width and 0 < y < height for x, y in dots)

    def test_no_line_leads_over_a_year_without_a_rate(self, tmp_path: Path, plan: Plan) -> None:
        earlier = ("369", *UNITS_OF_2025)
        rows: list[Row] = [(unit, year, well_but()) for year in (2021, 2022, 2024) for unit in earlier]
        rows += [(unit, 2023, well_but(**NO_CASES)) for unit in earlier]
        root = report(tmp_path, plan, [*rows, *of_2025()])

        def strokes(indicator: str) -> int:
            drawing = by_class(drawn(root, indicator, "line"), "serie-2")
            return sum("line" in element.get("class", "").split() for one in drawing for element in one.iter())

        assert (strokes("help-seeking"), strokes("training")) == (2, 1)

    def test_a_single_year_has_no_trend(self, tmp_path: Path, plan: Plan) -> None:
        assert by_class(report(tmp_path, plan, of_2025()), "by-year") == []


def changed(plan: Plan, **tables: Any) -> Plan:
    """The plan with other tables in its file."""
    return Plan.model_validate(plan.model_dump(by_alias=True) | tables)


def hostile_outcome(folder: Path, plan: Plan) -> Outcome:
    """Hostile text wherever a plan, a file or an officer can put it."""
    said, known = {"vi": HOSTILE, "en": HOSTILE}, plan.model_dump(by_alias=True)
    evil = changed(
        plan,
        title=said,
        place=said,
        number=HOSTILE,
        field=[field | {"label": said} for field in known["field"]],
        indicator=[
            indicator | {"title": said, "quote": HOSTILE, "noun": said, "caveat": said}
            for indicator in known["indicator"]
        ],
    )
    rows = of_2025({"372": well_but(schools_integrating=19)}, UNITS_OF_2025[:6])
    returns = read_returns([write_csv(folder / "r.csv", plan, rows)], plan)
    scorecard = evaluate(returns, plan)
    coverage = tuple(
        replace(c, missing=tuple(unit.model_copy(update={"name": HOSTILE}) for unit in c.missing))
        for c in scorecard.coverage
    )
    place = Place(HOSTILE, HOSTILE, "A1")
    problem = Problem("unknown-unit", place, phrase("{x}", x=HOSTILE), phrase("{x}", x=HOSTILE), unit_name=HOSTILE)
    files = tuple(replace(file, path=HOSTILE) for file in returns.files)
    return Outcome("report", Scorecard(with_units_named(evil, HOSTILE), scorecard.frame, coverage), (problem,), files)


def test_hostile_text_is_shown_and_never_acts(tmp_path: Path, plan: Plan) -> None:
    page = to_html(hostile_outcome(tmp_path, plan), ENGLISH)
    root = parsed(page)
    assert [element.tag for element in root.iter() if element.tag in ("script", "img", "iframe", "object")] == []
    assert [name for element in root.iter() for name in element.attrib if name.startswith("on")] == []
    assert "\u202e" not in page
    for shown in (card(root, "education"), by_class(root, "problem")[0], by_class(root, "sources")[0]):
        assert SHOWN in text(shown)
    assert SHOWN in matrix(root)
    assert SHOWN in text(drawn(root, "education"))


def test_a_file_of_a_hostile_name_is_read_and_named(tmp_path: Path, plan: Plan) -> None:
    name = HOSTILE.replace("/", "∕")
    file = write_csv(tmp_path / f"{name}.csv", plan, of_2025())
    root = parsed(run("report", "--year", "2025", file, "--format", "html").out)
    assert SHOWN.replace("/", "∕") in text(by_class(root, "sources")[0])


@pytest.mark.slow
@pytest.mark.quick(1)
@pytest.mark.parametrize("tag", ["en", "vi"])
def test_the_page_is_sound_html_that_leads_nowhere_else(tag: str) -> None:
    files = sorted(map(str, EXAMPLES.glob("202*/*")))
    root = parsed(run("report", "--year", "2025", *files, "--format", "html", "--lang", tag).out)
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    named = {name for e in root.iter() for name in e.get("aria-labelledby", "").split()}
    linked = {e.get("href", "")[1:] for e in root.iter("a")}
    assert named | linked <= set(ids)
    assert {e.get("href") for e in root.iter("link")} == {"data:,"}
    assert not any(e.get("src") for e in root.iter())
    levels = [int(str(e.tag)[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(e.get("scope") in ("col", "row") for e in root.iter("th"))
    assert all(table.find("caption") is not None for table in root.iter("table"))
    policy = next(e.get("content", "") for e in root.iter("meta") if e.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


@pytest.mark.slow
def test_the_same_returns_give_the_same_bytes() -> None:
    """Whatever order a process has for its sets, and without the day on which pygal drew."""
    files = ["examples/2024", "examples/2025"]
    command = [sys.executable, "-m", "gbv_kpi", "report", "--year", "2025", *files, "--format", "html"]
    first, second = (
        subprocess.run(
            command, capture_output=True, check=False, cwd=EXAMPLES.parent, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert first.startswith(b"<!DOCTYPE html>")
    assert b"pygal" not in first.replace(b"pygal-", b"")


def test_what_is_withheld_is_nowhere_on_the_page(tmp_path: Path, plan: Plan) -> None:
    """Not in a cell, not in an attribute, not in a drawing: 7,001 of 7,019 is 99.743…%."""
    earlier: list[Row] = [(unit, 2024, well_but(cases_helped=5)) for unit in ("369", *UNITS_OF_2025)]
    rows = [*earlier, *of_2025({"372": well_but(cases_needing_help=7019, cases_helped=7001)})]
    file = write_csv(tmp_path / "returns.csv", plan, rows)
    known = judge_report([file], load_plan(), 2025, FailOn.MISSED, ENGLISH, detailed=True)
    assert known.trend is not None

    def hidden(finding: Finding) -> Finding:
        if finding.indicator != "assistance" or finding.year != 2025:
            return finding
        return replace(finding, status=Status.WITHHELD, numerator=None, denominator=None)

    series = tuple(
        replace(one, points=tuple(replace(point, finding=hidden(point.finding)) for point in one.points))
        for one in known.trend.series
    )
    published = replace(
        known,
        scorecard=replace(known.scorecard, frame=findings_frame(plan, map(hidden, known.scorecard.findings))),
        trend=replace(known.trend, series=series),
        withheld=Withheld(5, 7, 1),
    )
    assert "7,001" in to_html(known, ENGLISH)
    page = to_html(published, ENGLISH)
    assert not re.search(r"7,?0[0-6]\d|99\.[78]", page)
    root = parsed(page)
    assert matrix(root)["Huyện Nho Quan"][1] == "# withheld"
    assert "# withheld" in text(card(root, "assistance"))
    assert "Counts of victims or cases from 1 to 4 are not published" in text(next(root.iter("main")))
    assert by_id(root, "withheld").tag == "h2"
    assert [svg for svg in root.iter() if re.match("(bullet|line)-assistance", svg.get("aria-labelledby", ""))] == []


def test_a_ratio_of_which_less_is_better_is_drawn_and_told(tmp_path: Path, plan: Plan) -> None:
    """60 village workers to 40 officials are 1.5, and at most 1.4 are wanted: of 420 no more than 392, 28 too many."""
    burden = {
        "id": "burden",
        "title": {"vi": "Số người trên một cán bộ"},
        "quote": "không quá 1,4",
        "numerator": ["village_workers"],
        "denominator": ["officials"],
        "measure": "ratio",
        "thresholds": [{"from": 2021, "at_most": Decimal("1.4")}],
    }
    ratios = changed(plan, indicator=[burden])
    root = parsed(to_html(Outcome("report", judge(tmp_path, ratios, of_2025()), (), ()), language("vi")))
    words = text(card(root, "burden"))
    assert "1,5 ✗ chưa đạt" in words
    assert "≤ 1,4" in words
    assert "28" in words
    assert "%" not in text(drawn(root, "burden"))
