"""Days as people read them."""

from datetime import date


def spoken(day: date) -> str:
    """A day such as `2 August 2027`."""
    return f"{day.day} {day:%B %Y}"
