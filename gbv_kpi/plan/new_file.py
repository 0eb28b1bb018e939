"""A plan file to start from: an explained one, or one of the built-in plans."""

import re
from pathlib import Path

from gbv_kpi.i18n import Language
from gbv_kpi.plan.builtin import is_built_in, no_such_plan, plan_source


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
        raise no_such_plan(plan)
    return f"#:schema {schema.as_uri()}\n{text}"
