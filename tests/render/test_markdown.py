"""--format md, read as text and as the page that a Markdown parser makes of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import ENGLISH, Bilingual, language, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.render.jinja import _escape_inline, escaped
from gbv_kpi.render.outcome import to_markdown
from tests.command import CASES, judge, of_2025, run, well_but, with_units_named, write_csv

PAGE = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.quick(1)
@pytest.mark.parametrize("tag", ["en", "vi"])
@pytest.mark.parametrize("case", ["tong-hop-2023.xlsx", "loi-2023.xlsx"])
def test_as_read_through_by_a_person(
    case: str, tag: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES)
    golden(f"{case.removesuffix('.xlsx')}.{tag}.md", run("check", case, "--format", "md", "--lang", tag).out)


def test_the_verdict_stands_before_everything_else(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(schools_integrating=18)}))
    lines = run("report", "--year", "2025", file, "--format", "md").out.splitlines()
    assert lines[4] == "**2025: Ninh Bình province meets 3 of 4 thresholds in force; 1 is missed.**"
    assert "| Education | Huyện Nho Quan | 18/20 = 90.0% | 2 (schools integrating) |" in lines


def test_tables_are_tables(tmp_path: Path, plan: Plan) -> None:
    page = PAGE.render(run("check", write_csv(tmp_path / "r.csv", plan, of_2025()), "--format", "md").out)
    assert page.count("<table>") == 2  # the units, and the files
    assert page.count("<tr>") == 1 + 7 + 2 + 2
    assert "<strong>Ninh Bình province</strong>" in page


def test_of_very_many_units_only_some_have_a_row(tmp_path: Path, plan: Plan) -> None:
    anywhere = plan.model_copy(update={"units": ()})
    rows = [(f"Xã {n}", 2025, well_but(schools_integrating=19 if n < 130 else 20)) for n in range(250)]
    text = to_markdown(Outcome("check", judge(tmp_path, anywhere, rows), (), ()), ENGLISH)
    assert "| … 230 more units |" in text
    assert "| … 110 more |" in text  # 130 units and the province miss
    assert "| Education | Ninh Bình province | 4870/5000 = 97.4% |" in text.replace(",", "")


HOSTILE = [
    "<script>alert(1)</script>",
    "a | b",
    "# Huyện ##",
    "**x** _y_ `z` ~~w~~",
    "[x](javascript:1)",
    "![x](http://a.b)",
    "&lt;b&gt;",
    "1. x",
    "- x",
    "> x",
    "---",
    "===",
    "\\",
    "x\n\n# y",
    "\x1b[31mred",
]


@pytest.mark.quick(2)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_only_text(tmp_path: Path, plan: Plan, text: str) -> None:
    named = with_units_named(plan.model_copy(update={"place": Bilingual(text)}), text)
    card = judge(tmp_path, plan, of_2025({"372": well_but(schools_integrating=18)}))
    found = phrase("“{found}”", found=text)
    problem = Problem("unknown-unit", Place(text, text, "A1"), found, found)
    plain = to_markdown(Outcome("check", card, (replace(problem, place=Place("f", "s", "A1")),), ()), ENGLISH)
    page = PAGE.render(
        to_markdown(Outcome("check", Scorecard(named, card.frame, card.coverage), (problem,), ()), ENGLISH)
    )
    for sign in ("<script", "<a ", "<img", "<em>", "<s>", "<blockquote", "<ol", "<hr"):
        assert sign not in page
    for sign in ("<h1", "<h2", "<h3", "<table", "<tr", "<ul"):
        assert page.count(sign) == PAGE.render(plain).count(sign)
    assert "\x1b" not in page


TEXTS = st.text(max_size=40) | st.text(alphabet="\\`*_[]<>|~#+-=&;.:/()!1a ", max_size=12)


@given(TEXTS)
def test_escaped_text_is_shown_as_it_was(text: str) -> None:
    shown = PAGE.parseInline(f"x{escaped('y' + text)}z")[0].children or []
    words = "".join(token.content if token.type.startswith("text") else f"<{token.type}>" for token in shown)
    assert words == f"xy{escape_controls(text)}z"


@given(TEXTS.map(lambda text: escape_controls(text).strip()).filter(bool))
def test_escaped_text_begins_nothing_but_a_paragraph(text: str) -> None:
    kinds = [token.type for token in PAGE.parse(escaped(text))]
    assert kinds == ["paragraph_open", "inline", "paragraph_close"]


@given(TEXTS.map(lambda text: escape_controls(text).strip()).filter(bool))
def test_a_heading_is_the_text_it_was_given(text: str) -> None:
    opened, inline, _ = PAGE.parse(f"## {_escape_inline(text)}")
    assert (opened.tag, "".join(t.content for t in inline.children or [])) == ("h2", text)


def test_the_same_outcome_is_the_same_text_in_either_language(tmp_path: Path, plan: Plan) -> None:
    outcome = Outcome("check", judge(tmp_path, plan, of_2025()), (), ())
    for tag in ("vi", "en"):
        assert to_markdown(outcome, language(tag)) == to_markdown(outcome, language(tag))
