"""What environments tell each other where models are promoted, and what deliveries do elsewhere."""

from collections.abc import Sequence

import pulumi

from components.devops.promotion.approval_events import approval_pattern
from components.devops.promotion.promoted_models import PromotedModels
from components.devops.promotion.promotion_events import EventForwarding, PromotionBus
from components.foundation.keys.key import DataClass
from components.mlops.loop.starters import alarms_elsewhere
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.needs.peers import alarm_prefix, by_account, roles_of
from infra.promotion import Peer
from infra.settings import PlatformSettings
from infra.settings.mlops.model import ModelSettings

ALARMS_A_RULE = 20
APPROVALS, DRIFT = "approvals", "drift"
"""What the rules are called that forward events, and so the roles that put them on buses."""


def deploy_policies(env: Environment, need: Need) -> PromotedModels | None:
    """What previews and deployments may do elsewhere, if the models come from there."""
    origin = env.promotion.origin
    if origin is None or origin.account_id is None:
        return None
    return env.component(PromotedModels)(
        env.names("permissions-promotion"),
        {"account_id": origin.account_id, "region": env.region, "prefix": origin.names("")},
        need.child_options(),
    )


def declare_events(
    settings: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> pulumi.Output[str] | None:
    """Declare the bus that other accounts' events come by, and the rules that send events there.

    Within one account all of them are on its own bus already. Returns the name of the bus, if
    there is one.
    """
    origin, abroad = env.promotion.origin, env.promotion.abroad
    senders = by_account(roles_of(peer, [f"{peer.names(DRIFT)}*-role-*"]) for peer in abroad)
    if abroad:
        env.component(EventForwarding)(
            env.names(APPROVALS),
            {
                "description": "Decisions about models, to the accounts that they go on to",
                "pattern": approval_pattern(env.names("")),
                "bus_arns": [peer.bus_arn for peer in abroad],
                "account_id": env.account_id,
            },
            need.child_options(),
        )
    if origin and origin.account_id:
        senders = by_account([roles_of(origin, [f"{origin.names(APPROVALS)}-role-*"])])
        _forward_drift([m for m in settings.models if m.monitor.kinds], origin, env, need)
    if not senders:
        return None
    return env.component(PromotionBus)(
        env.names("promotion"),
        {
            "bus_name": env.names("promotion"),
            "senders": senders,
            "key_arn": foundation.keys[DataClass.MESSAGES].arn,
        },
        need.child_options(),
    ).name


def _forward_drift(
    models: Sequence[ModelSettings], origin: Peer, env: Environment, need: Need
) -> None:
    """Send what monitors find on; which of it starts a training is for the origin to say.

    A pattern has at most 2,048 characters, and so there may be several rules.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    """
    prefixes = [alarm_prefix(env.names, model.name) for model in models]
    for number, begin in enumerate(range(0, len(prefixes), ALARMS_A_RULE), start=1):
        env.component(EventForwarding)(
            env.names(DRIFT, *([] if number == 1 else [str(number)])),
            {
                "description": f"Findings on models, to {origin.environment}, which trains them",
                "pattern": alarms_elsewhere(prefixes[begin : begin + ALARMS_A_RULE]),
                "bus_arns": [origin.bus_arn],
                "account_id": env.account_id,
            },
            need.child_options(),
        )
