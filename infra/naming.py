"""Names that AWS requires to be fixed: `<project>-<env>-<what>`, cut with a hash at a limit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

HASH_LENGTH = 6


@dataclass(frozen=True)
class Names:
    """The names of one environment.

    Calling it with what a thing is gives the thing's name: `Names("maslow", "prod")("raw")` is
    `maslow-prod-raw`.
    """

    project: str
    environment: str

    def __call__(self, *what: str, limit: int = 63) -> str:
        """The name of `what`, at most `limit` characters long (63 fits SageMaker and S3)."""
        return cut("-".join((self.project, self.environment, *what)), limit)

    def tags(self, owner: str, own: Mapping[str, str]) -> dict[str, str]:
        """The tags of all that the environment is made of; `own` are the team's."""
        return {
            **own,
            "maslow:project": self.project,
            "maslow:environment": self.environment,
            "maslow:owner": owner,
        }


def cut(name: str, limit: int) -> str:
    """`name`, or its beginning and a hash of the whole where it is longer than `limit`.

    Two long names that share their beginning stay two names.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]
    return f"{name[: limit - HASH_LENGTH - 1].rstrip('-')}-{digest}"
