import json
from pathlib import Path
from typing import Any

from gbv_kpi.plan import Plan
from tests.command import CASES, UNITS_OF_2025, of_2025, run, well_but, write_csv


def printed(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--format", "json").out)


def test_keys_are_those_of_the_contract(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(victims_seeking_help=11)}, UNITS_OF_2025[:6])
    told = printed("check", write_csv(tmp_path / "r.csv", plan, rows))
    assert told.keys() >= {"schema", "plan", "files", "problems", "coverage", "findings", "exit_code"}
    assert (told["schema"], told["plan"], told["exit_code"]) == ("gbv-kpi/check/1", "ninh-binh-63-kh-ubnd", 3)
    assert told["files"][0].keys() >= {"path", "sha256", "returns"}
    assert told["problems"][0].keys() >= {
        "severity", "code", "message", "hint", "file", "sheet", "cell", "row", "unit", "year", "field", "value",
    }  # fmt: skip
    assert told["coverage"][0].keys() >= {"year", "expected", "received", "missing"}
    assert told["coverage"][0]["missing"][0].keys() == {"code", "name"}
    for finding in told["findings"]:
        assert finding.keys() >= {
            "indicator", "year", "scope", "unit", "unit_name", "numerator", "denominator", "rate_percent", "threshold",
            "next_threshold", "status", "shortfall", "provisional",
        }  # fmt: skip


def test_a_problem_is_told_in_full(tmp_path: Path) -> None:
    told = printed("check", str(CASES / "loi-2023.xlsx"))
    problem = told["problems"][0]
    assert problem.pop("message").startswith("People subjected to gender-based violence who sought help")
    assert problem.pop("hint").endswith(".")
    assert problem == {
        "severity": "error",
        "code": "part-exceeds-total",
        "file": str(CASES / "loi-2023.xlsx"),
        "sheet": "Biểu 1",
        "cell": "D11",
        "row": 11,
        "unit": "372",
        "year": 2023,
        "field": "victims_seeking_help",
        "value": "31",
    }


def test_a_csv_has_no_sheet_and_cells_all_the_same(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("372", 2025, well_but(schools=-4))])
    (problem,) = printed("check", file)["problems"]
    assert (problem["sheet"], problem["cell"], problem["row"]) == (None, "K2", 2)


def test_a_file_is_known_by_its_hash(tmp_path: Path) -> None:
    import hashlib

    file = CASES / "tong-hop-2023.xlsx"
    (told,) = printed("check", str(file))["files"]
    assert (told["path"], told["returns"]) == (str(file), 8)
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_thresholds_are_null_where_there_is_none() -> None:
    findings = {
        (f["indicator"], f["scope"]): f for f in printed("check", str(CASES / "tong-hop-2023.xlsx"))["findings"]
    }
    help_seeking, training = findings["help-seeking", "province"], findings["training", "province"]
    assert help_seeking["threshold"] is None
    assert help_seeking["shortfall"] is None
    assert help_seeking["next_threshold"] == {"comparator": ">=", "percent": 50, "since": 2025}
    assert training["threshold"] == {"comparator": ">", "percent": 90, "since": 2021}
    assert training["next_threshold"] is None
    assert training["shortfall"] == 0


def test_a_return_with_an_error_is_in_no_finding() -> None:
    told = printed("check", str(CASES / "loi-2023.xlsx"))
    wrong = {problem["unit"] for problem in told["problems"] if problem["severity"] == "error"} - {None}
    assert wrong == {"372", "375", "376", "377"}
    assert {finding["unit"] for finding in told["findings"]} == {None, "369", "370", "374"}


def test_language_changes_messages_and_nothing_else() -> None:
    told = {lang: printed("check", str(CASES / "loi-2023.xlsx"), "--lang", lang) for lang in ("vi", "en")}
    messages = {lang: [problem.pop("message") for problem in told[lang]["problems"]] for lang in told}
    hints = {lang: [problem.pop("hint") for problem in told[lang]["problems"]] for lang in told}
    assert told["vi"] == told["en"]
    assert messages["vi"] != messages["en"]
    assert hints["vi"] != hints["en"]


def test_many_problems_are_never_grouped(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025(dict.fromkeys(UNITS_OF_2025, well_but(schools=-1)))
    told = printed("check", write_csv(tmp_path / "r.csv", plan, rows))
    assert [problem["cell"] for problem in told["problems"]] == [f"K{row}" for row in range(2, 9)]


def test_vietnamese_is_written_as_letters_and_a_line_ends_the_object() -> None:
    out = run("check", str(CASES / "tong-hop-2023.xlsx"), "--format", "json").out
    assert "Thành phố Ninh Bình" in out
    assert out.endswith("}\n")
