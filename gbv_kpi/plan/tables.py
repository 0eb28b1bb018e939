"""The tables of a plan file: fields, thresholds, indicators, units, agencies, the words of a report.

A table refuses a key it does not know, so a misspelt key cannot be overlooked.
"""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.plan.thresholds import Comparator, Measure, Threshold

Year = Annotated[int, Field(ge=1900, le=2200)]
Bound = Annotated[Decimal, Field(ge=-(10**9), le=10**9, decimal_places=18)]  # 1e999999 would be written out


class Table(BaseModel):
    """A table of a plan file: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def __copy__(self) -> Self:
        """Its fields without what was worked out from them: a copy is made to have others."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields:
            del copied.__dict__[name]
        return copied


class ReturnField(Table):
    """A whole number ≥ 0 that every return gives (`optional`: may give)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Bilingual
    header: dict[Literal["vi", "en"], tuple[str, str]] = {}  # the two levels of an official table
    aliases: tuple[str, ...] = ()
    counts: Literal["people", "cases", "places", "minutes"]
    part_of: str | None = None  # never larger than this field
    optional: bool = False
    form_of: str | None = None  # one of several forms of this field; a case may get several
    protected: bool | None = None  # None: people and cases are, places and minutes are not

    @property
    def is_protected(self) -> bool:
        """Whether a small count of it tells of victims or cases, and so may not be published."""
        return self.counts in ("people", "cases") if self.protected is None else self.protected


class Comparison(Table):
    """Exactly one of four comparisons with a number."""

    at_least: Bound | None = None
    above: Bound | None = None
    at_most: Bound | None = None
    below: Bound | None = None

    @property
    def _bounds(self) -> dict[Comparator, Decimal]:
        bounds: dict[Comparator, Decimal | None] = {
            ">=": self.at_least,
            ">": self.above,
            "<=": self.at_most,
            "<": self.below,
        }
        return {comparator: bound for comparator, bound in bounds.items() if bound is not None}

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if len(self._bounds) != 1:
            raise ValueError(phrase("give exactly one of at_least, above, at_most, below"))
        return self

    @property
    def bound(self) -> tuple[Comparator, Decimal]:
        ((comparator, bound),) = self._bounds.items()
        return comparator, bound


class ThresholdEntry(Comparison):
    """A threshold in force from a year until a later one, as the plan words it.

    Where the plan demands what cannot be met ("đạt trên 100%"), `override` is what it is judged by; a note says why.
    """

    from_year: Annotated[Year, Field(alias="from")]
    override: Comparison | None = None
    note: Bilingual | None = None

    def threshold(self, measure: Measure) -> Threshold:
        return Threshold(self.from_year, *(self.override or self).bound, measure)


class Indicator(Table):
    """Numerator fields over denominator fields, held against the plan's thresholds."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Bilingual
    quote: str = ""  # the plan's own words; none where they are not known for certain
    noun: Bilingual | None = None  # what the numerator counts: "schools"
    caveat: Bilingual | None = None
    note: Bilingual | None = None  # on how the plan is understood here
    numerator: Annotated[tuple[str, ...], Field(min_length=1)]
    denominator: Annotated[tuple[str, ...], Field(min_length=1)]
    measure: Measure = "percent"
    entries: Annotated[tuple[ThresholdEntry, ...], Field(alias="thresholds", min_length=1)]

    @model_validator(mode="after")
    def _one_threshold_a_year(self) -> Self:
        years = [entry.from_year for entry in self.entries]
        if twice := sorted({year for year in years if years.count(year) > 1}):
            raise ValueError(phrase("two thresholds start in {year}", year=str(twice[0])))
        return self

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """By the year they come into force."""
        entries = sorted(self.entries, key=lambda entry: entry.from_year)
        return tuple(entry.threshold(self.measure) for entry in entries)

    def threshold_in(self, year: int) -> Threshold | None:
        """The threshold in force: the one with the latest year not after `year`; None before the first."""
        return next((t for t in reversed(self.thresholds) if t.since <= year), None)

    def threshold_after(self, year: int) -> Threshold | None:
        """The next threshold the plan sets, None after the last."""
        return next((t for t in self.thresholds if t.since > year), None)


class Unit(Table):
    """A reporting unit while it exists; a code may be used again by its successor."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    since: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None  # its last day
    merged_into: str | None = None  # the code of the unit that took it over
    expected: bool = True  # False: may report, is not waited for, may leave blank what it does not run

    def exists_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Agency(Table):
    """A body with a part in the plan; names change, so it is known by its role."""

    role: str
    name: Bilingual


class Report(Table):
    """The words of the official report that are not the plan's figures; all may be left out."""

    superior: Bilingual | None = None  # cơ quan chủ quản, over the issuer at the top left
    issuer: Bilingual | None = None  # cơ quan ban hành báo cáo
    issuer_short: str = ""  # in the report's number: "Số:      /BC-SLĐTBXH"
    place: Bilingual | None = None  # địa danh, in front of the date
    addressed_to: tuple[Bilingual, ...] = ()  # Kính gửi
    recipients: tuple[Bilingual, ...] = ()  # Nơi nhận, a line each
    signatory: tuple[Bilingual, ...] = ()  # the title over the signature, a line each
