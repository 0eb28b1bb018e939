"""Ways to damage a file at random: its bytes, its texts and numbers, the parts of a package, the cells of a table."""

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable

ODD_TEXTS = [
    "", " ", "-", "…", "...", "1.234", "1,5", "12 người", "hai mươi", "-4", "9" * 20, "1e400", "nan", "inf", "TRUE",
    "=1+1", "=cmd|' /C calc'!A0", "#DIV/0!", "\x1b[31mđỏ\x1b[0m", "[bold red]x[/]", "\u202etxet", "Tổng cộng",
    "Năm 2024", "2025", "Hoa Lư", "Huyện Gia Viển", "Họ và tên", "Số cơ sở giáo dục", "x" * 40_000, "\ud7ff", "\x85",
    "0" * 400, "{}{{0}}%s", "a\u0301" * 5000, "\ufffe\uffff", "../../../etc/passwd", "true", "[[", "}", '"', "'", "\n",
]  # fmt: skip
ODD_NUMBERS = [
    "0", "-1", "1", "2", "255", "256", "16384", "65536", "1048576", "1048577", "2147483648", "4294967295", "9" * 20,
    "1e308", "-1e308", "0.1", "1e-320", "0x10", "٣", "1_000", "",
]  # fmt: skip
LONGEST_REPEAT = 2**21  # bytes
_NUMBER = re.compile(rb"\d+")
_QUOTED = re.compile(rb'"[^"<>\n]{0,80}"')
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_LINE = re.compile(rb"^[^\n]+\n", re.MULTILINE)  # without ^, a long line takes the square of its length


def mutated_bytes(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or cut off."""
    mutant = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(mutant) or 1)
        match dice.randrange(5):
            case 0:
                mutant[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del mutant[at : at + dice.randint(1, 64)]
            case 2:
                mutant[at:at] = mutant[at : at + dice.randint(1, 64)]
            case 3:
                mutant[at:at] = dice.randbytes(dice.randint(1, 16))
            case 4 if dice.random() < 0.3:
                del mutant[at:]
    return bytes(mutant)


def mutated_text(content: bytes, dice: random.Random) -> bytes:
    """Numbers, quoted texts, tags or lines made odd, left out, moved or repeated thousands of times."""
    for _ in range(dice.randint(1, 3)):
        pattern = dice.choice([_NUMBER, _NUMBER, _QUOTED, _TAG, _LINE])
        places = [match.span() for match in pattern.finditer(content)]
        if not places:
            content = mutated_bytes(content, dice)
            continue
        start, end = dice.choice(places)
        found = content[start:end]
        other_start, other_end = dice.choice(places)
        number, text = dice.choice(ODD_NUMBERS).encode(), dice.choice(ODD_TEXTS).encode("utf-8", "surrogatepass")
        quoted = b'"' + text + b'"' if pattern is _QUOTED else text
        new = {
            0: number if pattern is _NUMBER else quoted,
            1: quoted,
            2: b"",
            3: content[other_start:other_end],
            4: found * min(dice.choice([2, 10, 5000]), 2 + LONGEST_REPEAT // max(1, len(found))),
            5: found + content[other_start:other_end],
        }[dice.choice([0, 0, 0, 1, 2, 3, 4, 5])]
        content = content[:start] + new + content[end:]
    return content


def mutated_package(content: bytes, dice: random.Random) -> bytes:
    """One part of a zip damaged, left out, renamed or doubled, and packed again so that readers get to see it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        parts = {member.filename: before.read(member) for member in before.infolist() if not member.flag_bits & 1}
        telling = [part for part in parts if re.search("sheet|Strings|styles|content|document|rels|workbook", part)]
        chosen = dice.choice(telling or list(parts))
        match dice.randrange(12):
            case 0:
                other = dice.choice(list(parts))  # the same one in a package of one part
                parts[other] = parts.pop(chosen)
            case 1:
                del parts[chosen]
            case 2:
                parts[chosen.swapcase()] = mutated_text(parts[chosen], dice)
            case 3 | 4:
                parts[chosen] = mutated_bytes(parts[chosen], dice)
            case _:
                parts[chosen] = mutated_text(parts[chosen], dice)
        for name, part in parts.items():
            after.writestr(name, part)
    return packed.getvalue()


def mutated_csv(content: bytes, dice: random.Random) -> bytes:
    """Odd texts in a few cells, rows or columns moved, doubled or left out, in some encoding with some separator."""
    delimiter = ";" if b";" in content[:500] else ","
    lines = content.decode("utf-8", "replace").split("\n")
    rows = [line.rstrip("\r").split(delimiter) for line in lines]
    for _ in range(dice.randint(1, 6)):
        _shake(rows, dice)
    text = io.StringIO()
    csv.writer(text, delimiter=dice.choice(",;\t|"), quoting=dice.choice([0, 1])).writerows(rows)
    return text.getvalue().encode(dice.choice(["utf-8", "utf-16", "utf-8-sig", "utf-16-be", "cp1258"]), "replace")


def _shake(rows: list[list[str]], dice: random.Random) -> None:
    at = dice.randrange(len(rows) or 1)
    if not rows or not rows[at]:
        return
    column = dice.randrange(len(rows[at]))
    match dice.randrange(8):
        case 0 | 1 | 2:
            rows[at][column] = dice.choice(ODD_TEXTS + ODD_NUMBERS)
        case 3:
            del rows[at]
        case 4:
            rows.insert(dice.randrange(len(rows)), list(rows[at]))
        case 5:
            for row in rows:
                del row[column : column + 1]
        case 6:
            rows[at] = rows[at] * dice.choice([2, 100])
        case 7:
            rows.extend([rows[at]] * dice.choice([10, 1000]))


def either(*mutations: Callable[[bytes, random.Random], bytes]) -> Callable[[bytes, random.Random], bytes]:
    def mutated(content: bytes, dice: random.Random) -> bytes:
        return dice.choice(mutations)(content, dice)

    return mutated
