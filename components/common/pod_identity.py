"""Roles that pods of a cluster of EKS have by their service accounts.

https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.common.iam import Document, document, rendered

PODS = "pods.eks.amazonaws.com"
"""Which service assumes them."""


def pod_trust(*, cluster_arn: str, namespace: str, service_accounts: Sequence[str]) -> Document:
    """A trust policy for service accounts of one cluster, as EKS tags their sessions.

    In their names, `*` stands for anything.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    account = {"aws:RequestTag/kubernetes-service-account": [*service_accounts]}
    place = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn,
        "aws:RequestTag/kubernetes-namespace": namespace,
    }
    patterns = any("*" in each for each in service_accounts)
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": PODS},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": (
                {"StringEquals": place, "StringLike": account}
                if patterns
                else {"StringEquals": {**place, **account}}
            ),
        }
    )


def pod_role(
    name: str,
    *,
    parent: pulumi.Resource,
    description: str,
    cluster_arn: pulumi.Input[str],
    namespace: pulumi.Input[str],
    service_accounts: list[str],
) -> aws.iam.Role:
    """A role that pods of these service accounts have, as a child of `parent`.

    Its policies are the caller's to add; it is given to each account by an association.
    """
    return aws.iam.Role(
        f"{name}-role",
        description=description,
        assume_role_policy=rendered(
            pod_trust,
            cluster_arn=cluster_arn,
            namespace=namespace,
            service_accounts=service_accounts,
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
