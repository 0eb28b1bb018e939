import json
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import CASES, UNITS_OF_2025, Row, of_2025, run, well_but, write_csv
from tests.offices import compiled_table, csv_text

SHORT = well_but(schools_integrating=19)
WRONG = well_but(victims=-1)
SIX = UNITS_OF_2025[:6]


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("rows", "missed", "invalid", "never", "incomplete"),
    [
        pytest.param(of_2025(), 0, 0, 0, 0, id="well"),
        pytest.param(of_2025({"372": SHORT}), 1, 0, 0, 1, id="missed"),
        pytest.param(of_2025(units=SIX), 0, 0, 0, 1, id="incomplete"),
        pytest.param(of_2025({"372": WRONG, "370": SHORT}), 3, 3, 0, 3, id="wrong"),
    ],
)
def test_exit_code_is_what_fail_on_makes_of_it(
    tmp_path: Path, plan: Plan, rows: list[Row], missed: int, invalid: int, never: int, incomplete: int
) -> None:
    file = write_csv(tmp_path / "r.csv", plan, rows)
    choices = {"missed": missed, "invalid": invalid, "never": never, "incomplete": incomplete}
    assert {choice: run("check", file, "--fail-on", choice).code for choice in choices} == choices
    assert run("check", file).code == missed


@pytest.mark.parametrize("content", [b"", b"not a return\n", b"%PDF-1.7", b"PK\x03\x04 broken"])
def test_a_file_that_cannot_be_read_as_a_return_is_a_bad_return(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(content)
    ran = run("check", str(file), "--format", "json")
    assert (ran.code, ran.err) == (3, "")
    assert [problem["severity"] for problem in json.loads(ran.out)["problems"]] == ["error"]


# ---------------------------------------------------------------- what cannot run


def assert_stopped(code: int, out: str, err: str, told: str) -> None:
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert told in err


def test_a_missing_file_stops_the_run(tmp_path: Path) -> None:
    ran = run("check", str(tmp_path / "no.csv"))
    assert_stopped(ran.code, ran.out, ran.err, "No such file or folder")


def test_a_missing_file_stops_the_run_though_another_is_there(tmp_path: Path, plan: Plan) -> None:
    ran = run("check", write_csv(tmp_path / "r.csv", plan, of_2025()), str(tmp_path / "no.csv"))
    assert_stopped(ran.code, ran.out, ran.err, "no.csv")


def test_an_empty_folder_stops_the_run(tmp_path: Path) -> None:
    ran = run("check", str(tmp_path))
    assert_stopped(ran.code, ran.out, ran.err, "No return found in")


def test_nothing_checked_is_never_well_whatever_fail_on_says(tmp_path: Path) -> None:
    assert run("check", str(tmp_path), "--fail-on", "never", "--quiet").code == 2


@pytest.mark.parametrize(
    "wrong",
    [("--wrong",), ("--format", "pdf"), ("--fail-on", "always"), ("--lang", "fr"), ("--year", "last")],
    ids=" ".join,
)
def test_a_wrong_option_stops_the_run(wrong: tuple[str, ...]) -> None:
    ran = run("check", str(CASES / "nho-quan-2025.xlsx"), *wrong)
    assert (ran.code, ran.out) == (2, "")
    assert wrong[0] in ran.err


def test_no_file_named_stops_the_run() -> None:
    ran = run("check")
    assert (ran.code, ran.out) == (2, "")
    assert "FILE" in ran.err


# ---------------------------------------------------------------- files, folders, standard input


def test_a_folder_gives_all_its_returns(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "huyện").mkdir()
    rows = of_2025()
    write_csv(tmp_path / "a.csv", plan, rows[:3])
    write_csv(tmp_path / "huyện" / "b.csv", plan, rows[3:])
    (tmp_path / ".hidden.csv").write_text("nothing", encoding="utf-8")
    (tmp_path / "~$lock.xlsx").write_bytes(b"nothing")
    ran = run("check", str(tmp_path), "--format", "json")
    printed = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert [(Path(file["path"]).name, file["returns"]) for file in printed["files"]] == [("a.csv", 3), ("b.csv", 4)]
    assert printed["coverage"][0]["received"] == 7


def test_a_file_of_another_kind_in_a_folder_is_named_on_standard_error(tmp_path: Path, plan: Plan) -> None:
    write_csv(tmp_path / "a.csv", plan, of_2025())
    (tmp_path / "note.txt").write_bytes(b"notes")
    ran = run("check", str(tmp_path))
    assert ran.code == 0
    assert "note.txt" in ran.err
    assert "note.txt" not in ran.out


def test_file_that_is_not_a_spreadsheet_is_refused_not_ignored(tmp_path: Path, plan: Plan) -> None:
    """An office sends a PDF or a Word file in place of a spreadsheet."""
    write_csv(tmp_path / "a.csv", plan, of_2025())
    (tmp_path / "note.pdf").write_bytes(b"%PDF")
    ran = run("check", str(tmp_path), "--format", "json")
    problems = [(problem["code"], Path(problem["file"]).name) for problem in json.loads(ran.out)["problems"]]
    assert (ran.code, ran.err, problems) == (3, "", [("unsupported-format", "note.pdf")])


def test_a_dash_is_a_csv_on_standard_input(plan: Plan) -> None:
    ran = run("check", "-", "--format", "json", stdin=csv_text(plan, of_2025()).encode())
    printed = json.loads(ran.out)
    assert (ran.code, printed["files"][0]["path"], printed["files"][0]["returns"]) == (0, "-", 7)


def test_problems_of_standard_input_have_cells_too(plan: Plan) -> None:
    ran = run("check", "-", "--format", "json", stdin=csv_text(plan, [("372", 2025, WRONG)]).encode())
    (problem,) = json.loads(ran.out)["problems"]
    assert (ran.code, problem["code"], problem["file"], problem["sheet"], problem["cell"]) == (
        3, "negative-number", "-", None, "C2",
    )  # fmt: skip


def test_the_same_file_named_twice_is_read_once(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    ran = run("check", file, file, "--format", "json")
    assert (ran.code, len(json.loads(ran.out)["files"])) == (0, 1)


# ---------------------------------------------------------------- the year


def test_year_is_for_a_file_that_names_none(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("372", None, well_but())])
    assert run("check", file).code == 3
    ran = run("check", file, "--year", "2024", "--format", "json")
    assert (ran.code, json.loads(ran.out)["coverage"][0]["year"]) == (0, 2024)


def test_year_that_contradicts_the_file_is_a_problem_and_no_choice(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    ran = run("check", file, "--year", "2024", "--format", "json")
    assert ran.code == 3
    assert {problem["code"] for problem in json.loads(ran.out)["problems"]} == {"conflicting-year"}


# ---------------------------------------------------------------- the verdict


def test_five_of_seven_units_are_judged_one_by_one(tmp_path: Path, plan: Plan) -> None:
    """One unit misses help-seeking; the province, provisional, would meet it."""
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(victims_seeking_help=1)}, UNITS_OF_2025[:5]))
    ran = run("check", file, "--format", "json")
    printed = json.loads(ran.out)
    assert (ran.code, printed["exit_code"]) == (1, 1)
    assert [(c["expected"], c["received"]) for c in printed["coverage"]] == [(7, 5)]
    assert printed["coverage"][0]["missing"] == [
        {"code": "376", "name": "Huyện Kim Sơn"},
        {"code": "377", "name": "Huyện Yên Mô"},
    ]
    province = [finding for finding in printed["findings"] if finding["scope"] == "province"]
    assert [(f["status"], f["provisional"]) for f in province] == [("met", True)] * 4
    table = run("check", file).out
    assert "5 of 7 expected units" in table
    assert "provisional" in table


@pytest.mark.parametrize("format", ["table", "json"])
def test_2505_of_2506_schools_is_printed_as_no_kind_of_100_percent(tmp_path: Path, plan: Plan, format: str) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("372", 2025, well_but(schools=2506, schools_integrating=2505))])
    ran = run("check", file, "--format", format)
    assert ran.code == 1
    if format == "json":
        found = [f for f in json.loads(ran.out)["findings"] if f["indicator"] == "education"]
        assert [(f["rate_percent"], f["status"], f["shortfall"]) for f in found] == [(99.9601, "missed", 1)] * 2
    else:
        row = next(line for line in ran.out.splitlines() if line.startswith("Huyện Nho Quan"))
        assert row.split()[-2:] == ["✗", "99.96%"]
        assert "2,505/2,506 = 99.96%" in ran.out


def test_a_unit_without_victims_has_neither_0_nor_100_percent(tmp_path: Path, plan: Plan) -> None:
    nobody = well_but(victims=0, victims_seeking_help=0, cases_needing_help=0, cases_helped=0)
    file = write_csv(tmp_path / "r.csv", plan, [("372", 2025, nobody)])
    ran = run("check", file)
    row = next(line for line in ran.out.splitlines() if line.startswith("Huyện Nho Quan"))
    assert ran.code == 0
    assert row.split() == ["Huyện", "Nho", "Quan", "–", "–", "✓", "100.0%", "✓", "100.0%"]


def test_merged_units_are_told_and_summed(tmp_path: Path, plan: Plan) -> None:
    rows: list[Row] = [("Thành phố Ninh Bình", 2025, well_but()), ("Huyện Hoa Lư", 2025, well_but())]
    ran = run("check", write_csv(tmp_path / "r.csv", plan, rows), "--format", "json")
    printed = json.loads(ran.out)
    assert ran.code == 0
    assert [(p["severity"], p["code"], p["unit"]) for p in printed["problems"]] == [
        ("warning", "merged-unit", "374")
    ] * 2
    schools = [f["denominator"] for f in printed["findings"] if f["unit"] == "374" and f["indicator"] == "education"]
    assert schools == [40]


def test_a_workbook_with_a_unit_not_expected_is_checked_like_any_other(tmp_path: Path, plan: Plan) -> None:
    file = tmp_path / "r.xlsx"
    names = {unit.code: unit.name for unit in plan.units_in(2025)}
    rows = [(names[code], figures) for code, _, figures in of_2025()]
    own = {"officials": 30, "officials_trained": 30, "schools": 25, "schools_integrating": 25}
    compiled_table(plan, 2025, [*rows, ("Cấp tỉnh", own)]).save(file)
    ran = run("check", str(file), "--format", "json")
    printed = json.loads(ran.out)
    assert (ran.code, printed["problems"]) == (0, [])
    assert [(c["expected"], c["received"]) for c in printed["coverage"]] == [(7, 7)]
    statuses = {f["indicator"]: f["status"] for f in printed["findings"] if f["unit"] == "37"}
    assert statuses == {"help-seeking": "no-data", "assistance": "no-data", "training": "met", "education": "met"}
