"""A small platform on Kubernetes, whose settings tests change."""

import json
from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s

from embedded.cloud import Cloud

CLUSTER = "ml"


class Settings(TypedDict, total=False):
    server: str
    replicas: int
    app: str
    """The label that the deployment selects its pods by."""
    fields: dict[str, object]
    """More of the deployment's spec."""


def cluster(cloud: Cloud) -> str:
    """Make a cluster; its address."""
    subnets = cloud.client("ec2").describe_subnets()["Subnets"][:2]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ],
    }
    role = cloud.client("iam").create_role(
        RoleName="cluster", AssumeRolePolicyDocument=json.dumps(trust)
    )
    eks = cloud.client("eks")
    eks.create_cluster(
        name=CLUSTER,
        version="1.36",
        roleArn=role["Role"]["Arn"],
        resourcesVpcConfig={"subnetIds": [subnet["SubnetId"] for subnet in subnets]},
    )
    return str(eks.describe_cluster(name=CLUSTER)["cluster"]["endpoint"])


def kubeconfig(server: str) -> str:
    """What `aws eks update-kubeconfig` writes, in short."""
    args = ["eks", "get-token", "--cluster-name", CLUSTER]
    user = {"exec": {"command": "aws", "args": args}}
    return json.dumps(
        {
            "current-context": CLUSTER,
            "contexts": [{"name": CLUSTER, "context": {"cluster": CLUSTER, "user": CLUSTER}}],
            "clusters": [{"name": CLUSTER, "cluster": {"server": server}}],
            "users": [{"name": CLUSTER, "user": user}],
        }
    )


def declare(settings: Settings) -> None:
    """A namespace, a deployment, a kind of one's own with an object, a secret and a release."""
    provider = k8s.Provider(
        CLUSTER,
        kubeconfig=kubeconfig(settings["server"]),
        cluster_identifier=f"arn:aws:eks:eu-west-1:123456789012:cluster/{CLUSTER}",
        delete_unreachable=True,
        skip_update_unreachable=True,
    )
    within = pulumi.ResourceOptions(provider=provider)
    team = k8s.core.v1.Namespace("team", metadata={"name": "oncology"}, opts=within)
    name = team.metadata.name
    labels = {"app": settings.get("app", "api")}
    k8s.apps.v1.Deployment(
        "api",
        metadata={"namespace": name, "name": "api"},
        spec={
            "replicas": settings.get("replicas", 1),
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "python:3.14"}]},
            },
            **settings.get("fields", {}),
        },
        opts=within,
    )
    spec = {"type": "object", "properties": {"size": {"type": "integer"}}}
    queues = k8s.apiextensions.v1.CustomResourceDefinition(
        "queues",
        metadata={"name": "queues.example.com"},
        spec={
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Queue", "plural": "queues"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
                }
            ],
        },
        opts=within,
    )
    k8s.apiextensions.CustomResource(
        "queue",
        "example.com/v1",
        "Queue",
        metadata={"namespace": name},
        spec={"size": 3},
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[queues]),
    )
    secret = k8s.core.v1.Secret(
        "word",
        metadata={"namespace": name},
        string_data={"word": pulumi.Output.secret("open sesame")},
        opts=within,
    )
    release = k8s.helm.v3.Release(
        "kueue",
        chart="kueue",
        version="0.19.2",
        namespace="kueue-system",
        create_namespace=True,
        values={"replicas": 1},
        opts=within,
    )
    pulumi.export("secret", secret.metadata.name)
    pulumi.export("release", release.status.name)
