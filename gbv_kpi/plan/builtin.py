"""Find built-in plans and plan files."""

import re
from difflib import get_close_matches
from pathlib import Path

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.inputs import is_file

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
BUILT_IN = Path(__file__).parent / "builtin"


def built_in_ids() -> list[str]:
    """Return the ids of the built-in plans, the default one first."""
    return sorted((file.stem for file in BUILT_IN.glob("*.toml")), key=lambda plan: (plan != DEFAULT_PLAN, plan))


def is_built_in(plan: str | Path) -> bool:
    return is_file(BUILT_IN / f"{plan}.toml")


def plan_source(plan: str | Path, folder: Path | None = None) -> Path:
    """Return the file of a plan: the built-in one with that id, else the file at that path, relative to `folder`."""
    return BUILT_IN / f"{plan}.toml" if is_built_in(plan) else (folder or Path()) / plan


def unknown_plan(plan: str) -> PlanError:
    """Return the error of an unknown plan, naming the most similar built-in one."""
    known = sorted(built_in_ids())
    meant = [DEFAULT_PLAN] if DEFAULT_PLAN.startswith(plan) else get_close_matches(plan, known, n=1)
    near = phrase("Unknown plan {plan}: it is neither a built-in plan nor a file. Did you mean {meant}?")
    unknown = phrase("Unknown plan {plan}: it is neither a built-in plan nor a file. The built-in plans are {known}.")
    details = {"plan": plan, "meant": ", ".join(meant), "known": ", ".join(known)}
    return PlanError(phrase((near if meant else unknown).wording, **details))


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
