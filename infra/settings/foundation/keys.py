"""How encryption keys live."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from components.common.limits import KEY_DELETION_DAYS, KEY_ROTATION_DAYS
from infra.settings.base import KeyArn, Settings
from infra.settings.cross_stack import StackValues, mapping
from infra.settings.mistakes import Mistake, shown

PLACE = re.compile(r"arn:[^:]*:kms:(?P<region>[^:]*):(?P<account>[^:]*):")


class ExistingKeys(Settings):
    """Keys that are there already, by what they encrypt; the others are made."""

    artifacts: KeyArn | None = Field(None, description="Code, models and images.")
    audit: KeyArn | None = Field(None, description="Trails, and the history of configurations.")
    data: KeyArn | None = Field(None, description="The lake and the feature store.")
    logs: KeyArn | None = Field(None, description="Log groups.")
    messages: KeyArn | None = Field(None, description="Topics and queues.")


class Keys(Settings):
    """Encryption keys."""

    rotation_days: int = Field(
        365,
        ge=KEY_ROTATION_DAYS[0],
        le=KEY_ROTATION_DAYS[1],
        description="Days until AWS makes new key material; old data stays readable.",
    )
    deletion_days: int | None = Field(
        None,
        ge=KEY_DELETION_DAYS[0],
        le=KEY_DELETION_DAYS[1],
        description="Days in which the deletion of a key can be cancelled; "
        "unless given 30, or 7 where durability is disposable.",
    )
    multi_region: bool = Field(
        False,
        description="Whether replicas of the keys can be made in other regions. Chosen before the "
        "first `up`: keys that are kept stay as they were made.",
    )
    existing: ExistingKeys = Field(
        ExistingKeys(),
        description="ARNs of keys that are there already. They get an alias, and their policies "
        "stay their owners': each must let the services of its class use it.",
    )
    administrators: Literal["account", "platform-engineers"] = Field(
        "account",
        description="Who may change and delete keys: any identity that IAM allows it, or only "
        "the personas platform-engineer and break-glass, those whom access lets in as them, and "
        "the deployment. AWS lets nobody else make the keys: whoever runs the first `up` is to be "
        "among them.",
    )


def check_existing_keys(own: StackValues, _others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield keys that are not where the environment is, as the alias of a key must be.

    https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html
    """
    for holds, arn in mapping(mapping(own.values.get("keys")).get("existing")).items():
        place = PLACE.match(str(arn))
        for what, wanted in (("region", own.region), ("account", own.account)):
            found = place[what] if place else wanted  # what is no ARN is refused as such
            if wanted is not None and found != wanted:
                yield Mistake(
                    ("keys", "existing", holds),
                    f"the key is of the {what} {found}, and {own.environment} of {shown(wanted)}.",
                    f"Name a key of the environment's own {what}, or leave it out.",
                )
