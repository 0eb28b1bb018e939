"""What a published output left out, so that every format can say so."""

from dataclasses import dataclass

from gbv_kpi.kpi.publication import Publication


@dataclass(frozen=True, slots=True)
class Withheld:
    """How much of what was computed is not published; the findings themselves say where."""

    min_count: int  # counts from 1 up to below this one are withheld
    units: int  # findings of units
    overall: int  # findings of the province, which would tell a withheld count
    fields: tuple[str, ...] = ()  # fields that no unit's count is published of
    warnings: int = 0  # left out, for they tell counts
    errors: int = 0  # told without their counts
    publication: Publication | None = None  # what is told, for later publications
    exposed: tuple[
        tuple[int, str], ...
    ] = ()  # years and names of units with a small count that former publications tell

    def record(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {
            "min_count": self.min_count,
            "unit_findings": self.units,
            "province_findings": self.overall,
            "fields": list(self.fields),
            "warnings": self.warnings,
            "errors": self.errors,
        }

    def published_record(self) -> dict[str, object]:
        """Return what JSON adds to a published result; `--published` reads `publication` again."""
        publication = self.publication.model_dump(mode="json") if self.publication else None
        return {"withheld": self.record(), "publication": publication}
