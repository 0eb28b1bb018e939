from importlib.resources import files
from pathlib import Path

import pytest

from gbv_kpi.inputs import DEFAULT_PLAN
from tests.command import CASES, run

BUILT_IN = (files("gbv_kpi") / "plan" / "builtin" / f"{DEFAULT_PLAN}.toml").read_text("utf-8")
RETURN = str(CASES / "nho-quan-2025.xlsx")


def plan_with(folder: Path, old: str, new: str) -> str:
    assert old in BUILT_IN
    file = folder / "plan.toml"
    file.write_text(BUILT_IN.replace(old, new, 1), encoding="utf-8")
    return str(file)


def test_a_plan_file_judges_by_its_own_thresholds(tmp_path: Path) -> None:
    """463 of 470 trained is 98.5%."""
    assert run("check", RETURN).code == 0
    assert run("check", RETURN, "--plan", plan_with(tmp_path, "above = 90", "above = 99")).code == 1


def test_a_built_in_plan_has_a_name() -> None:
    assert run("check", RETURN, "--plan", DEFAULT_PLAN) == run("check", RETURN)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("above = 90", "abov = 90", "abov: unknown key; did you mean above?"),
        ("above = 90", "above = 90, at_most = 95", "give exactly one of at_least, above, at_most, below"),
        ('denominator = ["schools"]', 'denominator = ["school"]', "unknown field school; did you mean schools?"),
        ('schema = "gbv-kpi/plan/1"', 'schema = "gbv-kpi/plan/1', "unclosed quotes: text must end on its own line"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_mistake_in_a_plan_file_stops_the_run_with_one_line(
    tmp_path: Path, old: str, new: str, told: str, lang: str
) -> None:
    ran = run("check", RETURN, "--plan", plan_with(tmp_path, old, new), "--lang", lang)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert lang == "vi" or told in ran.err
    assert "plan.toml" in ran.err
    assert "pydantic" not in ran.err.casefold()


def test_an_unknown_plan_stops_the_run_with_one_line() -> None:
    ran = run("check", RETURN, "--plan", "no-such-plan")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "gbv-kpi: Unknown plan no-such-plan: it is neither a built-in plan nor a file. The built-in plans are"
    )
    assert ran.err.count("\n") == 1
