"""Build the folder for Windows without Internet, as a zip: `python -m tests.make_bundle [FOLDER]`, or `poe bundle`.

It holds the wheel of this program and of everything it needs, `install.cmd`, `check.cmd` and the Vietnamese guide.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYTHON = "3.12"  # that the office installs: wheels of pandas or lxml are for one version
PLATFORM = "win_amd64"
TARGET = r"%LOCALAPPDATA%\gbv-kpi-app"

INSTALL = rf"""
@echo off
chcp 65001 >nul
setlocal
set "TARGET={TARGET}"
py -{PYTHON} --version >nul 2>&1
if errorlevel 1 (
  echo Chưa có Python {PYTHON}: cài từ python.org, chọn cài cả "py launcher", rồi chạy lại.
  pause
  exit /b 1
)
py -{PYTHON} -m venv "%TARGET%"
if errorlevel 1 goto failed
"%TARGET%\Scripts\python.exe" -m pip install --no-index --find-links "%~dp0wheels" --upgrade "gbv-kpi[postgres]"
if errorlevel 1 goto failed
setx GBV_KPI_LANG vi >nul
echo Đã cài xong. Kéo tệp hoặc thư mục báo cáo thả vào check.cmd để kiểm tra.
pause
exit /b 0
:failed
echo Cài đặt không thành công. Gửi lại toàn bộ nội dung cửa sổ này.
pause
exit /b 1
"""
CHECK = rf"""
@echo off
chcp 65001 >nul
setlocal
set "PROGRAM={TARGET}\Scripts\gbv-kpi.exe"
set "GBV_KPI_LANG=vi"
if not exist "%PROGRAM%" (
  echo Chưa cài phần mềm: chạy install.cmd trước.
  pause
  exit /b 1
)
if "%~1"=="" (
  echo Kéo tệp hoặc thư mục báo cáo thả vào biểu tượng này.
  pause
  exit /b 1
)
:next
"%PROGRAM%" check "%~1"
shift
if not "%~1"=="" goto next
pause
"""


def scripts() -> dict[str, bytes]:
    """Return the scripts by name, with the line ends that cmd.exe needs for its labels."""
    return {
        name: text.strip().replace("\n", "\r\n").encode() + b"\r\n"
        for name, text in (("install.cmd", INSTALL), ("check.cmd", CHECK))
    }


def build_wheels(folder: Path) -> None:
    """Build our wheel and download those it needs on that platform."""
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (own,) = folder.glob("gbv_kpi-*.whl")
    pip("download", "--dest", str(folder), *ON_WINDOWS, f"{own}[postgres]")
    while lacking := missing(folder):  # pip asks this machine what is needed "on Windows only"
        pip("download", "--dest", str(folder), *ON_WINDOWS, *lacking)


ON_WINDOWS = ("--platform", PLATFORM, "--python-version", PYTHON, "--implementation", "cp", "--only-binary", ":all:")


WINDOWS = {
    "os_name": "nt",
    "sys_platform": "win32",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def missing(wheels: Path) -> list[str]:
    """Return what a wheel of the folder needs on Windows and none of them is."""
    metadata = [metadata_of(wheel) for wheel in wheels.glob("*.whl")]
    present = {canonicalize_name(one["Name"]) for one in metadata}
    needed: dict[str, Requirement] = {}
    for one in metadata:
        extras = ("", "postgres") if one["Name"] == "gbv-kpi" else ("", "binary")
        for requirement in map(Requirement, one.get_all("Requires-Dist", [])):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({**WINDOWS, "extra": extra}) for extra in extras):
                needed[canonicalize_name(requirement.name)] = requirement
    return [f"{one.name}{one.specifier}" for name, one in sorted(needed.items()) if name not in present]


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def is_complete(wheels: Path) -> bool:
    """Return whether pip would install everything on Windows from this folder alone."""
    with tempfile.TemporaryDirectory() as target:
        # pip would hold the wheels' Requires-Python against the Python that runs here.
        sources = ("--no-index", "--find-links", str(wheels), "--ignore-requires-python")
        try:
            pip("install", "--dry-run", "--target", target, *sources, *ON_WINDOWS, "gbv-kpi[postgres]")
        except subprocess.CalledProcessError:
            return False
    return True


def contents(wheels: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of the bundle."""
    yield from scripts().items()
    yield "HUONG-DAN.md", (ROOT / "examples" / "HUONG-DAN.md").read_bytes()
    for wheel in sorted(wheels.glob("*.whl")):
        yield f"wheels/{wheel.name}", wheel.read_bytes()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        wheels = Path(name)
        build_wheels(wheels)
        if not is_complete(wheels):
            sys.exit("a wheel is missing")
        bundle = folder / f"gbv-kpi-windows-py{PYTHON}.zip"
        with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in contents(wheels):
                archive.writestr(f"gbv-kpi/{file}", content)
    print(f"{bundle}: {bundle.stat().st_size / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
