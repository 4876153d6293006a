"""Why a statement is not taken on, or fails: in the words that Athena tells it by.

https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html
"""

SYSTEM, USER, OTHER = 1, 2, 3
"""Categories of AthenaError: errors of the service, the user's, and any other."""
NOT_SUPPORTED = "NOT_SUPPORTED"


class Malformed(Exception):
    """A statement that Athena does not take on: it cannot be parsed."""


class Failed(Exception):
    """A statement that fails. Its text is the execution's StateChangeReason: `CODE: reason`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}" if code else reason)
        self.code = code

    @property
    def category(self) -> int:
        """Of AthenaError: 2 is the user's, 3 any other."""
        return OTHER if self.code == NOT_SUPPORTED else USER


class Cancelled(Exception):
    """The execution was stopped."""


def not_done(what: str) -> Failed:
    """The failure of what the embedded AWS does not run."""
    return Failed(NOT_SUPPORTED, f"the embedded AWS does not run {what}")


def at(place: tuple[int, int], code: str, reason: str) -> Failed:
    """A failure at a line and column of the statement, both counted from 1."""
    line, column = place
    return Failed(code, f"line {line}:{column}: {reason}")
