"""Define the commands on plans, on problem codes and on settings."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import MIN_COUNT, Format, argument, option
from gbv_kpi.cli.request import Request, day_of, expect_ending, expect_new, expect_other_file
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import LANGUAGES, phrase, tag_in
from gbv_kpi.inputs import DEFAULT_PLAN

SCHEMA = Path(__file__).parents[1] / "plan" / "builtin" / "plan.schema.json"
SOURCES = {"COMMANDLINE": "option", "ENVIRONMENT": "environment", "DEFAULT_MAP": "file"}  # by typer's names

ShownPlan = Annotated[str, argument("ID|FILE", "A built-in plan or a plan file.", "GBV_KPI_PLAN")]


def list_plans(*, request: Annotated[Request, Format, "output"]) -> None:
    """List the built-in plans.

    Example: gbv-kpi plan list
    """
    from gbv_kpi.plan import load_plan
    from gbv_kpi.plan.load import built_in_ids
    from gbv_kpi.render.plan import plans_to_json, plans_to_text

    plans = [load_plan(plan) for plan in built_in_ids()]
    request.emit(plans_to_json(plans) if request.is_json else plans_to_text(plans, request.language))


def show_plan(
    *,
    plan: ShownPlan = DEFAULT_PLAN,
    year: Annotated[
        int | None, option("--year YEAR", "Show the units of this year. [default: the plan's last]")
    ] = None,
    on: Annotated[str | None, option("--on DATE", "Show the units of this day.")] = None,
    request: Annotated[Request, Format, "output"],
) -> None:
    """Show a plan. Lists its indicators in the plan's words, thresholds by year, fields and units.

    Example: gbv-kpi plan show --year 2024
    """
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.plan import plan_to_json, plan_to_text

    expect_other_file(request.output, [plan])
    shown = load_plan(plan)
    year = shown.last_year if year is None else year
    shown.expect_year(year)
    day = day_of(on) if on else shown.reporting_day(year)
    width = shutil.get_terminal_size().columns if request.output is None and sys.stdout.isatty() else None
    request.emit(plan_to_json(shown, day) if request.is_json else plan_to_text(shown, day, request.language, width))


def check_plan(
    *, file: Annotated[str, argument("FILE", "The plan file.")], request: Annotated[Request, Format, "output"]
) -> None:
    """Check a plan file. Lists each mistake and each probable slip with its line.

    Example: gbv-kpi plan check my-plan.toml
    """
    from gbv_kpi.plan.load import read_plan
    from gbv_kpi.render.plan import exit_code, plan_check_to_json, plan_check_to_text

    expect_other_file(request.output, [file])
    reading = read_plan(file)
    request.emit((plan_check_to_json if request.is_json else plan_check_to_text)(reading, file, request.language))
    raise typer.Exit(exit_code(reading))


def new_plan(
    *,
    plan: Annotated[str | None, option("--from ID", "Start from this built-in plan.")] = None,
    request: Annotated[Request, "output"],
    force: options.ForceOption = False,
) -> None:
    """Write a plan file to start from. It explains each key, or copies a built-in plan.

    Example: gbv-kpi plan new --output my-plan.toml
    """
    from gbv_kpi.plan.load import starting_file

    expect_ending(request.output, ".toml", "")
    expect_new(request.output, force)
    request.emit(starting_file(request.language, SCHEMA, plan))


def draft_plan(
    *,
    file: Annotated[str, argument("FILE", "The plan as .docx or .txt, or - for standard input.")],
    request: Annotated[Request, "output"],
    force: options.ForceOption = False,
) -> None:
    """Draft a plan file from the text of a Vietnamese plan. Quotes its sentences and marks doubts with # ?.

    Example: gbv-kpi plan draft ke-hoach.docx --output my-plan.toml
    """
    from gbv_kpi.plan.draft import drafted, text_of_document
    from gbv_kpi.sheets.sources import open_source

    expect_ending(request.output, ".toml", "")
    expect_other_file(request.output, [file])
    expect_new(request.output, force)
    text = text_of_document(open_source(file).content)
    request.emit(drafted(text, SCHEMA.as_uri()))


def plan_schema(*, request: Annotated[Request, "output"]) -> None:
    """Write the JSON Schema of plan files. Editors complete and check plan files with it.

    Example: gbv-kpi plan schema --output plan.schema.json
    """
    expect_ending(request.output, ".json", "")
    request.emit(SCHEMA.read_text("utf-8"))


def explain(
    *,
    code: Annotated[str | None, argument("CODE", "A problem code. [default: all]")] = None,
    request: Annotated[Request, Format, "output"],
) -> None:
    """Explain a problem code. Shows its meaning, an example and the remedy.

    Example: gbv-kpi explain part-exceeds-total
    """
    from gbv_kpi.problems import CATALOGUE
    from gbv_kpi.render.problems import code_to_text, codes_to_json, codes_to_text

    if code is not None and code not in CATALOGUE:
        from difflib import get_close_matches

        nearest = ", ".join(get_close_matches(code.lower(), list(CATALOGUE)))
        unknown = phrase("Unknown code {code}: gbv-kpi explain lists all codes.", code=code)
        near = phrase("Unknown code {code}; did you mean {nearest}?", code=code, nearest=nearest)
        raise UsageError(near if nearest else unknown)
    if request.is_json:
        request.emit(codes_to_json([code] if code else list(CATALOGUE), request.language))
    else:
        request.emit(code_to_text(code, request.language) if code else codes_to_text(request.language))


def config(
    *,
    plan: options.PlanOption = DEFAULT_PLAN,
    ledger: options.LedgerOption = None,
    fail_on: options.FailOnOption = FailOn.MISSED,
    min_count: options.MinCountOption = MIN_COUNT,
    request: Annotated[Request, Format, "output"],
) -> None:
    """Show each setting and its source. Sources are options, the environment, gbv-kpi.toml and defaults.

    Example: gbv-kpi config
    """
    from gbv_kpi.ledger.address import address_of, default_place, shown_address
    from gbv_kpi.plan.office import Setting, office_settings
    from gbv_kpi.render.plan import settings_to_json, settings_to_terminal

    context, spoken, file = request.context, request.language, request.context.obj
    address = address_of(ledger or default_place())
    place = address.database if address.drivername == "sqlite" else shown_address(address)
    values = {"plan": plan, "ledger": place, "lang": spoken.tag, "fail_on": fail_on.value, "min_count": min_count}
    settings = []
    for name, value in values.items():
        key = name.replace("_", "-")
        source = SOURCES.get(getattr(context.get_parameter_source(name), "name", ""), "default")
        if name == "lang" and source != "option" and tag_in(os.environ) in LANGUAGES:
            source = "environment"
        settings.append(Setting(key, str(value), source, file.lines.get((key,)) if source == "file" else None))
    settings += office_settings(request.load_plan(plan), file, spoken)
    path = file.path if file else None
    request.emit(settings_to_json(settings, path) if request.is_json else settings_to_terminal(settings, path, spoken))
