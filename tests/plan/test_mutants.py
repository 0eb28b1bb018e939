"""Whatever is done to a plan file, it is a plan or has mistakes: never a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.i18n import LANGUAGES, language
from gbv_kpi.plan.load import read_plan
from gbv_kpi.render.plan import plan_check_to_text
from tests.plan.files import PLAN, UNITS, plan_file

LINES = (PLAN + UNITS + "\n[reporting_date]\n2026 = 2026-06-30\n").splitlines()
VALUES = ["1", "true", "[]", "{}", '"x"', "2026-01-02", "1.5", "[1]", "[[1]]", "{ a = 1 }", "nan", "9" * 25]
TABLES = ["[[field]]", "[[unit]]", "[indicator]", "[field]", "[[indicator.thresholds]]", "[a.b]", 'units_file = "."']
Change = Callable[[list[str]], None]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """One line deleted, written twice, cut, given another value, or replaced."""
    at = draw(st.integers(0, len(LINES) - 1))
    kind = draw(st.sampled_from(["delete", "repeat", "cut", "value", "table", "sign"]))
    value, table = draw(st.sampled_from(VALUES)), draw(st.sampled_from(TABLES))
    column, sign = draw(st.integers(0, 40)), draw(st.sampled_from("={}[]\"',.#é\x00"))

    def change(lines: list[str]) -> None:
        line = lines[at % len(lines)]
        new = {
            "delete": [],
            "repeat": [line, line],
            "cut": [line[:column]],
            "value": [f"{line.partition('=')[0]}= {value}"],
            "table": [table],
            "sign": [line[:column] + sign + line[column + 1 :]],
        }
        lines[at % len(lines) : at % len(lines) + 1] = new[kind] or [""]

    return change


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants")


@given(st.lists(changes(), min_size=1, max_size=4))
def test_a_changed_plan_file_is_a_plan_or_has_mistakes(folder: Path, made: list[Change]) -> None:
    lines = list(LINES)
    for change in made:
        change(lines)
    reading = read_plan(plan_file(folder, "\n".join(lines)))
    assert (reading.plan is None) == bool(reading.mistakes)
    for tag in LANGUAGES:
        assert plan_check_to_text(reading, "plan.toml", language(tag))
    assert all(remark.line is None or remark.line <= len(lines) for remark in reading.mistakes)
