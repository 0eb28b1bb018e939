import gc
import pickle
import subprocess
import sys
import tempfile
import weakref
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi import load_plan
from gbv_kpi import shelf as module
from gbv_kpi.errors import OutputError
from gbv_kpi.shelf import Shelf, Shelved
from tests.command import well_but, write_csv

KINDS = (np.int8, np.int16, np.int32, np.int64)
PIECES = st.lists(
    st.tuples(st.lists(st.integers(-100, 100), max_size=8), st.sampled_from(KINDS)), min_size=1, max_size=6
)


@given(pieces=PIECES, data=st.data())
def test_pieces_of_any_width_are_one_column(pieces: list[tuple[list[int], type]], data: st.DataObject) -> None:
    shelf = Shelf()
    column = Shelved.joined([shelf.put(np.array(numbers, dtype=kind)) for numbers, kind in pieces])
    flat = [number for numbers, _ in pieces for number in numbers]
    rows = sorted(data.draw(st.sets(st.integers(0, max(len(flat) - 1, 0)), max_size=len(flat))) if flat else [])
    assert (len(column), np.asarray(column).tolist()) == (len(flat), flat)
    assert [column[place] for place in range(-len(flat), len(flat))] == flat + flat
    assert column.at(np.array(rows, dtype=np.int32)).tolist() == [flat[row] for row in rows]
    assert [number for piece in column.pieces() for number in piece.tolist()] == flat
    assert np.asarray(column).dtype == max((np.dtype(kind) for _, kind in pieces), key=lambda kind: kind.itemsize)


def test_columns_go_to_another_process_with_what_stands_on_their_shelf() -> None:
    shelf = Shelf()
    columns = [shelf.put(np.array(numbers, dtype=kind)) for numbers, kind in (([1, -1], np.int8), ([70_000], np.int32))]
    sent = pickle.loads(pickle.dumps([*columns, Shelved.joined(columns)]))
    assert [np.asarray(column).tolist() for column in sent] == [[1, -1], [70_000], [1, -1, 70_000]]
    assert sent[2][2] == 70_000


def test_a_place_beyond_the_column_is_an_error() -> None:
    column = Shelf().put(np.arange(3))
    for place in (3, -4):
        with pytest.raises(IndexError):
            column[place]


def test_many_numbers_stand_in_a_file_that_goes_with_the_last_column(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module, "IN_MEMORY", 1000)
    shelf = Shelf()
    columns = [shelf.put(np.arange(start, end, dtype=np.int32)) for start, end in pairwise(range(0, 5000, 500))]
    assert shelf._file.name is not None  # as of a file on disk
    gone, column = weakref.ref(shelf), Shelved.joined(columns)
    del shelf, columns
    gc.collect()
    assert (np.asarray(column).tolist(), gone() is not None) == (list(range(4500)), True)
    del column
    gc.collect()
    assert (gone(), list(tmp_path.iterdir())) == (None, [])


def test_a_temporary_folder_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(module, "IN_MEMORY", 10)
    with pytest.raises(OutputError, match=r"^The folder for temporary files cannot be written to: No such file"):
        Shelf().put(np.arange(100))


@pytest.mark.skipif(sys.platform == "win32", reason="the size of a file is limited by POSIX only")
def test_a_disk_that_is_full_midway_stops_the_run_with_the_reason(tmp_path: Path) -> None:
    rows = [(f"{unit:05}", 2025, well_but()) for unit in range(3000)]
    file = write_csv(tmp_path / "returns.csv", load_plan(), rows)
    script = (
        "import resource, sys; import gbv_kpi.shelf; from gbv_kpi.cli.app import main;"
        "gbv_kpi.shelf.IN_MEMORY = 1000;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "sys.argv = ['gbv-kpi', 'check', sys.argv[1]]; main()"
    )
    ran = subprocess.run([sys.executable, "-c", script, file], capture_output=True, encoding="utf-8", check=False)
    told = "gbv-kpi: The folder for temporary files cannot be written to: File too large.\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", told)
