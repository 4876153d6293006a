"""Names that AWS requires to be fixed: `<project>-<env>-<what>`, cut with a hash at a limit.

Roles that are scoped to an environment know its resources by the head of their names,
`<project>-<env>-`, and so that is never cut.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

HASH_LENGTH = 6
HEAD_LIMIT = 25
"""The most characters of a project's and an environment's names together.

The longest name that follows them is that of the conformance pack: with what Pulumi adds, and two
hyphens, it fills the rest of the 51 characters that AWS Config takes.
"""


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
        head = f"{self.project}-{self.environment}-"
        return cut(head + "-".join(what), limit, len(head))

    @property
    def database_prefix(self) -> str:
        """What the names of the environment's Glue databases begin with: `maslow_dev`."""
        return f"{self.project}_{self.environment}".replace("-", "_")

    def tags(self, owner: str, own: Mapping[str, str]) -> dict[str, str]:
        """The tags of all that the environment is made of; `own` are the team's."""
        return {
            **own,
            "maslow:project": self.project,
            "maslow:environment": self.environment,
            "maslow:owner": owner,
        }


def cut(name: str, limit: int, head: int = 0) -> str:
    """`name`, or its beginning and a hash of the whole where it is longer than `limit`.

    Two long names that share their beginning stay two names. The first `head` characters, of which
    the last is a hyphen, stay: what is left of the limit is the hash's.
    """
    if len(name) <= limit:
        return name
    length = min(HASH_LENGTH, limit - head)
    digest = hashlib.sha256(name.encode()).hexdigest()[:length]
    return f"{name[: limit - length - 1].rstrip('-')}-{digest}"
