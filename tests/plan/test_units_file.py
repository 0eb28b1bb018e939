"""Units from a CSV beside the plan file."""

from datetime import date
from pathlib import Path

import pytest

from gbv_kpi.errors import PlanError
from gbv_kpi.plan import load_plan
from gbv_kpi.plan.load import read_plan
from tests.plan.files import PLAN, plan_file


def with_units(folder: Path, text: str, own: str = "") -> Path:
    (folder / "units.csv").write_text(text, encoding="utf-8")
    return plan_file(folder, f'units_file = "units.csv"\n{PLAN}{own}')


def test_columns_are_the_keys_of_a_unit(tmp_path: Path) -> None:
    header = "code,name,aliases,from,until,merged_into,expected\n"
    text = f"{header}1,Xã A,A cũ|A mới,2025-07-01,2027-12-31,2,\n2,Xã B,,,,,false\n"
    first, second = load_plan(with_units(tmp_path, text)).units
    assert (first.code, first.name, first.aliases) == ("1", "Xã A", ("A cũ", "A mới"))
    assert (first.since, first.until, first.merged_into, first.expected) == (
        date(2025, 7, 1),
        date(2027, 12, 31),
        "2",
        True,
    )
    assert (second.since, second.until, second.expected) == (None, None, False)


def test_columns_of_the_official_lists_are_known_and_others_passed_over(tmp_path: Path) -> None:
    text = "code,name_vi,type,valid_from,valid_to,former_district_code\n13285,Phường Phủ Lý,phường,2025-07-01,,347\n"
    (unit,) = load_plan(with_units(tmp_path, text)).units
    assert (unit.code, unit.name, unit.since, unit.until) == ("13285", "Phường Phủ Lý", date(2025, 7, 1), None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_excel_saves_in_vietnam_is_read(tmp_path: Path, separator: str) -> None:
    text = "\ufeff" + separator.join(("code", "name", "from")) + "\r\n" + separator.join(("1", "Xã A", "1/7/2025"))
    (unit,) = load_plan(with_units(tmp_path, text + "\r\n\r\n")).units
    assert (unit.name, unit.since) == ("Xã A", date(2025, 7, 1))


def test_units_of_the_file_stand_beside_those_of_the_plan(tmp_path: Path) -> None:
    own = '[[unit]]\ncode = "37"\nname = "Cấp tỉnh"\nexpected = false\n'
    plan = load_plan(with_units(tmp_path, "code,name\n1,Xã A\n", own))
    assert [unit.code for unit in plan.units] == ["37", "1"]


def test_a_mistake_in_a_unit_is_told_with_the_line_of_the_csv(tmp_path: Path) -> None:
    text = "code,name,from\n1,Xã A,\n2,,2025-07-01\n3,Xã C,July\n"
    told = [(m.file, m.line, m.key) for m in read_plan(with_units(tmp_path, text)).mistakes]
    assert told == [("units.csv", 3, "unit 2, name"), ("units.csv", 4, "unit 3, from")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "id,name\n1,Xã A\n",
            "the file units.csv must have the columns code and name; known columns are code, name, name_vi",
        ),
        ("", "the file units.csv must have the columns code and name"),
        ("code,name\n", "the file units.csv lists no unit"),
    ],
)
def test_a_csv_without_units_is_a_mistake(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PlanError) as stopped:
        load_plan(with_units(tmp_path, text))
    assert f"line 1: units_file: {told}" in str(stopped.value)


def test_a_csv_that_is_not_there_or_no_utf8_is_a_mistake(tmp_path: Path) -> None:
    file = with_units(tmp_path, "")
    (tmp_path / "units.csv").write_bytes("code,name\n1,Xã Á\n".encode("cp1258", "replace"))
    with pytest.raises(PlanError, match="is not UTF-8 text: save it as “CSV UTF-8”"):
        load_plan(file)
    (tmp_path / "units.csv").unlink()
    with pytest.raises(PlanError, match=r"the file units\.csv cannot be opened"):
        load_plan(file)


def test_ten_thousand_communes_are_read_in_a_moment(tmp_path: Path) -> None:
    text = "code,name\n" + "".join(f"{number:05},Xã {number}\n" for number in range(10_600))
    plan = load_plan(with_units(tmp_path, text))
    assert len(plan.expected_units(2026)) == 10_600


def test_mistakes_by_the_thousand_are_told_in_one_short_message(tmp_path: Path) -> None:
    """Each mistake was a phrase within the one before, deeper than Python goes."""
    text = "code,name\n" + "1,Xã A\n" * 3000
    with pytest.raises(PlanError, match="more mistakes") as refused:
        load_plan(with_units(tmp_path, text))
    assert len(str(refused.value)) < 3000
