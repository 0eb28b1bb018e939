"""Draft a plan file from the text of a plan: its target sentences, quoted, with the numbers and years that rules find.

Rules only: what they cannot decide is marked `# ?` for the officer, and what they do not understand is left out.
"""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase

MAX_UNPACKED = 100 * 2**20  # bytes: a plan's text has some hundred thousand

# Words right before a number, the longer ones first: "không dưới" is not "dưới".
COMPARATORS = {
    "at_least": "không dưới|không thấp hơn|không ít hơn|tối thiểu|ít nhất|đạt tỷ lệ|đạt|có|lên|duy trì|bảo đảm|đảm bảo",
    "at_most": "không quá|không vượt quá|không cao hơn|tối đa|nhiều nhất|xuống còn|còn",
    "above": "trên|hơn|cao hơn|vượt",
    "below": "dưới|thấp hơn",
}
PLAIN = ("đạt", "có", "lên", "còn")  # not of a count: "có 05 mô hình" may say what there is
NOUNS = {
    "households": "hộ",
    "communes": "xã|phường|thị trấn",
    "events": "cuộc|buổi|lớp|hội nghị|chiến dịch",
    "cases": "vụ|trường hợp|ca",
    "places": "mô hình|cơ sở|trường|trung tâm|nhà tạm lánh|địa chỉ|câu lạc bộ|đơn vị|kênh|huyện|tỉnh",
    "people": "người|cán bộ|nạn nhân|cộng tác viên|phụ nữ|học sinh|công chức|trẻ em",
}
NUMBER_LINE = re.compile(r"\b(\d+/(?:KH|QĐ|NQ|CTr|ĐA)-[A-ZĐ]+)")
ISSUED = re.compile(r"ngày\s+(\d{1,2})(?:\s+tháng\s+|/)(\d{1,2})(?:\s+năm\s+|/)(20\d\d)", re.IGNORECASE)
PLACE = re.compile(r"\b((?:tỉnh|thành phố)(?:\s+[A-ZĐÀ-Ỹ][\w]*)+)")
NUMBER = r"\d+(?:[.,]\d+)*"
FIGURE = re.compile(
    rf"(?:\b(?P<words>{'|'.join(COMPARATORS.values())})\s+)?(?P<about>(?:(?:khoảng|mức|từ|trung bình|bình quân)\s+)*)"
    rf"(?<![\d/.,])(?P<number>{NUMBER})(?:\s*(?:[-–]|đến)\s*(?P<upper>{NUMBER}))?"
    rf"\s*(?P<unit>%|lần\b|(?:{'|'.join(NOUNS.values())})\b)(?P<more>\s+trở lên)?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!/)(?:\bnăm\s+|\bđến\s+(?:hết\s+|cuối\s+)?|[-–]\s*)(20\d\d)\b", re.IGNORECASE)
BASE = re.compile(r"so với\s+(?:cuối\s+)?(?:năm\s+)?(20\d\d)", re.IGNORECASE)
YEARLY = re.compile(r"\b(?:hằng|hàng|mỗi)\s+năm\b|/năm\b", re.IGNORECASE)
PERIOD = re.compile(r"giai đoạn\s+(20\d\d)\s*[-–]\s*(20\d\d)", re.IGNORECASE)
NO_TARGET = re.compile(
    r"\bđã\s+(?:đạt|có|được|giảm|tăng)|đạt được|năm qua|(?<!phát )hiện (?:nay|có)|cùng kỳ"
    r"|theo (?:điều tra|khảo sát|thống kê|báo cáo)|ước tính|kinh phí|ngân sách"
    r"|\bmỗi\s+(?:xã|phường|huyện|đơn vị|tỉnh|thôn|cơ sở|trường)",
    re.IGNORECASE,
)
HEADING = re.compile(r"^(?:[IVX]+|\d+(?:\.\d+)*|[a-zđ])[.)]\s")
TARGETS = re.compile(r"mục tiêu|chỉ tiêu", re.IGNORECASE)
OTHER_PART = re.compile(
    r"nhiệm vụ|giải pháp|tổ chức|kinh phí|phân công|yêu cầu|quan điểm|phạm vi|kết quả|thực trạng|căn cứ",
    re.IGNORECASE,
)
MARK = re.compile(
    r"^(?:(?:[-–+•*]|[a-zđ][.)]|\d+(?:\.\d+)*[.)]|(?:chỉ tiêu|mục tiêu)\s+\d+(?:\.\d+)*\s*[:.])\s*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Bound:
    """One number of a target sentence."""

    year: int
    key: str
    number: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A sentence and the thresholds that it sets for one figure."""

    quote: str
    measure: str
    counts: str | None  # what the number is of; None where no known word follows it
    label: str
    bounds: tuple[Bound, ...]
    base_year: int | None = None


def text_of_document(content: bytes) -> str:
    """Return the text of a Word document, tables included, or of a UTF-8 text. Raises `UsageError` for another file."""
    if not content.startswith(b"PK"):
        try:
            return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise UsageError(phrase("The plan's text cannot be read: save it as .docx or as UTF-8 text.")) from error
    import docx
    from docx.oxml.ns import qn

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UsageError(phrase("The Word document is too large to be opened safely."))
        body = docx.Document(BytesIO(content)).element.body
    except UsageError:
        raise
    except Exception as error:  # a damaged file can fail at every step: its zip, its XML, its parts
        raise UsageError(phrase("The plan's text cannot be read: save it as .docx or as UTF-8 text.")) from error
    lines = ("".join(run.text or "" for run in paragraph.iter(qn("w:t"))) for paragraph in body.iter(qn("w:p")))
    return unicodedata.normalize("NFC", "\n".join(lines))


def targets_in(text: str, first: int, last: int) -> Iterator[Target]:
    """Yield the targets of a plan that runs from `first` to `last`."""
    horizon: int | None = None  # of the line that introduces a list
    for line in _target_lines(text.splitlines()):
        if line.rstrip().endswith(":") and not FIGURE.search(line):
            horizon = next((int(year) for year in reversed(YEAR.findall(line))), horizon)
            continue
        inherited = horizon
        for clause in re.split(r";\s*|(?<=[^\d\s])\.\s+(?=[^\W\d_a-z])", line):
            quote = MARK.sub("", clause.strip()).rstrip(" .;,")
            if not NO_TARGET.search(quote):
                found = list(_of_clause(quote, first, last, inherited))
                inherited = found[-1].bounds[-1].year if found and YEAR.search(quote) else inherited
                yield from found


def _target_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines under headings of targets; of a text without one, all that are under no other heading."""
    kept = [" ".join(line.split()) for line in lines if line.strip()]
    has_heading = any(TARGETS.search(line) and _is_heading(line) for line in kept)
    is_target = not has_heading
    for line in kept:
        if _is_heading(line):
            is_target = bool(TARGETS.search(line)) or (is_target and not OTHER_PART.search(line))
        if is_target:
            yield line


def _is_heading(line: str) -> bool:
    return "%" not in line and len(line) < 200 and (line.isupper() or bool(HEADING.match(line)) or line.endswith(":"))


def _of_clause(quote: str, first: int, last: int, inherited: int | None) -> Iterator[Target]:
    """Yield the targets of one clause: numbers of different years are one figure's, those of one year are not."""
    base = BASE.search(quote)
    spans = [match.span() for match in (base, PERIOD.search(quote)) if match]
    years = [
        (match.start(), int(match[1]))
        for match in YEAR.finditer(quote)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    figures = [match for match in FIGURE.finditer(quote) if _is_threshold(match, quote)]
    if any(year < first for _, year in years) or not figures:
        return
    percents = [match for match in figures if match["unit"] == "%"]
    groups: list[list[Bound]] = []
    targets: dict[int, Target] = {}
    measure = ""
    for match in percents or figures:
        year, is_guess = _year_of(match, figures, years, quote, (first, last, inherited))
        key, number, read_as, is_odd = _comparison(match, quote)
        goes_on = bool(groups) and not match["words"] and year not in [bound.year for bound in groups[-1]]
        if goes_on and measure in (read_as, "change") and not re.search(r"(?:giảm|tăng)\s*$", quote[: match.start()]):
            key, is_odd = (
                groups[-1][-1].key,
                groups[-1][-1].is_doubtful or bool(match["upper"] or "khoảng" in match["about"]),
            )
            number = f"-{number}" if groups[-1][-1].number.startswith("-") else number
        elif not groups or read_as != measure or year in [bound.year for bound in groups[-1]]:
            groups.append([])
            measure = read_as
        groups[-1].append(Bound(year, key, number, is_guess or is_odd))
        if len(groups[-1]) == 1:
            begin = match
        label = _label(quote, begin, match)
        counts = next(
            (kind for kind, nouns in NOUNS.items() if re.match(rf"(?:{nouns})\b", label, re.IGNORECASE)), None
        )
        base_year = int(base[1]) if base and measure == "change" else None
        targets[len(groups)] = Target(quote, measure, counts, label, tuple(groups[-1]), base_year)
    yield from targets.values()


def _label(quote: str, first: re.Match[str], last: re.Match[str]) -> str:
    """Return what the numbers from `first` to `last` are of: the words behind them, else those in front."""
    behind = quote[last.end() if last["unit"] in ("%", "lần") else last.start("unit") :]
    behind = re.sub(
        r"^[\s,]*(?:/năm|(?:hằng|hàng|mỗi) năm|số|các|những|tổng số|tỷ lệ|\s)*\s*", "", behind, flags=re.IGNORECASE
    )
    if not behind or YEAR.match(behind.removeprefix("vào ")) or BASE.match(behind):
        return quote[: first.start()].strip(" ,") or quote
    return behind


def _is_threshold(match: re.Match[str], quote: str) -> bool:
    """Whether a number is one that the sentence demands: of counts and ratios only with a comparator."""
    words = (match["words"] or "").lower()
    if match["unit"] == "%":
        return True
    if match["unit"].lower() == "lần":
        return words in COMPARATORS["at_most"].split("|") or bool(words and words not in PLAIN) or "còn" in quote
    return bool(words) and words not in PLAIN


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
    if YEARLY.search(quote):
        return first, False
    return (inherited, False) if inherited else (last, True)


def _comparison(match: re.Match[str], quote: str) -> tuple[str, str, str, bool]:
    """Return the key, the number and the measure of a figure, and whether they are a guess."""
    words = (match["words"] or "").lower()
    keys = (key for key, known in COMPARATORS.items() if words in known.split("|"))
    key = next(keys, "at_least") if words else "at_least"
    number = _toml_number(match["number"], is_count=match["unit"].lower() not in ("%", "lần"))
    measure = {"%": "percent", "lần": "ratio"}.get(match["unit"].lower(), "count")
    is_odd = bool(match["upper"]) or "khoảng" in match["about"].lower() or (not words and number != "100")
    is_odd = is_odd and not match["more"]
    lead = quote[: match.start()].lower().rstrip()
    turn = re.search(r"\b(giảm|tăng)(?:\s+(?:hằng năm|hàng năm|mỗi năm|thêm|được))?$", lead)
    if turn and measure == "percent" and key not in ("at_most", "below"):
        is_steady = bool(YEARLY.search(quote) or BASE.search(quote))
        key, number = ("at_most", f"-{number}") if turn[1] == "giảm" else ("at_least", number)
        return key, number, "change", not is_steady or bool(match["upper"])
    if measure == "ratio" and "giảm" in lead and not words:
        key = "at_most"
    if "trong đó" in lead:
        is_odd = True
    return key, number, measure, is_odd


def _toml_number(text: str, *, is_count: bool) -> str:
    """Return a Vietnamese number as TOML has it: 1,7 is 1.7, and 1.000 people are 1000."""
    whole = is_count or bool(re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text))
    plain = text.replace(".", "") if whole else text
    integer, _, decimals = plain.replace(",", ".").partition(".")
    return str(int(integer)) + (f".{decimals}" if decimals.strip("0") else "")


def drafted(text: str, schema: str) -> str:
    """Return a plan file with the targets of the text; `# ?` stands wherever the officer must decide.

    Raises `UsageError` for a text without a target.
    """
    period = PERIOD.search(text)
    years = [int(year) for year in YEAR.findall(text)]
    last = int(period[2]) if period else max(years, default=0)
    issued, number, place = ISSUED.search(text), NUMBER_LINE.search(text), PLACE.search(text)
    first = int(period[1]) if period else int(issued[3]) if issued else min(years, default=last)
    targets = list(targets_in(text, first, last)) if last else []
    if not targets:
        raise UsageError(phrase("No sentence with a target was found: start from gbv-kpi plan new instead."))
    title = re.search(r"^\s*KẾ HOẠCH\s*\n((?:\s*\S.*\n){1,3})", text, re.MULTILINE)
    name = _quoted(" ".join(title[1].split()) if title else "…")
    remark = "# Drafted by rules: compare every line with the plan; # ? marks what they could not decide."
    lines = [f"#:schema {schema}", remark, "", 'schema = "gbv-kpi/plan/1"', 'id = "my-plan"  # ?']
    lines += [f"number = {_quoted(number[1])}" if number else 'number = "…"  # ?']
    lines += [f"issued = {issued[3]}-{int(issued[2]):02}-{int(issued[1]):02}  # ?"] if issued else []
    lines += [f"first_year = {first}{'' if period else '  # ?'}", f"last_year = {last}{'' if period else '  # ?'}"]
    lines += [f"title = {{ vi = {name} }}{'' if title else '  # ?'}"]
    lines += [f"place = {{ vi = {_quoted(place[1][:1].upper() + place[1][1:] if place else '…')} }}  # ?"]
    source = f"source = {{ text = {_quoted(number[1] if number else '…')} }}{'' if number else '  # ?'}"
    for n, target in enumerate(targets, start=1):
        lines += ["", *_fields(target, n), "", *_indicator(target, n, source)]
    return "\n".join(lines) + "\n"


def _fields(target: Target, n: int) -> Iterator[str]:
    """Yield the fields of a target: the part that its number is of, and the whole."""
    kind = f'counts = "{target.counts}"' if target.counts else 'counts = "people"  # ?'
    has_whole = target.measure in ("percent", "ratio")
    for name, words in (
        ("part", f"Số {target.label}"),
        *([("whole", f"Tổng số của: {target.label}")] if has_whole else []),
    ):
        yield from ("[[field]]", f'id = "target_{n}_{name}"', f"label = {{ vi = {_quoted(words)} }}  # ?", kind)
        if name == "part" and target.measure == "percent":
            yield from (f'part_of = "target_{n}_whole"', "")


def _indicator(target: Target, n: int, source: str) -> Iterator[str]:
    yield from ("[[indicator]]", f'id = "target-{n}"  # ?', f"title = {{ vi = {_quoted(target.label)} }}  # ?")
    yield from (f"quote = {_quoted(target.quote)}", source, f'numerator = ["target_{n}_part"]')
    if target.measure in ("percent", "ratio"):
        yield f'denominator = ["target_{n}_whole"]'
    if target.measure != "percent":
        yield f'measure = "{target.measure}"'
    if target.base_year:
        yield f"base_year = {target.base_year}"
    yield "thresholds = ["
    for bound in target.bounds:
        cannot_be_met = target.measure == "percent" and bound.key == "above" and float(bound.number) >= 100
        override = ", override = { at_least = 100 }" if cannot_be_met else ""
        mark = "  # ?" if bound.is_doubtful or cannot_be_met else ""
        yield f"  {{ from = {bound.year}, {bound.key} = {bound.number}{override} }},{mark}"
    yield "]"


def _quoted(text: str) -> str:
    """Return a text as TOML has it; control characters are no part of a plan."""
    return json.dumps("".join(sign for sign in text if sign.isprintable()), ensure_ascii=False)
