import re
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from gbv_kpi.errors import PlanError
from gbv_kpi.inputs import DEFAULT_PLAN
from gbv_kpi.plan import Plan, ReturnField, Unit, load_plan
from gbv_kpi.plan.thresholds import Threshold
from tests.offices import cp1258
from tests.plan.files import PLAN, plan_file

BUILT_IN = (files("gbv_kpi") / "plan" / "builtin" / f"{DEFAULT_PLAN}.toml").read_text("utf-8")


def altered(folder: Path, *changes: tuple[str, str]) -> Path:
    """The built-in plan as a file, with some of its words changed."""
    text = BUILT_IN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "plan.toml"
    file.write_text(text, encoding="utf-8")
    return file


# ---------------------------------------------------------------- what the plan says


def test_thresholds_are_those_of_the_plan(plan: Plan) -> None:
    assert {indicator.id: indicator.thresholds for indicator in plan.indicators} == {
        "help-seeking": (Threshold(2025, ">=", Decimal(50)),),
        "assistance": (Threshold(2025, ">=", Decimal(100)),),
        "training": (Threshold(2021, ">", Decimal(90)),),
        "education": (Threshold(2023, ">=", Decimal(85)), Threshold(2025, ">=", Decimal(100))),
    }


def test_indicators_divide_what_the_plan_divides(plan: Plan) -> None:
    assert {indicator.id: (indicator.numerator, indicator.denominator) for indicator in plan.indicators} == {
        "help-seeking": (("victims_seeking_help",), ("victims",)),
        "assistance": (("cases_helped",), ("cases_needing_help",)),
        "training": (("officials_trained", "village_workers_trained"), ("officials", "village_workers")),
        "education": (("schools_integrating",), ("schools",)),
    }


@pytest.mark.parametrize(
    ("indicator", "words"),
    [
        (
            "help-seeking",
            (
                "đến năm 2025, tối thiểu 50% người bị bạo lực trên cơ sở giới tìm kiếm sự trợ giúp "
                "từ cơ quan cung cấp dịch vụ"
            ),
        ),
        (
            "assistance",
            (
                "Đến năm 2025, 100% trường hợp có nhu cầu trợ giúp về bạo lực trên cơ sở giới được trợ giúp "
                "bằng các hình thức khác nhau"
            ),
        ),
        (
            "training",
            (
                "Hằng năm có trên 90% cán bộ, công chức phụ trách công tác bình đẳng giới các cấp và những người "
                "hoạt động không chuyên trách cấp thôn, tổ dân phố được tập huấn nâng cao kiến thức, kỹ năng "
                "về phòng ngừa, ứng phó với bạo lực trên cơ sở giới"
            ),
        ),
        (
            "education",
            (
                "Đến năm 2023, đạt 85% và đến năm 2025 đạt 100% cơ sở giáo dục trên địa bàn tỉnh tổ chức lồng ghép "
                "các hoạt động tuyên truyền về phòng ngừa và ứng phó với bạo lực trên cơ sở giới, bạo lực học đường"
            ),
        ),
    ],
)
def test_the_plan_is_quoted_word_for_word(plan: Plan, indicator: str, words: str) -> None:
    assert next(i.quote for i in plan.indicators if i.id == indicator) == words


def test_sums_never_mix_people_with_cases(plan: Plan) -> None:
    for indicator in plan.indicators:
        for summed in (indicator.numerator, indicator.denominator):
            assert len({plan.field_by_id[field].counts for field in summed}) == 1


def test_both_languages_are_there_for_every_label(plan: Plan) -> None:
    for text in (plan.title, plan.place, *(f.label for f in plan.fields), *(i.title for i in plan.indicators)):
        assert text.vi
        assert text.en


@pytest.mark.parametrize(
    ("indicator", "year", "in_force", "coming"),
    [
        ("education", 2022, None, 85),
        ("education", 2023, 85, 100),
        ("education", 2024, 85, 100),
        ("education", 2025, 100, None),
        ("help-seeking", 2024, None, 50),
        ("help-seeking", 2025, 50, None),
        ("training", 2021, 90, None),
    ],
)
def test_the_threshold_in_force_is_the_latest_not_after_the_year(
    plan: Plan, indicator: str, year: int, in_force: int | None, coming: int | None
) -> None:
    found = next(i for i in plan.indicators if i.id == indicator)
    bounds = [t.bound if t else None for t in (found.threshold_in(year), found.threshold_after(year))]
    assert bounds == [in_force, coming]


def test_small_counts_of_victims_and_cases_are_protected(plan: Plan) -> None:
    """Those of staff and schools are not: they identify no victim."""
    assert [field for field in plan.protected_fields if not field.startswith("helped_")] == [
        *("victims", "victims_seeking_help", "cases_needing_help", "cases_helped")
    ]
    assert {field.id for field in plan.fields if field.form_of} <= set(plan.protected_fields)


@pytest.mark.parametrize(("counts", "protected"), [("people", True), ("cases", True), ("places", False)])
def test_a_field_that_does_not_say_is_protected_by_what_it_counts(counts: str, protected: bool) -> None:
    field = {"id": "a", "label": {"vi": "A"}, "counts": counts}
    assert ReturnField.model_validate(field).is_protected is protected
    assert ReturnField.model_validate(field | {"protected": not protected}).is_protected is not protected


def test_report_goes_from_the_lead_department_to_those_the_plan_names(plan: Plan) -> None:
    head = plan.letterhead(date(2025, 2, 28))
    assert head.superior is not None
    assert head.issuer is not None
    assert (head.superior.vi, head.issuer.vi, head.issuer_short) == (
        "Ủy ban nhân dân tỉnh Ninh Bình",
        "Sở Lao động - Thương binh và Xã hội",
        "SLĐTBXH",
    )
    assert [to.vi for to in head.addressed_to] == [
        "Ủy ban nhân dân tỉnh Ninh Bình",
        "Bộ Lao động - Thương binh và Xã hội",
    ]


def test_letterhead_from_march_2025_has_the_interior_bodies(plan: Plan) -> None:
    """The Ministry of Labour and its departments ended on 28/02/2025."""
    head = plan.letterhead(date(2025, 3, 1))
    assert head.issuer is not None
    assert (head.issuer.vi, head.issuer_short, head.addressed_to[1].vi) == ("Sở Nội vụ", "SNV", "Bộ Nội vụ")
    lead = plan.agency("lead", date(2025, 3, 1))
    assert lead is not None
    assert lead.note is not None
    assert "was not found" in lead.note.en


def test_agency_of_an_old_file_without_days_is_there_on_every_day(tmp_path: Path) -> None:
    text = PLAN + '\n[[agency]]\nrole = "lead"\nname = { vi = "Sở A" }\n[report]\naddressed_to = [{ vi = "Bộ B" }]\n'
    head = load_plan(plan_file(tmp_path, text)).letterhead(date(2000, 1, 1))
    assert head.issuer is not None
    assert (head.issuer.vi, [to.vi for to in head.addressed_to]) == ("Sở A", ["Bộ B"])


def test_agency_takes_from_as_units_do(tmp_path: Path) -> None:
    text = PLAN + '\n[[agency]]\nrole = "lead"\nfrom = 2026-03-01\nname = { vi = "Sở A" }\n'
    plan = load_plan(plan_file(tmp_path, text))
    assert plan.agency("lead", date(2026, 2, 28)) is None
    assert plan.agency("lead", date(2026, 3, 1)) is not None


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('[report]\naddressed_to = [{ role = "minister" }]', "unknown role minister"),
        ('[report]\naddressed_to = [{ en = "A" }]', "give either role or vi"),
        ('[[task_group]]\nvi = "A"\nindicators = ["helpp"]', "unknown indicator helpp"),
        ("[deadline]\n2026 = { commune = 2027-01-15, district = 2027-01-17 }", "at least one working day"),
        ("[deadline]\n2026 = { commune = 2027-01-15, district = 2027-01-14 }", "at least one working day"),
        ("[deadline]\n2026 = { comune = 2027-01-15 }", "did you mean commune?"),
        ('[deadline]\n2026 = "soon"', "a date such as"),
    ],
)
def test_new_tables_tell_their_mistakes(tmp_path: Path, added: str, told: str) -> None:
    with pytest.raises(PlanError, match=re.escape(told)):
        load_plan(plan_file(tmp_path, f"{PLAN}\n{added}\n"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('denominator = ["victims"]\n', "", "give a denominator, or another measure"),
        ('denominator = ["victims"]\n', 'denominator = ["victims"]\nmeasure = "count"\n', "has no denominator"),
        ('denominator = ["victims"]\n', 'denominator = ["victims"]\nbase_year = 2026\n', "only a change has a base"),
        ("thresholds = [{ from = 2026, at_least = 50 }]", "", "thresholds: missing key"),
    ],
)
def test_indicator_without_denominator_says_what_it_measures(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    """A forgotten denominator must not turn a percentage into a count."""
    with pytest.raises(PlanError, match=re.escape(told)):
        load_plan(plan_file(tmp_path, PLAN.replace(before, after)))


def test_bodies_of_the_report_that_are_named_go_before_the_agencies(tmp_path: Path) -> None:
    changed = ("[report]", '[report]\nissuer = { vi = "Sở Nội vụ" }')
    head = load_plan(altered(tmp_path, changed)).letterhead(date(2024, 12, 31))
    assert head.issuer is not None
    assert head.issuer.vi == "Sở Nội vụ"


def test_a_threshold_that_cannot_be_met_is_judged_by_its_override(tmp_path: Path) -> None:
    changed = ("{ from = 2025, at_least = 50 }", "{ from = 2025, above = 100, override = { at_least = 100 } }")
    seeking = load_plan(altered(tmp_path, changed)).indicators[0]
    assert seeking.thresholds == (Threshold(2025, ">=", Decimal(100)),)


# ---------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("year", "codes"), [(2024, "369 370 372 373 374 375 376 377"), (2025, "370 372 373 374 375 376 377")]
)
def test_expected_units_are_those_of_the_reporting_date(plan: Plan, year: int, codes: str) -> None:
    assert sorted(unit.code for unit in plan.expected_units(year)) == codes.split()


def test_2025_is_reported_on_the_last_day_of_the_districts(plan: Plan) -> None:
    assert (plan.reporting_day(2024), plan.reporting_day(2025)) == (date(2024, 12, 31), date(2025, 6, 30))
    assert "30/6/2025" in plan.reporting_date_reason[2025].vi


def test_the_provinces_own_agencies_are_a_unit_not_expected(plan: Plan) -> None:
    assert [unit.code for unit in plan.units_in(2025) if not unit.expected] == ["37"]


@pytest.mark.parametrize("name", ["Thành phố Ninh Bình", "Huyện Hoa Lư"])
def test_units_merged_in_2025_have_thanh_pho_hoa_lu_as_successor(plan: Plan, name: str) -> None:
    former = next(unit for unit in plan.units if unit.name == name)
    heir = plan.successor(former, 2025)
    assert heir is not None
    assert heir.name == "Thành phố Hoa Lư"


def test_a_unit_that_still_exists_is_its_own_successor(plan: Plan) -> None:
    nho_quan = next(unit for unit in plan.units if unit.name == "Huyện Nho Quan")
    assert plan.successor(nho_quan, 2025) is nho_quan


def test_a_unit_exists_on_its_first_and_on_its_last_day() -> None:
    unit = Unit.model_validate({"code": "1", "name": "A", "from": date(2025, 1, 1), "until": date(2025, 6, 30)})
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [unit.exists_on(day) for day in days] == [False, True, True, False]


# ---------------------------------------------------------------- plan files


def test_a_plan_file_says_what_the_built_in_plan_says(tmp_path: Path, plan: Plan) -> None:
    assert load_plan(altered(tmp_path)) == plan


def test_the_mark_that_notepad_writes_in_front_of_utf8_is_no_mistake(tmp_path: Path, plan: Plan) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(b"\xef\xbb\xbf" + BUILT_IN.encode())
    assert load_plan(file) == plan


def test_bounds_are_decimals_and_no_binary_floats(tmp_path: Path) -> None:
    file = altered(tmp_path, ("from = 2021, above = 90", "from = 2021, above = 90.1"))
    training = next(i for i in load_plan(file).indicators if i.id == "training")
    assert training.thresholds[0].bound == Decimal("90.1")


def test_thresholds_are_in_order_of_years_whatever_the_order_in_the_file(tmp_path: Path) -> None:
    file = altered(
        tmp_path,
        (
            "{ from = 2023, at_least = 85 }, { from = 2025, at_least = 100 }",
            "{ from = 2025, at_least = 100 }, { from = 2023, at_least = 85 }",
        ),
    )
    education = next(i for i in load_plan(file).indicators if i.id == "education")
    assert [threshold.since for threshold in education.thresholds] == [2023, 2025]


def line_of(text: str) -> int:
    """The line of the built-in plan file on which a text stands first."""
    return BUILT_IN[: BUILT_IN.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "above = 90",
            "abov = 90",
            (
                f"line {line_of('above = 90')}: indicator training, thresholds 1, abov: "
                "unknown key; did you mean above? "
                "The keys are at_least, above, at_most, below, from, override, note, source."
            ),
        ),
        (
            "above = 90",
            "above = 90, at_least = 90",
            "indicator training, thresholds 1: give exactly one of at_least, above, at_most, below.",
        ),
        ("above = 90", 'above = "many"', "indicator training, thresholds 1, above: expected a number."),
        ("above = 90", "above = nan", "indicator training, thresholds 1, above: expected a number."),
        ("{ from = 2021, above", "{ above", "indicator training, thresholds 1, from: missing key."),
        (
            "at_least = 85 }, { from = 2025",
            "at_least = 85 }, { from = 2023",
            "education: two thresholds start in 2023.",
        ),
        ('numerator = ["schools_integrating"]', "numerator = []", "numerator: the list has too few or too many"),
        ('numerator = ["schools_integrating"]', 'numerator = "schools"', "numerator: expected a list in [ ]."),
        ('numerator = ["schools_integrating"]', 'numerator = ["pupils"]', "unknown field pupils; the fields are"),
        ('part_of = "victims"', 'part_of = "victim"', "unknown field victim; did you mean victims? The fields are"),
        ('id = "education"', 'id = "training"', "duplicate indicator training."),
        ('counts = "people"', 'counts = "persons"', "field victims, counts: expected one of: 'people', 'cases'"),
        ('title = { vi = "Tập huấn', 'title = { vn = "Tập huấn', "vn: unknown key; the keys are vi, en"),
        ("first_year", "frist_year", "frist_year: unknown key; did you mean first_year? The keys are schema"),
        ('code = "369"', "code = 369", "unit 369, code: expected text in quotes."),
        ('code = "369"', 'code = "370"', "two units have the code 370 in 2021."),
        ('merged_into = "374"', 'merged_into = "999"', "this unit merges into the unknown code 999"),
        ("issued = 2021-05-12", 'issued = "May"', "issued: expected a date such as 2021-05-12."),
        ("gbv-kpi/plan/1", "gbv-kpi/plan/2", "schema: expected one of: 'gbv-kpi/plan/1'"),
    ],
)
def test_a_mistake_in_a_plan_file_is_told_in_the_words_of_the_file(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(PlanError) as stopped:
        load_plan(altered(tmp_path, (old, new)))
    assert told in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_all_mistakes_of_a_plan_file_are_told_at_once(tmp_path: Path) -> None:
    file = altered(tmp_path, ("above = 90", "abov = 90"), ('counts = "people"', 'counts = "persons"'))
    counts, threshold = line_of('counts = "people"'), line_of("above = 90")
    told = rf"line {counts}: field victims, counts: .*; line {threshold}: indicator training, .*, abov: "
    with pytest.raises(PlanError, match=told):
        load_plan(file)


def test_a_file_that_is_no_toml_is_told_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("schema = \n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"plan\.toml has mistakes: line 1: invalid value"):
        load_plan(file)


def test_a_plan_file_in_an_old_code_page_is_told(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(cp1258("id = 'Phòng ngừa'"))
    with pytest.raises(PlanError, match="is not UTF-8 text: save it as UTF-8"):
        load_plan(file)


@pytest.mark.parametrize("name", ["no-such-plan", "no/such/file.toml", "."])
def test_an_unknown_plan_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlanError, match="Unknown plan"):
        load_plan(name)


def test_a_plan_does_not_change_once_it_is_read(plan: Plan) -> None:
    with pytest.raises(ValidationError):
        plan.number = "64/KH-UBND"


def test_a_copy_with_other_units_knows_nothing_of_the_former_ones(plan: Plan) -> None:
    assert plan.units_in(2025)
    copied = plan.model_copy(update={"units": ()})
    assert (copied.units_in(2025), copied.units_by_code, plan.units_in(2025) != ()) == ((), {}, True)


def test_successor_is_found_over_several_mergers_and_is_never_a_gone_unit(plan: Plan) -> None:
    gone, first, second, third = (
        Unit(code="2", name="Xã Cũ", until=date(2020, 12, 31)),
        Unit(code="1", name="Xã A", until=date(2021, 12, 31), merged_into="2"),
        Unit.model_validate({"code": "2", "name": "Xã B", "until": date(2023, 12, 31), "merged_into": "3"}),
        Unit.model_validate({"code": "3", "name": "Xã C", "from": date(2024, 1, 1)}),
    )
    plan = plan.model_copy(update={"units": (gone, first, second, third)})
    assert [plan.successor(first, year) for year in range(2021, 2025)] == [first, second, second, third]
    assert [plan.successor(gone, year) for year in (2020, 2022)] == [gone, None]
    assert plan.predecessors(third) == (second,)


def test_a_unit_may_last_until_the_end_of_all_days(plan: Plan) -> None:
    lasting = Unit(code="1", name="Xã A", until=date.max)
    assert plan.model_copy(update={"units": (lasting,)}).units_in(2025) == (lasting,)


def test_years_between_two_mergers_share_their_units(plan: Plan) -> None:
    assert plan.era(2021) == plan.era(2024) != plan.era(2025)
    assert plan.units_in(2021) == plan.units_in(2024) != plan.units_in(2025)
    assert len(plan.units_by_era) == 2
