"""Model the tables of a plan file: sources, fields, thresholds, indicators, units, agencies, the words of a report.

A table refuses an unknown key, so a misspelt key cannot be overlooked.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticKnownError

from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.plan.thresholds import COMPARE, Comparator, Measure, Threshold


def _no_bool(year: Any) -> Any:
    """Refuse true and false, which pydantic takes for 1 and 0."""
    if isinstance(year, bool):
        raise PydanticKnownError("int_type")
    return year


Year = Annotated[int, Field(ge=1900, le=2200), BeforeValidator(_no_bool)]


def _writable(bound: Decimal) -> Decimal:
    """Refuse a number of more than 18 decimal places: pydantic before 2.14 lets 1e-999999 pass."""
    if bound and bound.adjusted() < -18:
        raise PydanticKnownError("decimal_max_places", {"decimal_places": 18})
    return bound


Bound = Annotated[Decimal, Field(ge=-(10**9), le=10**9, decimal_places=18), AfterValidator(_writable)]
Level = Literal["commune", "district", "department"]

# The level of a unit, by the first words of its name.
LEVEL_WORDS: dict[str, Level] = {
    **dict.fromkeys(("xã ", "phường ", "thị trấn ", "đặc khu "), "commune"),
    **dict.fromkeys(("huyện ", "quận ", "thị xã ", "thành phố "), "district"),
}


class Table(BaseModel):
    """A table of a plan file: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def __copy__(self) -> Self:
        """Return a copy without the cached properties: a copy is made to have other fields."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields:
            del copied.__dict__[name]
        return copied


class Source(Table):
    """The document that a fact of the plan file was read in."""

    text: str  # the document, with its number and date
    url: str | None = None
    seen: date | None = None  # the day it was looked up
    kind: Literal["full text", "press"] | None = None


class ReturnField(Table):
    """A whole number ≥ 0 that every return gives (`optional`: may give)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Bilingual
    header: dict[Literal["vi", "en"], tuple[str, str]] = {}  # the two levels of an official table
    aliases: tuple[str, ...] = ()
    counts: Literal["people", "cases", "places", "minutes", "households", "communes", "events", "vnd"]
    part_of: str | None = None  # never larger than this field
    optional: bool = False
    form_of: str | None = None  # a form of the thing this field counts; a case may have several
    protected: bool | None = None  # None: protect people and cases only

    @property
    def dtype(self) -> Literal["Int32", "Int64"]:
        """Return the type of its column: money needs the wider one."""
        return "Int64" if self.counts == "vnd" else "Int32"

    @property
    def is_protected(self) -> bool:
        """Return whether a small count of it reveals victims or cases, and so may not be published."""
        return self.counts in ("people", "cases") if self.protected is None else self.protected


class Comparison(Table):
    """Exactly one of four comparisons with a number."""

    at_least: Bound | None = None
    above: Bound | None = None
    at_most: Bound | None = None
    below: Bound | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if [self.at_least, self.above, self.at_most, self.below].count(None) != 3:
            raise ValueError(phrase("give exactly one of at_least, above, at_most, below"))
        return self

    @property
    def bound(self) -> tuple[Comparator, Decimal]:
        bounds = zip(COMPARE, (self.at_least, self.above, self.at_most, self.below), strict=True)
        return next((comparator, bound) for comparator, bound in bounds if bound is not None)


class ThresholdEntry(Comparison):
    """A threshold in force from a year until a later one, as the plan words it.

    If the plan demands what cannot be met ("đạt trên 100%"), it is judged by `override`; a note says why.
    """

    from_year: Annotated[Year, Field(alias="from")]
    override: Comparison | None = None
    note: Bilingual | None = None
    source: Source | None = None

    def threshold(self, measure: Measure) -> Threshold:
        return Threshold(self.from_year, *(self.override or self).bound, measure)


class Indicator(Table):
    """Numerator fields over denominator fields, compared with the plan's thresholds.

    Without thresholds the plan judges nothing: the figure is monitored. A `count` has no denominator; a `change`
    compares the numerator with that of the base year.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Bilingual
    quote: str = ""  # the plan's own words; empty if they are uncertain
    noun: Bilingual | None = None  # what the numerator counts: "schools"
    caveat: Bilingual | None = None
    note: Bilingual | None = None  # on how the plan is understood here
    source: Source | None = None
    numerator: Annotated[tuple[str, ...], Field(min_length=1)]
    denominator: tuple[str, ...] = ()
    measure: Measure = "percent"
    base_year: Year | None = None  # of a change; None: the year before
    entries: Annotated[tuple[ThresholdEntry, ...], Field(alias="thresholds")]

    @model_validator(mode="before")
    @classmethod
    def _monitored_count(cls, tables: Any) -> Any:
        """Take a monitored figure without a denominator for a count; with a threshold the measure must be given."""
        if isinstance(tables, dict) and tables.get("thresholds") == [] and not tables.get("denominator"):
            return {"measure": "count"} | tables
        return tables

    @model_validator(mode="after")
    def _denominator_fits(self) -> Self:
        if self.measure in ("count", "change"):
            if self.denominator:
                raise ValueError(phrase("a {measure} has no denominator: leave it out", measure=self.measure))
        elif not self.denominator:
            choices = 'measure = "count", measure = "change"'
            raise ValueError(phrase("give a denominator, or another measure: {choices}", choices=choices))
        if self.base_year is not None and self.measure != "change":
            raise ValueError(phrase("only a change has a base year: set {key}", key='measure = "change"'))
        return self

    @model_validator(mode="after")
    def _one_threshold_a_year(self) -> Self:
        years = [entry.from_year for entry in self.entries]
        if twice := sorted({year for year in years if years.count(year) > 1}):
            raise ValueError(phrase("two thresholds start in {year}", year=str(twice[0])))
        return self

    @property
    def is_monitored(self) -> bool:
        """Return whether the plan sets no threshold."""
        return not self.entries

    def base_of(self, year: int) -> int:
        """Return the year that a change is counted from."""
        return year - 1 if self.base_year is None else self.base_year

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Return the thresholds by the year they come into force."""
        entries = sorted(self.entries, key=lambda entry: entry.from_year)
        return tuple(entry.threshold(self.measure) for entry in entries)

    def threshold_in(self, year: int) -> Threshold | None:
        """Return the threshold in force, the latest not after `year`; None before the first."""
        return next((t for t in reversed(self.thresholds) if t.since <= year), None)

    def threshold_after(self, year: int) -> Threshold | None:
        """Return the next threshold that the plan sets, None after the last."""
        return next((t for t in self.thresholds if t.since > year), None)


class Lasting(Table):
    """A thing that exists from one day to another."""

    since: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None  # its last day
    source: Source | None = None  # of its beginning or end

    def exists_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Unit(Lasting):
    """A reporting unit while it exists; a code may be used again by its successor."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    merged_into: str | None = None  # the code of the unit that took it over
    expected: bool = True  # False: need not report, and may leave fields blank
    level: Level | None = None  # for its deadline; None: derived from its name

    @property
    def reporting_level(self) -> Level | None:
        """Return the level given, else that of the first words of the name."""
        name = self.name.casefold()
        return self.level or next((level for word, level in LEVEL_WORDS.items() if name.startswith(word)), None)


class Agency(Lasting):
    """A body with a part in the plan; names change, so it is known by its role and its days."""

    since: Annotated[date | None, Field(validation_alias=AliasChoices("since", "from"))] = None
    role: str
    name: Bilingual
    short: str = ""  # in the number of its reports: "Số:      /BC-SNV"
    note: Bilingual | None = None  # what is unknown about it

    def shares_role_and_days(self, other: "Agency") -> bool:
        first, second = self.since or date.min, other.since or date.min
        return self.role == other.role and (other.exists_on(first) or self.exists_on(second))


class Addressee(Table):
    """A body that a report goes to: an agency of the plan by its role, or a name."""

    role: str = ""
    vi: str = ""
    en: str = ""

    @model_validator(mode="after")
    def _role_or_name(self) -> Self:
        if bool(self.role) == bool(self.vi):
            raise ValueError(phrase("give either role or vi"))
        return self


class TaskGroup(Table):
    """Tasks of the plan without a threshold of their own; `indicators` are figures about them."""

    vi: str
    en: str = ""
    indicators: tuple[str, ...] = ()

    @property
    def title(self) -> Bilingual:
        return Bilingual(self.vi, self.en)


class Deadlines(Table):
    """The last day on which a return of each level is in time; each level passes them on to the next."""

    all: date | None = None  # of levels without a day of their own
    commune: date | None = None
    district: date | None = None
    department: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_day_for_all(cls, days: Any) -> Any:
        """Read a single day as that of all levels."""
        return days if isinstance(days, dict) else {"all": days}

    @model_validator(mode="after")
    def _a_working_day_apart(self) -> Self:
        """Refuse deadlines of two levels without a working day between them (NĐ 09/2019, Art. 8).

        Working days are Monday to Friday; public holidays are not known here.
        """
        levels = [(level, day) for level, day in self.days.items() if level != "all"]
        for (lower, first), (upper, last) in pairwise(levels):
            days = (first + timedelta(days=day) for day in range(1, min((last - first).days, 3) + 1))
            if not any(day.weekday() < 5 for day in days):
                what = phrase(
                    "the deadlines of {lower} and {upper} must be at least one working day apart",
                    lower=lower,
                    upper=upper,
                )
                raise ValueError(what)
        return self

    @property
    def days(self) -> dict[str, date]:
        """Return the days given, from the lowest level up."""
        return {level: day for level, day in self if day}


class Report(Table):
    """The words of the official report around its figures; all are optional."""

    superior: Bilingual | None = None  # cơ quan chủ quản, over the issuer at the top left
    issuer: Bilingual | None = None  # cơ quan ban hành báo cáo
    issuer_short: str = ""  # in the report's number: "Số:      /BC-SLĐTBXH"
    place: Bilingual | None = None  # địa danh, in front of the date
    addressed_to: tuple[Addressee, ...] = ()  # Kính gửi
    recipients: tuple[Bilingual, ...] = ()  # Nơi nhận, a line each
    signatory: tuple[Bilingual, ...] = ()  # the title over the signature, a line each
