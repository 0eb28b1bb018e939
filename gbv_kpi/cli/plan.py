"""The commands about plans and about the codes of problems: arguments, one call, one rendering, one exit code."""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    ForceOption,
    Format,
    FormatOption,
    LangOption,
    OutputOption,
    chosen_format,
    day_of,
    expect_other_file,
    output_language,
)
from gbv_kpi.cli.output import emit, expect_ending, expect_new
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Phrase, phrase

commands = typer.Typer()
plan_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Show the plans there are, and check plan files."
)
commands.add_typer(plan_commands, name="plan")

SCHEMA = Path(__file__).parents[1] / "plan" / "builtin" / "plan.schema.json"

ShownPlan = Annotated[
    str,
    typer.Argument(metavar="ID|FILE", envvar="GBV_KPI_PLAN", help="A built-in plan or a plan file."),
]


@plan_commands.command("list")
def list_plans(
    context: typer.Context, format: FormatOption = None, output: OutputOption = None, lang: LangOption = None
) -> None:
    """Name the built-in plans.

    Example: gbv-kpi plan list
    """
    from gbv_kpi.plan.builtin import built_in_plans
    from gbv_kpi.render.plan import plans_to_json, plans_to_text

    plans, spoken = built_in_plans(), output_language(lang)
    is_json = chosen_format(context, format, output, Format) is Format.JSON
    emit(plans_to_json(plans) if is_json else plans_to_text(plans, spoken), output, spoken)


@plan_commands.command("show")
def show_plan(
    context: typer.Context,
    plan: ShownPlan = DEFAULT_PLAN,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YEAR", help="Units of this year. [default: the plan's last]")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Units of this day.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Show a plan. Its indicators with the plan's words, thresholds by year, fields and units.

    Example: gbv-kpi plan show --year 2024
    """
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.plan import plan_to_json, plan_to_text

    spoken, chosen = output_language(lang), chosen_format(context, format, output, Format)
    expect_other_file(output, [plan])
    shown = load_plan(plan)
    if year is not None and not shown.covers(year):
        details = {"year": str(year), "first": str(shown.first_year), "last": str(shown.last_year)}
        raise UsageError(phrase("{year} is outside the plan, which runs from {first} to {last}.", **details))
    day = day_of(on) if on else shown.reporting_day(shown.last_year if year is None else year)
    width = shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None
    is_json = chosen is Format.JSON
    emit(plan_to_json(shown, day) if is_json else plan_to_text(shown, day, spoken, width), output, spoken)


@plan_commands.command("check")
def check_plan(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The plan file.")],
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Say what is wrong in a plan file. Every mistake with its line, and what is doubtful.

    Example: gbv-kpi plan check my-plan.toml
    """
    from gbv_kpi.plan.load import read_plan
    from gbv_kpi.render.plan_check import exit_code, plan_check_to_json, plan_check_to_text

    spoken, chosen = output_language(lang), chosen_format(context, format, output, Format)
    expect_other_file(output, [file])
    reading = read_plan(file)
    show = plan_check_to_json if chosen is Format.JSON else plan_check_to_text
    emit(show(reading, file, spoken), output, spoken)
    raise typer.Exit(exit_code(reading))


@plan_commands.command("new")
def new_plan(
    plan: Annotated[str | None, typer.Option("--from", metavar="ID", help="Start from this built-in plan.")] = None,
    output: OutputOption = None,
    force: ForceOption = False,
    lang: LangOption = None,
) -> None:
    """Write a plan file to start from. It says what each key means, or is a built-in plan to be changed.

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
    output: OutputOption = None,
    force: ForceOption = False,
    lang: LangOption = None,
) -> None:
    """Draft a plan file from a Vietnamese plan's text. Its sentences quoted; what is doubtful marked # ?.

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
def plan_schema(output: OutputOption = None, lang: LangOption = None) -> None:
    """Write the JSON Schema of plan files. Editors complete and check them with it.

    Example: gbv-kpi plan schema --output plan.schema.json
    """
    expect_ending(output, ".json", "")
    emit(SCHEMA.read_text("utf-8"), output, output_language(lang))


@commands.command()
def explain(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="The code of a problem. [default: all]")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Explain the code of a problem. What it means, an example, and the remedy.

    Example: gbv-kpi explain part-exceeds-total
    """
    from gbv_kpi.problem_codes import CATALOGUE
    from gbv_kpi.render.explain import code_to_text, codes_to_json, codes_to_text

    spoken, chosen = output_language(lang), chosen_format(context, format, output, Format)
    if code is not None and code not in CATALOGUE:
        raise UsageError(_no_such_code(code, CATALOGUE))
    if chosen is Format.JSON:
        content = codes_to_json([code] if code else list(CATALOGUE), spoken)
    else:
        content = code_to_text(code, spoken) if code else codes_to_text(spoken)
    emit(content, output, spoken)


def _no_such_code(code: str, known: Iterable[str]) -> Phrase:
    from difflib import get_close_matches

    if nearest := get_close_matches(code.lower(), list(known)):
        return phrase("There is no code {code}; the nearest are: {nearest}.", code=code, nearest=", ".join(nearest))
    return phrase("There is no code {code}: gbv-kpi explain lists them.", code=code)
