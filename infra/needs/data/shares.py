"""What others read of the lake."""

import pulumi

from components.data.lake.lake import Lake
from components.data.shares.share import Share, ShareArgs
from infra.environment import Environment
from infra.needs.data.places import place
from infra.needs.need import Need
from infra.settings import PlatformSettings

ROLE_LIMIT = 64


def declare_shares(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> None:
    """Declare the role of each share; their ARNs, by name, are what the other side is told."""
    roles = {}
    for share in settings.shares:
        args: ShareArgs = {
            "role_name": env.names("share", share.name, limit=ROLE_LIMIT),
            "reads": [place(each, lake) for each in share.reads],
            "writes": [place(each, lake) for each in share.databricks.writes]
            if share.databricks
            else [],
            "external_id": share.id_given,
            "key_arn": key_arn,
            "account_id": env.account_id,
            "region": env.region,
        }
        if share.account:
            args["other_account_id"] = share.account
        name = env.names("share", share.name)
        roles[share.name] = env.component(Share)(name, args, need.child_options()).role_arn
    if roles:
        pulumi.export("shares", roles)
