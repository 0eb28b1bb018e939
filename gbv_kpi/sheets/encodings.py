"""Find the encoding of a text, and report letters that were lost or typed in an old font."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.refusal import Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MOST_MARKS = 30  # on one letter (Unicode's stream-safe format); composing takes the square of their number
SHORT = 200  # characters; composing so few takes no time whatever they are
SEVERAL = 3  # words
SHOWN_CELLS = 3

# Letters and signs of Latin-1 that no Vietnamese word has in Unicode, but that TCVN3 (.VnTime) and VNI
# fonts draw as Vietnamese letters: "HuyÖn Nho Quan", "Ng­êi bÞ b¹o lùc", "Huyeän", "ngöôøi".
_FOREIGN = "¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþÿ"
_LEGACY_WORD = re.compile(rf"[A-Za-zÀ-ÿ][{_FOREIGN}]|[{_FOREIGN}][A-Za-zÀ-ÿ]")
# Signs that no language writes within a word: "Thµnh", "Kh¸nh".
_SIGN_IN_WORD = re.compile("[A-Za-z][¡-¬®-¾]+[A-Za-z]")
_VIETNAMESE_WORD = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
# UTF-8 taken for Windows-1252: "Huyá»‡n" for "Huyện", "Ä‘" for "đ", "Æ°" for "ư".
_TWICE_ENCODED = re.compile("á[º»].|Ä[‘\x91\u0090\ufffd]|Æ[°¡]|Ã[¡-¿]")
_DECLARED = re.compile(rb"""charset[ ='"\t\r\n]*([^ ='"\t\r\n>;/]{1,30})""")
_LOST_LETTER = re.compile("\\w[?\ufffd]+\\w|^[?\ufffd]+\\w|\ufffd")


def likely_encodings(start: bytes, named: Sequence[str] = ()) -> Sequence[str]:
    """Return the encodings to try, the likeliest first; `named` are those that the text itself says it is in.

    >>> likely_encodings("Năm".encode("utf-16-be")), likely_encodings(b"Nam")
    (['utf-16-be'], ['utf-8', 'cp1258'])
    """
    if marked := next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None):
        return [marked]
    if b"\0" in start[:1000]:
        even, odd = start[:1000:2].count(0), start[1:1000:2].count(0)
        return ["utf-16-le" if odd > even else "utf-16-be"]
    return ["utf-8", *named, "cp1258"]


def plain_start(content: bytes) -> bytes:
    """Return the first letters of a file that is text, in lower case, without its byte order mark."""
    start = content[:2000]
    for mark in MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip().lower()


def decode_page(page: bytes) -> tuple[str, str]:
    """Return the text of a web page and its encoding: the declared one if the page decodes in it."""
    declared = _DECLARED.search(page[:4096].lower())
    for encoding in likely_encodings(page, [declared[1].decode("ascii", "replace")] if declared else []):
        try:
            return page.decode(encoding), encoding.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return page.decode("latin-1"), "latin-1"


def fits(start: str, encoding: str) -> bool:
    """Return whether the start of a text makes sense in the encoding that it was decoded from.

    Windows-1258 decodes all bytes, to letters with loose tones: a tone without a vowel means another encoding.
    """
    return encoding != "cp1258" or not any(map(unicodedata.combining, composed(start)))


def composed(text: str) -> str:
    """Return a text with its letters and marks composed (NFC), in time that grows with its length."""
    if text.isascii():
        return text
    if len(text) <= SHORT:
        return unicodedata.normalize("NFC", text)
    run, kept = 0, []
    for sign in text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run <= MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def clean_text(text: str) -> str:
    """Return the text of a cell: no longer than a label, composed, and without the formula that only protects it.

    >>> clean_text('="010"')
    '010'
    """
    text = composed(text[:LONGEST_TEXT])
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].replace('""', '"')
    return text


# ------------------------------------------------------------------------ letters that cannot be read


def undecodable(start: bytes) -> Refusal:
    """Return the reason to refuse a text in no known encoding."""
    lines = enumerate(start.decode("latin-1").splitlines(), 1)
    is_text = min(start.translate(None, b"\t\r\n\f"), default=0) >= ord(" ")
    cells = ((f"A{row}", line[:LONGEST_TEXT]) for row, line in lines)
    lost = lost_letters(cells) if is_text else None
    return lost or Refusal("undecodable-text", phrase("The text is in an unknown encoding."))


def lost_letters(cells: Iterable[tuple[str, str]]) -> Refusal | None:
    """Return the reason to refuse cells (address, text) with letters that cannot be read; None where all can be.

    A single strange word may be a name or a symbol in a note. Several are reported if their cells have no correct
    word, or if they outnumber the correct words of the file.
    """
    suspects = [(address, text) for address, text in cells if not text.isascii() or "?" in text]
    correct = sum(_count(_VIETNAMESE_WORD, text) for _, text in suspects)
    foreign = [(address, text) for address, text in suspects if not _VIETNAMESE_WORD.search(text)]
    if found := _first_addresses(suspects, _TWICE_ENCODED, correct):
        message = phrase("The text was encoded twice, so that “ệ” became “á»‡” ({cells}).", cells=found)
        return Refusal("undecodable-text", message)
    legacy = _first_addresses(suspects, _LEGACY_WORD, max(correct, SEVERAL))
    if any(_SIGN_IN_WORD.search(text) for _, text in foreign):
        legacy = legacy or _first_addresses(suspects, _LEGACY_WORD, correct) or _first_addresses(foreign, _LEGACY_WORD)
    if legacy:
        message = phrase(
            "The text is typed in an old font (TCVN3 .VnTime or VNI), which cannot be read safely ({cells}).",
            cells=legacy,
        )
        return Refusal("legacy-encoding", message)
    if not correct and (found := _first_addresses(suspects, _LOST_LETTER)):
        message = phrase("Letters were lost when the file was saved: “?” replaces them ({cells}).", cells=found)
        return Refusal("undecodable-text", message)
    return None


def _first_addresses(cells: Sequence[tuple[str, str]], words: re.Pattern[str], most: int = 0) -> str | None:
    """Return the addresses of the first cells with such words; None for a few words, or no more than `most`."""
    counts = [(address, _count(words, text)) for address, text in cells]
    if sum(count for _, count in counts) <= max(most, SEVERAL - 1):
        return None
    found = [address for address, count in counts if count]
    return ", ".join(found[:SHOWN_CELLS]) + (" …" if len(found) > SHOWN_CELLS else "")


def _count(words: re.Pattern[str], text: str) -> int:
    return sum(words.search(word) is not None for word in text.split())
