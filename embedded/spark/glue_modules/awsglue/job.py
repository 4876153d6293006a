"""A run as its script sees it: without bookmarks there is nothing to keep."""

from collections.abc import Mapping

from .context import GlueContext


class Job:
    """Begin with `init`, end with `commit`."""

    def __init__(self, glue_context: GlueContext) -> None:
        self.glue_context = glue_context
        self.name = ""

    def init(self, job_name: str, args: Mapping[str, str] | None = None) -> None:
        """Begin."""
        del args  # those of bookmarks are refused before a run
        self.name = job_name

    def commit(self) -> None:
        """End. Raises RuntimeError where it has not begun."""
        if not self.name:
            raise RuntimeError("job.commit() comes after job.init().")
