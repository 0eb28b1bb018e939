"""What is kept of a year besides its returns: withdrawals, notes and signatures, and what has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]  # as every database takes it


class Event(BaseModel):
    """Something recorded about a return, or about a whole year (`unit` is empty then)."""

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
    revision: int | None = None  # the last one that a withdrawal is of
    findings: str | None = None  # of a signature: the hash of the findings
    revisions: tuple[tuple[Text, Text, int], ...] = ()  # of a signature: code, since and revision of each return


@dataclass(frozen=True, slots=True)
class Change:
    """A field whose count differs between two revisions; None where it is blank."""

    field: str
    old: int | None
    new: int | None
    old_cell: str | None = None
    new_cell: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnChange:
    """A return that differs between two moments; None for the revision where it did not count."""

    unit: str
    unit_name: str
    year: int
    old_revision: int | None
    new_revision: int | None
    file: str  # that of the newer revision
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class YearRecord:
    """The notes of a year, its last signature, and what has changed since."""

    notes: Sequence[Event] = ()
    signature: Event | None = None
    changes: Sequence[ReturnChange] = ()
    is_reproduced: bool = True  # the returns signed still give the findings signed
