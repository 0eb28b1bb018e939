"""Hold the result of a run: the scorecard, the problems, the files, and the exit code that scripts rely on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from gbv_kpi.exit_codes import ExitCode, FailOn
from gbv_kpi.kpi.outlook import Outlook
from gbv_kpi.kpi.scorecard import Scorecard, UnitCounts
from gbv_kpi.problems import Problem, has_errors
from gbv_kpi.returns.frame import FileRead

if TYPE_CHECKING:
    from gbv_kpi.kpi.publication import Withheld
    from gbv_kpi.kpi.trend import Trend
    from gbv_kpi.kpi.year_record import YearRecord


@dataclass(frozen=True)
class Outcome:
    """Everything a renderer may show of one run of `check` or `report`."""

    command: str
    scorecard: Scorecard
    problems: Sequence[Problem]
    files: Sequence[FileRead]
    left_out: tuple[str, ...] = ()  # files of named folders that are not spreadsheets
    fail_on: FailOn = FailOn.MISSED
    outlook: tuple[Outlook, ...] = ()  # of provisional verdicts
    as_of: datetime | None = None  # the past moment at which the ledger was read
    recorded: datetime | None = None  # when the last return that counts came into the ledger
    written: date | None = None  # the date of the report, if given
    counts: tuple[UnitCounts, ...] = ()  # of a detailed report
    trend: "Trend | None" = None  # of a detailed report, up to its year
    year_record: "YearRecord | None" = None  # of a report from a ledger
    withheld: "Withheld | None" = None  # of a published outcome
    decided: int | None = None  # its exit code, computed before anything was withheld

    @property
    def data_moment(self) -> datetime | None:
        """Return the time of the ledger's data; None for files."""
        return self.as_of or self.recorded

    def of_year(self, year: int) -> "Outcome":
        return replace(self, scorecard=self.scorecard.of_year(year))

    @property
    def day(self) -> date:
        """Return the day that decides which bodies report: the day of writing where known, else the reporting day."""
        plan, years = self.scorecard.plan, self.scorecard.years
        asked = self.as_of.date() if self.as_of else None
        return self.written or asked or plan.reporting_day(years[-1] if years else plan.last_year)

    def decisive(self, year: int) -> Scorecard:
        """Return the findings that decide a year.

        These are the province's in a report, and in a check if all units reported; otherwise those of each
        unit. Monitored figures decide nothing.
        """
        of_year = self.scorecard.of_year(year).judged
        return of_year.of_province() if self.province_decides(year) else of_year.of_units()

    def is_missed(self, year: int) -> bool:
        """Return whether a decisive finding misses its threshold."""
        of_year = self.scorecard.of_year(year).judged
        is_unit = of_year.frame["unit"].iloc[of_year.missed].notna()
        return bool((is_unit != self.province_decides(year)).any())

    def province_decides(self, year: int) -> bool:
        is_complete = all(coverage.complete for coverage in self.scorecard.coverage if coverage.year == year)
        return is_complete or self.command == "report"

    @property
    def exit_code(self) -> int:
        if self.decided is not None:
            return self.decided
        if self.fail_on is FailOn.NEVER:
            return ExitCode.OK
        if has_errors(self.problems):
            return ExitCode.INVALID
        if self.fail_on is FailOn.INVALID:
            return ExitCode.OK
        incomplete = any(coverage.provisional for coverage in self.scorecard.coverage)
        if any(map(self.is_missed, self.scorecard.years)) or (self.fail_on is FailOn.INCOMPLETE and incomplete):
            return ExitCode.MISSED
        return ExitCode.OK
