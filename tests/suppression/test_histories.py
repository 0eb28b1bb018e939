"""One publication after the other, and what a reader of all of them can tell."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.kpi.publication import Publication, publication_in
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.suppression.families import Amount, protected_families
from tests.command import UNITS_OF_2025, Ran, Row, run, write_csv
from tests.ledger.inbox import hand_in
from tests.plan.files import PLAN, plan_file
from tests.suppression.countries import plan_but
from tests.suppression.histories import attack, random_history
from tests.suppression.test_publish import LARGE, withheld

LAST = UNITS_OF_2025[-1]
OTHERS = [{"victims": 20 + n, "victims_seeking_help": 12 + n} for n in range(6)]


def rows(last: Mapping[str, Any] | None = None, **changed: Mapping[str, Any]) -> list[Row]:
    """Six large units, what `changed` makes of them (`u370=…`), and the last one where it has reported."""
    units = dict(zip(UNITS_OF_2025, [*OTHERS, last], strict=True))
    units |= {name.removeprefix("u"): figures for name, figures in changed.items()}
    return [(unit, 2025, {**LARGE, **figures}) for unit, figures in units.items() if figures is not None]


def publish(folder: Path, plan: Plan, name: str, given: list[Row], *options: str) -> dict[str, Any]:
    """Publish these returns beside everything that is in the folder, and put the JSON there."""
    former = [option for file in sorted(folder.glob("*.json")) for option in ("--published", str(file))]
    file = write_csv(folder / "returns.csv", plan, given)
    ran = run("report", "--year", "2025", file, "--publish", "--format", "json", *former, *options)
    (folder / f"{name}.json").write_text(ran.out, encoding="utf-8")
    return {**json.loads(ran.out), "err": ran.err}


def shown(found: Mapping[str, Any]) -> dict[str | None, tuple[int, int]]:
    """The help-seeking that is printed, by unit."""
    findings = (f for f in found["findings"] if f["indicator"] == "help-seeking" and f["numerator"] is not None)
    return {f["unit"]: (f["numerator"], f["denominator"]) for f in findings}


def test_an_interim_report_does_not_tell_the_last_unit_of_the_final_one(tmp_path: Path, plan: Plan) -> None:
    """Six of seven units, then all: by subtraction the last one had 3 of 5."""
    interim = shown(publish(tmp_path, plan, "1", rows()))
    final = shown(publish(tmp_path, plan, "2", rows({"victims": 5, "victims_seeking_help": 3})))
    assert None not in interim
    assert final[None] == (90, 140)
    known = interim | final
    assert LAST not in known
    assert len(known.keys() - {None}) == 4
    assert set(final) - {None} == set(interim)


def test_a_final_report_alone_shows_what_an_interim_one_withheld(tmp_path: Path, plan: Plan) -> None:
    publish(tmp_path, plan, "1", rows())
    assert withheld(publish(tmp_path, plan, "2", rows(OTHERS[3])), "help-seeking") == []


def test_a_return_corrected_to_a_small_count_takes_the_total_with_it(tmp_path: Path, plan: Plan) -> None:
    """All seven were shown: whatever is withheld now, the old total and the new one tell the corrected unit."""
    publish(tmp_path, plan, "1", rows(OTHERS[3]))
    corrected = publish(tmp_path, plan, "2", rows(OTHERS[3], u370={"victims": 9, "victims_seeking_help": 3}))
    assert withheld(corrected, "help-seeking") == [None, "370"]
    assert withheld(corrected, "assistance") == []
    assert corrected["withheld"]["province_findings"] == 1


def test_a_correction_of_a_shown_return_changes_nothing_else(tmp_path: Path, plan: Plan) -> None:
    first = publish(tmp_path, plan, "1", rows({"victims": 5, "victims_seeking_help": 3}))
    second = publish(
        tmp_path,
        plan,
        "2",
        rows({"victims": 5, "victims_seeking_help": 3}, u375={"victims": 40, "victims_seeking_help": 30}),
    )
    assert withheld(first, "help-seeking") == withheld(second, "help-seeking")
    assert shown(second)[None] != shown(first)[None]


def test_a_lower_limit_shows_no_more_than_the_strictest_before(tmp_path: Path, plan: Plan) -> None:
    given = rows({"victims": 9, "victims_seeking_help": 4})
    first = publish(tmp_path, plan, "1", given)
    second = publish(tmp_path, plan, "2", given, "--min-count", "3")
    assert withheld(first, "help-seeking") == withheld(second, "help-seeking") != []
    assert second["withheld"]["min_count"] == 5


def test_a_figure_that_was_published_stays_and_the_officer_is_told(tmp_path: Path, plan: Plan) -> None:
    """Under a limit of 3 the last unit's 4 were printed; under 5 nothing can take them back."""
    given = rows({"victims": 9, "victims_seeking_help": 4})
    first = publish(tmp_path, plan, "1", given, "--min-count", "3")
    second = publish(tmp_path, plan, "2", given)
    assert shown(first)[LAST] == shown(second)[LAST] == (4, 9)
    assert "Huyện Yên Mô (2025)" in second["err"]
    assert first["err"] == ""


def test_another_plan_on_the_same_returns_tells_no_difference(tmp_path: Path, plan: Plan) -> None:
    """The second plan adds those helped in another form: 2 in one unit, of which the first printed the others."""
    given = rows(OTHERS[3])
    given = [(u, y, {**f, "cases_helped": 10, "helped_other": 2 if u == "370" else 6}) for u, y, f in given]
    text = Path("gbv_kpi/plan/builtin/ninh-binh-63-kh-ubnd.toml").read_text(encoding="utf-8")
    text = text.replace('numerator = ["cases_helped"]', 'numerator = ["cases_helped", "helped_other"]')
    before, helped_other, after = text.partition('id = "helped_other"')
    text = before + helped_other + after.replace("optional = true", "optional = false", 1)
    (tmp_path / "other.toml").write_text(text.replace('id = "ninh-binh-63-kh-ubnd"', 'id = "other"'), encoding="utf-8")
    other = load_plan(str(tmp_path / "other.toml"))
    first = publish(tmp_path, other, "1", given)
    assert withheld(first, "assistance") == []
    second = publish(tmp_path, other, "2", given, "--plan", str(tmp_path / "other.toml"))
    assert withheld(second, "assistance") == [None, "370"]


def test_a_file_that_is_no_publication_is_refused(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "returns.csv", plan, rows())
    for content in ("", "{}", '{"publication": null}', run("check", file, "--format", "json").out):
        (tmp_path / "no.json").write_text(content, encoding="utf-8")
        ran = run("check", file, "--publish", "--published", str(tmp_path / "no.json"))
        assert (ran.code, ran.out) == (2, "")
        assert "no.json is not a publication" in ran.err
    ran = run("check", file, "--published", str(tmp_path / "no.json"))
    assert (ran.code, "--published requires --publish" in ran.err) == (2, True)


# ---------------------------------------------------------------- changes against a base year

FEWER = """
[[indicator]]
id = "fewer"
title = { vi = "Giảm số nạn nhân", en = "Fewer victims" }
numerator = ["victims"]
measure = "change"
thresholds = [{ from = 2027, at_most = -5 }]
"""
COMMUNES = "".join(f'\n[[unit]]\ncode = "{code}"\nname = "Xã {code}"\n' for code in "ABCDEF")
BEFORE = {code: (30 + number, 20 + number) for number, code in enumerate("ABCDEF")}  # victims, and those seeking help
AFTER = {code: (victims - 3, seeking - 2) for code, (victims, seeking) in BEFORE.items()}


def publish_change(folder: Path, name: str, year: int, *given: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """Publish the report of a year from the returns of 2026 and 2027 beside all reports in the folder."""
    plan = plan_file(folder, PLAN + FEWER + COMMUNES)
    lines = [f"Xã {code},{at},{v},{s}" for at, units in enumerate(given, start=2026) for code, (v, s) in units.items()]
    file = folder / "returns.csv"
    file.write_text("\n".join(["Đơn vị,Năm,Số người bị bạo lực,Số người tìm kiếm", *lines]), encoding="utf-8")
    former = [option for one in sorted(folder.glob("*.json")) for option in ("--published", str(one))]
    options = ("--plan", str(plan), "--publish", "--format", "json", *former)
    ran = run("report", "--year", str(year), str(file), *options)
    (folder / f"{name}.json").write_text(ran.out, encoding="utf-8")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def change_of(found: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the province's counts of the year and of the base year; those of units are never printed."""
    province, *units = (f for f in found["findings"] if f["indicator"] == "fewer")
    assert {unit["numerator"] for unit in units} | {unit["denominator"] for unit in units} <= {None}
    return province["numerator"], province["denominator"]


def test_change_of_two_published_totals_is_printed(tmp_path: Path) -> None:
    publish_change(tmp_path, "1", 2026, BEFORE)
    assert change_of(publish_change(tmp_path, "2", 2027, BEFORE, AFTER)) == (177, 195)


def test_interim_change_does_not_tell_the_last_unit_of_the_final_one(tmp_path: Path) -> None:
    """An interim total of five units, subtracted from the final one, would tell the 3 victims of the sixth."""
    publish_change(tmp_path, "1", 2026, BEFORE)
    interim = publish_change(tmp_path, "2", 2027, BEFORE, {code: AFTER[code] for code in "ABCDE"})
    final = publish_change(tmp_path, "3", 2027, BEFORE, {**AFTER, "F": (3, 1)})
    assert change_of(interim) == (None, None)
    known = {f["unit"] for found in (interim, final) for f in found["findings"] if f["denominator"] is not None}
    assert "F" not in known
    assert change_of(final) == (None, None) or len(known & BEFORE.keys()) <= 3


def test_change_is_withheld_where_its_base_total_tells_a_correction(tmp_path: Path) -> None:
    """All six were shown in 2026: the new total of that year tells what a return was corrected to."""
    publish_change(tmp_path, "1", 2026, BEFORE)
    found = publish_change(tmp_path, "2", 2027, {**BEFORE, "A": (3, 1)}, AFTER)
    assert change_of(found) == (None, None)
    assert withheld(found, "help") == []


def test_change_is_withheld_with_the_total_of_its_base_year(tmp_path: Path) -> None:
    """Only two of six units reported in 2026: its total is withheld, and so are the changes from it."""
    few = {"A": (3, 1), "B": (40, 30)}
    assert withheld(publish_change(tmp_path, "1", 2026, few), "help") == [None, "A", "B"]
    assert change_of(publish_change(tmp_path, "2", 2027, few, AFTER)) == (None, None)


def test_change_of_a_unit_with_one_count_is_withheld(tmp_path: Path) -> None:
    """A unit that leaves an optional count blank would print its 3 of the base year."""
    optional = PLAN.replace('part_of = "victims"', 'part_of = "victims"\noptional = true')
    plan = plan_file(tmp_path, optional + FEWER.replace('["victims"]', '["seeking"]') + COMMUNES)
    before, after = BEFORE | {"A": (30, 3)}, AFTER | {"A": (30, "")}
    lines = [
        f"Xã {code},{at},{v},{s}" for at, units in ((2026, before), (2027, after)) for code, (v, s) in units.items()
    ]
    file = tmp_path / "returns.csv"
    file.write_text("\n".join(["Đơn vị,Năm,Số người bị bạo lực,Số người tìm kiếm", *lines]), encoding="utf-8")
    ran = run("report", "--year", "2027", str(file), "--plan", str(plan), "--publish", "--format", "json")
    assert change_of(json.loads(ran.out)) == (None, None)


# ---------------------------------------------------------------- the ledger remembers


def report(ledger: str, *options: str) -> Ran:
    return run("report", "--year", "2025", "--ledger", ledger, "--publish", "--format", "json", *options)


def test_a_ledger_remembers_what_was_registered(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "interim.csv", plan, rows()))
    interim = json.loads(report(sqlite, "--register").out)
    assert report(sqlite, "--register").out == report(sqlite).out
    last = rows({"victims": 5, "victims_seeking_help": 3})[-1:]
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "last.csv", plan, last))
    final = json.loads(report(sqlite).out)
    assert len((shown(interim) | shown(final)).keys() - {None}) == 4
    assert shown(final)[None] == (90, 140)
    trend = json.loads(run("trend", "--ledger", sqlite, "--publish", "--register", "--format", "json").out)
    points = [p for one in trend["series"] for p in one["points"] if p["status"] == "withheld"]
    assert {p["unit"] for p in points if p["indicator"] == "help-seeking"} == set(withheld(final, "help-seeking"))


def test_an_export_carries_the_publications(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "interim.csv", plan, rows()))
    report(sqlite, "--register")
    exported = run("export", "--ledger", sqlite).out
    (tmp_path / "ledger.jsonl").write_text(exported, encoding="utf-8")
    other = str(tmp_path / "other.db")
    for _ in range(2):
        assert run("import", str(tmp_path / "ledger.jsonl"), "--ledger", other).code == 0
        assert run("export", "--ledger", other).out == exported
    assert exported.count('"publication"') == 1


def test_a_publication_tells_only_what_was_printed(tmp_path: Path, plan: Plan) -> None:
    publish(tmp_path, plan, "1", rows({"victims": 5, "victims_seeking_help": 3}))
    publication = publication_in((tmp_path / "1.json").read_bytes())
    found = json.loads((tmp_path / "1.json").read_text(encoding="utf-8"))
    disclosed = [one for one in publication.disclosures if one.indicator == "help-seeking"]
    told = {one.units: (one.numerator, one.denominator) for one in disclosed}
    alone = {units[0]: pair for units, pair in told.items() if len(units) == 1}
    assert alone == {unit: pair for unit, pair in shown(found).items() if unit}
    assert tuple(map(sum, zip(*told.values(), strict=True))) == shown(found)[None]
    assert Publication.model_validate_json(json.dumps(publication.record())) == publication


# ---------------------------------------------------------------- amounts, and random histories


def test_what_a_whole_has_over_all_of_its_parts_is_an_amount(plan: Plan) -> None:
    """Of 20 victims 9 were women and 9 men: 2 are known as neither."""
    field = plan.field_by_id["victims_seeking_help"].model_dump(by_alias=True)
    parts = [
        {**field, "id": name, "label": {"vi": name, "en": name}, "aliases": [], "header": {"vi": [name, name]}}
        for name in "ab"
    ]
    seeking = plan.indicator_by_id["help-seeking"].model_dump(by_alias=True)
    indicators = [{**seeking, "id": name, "numerator": [name]} for name in "ab"]
    fields = [*(one.model_dump(by_alias=True) for one in plan.fields), *parts]
    families = protected_families(plan_but(field=fields, indicator=indicators))
    family = next(one for one in families if "victims" in one.fields)
    assert Amount(("victims",), (("a",), ("b",))) in family.amounts
    assert Amount(("victims",), (("a",),)) in family.amounts


@pytest.mark.quick(1)
@pytest.mark.parametrize("seed", range(12))
def test_no_withheld_count_is_recovered_from_a_random_history(seed: int) -> None:
    """300 histories, as many as you like: python -m tests.suppression.histories."""
    secrets = list(attack(random_history(seed)))
    assert [secret for secret in secrets if not secret.least <= secret.value <= secret.most] == []
    assert [secret for secret in secrets if secret.least == secret.most] == []
