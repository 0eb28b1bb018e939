import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import UNITS_OF_2025, of_2025, run, well_but, write_csv


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "ledger.db"
    monkeypatch.setenv("GBV_KPI_LEDGER", str(place))
    return place


def test_the_first_call_makes_the_ledger_and_says_what_was_recorded(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    ran = run("submit", write_csv(tmp_path / "r.csv", plan, of_2025()))
    assert (ran.code, ran.err) == (0, "")
    assert "✓ recorded: 7 new returns of 2025\n" in ran.out
    assert ran.out.endswith(": recorded 1.\n")
    assert ledger.is_file()


def test_a_correction_is_shown_with_its_old_and_new_value(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    run("submit", write_csv(tmp_path / "a.csv", plan, of_2025()))
    corrected = write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)}))
    ran = run("submit", corrected)
    assert "Huyện Nho Quan, 2025, revision 2:\n    Schools: 20 → 21\n" in ran.out
    ran = run("submit", corrected, "--lang", "vi")
    assert "không đổi: chính tệp này đã được ghi lúc" in ran.out


def test_an_error_ends_with_3_and_shows_it(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(victims=-4)}))
    ran = run("submit", file)
    assert ran.code == 3
    assert "✗ refused: nothing of this file was recorded" in ran.out
    assert "error negative-number" in ran.out
    assert run("report", "--year", "2025").code == 2


def test_json_tells_of_each_file_what_became_of_it(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    run("submit", write_csv(tmp_path / "a.csv", plan, of_2025(units=UNITS_OF_2025[:3])))
    file = write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(schools=21))])
    ran = run("submit", str(tmp_path), "--format", "json")
    printed = json.loads(ran.out)
    assert (printed["schema"], printed["plan"], printed["exit_code"], ran.code) == ("gbv-kpi/submit/1", plan.id, 0, 0)
    assert [(one["state"], one["returns"]) for one in printed["files"]] == [("unchanged", 3), ("recorded", 1)]
    assert (printed["files"][1]["path"], len(printed["files"][1]["sha256"])) == (file, 64)
    assert printed["files"][1]["recorded"] == [
        {
            "unit": "372",
            "unit_name": "Huyện Nho Quan",
            "year": 2025,
            "revision": 2,
            "changes": [{"field": "schools", "old": 20, "new": 21}],
        }
    ]


def test_quiet_says_nothing_where_all_is_recorded(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    for _ in range(2):
        ran = run("submit", file, "--quiet")
        assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_an_empty_inbox_stops_the_run_and_makes_no_ledger(ledger: Path, tmp_path: Path) -> None:
    ran = run("submit", str(tmp_path))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert not ledger.exists()


def test_the_year_given_is_that_of_a_file_that_names_none(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [(unit, None, figures) for unit, _, figures in of_2025()])
    assert run("submit", file).code == 3
    assert run("submit", file, "--year", "2025").code == 0
    assert run("report", "--year", "2025").code == 0


def test_a_return_on_standard_input_is_recorded(ledger: Path, tmp_path: Path, plan: Plan) -> None:
    file = Path(write_csv(tmp_path / "r.csv", plan, of_2025()))
    assert run("submit", "-", stdin=file.read_bytes()).code == 0
    assert run("report", "--year", "2025").code == 0


@pytest.mark.slow
def test_check_and_a_report_from_files_never_load_the_ledger(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    for command in (["check", file], ["report", "--year", "2025", file]):
        script = (
            "import sys; from gbv_kpi.cli.app import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "print(*{'sqlalchemy', 'platformdirs', 'psycopg'} & set(sys.modules), file=sys.stderr)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True, env=os.environ
        )
        assert ran.stderr == "\n"
