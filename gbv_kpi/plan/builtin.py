"""Find built-in plans and plan files, without importing pydantic."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import tomli

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Bilingual, Language, phrase
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
    """Return the built-in plans, the default one first."""
    plans = [tomli.loads(file.read_text("utf-8")) for file in sorted(BUILT_IN.glob("*.toml"))]
    summaries = [
        PlanSummary(
            p["id"], p["number"], Bilingual(**p["title"]), Bilingual(**p["place"]), p["first_year"], p["last_year"]
        )
        for p in plans
    ]
    return sorted(summaries, key=lambda summary: summary.id != DEFAULT_PLAN)


def is_built_in(plan: str | Path) -> bool:
    return is_file(BUILT_IN / f"{plan}.toml")


def plan_source(plan: str | Path, folder: Path | None = None) -> Path:
    """Return the file of a plan: the built-in one with that id, else the file at that path, relative to `folder`."""
    return BUILT_IN / f"{plan}.toml" if is_built_in(plan) else (folder or Path()) / plan


def unknown_plan(plan: str) -> PlanError:
    """Return the error of an unknown plan, naming the most similar built-in one."""
    known = sorted(file.stem for file in BUILT_IN.glob("*.toml"))
    meant = [DEFAULT_PLAN] if DEFAULT_PLAN.startswith(plan) else get_close_matches(plan, known, n=1)
    what = (
        phrase(
            "Unknown plan {plan}: it is neither a built-in plan nor a file. Did you mean {meant}?",
            plan=plan,
            meant=meant[0],
        )
        if meant
        else phrase(
            "Unknown plan {plan}: it is neither a built-in plan nor a file. The built-in plans are {known}.",
            plan=plan,
            known=", ".join(known),
        )
    )
    return PlanError(what)


def starting_file(language: Language, schema: Path, plan: str | None = None) -> str:
    """Return a small plan with what each key means, in the officer's language, or a built-in plan under a new id.

    Raises `PlanError` for a plan that is not built in.
    """
    if plan is None:
        text = (Path(__file__).parent / f"new_file.{language.tag}.toml").read_text("utf-8")
    elif is_built_in(plan):
        text = plan_source(plan).read_text("utf-8").partition("\n")[2]
        text = re.sub(r"^id = .*$", f'id = "{plan}-2"', text, count=1, flags=re.MULTILINE)
    else:
        raise unknown_plan(plan)
    return f"#:schema {schema.as_uri()}\n{text}"
