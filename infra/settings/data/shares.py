"""Who outside of the environment reads of the lake: other accounts, and Databricks."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import Settings, matching
from infra.settings.cross_stack import entries
from infra.settings.data.place import Place
from infra.settings.foundation.accounts import AccountId
from infra.settings.mistakes import Mistake, refusals

share_name = matching(
    r"(?=.{1,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a share",
    "Small letters and digits, with single hyphens between them, at most 24: research.",
)
external_id = matching(
    r"[\w+=,.@:/-]{2,1224}",
    "is not an external id",
    "2 to 1224 letters, digits and +=,.@:/- without spaces.",
)
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
ExternalId = Annotated[str, AfterValidator(external_id)]
ShareName = Annotated[str, AfterValidator(share_name)]


class Databricks(Settings):
    """Unity Catalog of Databricks, to which the places are external locations."""

    external_id: ExternalId = Field(
        description="The external id that Databricks shows for its storage credential."
    )
    writes: tuple[Place, ...] = Field((), description="Places that it writes, too.")


class Share(Settings):
    """A role by which somebody else reads places of the lake."""

    name: ShareName = Field(description="What it is called.")
    reads: tuple[Place, ...] = Field(
        min_length=1, description="Places that it reads, such as curated.visits."
    )
    account: AccountId | None = Field(None, description="Account that takes the role, to read.")
    external_id: ExternalId | None = Field(
        None, description="What that account gives as it takes the role."
    )
    databricks: Databricks | None = Field(None, description="Or Databricks, which takes it.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.account is None) == (self.databricks is None):
            raise refusals(
                [
                    Mistake(
                        ("account",),
                        "a share is for one account, or for Databricks.",
                        "Say one of account and databricks.",
                    )
                ]
            )
        if (self.databricks is None) == (self.external_id is None):
            raise refusals(
                [
                    Mistake(
                        ("external_id",),
                        "Databricks has one of its own."
                        if self.databricks
                        else "an account takes a role by an external id.",
                        "Write it as databricks.external_id."
                        if self.databricks
                        else "Agree on one with the other side: research-2026.",
                    )
                ]
            )
        return self

    @property
    def id_given(self) -> str:
        """What the other side gives as it takes the role."""
        return (self.databricks.external_id if self.databricks else self.external_id) or ""


def check_shares(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield shares of one name."""
    names: list[Any] = []
    for index, share in enumerate(entries(values.get("shares"))):
        name = share.get("name")
        if name is not None and name in names:
            yield Mistake(
                ("shares", index, "name"),
                f"two shares are called {name}.",
                "Give one of them another name.",
            )
        names.append(name)
