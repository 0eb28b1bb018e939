"""The settings file: what it may say, what comes before it, and what it changes of a plan."""

import json
from datetime import date
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from gbv_kpi.plan.office import in_office, read_settings
from tests.command import Ran, run

TEXT = """\
plan = "ha-noi-106-kh-ubnd"
ledger = "so.db"
lang = "vi"
fail-on = "never"
min-count = 6

[office]
place = "Hoa Lư"
signatory = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]

[deadline]
2025 = 2026-01-10

[[agency]]
role = "lead"
since = 2025-03-01
name = "Sở Nội vụ tỉnh Ninh Bình"
short = "SNVNB"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GBV_KPI_LEDGER", "GBV_KPI_CONFIG"):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gbv-kpi.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def settings(ran: Ran) -> dict[str, tuple[str, str, int | None]]:
    assert ran.code == 0, ran.err
    return {one["key"]: (one["value"], one["source"], one["line"]) for one in json.loads(ran.out)["settings"]}


def test_each_setting_is_shown_with_its_line(folder: Path) -> None:
    shown = settings(run("config", "--format", "json"))
    assert shown["plan"] == ("ha-noi-106-kh-ubnd", "file", 1)
    assert shown["ledger"] == ("so.db", "file", 2)
    assert shown["fail-on"] == ("never", "file", 4)
    assert shown["min-count"] == ("6", "file", 5)
    assert shown["office.place"] == ("Hoa Lư", "file", 8)
    assert shown["deadline.2025"] == ("all 2026-01-10", "file", 12)


def test_option_precedes_environment_precedes_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_MIN_COUNT", "8")
    monkeypatch.setenv("GBV_KPI_PLAN", "quoc-gia-28-nq-cp")
    monkeypatch.setenv("GBV_KPI_LANG", "en")
    shown = settings(run("config", "--format", "json", "--min-count", "4"))
    assert shown["min-count"] == ("4", "option", None)
    assert shown["plan"] == ("quoc-gia-28-nq-cp", "environment", None)
    assert shown["lang"] == ("en", "environment", None)
    assert shown["fail-on"][1] == "file"
    (folder / "gbv-kpi.toml").unlink()
    assert settings(run("config", "--format", "json"))["fail-on"] == ("missed", "default", None)


def test_language_of_the_file_is_that_of_output_and_errors(folder: Path) -> None:
    assert "Cài đặt" in run("config").out
    assert "Không" in run("check", "no-such.xlsx").err
    assert "Setting" in run("config", "--lang", "en").out


def test_paths_are_relative_to_the_settings_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    shown = settings(run("--config", str(folder / "gbv-kpi.toml"), "config", "--format", "json"))
    assert shown["ledger"][0] == str(folder / "so.db")
    monkeypatch.setenv("GBV_KPI_CONFIG", str(folder / "gbv-kpi.toml"))
    assert settings(run("config", "--format", "json")) == shown


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("fail-on", "fial-on", "line 4: fial-on: unknown key; did you mean fail-on?"),
        ("place", "palce", "line 8: office, palce: unknown key; did you mean place?"),
        ("role", "rol", "line 15: agency 1, rol: unknown key; did you mean role?"),
    ],
)
def test_misspelt_key_is_told_with_line_and_nearest(folder: Path, right: str, wrong: str, told: str) -> None:
    text = TEXT.replace('lang = "vi"', "").replace(f"{right} =", f"{wrong} =", 1)
    (folder / "gbv-kpi.toml").write_text(text, encoding="utf-8")
    ran = run("config")
    assert ran.code == 2
    assert told in ran.err


@pytest.mark.parametrize("line", ["min-count = 1", 'fail-on = "always"', 'lang = "fr"', "plan = 5", "x"])
def test_wrong_value_stops_the_run_with_its_line(folder: Path, line: str) -> None:
    (folder / "gbv-kpi.toml").write_text(f"\n{line}\n", encoding="utf-8")
    ran = run("check", "x.csv")
    assert ran.code == 2
    assert "line 2" in ran.err


def test_deadlines_without_a_working_day_between_stop_the_run(folder: Path) -> None:
    (folder / "gbv-kpi.toml").write_text(
        "[deadline]\n2025 = { commune = 2026-01-16, district = 2026-01-18 }\n", encoding="utf-8"
    )
    ran = run("check", "x.csv")
    assert ran.code == 2
    assert "line 2: deadline, 2025: the deadlines of commune and district must be at least one working day" in ran.err


def test_settings_file_that_is_named_must_be_there(folder: Path) -> None:
    ran = run("--config", "no.toml", "config")
    assert (ran.code, ran.out) == (2, "")
    assert "no.toml cannot be opened" in ran.err


def test_password_of_the_ledger_is_not_shown(folder: Path) -> None:
    ran = run("config", "--ledger", "postgresql://lan:secret@server/gbv", "--format", "json")
    assert settings(ran)["ledger"][0] == "postgresql://lan:***@server/gbv"


def test_office_and_deadline_replace_the_words_of_a_plan(folder: Path, plan: Plan) -> None:
    changed = in_office(plan, read_settings(folder / "gbv-kpi.toml").settings)
    before, after = (changed.letterhead(day) for day in (date(2024, 12, 31), date(2025, 12, 31)))
    assert (before.issuer, before.issuer_short) == (plan.letterhead(date(2024, 12, 31)).issuer, "SLĐTBXH")
    assert (after.issuer and after.issuer.vi, after.issuer_short) == ("Sở Nội vụ tỉnh Ninh Bình", "SNVNB")
    assert (after.place and after.place.vi, [title.vi for title in after.signatory]) == (
        "Hoa Lư",
        ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"],
    )
    assert after.recipients == plan.report.recipients
    assert changed.deadline[2025].days == {"all": date(2026, 1, 10)}
    assert changed.indicators == plan.indicators
