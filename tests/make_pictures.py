"""Draw the README's pictures from what the program really says.

python -m tests.make_pictures
"""

import io
import re
from pathlib import Path

from rich.console import Console

from gbv_kpi import evaluate, load_plan, read_returns
from gbv_kpi.i18n import language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.outcome import to_terminal
from gbv_kpi.sheets.sources import find_sources

ROOT = Path(__file__).parent.parent
PICTURES = {
    "check-2025.svg": ("examples/2025", "en"),
    "check-2025-vi.svg": ("examples/2025", "vi"),
    "with-mistakes.svg": ("examples/with-mistakes", "en"),
}


def draw(folder: str, tag: str) -> str:
    """The terminal output of `check` for a folder, 80 columns wide, as SVG."""
    plan = load_plan()
    names, _ = find_sources([str(ROOT / folder)])
    returns = read_returns(names, plan)
    problems = tuple(problem.in_file(str(Path(problem.place.file).relative_to(ROOT))) for problem in returns.problems)
    outcome = Outcome("check", evaluate(returns, plan), problems, returns.files)
    console = Console(width=80, record=True, file=io.StringIO(), force_terminal=True, highlight=False, markup=False)
    console.print(to_terminal(outcome, language(tag)))
    picture = console.export_svg(title=f"gbv-kpi check {folder}", unique_id=folder.replace("/", "-"))
    return re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # a picture asks no other host for fonts


def main() -> None:
    folder = ROOT / "examples" / "pictures"
    folder.mkdir(exist_ok=True)
    for name, (source, tag) in PICTURES.items():
        (folder / name).write_text(draw(source, tag), encoding="utf-8")


if __name__ == "__main__":
    main()
