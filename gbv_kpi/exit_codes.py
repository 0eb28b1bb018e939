"""How a run ends: the exit codes that scripts rely on, and what makes a run end with one."""

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What a run ends with; a return with an error wins over a missed threshold."""

    OK = 0
    MISSED = 1  # a threshold in force is missed
    COULD_NOT_RUN = 2
    INVALID = 3  # a return has an error


class FailOn(StrEnum):
    """What makes a run end with a code other than 0."""

    MISSED = "missed"
    INVALID = "invalid"  # a missed threshold is no failure
    NEVER = "never"  # nor is a return with an error
    INCOMPLETE = "incomplete"  # as `missed`, and units that have not reported are one too
