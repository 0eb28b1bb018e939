"""The pages, as a real word processor lays them out."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import of_2025, write_csv
from tests.libreoffice import converted, needs_libreoffice
from tests.render.word import written

needs_pdf_tools = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="pdfinfo (poppler) is not installed")


def told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@needs_libreoffice
@needs_pdf_tools
def test_pages_are_a4_numbered_from_the_second_with_the_annex_landscape(tmp_path: Path, plan: Plan) -> None:
    written(tmp_path, write_csv(tmp_path / "r.csv", plan, of_2025()))
    pdf = str(converted(tmp_path / "report.docx", "pdf", tmp_path))
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", told("pdfinfo", "-l", "99", pdf))
    rounded = [(round(float(width), -1), round(float(height), -1)) for width, height in sizes]
    assert rounded == [(600, 840)] * (len(sizes) - 1) + [(840, 600)]
    assert 4 <= len(sizes) <= 5
    pages = told("pdftotext", "-layout", pdf, "-").split("\f")[: len(sizes)]
    assert pages[0].lstrip().startswith("UBND TỈNH NINH BÌNH")  # no number above it
    assert [page.split()[0] for page in pages[1:]] == [str(number) for number in range(2, len(sizes) + 1)]
    assert all(len(page.split()) > 10 for page in pages)
    number_and_date = next(line for line in pages[0].split("\n") if "/BC-" in line)
    assert "Ninh Bình, ngày" in number_and_date  # on the same line
