"""The plan in short: each need's facts, and what is protected, open, paid for and retired."""

from infra.summary.section import Section, lines
from infra.summary.whole import sections

__all__ = ["Section", "lines", "sections"]
