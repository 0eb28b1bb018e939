"""What a run came to: the scorecard, the problems, the files, and the exit code that scripts rely on."""

from dataclasses import dataclass
from enum import StrEnum

from gbv_kpi.problems import Problem, has_errors
from gbv_kpi.returns import FileRead
from gbv_kpi.scorecard import Finding, Scorecard, Status

__all__ = ["ExitCode", "FailOn", "Outcome"]


class ExitCode:
    """What a run ends with: 0 all is well, 1 a threshold is missed, 2 could not run, 3 a return has an error."""

    WELL = 0
    MISSED = 1
    COULD_NOT_RUN = 2
    INVALID = 3


class FailOn(StrEnum):
    """What makes a run end with a code other than 0."""

    MISSED = "missed"
    INVALID = "invalid"  # a missed threshold is no failure
    NEVER = "never"  # nor is a return with an error
    INCOMPLETE = "incomplete"  # as `missed`, and units that have not reported are one too


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a renderer may show of one run of `check` or `report`."""

    command: str
    scorecard: Scorecard
    problems: tuple[Problem, ...]
    files: tuple[FileRead, ...]
    fail_on: FailOn = FailOn.MISSED

    def decisive(self, year: int) -> list[Finding]:
        """The findings that decide a year.

        In a report those of the province; in a check those of the province where all its units
        reported, otherwise of each unit for itself.
        """
        complete = all(coverage.complete for coverage in self.scorecard.coverage if coverage.year == year)
        of_province = complete or self.command == "report"
        return [f for f in self.scorecard.findings if f.year == year and (f.unit is None) == of_province]

    @property
    def exit_code(self) -> int:
        if self.fail_on is FailOn.NEVER:
            return ExitCode.WELL
        if has_errors(self.problems):
            return ExitCode.INVALID
        if self.fail_on is FailOn.INVALID:
            return ExitCode.WELL
        incomplete = any(not coverage.complete for coverage in self.scorecard.coverage)
        missed = any(f.status is Status.MISSED for year in self.scorecard.years for f in self.decisive(year))
        if missed or (self.fail_on is FailOn.INCOMPLETE and incomplete):
            return ExitCode.MISSED
        return ExitCode.WELL
