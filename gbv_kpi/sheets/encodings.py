"""The encodings that a text of an office may be in, told by its first bytes."""

import codecs
from collections.abc import Sequence

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def encodings_of(start: bytes, named: Sequence[str] = ()) -> Sequence[str]:
    """The encodings to try, the likeliest first; `named` are those that the text itself says it is in.

    >>> encodings_of("Năm".encode("utf-16-be")), encodings_of(b"Nam")
    (['utf-16-be'], ['utf-8', 'cp1258'])
    """
    if marked := next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None):
        return [marked]
    if b"\0" in start[:1000]:
        even, odd = start[:1000:2].count(0), start[1:1000:2].count(0)
        return ["utf-16-le" if odd > even else "utf-16-be"]
    return ["utf-8", *named, "cp1258"]
