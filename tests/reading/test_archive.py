import json
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.xlsx_scan import Contents, look_into
from tests.reading import hostile
from tests.reading.sending import read, told

SECONDS = 10  # of computing: a busy machine makes no file heavier
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
MEBIBYTES = 400
# The peak of the process itself: getrusage would give that of the test run it was forked from, if that is higher.
MEASURED = f"""
import json, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from pathlib import Path
from gbv_kpi.plan import load_plan
from gbv_kpi.returns.collect import read_returns
returns = read_returns(sys.argv[1:], load_plan())
peak = int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) // 1024
print(json.dumps([peak, len(returns.frame), [problem.code for problem in returns.problems]]))
"""


def measured(path: Path) -> tuple[int, int, list[str]]:
    """Peak memory in MiB, valid returns and problem codes of a process that reads the file; at most ten seconds."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, timeout=12 * SECONDS, check=True
    )
    peak, returns, codes = json.loads(run.stdout)
    return peak, returns, codes


@ON_LINUX
@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_file_made_to_hurt_is_refused_in_bounds(tmp_path: Path, name: str) -> None:
    make, code = hostile.REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make())
    peak, returns, codes = measured(path)
    assert (returns, codes) == (0, [code])
    assert peak <= MEBIBYTES


@ON_LINUX
@pytest.mark.parametrize("name", hostile.HARMLESS)
def test_emptiness_is_no_size(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(hostile.HARMLESS[name]())
    peak, returns, codes = measured(path)
    assert (returns, codes) == (1, [])
    assert peak <= MEBIBYTES


def test_the_good_workbook_that_the_others_are_made_of_is_read(tmp_path: Path) -> None:
    returns = read(tmp_path, hostile.good(), name="good.xlsx")
    assert (len(returns.frame), told(returns)) == (1, [])


def test_a_text_that_a_few_cells_share_is_no_bomb(tmp_path: Path) -> None:
    returns = read(tmp_path, hostile.shared_text(b"Khong co phat sinh", range(4, 8)), name="shared.xlsx")
    assert (len(returns.frame), told(returns)) == (1, [])


def test_a_plain_workbook_needs_no_close_look() -> None:
    assert look_into(hostile.good(), Place("f")) == Contents(needs_close_look=False)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A4"><f>SUM(A1)</f></c>',
        b'<c r="A4"><f>SUM(A1)</f><v></v></c>',
        b'<c r="A4"><f>SUM(A1)</f><v/></c>',
        b'<c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
    ],
)
def test_formulas_without_value_and_errors_need_a_close_look(cell: bytes) -> None:
    content = hostile.with_rows(b'<row r="4">' + cell + b"</row>")
    assert look_into(content, Place("f")) == Contents(needs_close_look=True)


def test_a_formula_with_its_value_needs_none() -> None:
    content = hostile.with_rows(b'<row r="4"><c r="A4"><f>1+1</f><v>2</v></c></row>')
    assert look_into(content, Place("f")) == Contents(needs_close_look=False)


def test_a_member_larger_than_it_claims_is_a_bomb() -> None:
    content = bytearray(hostile.with_rows(b" " * 100_000))
    # The size a member claims stands in the directory at the end of the zip.
    entry = content.rindex(hostile.SHEET.encode()) - 46
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    found = look_into(bytes(content), Place("f"))
    assert isinstance(found, Problem)
    assert found.code in ("oversized-file", "unreadable-file")
