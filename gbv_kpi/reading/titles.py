"""The unit and the year that stand above a table or in the name of its sheet."""

import re

from gbv_kpi.reading.labels import tidy, without_diacritics

__all__ = ["is_place_and_date", "reporting_unit_in", "year_in", "year_named", "years_in", "years_in_sheet_name"]

# Dates, spans of years and numbers of documents say when a paper was signed, not which year it reports.
_NOT_THE_YEAR = re.compile(
    r"ngay\s*\S*\s*thang\s*\S*\s*nam\s*\S*|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|thang\s*\d{1,2}\s*(?:nam|/|-)\s*\d{4}"
    r"|(?:nam\s*)?\d{4}\s*[-–—]\s*(?:nam\s*)?\d{4}|\d+\s*/\s*[a-z]\S*|so voi\s+(?:cung ky\s+)?nam\s*\d{4}"
    # "… năm 2023 và phương hướng nhiệm vụ năm 2024": the second is a year to come
    r"|(?:va|,|;)\s*(?:xay dung\s+|de ra\s+)?(?:ke hoach|phuong huong|nhiem vu|du kien|muc tieu)\b.*?nam\s*\d{4}"
)
_YEAR = re.compile(r"(?:nam|nam bao cao|year)\s*:?\s*(\d{4})(?!\d)")
_YEAR_ALONE = re.compile(r"(?:nam\s*)?(\d{4})(?:\.0)?")
_REPORTING_UNIT = (
    "don vi(?: bao cao| gui(?: bao cao)?| lap(?: bieu| bao cao)?)?|dia phuong|huyen, thanh pho|(?:reporting )?unit"
)
_LABELLED_UNIT = re.compile(rf"(?:ten\s+)?(?:{_REPORTING_UNIT})\s*:\s*(.*)")


def _plain(text: str) -> str:
    return without_diacritics(tidy(text))


def years_in(title: str) -> list[int]:
    """The years that a line of a title names as the year reported.

    >>> years_in("KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 63/KH-UBND NGÀY 12/5/2021 NĂM 2023")
    [2023]
    """
    return [int(year) for year in _YEAR.findall(_NOT_THE_YEAR.sub(" ", _plain(title)))]


def year_in(cell: str) -> int | None:
    """The year that a cell gives alone: "2023", "Năm 2023"."""
    found = _YEAR_ALONE.fullmatch(_plain(cell))
    return int(found[1]) if found else None


def year_named(heading: str) -> int | None:
    """The one year that a heading names: "2023", "Thực hiện năm 2023"."""
    named = set(years_in(heading))
    return year_in(heading) or (named.pop() if len(named) == 1 else None)


def is_place_and_date(title: str) -> bool:
    """Whether a line says where and when a paper was signed: "Thành phố Ninh Bình, ngày 5 tháng 1 năm 2024"."""
    return re.match(r"[^,]{2,40},\s*ngay\b", _plain(title)) is not None


def years_in_sheet_name(name: str) -> list[int]:
    return [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", _NOT_THE_YEAR.sub(" ", _plain(name)))]


def reporting_unit_in(title: str) -> str | None:
    """What follows "Đơn vị báo cáo:", possibly nothing; None for a line that has no such label."""
    found = _LABELLED_UNIT.fullmatch(_plain(title))
    return tidy(title)[found.start(1) :] if found else None
