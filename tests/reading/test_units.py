import pytest

from gbv_kpi.reading.units import UnitDirectory
from tests.reading.sending import PLAN, decomposed

UNITS = UnitDirectory(PLAN)


def named(text: str, year: int) -> str | None:
    found = UNITS.in_year(year).find(text)
    return found.unit.name if found else None


@pytest.mark.parametrize(
    "text",
    [
        "Thành phố Tam Điệp",
        "THÀNH PHỐ TAM ĐIỆP",
        "TP. Tam Điệp",
        "TP Tam Điệp",
        "TP.Tam Điệp",
        "T.P Tam Điệp",
        "tp tam diep",
        "Tam Điệp",
        "Thành phố\nTam\u00a0Điệp ",
        decomposed("Thành phố Tam Điệp"),
        "UBND thành phố Tam Điệp",
        "Ủy ban nhân dân TP Tam Điệp",
        "Phòng LĐ-TBXH thành phố Tam Điệp",
        "1. TP Tam Điệp",
        "370",
        "0370",
        "370 - Thành phố Tam Điệp",
        "Tam Điệp (370)",
        "370.0",
        "II. Thành phố Tam Điệp",
        "a) TP Tam Điệp",
        "Thành phố Tam Điệp, tỉnh Ninh Bình",
        "TP Tam Điệp - Ninh Bình",
        "Tam Điệp (thành phố)",
        "Thành phố Tam Điệp (9 xã, phường)",
        "UBND Tam Điệp",
        "Phòng LĐTB&XH Tam Điệp",
    ],
)
def test_a_unit_is_known_by_every_prefix_its_code_or_its_bare_name(text: str) -> None:
    assert named(text, 2023) == "Thành phố Tam Điệp"


@pytest.mark.parametrize(
    "text",
    [
        "Trung tâm y tế huyện Nho Quan",
        "Hội LHPN huyện Nho Quan",
        "Phòng khám Nho Quan",
        "Huyện Nho Quan (trừ xã X)",
        "Nho Quan 2",
        "Nho Quan 2022",
        "2022 Nho Quan",
        "Huyện Nho Quan 9999",
    ],
)
def test_another_body_of_a_district_is_not_the_district(text: str) -> None:
    assert named(text, 2023) is None


def test_the_provinces_committee_is_no_district() -> None:
    assert named("UBND tỉnh Ninh Bình", 2023) is None
    assert named("UBND Ninh Bình", 2023) is None


@pytest.mark.parametrize("text", ["Huyện Nho Quan", "H. Nho Quan", "H.Nho Quan", "H Nho Quan", "NHO QUAN", "nho quan"])
def test_a_district_is_known_by_every_prefix(text: str) -> None:
    assert named(text, 2023) == "Huyện Nho Quan"


@pytest.mark.parametrize(
    ("text", "year", "name"),
    [
        ("Hoa Lư", 2024, "Huyện Hoa Lư"),
        ("Hoa Lư", 2025, "Thành phố Hoa Lư"),
        ("374", 2024, "Huyện Hoa Lư"),
        ("374", 2025, "Thành phố Hoa Lư"),
        ("Ninh Bình", 2024, "Thành phố Ninh Bình"),
        ("TP Hoa Lư", 2025, "Thành phố Hoa Lư"),
    ],
)
def test_a_bare_name_means_the_unit_of_that_year(text: str, year: int, name: str) -> None:
    assert named(text, year) == name


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("TP Hoa Lư", 2024),  # not yet a city
        ("Phường Hoa Lư", 2025),
        ("Thành phố Nho Quan", 2023),
        ("Tỉnh Ninh Bình", 2023),
        ("Gia Viển", 2023),  # a wrong tone is another name
        ("999", 2023),
        ("373 Huyện Nho Quan", 2023),  # the code is another unit's
        ("", 2023),
    ],
)
def test_another_level_tone_or_code_is_no_unit(text: str, year: int) -> None:
    assert named(text, year) is None


@pytest.mark.parametrize("text", ["Thành phố Ninh Bình", "369", "Huyện Hoa Lư"])
def test_a_merged_unit_is_counted_with_its_successor(text: str) -> None:
    found = UNITS.in_year(2025).find(text)
    assert found is not None
    assert found.merged
    assert found.unit.name == "Thành phố Hoa Lư"


def test_the_provinces_own_agencies_are_a_unit_by_name_and_code() -> None:
    assert named("Cấp tỉnh", 2023) == named("37", 2023) == named("Các cơ quan cấp tỉnh", 2023) == "Cấp tỉnh"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Huyện Nho Quang", ["Huyện Nho Quan"]),
        ("Gia Viển", ["Huyện Gia Viễn"]),
        ("Yên", ["Huyện Yên Mô"]),
        ("Quận Hoàn Kiếm", []),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(text: str, nearest: list[str]) -> None:
    assert UNITS.in_year(2023).nearest(text) == nearest


def test_after_many_unknown_names_no_more_are_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing a name with a country's takes 0.2 s: 30 misspelt names exceeded the limit on a file's time."""
    names = UnitDirectory(PLAN).in_year(2023)
    monkeypatch.setattr("gbv_kpi.reading.units.MOST_COMPARED", 2 * len(names.current))
    found = [names.nearest(text) for text in ("Nho Quang", "Gia Vien A", "Nho Quan B", "Nho Quang", "Nho Quân")]
    assert found == [["Huyện Nho Quan"], ["Huyện Gia Viễn"], [], ["Huyện Nho Quan"], ["Huyện Nho Quan"]]


def test_a_plan_without_units_takes_any_name() -> None:
    units = UnitDirectory(PLAN.model_copy(update={"units": ()}))
    found = units.in_year(2023).find("Xã Gia Sinh")
    assert found is not None
    assert found.unit.code == "Xã Gia Sinh"
    assert not units.knows("Xã Gia Sinh")


def test_body_in_front_of_a_unit_may_have_words_for_levels() -> None:
    """The "Xã" in "Lao động - Thương binh và Xã hội" is not the level."""
    assert named("Phòng Lao động - Thương binh và Xã hội huyện Kim Sơn", 2024) == named("Huyện Kim Sơn", 2024)


def test_a_number_may_be_a_name() -> None:
    numbered = PLAN.units[1].model_copy(update={"code": "760", "name": "Quận 1", "until": None, "merged_into": None})
    names = UnitDirectory(PLAN.model_copy(update={"units": (*PLAN.units, numbered)})).in_year(2023)
    found = [names.find(text) for text in ("Quận 1", "Q. 1", "760")]
    assert [unit.unit.code for unit in found if unit] == ["760"] * 3
    assert names.find("372 373") is None
