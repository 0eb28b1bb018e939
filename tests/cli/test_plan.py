"""`plan list`, `show`, `check`, `new` and `schema`."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gbv_kpi.cli.plan import SCHEMA
from gbv_kpi.plan import load_plan
from gbv_kpi.plan.load import BUILT_IN, built_in_ids
from tests.command import run
from tests.make_schema import plan_schema
from tests.plan.files import PLAN, UNITS, plan_file

IDS = built_in_ids()


# ---------------------------------------------------------------- list


def test_list_names_the_nine_plans(tmp_path: Path) -> None:
    ran = run("plan", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == IDS
    assert len(IDS) == 9
    assert "Tỉnh Bình Thuận" in run("plan", "list", "--lang", "vi").out
    listed = json.loads(run("plan", "list", "--format", "json").out)["plans"]
    assert [plan["number"] for plan in listed] == [load_plan(plan).number for plan in built_in_ids()]


# ---------------------------------------------------------------- show


@pytest.mark.parametrize("name", IDS)
def test_show_says_what_the_plan_says(name: str) -> None:
    plan = load_plan(name)
    shown = run("plan", "show", name, "--lang", "vi").out
    words = [plan.number, plan.title.vi, *(i.title.vi for i in plan.indicators), *(f.label.vi for f in plan.fields)]
    words += [quote for i in plan.indicators if (quote := i.quote)]
    words += [agency.name.vi for agency in plan.agencies] + [group.vi for group in plan.task_groups]
    assert [text for text in words if text not in shown] == []


def test_show_has_the_threshold_in_force_in_every_year() -> None:
    lines = run("plan", "show").out.splitlines()
    (education,) = (line.split() for line in lines if line.startswith("  education  "))
    assert education == ["education", *["–", "–", "≥", "85%", "≥", "85%", "≥", "100%"]]
    national = run("plan", "show", "quoc-gia-28-nq-cp", "--lang", "vi").out
    assert "từ năm 2030: ≤ 1,4" in national


@pytest.mark.parametrize(
    ("arguments", "units"),
    [
        ((), 8),
        (("--year", "2024"), 9),
        (("--on", "2025-01-01"), 8),
        (("--on", "2025-07-01"), 1),
    ],
)
def test_show_has_the_units_of_a_day(arguments: tuple[str, ...], units: int) -> None:
    shown = json.loads(run("plan", "show", *arguments, "--format", "json").out)
    assert len(shown["units"]) == units


@pytest.mark.parametrize("name", IDS)
def test_show_as_json_has_the_thresholds_as_findings_have_them(name: str) -> None:
    plan = load_plan(name)
    shown = json.loads(run("plan", "show", name, "--format", "json").out)
    for record, indicator in zip(shown["indicators"], plan.all_indicators, strict=True):
        for year in range(plan.first_year, plan.last_year + 1):
            threshold, told = indicator.threshold_in(year), record["in_force"][str(year)]
            assert (told is None) == (threshold is None)
            if threshold is not None:
                assert (told["comparator"], told["since"]) == (threshold.comparator, threshold.since)
                assert Decimal(str(told[indicator.measure])) == threshold.bound


def test_a_threshold_with_an_override_shows_both(tmp_path: Path) -> None:
    file = plan_file(tmp_path, PLAN.replace("at_least = 50", "above = 100, override = { at_least = 100 }"))
    assert "from 2026: > 100%, judged as ≥ 100%" in run("plan", "show", str(file)).out


def test_a_plan_without_units_says_that_completeness_is_not_judged() -> None:
    assert "any unit may report, and completeness is not judged" in run("plan", "show", "ha-noi-106-kh-ubnd").out


def test_a_plan_file_is_shown_as_it_is_understood(tmp_path: Path) -> None:
    """A year and a day in quotes are a year and a day."""
    text = PLAN.replace("2026-01-02", '"2026-01-02"').replace("first_year = 2026", 'first_year = "2026"')
    file = str(plan_file(tmp_path, text + UNITS + "[reporting_date]\n2026 = 2026-06-30\n"))
    assert "issued 02/01/2026, from 2026 to 2030" in run("plan", "show", file).out
    assert "Units on 30/06/2026: 2" in run("plan", "show", file, "--year", "2026").out


def test_a_plan_with_mistakes_is_not_shown(tmp_path: Path) -> None:
    ran = run("plan", "show", str(plan_file(tmp_path, PLAN.replace("issued", "isued"))))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "line 4: isued: unknown key; did you mean issued?" in ran.err


@pytest.mark.parametrize(
    ("name", "told"), [("ha-noi-106", "Did you mean ha-noi-106-kh-ubnd?"), ("x", "The built-in plans are binh")]
)
def test_a_plan_that_is_not_there_is_told_with_those_that_are(name: str, told: str) -> None:
    ran = run("plan", "show", name)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_a_day_that_is_none_is_told() -> None:
    ran = run("plan", "show", "--on", "30/6/2025")
    assert (ran.code, ran.err) == (2, "gbv-kpi: Invalid date “30/6/2025”: use YYYY-MM-DD, e.g. 2025-06-30.\n")


@pytest.mark.parametrize("year", ["0", "2020", "99999"])
def test_a_year_outside_the_plan_is_told(year: str) -> None:
    ran = run("plan", "show", "--year", year)
    assert (ran.code, ran.out) == (2, "")
    assert "is outside the plan, which runs from 2021 to 2025" in ran.err


def test_control_characters_of_a_plan_do_not_act(tmp_path: Path) -> None:
    file = plan_file(tmp_path, PLAN.replace("A small plan", "A \\u001b[31msmall plan"))
    assert "\x1b" not in run("plan", "show", str(file)).out


# ---------------------------------------------------------------- check

BROKEN = {
    "misspelt key": ("issued", "isued", "line 4: isued: unknown key; did you mean issued?"),
    "missing key": (
        'title = { vi = "Tìm kiếm sự trợ giúp", en = "Help-seeking" }\n',
        "",
        "line 21: indicator help, title: missing key",
    ),
    "text without quotes": (
        'quote = "tối thiểu 50%"',
        "quote = tối thiểu 50%",
        "line 24: invalid value: write text in quotes",
    ),
    "a comma as decimal sign": (
        "at_least = 50",
        "at_least = 50,5",
        "line 27: write the number with a point, not with a comma: 1.7",
    ),
    "a day as in Vietnam": ("2026-01-02", "02/01/2026", "line 4: write the date as 2026-01-31: year, month, day"),
    "a day that does not exist": ("2026-01-02", "2026-02-30", "line 4: the date does not exist"),
    "a field that is not there": (
        '["victims"]',
        '["victim"]',
        "line 26: indicator help, denominator 1: unknown field victim; did you mean victims?",
    ),
    "two comparisons": (
        "at_least = 50",
        "at_least = 50, above = 50",
        "line 27: indicator help, thresholds 1: give exactly one of",
    ),
    "a word for a number": (
        "at_least = 50",
        'at_least = "half"',
        "line 27: indicator help, thresholds 1, at_least: expected a number",
    ),
    "years that run backwards": (
        "last_year = 2030",
        "last_year = 2025",
        "line 6: last_year: the last year is before the first",
    ),
    "an id that stands twice": (
        "[[indicator]]",
        '[[field]]\nid = "seeking"\nlabel = { vi = "A" }\ncounts = "cases"\n\n[[indicator]]',
        "line 22: field seeking, id: duplicate field seeking",
    ),
    "a part of itself": (
        'part_of = "victims"',
        'part_of = "seeking"',
        "line 19: field seeking, part_of: a field cannot be part of itself",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plan_is_told_with_line_key_and_what_mends_it(tmp_path: Path, case: str) -> None:
    old, new, told = BROKEN[case]
    assert old in PLAN
    ran = run("plan", "check", str(plan_file(tmp_path, PLAN.replace(old, new, 1))))
    assert (ran.code, ran.err) == (2, "")
    first, last = ran.out.splitlines()
    assert first.startswith(f"error: {told}")
    assert last.endswith("plan.toml: 1 mistake.")


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    broken = PLAN.replace("issued", "isued").replace('["seeking"]', '["seekin"]').replace("at_least", "atleast")
    broken = broken.replace('part_of = "victims"', 'part_of = "seeking"')
    ran = run("plan", "check", str(plan_file(tmp_path, broken)))
    told = [line.split(": ")[1:3] for line in ran.out.splitlines()[:-1]]
    assert told == [
        ["line 4", "isued"],
        ["line 19", "field seeking, part_of"],
        ["line 25", "indicator help, numerator 1"],
        ["line 27", "indicator help, thresholds 1, atleast"],
    ]


def test_doubts_are_told_and_fail_nothing(tmp_path: Path) -> None:
    file = str(plan_file(tmp_path, PLAN.replace("at_least = 50", "above = 100")))
    ran = run("plan", "check", file)
    assert ran.code == 0
    assert ran.out.startswith("warning: line 27: indicator help, thresholds 1: this threshold cannot be met")
    assert ran.out.endswith("plan.toml: usable, with 1 warning.\n")


def test_a_plan_without_a_mistake_says_so(tmp_path: Path) -> None:
    file = str(plan_file(tmp_path, PLAN + UNITS))
    assert (run("plan", "check", file).code, run("plan", "check", file).out) == (
        0,
        f"{file}: no mistakes.\n",
    )


def test_mistakes_as_json_have_line_and_key(tmp_path: Path) -> None:
    ran = run("plan", "check", str(plan_file(tmp_path, PLAN.replace("at_least", "atleast"))), "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, told["exit_code"], told["plan"]) == (2, 2, None)
    (problem,) = told["problems"]
    assert (problem["severity"], problem["line"], problem["key"]) == (
        "error",
        27,
        "indicator help, thresholds 1, atleast",
    )


def test_a_plan_file_that_is_not_there_is_told() -> None:
    ran = run("plan", "check", "no-such.toml")
    assert (ran.code, ran.out) == (2, "")
    assert "Unknown plan no-such.toml" in ran.err


# ---------------------------------------------------------------- new, schema


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_file_to_start_from_checks_clean(tmp_path: Path, lang: str) -> None:
    file = tmp_path / "my-plan.toml"
    assert run("plan", "new", "--lang", lang, "--output", str(file)).code == 0
    ran = run("plan", "check", str(file))
    assert (ran.code, ran.out) == (0, f"{file}: no mistakes.\n")
    assert file.read_text("utf-8").startswith(f"#:schema {SCHEMA.as_uri()}\n")


def test_both_languages_start_from_the_same_plan() -> None:
    vietnamese, english = (run("plan", "new", "--lang", lang).out for lang in ("vi", "en"))
    assert tomllib.loads(vietnamese) == tomllib.loads(english)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_key_of_the_format_stands_in_the_file_to_start_from(lang: str) -> None:
    text = run("plan", "new", "--lang", lang).out
    schema = json.loads(SCHEMA.read_text("utf-8"))
    keys = {key for table in (schema, *schema["$defs"].values()) for key in table["properties"]}
    assert sorted(key for key in keys - {"superior", "issuer"} if key not in text) == []


def test_the_schema_in_the_package_is_that_of_the_models() -> None:
    assert json.loads(plan_schema()) == json.loads(run("plan", "schema").out), "poe schema writes it anew"


def jsonable(content: Any) -> Any:
    """What a TOML file holds as an editor sees it: days as text, decimals as numbers."""
    match content:
        case dict():
            return {key: jsonable(value) for key, value in content.items()}
        case list():
            return [jsonable(value) for value in content]
        case date():
            return content.isoformat()
        case _:
            return content


def errors_of(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    return [error.message for error in validator.iter_errors(jsonable(tomllib.loads(text)))]


@pytest.mark.parametrize("name", IDS)
def test_the_schema_accepts_the_built_in_plans(name: str) -> None:
    assert errors_of((BUILT_IN / f"{name}.toml").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("issued", "isued"),
        ("at_least", "atleast"),
        ('counts = "people"', 'counts = "persons"'),
        ("[[field]]", "[[felt]]"),
    ],
)
def test_the_schema_refuses_what_the_tool_refuses(old: str, new: str) -> None:
    assert errors_of(PLAN.replace(old, new)) != []
