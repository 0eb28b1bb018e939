"""Declare the options that several commands have in common."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gbv_kpi.exit_codes import FailOn

MIN_COUNT = 5  # counts of 1 to 4 are withheld unless an office says otherwise

Lang = Literal["vi", "en"]
Format = Literal["table", "json"]  # of commands that print a text
CheckFormat = Literal["table", "json", "csv", "md"]  # of a result to read on screen
ListFormat = Literal["table", "json", "csv", "md", "xlsx"]
ReportFormat = Literal["table", "json", "csv", "md", "html", "xlsx", "docx"]


def option(usage: str, help: str, *, in_environment: bool = False, least: int | None = None) -> Any:
    """Return the option "--plan ID|FILE", written as `--help` shows it; `in_environment`: GBV_KPI_PLAN sets it too."""
    name, _, metavar = usage.partition(" ")
    variable = f"GBV_KPI_{name.removeprefix('--').replace('-', '_').upper()}" if in_environment else None
    return typer.Option(name, metavar=metavar or None, envvar=variable, help=help, min=least)


def argument(metavar: str, help: str, variable: str | None = None) -> Any:
    return typer.Argument(metavar=metavar, help=help, envvar=variable)


Files = Annotated[list[str], argument("FILE", "Returns, folders of returns, or - for a CSV on standard input.")]
PlanOption = Annotated[str, option("--plan ID|FILE", "A built-in plan or a plan file.", in_environment=True)]
LangOption = Annotated[Lang | None, option("--lang", "The output language. [default: GBV_KPI_LANG, else the locale's]")]
FORMAT = option("--format", "The output format. [default: by the ending of --output, else table]", in_environment=True)
OutputOption = Annotated[Path | None, option("--output FILE", "Write the result to this file.")]
DocxTemplateOption = Annotated[
    Path | None, option("--docx-template FILE.docx", "The office's own Word document to fill in.")
]
ForceOption = Annotated[bool, option("--force", "Overwrite an existing file.")]
YearOption = Annotated[int, option("--year YEAR", "The year to report.")]
AssumedYearOption = Annotated[int | None, option("--year YEAR", "The year of files without one; others are refused.")]
UnitOption = Annotated[str | None, option("--unit UNIT", "One unit, by name or code. [default: all]")]
QuietOption = Annotated[bool, option("--quiet", "Print nothing when the exit code is 0.")]
PublishOption = Annotated[
    bool, option("--publish", "Withhold small counts of victims and cases, and anything they could be derived from.")
]
MinCountOption = Annotated[
    int, option("--min-count COUNT", "With --publish: the smallest count to show.", in_environment=True, least=2)
]
PublishedOption = Annotated[
    list[Path] | None,
    option("--published FILE", "With --publish: the JSON of an earlier publication to protect. May be repeated."),
]
RegisterOption = Annotated[
    bool, option("--register", "With --publish: record the publication in the ledger, so that later ones protect it.")
]
FailOnOption = Annotated[FailOn, option("--fail-on", "When to exit with a non-zero code.", in_environment=True)]
LedgerOption = Annotated[
    str | None,
    option(
        "--ledger FILE|URL",
        "The ledger: a file, or the postgresql:// address of a shared one. [default: your own]",
        in_environment=True,
    ),
]
ByOption = Annotated[str | None, option("--by NAME", "Who acts. [default: the logged-in user]", in_environment=True)]
AsOfOption = Annotated[
    str | None, option("--as-of DATE", "Use the ledger as of the end of that day (or of 2025-12-01T08:30).")
]
