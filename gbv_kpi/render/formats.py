"""An outcome in the format asked for; each renderer is imported only when it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from gbv_kpi.i18n import Language
    from gbv_kpi.kpi.outcome import Outcome

DETAILED = frozenset({"html", "xlsx", "docx"})  # formats that show counts and trend too


def rendered(
    outcome: "Outcome", format: str, language: "Language", template: bytes | None = None
) -> "bytes | Iterable[str] | RenderableType":
    """Return the bytes of a file, or the pieces of a text; `template` is an office's own Word document."""
    match format:
        case "table":
            from gbv_kpi.render.terminal import to_terminal

            return to_terminal(outcome, language)
        case "json":
            from gbv_kpi.render.json import to_json

            return to_json(outcome, language)
        case "csv":
            from gbv_kpi.render.csv import to_csv

            return to_csv(outcome, language)
        case "md":
            from gbv_kpi.render.markdown import to_markdown

            return [to_markdown(outcome, language)]
        case "html":
            from gbv_kpi.render.html import to_html

            return [to_html(outcome, language)]
        case "xlsx":
            from gbv_kpi.render.xlsx import to_xlsx

            return to_xlsx(outcome, language)
        case "docx":
            from gbv_kpi.render.docx.document import to_docx

            return to_docx(outcome, language, template)
        case _:
            raise ValueError(f"no renderer for {format}")
