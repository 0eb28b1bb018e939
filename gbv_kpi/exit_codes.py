"""Define the exit codes that scripts rely on, and when a run fails."""

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """The exit codes of a run; INVALID takes precedence over MISSED."""

    OK = 0
    MISSED = 1  # a threshold in force is missed
    COULD_NOT_RUN = 2
    INVALID = 3  # a return has an error


class FailOn(StrEnum):
    """When to exit with a non-zero code."""

    MISSED = "missed"
    INVALID = "invalid"  # a missed threshold does not fail
    NEVER = "never"  # an invalid return does not fail either
    INCOMPLETE = "incomplete"  # as `missed`; missing units fail too
