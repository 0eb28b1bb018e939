"""Random histories of publications, and a reader who keeps all of them and has a solver for whole numbers.

    python -m tests.suppression.histories [COUNT] [SEED]

He knows the plan, who had reported when, which returns were corrected in between, and that a part never exceeds its
whole. Of every count withheld he asks for the least and the most that it can be.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.trend import trend_of
from gbv_kpi.ledger.entries import returns_from
from gbv_kpi.ledger.records import Entry
from gbv_kpi.plan import Plan
from gbv_kpi.render.json import to_json
from gbv_kpi.render.trend import trend_to_json
from gbv_kpi.suppression import publishable, publishable_trend
from tests.suppression.countries import PAIRS, entry, random_plan

FAMILIES = (("victims", "victims_seeking_help"), ("cases_needing_help", "cases_helped", "helped_other"))
MOST = 10_000

Counts = dict[str, int]
Versions = dict[tuple[str, int], Counts]  # by unit and year: which of its values each field has
Returned = dict[tuple[str, int], Counts]  # by unit and year
Sum = frozenset[tuple[int, int]]  # coefficients by number of variable
Variable = tuple[str, int, int, str]  # unit, year, version of its return, field


@dataclass
class Release:
    """What was published at one time, and the returns that it rests on."""

    plan: Plan
    findings: list[dict[str, Any]]
    true: list[dict[str, Any]]  # the same findings before anything was withheld
    units: dict[tuple[str | None, int], list[str]]  # which units of the year each row adds up
    limit: int
    versions: Versions
    publication: Publication


@dataclass
class History:
    """One office over some time. A field that a correction leaves as it was is the same unknown to the reader."""

    plan: Plan
    other: Plan
    returned: Returned = field(default_factory=dict)
    values: dict[tuple[str, int], dict[str, dict[int, int]]] = field(default_factory=dict)
    versions: Versions = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)

    def receive(self, unit: str, year: int, counts: Counts) -> None:
        self.returned[unit, year] = counts
        values = self.values.setdefault((unit, year), {})
        for name, count in counts.items():
            values.setdefault(name, {}).setdefault(count, len(values.get(name, ())))
        self.versions[unit, year] = {name: values[name][count] for name, count in counts.items()}

    def publish(self, kind: str, limit: int, years: Sequence[int] | None = None) -> Release:
        plan = self.other if kind == "other" else self.plan
        entries = list(self._entries(plan, years))
        former = [release.publication for release in self.releases]
        if kind == "trend":
            followed = trend_of(returns_from(entries, plan), plan)
            true = [p.finding.record() for s in followed.series for p in s.points]
            printed = json.loads("".join(trend_to_json(publishable_trend(followed, limit, former), ENGLISH)))
            findings = [point for series in printed["series"] for point in series["points"]]
            last: int | None = followed.years[-1]
        else:
            card = evaluate(returns_from(entries, plan), plan)
            true = [finding.record() for finding in card.findings]
            outcome = publishable(Outcome("check", card, (), ()), limit, former)
            printed = json.loads("".join(to_json(outcome, ENGLISH)))
            findings, last = printed["findings"], None
        publication = Publication.model_validate_json(json.dumps(printed["publication"]))
        units = self._rows(plan, {e.year for e in entries}, {(e.unit.code, e.year) for e in entries}, last, true)
        release = Release(plan, findings, true, units, limit, dict(self.versions), publication)
        self.releases.append(release)
        return release

    def _entries(self, plan: Plan, years: Sequence[int] | None) -> Iterator[Entry]:
        for (code, year), counts in self.returned.items():
            if years is None or year in years:
                unit = next(unit for unit in plan.units_in(year) if unit.code == code)
                yield entry(plan, unit, year, counts)

    @staticmethod
    def _rows(
        plan: Plan, years: set[int], reported: set[tuple[str, int]], last: int | None, true: list[dict[str, Any]]
    ) -> dict[tuple[str | None, int], list[str]]:
        rows: dict[tuple[str | None, int], list[str]] = {}
        for year in years:
            for unit in plan.units_in(year):
                if (unit.code, year) in reported:
                    heir = unit if last is None else plan.successor(unit, last)
                    rows.setdefault((None, year), []).append(unit.code)
                    if heir is not None:
                        rows.setdefault((heir.code, year), []).append(unit.code)
        return rows


def random_history(seed: int) -> History:
    chance = random.Random(seed)
    plan = random_plan(chance)
    history = History(plan, other_plan(plan))
    years = range(chance.choice((2023, 2023, 2024)), 2025)
    most = chance.choice((3, 6, 10, 25))
    late: list[tuple[str, int]] = []
    for year in years:
        for unit in plan.units_in(year):
            if year == years[-1] and chance.random() < 0.3:
                late.append((unit.code, year))
            else:
                history.receive(unit.code, year, random_counts(most, chance))
    limit = chance.choice((3, 5, 5, 5, 8))
    for step in range(chance.randint(2, 5)):
        if step:
            _go_on(history, late, most, chance)
        if chance.random() < 0.2:
            limit = chance.choice((3, 5, 8))
        if history.returned:
            kind = chance.choices(("check", "trend", "other"), (5, 3, 2))[0]
            history.publish(
                kind, limit, [years[-1]] if kind == "check" and chance.random() < 0.3 and late == [] else None
            )
    return history


def _go_on(history: History, late: list[tuple[str, int]], most: int, chance: random.Random) -> None:
    """Late returns come in, or one to four are corrected, or nothing changes."""
    if late:
        chance.shuffle(late)
        for key in [late.pop() for _ in range(chance.randint(1, len(late)))]:
            history.receive(*key, random_counts(most, chance))
    elif history.returned and chance.random() < 0.7:
        for key in chance.sample(sorted(history.returned), min(len(history.returned), chance.choice((1, 1, 2, 4)))):
            history.receive(*key, corrected(history.returned[key], most, chance))


def other_plan(plan: Plan) -> Plan:
    """The same returns under another plan: those helped, and these with those helped in another form."""
    assistance = plan.indicator_by_id["assistance"].model_dump(by_alias=True)
    both = {**assistance, "id": "reached", "numerator": ["cases_helped", "helped_other"]}
    return Plan.model_validate({**plan.model_dump(by_alias=True), "id": "other", "indicator": [assistance, both]})


def random_counts(most: int, chance: random.Random) -> Counts:
    counts: Counts = {}
    for part, whole in PAIRS:
        counts[whole] = 0 if chance.random() < 0.2 else chance.randint(0, most)
        reached = chance.choice((0.0, 0.5, 0.9, 1.0))
        counts[part] = sum(chance.random() < reached for _ in range(counts[whole]))
    counts["helped_other"] = chance.randint(0, counts["cases_needing_help"] - counts["cases_helped"])
    return counts


def corrected(counts: Counts, most: int, chance: random.Random) -> Counts:
    if chance.random() < 0.5:
        return random_counts(most, chance)
    part, whole = chance.choice(PAIRS)
    more = chance.randint(1, 4)
    return {**counts, whole: counts[whole] + more, part: counts[part] + chance.randint(0, more)}


# ---------------------------------------------------------------- the reader


@dataclass(frozen=True)
class Secret:
    """A count that a release withheld, and the range in which a reader places it."""

    where: str
    value: int
    least: int
    most: int
    limit: int


def attack(history: History) -> Iterator[Secret]:
    """What a reader of all releases can tell of every count that none of them prints."""
    for year in sorted({year for _, year in history.returned}):
        for fields in FAMILIES:
            yield from _Reader(history, year, fields).secrets()


class _Reader:
    def __init__(self, history: History, year: int, fields: Sequence[str]) -> None:
        self.history, self.year, self.fields = history, year, fields
        self.number: dict[Variable, int] = {}
        self.rows: list[tuple[dict[int, int], int, int]] = []  # coefficients, least, most
        self.asked: dict[Sum, tuple[str, int, int, set[Sum]]] = {}
        self.printed: set[Sum] = set()
        for release in history.releases:
            for finding, true in zip(release.findings, release.true, strict=True):
                if finding["year"] == year:
                    self._read(release, finding, true)
        returns = {(u, tuple(v.items())) for r in history.releases for (u, at), v in r.versions.items() if at == year}
        for unit, versions in sorted(returns):
            self._add_parts(unit, dict(versions))

    def _read(self, release: Release, finding: Mapping[str, Any], true: Mapping[str, Any]) -> None:
        indicator = release.plan.indicator_by_id[finding["indicator"]]
        sides = {"numerator": indicator.numerator, "denominator": indicator.denominator}
        if not set(sides["numerator"]) <= set(self.fields):
            return
        units = release.units.get((finding["unit"], self.year), [])
        sums = {key: self._sum(release, units, names) for key, names in sides.items()}
        for key in sides:
            if finding[key] is not None:
                self.rows.append((sums[key], finding[key], finding[key]))
                self.printed.add(frozenset(sums[key].items()))
        if finding["status"] == "withheld" and finding["unit"] is not None and true["numerator"] is not None:
            rest = {
                n: sums["denominator"].get(n, 0) - sums["numerator"].get(n, 0)
                for n in {*sums["denominator"], *sums["numerator"]}
            }
            amounts = {
                "numerator": (sums["numerator"], true["numerator"], ["numerator"]),
                "denominator": (sums["denominator"], true["denominator"], ["denominator"]),
                "rest": (rest, true["denominator"] - true["numerator"], ["numerator", "denominator"]),
            }
            for name, (coefficients, value, keys) in amounts.items():
                of = {frozenset(sums[key].items()) for key in keys}
                where = f"release {len(self.asked)} {finding['indicator']} {finding['year']} {finding['unit']} {name}"
                self.asked[frozenset(coefficients.items())] = (where, value, release.limit, of)

    def _sum(self, release: Release, units: Sequence[str], names: Sequence[str]) -> dict[int, int]:
        variables = [(u, self.year, release.versions[u, self.year][name], name) for u in units for name in names]
        return {self.number.setdefault(variable, len(self.number)): 1 for variable in variables}

    def _add_parts(self, unit: str, versions: Counts) -> None:
        whole, part, *other = (
            self.number.setdefault((unit, self.year, versions[name], name), len(self.number)) for name in self.fields
        )
        self.rows.append(({whole: 1, part: -1}, 0, MOST))
        for one in other:
            self.rows.append(({whole: 1, part: -1, one: -1}, 0, MOST))

    def secrets(self) -> Iterator[Secret]:
        if not self.asked:
            return
        constraint = self._constraint(self.rows)
        for asked, (where, value, limit, of) in self.asked.items():
            if value == 0 or of <= self.printed:
                continue
            objective = np.zeros(len(self.number))
            for column, coefficient in asked:
                objective[column] = coefficient
            least, most = (round(sign * self._solve(sign * objective, constraint)) for sign in (1, -1))
            if least != most or not self._is_squeezed(asked, objective):
                yield Secret(where, value, least, most, limit)

    def _is_squeezed(self, asked: Sum, objective: Any) -> bool:
        """Whether what is printed of this unit alone leaves one value: 18 of 18 helped, and more cannot be reached."""
        units = {unit for (unit, *_), number in self.number.items() if number in dict(asked)}
        own = {number for (unit, *_), number in self.number.items() if unit in units}
        alone = self._constraint([row for row in self.rows if row[0].keys() <= own])
        return round(self._solve(objective, alone)) == round(-self._solve(-objective, alone))

    def _constraint(self, rows: Sequence[tuple[dict[int, int], int, int]]) -> LinearConstraint:
        matrix = np.zeros((len(rows), len(self.number)))
        for row, (coefficients, _, _) in enumerate(rows):
            for column, coefficient in coefficients.items():
                matrix[row, column] = coefficient
        return LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])

    def _solve(self, objective: Any, constraint: LinearConstraint) -> float:
        found = milp(objective, constraints=constraint, integrality=np.ones(len(self.number)), bounds=Bounds(0, MOST))
        assert found.success, found.message
        return float(found.fun)


def main(count: int, first: int) -> int:
    """Attack some histories, print what was found, and return 1 where a count was recovered."""
    seen: Counter[str] = Counter()
    for seed in range(first, first + count):
        history = random_history(seed)
        seen["publications"] += len(history.releases)
        for secret in attack(history):
            seen["counts withheld"] += 1
            seen["three values or fewer"] += secret.most - secret.least <= 2
            if secret.least == secret.most:
                seen["recovered"] += 1
                print(f"seed {seed}: {secret}")
    print(f"{count} histories: {dict(seen)}")
    return int(seen["recovered"] > 0)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*numbers, *(300, 0)[len(numbers) :]))
