"""Render an outcome in the requested format, importing only the renderer of that format."""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from gbv_kpi.i18n import Language
    from gbv_kpi.kpi.outcome import Outcome

DETAILED = frozenset({"html", "xlsx", "docx"})  # formats that show counts and trend too
RENDERERS = {
    "table": "gbv_kpi.render.terminal:to_terminal",
    "json": "gbv_kpi.render.json:to_json",
    "csv": "gbv_kpi.render.csv:to_csv",
    "md": "gbv_kpi.render.markdown:to_markdown",
    "html": "gbv_kpi.render.html:to_html",
    "xlsx": "gbv_kpi.render.xlsx:to_xlsx",
    "docx": "gbv_kpi.render.docx.document:to_docx",
}


def rendered(
    outcome: "Outcome", format: str, language: "Language", template: bytes | None = None
) -> "bytes | str | Iterable[str] | RenderableType":
    """Return the bytes of a file, or a text, whole or in pieces; `template` is an office's own Word document."""
    render: Any = resolve_name(RENDERERS[format])
    content: bytes | str | Iterable[str] | RenderableType
    content = render(outcome, language, template) if format == "docx" else render(outcome, language)
    return content
