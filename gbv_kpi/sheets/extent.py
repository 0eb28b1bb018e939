"""How far the cells of a sheet reach, told from its XML before a reader makes room for them.

A reader makes room for the whole rectangle between the first and the last filled cell. One cell at
XFD1048576 asks for 17 thousand million of them; a million rows that only carry a style ask for none.
"""

import re

SMALL_AREA = 1_000_000  # cells; a sheet that cannot span more needs no exact look

# A pattern that begins with plain letters is searched for at many times the speed; what else it may find only widens
# the area.
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb"""row\b[^>]*?\br=["']([0-9]{1,9})["']""")
_FAR_COLUMN = re.compile(rb"""r=["']([A-Z]{2,3})[0-9]""")
_COLUMN = re.compile(rb"""r=["']([A-Z]{1,3})[0-9]""")
_FILLED_COLUMN = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})[0-9]{1,9}["'][^>]*(?<!/)>""")
_FILLED_ROW = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["'][A-Z]{1,3}([0-9]{1,9})["'][^>]*(?<!/)>""")
_UNPLACED_CELL = re.compile(rb"""<(?:\w+:)?c(?:\s+(?!r=)\w+=["'][^"'>]*["'])*\s*>""")


def area_of_sheet(xml: bytes) -> int:
    """The cells between A1 and the last filled one of an .xlsx sheet, or a bound on them that is small."""
    rows = max(map(int, _ROW_NUMBER.findall(xml)), default=0) or len(_ROW.findall(xml))
    columns = max(map(_column_number, set(_FAR_COLUMN.findall(xml))), default=26)
    if rows * columns > SMALL_AREA:
        columns = max(map(_column_number, set(_COLUMN.findall(xml))), default=26)
    if rows * columns <= SMALL_AREA or _UNPLACED_CELL.search(xml):
        return rows * columns
    last_row = max(map(int, set(_FILLED_ROW.findall(xml))), default=0)
    return last_row * max(map(_column_number, set(_FILLED_COLUMN.findall(xml))), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
