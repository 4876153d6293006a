"""One environment of a project in its account and region, and the ARNs of what is its own.

What the platform names begins with `<project>-<environment>-` (in Glue, with underscores), and so
permissions on an environment's own resources end at that prefix.
"""

from dataclasses import dataclass

from components.common.iam import Conditions


@dataclass(frozen=True)
class EnvironmentScope:
    """One environment of a project, as permissions name what belongs to it."""

    project: str
    """Name of the Pulumi project."""
    environment: str
    """Name of the environment."""
    account_id: str
    """The environment's account, twelve digits."""
    region: str
    """The environment's region."""

    @property
    def prefix(self) -> str:
        """What the environment's names begin with, such as `maslow-prod-`."""
        return f"{self.project}-{self.environment}-"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the environment's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def own(self, service: str, *kinds: str) -> list[str]:
        """ARNs of all of these kinds, such as `endpoint/`, that bear the environment's prefix."""
        return [self.arn(service, f"{kind}{self.prefix}*") for kind in kinds]

    def iam(self, kind: str, *names: str) -> list[str]:
        """ARNs of IAM's resources, such as of the kind `role`, by what follows the prefix."""
        return [f"arn:aws:iam::{self.account_id}:{kind}/{self.prefix}{name}" for name in names]

    def filled(self, text: str) -> str:
        """A text of the catalog's grants with the environment's values in place of its braces.

        `{name}` is whatever begins with the prefix, `{table}` the same with underscores.

        Raises KeyError for a name in braces that a grant does not know.
        """
        return text.format(
            name=f"{self.prefix}*",
            table=f"{self.prefix}*".replace("-", "_"),
            project=self.project,
            environment=self.environment,
            region=self.region,
            account=self.account_id,
        )

    def conditions(self, when: Conditions) -> dict[str, dict[str, str | list[str]]]:
        """A condition block with the environment's values in place of its braces."""
        return {
            operator: {
                key: self.filled(value)
                if isinstance(value, str)
                else [self.filled(each) for each in value]
                for key, value in keys.items()
            }
            for operator, keys in when.items()
        }
