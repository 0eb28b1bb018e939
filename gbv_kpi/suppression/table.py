"""The findings of one year as a table of units, and what of it is withheld."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gbv_kpi.kpi.scorecard import Finding, Scorecard, Status
from gbv_kpi.suppression.families import Family
from gbv_kpi.suppression.selection import Member, chosen, sole_reporter

Cell = tuple[str, int, str | None]  # an indicator's finding of a year, for a unit or (None) the province


def withheld_cells(findings: Iterable[Finding], families: Sequence[Family], limit: int) -> set[Cell]:
    """The findings that are not published, of all years."""
    by_year: dict[int, dict[str | None, dict[str, Finding]]] = {}
    for finding in findings:
        by_year.setdefault(finding.year, {}).setdefault(finding.unit, {})[finding.indicator] = finding
    # A change tells the base year's count too, which another table may withhold.
    protected = {indicator for family in families for indicator in family.indicators}
    changes = (f for rows in by_year.values() for row in rows.values() for f in row.values() if f.measure == "change")
    withheld = {
        (f.indicator, f.year, f.unit)
        for f in changes
        if f.indicator in protected and f.is_known and (f.unit is not None or f.provisional)
    }
    return withheld | {
        (indicator, year, unit)
        for year, rows in by_year.items()
        for family in families
        for indicator, unit in _of_family(rows, family, limit)
    }


def published(finding: Finding, withheld: set[Cell]) -> Finding:
    """The finding without what could be told from it, where it is withheld."""
    if (finding.indicator, finding.year, finding.unit) not in withheld:
        return finding
    return replace(
        finding, numerator=None, denominator=None, status=Status.WITHHELD, shortfall=None, next_shortfall=None
    )


def published_scorecard(card: Scorecard, withheld: set[Cell]) -> Scorecard:
    """Return the scorecard without what could be told from its findings, where they are withheld."""
    keys = zip(card.frame["indicator"], card.frame["year"], card.frame["unit"], strict=True)
    is_withheld = [(name, year, unit if isinstance(unit, str) else None) in withheld for name, year, unit in keys]
    frame = card.frame.copy()
    frame.loc[is_withheld, ["numerator", "denominator"]] = None
    frame.loc[is_withheld, "status"] = str(Status.WITHHELD)
    return replace(card, frame=frame)


def _of_family(
    rows: dict[str | None, dict[str, Finding]], family: Family, limit: int
) -> Iterator[tuple[str, str | None]]:
    members = list(_members(rows, family))
    withheld = chosen(members, limit) if members else []
    for member in withheld:
        if member.unit is not None:
            yield from ((indicator, member.unit) for indicator in family.indicators)
    if withheld:
        yield from ((indicator, None) for indicator in _of_one_unit(members, family, limit))


def _of_one_unit(members: Sequence[Member], family: Family, limit: int) -> set[str]:
    """The indicators whose total is that of a single unit, and small."""
    sole = (a for place, a in enumerate(family.amounts) if sole_reporter(members, place, limit))
    return {indicator for amount in sole for indicator in amount.indicators}


def _members(rows: dict[str | None, dict[str, Finding]], family: Family) -> Iterator[Member]:
    """The units, and what the province's total holds beside them."""
    beside = {indicator: [0, 0] for indicator in family.indicators}
    for indicator, finding in rows.get(None, {}).items():
        if indicator in beside:
            beside[indicator] = [finding.numerator or 0, finding.denominator or 0]
    for unit, findings in rows.items():
        if unit is None:
            continue
        complete = {name: f for name, f in findings.items() if f.is_known}
        for indicator in complete.keys() & beside.keys():
            beside[indicator][0] -= complete[indicator].numerator or 0
            beside[indicator][1] -= complete[indicator].denominator or 0
        own = tuple(amount.of(findings) for amount in family.amounts)
        if any(amount is not None for amount in own):  # what is not reported is no secret
            yield Member(unit, own, tuple(amount.of(complete) for amount in family.amounts))
    if any(any(counts) for counts in beside.values()):
        left = {name: replace(rows[None][name], numerator=n, denominator=d) for name, (n, d) in beside.items()}
        amounts = tuple(amount.of(left) for amount in family.amounts)
        yield Member(None, amounts, amounts)
