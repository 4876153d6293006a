"""What tests of EKS begin with: roles, a network, and a cluster of Auto Mode."""

import json

import pytest
from botocore.exceptions import ClientError

from catalog.emr_service_accounts import service_accounts
from catalog.kubernetes_versions import versions
from embedded.extensions.eks_pods import PRINCIPAL
from tests.embedded.extensions.studio import network

NEWEST, BEFORE, OLDER = [*versions()][:3]
BOTH = ("sts:AssumeRole", "sts:TagSession")


def role(cloud, name, service="eks.amazonaws.com", actions=BOTH):
    """The ARN of a role that a service assumes."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": [*actions]}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


def request(cloud, name, **more):
    """A request for a cluster of Auto Mode, which has a role and a network of its own."""
    _, subnets = network(cloud)
    return {
        "name": name,
        "version": NEWEST,
        "roleArn": role(cloud, f"{name}-cluster"),
        "resourcesVpcConfig": {"subnetIds": subnets},
        "accessConfig": {
            "authenticationMode": "API",
            "bootstrapClusterCreatorAdminPermissions": False,
        },
        "bootstrapSelfManagedAddons": False,
        **auto(on=True),
        **more,
    }


def emr_on_eks(cloud, namespace="jobs"):
    """A virtual cluster's id, and the ARN of a role that the pods of its runs have."""
    cloud.client("eks").create_cluster(**request(cloud, "spark"))
    info = {"eksInfo": {"namespace": namespace}}
    provider = {"id": "spark", "type": "EKS", "info": info}
    made = cloud.client("emr-containers").create_virtual_cluster(
        name="jobs", containerProvider=provider
    )
    arn = role(cloud, "job", PRINCIPAL)
    for account in service_accounts("123456789012", "job"):
        cloud.client("eks").create_pod_identity_association(
            clusterName="spark", namespace=namespace, serviceAccount=account, roleArn=arn
        )
    return made["id"], arn


def auto(*, on, **compute):
    """The three capabilities of Auto Mode."""
    return {
        "computeConfig": {"enabled": on, **compute},
        "storageConfig": {"blockStorage": {"enabled": on}},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": on}},
    }


def refused(call, code, match, **asked):
    """That a call is refused with a code and a message."""
    with pytest.raises(ClientError, match=match) as error:
        call(**asked)
    assert error.value.response["Error"]["Code"] == code
