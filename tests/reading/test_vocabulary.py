import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.errors import PlanError
from gbv_kpi.plan import Plan
from gbv_kpi.reading.labels import Kind, Meaning
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import without_diacritics
from gbv_kpi.reading.row_names import RowKind, kind_by_name
from tests.reading.sending import PLAN, Form

VOCABULARY = Vocabulary(PLAN)


def field_of(text: str) -> str | None:
    return VOCABULARY.explain(text).field


def meaning_of(*path: str) -> Meaning:
    return VOCABULARY.meaning([VOCABULARY.explain(text) for text in path])


LABEL_AND_FIELD = [(label, field.id) for field in PLAN.fields for label in (field.label.vi, *field.aliases)]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
CASES: list[Callable[[str], str]] = [str.upper, str.lower, str.title, str.capitalize, str]


@given(
    st.sampled_from(LABEL_AND_FIELD),
    st.sampled_from(FORMS),
    st.sampled_from(CASES),
    st.sampled_from([" ", "  ", "\n", "\r\n", "\u00a0", "\t", " \n "]),
    st.sampled_from(["", "1. ", "2.1 ", "- ", "a) ", "Trong đó: "]),
    st.sampled_from(["", " (người)", " (vụ)", "\n(3)", " ", ":"]),
    st.booleans(),
)
def test_a_label_in_any_spelling_finds_its_field(
    named: tuple[str, str], form: Form, case: Callable[[str], str], gap: str, before: str, after: str, plain: bool
) -> None:
    label, field = named
    text = unicodedata.normalize(form, case(before + gap.join(label.split(" ")) + after))
    assert field_of(without_diacritics(text) if plain else text) == field


@given(
    st.sampled_from(LABEL_AND_FIELD),
    st.sampled_from(["chưa", "không", "nữ", "nam", "dự kiến", "tỷ lệ", "trẻ em", "2022"]),
    st.data(),
)
def test_a_label_with_a_word_more_is_no_field(named: tuple[str, str], added: str, data: st.DataObject) -> None:
    label_words = named[0].split(" ")
    at = data.draw(st.integers(0, len(label_words)))
    assert field_of(" ".join([*label_words[:at], added, *label_words[at:]])) is None


@given(st.sampled_from(LABEL_AND_FIELD), st.data())
def test_a_label_with_one_wrong_diacritic_is_no_field(named: tuple[str, str], data: st.DataObject) -> None:
    label, _ = named
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = unicodedata.normalize("NFD", label)
    places = [place for place, letter in enumerate(letters) if letter in tones]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([tone for tone in tones if tone != letters[place]]))
    assert field_of(letters[:place] + other + letters[place + 1 :]) is None


@given(st.text(max_size=40))
def test_no_other_text_is_a_field(text: str) -> None:
    assert field_of("x" + text) is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Số người bị BLTCSG", "victims"),
        ("Số người bị BLG", "victims"),
        ("Số CBCC phụ trách công tác BĐG được tập huấn", "officials_trained"),
        ("Số CB, CC phụ trách BĐG", "officials"),
        ("Số người HĐKCT cấp thôn, TDP", "village_workers"),
        ("Số CSGD lồng ghép tuyên truyền", "schools_integrating"),
        ("so nguoi bi bltcsg", "victims"),
        ("victims_seeking_help", "victims_seeking_help"),
        ("Cases helped", "cases_helped"),
        ("Số trường hợp đã được trợ giúp", "cases_helped"),
        ("Số người bị BLTCSG trong năm", "victims"),
        ("Số TH có nhu cầu được trợ giúp", "cases_needing_help"),
        (
            "Số CSGD tổ chức lồng ghép các hoạt động tuyên truyền về PN&ƯP với BLTCSG, bạo lực học đường",
            "schools_integrating",
        ),
    ],
)
def test_abbreviations_ids_and_english_labels_name_their_field(text: str, field: str) -> None:
    assert field_of(text) == field


@pytest.mark.parametrize(
    ("upper", "lower", "field"),
    [
        ("Cơ sở giáo dục", "Tổng số", "schools"),
        ("Cơ sở giáo dục", "TS", "schools"),
        ("Cơ sở giáo dục", "Có lồng ghép tuyên truyền", "schools_integrating"),
        ("NGƯỜI BỊ BLTCSG", "Tìm kiếm sự trợ giúp", "victims_seeking_help"),
        ("Trường hợp có nhu cầu trợ giúp", "Được trợ giúp", "cases_helped"),
    ],
)
def test_a_two_level_heading_names_its_field(upper: str, lower: str, field: str) -> None:
    assert meaning_of(upper, lower) == Meaning(field)


def test_lower_heading_means_what_its_upper_heading_says() -> None:
    assert field_of("Được tập huấn") is None
    officials = meaning_of("Cán bộ, công chức phụ trách công tác bình đẳng giới", "Được tập huấn")
    villages = meaning_of("Người hoạt động không chuyên trách cấp thôn, tổ dân phố", "Được tập huấn")
    assert (officials.field, villages.field) == ("officials_trained", "village_workers_trained")


def test_a_share_under_a_fields_heading_is_no_field() -> None:
    assert [kind for kind, _ in meaning_of("Cơ sở giáo dục", "Tỷ lệ (%)").against] == [Kind.RATE]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("STT", Kind.NUMBERING),
        ("TT", Kind.NUMBERING),
        ("ĐVT", Kind.MEASURE),
        ("Đơn vị tính", Kind.MEASURE),
        ("Đơn vị", Kind.UNIT),
        ("TÊN ĐƠN VỊ", Kind.UNIT),
        ("Mã đơn vị", Kind.CODE),
        ("Năm báo cáo", Kind.YEAR),
        ("Ghi chú", Kind.NOTE),
        ("Số liệu", Kind.ACTUAL),
    ],
)
def test_the_frame_of_a_table_is_known(text: str, role: Kind) -> None:
    assert VOCABULARY.explain(text).only({role})


@pytest.mark.parametrize(
    "text",
    [
        "Tổng cộng",
        "TỔNG SỐ:",
        "Cộng",
        "Toàn tỉnh",
        "Tổng cộng (8 đơn vị)",
        "Cộng các huyện",
        "Tỉnh Ninh Bình",
        "TONG CONG",
        "T.cộng",
    ],
)
def test_a_total_is_known_by_its_name(text: str) -> None:
    assert kind_by_name(text, VOCABULARY, is_unit=True) is RowKind.TOTAL


@pytest.mark.parametrize(
    "text", ["Công an", "Thành phố Ninh Bình", "Ninh Bình", "Huyện Kim Sơn", "Tổng số cơ sở", "Quận 1", "Xã A", ""]
)
def test_other_names_are_no_total(text: str) -> None:
    assert kind_by_name(text, VOCABULARY, is_unit=True) is RowKind.RETURN


def test_a_label_of_two_fields_is_a_mistake_of_the_plan(plan: Plan) -> None:
    first, second, *others = plan.fields
    doubled = second.model_copy(update={"aliases": (first.label.vi,)})
    with pytest.raises(PlanError, match="victims_seeking_help also means the field victims"):
        Vocabulary(plan.model_copy(update={"fields": (first, doubled, *others)}))


@pytest.mark.parametrize("text", ["Toàn tỉnh Ninh Bình", "TỔNG CỘNG TỈNH NINH BÌNH", "Tổng 8 huyện, thành phố"])
def test_a_total_may_name_the_province_or_count_units(text: str) -> None:
    assert kind_by_name(text, VOCABULARY, is_unit=False) is RowKind.TOTAL


@pytest.mark.parametrize(
    "text",
    [
        "Tỷ lệ (%)",
        "Bình quân",
        "So với cùng kỳ",
        "So với năm 2022",
        "Khu vực đô thị",
        "Ghi chú",
        "Kế hoạch năm",
        "% đạt",
    ],
)
def test_a_line_that_is_neither_a_unit_nor_a_sum_is_known(text: str) -> None:
    assert kind_by_name(text, VOCABULARY, is_unit=True) is RowKind.ASIDE
