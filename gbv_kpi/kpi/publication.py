"""A publication as a later one must know it: the sums that its readers can tell."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

Side = tuple[str, ...]  # the fields whose sum is a numerator or a denominator


class Told(NamedTuple):
    """The numerator and denominator that some units have together: one unit shown, or all that are withheld."""

    year: int
    indicator: str
    units: tuple[str, ...]  # the codes of that year, in order
    numerator: NonNegativeInt | None
    denominator: NonNegativeInt | None = None


class Publication(BaseModel):
    """All that a published output tells of victims and cases; its JSON has it as `publication`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_count: Annotated[int, Field(ge=2)]
    indicators: dict[str, tuple[Side, Side]]  # the fields of numerator and denominator; a count has no denominator
    told: tuple[Told, ...]

    @model_validator(mode="after")
    def _names_indicators(self) -> "Publication":
        if {one.indicator for one in self.told} - self.indicators.keys():
            raise ValueError("an indicator is not explained")
        return self

    def sums(self, years: Iterable[int]) -> Iterable[tuple[int, Side, str, tuple[str, ...], int]]:
        """Yield year, fields, a name for the table they are in, units and sum of everything told of these years."""
        wanted = set(years)
        for year, indicator, units, *counts in self.told:
            if year in wanted:
                for fields, count in zip(self.indicators[indicator], counts, strict=True):
                    if count is not None:
                        yield year, fields, indicator, units, count


class _Output(BaseModel):
    publication: Publication


def publication_in(output: bytes) -> Publication:
    """Return the publication that a JSON output is. Raises `ValueError` for one that is none."""
    return _Output.model_validate_json(output).publication
