"""The plans that come with the tool, and where a plan is found. Nothing heavy is loaded to name them."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import tomli

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.inputs import is_file

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
BUILT_IN = Path(__file__).parent / "builtin"


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """One built-in plan in a list of them."""

    id: str
    number: str
    title: Bilingual
    place: Bilingual
    first_year: int
    last_year: int


def built_in_plans() -> list[PlanSummary]:
    """The built-in plans, the default one first."""
    plans = [tomli.loads(file.read_text("utf-8")) for file in sorted(BUILT_IN.glob("*.toml"))]
    return [
        PlanSummary(
            plan["id"],
            plan["number"],
            Bilingual(**plan["title"]),
            Bilingual(**plan["place"]),
            plan["first_year"],
            plan["last_year"],
        )
        for plan in sorted(plans, key=lambda plan: str(plan["id"]) != DEFAULT_PLAN)
    ]


def is_built_in(plan: str | Path) -> bool:
    return is_file(BUILT_IN / f"{plan}.toml")


def plan_source(plan: str | Path, beside: Path | None = None) -> Path:
    """The file of a plan: the built-in one with that id, else the file at that path, from `beside` on."""
    return BUILT_IN / f"{plan}.toml" if is_built_in(plan) else (beside or Path()) / plan


def no_such_plan(plan: str) -> PlanError:
    """What is said of a plan that is not there, with the built-in one that looks most like it."""
    known = sorted(file.stem for file in BUILT_IN.glob("*.toml"))
    if meant := [DEFAULT_PLAN] if DEFAULT_PLAN.startswith(plan) else get_close_matches(plan, known, n=1):
        return PlanError(
            phrase(
                "Unknown plan {plan}: it is neither a built-in plan nor a file. Did you mean {meant}?",
                plan=plan,
                meant=meant[0],
            )
        )
    return PlanError(
        phrase(
            "Unknown plan {plan}: it is neither a built-in plan nor a file. The built-in plans are {known}.",
            plan=plan,
            known=", ".join(known),
        )
    )
