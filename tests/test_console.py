import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from rich.text import Text

from gbv_kpi.console import atomic_write, escape_controls, print_result, to_json_text
from gbv_kpi.errors import OutputError

not_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
with_dev = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def test_a_file_is_written_whole_in_place_of_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "báo cáo.txt"
    file.write_text("old", encoding="utf-8")
    atomic_write(file, "mới".encode())
    assert file.read_text("utf-8") == "mới"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no/out\.txt cannot be written: no such file or folder"):
        atomic_write(tmp_path / "no" / "out.txt", b"new")


def test_a_folder_in_place_of_the_file_is_told_and_stays(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        atomic_write(tmp_path, b"new")
    assert list(tmp_path.iterdir()) == []


@not_root
def test_a_read_only_folder_keeps_its_old_file_and_nothing_is_left_behind(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_bytes(b"old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            atomic_write(file, b"new")
        assert file.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [file]
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_may_be_read_by_its_owner_only_stays_so(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_bytes(b"old")
    file.chmod(0o600)
    atomic_write(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_file_has_the_permissions_any_program_gives_it(tmp_path: Path) -> None:
    written, usual = tmp_path / "written.txt", tmp_path / "usual.txt"
    atomic_write(written, b"new")
    usual.touch()
    assert written.stat().st_mode == usual.stat().st_mode


def test_a_link_stays_a_link_to_the_file_written(tmp_path: Path) -> None:
    file, link = tmp_path / "2025.txt", tmp_path / "latest.txt"
    file.write_bytes(b"old")
    link.symlink_to(file)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


@with_dev
def test_a_device_is_written_to_and_never_replaced() -> None:
    atomic_write(Path(os.devnull), b"new")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    with pytest.raises(OutputError, match="/dev/full cannot be written: the disk is full"):
        atomic_write(Path("/dev/full"), b"new")


@with_dev
def test_a_full_disk_behind_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        suppress(OSError),
        Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full,
    ):  # closing it fails again
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OutputError, match="cannot be printed: the disk is full"):
            print_result("a line\n", None)


def test_output_off_a_terminal_has_no_colour_wrapping_or_trailing_blank(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    print_result(Text("word " * 50 + "\nend   ", "bold red"), None)
    assert capsys.readouterr().out == ("word " * 50).rstrip() + "\nend\n"


def test_what_is_written_to_a_file_is_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = Text("✓ đạt [bold]:smile:", "green")
    print_result(content, None)
    print_result(content, tmp_path / "out.txt")
    assert capsys.readouterr().out == (tmp_path / "out.txt").read_text("utf-8") == "✓ đạt [bold]:smile:\n"


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_a_leftover_of_a_killed_run_is_removed_and_nothing_else(tmp_path: Path) -> None:
    killed = (
        "import os, sys; from pathlib import Path; from gbv_kpi.console import atomic_write\n"
        "def pieces():\n    yield b'half'\n    os.kill(os.getpid(), 9)\n"
        f"atomic_write(Path({str(tmp_path / 'out.txt')!r}), pieces())"
    )
    subprocess.run([sys.executable, "-c", killed], check=False)
    (leftover,) = tmp_path.iterdir()
    assert leftover.name.startswith(".gbv-kpi-")
    others = {".gbv-kpi-mine", ".gbv-kpi-ABCDEFGH", "gbv-kpi-abcdefgh"}
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / ".gbv-kpi-folder00").mkdir()
    (tmp_path / ".gbv-kpi-linked00").symlink_to(tmp_path / ".gbv-kpi-mine")
    atomic_write(tmp_path / "out.txt", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {*others, ".gbv-kpi-folder00", ".gbv-kpi-linked00", "out.txt"}


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locks")
def test_a_file_that_another_run_writes_is_no_leftover(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"the one "
        atomic_write(tmp_path / "other.txt", b"the other")
        yield b"and the rest"

    atomic_write(tmp_path / "out.txt", pieces())
    assert (tmp_path / "out.txt").read_bytes() == b"the one and the rest"
    assert {path.name for path in tmp_path.iterdir()} == {"out.txt", "other.txt"}


def test_what_is_no_character_is_shown_as_its_number() -> None:
    assert escape_controls("a\ufffeb\uffff") == "a\\ufffeb\\uffff"


def test_json_acts_on_no_terminal_and_says_the_same() -> None:
    content = {"name": "a\x9b31m\u202eb\u2066c\u200b\x7f\u2028 Nho Quan"}
    text = to_json_text(content)
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == content
