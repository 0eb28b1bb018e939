"""Read an office's settings, `gbv-kpi.toml`: default options, letterhead, agencies and deadlines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import Bilingual, Language
from gbv_kpi.inputs import UnreadableError
from gbv_kpi.plan.load import is_built_in
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Agency, Deadlines, Report, Table, Year
from gbv_kpi.plan.toml_file import Location, read_toml

PLAIN = ("issuer_short", "role", "short", "since", "from", "until", "source")  # keys without a language


def _vietnamese(table: Any) -> Any:
    """Read the plain texts of a table as Vietnamese, in lists too."""

    def read(value: Any) -> Any:
        return {"vi": value} if isinstance(value, str) else value

    if not isinstance(table, Mapping):
        return table
    lists = {key: list(map(read, value)) for key, value in table.items() if isinstance(value, list)}
    return {key: value if key in PLAIN else lists.get(key) or read(value) for key, value in table.items()}


class Settings(Table):
    """The keys of a settings file."""

    plan: str | None = None
    ledger: str | None = None
    lang: Literal["vi", "en"] | None = None
    fail_on: Annotated[FailOn | None, Field(alias="fail-on", strict=False)] = None
    min_count: Annotated[int | None, Field(alias="min-count", ge=2, strict=True)] = None
    office: Annotated[Report, BeforeValidator(_vietnamese)] = Report()
    deadline: dict[Year, Deadlines] = Field(default_factory=dict)
    agencies: Annotated[tuple[Annotated[Agency, BeforeValidator(_vietnamese)], ...], Field(alias="agency")] = ()


@dataclass(frozen=True)
class SettingsFile:
    """The settings with their file."""

    path: Path
    settings: Settings
    lines: Mapping[Location, int]  # of each key

    @property
    def options(self) -> dict[str, str]:
        """Return the options that the file sets; paths are relative to its folder."""
        given = self.settings.model_dump(mode="json", include=set(OPTIONS), exclude_none=True)
        if "plan" in given and not is_built_in(given["plan"]):
            given["plan"] = str(self.path.parent / given["plan"])
        if "ledger" in given and "://" not in given["ledger"]:
            given["ledger"] = str(self.path.parent / given["ledger"])
        return {name: str(value) for name, value in given.items()}


OPTIONS = ("plan", "ledger", "lang", "fail_on", "min_count")


@dataclass(frozen=True)
class Setting:
    """A setting in force, and its source."""

    key: str  # as the file spells it
    value: str
    source: str  # option, environment, file, plan or default
    line: int | None = None  # in the file


def read_settings(path: Path) -> SettingsFile:
    """Read a settings file. Raises `UsageError` if it is unreadable, or with its mistakes and their lines."""
    try:
        content = read_toml(path)
    except UnreadableError as error:
        raise UsageError("{name} cannot be opened: {reason}.", name=str(path), reason=error.reason) from error
    settings = content.validated(Settings)
    if settings is None or content.mistakes:
        raise UsageError(
            "The settings file {file} has mistakes: {mistakes}.", file=str(path), mistakes=content.complaint
        )
    return SettingsFile(path, settings, content.lines)


def in_office(plan: Plan, settings: Settings) -> Plan:
    """Return the plan with the office's letterhead, agencies and deadlines in place of its own."""
    office = settings.office
    report = plan.report.model_copy(update={name: getattr(office, name) for name in office.model_fields_set})
    others = [agency for agency in plan.agencies if not any(map(agency.shares_role_and_days, settings.agencies))]
    changed = {
        "report": report,
        "agencies": (*settings.agencies, *others),
        "deadline": plan.deadline | settings.deadline,
    }
    return plan.model_copy(update=changed)


def office_settings(plan: Plan, file: SettingsFile | None, language: Language) -> Iterator[Setting]:
    """Yield the office's settings in a plan returned by `in_office`, each with its source."""
    lines, own = (file.lines, file.settings.agencies) if file else ({}, ())

    def setting(key: str, place: Location, *texts: Bilingual | str) -> Setting:
        line = lines.get(place)
        return Setting(key, "; ".join(map(language.say, texts)), "file" if line else "plan", line)

    words = {name: getattr(plan.report, name) for name in Report.model_fields}
    words["addressed_to"] = tuple(body.role or Bilingual(body.vi, body.en) for body in plan.report.addressed_to)
    for key, value in words.items():
        if value:
            yield setting(f"office.{key}", ("office", key), *(value if isinstance(value, tuple) else (value,)))
    for number, agency in enumerate(plan.agencies):
        since = f" ({agency.since.isoformat()} –)" if agency.since else ""
        yield setting(f"agency.{agency.role}{since}", ("agency", number) if agency in own else (), agency.name)
    for year, deadlines in plan.deadline.items():
        days = (f"{level} {day.isoformat()}" for level, day in deadlines.days.items())
        yield setting(f"deadline.{year}", ("deadline", str(year)), *days)
