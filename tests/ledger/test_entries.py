"""Entries of the ledger are returns again, as the files gave them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gbv_kpi.errors import LedgerError
from gbv_kpi.kpi.engine import counts_of_year, evaluate, recast
from gbv_kpi.ledger.entries import entry_of, latest, returns_from
from gbv_kpi.ledger.records import Entry, FileRecord
from gbv_kpi.plan import Plan
from gbv_kpi.returns.collect import read_returns, valid_returns
from gbv_kpi.returns.frame import Returns
from tests.command import UNITS_OF_2025, WELL, Row, of_2025, well_but, write_csv

SHA256 = "0" * 64
NOON = datetime(2025, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def read(plan: Plan, tmp_path: Path) -> Returns:
    """Two years: a unit that may leave blank, two that have merged, a blank count where it may be, a fault."""
    rows: list[Row] = [
        *of_2025({"372": well_but(schools_integrating=3)}, [unit for unit in UNITS_OF_2025 if unit != "374"]),
        ("Thành phố Ninh Bình", 2025, well_but(victims=7)),
        ("Huyện Hoa Lư", 2025, well_but(victims=8)),
        ("37", 2025, {"officials": 9, "officials_trained": 5}),
        ("372", 2024, WELL),
        ("374", 2024, WELL),
    ]
    return read_returns([write_csv(tmp_path / "returns.csv", plan, rows)], plan)


def entries_of(read: Returns, plan: Plan) -> list[Entry]:
    file = FileRecord(plan=plan.id, file=read.files[0].path, sha256=SHA256, content=SHA256, at=NOON, who="who")
    return [entry_of(given, 1, file) for _, given in valid_returns(read, plan)]


def test_returns_of_the_ledger_are_judged_as_those_of_the_file(plan: Plan, read: Returns) -> None:
    held = returns_from(entries_of(read, plan), plan)
    assert evaluate(held, plan).findings == evaluate(read, plan).findings
    assert evaluate(held, plan).coverage == evaluate(read, plan).coverage
    assert counts_of_year(held, plan, 2025) == counts_of_year(read, plan, 2025)
    assert [(file.path, file.sha256, file.returns) for file in held.files] == [(read.files[0].path, SHA256, 11)]


def test_the_frame_of_the_ledger_has_the_columns_of_that_of_files(plan: Plan, read: Returns) -> None:
    held = returns_from(entries_of(read, plan), plan)
    same = [name for name in read.frame if name not in ("file", "table", "row")]
    assert held.frame.dtypes.astype(str).to_dict() == read.frame.dtypes.astype(str).to_dict()
    kept = read.valid[same].astype(object).reset_index(drop=True)
    assert held.frame[same].astype(object).equals(kept)
    assert held.frame[["file", "table", "row"]].isna().all(axis=None)


def test_no_entries_are_a_frame_of_no_returns(plan: Plan, read: Returns) -> None:
    empty = returns_from([], plan)
    assert (len(empty.frame), list(empty.files), evaluate(empty, plan).findings) == (0, [], [])
    assert set(empty.frame.columns) == set(read.frame.columns)


def test_a_unit_that_the_plan_does_not_have_stops_the_run_by_name(plan: Plan, read: Returns) -> None:
    entry = entries_of(read, plan)[0]
    strange = entry.model_copy(update={"unit_code": "999", "unit_name": "Huyện Lạ"})
    with pytest.raises(
        LedgerError, match=r"return of Huyện Lạ for 2025, but the plan .* has no such unit in that year"
    ):
        returns_from([entry, strange], plan)


def test_returns_of_one_of_two_predecessors_are_not_recast(plan: Plan, read: Returns) -> None:
    """Thành phố Hoa Lư of 2025 has the code of Huyện Hoa Lư, but also the counts of Thành phố Ninh Bình."""
    of_2024 = read.valid[read.valid["year"] == 2024]
    assert recast(of_2024, plan, 2024)["unit"].tolist() == ["372", "374"]
    assert recast(of_2024, plan, 2025)["unit"].tolist() == ["372"]


def test_the_last_revision_of_each_return_counts(plan: Plan, read: Returns) -> None:
    first, other, *_ = entries_of(read, plan)
    second = first.model_copy(update={"revision": 2})
    assert latest([first, second, other]) == [second, other]
