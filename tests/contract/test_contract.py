"""What every command prints and writes today, compared with files: `-m "" --update-golden` writes them anew.

By default a part is run, without a ledger: `pytest tests/contract -m ""` runs it whole.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.contract.cases import CASES, STORY, is_quick
from tests.contract.transcript import Case, office_folder, transcript
from tests.sweep import sweep

GOLDEN = Path(__file__).parent / "golden"


def named(cases: tuple[Case, ...]) -> pytest.MarkDecorator:
    quick = [case for case in cases if is_quick(case)]
    return pytest.mark.parametrize("case", sweep(cases, quick), ids=[case.name for case in cases])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with office_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def story_transcripts() -> Mapping[str, str]:
    """Run the whole story once, for each of its steps builds on those before."""
    with office_folder() as folder:
        return {case.name: transcript(case, folder) for case in STORY}


@named(CASES)
def test_command_prints_and_writes_what_is_recorded(
    case: Case, folder: Path, golden: Callable[[str, str], None]
) -> None:
    golden(case.name, transcript(case, folder))


@pytest.mark.slow
@named(STORY)
def test_ledger_answers_what_is_recorded(
    case: Case, story_transcripts: Mapping[str, str], golden: Callable[[str, str], None]
) -> None:
    golden(case.name, story_transcripts[case.name])


def test_golden_files_each_belong_to_a_case() -> None:
    names = [case.name for case in (*CASES, *STORY)]
    assert len(set(names)) == len(names)
    recorded = {file.relative_to(GOLDEN).as_posix().removesuffix(".txt") for file in GOLDEN.rglob("*.txt")}
    assert recorded == set(names)
