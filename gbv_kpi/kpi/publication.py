"""Record what a publication left out and what it disclosed, which later publications must take into account."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

Side = tuple[str, ...]  # the fields that add up to a numerator or a denominator


class Disclosure(NamedTuple):
    """The disclosed sums of some units: one that is shown, or all that are withheld."""

    year: int
    indicator: str
    units: tuple[str, ...]  # the codes of that year, in order
    numerator: NonNegativeInt | None
    denominator: NonNegativeInt | None = None


class Publication(BaseModel):
    """All that a published output discloses of victims and cases; its JSON has it as `publication`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    min_count: Annotated[int, Field(ge=2)]
    indicators: dict[str, tuple[Side, Side]]  # the fields of numerator and denominator; a count has no denominator
    disclosures: Annotated[tuple[Disclosure, ...], Field(alias="told")]

    @model_validator(mode="after")
    def _names_indicators(self) -> "Publication":
        if {disclosure.indicator for disclosure in self.disclosures} - self.indicators.keys():
            raise ValueError("an indicator is not explained")
        return self

    def record(self) -> dict[str, object]:
        return self.model_dump(mode="json", by_alias=True)

    def sums(self, year: int) -> Iterable[tuple[Side, str, tuple[str, ...], int]]:
        """Yield fields, indicator, units and sum of every count disclosed for a year."""
        for disclosed_year, indicator, units, *counts in self.disclosures:
            for fields, count in zip(self.indicators[indicator], counts, strict=True):
                if disclosed_year == year and count is not None:
                    yield fields, indicator, units, count


class _Output(BaseModel):
    publication: Publication


def publication_in(output: bytes) -> Publication:
    """Return the publication in a JSON output. Raises `ValueError` for an output without one."""
    return _Output.model_validate_json(output).publication


@dataclass(frozen=True)
class Withheld:
    """The number of findings that are not published; the findings themselves show which."""

    min_count: int  # counts from 1 up to below this one are withheld
    units: int  # findings of units
    overall: int  # findings of the province, which would reveal a withheld count
    fields: tuple[str, ...] = ()  # fields without published counts
    warnings: int = 0  # left out because they reveal counts
    errors: int = 0  # shown without their counts
    publication: Publication | None = None  # what is disclosed, for later publications
    exposed: tuple[tuple[int, str], ...] = ()  # years and units with small counts that former publications reveal

    def published_record(self) -> dict[str, object]:
        """Return what JSON adds to a published result; `--published` reads `publication` again."""
        withheld = {
            "min_count": self.min_count,
            "unit_findings": self.units,
            "province_findings": self.overall,
            "fields": self.fields,
            "warnings": self.warnings,
            "errors": self.errors,
        }
        return {"withheld": withheld, "publication": self.publication and self.publication.record()}
