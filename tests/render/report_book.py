"""A report's workbook read back: what its sheets say, in the words of the JSON output."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING
from gbv_kpi.render.xlsx.units import HEADINGS, PROVINCE
from tests.command import Row, of_2025, run, well_but
from tests.offices import Figures

# 45 of 50 trained is exactly 90%, and the plan says "trên 90%".
AT_THE_BOUNDARY = well_but(officials=20, officials_trained=18, village_workers=30, village_workers_trained=27)
JUST_BELOW = well_but(schools=2506, schools_integrating=2505)
NO_VICTIMS = well_but(victims=0, victims_seeking_help=0, cases_needing_help=0, cases_helped=0)
OF_THE_PROVINCE: Figures = {"officials": 30, "officials_trained": 29, "schools": 12, "schools_integrating": 12}

# Four of seven units and the province's own agencies: provisional, with a blank, without cases, at a boundary.
INCOMPLETE: list[Row] = [
    *of_2025({"372": AT_THE_BOUNDARY, "373": NO_VICTIMS, "374": JUST_BELOW}, ("372", "373", "374", "375")),
    ("37", 2025, OF_THE_PROVINCE),
]

HOUSEWORK = """
schema = "gbv-kpi/plan/1"
id = "housework"
number = "1/KH"
issued = 2021-01-01
first_year = 2021
last_year = 2030
title = { vi = "Việc nhà" }
place = { vi = "Tỉnh Thử" }
field = [
  { id = "women", label = { vi = "Giờ của nữ" }, counts = "people" },
  { id = "men", label = { vi = "Giờ của nam" }, counts = "people" },
]

[[indicator]]
id = "ratio"
title = { vi = "Việc nhà" }
quote = "1,7 lần vào năm 2025 và 1,4 lần vào năm 2030"
numerator = ["women"]
denominator = ["men"]
measure = "ratio"
thresholds = [{ from = 2025, at_most = 1.7 }, { from = 2030, below = 1.4 }]

[[indicator]]
id = "share"
title = { vi = "Phần của nam" }
quote = "trên 33,5%"
numerator = ["men"]
denominator = ["men", "women"]
thresholds = [{ from = 2021, above = 33.5 }]

[[unit]]
code = "1"
name = "Xã Một"

[[unit]]
code = "2"
name = "Xã Hai"

[[unit]]
code = "3"
name = "Xã Ba"
"""

STATUS = {ENGLISH.say(meaning): str(status) for status, meaning in MEANING.items()}
COMPARED = ("numerator", "denominator", "status", "shortfall", "next_shortfall")

Key = tuple[str, str | None]  # indicator, unit


def report(folder: Path, name: str, *arguments: str) -> tuple[Path, Any]:
    """The workbook of a report, and the JSON output of the same."""
    file = folder / f"{name}.xlsx"
    ran = run("report", *arguments, "--lang", "en", "--output", str(file))
    told = json.loads(run("report", *arguments, "--format", "json").out)
    assert (ran.err, ran.code) == (f"Wrote {file}.\n", told["exit_code"])
    return file, told


def opened(path: Path, *, values: bool = True) -> Workbook:
    """The workbook with what its formulas came to, or with the formulas themselves."""
    return load_workbook(path, data_only=values)


def sheet_of(book: Workbook, title: str) -> Worksheet:
    sheet = book[title]
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    """The rows below the headings as values by heading, with their number as `row`."""
    headings = [str(cell.value) for cell in sheet[HEADINGS + 1] if cell.value]
    for row in range(PROVINCE + 1, sheet.max_row + 1):
        values = [sheet.cell(row, column).value for column in range(1, len(headings) + 1)]
        if any(value not in (None, "") for value in values):
            yield {**dict(zip(headings, values, strict=True)), "row": row}


def findings_in(book: Workbook, plan: Plan) -> dict[Key, dict[str, Any]]:
    """The findings as the sheets of the indicators have them; `rate` is the quotient."""
    found = {}
    for indicator in plan.indicators:
        for row in rows_of(sheet_of(book, ENGLISH.say(indicator.title))):
            lacking = [row[heading] for heading in row if heading.startswith(("Lacking", "Too many"))]
            found[indicator.id, row["Code"] or None] = {
                "numerator": _known(row["Numerator"]),
                "denominator": _known(row["Denominator"]),
                "rate": _known(row["Rate"]),
                "status": STATUS[row["Verdict"]],
                "shortfall": _known(lacking[0]),
                "next_shortfall": _known(lacking[1]) if len(lacking) > 1 else None,
            }
    return found


def _known(value: Any) -> Any:
    return None if value == "" else value


def assert_says_the_same(book: Workbook, told: Mapping[str, Any], plan: Plan) -> None:
    """Every finding of the JSON output stands in the workbook; who is missing has its row without a figure."""
    found = findings_in(book, plan)
    for finding in told["findings"]:
        row = found.pop((finding["indicator"], finding["unit"]))
        assert {key: row[key] for key in COMPARED} == {key: finding[key] for key in COMPARED}, finding
        assert (row["rate"] is None) == (finding["status"] in ("no-cases", "no-data"))
        if row["rate"] is not None:
            assert row["rate"] == pytest.approx(finding["numerator"] / finding["denominator"], rel=1e-14)
    missing = {unit["code"] for coverage in told["coverage"] for unit in coverage["missing"]}
    assert {unit for _, unit in found} == missing
    assert {row["status"] for row in found.values()} <= {"no-data"}
