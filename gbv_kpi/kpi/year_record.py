"""Model the events of a year: withdrawals, notes, signatures, and changes since the last signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]  # as every database takes it


class Event(BaseModel):
    """A record about a return, or about a whole year, without `unit`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["withdraw", "note", "sign"]
    plan: Text
    year: Annotated[int, Field(ge=1, le=9999)]
    unit: Text = ""
    since: Text = ""  # the day the unit came into being: codes are used again
    unit_name: Text = ""
    at: AwareDatetime
    who: Text
    text: Text = ""
    revision: int | None = None  # the last revision that a withdrawal covers
    findings: str | None = None  # of a signature: the hash of the findings
    revisions: tuple[tuple[Text, Text, int], ...] = ()  # of a signature: code, since and revision of each return

    def record(self) -> dict[str, object]:
        return self.model_dump(mode="json", exclude={"revisions"}) | {"unit": self.unit or None}


@dataclass(frozen=True)
class Change:
    """A field with different counts in two revisions; None for a blank."""

    field: str
    old: int | None
    new: int | None
    old_cell: str | None = None
    new_cell: str | None = None


@dataclass(frozen=True)
class ReturnChange:
    """A return that differs between two moments; its revision is None at a moment when it did not count."""

    unit: str
    unit_name: str
    year: int
    old_revision: int | None
    new_revision: int | None
    file: str  # that of the newer revision
    changes: Sequence[Change]


@dataclass(frozen=True)
class YearRecord:
    """The notes of a year, its last signature, and what has changed since."""

    notes: Sequence[Event] = ()
    signature: Event | None = None
    changes: Sequence[ReturnChange] = ()
    is_reproduced: bool = True  # the returns signed still give the findings signed
    unknown_fields: Sequence[str] = ()  # of the returns that count: the plan had them when they were recorded

    def record(self) -> dict[str, object]:
        return {
            "notes": self.notes,
            "signature": self.signature,
            "signature_reproduced": self.is_reproduced if self.signature else None,
            "changed_since_signed": self.changes,
        } | ({"unknown_fields": self.unknown_fields} if self.unknown_fields else {})
