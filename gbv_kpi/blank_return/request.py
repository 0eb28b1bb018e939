"""Choose the contents of a blank return: year, units and languages of the labels.

The words that `check` looks for (Đơn vị báo cáo, Năm, STT …) are given in both languages here, not in
the translators' catalogue: with another word for them, a return could not be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Bilingual, Language
from gbv_kpi.plan import Plan, ReturnField, Unit
from gbv_kpi.reading.units import UnitDirectory

NUMBERING = Bilingual("STT", "No")
UNIT = Bilingual("Đơn vị", "Unit")
ITEM = Bilingual("Chỉ tiêu", "Item")
MEASURE = Bilingual("Đơn vị tính", "Unit of measure")
VALUE = Bilingual("Số liệu", "Value")
NOTE = Bilingual("Ghi chú", "Notes")
TOTAL = Bilingual("Tổng cộng", "Total")
TABLE = Bilingual("Báo cáo", "Return")  # the names of sheets
GUIDE = Bilingual("Hướng dẫn", "Guide")
REPORTING = Bilingual("Đơn vị báo cáo", "Reporting unit")
RECEIVING = Bilingual("Đơn vị nhận báo cáo", "Reported to")
YEAR = Bilingual("Năm", "Year")
DATE = Bilingual("……, ngày … tháng … năm ……", "Place, date: ……………")
PREPARED = Bilingual("NGƯỜI LẬP BIỂU", "PREPARED BY")
HEAD = Bilingual("THỦ TRƯỞNG ĐƠN VỊ", "HEAD OF THE UNIT")
MEASURES = {
    "people": Bilingual("Người", "People"),
    "cases": Bilingual("Trường hợp", "Cases"),
    "places": Bilingual("Cơ sở", "Places"),
    "minutes": Bilingual("Phút", "Minutes"),
    "households": Bilingual("Hộ", "Households"),
    "communes": Bilingual("Xã", "Communes"),
    "events": Bilingual("Cuộc", "Events"),
    "vnd": Bilingual("Đồng", "VND"),
}
Layout = Literal["table", "form"]


@dataclass(frozen=True)
class BlankReturn:
    """One blank return; `second` is the second language of its labels, None for labels in one only."""

    plan: Plan
    year: int
    units: Sequence[Unit]
    language: Language
    second: Language | None = None

    @property
    def fields(self) -> list[ReturnField]:
        """Return the fields that must be given, then those that may be."""
        return sorted(self.plan.fields, key=lambda field: field.optional)

    @property
    def languages(self) -> list[Language]:
        return [self.language, self.second] if self.second else [self.language]

    def levels(self, field: ReturnField) -> tuple[str, str]:
        """Return the upper and lower heading of a field; its label alone where the plan gives none in this language."""
        return field.header.get("en" if self.language.tag == "en" else "vi") or (self.language.say(field.label), "")

    def measure(self, field: ReturnField) -> str:
        return self.language.say(MEASURES[field.counts])


def units_to_report(plan: Plan, year: int, named: str | None, layout: Layout) -> tuple[Unit, ...]:
    """Return the unit `named` by name or code, or all units expected that year; none if the plan lists no units.

    Raises `UsageError` for a year outside the plan and for a name of no unit of the year.
    """
    plan.expect_year(year)
    if layout == "form" and not plan.units:
        raise UsageError("The plan lists no units, so a form cannot name its unit: use a table.")
    if named is None:
        if (units := plan.expected_units(year)) or not plan.units:
            return units
        raise UsageError("The plan lists no units for {year}: name one with --unit.", year=str(year))
    names = UnitDirectory(plan).in_year(year)
    found = names.find(named)
    if found is None:
        raise UsageError(names.not_found(named, year))
    if found.merged:
        details = {"named": found.named.name, "unit": found.unit.name, "year": str(year)}
        raise UsageError("{named} has merged into {unit}: for {year} make the return of {unit}.", **details)
    return (found.unit,)
