"""An outcome as one JSON object, schema `gbv-kpi/check/1` or `gbv-kpi/report/1`: keys are added, never renamed."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from gbv_kpi.console import dumped_by_record
from gbv_kpi.i18n import Language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage
from gbv_kpi.plan import Unit
from gbv_kpi.problems import Problem
from gbv_kpi.render.year_record import year_record_record


def to_json(outcome: Outcome, language: Language) -> Iterator[str]:
    """The outcome with its messages in `language`; everything else is the same in every language.

    In pieces, none of which is held longer than it takes to write it.
    """
    content: dict[str, object] = {
        "schema": f"gbv-kpi/{outcome.command}/1",
        "plan": outcome.scorecard.plan.id,
        "files": [
            {"path": file.path, "sha256": file.sha256 or None, "returns": file.returns, "encoding": file.encoding}
            for file in outcome.files
        ],
        "problems": (problem_record(problem, language) for problem in outcome.problems),
        "coverage": [coverage_record(coverage) for coverage in outcome.scorecard.coverage],
        "findings": (finding.record() for finding in outcome.scorecard.findings),
        "exit_code": outcome.exit_code,
    }
    if outcome.command == "report":
        content["outlook"] = [outlook.record() for outlook in outcome.outlook]
        content["record"] = year_record_record(outcome.year_record) if outcome.year_record else None
        content["as_of"] = outcome.as_of.astimezone(UTC).isoformat() if outcome.as_of else None
    if outcome.withheld:
        content |= outcome.withheld.published_record()
    return dumped_by_record(content)


def problem_record(problem: Problem, language: Language) -> dict[str, object]:
    return {
        "severity": str(problem.severity),
        "code": problem.code,
        "message": language.say(problem.message),
        "hint": language.say(problem.hint),
        "file": problem.place.file,
        "sheet": problem.place.sheet,
        "cell": problem.place.cell,
        "row": problem.place.row,
        "unit": problem.unit,
        "year": problem.year,
        "field": problem.field,
        "value": problem.value,
    }


def coverage_record(coverage: Coverage) -> dict[str, object]:
    return {
        "year": coverage.year,
        "expected": len(coverage.expected) if coverage.is_judged else None,
        "received": coverage.received,
        "missing": _units(coverage.missing),
        "refused": _units(coverage.refused),
        "partly": _units(coverage.partly),
    }


def _units(units: Iterable[Unit]) -> list[dict[str, str]]:
    return [{"code": unit.code, "name": unit.name} for unit in units]
