"""Render an outcome as a JSON object, schema `gbv-kpi/check/1` or `gbv-kpi/report/1`: keys are added, never renamed."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gbv_kpi.console import json_pieces
from gbv_kpi.i18n import Language
from gbv_kpi.plan import Unit
from gbv_kpi.problems import Problem

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome  # with pandas, which `plan list` does not need


def attributes(value: object, *names: str) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


def to_json(outcome: "Outcome", language: Language) -> Iterator[str]:
    """Yield the outcome in pieces, its messages in `language`; everything else is the same in every language."""
    content: dict[str, object] = {
        "schema": f"gbv-kpi/{outcome.command}/1",
        "plan": outcome.scorecard.plan.id,
        "files": [
            attributes(file, "path", "sha256", "returns", "encoding") | {"sha256": file.sha256 or None}
            for file in outcome.files
        ],
        "problems": (problem_record(problem, language) for problem in outcome.problems),
        "coverage": [
            {
                "year": coverage.year,
                "expected": len(coverage.expected) if coverage.has_expected_units else None,
                "received": coverage.received,
                **{name: unit_records(getattr(coverage, name)) for name in ("missing", "refused", "partly")},
            }
            for coverage in outcome.scorecard.coverage
        ],
        "findings": outcome.scorecard.findings,
        "exit_code": outcome.exit_code,
    }
    if outcome.command == "report":
        content |= {"outlook": outcome.outlook, "record": outcome.year_record, "as_of": outcome.as_of}
    if outcome.withheld:
        content |= outcome.withheld.published_record()
    return json_pieces(content)


def problem_record(problem: Problem, language: Language) -> dict[str, object]:
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": language.say(problem.message),
        "hint": language.say(problem.hint),
        **attributes(problem.place, "file", "sheet", "cell", "row"),
        **attributes(problem, "unit", "year", "field", "value"),
    }


def unit_records(units: Iterable[Unit]) -> list[dict[str, object]]:
    return [attributes(unit, "code", "name") for unit in units]
