"""Render a result in a format; each renderer is imported only where it is asked for."""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, TypeAlias

from gbv_kpi.i18n import Language
from gbv_kpi.kpi.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import RenderableType

    from gbv_kpi.render.listing import Listing

DETAILED = frozenset({"html", "xlsx", "docx"})  # formats that show counts and trend too
OF_OUTCOME = {
    "table": "gbv_kpi.render.outcome:to_terminal",
    "json": "gbv_kpi.render.json:to_json",
    "csv": "gbv_kpi.render.listing:to_csv",
    "md": "gbv_kpi.render.outcome:to_markdown",
    "html": "gbv_kpi.render.html.page:to_html",
    "xlsx": "gbv_kpi.render.xlsx.report:to_xlsx",
    "docx": "gbv_kpi.render.docx.papers:to_docx",
}
OF_LISTING = {
    "csv": "gbv_kpi.render.listing:listing_to_csv",
    "md": "gbv_kpi.render.listing:listing_to_markdown",
    "xlsx": "gbv_kpi.render.xlsx.lists:listing_to_xlsx",
}

Rendered: TypeAlias = "bytes | str | Iterable[str] | RenderableType"


def render_outcome(outcome: Outcome, format: str, language: Language, template: bytes | None = None) -> Rendered:
    """Return the bytes of a file, or a text, whole or in pieces; `template` is an office's own Word document."""
    render: Callable[..., Rendered] = resolve_name(OF_OUTCOME[format])
    return render(outcome, language, template) if format == "docx" else render(outcome, language)


def render_listing(listing: "Listing", format: str, language: Language) -> Rendered:
    render: Callable[[Listing, Language], Rendered] = resolve_name(OF_LISTING[format])
    return render(listing, language)
