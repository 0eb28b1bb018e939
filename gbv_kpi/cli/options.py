"""Declare the options that several commands have in common."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.exit_codes import FailOn

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
MIN_COUNT = 5  # counts of 1 to 4 are withheld unless an office says otherwise

Lang = StrEnum("Lang", ["VI", "EN"])
Format = StrEnum("Format", ["TABLE", "JSON"])  # of a text or an object
CheckFormat = StrEnum("CheckFormat", ["TABLE", "JSON", "CSV", "MD"])  # of a result to read on screen
ListFormat = StrEnum("ListFormat", ["TABLE", "JSON", "CSV", "MD", "XLSX"])
ReportFormat = StrEnum("ReportFormat", ["TABLE", "JSON", "CSV", "MD", "HTML", "XLSX", "DOCX"])

Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Returns, folders of returns, or - for a CSV on standard input.")
]
PlanOption = Annotated[
    str,
    typer.Option("--plan", metavar="ID|FILE", envvar="GBV_KPI_PLAN", help="A built-in plan or a plan file."),
]
LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="The output language. [default: GBV_KPI_LANG, else the locale's]")
]
_FORMAT = typer.Option(
    "--format",
    envvar="GBV_KPI_FORMAT",
    help="The output format. [default: by the ending of --output, else table]",
)
FormatOption = Annotated[Format | None, _FORMAT]
CheckFormatOption = Annotated[CheckFormat | None, _FORMAT]
ListFormatOption = Annotated[ListFormat | None, _FORMAT]
ReportFormatOption = Annotated[ReportFormat | None, _FORMAT]
OutputOption = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the result to this file.")]
DocxTemplateOption = Annotated[
    Path | None,
    typer.Option("--docx-template", metavar="FILE.docx", help="The office's own Word document to fill in."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
YearOption = Annotated[int, typer.Option("--year", metavar="YEAR", help="The year to report.")]
AssumedYearOption = Annotated[
    int | None, typer.Option("--year", metavar="YEAR", help="The year of files that name none.")
]
UnitOption = Annotated[
    str | None, typer.Option("--unit", metavar="UNIT", help="One unit, by name or code. [default: all]")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing when the exit code is 0.")]
PublishOption = Annotated[
    bool,
    typer.Option(
        "--publish", help="Withhold small counts of victims and cases, and anything they could be derived from."
    ),
]
MinCountOption = Annotated[
    int,
    typer.Option(
        "--min-count",
        metavar="COUNT",
        min=2,
        envvar="GBV_KPI_MIN_COUNT",
        help="With --publish: the smallest count to show.",
    ),
]
PublishedOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--published",
        metavar="FILE",
        help="With --publish: the JSON of an earlier publication to protect. May be repeated.",
    ),
]
RegisterOption = Annotated[
    bool,
    typer.Option(
        "--register", help="With --publish: record the publication in the ledger, so that later ones protect it."
    ),
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", envvar="GBV_KPI_FAIL_ON", help="When to exit with a non-zero code.")
]
LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="FILE|URL",
        envvar="GBV_KPI_LEDGER",
        help="The ledger: a file, or the postgresql:// address of a shared one. [default: your own]",
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", envvar="GBV_KPI_BY", help="Who submits. [default: the logged-in user]"),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Use the ledger as of the end of that day (or of 2025-12-01T08:30)."),
]
