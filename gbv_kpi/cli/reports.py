"""Define the commands check, template and report."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, MIN_COUNT, CheckFormat, ReportFormat
from gbv_kpi.cli.output import emit, expect_ending, expect_new, expect_other_file, read_bounded, say_left_out
from gbv_kpi.cli.publish import Former, withhold
from gbv_kpi.cli.request import Request, day_of, document_language, parse_as_of, request_of, suppression_limit
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import Language, language, phrase
from gbv_kpi.inputs import MEBIBYTE

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome

MAX_TEMPLATE = 50 * MEBIBYTE  # of a Word template, compressed

commands = typer.Typer()

TemplateLang = StrEnum("TemplateLang", ["VI", "EN", "BOTH"])


class TemplateLayout(StrEnum):
    TABLE = "table"
    FORM = "form"


AnnotateOption = Annotated[
    Path | None,
    typer.Option("--annotate", metavar="OUT.xlsx", help="Write a copy of the file with its faulty cells marked."),
]

DatedOption = Annotated[
    str | None,
    typer.Option(
        "--dated",
        metavar="DATE",
        help="The date of the Word report; it determines the agencies named. [default: the reporting day]",
    ),
]


@commands.command()
def check(
    context: typer.Context,
    files: options.Files,
    year: options.AssumedYearOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.CheckFormatOption = None,
    output: options.OutputOption = None,
    annotate: AnnotateOption = None,
    publish: options.PublishOption = False,
    min_count: options.MinCountOption = MIN_COUNT,
    published: options.PublishedOption = None,
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.MISSED,
    lang: options.LangOption = None,
) -> None:
    """Check returns and judge them by the plan's thresholds. Stores nothing.

    Example: gbv-kpi check returns.xlsx
    """
    from gbv_kpi.pipeline import judge_check

    request = request_of(context, CheckFormat, format, output, lang, quiet=quiet)
    limit = suppression_limit(context, publish, min_count)
    expect_other_file(output, files)
    original = _file_to_annotate(files, annotate, plan) if annotate else None
    outcome = judge_check(files, request.plan(plan), year, fail_on, request.language)
    if annotate and original:
        _write_annotated(outcome, original, annotate, request)
    _deliver(withhold(outcome, limit, Former(published or ()), request.language), request)


@commands.command()
def template(
    context: typer.Context,
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help="The year to report.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.xlsx", help="The workbook to write.")],
    unit: options.UnitOption = None,
    layout: Annotated[
        TemplateLayout, typer.Option("--layout", help="A row per unit, or a form on a sheet per unit.")
    ] = TemplateLayout.TABLE,
    plan: options.PlanOption = DEFAULT_PLAN,
    lang: Annotated[
        TemplateLang | None,
        typer.Option("--lang", help="The language of the workbook. [default: GBV_KPI_LANG, else vi]"),
    ] = None,
    force: options.ForceOption = False,
) -> None:
    """Write a blank return. Only its answer cells can be edited, and they accept whole numbers only.

    Example: gbv-kpi template --year 2025 --output bao-cao-2025.xlsx
    """
    from gbv_kpi.blank_return.request import Request as BlankRequest
    from gbv_kpi.blank_return.request import units_to_report
    from gbv_kpi.blank_return.workbook import blank_return

    expect_ending(output, ".xlsx")
    expect_other_file(output, [plan])
    expect_new(output, force)
    the_plan = request_of(context).plan(plan)
    units = units_to_report(the_plan, year, unit, layout.value)
    both = lang is TemplateLang.BOTH
    spoken = document_language("vi" if both else lang)
    blank = BlankRequest(the_plan, year, units, spoken, language("en") if both else None)
    emit(blank_return(blank, layout.value), output, spoken)


@commands.command()
def report(
    context: typer.Context,
    year: options.YearOption,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Returns, or folders of returns. [default: the ledger]"),
    ] = None,
    ledger: options.LedgerOption = None,
    as_of: options.AsOfOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.ReportFormatOption = None,
    output: options.OutputOption = None,
    docx_template: options.DocxTemplateOption = None,
    dated: DatedOption = None,
    publish: options.PublishOption = False,
    min_count: options.MinCountOption = MIN_COUNT,
    published: options.PublishedOption = None,
    register: options.RegisterOption = False,
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.MISSED,
    lang: options.LangOption = None,
) -> None:
    """Report a year from the ledger or from files. A docx report is in Vietnamese unless --lang is given.

    Example: gbv-kpi report --year 2025
    """
    from gbv_kpi.pipeline import judge_ledger, judge_report
    from gbv_kpi.render.outcome import DETAILED

    request = request_of(context, ReportFormat, format, output, lang, quiet=quiet)
    limit, moment = suppression_limit(context, publish, min_count), parse_as_of(as_of)
    template, the_plan = docx_template_of(docx_template, request.format), request.plan(plan)
    day = day_of(dated) if dated else None
    expect_other_file(output, [*(files or ()), docx_template])
    # --published reads a JSON: it holds all that the report discloses in any format.
    detailed = request.format in DETAILED or (limit is not None and request.format is ReportFormat.JSON)
    if files and as_of:
        raise UsageError(phrase("--as-of applies to the ledger: leave out the files."))
    with request.ledger(ledger, create=bool(files)) if register or not files else nullcontext() as opened:
        if files:
            outcome = judge_report(files, the_plan, year, fail_on, request.language, detailed=detailed)
        elif opened is not None:
            outcome = judge_ledger(opened, the_plan, year, moment, fail_on, detailed=detailed)
        outcome = withhold(outcome, limit, Former(published or (), opened, register), request.language)
    document = document_language(lang) if request.format is ReportFormat.DOCX else request.language
    _deliver(replace(outcome, written=day), request, document, template)


def _deliver(
    outcome: "Outcome", request: Request, document: Language | None = None, template: bytes | None = None
) -> None:
    """Show the outcome and exit with its code; if quiet and the code is 0, only write the file."""
    from gbv_kpi.render.outcome import rendered

    silent = request.quiet and outcome.exit_code == 0
    say_left_out(outcome.left_out, silent, request.language)
    expect_other_file(request.output, [file.path for file in outcome.files])
    if request.output is not None or not silent:
        request.emit(rendered(outcome, request.format, document or request.language, template))
    raise typer.Exit(outcome.exit_code)


def _file_to_annotate(names: Sequence[str], annotate: Path, plan: str) -> str:
    """Return the one file to mark. Raises `UsageError` for no or several files, or a copy that would overwrite it."""
    from gbv_kpi.sheets.sources import STDIN, find_sources

    expect_ending(annotate, ".xlsx")
    found, _ = find_sources(names)
    if len(found) != 1 or found[0] == STDIN:
        raise UsageError(phrase("--annotate marks a single file: name only that file."))
    expect_other_file(annotate, [*found, plan], "--annotate")
    return found[0]


def _write_annotated(outcome: "Outcome", name: str, annotate: Path, request: Request) -> None:
    """Write a copy of the file `name` with its faulty cells marked."""
    from gbv_kpi.annotate.workbook import annotate as marked_copy
    from gbv_kpi.sheets.sources import open_source

    marked = marked_copy(outcome.problems, open_source(name), request.language)
    emit(marked, annotate, request.language, quiet=request.quiet)


def docx_template_of(path: Path | None, format: str) -> bytes | None:
    """Return an office's own Word document. Raises `UsageError` for a report in another format."""
    if path is None:
        return None
    if format != "docx":
        raise UsageError(phrase("--docx-template applies to the docx format only."))
    return read_bounded(str(path), MAX_TEMPLATE)
