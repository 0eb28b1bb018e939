"""The plans that come with the tool, and where a plan is found. Nothing heavy is loaded to name them."""

from pathlib import Path

__all__ = ["BUILT_IN", "DEFAULT_PLAN", "built_in_plans", "plan_source"]

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
BUILT_IN = Path(__file__).parent.parent / "plans"


def built_in_plans() -> list[str]:
    """The ids of the built-in plans, the default one first."""
    ids = sorted(file.stem for file in BUILT_IN.glob("*.toml"))
    return sorted(ids, key=lambda name: name != DEFAULT_PLAN)


def plan_source(plan: str | Path, beside: Path | None = None) -> Path:
    """The file of a plan: the built-in one with that id, else the file at that path, from `beside` on."""
    built_in = BUILT_IN / f"{plan}.toml"
    return built_in if built_in.is_file() else (beside or Path()) / plan
