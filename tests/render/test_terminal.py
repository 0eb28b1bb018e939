"""What an officer sees, compared with files: `pytest --update-golden` writes them anew."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from gbv_kpi.i18n import language
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.render.outcome import to_terminal
from gbv_kpi.render.table import Column, Styled, Table
from gbv_kpi.returns.collect import read_returns
from tests.command import CASES, UNITS_OF_2025, Row, of_2025, run, well_but, write_csv
from tests.sweep import sweep

EXAMPLES = Path(__file__).parents[2] / "examples"
SAMPLES = {
    "compiled-2023": "tong-hop-2023.xlsx",
    "mistakes-2023": "loi-2023.xlsx",
    "cp1258-2025": "tong-hop-2025-cp1258.csv",
}
samples = pytest.mark.parametrize("sample", SAMPLES)
languages = pytest.mark.parametrize("tag", ["en", "vi"])


@pytest.fixture(autouse=True)
def beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems name files as they were given: without a folder they are the same on every machine."""
    monkeypatch.chdir(CASES)


def drawn(name: str, plan: Plan, tag: str, width: int, command: str = "check") -> str:
    """The tables of one file at a width, without colour."""
    returns = read_returns([name], plan)
    outcome = Outcome(command, evaluate(returns, plan), returns.problems, returns.files)
    paper = io.StringIO()
    console = Console(width=width, file=paper, color_system=None, highlight=False, markup=False, emoji=False)
    console.print(to_terminal(outcome, language(tag)))
    return "".join(f"{line.rstrip()}\n" for line in paper.getvalue().splitlines())


FILE_NAME = "examples/2025/bon-huyen-nop-lan-dau-2025.xlsx"


def drawn_with_file_name(width: int) -> str:
    """A table of a return and its file."""
    columns = [Column(heading) for heading in ("Unit", "Year", "Received", "File")]
    row = [Styled(text) for text in ("Huyện Nho Quan", "2025", "20/12/2025 09:00 +07:00", FILE_NAME)]
    paper = io.StringIO()
    Console(width=width, file=paper, color_system=None).print(Table(columns, [row]))
    return paper.getvalue()


@pytest.mark.parametrize("width", [120, 80, 60])
def test_file_name_that_fits_the_terminal_stays_whole(width: int) -> None:
    assert FILE_NAME in drawn_with_file_name(width)


def test_file_name_wider_than_the_terminal_is_not_cut() -> None:
    assert FILE_NAME in "".join(drawn_with_file_name(30).split())


@pytest.mark.quick(2)
@samples
@languages
def test_tables_at_80_columns(plan: Plan, golden: Callable[[str, str], None], sample: str, tag: str) -> None:
    text = drawn(SAMPLES[sample], plan, tag, 80)
    assert max(map(cell_len, text.splitlines())) <= 80
    golden(f"{sample}.{tag}.80", text)


@pytest.mark.quick(1)
@samples
@languages
def test_tables_off_a_terminal(golden: Callable[[str, str], None], sample: str, tag: str) -> None:
    golden(f"{sample}.{tag}.wide", run("check", SAMPLES[sample], "--lang", tag).out)


@pytest.mark.quick(1)
@samples
@languages
@pytest.mark.parametrize("width", sweep([60, 72, 100, 200], [72]))
def test_tables_fit_whatever_the_width(plan: Plan, sample: str, tag: str, width: int) -> None:
    assert max(map(cell_len, drawn(SAMPLES[sample], plan, tag, width).splitlines())) <= width


@languages
def test_no_number_is_cut_at_80_columns(plan: Plan, tag: str) -> None:
    """Every rate of the province and every whole number lacking stands in the narrow table as in the wide one."""
    narrow, wide = (drawn("tong-hop-2025-cp1258.csv", plan, tag, width) for width in (80, 200))
    for figure in ("69/86", "70/75", "436/437", "4/12", "393/442"):
        assert figure in narrow
        assert figure in wide


@pytest.mark.quick(1)
@languages
def test_no_figure_is_cut_or_lost_at_any_width(plan: Plan, tag: str) -> None:
    """The last column was cut at 80 columns in Vietnamese until November 2026."""
    returns = read_returns(sorted(map(str, (EXAMPLES / "2025").iterdir())), plan)
    drawing = to_terminal(Outcome("check", evaluate(returns, plan), returns.problems, returns.files), language(tag))

    def words(width: int) -> list[str]:
        paper = io.StringIO()
        Console(width=width, file=paper, color_system=None, highlight=False, markup=False).print(drawing)
        return sorted(word for word in paper.getvalue().split() if any(map(str.isdigit, word)))

    wide = words(200)
    for width in range(60, 121, 2):
        assert words(width) == wide, width


def lines_of(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_pass_and_fail_are_told_by_a_sign_and_not_by_colour_alone(plan: Plan) -> None:
    text = drawn("tong-hop-2025-cp1258.csv", plan, "en", 100)
    (row,) = [line for line in lines_of(text, "Huyện Gia Viễn") if line.count("%") == 4]
    assert row.split()[3:] == ["✗", "33.3%", "✗", "93.8%", "✓", "98.6%", "✓", "100.0%"]


def test_the_thresholds_in_force_stand_under_the_table(plan: Plan) -> None:
    (of_2025_row,) = lines_of(drawn("tong-hop-2025-cp1258.csv", plan, "en", 100), "Threshold in force")
    assert of_2025_row.split()[3:] == ["≥", "50%", "≥", "100%", ">", "90%", "≥", "100%"]


def test_a_rate_near_a_threshold_has_the_digits_that_keep_it_on_its_side(plan: Plan) -> None:
    """280 of 311 is 90.032%, and over 90% is demanded."""
    assert "✓ 90.03%" in drawn("tong-hop-2023.xlsx", plan, "en", 100)
    assert "✓ 90,03%" in drawn("tong-hop-2023.xlsx", plan, "vi", 100)


def test_what_is_lacking_is_a_whole_number_of_things(plan: Plan) -> None:
    text = drawn("tong-hop-2025-cp1258.csv", plan, "en", 120)
    (row,) = [
        line for line in text.splitlines() if "436/437" in line and "99.8%" in line and "1 " in line.split("99.8%")[1]
    ]
    assert "schools" in row


def test_a_report_of_an_incomplete_year_says_that_it_is_provisional(tmp_path: Path, plan: Plan) -> None:
    rows: list[Row] = of_2025({"372": well_but(victims_seeking_help=1)}, UNITS_OF_2025[:5])
    text = drawn(write_csv(tmp_path / "r.csv", plan, rows), plan, "en", 100, "report")
    assert "provisional" in text
    assert "Huyện Kim Sơn, Huyện Yên Mô" in text


def test_caveat_is_at_help_seeking_unless_nobody_was_counted(tmp_path: Path, plan: Plan) -> None:
    caveat = "90% of victims stay silent"
    nobody = well_but(victims=0, victims_seeking_help=0)
    assert caveat in drawn("nho-quan-2025.xlsx", plan, "en", 200)
    assert caveat not in drawn(write_csv(tmp_path / "r.csv", plan, [("372", 2025, nobody)]), plan, "en", 200)


def test_many_problems_of_one_kind_are_grouped_with_their_count(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025(dict.fromkeys(UNITS_OF_2025, well_but(schools=-1)))
    text = drawn(write_csv(tmp_path / "r.csv", plan, rows), plan, "en", 200)
    assert "negative-number (7)" in text
    assert text.count("-1 is less than 0") == 3
    assert "and 4 more" in text
