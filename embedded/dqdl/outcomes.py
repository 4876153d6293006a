"""What comes of one rule."""

from dataclasses import dataclass, field

from embedded.dqdl.rules import AnyRule

PASS, FAIL, ERROR = "PASS", "FAIL", "ERROR"
"""DataQualityRuleResultStatus; ERROR where a rule could not be evaluated."""


@dataclass(frozen=True)
class Outcome:
    """Whether a rule passed, and what was measured."""

    rule: AnyRule
    result: str
    """PASS, FAIL or ERROR."""
    message: str | None = None
    """Why it did not pass; Glue's words where they are documented."""
    metrics: dict[str, float] = field(default_factory=dict)
    """What was measured, by Glue's names, such as Column.age.Completeness."""
    row: str | None = None
    """SQL that is true for a row that passes, false for one that fails and NULL for one that the
    rule is not about; None for a rule that tells nothing of single rows."""


def failed(value: str) -> str:
    """Glue's message on a value that fails."""
    return f"Value: {value} does not meet the constraint requirement!"
