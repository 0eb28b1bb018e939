"""The command line: arguments, one call, one rendering, one exit code.

Nothing heavy is imported here: `--help` answers at once, and each command imports only what it runs.
"""

import os
import sys
from contextlib import nullcontext, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer.main

from gbv_kpi import __version__
from gbv_kpi.cli.config import VARIABLE, asked, option_defaults, settings_of
from gbv_kpi.cli.config import commands as config_commands
from gbv_kpi.cli.ledger import commands as ledger_commands
from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    MIN_COUNT,
    AsOfOption,
    AssumedYearOption,
    CheckFormat,
    CheckFormatOption,
    DocxTemplateOption,
    FailOnOption,
    Files,
    ForceOption,
    Lang,
    LangOption,
    LedgerOption,
    MinCountOption,
    OutputOption,
    PlanOption,
    PublishedOption,
    PublishOption,
    QuietOption,
    RegisterOption,
    ReportFormat,
    ReportFormatOption,
    UnitOption,
    YearOption,
    chosen_format,
    day_of,
    document_language,
    expect_other_file,
    office_plan,
    opened_ledger,
    output_language,
    parse_as_of,
    suppression_limit,
)
from gbv_kpi.cli.output import (
    Former,
    deliver,
    docx_template_of,
    emit,
    expect_ending,
    expect_new,
    file_to_annotate,
    withhold,
    write_annotated,
)
from gbv_kpi.cli.plan import commands as plan_commands
from gbv_kpi.cli.questions import commands as question_commands
from gbv_kpi.cli.submit import commands as submit_commands
from gbv_kpi.cli.translate_help import run
from gbv_kpi.cli.year import commands as year_commands
from gbv_kpi.console import speak_utf8, warn
from gbv_kpi.errors import GbvKpiError, UsageError, system_reason
from gbv_kpi.exit_codes import ExitCode, FailOn
from gbv_kpi.i18n import LANGUAGES, language, language_from_env, phrase, unknown_language

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge the yearly returns of a plan against gender-based violence by the plan's thresholds.",
)


class TemplateLang(StrEnum):
    VI = "vi"
    EN = "en"
    BOTH = "both"


class TemplateLayout(StrEnum):
    TABLE = "table"
    FORM = "form"


AnnotateOption = Annotated[
    Path | None,
    typer.Option("--annotate", metavar="OUT.xlsx", help="Write a copy of the one file with its faulty cells marked."),
]

DatedOption = Annotated[
    str | None,
    typer.Option(
        "--dated",
        metavar="DATE",
        help="The day on which the Word report is written: its bodies are those of that day. "
        "[default: the day whose units the year is reported on]",
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"gbv-kpi {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar=VARIABLE,
            help="The settings file. [default: gbv-kpi.toml here, else beside the officer's own ledger]",
        ),
    ] = None,
) -> None:
    """Judge the yearly returns of a plan against gender-based violence by the plan's thresholds."""


@app.command()
def check(
    context: typer.Context,
    files: Files,
    year: AssumedYearOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: CheckFormatOption = None,
    output: OutputOption = None,
    annotate: AnnotateOption = None,
    publish: PublishOption = False,
    min_count: MinCountOption = MIN_COUNT,
    published: PublishedOption = None,
    quiet: QuietOption = False,
    fail_on: FailOnOption = FailOn.MISSED,
    lang: LangOption = None,
) -> None:
    """Say what is wrong in returns, and whether units and province meet the thresholds. Stores nothing.

    Example: gbv-kpi check returns.xlsx
    """
    from gbv_kpi.pipeline import judge_check

    spoken, limit = output_language(lang), suppression_limit(context, publish, min_count)
    chosen = chosen_format(context, format, output, CheckFormat)
    expect_other_file(output, [*files, plan])
    original = file_to_annotate(files, annotate, plan) if annotate else None
    outcome = judge_check(files, office_plan(context, plan), year, fail_on, spoken)
    if annotate and original:
        write_annotated(outcome, original, annotate, quiet, spoken)
    outcome = withhold(outcome, limit, Former(published or ()), spoken)
    deliver(outcome, chosen, output, quiet, spoken)


@app.command()
def template(
    context: typer.Context,
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help="The year to be reported.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.xlsx", help="The workbook to write.")],
    unit: UnitOption = None,
    layout: Annotated[
        TemplateLayout, typer.Option("--layout", help="A row for each unit, or a form on a sheet for each.")
    ] = TemplateLayout.TABLE,
    plan: PlanOption = DEFAULT_PLAN,
    lang: Annotated[
        TemplateLang | None, typer.Option("--lang", help="Language of the workbook. [default: GBV_KPI_LANG, else vi]")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Make a blank return to fill in: a workbook in which only the answers can be written, and only whole numbers.

    Example: gbv-kpi template --year 2025 --output bao-cao-2025.xlsx
    """
    from gbv_kpi.blank_return.request import Request, units_to_report
    from gbv_kpi.blank_return.workbook import blank_return

    expect_ending(output, ".xlsx")
    expect_other_file(output, [plan])
    expect_new(output, force)
    the_plan = office_plan(context, plan)
    units = units_to_report(the_plan, year, unit, layout.value)
    both = lang is TemplateLang.BOTH
    asked = None if lang is None else Lang.VI if both else Lang(lang)
    request = Request(the_plan, year, units, document_language(asked), language("en") if both else None)
    emit(blank_return(request, layout.value), output, document_language(asked))


@app.command()
def report(
    context: typer.Context,
    year: YearOption,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Returns, or folders of returns. [default: the ledger]"),
    ] = None,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: ReportFormatOption = None,
    output: OutputOption = None,
    docx_template: DocxTemplateOption = None,
    dated: DatedOption = None,
    publish: PublishOption = False,
    min_count: MinCountOption = MIN_COUNT,
    published: PublishedOption = None,
    register: RegisterOption = False,
    quiet: QuietOption = False,
    fail_on: FailOnOption = FailOn.MISSED,
    lang: LangOption = None,
) -> None:
    """Compile the report of a year, from the ledger or from files. As docx it is in Vietnamese unless asked otherwise.

    Example: gbv-kpi report --year 2025
    """
    from gbv_kpi.pipeline import judge_ledger, judge_report
    from gbv_kpi.render.formats import DETAILED

    spoken, limit = output_language(lang), suppression_limit(context, publish, min_count)
    chosen, moment = chosen_format(context, format, output, ReportFormat), parse_as_of(as_of)
    template, the_plan = docx_template_of(docx_template, chosen), office_plan(context, plan)
    day = day_of(dated) if dated else None
    expect_other_file(output, [*(files or ()), plan, docx_template])
    # A published JSON keeps all that the same report tells in another format, for --published.
    detailed = chosen in DETAILED or (limit is not None and chosen is ReportFormat.JSON)
    if files and as_of:
        raise UsageError(phrase("--as-of asks the ledger: leave out the files."))
    asks_ledger = register or not files
    with opened_ledger(ledger, spoken, output, create=bool(files)) if asks_ledger else nullcontext() as opened:
        if files:
            outcome = judge_report(files, the_plan, year, fail_on, spoken, detailed=detailed)
        elif opened is not None:
            outcome = judge_ledger(opened, the_plan, year, moment, fail_on, detailed=detailed)
        outcome = withhold(outcome, limit, Former(published or (), opened, register), spoken)
    outcome = replace(outcome, written=day)
    written = document_language(lang) if chosen is ReportFormat.DOCX else spoken
    deliver(outcome, chosen, output, quiet, spoken, written, template)


app.add_typer(submit_commands)
app.add_typer(question_commands)
app.add_typer(ledger_commands)
app.add_typer(year_commands)
app.add_typer(config_commands)
app.add_typer(plan_commands)


def main() -> None:
    """Run the command line; whatever stops it is one line on standard error and exit code 2."""
    speak_utf8()
    _take_leading_language()
    asked_language, command = asked(sys.argv[1:], "--lang", LANGUAGES), typer.main.get_command(app)
    spoken = language(asked_language or language_from_env(os.environ))
    if unknown := unknown_language(os.environ):
        known = ", ".join(LANGUAGES)
        warn(
            spoken.say(phrase("GBV_KPI_LANG={tag}: there is no such language, only {known}.", tag=unknown, known=known))
        )
    try:
        try:
            file = settings_of(sys.argv[1:], os.environ)
            if file:
                spoken = language(asked_language or language_from_env(os.environ, file.settings.lang))
            run(command, spoken, obj=file, default_map=option_defaults(command, file, os.environ) if file else None)
        finally:
            with suppress(BrokenPipeError):  # a reader that went away has seen enough
                sys.stdout.flush()
    except GbvKpiError as error:
        warn(f"gbv-kpi: {spoken.say(error.phrase)}")
    except OSError as error:  # a full disk under --help, a name of five thousand characters
        refusal = phrase("The system does not allow it: {reason}.", reason=system_reason(error))
        warn(f"gbv-kpi: {spoken.say(refusal)}")
    except Exception as error:
        if os.environ.get("GBV_KPI_DEBUG"):
            raise
        fault = phrase("a fault in the program ({kind}). Please report it with the file.", kind=type(error).__name__)
        warn(f"gbv-kpi: {spoken.say(fault)}")
    sys.exit(ExitCode.COULD_NOT_RUN)


def _take_leading_language() -> None:
    """Before the command, `--lang vi` is as good as GBV_KPI_LANG=vi."""
    match sys.argv[1:]:
        case ["--lang", tag, *rest] if tag in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = tag, rest
        case [first, *rest] if first.startswith("--lang=") and first.removeprefix("--lang=") in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = first.removeprefix("--lang="), rest
