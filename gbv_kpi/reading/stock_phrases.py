"""The words that frame a table: the same in the returns of every plan.

STT, Đơn vị, Tổng cộng and the other headings that are no fields; the lines of date,
signatures and recipients under a table.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache

from gbv_kpi.reading.normalize import without_diacritics, words

Key = tuple[str, ...]


class Role(Enum):
    """What a column or row of a table is for, where it is no field."""

    UNIT = auto()
    UNIT_CODE = auto()
    YEAR = auto()
    NUMBERING = auto()
    MEASURE = auto()
    NOTE = auto()
    VALUE = auto()
    ITEM = auto()
    TOTAL = auto()


ROLE_LABELS: Mapping[Role, Sequence[str]] = {
    Role.UNIT: (
        "Đơn vị", "Tên đơn vị", "Đơn vị báo cáo", "Đơn vị hành chính", "Tên đơn vị hành chính", "Địa phương", "Địa bàn",
        "Huyện", "Huyện, thành phố", "Quận, huyện", "Các huyện, thành phố", "Tên huyện, thành phố",
        "Tên huyện", "Quận, huyện, thị xã, thành phố", "Huyện, thị xã, thành phố", "Xã, phường",
        "Đơn vị, địa phương", "unit", "unit name", "district",
    ),
    Role.UNIT_CODE: (
        "Mã", "Mã đơn vị", "Mã đơn vị hành chính", "Mã huyện", "Mã số", "Mã ĐVHC", "Mã ĐV", "Mã địa phương",
        "code", "unit code",
    ),
    Role.YEAR: ("Năm", "Năm báo cáo", "Kỳ báo cáo", "Năm số liệu", "year"),
    Role.NUMBERING: ("STT", "TT", "Số TT", "Số thứ tự", "no"),
    Role.MEASURE: ("Đơn vị tính", "ĐVT", "Đơn vị đo", "measure", "unit of measure"),
    Role.NOTE: ("Ghi chú", "note", "notes", "remarks"),
    Role.VALUE: (
        "Số liệu", "Kết quả", "Kết quả thực hiện", "Thực hiện", "Số lượng", "Giá trị", "Số liệu báo cáo",
        "Số thực hiện", "value", "figure",
    ),
    Role.ITEM: ("Chỉ tiêu", "Nội dung", "Tên chỉ tiêu", "Nội dung chỉ tiêu", "Danh mục", "item", "indicator"),
    Role.TOTAL: (
        "Tổng cộng", "Tổng số", "Tổng", "Cộng", "Toàn tỉnh", "Tổng toàn tỉnh", "Cộng toàn tỉnh",
        "Tổng cộng toàn tỉnh", "Tổng số toàn tỉnh", "Tổng hợp toàn tỉnh", "T.cộng", "TC",
        "total", "grand total",
    ),
}  # fmt: skip

# Who made a return may be named in its title block.
_OFFICERS = (
    "người lập", "người báo cáo", "người phụ trách", "người liên hệ", "người tổng hợp", "người điền", "cán bộ",
    "công chức", "thủ trưởng", "lãnh đạo", "đầu mối", "chuyên viên", "contact", "officer",
)  # fmt: skip

_COMPARISONS = (
    "tỷ lệ", "tỷ số", "phần trăm", "kế hoạch", "chỉ tiêu giao", "mục tiêu", "kỳ trước", "năm trước", "cùng kỳ",
    "so với", "so sánh", "tăng giảm", "chênh lệch",
)  # fmt: skip

_SIGNATURES = (
    "người lập biểu", "người lập", "người báo cáo", "thủ trưởng", "nơi nhận", "kt chủ tịch", "kt giám đốc", "tm ubnd",
    "tm ủy ban nhân dân", "chủ tịch", "phó chủ tịch", "giám đốc", "phó giám đốc", "trưởng phòng", "phó trưởng phòng",
    "người kiểm tra", "xác nhận của", "kế toán", "ký ghi rõ họ tên", "ký tên đóng dấu",
)  # fmt: skip

_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NUMERAL = re.compile(r"^\s*(?:[IVX]+|[A-Z]|\d+)\s*[.)/-]\s*")


def stands_in(part: Key, whole: Key) -> bool:
    """Whether the words of `part` follow each other in `whole`."""
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def is_total(text: str) -> bool:
    """Whether a row or column of that name sums up the others: "Tổng cộng (8 đơn vị)", "Cộng các huyện"."""
    text = _IN_BRACKETS.sub(" ", text)
    key = plain_words(text)
    return words(text)[:1] == words("cộng") or key[:2] in (("cong", "cac"), ("tong", "cac")) or key in _TOTALS


def is_total_key(key: Key) -> bool:
    return key in _TOTALS


def is_group(text: str) -> bool:
    """Whether a row of that name stands over the units of one kind: "II. Các huyện", "Khối thành phố", "Huyện"."""
    key = plain_words(_NUMERAL.sub("", text))
    return key[:1] in _GROUPS or key in _LEVELS


def is_comparison(text: str) -> bool:
    """Whether a column of that name holds no count of the year but shares, a target or a former period."""
    key = plain_words(text)
    return "%" in text or any(key[: len(start)] == start for start in _COMPARISON_KEYS)


def names_an_officer(text: str) -> bool:
    """Whether a line names who made the return: "Họ và tên người lập biểu: …"."""
    key = plain_words(text)
    return any(stands_in(officer, key) for officer in _OFFICER_KEYS)


def is_signature(texts: Iterable[str]) -> bool:
    """Whether a row of cells belongs to the block of date, signatures and recipients under a table."""
    for text in filter(_may_sign, texts):
        key = plain_words(text)
        if any(key[: len(start)] == start for start in _SIGNATURE_KEYS):
            return True
        if {"ngay", "thang", "nam"} <= set(key):
            return True
    return False


@lru_cache(16384)
def plain_words(text: str) -> Key:
    return tuple(map(without_diacritics, words(text)))


def word_finder(wanted: Iterable[str]) -> Callable[[str], bool]:
    """A quick look whether a text may hold one of these plain words: the names of a million units do not."""
    sought = frozenset(wanted)
    found = lru_cache(16384)(lambda token: not sought.isdisjoint(plain_words(token)))

    @lru_cache(16384)
    def holds(text: str) -> bool:
        for token in text.split():
            # "000123", "B2", "12a": a million different ones
            numbered = token.isalnum() and (token[-1].isdecimal() or (token.isascii() and not token.isalpha()))
            if not numbered and found(token):
                return True
        return False

    return holds


_GROUPS = (("cac",), ("khoi",), ("nhom",), ("cum",))
_COMPARISON_KEYS = tuple(map(plain_words, _COMPARISONS))
_LEVELS = frozenset(map(plain_words, ("thành phố", "huyện", "thị xã", "quận", "huyện, thành phố")))
GROUPS = (*_GROUPS, *_LEVELS)  # what the name of a group begins with
_OFFICER_KEYS = tuple(map(plain_words, _OFFICERS))
_TOTALS = frozenset(map(plain_words, ROLE_LABELS[Role.TOTAL]))
_SIGNATURE_KEYS = tuple(map(plain_words, _SIGNATURES))
_may_sign = word_finder({"ngay", *(key[0] for key in _SIGNATURE_KEYS)})
