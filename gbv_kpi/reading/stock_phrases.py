"""The words around a table: signatures and the officers who made the return."""

from functools import lru_cache

from gbv_kpi.reading.listed import listed
from gbv_kpi.reading.normalize import CACHED, without_diacritics, words

Key = tuple[str, ...]

# Who made a return may be named in its title block.
_OFFICERS = (
    "người lập", "người báo cáo", "người phụ trách", "người liên hệ", "người tổng hợp", "người điền", "cán bộ",
    "công chức", "thủ trưởng", "lãnh đạo", "đầu mối", "chuyên viên", "contact", "officer",
)  # fmt: skip


@lru_cache(CACHED)
def plain_words(text: str) -> Key:
    return tuple(map(without_diacritics, words(text)))


def stands_in(part: Key, whole: Key) -> bool:
    """Whether the words of `part` follow each other in `whole`."""
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def names_an_officer(text: str) -> bool:
    """Whether a line names who made the return: "Họ và tên người lập biểu: …"."""
    key = plain_words(text)
    return any(stands_in(plain_words(officer), key) for officer in _OFFICERS)


@lru_cache(CACHED)
def is_signature(text: str) -> bool:
    """Whether a text belongs to the block of date, signatures and recipients under a table."""
    key = plain_words(text)
    if key[:1] and key[0] in _signatures():
        return any(key[: len(start)] == start for start in _signatures()[key[0]])
    return {"ngay", "thang", "nam"} <= set(key)


@lru_cache(1)
def _signatures() -> dict[str, list[Key]]:
    by_word: dict[str, list[Key]] = {}
    for entry in map(plain_words, listed("signature")):
        by_word.setdefault(entry[0], []).append(entry)
    return by_word
