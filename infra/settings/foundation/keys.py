"""How encryption keys live."""

from typing import Literal

from pydantic import Field

from components.common.limits import KEY_DELETION_DAYS, KEY_ROTATION_DAYS
from infra.settings.base import Settings


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
    administrators: Literal["account", "platform-engineers"] = Field(
        "account",
        description="Who may change and delete keys: any identity that IAM allows it, or only "
        "the personas platform-engineer and break-glass, those whom access lets in as them, and "
        "the deployment. AWS lets nobody else make the keys: whoever runs the first `up` is to be "
        "among them.",
    )
