"""Read the reporting units of a plan from a CSV, if they are too many for the plan file or kept elsewhere."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import phrase
from gbv_kpi.inputs import MEBIBYTE, UnreadableError, read_file

# The key of [[unit]] in each column; the official lists of units have other names.
COLUMNS = {
    "code": "code",
    "name": "name",
    "name_vi": "name",
    "aliases": "aliases",
    "from": "from",
    "valid_from": "from",
    "until": "until",
    "valid_to": "until",
    "merged_into": "merged_into",
    "successor": "merged_into",
    "expected": "expected",
}
MAX_BYTES = 16 * MEBIBYTE  # the country's 10,600 communes have one; a cell of 40 took 451 MiB to read
NO = ("false", "no", "0", "không")


def read_units(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return the units of the file as tables of a plan file, each with its line. Other columns are ignored.

    Aliases are separated by “|”; days are written 2025-06-30 or 30/06/2025. Raises `PlanError` for a file that
    cannot be read or names no units in columns of codes and names.
    """
    try:
        text = read_file(file, MAX_BYTES).decode("utf-8-sig")
        header, _, _ = text.partition("\n")
        rows = csv.reader(StringIO(text), delimiter=max(",;\t", key=header.count))
        columns = [COLUMNS.get(name.strip().casefold()) for name in next(rows, [])]
        units = [(rows.line_num, _values(unit)) for cells in rows if (unit := _texts(columns, cells))]
    except UnreadableError as error:
        message = phrase("the file {file} cannot be opened: {reason}", file=file.name, reason=error.reason)
        raise PlanError(message) from error
    except UnicodeDecodeError as error:
        raise PlanError(phrase("the file {file} is not UTF-8 text: save it as “CSV UTF-8”", file=file.name)) from error
    except csv.Error as error:  # a cell of more than 131,072 characters
        raise PlanError(phrase("the file {file} is not a table of units", file=file.name)) from error
    if not {"code", "name"} <= set(columns):
        what = phrase(
            "the file {file} must have the columns code and name; known columns are {known}",
            file=file.name,
            known=", ".join(COLUMNS),
        )
        raise PlanError(what)
    if not units:
        raise PlanError(phrase("the file {file} lists no unit", file=file.name))
    return units


def _texts(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    return {key: cell.strip() for key, cell in zip(columns, cells, strict=False) if key and cell.strip()}


def _values(unit: Mapping[str, str]) -> dict[str, Any]:
    """Parse the texts of a unit; an invalid one is kept, to be reported as a mistake."""
    values: dict[str, Any] = dict(unit)
    values |= {key: _day(unit[key]) for key in ("from", "until") if key in unit}
    if "aliases" in unit:
        values["aliases"] = [alias.strip() for alias in unit["aliases"].split("|")]
    if "expected" in unit:
        values["expected"] = unit["expected"].casefold() not in NO
    return values


def _day(text: str) -> date | str:
    """Parse a day in ISO 8601 or as Excel saves it in Vietnam; return any other text as it is."""
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        text = f"{found[3]}-{found[2]:>02}-{found[1]:>02}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
