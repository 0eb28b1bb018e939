"""A plan file to start from."""

from pathlib import Path

from gbv_kpi.i18n import Language


def starting_file(language: Language, schema: Path) -> str:
    """A small plan with what each key means, in the officer's language; it has no mistake as it stands."""
    text = (Path(__file__).parent / f"new_file.{language.tag}.toml").read_text("utf-8")
    return f"#:schema {schema.as_uri()}\n{text}"
