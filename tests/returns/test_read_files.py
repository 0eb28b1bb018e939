"""Files are opened one after the other, and each gives its tables or the reason why not."""

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gbv_kpi import read_returns
from gbv_kpi.plan import Plan
from gbv_kpi.returns.read_files import read_files
from gbv_kpi.sheets.sources import RETURN_SUFFIXES
from tests.bench.written import write_forms
from tests.command import CASES, run
from tests.reading.sending import send
from tests.sweep import slow
from tests.test_every_code import SENT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files with every problem that there is, and the sample returns."""
    folder = tmp_path_factory.mktemp("inbox")
    sent = [send(folder, make(), f"{number:03}") for number, make in enumerate(SENT.values())]
    samples = sorted(path for path in CASES.iterdir() if path.suffix in RETURN_SUFFIXES)
    return [str(path) for path in (*sent, *samples) if path.stat().st_size <= 2**20]


@pytest.mark.slow
@pytest.mark.parametrize("listed", [True, slow(False)])
def test_files_read_together_say_what_each_says_alone(plan: Plan, names: list[str], listed: bool) -> None:
    """But for returns that two of them have."""
    plan = plan if listed else plan.model_copy(update={"units": ()})
    together = read_returns(names, plan)
    alone = [read_returns([name], plan) for name in names]
    assert len({problem.code for problem in together.problems}) > 30
    within = [problem for problem in together.problems if problem.code != "duplicate-return"]
    assert within == [p for returns in alone for p in returns.problems if p.code != "duplicate-return"]
    assert [file.path for file in together.files] == names
    for file, returns in zip(together.files, alone, strict=True):
        assert file.returns <= len(returns.valid)
    fields = list(plan.field_by_id)
    columns = ["unit", "named_unit", "year", *fields]
    for number, returns in enumerate(alone):
        rows = together.frame.loc[together.frame["file"] == number, columns]
        assert rows.astype(object).reset_index(drop=True).equals(returns.frame[columns].astype(object))


@pytest.mark.slow
def test_files_are_watched_in_the_order_of_their_names(plan: Plan, names: list[str]) -> None:
    seen: list[str] = []

    def watch(names: Sequence[str]) -> Iterator[str]:
        for name in names:
            yield name
            seen.append(name)

    found = read_files(names, plan, None, watch)
    assert [file.name for file in found] == seen == names


@pytest.mark.slow
def test_a_file_that_is_gone_meanwhile_is_told(plan: Plan, names: list[str]) -> None:
    *_, gone = read_files([*names[:2], "gone.xlsx"], plan)
    assert [problem.code for problem in gone.problems] == ["unreadable-file"]


def test_standard_input_is_read_and_not_a_file_of_that_name(
    plan: Plan, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("not what is meant", "utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(names[-1]).read_bytes())))
    *_, last = read_files([*names[:3], "-"], plan)
    assert (last.name, len(last.tables)) == ("-", 1)


@pytest.mark.slow
def test_a_thousand_forms_are_judged_like_one_table(tmp_path: Path) -> None:
    plan, folder, table = write_forms(tmp_path, 1000, "csv")
    assert run("check", folder, "--plan", plan) == run("check", table, "--plan", plan)
