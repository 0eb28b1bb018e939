"""The plans that come with the tool say what is known of them, and no more."""

from decimal import Decimal

import pytest

from gbv_kpi.inputs import DEFAULT_PLAN
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.plan.load import BUILT_IN, built_in_ids, read_plan
from gbv_kpi.plan.thresholds import Threshold

IDS = built_in_ids()
PROVINCES = {
    "ha-noi-106-kh-ubnd": ("106/KH-UBND", "2021-04-19", "liên quan đến bạo lực trên cơ sở giới"),
    "binh-thuan-832-kh-ubnd": ("832/KH-UBND", "2021-03-15", "về bạo lực trên cơ sở giới"),
    "khanh-hoa-4233-kh-ubnd": ("4233/KH-UBND", "2021-05-18", "về bạo lực trên cơ sở giới"),
}


def thresholds(plan: Plan) -> dict[str, tuple[Threshold, ...]]:
    return {indicator.id: indicator.thresholds for indicator in plan.indicators}


def percents(*years: tuple[int, int]) -> tuple[Threshold, ...]:
    return tuple(Threshold(year, ">=", Decimal(bound)) for year, bound in years)


@pytest.mark.parametrize("name", IDS)
def test_a_built_in_plan_has_no_mistake_and_nothing_doubtful(name: str) -> None:
    reading = read_plan(name)
    assert (reading.mistakes, reading.doubts) == ((), ())
    assert reading.plan is not None
    assert reading.plan.id == name


def test_the_default_plan_is_named_first_and_every_file_is_a_plan() -> None:
    assert IDS[0] == DEFAULT_PLAN
    assert sorted(IDS) == sorted(file.stem for file in BUILT_IN.glob("*.toml"))


@pytest.mark.parametrize("name", IDS)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    plan = load_plan(name)
    texts = [plan.title, plan.place, *(f.label for f in plan.fields), *(i.title for i in plan.indicators)]
    texts += [text for i in plan.indicators for text in (i.noun, i.note, i.caveat) if text]
    texts += [*(group.title for group in plan.task_groups), *([plan.note] if plan.note else [])]
    assert all(text.vi and text.en for text in texts)


@pytest.mark.parametrize("name", PROVINCES)
def test_a_province_has_the_two_confirmed_indicators_in_the_plans_words(name: str) -> None:
    number, issued, about = PROVINCES[name]
    plan = load_plan(name)
    assert (plan.number, str(plan.issued)) == (number, issued)
    assert [indicator.quote for indicator in plan.indicators] == [
        ("Tối thiểu 50% người bị bạo lực trên cơ sở giới tìm kiếm sự trợ giúp từ cơ quan cung cấp dịch vụ"),
        f"100% trường hợp có nhu cầu trợ giúp {about} được trợ giúp bằng các hình thức khác nhau",
    ]
    assert thresholds(plan) == {"help-seeking": percents((2025, 50)), "assistance": percents((2025, 100))}


@pytest.mark.parametrize("name", [*PROVINCES, "quoc-gia-28-nq-cp"])
def test_what_is_not_known_is_left_out_and_said(name: str) -> None:
    plan = load_plan(name)
    assert (plan.units, plan.agencies, plan.task_groups) == ((), (), ())
    assert plan.note is not None
    assert "any unit is accepted" in plan.note.en


@pytest.mark.parametrize("name", PROVINCES)
def test_shared_fields_are_those_of_ninh_binh_that_the_indicators_need(name: str) -> None:
    of_ninh_binh = load_plan().field_by_id
    fields = load_plan(name).fields
    assert [field.id for field in fields if not field.optional] == [
        *("victims", "victims_seeking_help", "cases_needing_help", "cases_helped")
    ]
    assert all(field == of_ninh_binh[field.id] for field in fields)
    assert "[[field]]" not in (BUILT_IN / f"{name}.toml").read_text("utf-8")


def test_national_strategy_has_two_milestones_and_a_ratio_to_lower() -> None:
    plan = load_plan("quoc-gia-28-nq-cp")
    assert (plan.number, str(plan.issued)) == ("28/NQ-CP", "2021-03-03")
    assert thresholds(plan) == {
        "victims-served": percents((2025, 80), (2030, 90)),
        "perpetrators-counselled": percents((2025, 50), (2030, 70)),
        "trafficking-victims": percents((2025, 100)),
        "assistance-facilities": percents((2025, 70), (2030, 100)),
        "housework-ratio": (
            Threshold(2025, "<=", Decimal("1.7"), "ratio"),
            Threshold(2030, "<=", Decimal("1.4"), "ratio"),
        ),
    }


def test_national_strategy_quotes_the_words_now_known() -> None:
    quotes = {indicator.id: indicator.quote for indicator in load_plan("quoc-gia-28-nq-cp").indicators}
    assert "được phát hiện ở mức chưa bị truy cứu trách nhiệm hình sự" in quotes["perpetrators-counselled"]
    assert quotes["trafficking-victims"].startswith("Từ năm 2025 trở đi, 100% số nạn nhân bị mua bán trở về")
    assert "nội trợ và chăm sóc trong gia đình không được trả công" in quotes["housework-ratio"]
    assert all(indicator.source for indicator in load_plan("quoc-gia-28-nq-cp").indicators)


def test_national_programmes_have_the_targets_known_of_them() -> None:
    of_2232, of_45 = load_plan("quoc-gia-2232-qd-ttg"), load_plan("quoc-gia-45-qd-ttg")
    assert thresholds(of_2232) == {"help-seeking": percents((2025, 50)), "assistance": percents((2025, 100))}
    assert [indicator.quote for indicator in of_2232.indicators] == ["", ""]
    assert [f"{t.comparator} {t.bound}" for i in of_45.indicators for t in i.thresholds] == [
        *(">= 40", ">= 50", "> 70", ">= 95", "> 80", ">= 90", ">= 95", ">= 90")
    ]


def test_threshold_over_100_percent_is_quoted_and_judged_by_100() -> None:
    """The plan of Ninh Bình on domestic violence prints "trên 100%", which cannot be met."""
    plan = load_plan("ninh-binh-69-kh-ubnd")
    counselled = plan.indicator_by_id["perpetrators-counselled"]
    assert "Phấn đấu đạt trên 100%" in counselled.quote
    assert counselled.entries[0].bound == (">", Decimal(100))
    assert counselled.thresholds == percents((2025, 100))
    assert counselled.entries[0].note is not None
    assert len(plan.indicators) == 6


def test_plan_without_a_known_day_of_issue_has_none() -> None:
    plan = load_plan("quang-tri-64-kh-ubnd")
    assert plan.issued is None
    assert thresholds(plan)["perpetrators-handled"] == percents((2025, 80))


def test_task_groups_of_plan_63_are_in_its_own_words() -> None:
    plan = load_plan()
    assert plan.task_groups[3].vi == (
        "Tăng cường thanh tra, kiểm tra của các cơ quan, tổ chức, cá nhân trong công tác phòng ngừa và ứng phó với "
        "bạo lực trên cơ sở giới"
    )
    named = {name for group in plan.task_groups for name in group.indicators}
    assert {indicator.id for indicator in plan.monitored} <= named
    assert all(plan.field_by_id[name].optional for one in plan.monitored for name in one.numerator)
