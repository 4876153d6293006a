"""Need 0, a safe place to work."""

import pulumi

from components.common.bucket import AccessLogBucket, PrivateBucket
from components.foundation.access.boundary import Boundary, BoundaryArgs
from components.foundation.access.break_glass import BREAK_GLASS, ZONE_BACKUPS
from components.foundation.alerts.dead_letter_queue import DeadLetterQueue
from components.foundation.alerts.execution_alerts import alert_on_machines
from components.foundation.keys.key import DataClass
from components.foundation.network.egress import Egress
from components.foundation.network.egress_firewall import FilterBy
from components.foundation.network.existing_network import ExistingNetwork
from components.foundation.network.network import Network, NetworkArgs
from infra.environment import Environment
from infra.needs import peers
from infra.needs.foundation.access import role_name
from infra.needs.foundation.alerts import declare as declare_alerts
from infra.needs.foundation.budgets import declare as declare_budgets
from infra.needs.foundation.keys import declare as declare_keys
from infra.needs.need import Guards, Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings


def declare(settings: PlatformSettings, env: Environment) -> Foundation:
    """Declare what the needs above stand on."""
    need = Need("foundation", env.provider, Guards(kept=env.live.kept))
    bounds: BoundaryArgs = {
        "policy_name": env.names("boundary", limit=128),
        "break_glass": role_name(env.names, BREAK_GLASS),
        "project": env.names.project,
        "environment": env.names.environment,
        "account_id": env.account_id,
        "other_accounts": sorted(set(settings.accounts.values())),
        "region": env.region,
    }
    if replicas := settings.lake.zones.replicas:
        bounds["copies"] = sorted(
            {arn for each in replicas for arn in (each.key, f"arn:aws:s3:::{each.bucket}/*")}
        )
    if settings.lake.zones.backed_up:
        bounds["backups"] = role_name(env.names, ZONE_BACKUPS)
    boundary = env.component(Boundary)(env.names("boundary"), bounds, need.child_options())
    need.set_permissions_boundary(boundary.arn)
    keys = declare_keys(settings, env, need)
    alerts = declare_alerts(settings.alerts, env, need, keys[DataClass.MESSAGES].arn)
    dead_letters = env.component(DeadLetterQueue)(
        env.names("dead-letters"),
        {
            "key_arn": keys[DataClass.MESSAGES].arn,
            "name_prefix": env.names(""),
            "topic_arn": alerts.warning_arn,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.child_options(),
    )
    need.set_dead_letter_queue(dead_letters.arn)
    alert_on_machines(
        env.names("machines-failed"),
        parent=need,
        name_prefix=env.names(""),
        topic_arn=alerts.warning_arn,
    )
    network = _network(settings, env, keys[DataClass.LOGS].arn, need)
    access_logs = env.component(AccessLogBucket)(
        env.names("access-logs"),
        {
            "account_id": env.account_id,
            "durability": env.durability,
            "expire_days": settings.audit.retention_days,
            "kept_from_deletion": settings.audit.object_lock is not None,
        },
        need.child_options(),
    )
    artifacts = env.component(PrivateBucket)(
        env.names("artifacts"),
        {
            "key_arn": keys[DataClass.ARTIFACTS].arn,
            "account_id": env.account_id,
            "durability": env.durability,
            "log_bucket": access_logs.bucket,
            "readers": peers.artifact_readers(env, [model.name for model in settings.models]),
        },
        need.child_options(),
    )
    declare_budgets(settings, env, need, alerts.topics)
    pulumi.export("alert_topics", dict(alerts.topics))
    pulumi.export("artifacts_bucket", artifacts.bucket)
    return Foundation(need, boundary, network, keys, access_logs, artifacts, alerts)


def _network(
    settings: PlatformSettings, env: Environment, log_key_arn: pulumi.Output[str], need: Need
) -> Network | ExistingNetwork:
    """A new VPC, or what an existing one lacks."""
    name, wanted = env.names("network"), settings.network
    origin_account = env.promotion.origin_account
    trusted = [origin_account] if origin_account else []
    if wanted.vpc:
        return env.component(ExistingNetwork)(
            name,
            {
                "vpc_id": wanted.vpc.id,
                "subnet_ids": list(wanted.vpc.subnets),
                "route_table_ids": list(wanted.vpc.route_tables),
                "internet": wanted.vpc.internet,
                "interface_endpoints": settings.endpoints,
                "region": env.region,
                "account_id": env.account_id,
                "trusted_accounts": trusted,
            },
            need.child_options(),
        )
    args: NetworkArgs = {
        "cidr": wanted.cidr or "",
        "zone_count": wanted.zone_count,
        "live_zones": env.live.zones(name),
        "egress": Egress(wanted.egress),
        "interface_endpoints": settings.endpoints,
        "query_log": wanted.query_log,
        "region": env.region,
        "account_id": env.account_id,
        "trusted_accounts": trusted,
        "log_key_arn": log_key_arn,
        "log_retention_days": env.log_retention_days,
    }
    if not isinstance(wanted.zones, int):
        args["zone_names"] = list(wanted.zones)
    if wanted.filter:
        args["filter"] = {
            "by": FilterBy(wanted.filter.by),
            "domains": list(wanted.filter.domains),
        }
    return env.component(Network)(name, args, need.child_options())
