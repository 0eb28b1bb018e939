"""A small plan file, to be changed in a test."""

from pathlib import Path

PLAN = """\
schema = "gbv-kpi/plan/1"
id = "small"
number = "1/KH-UBND"
issued = 2026-01-02
first_year = 2026
last_year = 2030
title = { vi = "Kế hoạch nhỏ", en = "A small plan" }
place = { vi = "Tỉnh Thử", en = "Trial province" }

[[field]]
id = "victims"
label = { vi = "Số người bị bạo lực", en = "Victims" }
counts = "people"

[[field]]
id = "seeking"
label = { vi = "Số người tìm kiếm", en = "Victims who sought help" }
counts = "people"
part_of = "victims"

[[indicator]]
id = "help"
title = { vi = "Tìm kiếm sự trợ giúp", en = "Help-seeking" }
quote = "tối thiểu 50%"
numerator = ["seeking"]
denominator = ["victims"]
thresholds = [{ from = 2026, at_least = 50 }]
source = { text = "Kế hoạch số 1/KH-UBND", kind = "full text" }
"""
UNITS = """
[[unit]]
code = "1"
name = "Xã A"
until = 2027-06-30
merged_into = "2"

[[unit]]
code = "2"
name = "Xã B"
"""


def plan_file(folder: Path, text: str = PLAN, name: str = "plan.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
