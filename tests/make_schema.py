"""The JSON Schema of plan files, made from the models: `python -m tests.make_schema`.

Descriptions are the models' own: the docstring of a table, and the comment beside a key.
"""

import ast
import inspect
import json
import re
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from gbv_kpi.cli.plan import SCHEMA
from gbv_kpi.i18n import Bilingual
from gbv_kpi.plan import model, tables

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FIELDS = "field"


class _AsTomlHasIt(GenerateJsonSchema):
    """TOML has no null, its numbers are numbers, and a key needs no title beside its name."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def decimal_schema(self, schema: Any) -> dict[str, Any]:
        return {"type": "number"}

    def literal_schema(self, schema: Any) -> dict[str, Any]:
        return {"enum": schema["expected"], "type": "string"}

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made = super().dict_schema(schema)
        if schema["keys_schema"]["type"] == "literal":
            made["propertyNames"] = {"enum": schema["keys_schema"]["expected"]}
        return made

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def plan_schema() -> str:
    """The schema as it should stand in the package."""
    schema = model.Plan.model_json_schema(by_alias=True, schema_generator=_AsTomlHasIt)
    for module in (model, tables):
        for table, comments in _comments(module).items():
            described = schema if table == "Plan" else schema["$defs"].get(table)
            if described:
                _describe(described, getattr(module, table), comments)
    schema["$defs"]["Bilingual"]["description"] = Bilingual.__doc__
    # A day alone is the deadline of all levels.
    deadline = schema["properties"]["deadline"]
    deadline["additionalProperties"] = {
        "anyOf": [{"format": "date", "type": "string"}, deadline["additionalProperties"]]
    }
    # The fields of a plan may all be another plan's.
    schema["required"].remove(FIELDS)
    schema["anyOf"] = [{"required": [FIELDS]}, {"required": ["fields_from"]}]
    whole = {"$schema": DIALECT, **schema, "title": "A plan file of gbv-kpi (gbv-kpi/plan/1)"}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _describe(schema: dict[str, Any], table: Any, comments: dict[str, str]) -> None:
    for name, comment in comments.items():
        key = table.model_fields[name].alias or name
        schema["properties"][key].setdefault("description", comment[0].upper() + comment[1:] + ".")


def _comments(module: Any) -> dict[str, dict[str, str]]:
    """The comment beside each attribute of each class."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    found: dict[str, dict[str, str]] = {}
    for table in (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)):
        for attribute in table.body:
            comment = re.search(r"  # (.+)$", lines[(attribute.end_lineno or 1) - 1])
            if comment and isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
                found.setdefault(table.name, {})[attribute.target.id] = comment[1]
    return found


if __name__ == "__main__":
    Path(SCHEMA).write_text(plan_schema(), encoding="utf-8", newline="\n")
