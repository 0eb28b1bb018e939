"""Find columns about persons: a return holds counts only, so a file with one is refused unread.

The words are data, an entry a line: `personal_headings.txt`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.labels import Key
from gbv_kpi.reading.normalize import is_measure, plain_words, without_diacritics, words
from gbv_kpi.sheets.sheet import Cell, cell_address

PersonalHeadings = dict[tuple[int, int], str]  # our own words for a heading, by row and column
Texts = Iterable[tuple[int, int, str]]  # row and column of a cell, and its text

LONGEST_HEADING = 400  # characters; a longer text is not a heading
LOOKED_BELOW = 30  # rows under a heading that may count people
_FAMILIES = (
    "Nguyễn, Trần, Lê, Phạm, Hoàng, Huỳnh, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, Đinh, Lương, Mai, Trịnh, "
    "Đoàn, Tạ, Hà, Cao"
)
FAMILY_NAMES = frozenset(words(_FAMILIES))
_WORDS_FILE = Path(__file__).with_name("personal_headings.txt")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_LONG_NUMBER = re.compile(r"\d(?:[\s.-]?\d){8,}")  # a telephone, an identity card, an account
_UPPER = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_CAPITALISED = re.compile(rf"[{_UPPER}]\w*(?:\s+[{_UPPER}]\w*)+")
_FAMILY = f"{_FAMILIES}, {without_diacritics(_FAMILIES)}".replace(", ", "|")
_PERSON = re.compile(  # but for the streets, communes and schools that have a person's name
    r"(?<![^\W_])(?i:(?<!phường )(?<!xã )(?<!trấn )(?<!phố )(?<!trường )(?<!thpt )(?<!thcs ))"
    rf"(?:(?=[{_UPPER}])(?i:{_FAMILY})(?:\s+[{_UPPER}](?=[^{_UPPER}]|\b)\w*){{2,4}}"
    rf"|(?i:(?!do )(?:{_FAMILY})\s+(?:thị|văn|thi|van)(?:\s+[^\W\d_]+){{1,2}}))(?![^\W_])"
)
_NO_PERSON = re.compile(
    r"(?i:(?:tncs|cộng sản|tp\.?|thành phố) hồ chí minh"
    r"|(?:đường|tiểu học|mầm non|th|thcs|thpt|câu lạc bộ|tòa nhà) (?=\w+ \w+))"
)

# Who made a return may be named in its title block.
_OFFICERS = re.compile(
    r"\b(?:nguoi (?:lap|bao cao|phu trach|lien he|tong hop|dien)|can bo|cong chuc|thu truong|lanh dao|dau moi"
    r"|chuyen vien|contact|officer)\b"
)


class Entry(NamedTuple):
    """A line of the list; a heading's word matches with its diacritics, or typed without any."""

    kind: str
    label: str  # the words as the list has them
    exact: Key
    plain: Key

    @property
    def is_contact(self) -> bool:
        return self.kind.startswith("contact")

    def matches_at(self, start: int, heading: Key) -> bool:
        part = heading[start : start + len(self.exact)]
        return len(part) == len(self.exact) and all(
            word in forms for word, *forms in zip(part, self.exact, self.plain, strict=True)
        )


@lru_cache(16384)
def personal_entry(text: str) -> Entry | None:
    """Return the entry that a heading matches, None for an ordinary one: a person's name, birth, papers or address.

    >>> personal_entry("Họ tên nạn nhân").label, personal_entry("Số nạn nhân")
    ('Họ tên', None)
    """
    if len(text) > LONGEST_HEADING:
        return None
    entries = _entries_by_word()
    heading = words(text)
    candidates = [
        (place, entry) for place, word in enumerate(heading) for entry in entries.get(without_diacritics(word), ())
    ]
    if not candidates:
        return None
    begins = next((place for place, word in enumerate(heading) if not word.isdigit()), 0)  # after "1.2."
    matches = [(place, entry) for place, entry in candidates if entry.matches_at(place, heading)]
    if any(entry.kind == "ordinary" or (entry.kind == "counted" and place == begins) for place, entry in matches):
        return None
    begins_after_so = begins + (without_diacritics(heading[begins]) == "so")  # "Số Zalo"
    end = len(words(text.partition(":")[0]))  # what follows may be the answer
    for place, entry in matches:
        is_first = place == begins or (place == begins_after_so and entry.is_contact)
        is_whole = place + len(entry.exact) == end
        if entry.kind == "anywhere" or (is_first and (entry.kind in ("start", "contact") or is_whole)):
            return entry
    return None


def headings_of_persons(
    rows: Sequence[Sequence[Cell]], is_heading: Callable[[str], bool], first: int = 0
) -> PersonalHeadings:
    """Return the personal headings in rows of a sheet; `first` is the number of the first row.

    A heading shares its row with another one: a personal one, or one that `is_heading` knows, of a field or of the
    frame of a table. Over a column of counts, "Nạn nhân" alone counts people.
    """
    return {
        (row + first, column): entry.label
        for row, cells in enumerate(rows)
        if any(isinstance(cell, str) and personal_entry(cell) for cell in cells)
        for column, entry in _headings_in(cells, is_heading)
        if not (entry.kind == "whole" and _holds_counts(rows[row + 1 : row + 1 + LOOKED_BELOW], column))
    }


def columns_of_persons(headings: Texts, titles: Texts = (), items: Texts = ()) -> PersonalHeadings:
    """Return the personal ones among a return's headings that mean no field, its title block and a form's items.

    The path of a heading is parted by " → "; its last level may be personal alone, the levels above it only where
    they do not count people ("Nạn nhân → Nữ"). A title block may name only the
    author of the return; a telephone number there is the office's.
    """
    found: PersonalHeadings = {}
    for row, column, path in headings:
        *upper, last = map(personal_entry, path.split(" → "))
        entry = last or next((entry for entry in upper if entry and entry.kind != "whole"), None)
        if entry:
            found[row, column] = entry.label
    for row, column, text in titles:
        entry = personal_entry(text)
        if entry and not entry.is_contact and not names_officer(text):
            found[row, column] = entry.label
    for row, column, text in items:
        if (entry := personal_entry(text)) and entry.kind != "whole":
            found[row, column] = entry.label
    return found


def personal_data(headings: PersonalHeadings, file: str, sheet: str | None) -> Iterator[Problem]:
    """Yield a problem for each, with neither a cell's content nor the sender's wording, which may hold a name."""
    for (row, column), label in sorted(headings.items()):
        place = Place(file, sheet, cell_address(row, column), row + 1)
        message = phrase("The column “{heading}” holds personal data; the file was not read.", heading=label)
        yield Problem("personal-data-column", place, message, value=label)


def without_persons(text: str) -> str:
    """Return a text to be quoted with "…" in place of what looks like the name of a person.

    >>> without_persons("Phạm Thị Bích Ngọc (nạn nhân)"), without_persons("Phường Trần Hưng Đạo")
    ('… (nạn nhân)', 'Phường Trần Hưng Đạo')
    """
    return _PERSON.sub("…", unicodedata.normalize("NFC", text))


def names_person(text: str) -> bool:
    return _PERSON.search(_NO_PERSON.sub("", unicodedata.normalize("NFC", text))) is not None


def names_officer(heading: str) -> bool:
    """Return whether a heading is about those who made the return: "Người lập biểu"."""
    return _OFFICERS.search(" ".join(plain_words(heading))) is not None


def without_names(text: str) -> str:
    """Return the text of a cell that should hold a figure with "…" in place of capitalised words in a row."""
    return _CAPITALISED.sub("…", without_persons(text))


def shown_sheet_name(name: str | None, number: int, names_unit: Callable[[str], bool]) -> str | None:
    """Return the sheet's name where it is ordinary, else its number as "#2".

    A name is not ordinary that asks for persons, holds an address or a long number, or is only a family name and two to
    four more names; two words may be a place.

    >>> shown_sheet_name("Biểu 1", 1, lambda _: False), shown_sheet_name("Trần Thị Bí Mật", 2, lambda _: False)
    ('Biểu 1', '#2')
    """
    if name is None or names_unit(name):
        return name
    spaced = name.replace("_", " ")
    names = words(spaced.replace(".", " "))
    is_plain = name == without_diacritics(name)
    is_of_person = (
        3 <= len(names) <= 5
        and names[0] in (map(without_diacritics, FAMILY_NAMES) if is_plain else FAMILY_NAMES)
        and (spaced.istitle() or not is_plain)
        and not any(map(str.isdigit, name))
    )
    is_suspicious = personal_entry(name) or "@" in name or _LONG_NUMBER.search(name) or is_of_person
    return f"#{number}" if is_suspicious else name


def _headings_in(cells: Sequence[Cell], is_heading: Callable[[str], bool]) -> list[tuple[int, Entry]]:
    """Return the personal headings of one row, none where the row has a single text.

    One that names its measure counts people: "Nạn nhân (người)".
    """
    texts = [(column, cell.strip()) for column, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()]
    known = sum(is_heading(text) for _, text in texts)
    found = [
        (column, text, entry)
        for column, text in texts
        if (entry := personal_entry(text)) and not any(map(is_measure, _BRACKET.findall(text))) and not is_heading(text)
    ]
    if len(texts) < 2 or all(entry.is_contact and ":" in text for _, text, entry in found):
        return []  # "Điện thoại: …" and "Email: …" of an office
    personal = [(column, entry) for column, text, entry in found if not text.endswith(":")]
    return personal if len(personal) + known >= 2 else []


def _holds_counts(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    cells = [cells[column] for cells in rows if column < len(cells) and cells[column] != ""]
    texts = [cell for cell in cells if isinstance(cell, str)]
    return bool(cells) and not any(len(text) > 8 or any(map(str.isalpha, text)) for text in texts)


@lru_cache(1)
def _entries_by_word() -> Mapping[str, Sequence[Entry]]:
    """Return the list by the first word of each entry, without diacritics."""
    entries: dict[str, list[Entry]] = {}
    for line in _WORDS_FILE.read_text("utf-8").splitlines():
        kind, _, label = line.partition(" ")
        if label and kind != "#":
            entry = Entry(kind, label.strip(), words(label), plain_words(label))
            entries.setdefault(entry.plain[0], []).append(entry)
    return entries
