import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue
from gbv_kpi.sheets.sources import Source
from tests.reading.sending import read, told
from tests.sheets import hostile

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


@pytest.mark.slow
@ON_LINUX
@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_file_made_to_hurt_is_refused_in_bounds(tmp_path: Path, name: str) -> None:
    make, code = hostile.REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make())
    peak, returns, codes = measured(path)
    assert (returns, codes) == (0, [code])
    assert peak <= MEBIBYTES


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        (b'<c r="A4"><f>SUM(A1)</f></c>', FormulaWithoutValue()),
        (b'<c r="A4"><f>SUM(A1)</f><v></v></c>', FormulaWithoutValue()),
        (b'<c r="A4"><f>SUM(A1)</f><v/></c>', FormulaWithoutValue()),
        (b'<c r="A4">\n <f>SUM(A1)</f>\n <v />\n</c>', FormulaWithoutValue()),
        (b'<c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c>', FormulaError("#DIV/0!")),
        (b"<c r = 'A4' t = 'e' ><v>#SPILL!</v></c>", FormulaError("#SPILL!")),
        (b'<c t="e"><v>#N/A</v></c>', FormulaError("#N/A")),
        (b'<c r="A4"><f>1+1</f><v>2</v></c>', 2.0),
        (b'<c r="A4"><f>28.99*100-2879</f><v>19.999999999999773</v></c>', 20.0),
    ],
)
def test_formulas_and_errors_are_told_however_they_are_written(cell: bytes, seen: Cell) -> None:
    content = hostile.with_rows(b'<row r="4">' + cell + b"</row>")
    opened = read_sheets(Source("f.xlsx", content))
    sheets, problems = opened.shown, opened.problems
    assert (sheets[0].rows[3][0], problems) == (seen, [])


def test_a_member_larger_than_it_claims_is_a_bomb() -> None:
    content = bytearray(hostile.with_rows(b" " * 100_000))
    # The size a member claims stands in the directory at the end of the zip.
    entry = content.rindex(hostile.SHEET.encode()) - 46
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    problems = read_sheets(Source("f.xlsx", bytes(content))).problems
    assert [problem.code for problem in problems] in (["oversized-file"], ["unreadable-file"])


def test_parts_are_found_whatever_their_slashes_and_case() -> None:
    package = Package(zipped({"XL\\Workbook.xml": b"<workbook/>", "xl/_rels/workbook.xml.rels": RELATIONS}))
    assert package.part("xl/workbook.xml") == b"<workbook/>"
    assert [(r.id, r.kind, r.target) for r in package.relations("xl/workbook.xml")] == [("r1", "styles", "a/b.xml")]
    assert package.part("xl/styles.xml") is None


RELATIONS = (
    b'<p:Relationships xmlns:p="u"><p:Relationship Id="r1" Type="http://purl.oclc.org/x/styles" Target="..\\a/b.xml"/>'
    b'<p:Relationship Id="r2" Type="x/hyperlink" TargetMode="External" Target="http://x"/></p:Relationships>'
)


def zipped(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def test_an_empty_part_is_damaged_and_not_a_blank_sheet() -> None:
    with zipfile.ZipFile(io.BytesIO(hostile.good())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert read_sheets(Source("f.xlsx", zipped(parts))).problems == []
    problems = read_sheets(Source("f.xlsx", zipped(parts | {"xl/worksheets/sheet1.xml": b""}))).problems
    assert [problem.code for problem in problems] == ["unreadable-file"]


def test_a_part_of_millions_of_tags_is_oversized() -> None:
    tags = b"<r>" + b"<x/>" * 10_000_000 + b"</r>"
    with zipfile.ZipFile(io.BytesIO(hostile.good())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    problems = read_sheets(Source("f.xlsx", zipped(parts | {"xl/workbook.xml": tags}))).problems
    assert [problem.code for problem in problems] == ["oversized-file"]


@pytest.mark.parametrize("flag", [0, 1])
def test_a_zip_with_a_password_is_called_locked(flag: int) -> None:
    content = bytearray(hostile.good())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= flag
            start = content.find(mark, start + 4)
    problems = read_sheets(Source("f.xlsx", bytes(content))).problems
    assert [problem.code for problem in problems] == ["encrypted-workbook"] * flag
