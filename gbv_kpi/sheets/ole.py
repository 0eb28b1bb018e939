"""The container of an .xls or a locked workbook: a small file system in sectors ([MS-CFB]).

It is read more leniently than xlrd does it: a sector that two streams share is of no harm to the one that is read.
"""

from array import array
from struct import unpack_from

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_LIST = 109  # sectors of the allocation table that the header itself lists
_MINI_SECTOR = 64  # bytes


class Streams:
    """The streams of a container by name. Raises `struct.error` or `ValueError` for a header that is none."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, _ = unpack_from("<HH", content, 30)
        self._size = 1 << (shift if shift in (9, 12) else 9)
        directory, _, self._cutoff, mini_table, _, extra = unpack_from("<IIIIII", content, 48)
        listed = list(unpack_from(f"<{_HEADER_LIST}I", content, 76))
        while self._sector(extra) and len(listed) * 4 < len(content):
            more = array("I", self._sector(extra))
            listed += more[:-1]
            extra = more[-1]
        self._table = array("I", b"".join(filter(None, map(self._sector, listed))))
        entries = self._chain(directory)
        self.streams: dict[str, tuple[int, int]] = {}
        root = 0, 0
        for position in range(0, len(entries) - 127, 128):
            length, kind = unpack_from("<HB", entries, position + 64)
            start, size = unpack_from("<II", entries, position + 116)
            name = entries[position : position + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == 5:
                root = start, size
            elif kind == 2:
                self.streams[name] = start, size
        self._minis = self._chain(root[0])
        mini_table_bytes = self._chain(mini_table)
        self._mini_table = array("I", mini_table_bytes[: len(mini_table_bytes) // 4 * 4])

    def read(self, name: str) -> bytes:
        start, size = self.streams[name]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces = [
            self._minis[number * _MINI_SECTOR : (number + 1) * _MINI_SECTOR]
            for number in _linked(self._mini_table, start)
        ]
        return b"".join(pieces)[:size]

    def _sector(self, number: int) -> bytes:
        """Return the content of a sector, empty beyond the last whole one."""
        start = (number + 1) * self._size
        sector = self._content[start : start + self._size]
        return sector if len(sector) == self._size else b""

    def _chain(self, start: int) -> bytes:
        size = self._size
        return b"".join(self._content[(n + 1) * size : (n + 2) * size] for n in _linked(self._table, start))


def _linked(table: "array[int]", number: int) -> list[int]:
    """Return the sectors that follow each other from one on; a ring ends where it closes."""
    found: dict[int, None] = {}
    while number < len(table) and number not in found:
        found[number] = None
        number = table[number]
    return list(found)
