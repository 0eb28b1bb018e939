"""The closed list of words, `vocabulary.txt`: an entry a line under its meaning."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("vocabulary.txt")


def listed(meaning: str) -> Sequence[str]:
    """Return the entries of one meaning.

    >>> listed("estimate")[:2]
    ['Ước', 'Ước tính']
    """
    return _sections().get(meaning, ())


@lru_cache(1)
def _sections() -> Mapping[str, Sequence[str]]:
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            entries.append(line)
    return sections
