"""The HTML report as a person meets it: on a phone, on a screen, in the dark, on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from gbv_kpi.plan import Plan
from tests.chromium import A4, DESKTOP, PHONE, chromium, needs_chromium, visited
from tests.command import UNITS_OF_2025, of_2025, run, well_but, write_csv

pytestmark = needs_chromium
sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])

# Every text must stand out against what is behind it, as WCAG 2.1 AA demands: 4.5 : 1.
TOO_FAINT = """() => {
    const linear = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = node => {
        for (let at = node; at; at = at.parentElement) {
            const found = parts(getComputedStyle(at).backgroundColor);
            if (found.length === 3 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const texts = [...document.querySelectorAll("body *")].filter(node =>
        [...node.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim())
        && !["title", "desc"].includes(node.tagName));
    return texts.filter(node => {
        const style = getComputedStyle(node), drawn = node.namespaceURI.endsWith("svg");
        const [high, low] = [light(parts(drawn ? style.fill : style.color)), light(behind(node))].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05) < 4.5;
    }).map(node => node.outerHTML.slice(0, 120));
}"""

BESIDE_THE_PAGE = """() => [...document.querySelectorAll("body *")].filter(node =>
    !node.closest(".wide") && node.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
).map(node => node.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module", params=["en", "vi"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Path:
    """Two years with a threshold missed, one unit silent, one without cases, and a file that is refused."""
    folder = tmp_path_factory.mktemp("report")
    no_case = dict.fromkeys(("victims", "victims_seeking_help", "cases_needing_help", "cases_helped"), 0)
    of_this_year = of_2025({"372": well_but(schools_integrating=7), "373": well_but(**no_case)}, UNITS_OF_2025[:5])
    last_year = [(unit, 2024, well_but(schools_integrating=15)) for unit in ("369", *UNITS_OF_2025)]
    files = [
        write_csv(folder / "năm 2025.csv", plan, of_this_year),
        write_csv(folder / "năm 2024.csv", plan, last_year),
        write_csv(folder / "sai.csv", plan, [("377", 2025, well_but(schools_integrating=21, victims=None))]),
    ]
    page = folder / "report.html"
    ran = run("report", "--year", "2025", *files, "--output", str(page), "--lang", request.param)
    assert ran.code == 3
    return page


@sizes
def test_it_says_nothing_on_the_console_and_asks_nothing_of_anyone(
    browser: Browser, report: Path, size: tuple[int, int]
) -> None:
    with visited(browser, report, size) as visit:
        visit.page.wait_for_load_state("networkidle")
        assert visit.console == []
        assert {url for url in visit.requests if url != "data:,"} == {report.as_uri()}


@sizes
def test_nothing_lies_beside_the_page(browser: Browser, report: Path, size: tuple[int, int]) -> None:
    with visited(browser, report, size) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert visit.page.evaluate(BESIDE_THE_PAGE) == []


def test_the_verdict_stands_on_a_phones_first_screen(browser: Browser, report: Path) -> None:
    with visited(browser, report, PHONE) as visit:
        verdict = visit.page.locator(".said").bounding_box()
        text = visit.page.locator("p").first.bounding_box()
        assert verdict is not None
        assert text is not None
        assert verdict["y"] + verdict["height"] < PHONE[1] / 2
        assert float(visit.page.evaluate("parseFloat(getComputedStyle(document.querySelector('.said')).fontSize)")) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_in_both_themes(browser: Browser, report: Path, scheme: Literal["light", "dark"]) -> None:
    with visited(browser, report, scheme=scheme) as visit:
        assert visit.page.evaluate(TOO_FAINT) == []


def test_the_dark_theme_is_dark_and_paper_never_is(browser: Browser, report: Path) -> None:
    behind = "getComputedStyle(document.body).backgroundColor"
    with visited(browser, report, scheme="dark") as visit:
        assert visit.page.evaluate(behind) == "rgb(20, 23, 27)"
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate(behind) == "rgb(255, 255, 255)"
        assert visit.page.evaluate(TOO_FAINT) == []


def test_paper_is_a4_and_a_card_is_on_one_page(browser: Browser, report: Path) -> None:
    with visited(browser, report) as visit:
        paper = visit.page.pdf(prefer_css_page_size=True, print_background=True)
        pages = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
        assert {(round(float(width)), round(float(height))) for width, height in pages} <= {(595, 842), (596, 843)}
        assert 2 <= len(pages) <= 6
        visit.page.emulate_media(media="print")
        for kind in (".card", ".problem", "figure", "tr"):
            kept = f"[...document.querySelectorAll('{kind}')].map(node => getComputedStyle(node).breakInside)"
            assert set(visit.page.evaluate(kept)) == {"avoid"}


@pytest.mark.parametrize(
    ("size", "media"), [(PHONE, "screen"), (DESKTOP, "screen"), (A4, "print")], ids=["phone", "desktop", "print"]
)
def test_the_charts_are_drawn_large_enough_to_be_read(
    browser: Browser, report: Path, size: tuple[int, int], media: Literal["screen", "print"]
) -> None:
    with visited(browser, report, size) as visit:
        visit.page.emulate_media(media=media)
        boxes = [chart.bounding_box() for chart in visit.page.locator("svg[role=img]").all()]
        assert len(boxes) == 8  # a bullet and a line for each of four indicators
        assert all(box and box["width"] > 180 and box["height"] > 40 for box in boxes)
        assert visit.page.screenshot(full_page=True).startswith(b"\x89PNG")
