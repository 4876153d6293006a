"""The add-ons of a cluster, from the catalogue's data to components."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import yaml

from catalog.add_ons import AddOn as Known
from catalog.add_ons import Operand, Release, facts_in, filled, in_order, merged
from components.common.durability import stateful
from components.common.log_group import encrypted_log_group
from components.foundation.keys.key import DataClass
from components.platform.kubernetes.add_on import AddOn, AddOnArgs, OperandArgs, ReleaseArgs
from components.platform.kubernetes.add_on_policies import ONLINE, AccessArgs
from components.platform.kubernetes.add_on_secrets import API, STORE, SecretArgs, secret_store
from components.platform.kubernetes.cluster import KubernetesCluster
from components.platform.kubernetes.cluster_defaults import INGRESS_CLASS, STORAGE_CLASS
from components.platform.kubernetes.existing_cluster import ExistingCluster
from infra.environment import Environment
from infra.needs.outputs import Foundation
from infra.settings.kubernetes.cluster import Kubernetes

FOLDER = "kubernetes"
"""Where in the bucket of artifacts add-ons have their prefixes."""
SECRETS = "external-secrets"
MORE = "more values"
"""What no fact of the stack is called."""


@dataclass(frozen=True)
class Place:
    """Where add-ons go."""

    wanted: Kubernetes
    env: Environment
    foundation: Foundation
    cluster: KubernetesCluster | ExistingCluster
    personas: Collection[str]
    """Personas as which somebody signs in."""
    inside: pulumi.ResourceOptions
    need: pulumi.Resource
    after: list[pulumi.Resource]
    """What has to be there before any of them: classes of nodes and volumes."""
    registries: pulumi.Output[list[str]]
    """Hosts of the registries that the images of models on the cluster are in."""
    more: Mapping[str, pulumi.Input[Mapping[str, Any]]] = field(default_factory=dict)
    """Values of charts over those of the catalogue, by the name of the release."""


def declare_add_ons(place: Place) -> dict[str, AddOn]:
    """Declare the add-ons that are on, each after what it needs; by their keys."""
    chosen = set(place.wanted.add_ons)
    made: dict[str, AddOn] = {}
    spaces: dict[str, str] = {}
    for known in in_order(place.wanted.add_ons):
        maker = spaces.setdefault(known.namespace, known.key)
        first = [
            ready
            for key, other in made.items()
            if key in _before(known, chosen) or key == maker
            for ready in other.ready
        ]
        args = _args(known, chosen, place, makes_namespace=maker == known.key)
        options = pulumi.ResourceOptions.merge(
            place.inside, pulumi.ResourceOptions(depends_on=[*place.after, *first])
        )
        name = place.env.names("kubernetes", known.key, limit=40)
        made[known.key] = place.env.component(AddOn)(name, args, options)
        if known.key == SECRETS:
            place.after.append(_store(place, made[known.key]))
    return made


def _before(known: Known, chosen: Collection[str]) -> set[str]:
    """What of the chosen comes before an add-on: what it needs, and what its values speak of."""
    overlays = {other for release in known.releases for other in release.overlays}
    return {*known.needs.add_ons, *(overlays & {*chosen})}


def _store(place: Place, after: AddOn) -> pulumi.Resource:
    """Declare what reads Secrets Manager, which secrets of add-ons wait for."""
    return kubernetes.apiextensions.CustomResource(
        place.env.names("kubernetes", "secrets", limit=40),
        api_version=API,
        kind="ClusterSecretStore",
        metadata={"name": STORE},
        spec=secret_store(place.env.region),
        opts=pulumi.ResourceOptions.merge(
            place.inside, pulumi.ResourceOptions(depends_on=after.ready)
        ),
    )


def _args(known: Known, chosen: set[str], place: Place, *, makes_namespace: bool) -> AddOnArgs:
    env = place.env
    table = _table(known, place) if known.needs.table else None
    access: AccessArgs = {
        "bucket": place.foundation.artifacts.bucket,
        "artifacts_key_arn": place.foundation.keys[DataClass.ARTIFACTS].arn,
        "key_arn": place.foundation.keys[DataClass.DATA].arn,
        "path": f"{FOLDER}/{known.key}",
        "secrets": [each.secret for each in place.wanted.databases.values()],
        "log_group": _log_group_name(place),
        "account_id": env.account_id,
        "region": env.region,
    }
    if table is not None:
        access["table_arn"] = table.arn
    if any(identity.access == "telemetry" for identity in known.identities):
        _log_group(place)
    facts = _facts(known, place, table)
    args: AddOnArgs = {
        "add_on": known.key,
        "namespace": known.namespace,
        "makes_namespace": makes_namespace,
        "pod_security": known.pod_security,
        "cluster": place.cluster.name,
        "cluster_arn": place.cluster.arn,
        "accounts": [*dict.fromkeys(each.service_account for each in known.identities)],
        "kinds": [*dict.fromkeys(each.access for each in known.identities)],
        "makes_accounts": [each.service_account for each in known.identities if each.made_here],
        "access": access,
        "secrets": [
            _secret(known, secret.name, dict(secret.keys), place) for secret in known.needs.secrets
        ],
        "releases": [_release(release, chosen, facts, place) for release in known.releases],
        "opened_by": [each for each in known.page.personas if each in place.personas]
        if known.page
        else [],
    }
    if known.operand:
        args["operand"] = _operand(known.operand, facts)
    return args


def _operand(operand: Operand, facts: Mapping[str, Any]) -> OperandArgs:
    asked = {name: facts[name] for name in facts_in(operand.spec)}
    return {
        "api_version": operand.api_version,
        "kind": operand.kind,
        "name": operand.name,
        "namespace": operand.namespace,
        "spec": pulumi.Output.all(**asked).apply(lambda known: filled(operand.spec, known)),
    }


def _release(
    release: Release, chosen: set[str], facts: Mapping[str, Any], place: Place
) -> ReleaseArgs:
    values, own = release.values_with(chosen), place.wanted.values.get(release.name, {})
    asked = {name: facts[name] for name in facts_in(values)}
    if release.name in place.more:
        asked[MORE] = place.more[release.name]
    args: ReleaseArgs = {
        "name": release.name,
        "chart": release.address,
        "version": release.version,
        "values": pulumi.Output.all(**asked).apply(
            lambda known: merged(merged(filled(values, known), known.get(MORE, {})), own)
        )
        if asked
        else merged(values, own),
    }
    if release.index:
        args["index"] = release.index
    return args


def _secret(known: Known, name: str, keys: dict[str, str], place: Place) -> SecretArgs:
    secret: SecretArgs = {"name": name, "keys": keys}
    database = place.wanted.databases.get(known.key)
    if database and any(kind.startswith("database-") for kind in keys.values()):
        secret["database"] = {
            "host": database.host,
            "port": database.port,
            "secret_arn": database.secret,
        }
        secret["database_name"] = known.key
    return secret


def _facts(known: Known, place: Place, table: aws.dynamodb.Table | None) -> dict[str, Any]:
    """The facts of the stack that the values of an add-on ask for."""
    database = place.wanted.databases.get(known.key)
    return {
        "bucket": place.foundation.artifacts.bucket,
        "cluster": place.cluster.name,
        "database_host": database.host if database else "",
        "feature_store": place.foundation.artifacts.bucket.apply(
            lambda bucket: feature_store(bucket, f"{FOLDER}/{known.key}", place.env.region)
        ),
        "ingress_class": INGRESS_CLASS,
        "log_group": _log_group_name(place),
        "path": f"{FOLDER}/{known.key}",
        "region": place.env.region,
        "registries": place.registries.apply(",".join),
        "storage_class": STORAGE_CLASS,
        "table": table.name if table else "",
        "team_namespaces": [*place.wanted.teams],
    }


def _table(known: Known, place: Place) -> aws.dynamodb.Table:
    """The table of an add-on that keeps its data in DynamoDB."""
    name = place.env.names("kubernetes", known.key)
    return aws.dynamodb.Table(
        name,
        name=name,
        billing_mode="PAY_PER_REQUEST",
        hash_key="PartitionKey",
        range_key="ItemKey",
        attributes=[
            {"name": "PartitionKey", "type": "B"},
            {"name": "ItemKey", "type": "B"},
        ],
        server_side_encryption={
            "enabled": True,
            "kms_key_arn": place.foundation.keys[DataClass.DATA].arn,
        },
        point_in_time_recovery={"enabled": True},
        opts=stateful(place.need, place.env.durability),
    )


def _log_group_name(place: Place) -> str:
    return place.env.names("kubernetes", "metrics")


def _log_group(place: Place) -> None:
    encrypted_log_group(
        place.env.names("kubernetes", "metrics"),
        parent=place.need,
        key_arn=place.foundation.keys[DataClass.LOGS].arn,
        retention_days=place.env.log_retention_days,
        log_group_name=_log_group_name(place),
    )


def feature_store(bucket: str, path: str, region: str) -> str:
    """Feast's configuration in base64: its registry in S3, its online store in DynamoDB.

    https://docs.feast.dev/reference/feature-repository/feature-store-yaml
    """
    told = {
        "project": ONLINE,
        "provider": "aws",
        "registry": f"s3://{bucket}/{path}/registry.db",
        "online_store": {"type": "dynamodb", "region": region},
    }
    return base64.b64encode(yaml.safe_dump(told).encode()).decode()
