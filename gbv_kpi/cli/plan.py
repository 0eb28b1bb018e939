"""Define the commands on plans and on problem codes."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, Format
from gbv_kpi.cli.output import emit, expect_ending, expect_new, expect_other_file
from gbv_kpi.cli.request import day_of, output_language, request_of
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Phrase, phrase

commands = typer.Typer()
plan_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show, check and write plan files.")
commands.add_typer(plan_commands, name="plan")

SCHEMA = Path(__file__).parents[1] / "plan" / "builtin" / "plan.schema.json"

ShownPlan = Annotated[
    str,
    typer.Argument(metavar="ID|FILE", envvar="GBV_KPI_PLAN", help="A built-in plan or a plan file."),
]


@plan_commands.command("list")
def list_plans(
    context: typer.Context,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """List the built-in plans.

    Example: gbv-kpi plan list
    """
    from gbv_kpi.plan.builtin import built_in_plans
    from gbv_kpi.render.plan import plans_to_json, plans_to_text

    plans, request = built_in_plans(), request_of(context, Format, format, output, lang)
    is_json = request.format is Format.JSON
    request.emit(plans_to_json(plans) if is_json else plans_to_text(plans, request.language))


@plan_commands.command("show")
def show_plan(
    context: typer.Context,
    plan: ShownPlan = DEFAULT_PLAN,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help="Show the units of this year. [default: the plan's last]"),
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Show the units of this day.")] = None,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Show a plan. Lists its indicators in the plan's words, thresholds by year, fields and units.

    Example: gbv-kpi plan show --year 2024
    """
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.plan import plan_to_json, plan_to_text

    request = request_of(context, Format, format, output, lang)
    expect_other_file(output, [plan])
    shown = load_plan(plan)
    if year is not None and not shown.covers(year):
        details = {"year": str(year), "first": str(shown.first_year), "last": str(shown.last_year)}
        raise UsageError(phrase("{year} is outside the plan, which runs from {first} to {last}.", **details))
    day = day_of(on) if on else shown.reporting_day(shown.last_year if year is None else year)
    width = shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None
    is_json = request.format is Format.JSON
    request.emit(plan_to_json(shown, day) if is_json else plan_to_text(shown, day, request.language, width))


@plan_commands.command("check")
def check_plan(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The plan file.")],
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Check a plan file. Lists each mistake and each probable slip with its line.

    Example: gbv-kpi plan check my-plan.toml
    """
    from gbv_kpi.plan.load import read_plan
    from gbv_kpi.render.plan import exit_code, plan_check_to_json, plan_check_to_text

    request = request_of(context, Format, format, output, lang)
    expect_other_file(output, [file])
    reading = read_plan(file)
    show = plan_check_to_json if request.format is Format.JSON else plan_check_to_text
    request.emit(show(reading, file, request.language))
    raise typer.Exit(exit_code(reading))


@plan_commands.command("new")
def new_plan(
    plan: Annotated[str | None, typer.Option("--from", metavar="ID", help="Start from this built-in plan.")] = None,
    output: options.OutputOption = None,
    force: options.ForceOption = False,
    lang: options.LangOption = None,
) -> None:
    """Write a plan file to start from. It explains each key, or copies a built-in plan.

    Example: gbv-kpi plan new --output my-plan.toml
    """
    from gbv_kpi.plan.builtin import starting_file

    spoken = output_language(lang)
    expect_ending(output, ".toml", "")
    expect_new(output, force)
    emit(starting_file(spoken, SCHEMA, plan), output, spoken)


@plan_commands.command("draft")
def draft_plan(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The plan as .docx or .txt, or - for standard input.")],
    output: options.OutputOption = None,
    force: options.ForceOption = False,
    lang: options.LangOption = None,
) -> None:
    """Draft a plan file from the text of a Vietnamese plan. Quotes its sentences and marks doubts with # ?.

    Example: gbv-kpi plan draft ke-hoach.docx --output my-plan.toml
    """
    from gbv_kpi.plan.draft import drafted, text_of_document
    from gbv_kpi.sheets.sources import open_source

    expect_ending(output, ".toml", "")
    expect_other_file(output, [file])
    expect_new(output, force)
    source = open_source(file)
    emit(drafted(text_of_document(source.content), SCHEMA.as_uri()), output, output_language(lang))


@plan_commands.command("schema")
def plan_schema(output: options.OutputOption = None, lang: options.LangOption = None) -> None:
    """Write the JSON Schema of plan files. Editors complete and check plan files with it.

    Example: gbv-kpi plan schema --output plan.schema.json
    """
    expect_ending(output, ".json", "")
    emit(SCHEMA.read_text("utf-8"), output, output_language(lang))


@commands.command()
def explain(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="A problem code. [default: all]")] = None,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Explain a problem code. Shows its meaning, an example and the remedy.

    Example: gbv-kpi explain part-exceeds-total
    """
    from gbv_kpi.problem_codes import CATALOGUE
    from gbv_kpi.render.problems import code_to_text, codes_to_json, codes_to_text

    request = request_of(context, Format, format, output, lang)
    if code is not None and code not in CATALOGUE:
        raise UsageError(_no_such_code(code, CATALOGUE))
    if request.format is Format.JSON:
        content = codes_to_json([code] if code else list(CATALOGUE), request.language)
    else:
        content = code_to_text(code, request.language) if code else codes_to_text(request.language)
    request.emit(content)


def _no_such_code(code: str, known: Iterable[str]) -> Phrase:
    from difflib import get_close_matches

    if nearest := get_close_matches(code.lower(), list(known)):
        return phrase("Unknown code {code}; did you mean {nearest}?", code=code, nearest=", ".join(nearest))
    return phrase("Unknown code {code}: gbv-kpi explain lists all codes.", code=code)
