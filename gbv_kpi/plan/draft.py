"""Draft a plan file from the text of a plan: quote its target sentences, with the numbers and years that rules find.

Rules only: what they cannot decide is marked `# ?` for the officer, and what they do not understand is left out.
Their words and patterns are in `draft.toml`.
"""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import tomli
from jinja2 import Template

from gbv_kpi.errors import UsageError

MAX_UNPACKED = 100 * 2**20  # bytes: a plan's text has some hundred thousand

_WORDS = tomli.loads((Path(__file__).parent / "draft.toml").read_text("utf-8"))
COMPARATORS, NOUNS = _WORDS["comparators"], _WORDS["nouns"]
PATTERNS = {name: re.compile(pattern) for name, pattern in _WORDS["patterns"].items()}
PLAIN = ("đạt", "có", "lên", "còn")  # demands nothing of a count: "có 05 mô hình" may state a fact
NUMBER = r"\d+(?:[.,]\d+)*"
FIGURE = re.compile(
    rf"(?:\b(?P<words>{'|'.join(COMPARATORS.values())})\s+)?(?P<about>(?:(?:khoảng|mức|từ|trung bình|bình quân)\s+)*)"
    rf"(?<![\d/.,])(?P<number>{NUMBER})(?:\s*(?:[-–]|đến)\s*(?P<upper>{NUMBER}))?"
    rf"\s*(?P<unit>%|lần\b|(?:{'|'.join(NOUNS.values())})\b)(?P<more>\s+trở lên)?",
    re.IGNORECASE,
)
DIRECTION = re.compile(r"\b(giảm|tăng)(?:\s+(?:hằng năm|hàng năm|mỗi năm|thêm|được))?$")


@dataclass(frozen=True)
class Bound:
    """One number of a target sentence."""

    year: int
    key: str
    number: str
    is_doubtful: bool


@dataclass(frozen=True)
class Target:
    """A sentence and the thresholds that it sets for one figure."""

    quote: str
    measure: str
    counts: str | None  # the kind of things counted; None if no known word follows
    label: str
    bounds: tuple[Bound, ...]
    base_year: int | None = None


def text_of_document(content: bytes) -> str:
    """Return the text of a Word document, tables included, or of a UTF-8 text. Raises `UsageError` for another file."""
    import docx
    from docx.oxml.ns import qn

    try:
        if not content.startswith(b"PK"):
            return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
        with zipfile.ZipFile(BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        body = docx.Document(BytesIO(content)).element.body if size <= MAX_UNPACKED else None
    except Exception as error:  # a damaged file can fail at every step: its zip, its XML, its parts
        raise UsageError("The plan's text cannot be read: save it as .docx or as UTF-8 text.") from error
    if body is None:
        raise UsageError("The Word document is too large to be opened safely.")
    lines = ("".join(run.text or "" for run in paragraph.iter(qn("w:t"))) for paragraph in body.iter(qn("w:p")))
    return unicodedata.normalize("NFC", "\n".join(lines))


def targets_in(text: str, first: int, last: int) -> Iterator[Target]:
    """Yield the targets of a plan that runs from `first` to `last`."""
    horizon: int | None = None  # the year in the line that introduces a list
    for line in _target_lines(text.splitlines()):
        if line.rstrip().endswith(":") and not FIGURE.search(line):
            horizon = next((int(year) for year in reversed(PATTERNS["year"].findall(line))), horizon)
            continue
        inherited = horizon
        for clause in re.split(r";\s*|(?<=[^\d\s])\.\s+(?=[^\W\d_a-z])", line):
            quote = PATTERNS["mark"].sub("", clause.strip()).rstrip(" .;,")
            if not PATTERNS["no_target"].search(quote):
                found = list(_targets_in_clause(quote, first, last, inherited))
                inherited = found[-1].bounds[-1].year if found and PATTERNS["year"].search(quote) else inherited
                yield from found


def _target_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines under headings of targets; if there is none, all lines that are under no other heading."""
    kept = [" ".join(line.split()) for line in lines if line.strip()]
    has_heading = any(PATTERNS["targets"].search(line) and _is_heading(line) for line in kept)
    is_target = not has_heading
    for line in kept:
        if _is_heading(line):
            is_target = bool(PATTERNS["targets"].search(line)) or (
                is_target and not PATTERNS["other_part"].search(line)
            )
        if is_target:
            yield line


def _is_heading(line: str) -> bool:
    is_marked = line.isupper() or line.endswith(":") or bool(PATTERNS["heading"].match(line))
    return is_marked and "%" not in line and len(line) < 200


def _targets_in_clause(quote: str, first: int, last: int, inherited: int | None) -> Iterator[Target]:
    """Yield the targets of one clause: numbers of different years belong to one figure, those of one year do not."""
    base = PATTERNS["base"].search(quote)
    spans = [match.span() for match in (base, PATTERNS["period"].search(quote)) if match]
    years = [
        (match.start(), int(match[1]))
        for match in PATTERNS["year"].finditer(quote)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    figures = [match for match in FIGURE.finditer(quote) if _is_threshold(match, quote)]
    if any(year < first for _, year in years):
        return
    groups: list[tuple[str, list[tuple[re.Match[str], Bound]]]] = []  # the measure and the numbers of each figure
    for match in [figure for figure in figures if figure["unit"] == "%"] or figures:
        year, is_guess = _year_of(match, figures, years, quote, (first, last, inherited))
        measure, bound = _bound(match, quote, year)
        last_measure, earlier = groups[-1] if groups else ("", [])
        is_further_year = year not in [other.year for _, other in earlier]
        is_bare = not match["words"] and not re.search(r"(?:giảm|tăng)\s*$", quote[: match.start()])
        if earlier and is_further_year and is_bare and last_measure in (measure, "change"):
            lead = earlier[-1][1]  # its comparator applies to this number too
            is_odd = lead.is_doubtful or bool(match["upper"] or "khoảng" in match["about"])
            number = f"-{bound.number}" if lead.number.startswith("-") else bound.number
            bound = Bound(year, lead.key, number, is_odd)
        elif last_measure != measure or not is_further_year:
            groups.append((measure, []))
        groups[-1][1].append((match, replace(bound, is_doubtful=bound.is_doubtful or is_guess)))
    for measure, found in groups:
        label = _label(quote, found[0][0], found[-1][0])
        kinds = (kind for kind, nouns in NOUNS.items() if re.match(rf"(?:{nouns})\b", label, re.IGNORECASE))
        base_year = int(base[1]) if base and measure == "change" else None
        yield Target(quote, measure, next(kinds, None), label, tuple(bound for _, bound in found), base_year)


def _label(quote: str, first: re.Match[str], last: re.Match[str]) -> str:
    """Return the label of the numbers from `first` to `last`: the words after them, else those before."""
    tail = quote[last.end() if last["unit"] in ("%", "lần") else last.start("unit") :]
    tail = re.sub(
        r"^[\s,]*(?:/năm|(?:hằng|hàng|mỗi) năm|số|các|những|tổng số|tỷ lệ|\s)*\s*", "", tail, flags=re.IGNORECASE
    )
    if not tail or PATTERNS["year"].match(tail.removeprefix("vào ")) or PATTERNS["base"].match(tail):
        return quote[: first.start()].strip(" ,") or quote
    return tail


def _is_threshold(match: re.Match[str], quote: str) -> bool:
    """Return whether the sentence demands a number: counts and ratios only with a comparator."""
    words = (match["words"] or "").lower()
    if match["unit"] == "%" or (words and words not in PLAIN):
        return True
    return match["unit"].lower() == "lần" and (words in COMPARATORS["at_most"].split("|") or "còn" in quote)


def _year_of(
    match: re.Match[str],
    figures: list[re.Match[str]],
    years: list[tuple[int, int]],
    quote: str,
    plan: tuple[int, int, int | None],
) -> tuple[int, bool]:
    """Return the year from which a number is demanded, and whether that is a guess."""
    first, last, inherited = plan
    before = [year for start, year in years if start < match.start()]
    following = next((other.start() for other in figures if other.start() > match.start()), len(quote))
    after = [year for start, year in years if match.end() <= start < following]
    if years and years[0][0] < figures[0].start():
        return (before[-1] if before else last), not before
    if after:
        return after[0], False
    if before:
        return before[-1], True
    if PATTERNS["yearly"].search(quote):
        return first, False
    return (inherited, False) if inherited else (last, True)


def _bound(match: re.Match[str], quote: str, year: int) -> tuple[str, Bound]:
    """Return the measure of a figure and what is demanded of it."""
    words = (match["words"] or "").lower()
    key = next((key for key, known in COMPARATORS.items() if words in known.split("|")), "at_least")
    measure = {"%": "percent", "lần": "ratio"}.get(match["unit"].lower(), "count")
    number = _toml_number(match["number"], is_count=measure == "count")
    is_range = bool(match["upper"])
    is_odd = is_range or "khoảng" in match["about"].lower() or (not words and number != "100")
    lead = quote[: match.start()].lower().rstrip()
    if measure == "percent" and key not in ("at_most", "below") and (direction := DIRECTION.search(lead)):
        is_steady = bool(PATTERNS["yearly"].search(quote) or PATTERNS["base"].search(quote))
        key, number = ("at_most", f"-{number}") if direction[1] == "giảm" else ("at_least", number)
        return "change", Bound(year, key, number, not is_steady or is_range)
    if measure == "ratio" and "giảm" in lead and not words:
        key = "at_most"
    return measure, Bound(year, key, number, (is_odd and not match["more"]) or "trong đó" in lead)


def _toml_number(text: str, *, is_count: bool) -> str:
    """Return a Vietnamese number in TOML: 1,7 is 1.7, and 1.000 people are 1000."""
    whole = is_count or bool(re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text))
    plain = text.replace(".", "") if whole else text
    integer, _, decimals = plain.replace(",", ".").partition(".")
    return str(int(integer)) + (f".{decimals}" if decimals.strip("0") else "")


def drafted(text: str, schema: str) -> str:
    """Return a plan file with the targets of the text; `# ?` marks what the officer must decide.

    Raises `UsageError` for a text without a target.
    """
    period, issued, number, place = (PATTERNS[n].search(text) for n in ("period", "issued", "number_line", "place"))
    years = [int(year) for year in PATTERNS["year"].findall(text)]
    last = int(period[2]) if period else max(years, default=0)
    first = int(period[1]) if period else int(issued[3]) if issued else min(years, default=last)
    targets = list(targets_in(text, first, last)) if last else []
    if not targets:
        raise UsageError("No sentence with a target was found: start from gbv-kpi plan new instead.")
    title = PATTERNS["title"].search(text)
    layout = Path(__file__).with_suffix(".toml.j2").read_text("utf-8")
    template = Template(layout, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    file: str = template.render(
        quoted=_quoted,
        schema=schema,
        targets=targets,
        first=first,
        last=last,
        period=period,
        number=number and number[1],
        issued=issued and f"{issued[3]}-{int(issued[2]):02}-{int(issued[1]):02}",
        title=title and " ".join(title[1].split()),
        place=place and place[1][:1].upper() + place[1][1:],
        doubt="  # ?",
    )
    return file


def _quoted(text: str) -> str:
    """Return a text in TOML, without control characters."""
    return json.dumps("".join(sign for sign in text if sign.isprintable()), ensure_ascii=False)
