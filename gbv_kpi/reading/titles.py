"""The unit and the year that stand above a table or in the name of its sheet."""

import re
import unicodedata
from functools import lru_cache

from gbv_kpi.reading.normalize import tidy, without_diacritics

# Dates, spans of years and numbers of documents say when a paper was signed, not which year it reports.
_NOT_THE_YEAR = re.compile(
    r"ngay\s*\S*\s*thang\s*\S*\s*nam\s*\S*|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}|thang\s*\d{1,2}\s*(?:nam|/|-)\s*\d{4}"
    r"|(?:nam\s*)?\d{4}\s*[-–—]\s*(?:nam\s*)?\d{4}|\d+\s*/\s*[a-z]\S*|so voi\s+(?:cung ky\s+)?nam\s*\d{4}"
    # "… năm 2023 và phương hướng nhiệm vụ năm 2024": the second is a year to come
    r"|(?:va|,|;)\s*(?:xay dung\s+|de ra\s+)?(?:ke hoach|phuong huong|nhiem vu|du kien|muc tieu)\b.*?nam\s*\d{4}"
)
_YEAR = re.compile(r"(?:nam|bao cao|ky bao cao|nien do|year)\s*:?\s*(\d{4})(?!\d)")
# "từ ngày 15/12/2022 đến ngày 14/12/2023", "tính đến ngày 31 tháng 12 năm 2023": a year that ends in December.
_DAY = r"(?:ngay\s*)?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})\s*(?:[/.-]|nam)\s*(\d{4})"
_PERIOD = re.compile(rf"tu\s+{_DAY}\s+den\s+(?:het\s+)?{_DAY}")
_UP_TO = re.compile(rf"den\s+(?:het\s+)?{_DAY}")
_PART_OF_YEAR = re.compile(r"\bquy\s+(?:[1-4]|i{1,3}|iv)\b|\b(?!12|muoi hai)(?:\d{1,2}|ba|sau|chin|muoi)\s+thang\b")
_YEAR_ALONE = re.compile(r"(?:nam\s*)?(\d{4})(?:\.0)?")
_REPORTING_UNIT = (
    "don vi(?: bao cao| gui(?: bao cao)?| lap(?: bieu| bao cao)?)?|dia phuong|huyen, thanh pho|(?:reporting )?unit"
)
_LABELLED_UNIT = re.compile(rf"(?:ten\s+)?(?:{_REPORTING_UNIT})\s*:\s*(.*)")


def _plain(text: str) -> str:
    return without_diacritics(tidy(text))


@lru_cache(maxsize=16384)
def years_in(title: str) -> tuple[int, ...]:
    """The years that a line of a title names as the year reported.

    >>> years_in("KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 63/KH-UBND NGÀY 12/5/2021 NĂM 2023")
    (2023,)
    """
    return tuple(map(int, _YEAR.findall(_NOT_THE_YEAR.sub(" ", _plain(title)))))


def year_ended_in(title: str) -> int | None:
    """The year whose figures a line gives by their period: one that ends in December and is a year long.

    >>> year_ended_in("Từ ngày 15/12/2022 đến ngày 14/12/2023"), year_ended_in("Từ 01/01/2023 đến 30/6/2023")
    (2023, None)
    """
    plain = _plain(title)
    if period := _PERIOD.search(plain):
        (_, first_month, first_year), (_, month, year) = (map(int, period.groups()[at : at + 3]) for at in (0, 3))
        a_year = (first_month, first_year) in ((1, year), (11, year - 1), (12, year - 1))
        return year if month in (11, 12) and a_year else None
    found = _UP_TO.search(plain)
    return int(found[3]) if found and (int(found[1]), int(found[2])) == (31, 12) else None


def part_of_year_in(title: str) -> bool:
    """Whether a line speaks of less than a year: "6 tháng đầu năm 2023", "Quý I/2023"."""
    return _PART_OF_YEAR.search(_NOT_THE_YEAR.sub(" ", _plain(title))) is not None


def is_part_of_year(heading: str) -> bool:
    """Whether a column is headed by less than a year: "6 tháng đầu năm", "Quý IV", "Tháng 5"."""
    return part_of_year_in(heading) or re.match(r"thang\s+\d{1,2}\b", _plain(heading)) is not None


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


def after_label(title: str) -> str:
    """The same as it is written, to be quoted."""
    return " ".join(unicodedata.normalize("NFKC", title).partition(":")[2].split())
