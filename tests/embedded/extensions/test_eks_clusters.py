import base64
import copy

import pytest
from cryptography import x509

from embedded.translate import service_model
from tests.embedded.extensions.kubernetes import (
    BEFORE,
    NEWEST,
    OLDER,
    auto,
    refused,
    request,
    role,
)

INVALID, IN_USE = "InvalidParameterException", "ResourceInUseException"


@pytest.fixture(scope="module")
def eks(cloud):
    return cloud.client("eks")


@pytest.fixture(scope="module")
def asked(cloud):
    """A request that is granted, to be spoiled."""
    return request(cloud, "spoiled")


@pytest.fixture(scope="module")
def nodes(cloud):
    return role(cloud, "nodes", "ec2.amazonaws.com")


@pytest.fixture
def made(cloud, eks):
    """The name of a new cluster, of the version before the newest."""
    name = f"made-{len(eks.list_clusters()['clusters'])}"
    eks.create_cluster(**request(cloud, name, version=BEFORE))
    return name


def settled(cloud, eks, name):
    """What is told of a cluster once nothing is under way."""
    cloud.advance(60)
    cluster = eks.describe_cluster(name=name)["cluster"]
    assert cluster["status"] == "ACTIVE"
    return cluster


def test_a_cluster_is_told_as_it_was_asked_for(cloud, eks, misfits):
    more = {"deletionProtection": True, "zonalShiftConfig": {"enabled": True}, "tags": {"a": "b"}}
    asked = request(cloud, "told", **more)
    eks.create_cluster(**asked, logging={"clusterLogging": [{"types": ["audit"], "enabled": True}]})
    told = eks.describe_cluster(name="told")["cluster"]
    for key in ("accessConfig", "computeConfig", "storageConfig", "zonalShiftConfig"):
        assert told[key] == asked[key]
    assert told["kubernetesNetworkConfig"]["elasticLoadBalancing"] == {"enabled": True}
    assert told["deletionProtection"] is True
    assert told["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert told["logging"]["clusterLogging"][0] == {"types": ["audit"], "enabled": True}
    shape = service_model("eks").operation_model("DescribeCluster").output_shape.members["cluster"]
    assert [*misfits(shape, told, "cluster")] == []


def test_each_cluster_has_an_address_and_a_certificate_of_its_own(cloud, eks):
    for name in ("one", "other"):
        eks.create_cluster(**request(cloud, name))
    one, other = (eks.describe_cluster(name=name)["cluster"] for name in ("one", "other"))
    assert one["endpoint"] != other["endpoint"]
    assert one["endpoint"].endswith(".gr7.eu-west-1.eks.amazonaws.com")
    mark = one["endpoint"].removeprefix("https://").partition(".")[0]
    assert one["identity"]["oidc"]["issuer"].endswith(f"/id/{mark}")
    pem = base64.b64decode(one["certificateAuthority"]["data"])
    assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() == "CN=kubernetes"


def test_the_clusters_own_security_group_comes_and_goes_with_it(cloud, eks):
    eks.create_cluster(**request(cloud, "grouped"))
    network = eks.describe_cluster(name="grouped")["cluster"]["resourcesVpcConfig"]
    ec2, group = cloud.client("ec2"), network["clusterSecurityGroupId"]
    (told,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert told["VpcId"] == network["vpcId"]
    assert told["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group
    eks.delete_cluster(name="grouped")
    found = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group]}])
    assert found["SecurityGroups"] == []


@pytest.mark.parametrize(
    ("path", "value", "match"),
    [
        ("storageConfig.blockStorage.enabled", False, "all either fully enabled or fully disabled"),
        ("computeConfig.enabled", False, "all either fully enabled or fully disabled"),
        ("computeConfig.nodePools", ["system"], "nodeRoleArn must be provided"),
        ("computeConfig.nodePools", ["gpu"], "no built-in node pools gpu"),
        ("bootstrapSelfManagedAddons", True, "bootstrapSelfManagedAddons must be set to false"),
        ("accessConfig.authenticationMode", "CONFIG_MAP", "must be true if cluster authentication"),
        ("accessConfig", {"authenticationMode": "CONFIG_MAP"}, "needs the authentication mode API"),
        ("version", "1.19", "unsupported Kubernetes version 1.19"),
        ("version", "1.30", "unsupported Kubernetes version 1.30"),
        ("version", "2.0", "unsupported Kubernetes version 2.0"),
        ("roleArn", "arn:aws:iam::123456789012:role/nobody", "role/nobody does not exist"),
        ("resourcesVpcConfig.subnetIds", ["subnet-1"], "subnet-1 does not exist"),
        ("resourcesVpcConfig.endpointPublicAccess", False, "endpoint access cannot be false"),
        ("resourcesVpcConfig.securityGroupIds", ["sg-1"], "sg-1 is no security group of"),
        ("kubernetesNetworkConfig.serviceIpv4Cidr", "10.9.0.0/16", "overlaps"),
        ("kubernetesNetworkConfig.serviceIpv4Cidr", "11.0.0.0/16", "is in none of"),
        ("kubernetesNetworkConfig.serviceIpv4Cidr", "10.200.0.0/28", "not between"),
        ("kubernetesNetworkConfig.serviceIpv4Cidr", "10.200.0.1/16", "host bits"),
        ("kubernetesNetworkConfig.ipFamily", "ipv6", "has no clusters of IPv6"),
        (
            "outpostConfig",
            {"outpostArns": ["arn:aws:outposts:a"], "controlPlaneInstanceType": "m5.large"},
            "has no Outposts",
        ),
        (
            "encryptionConfig",
            [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:1:key/a"}}],
            "key/a does not exist",
        ),
        ("logging", {"clusterLogging": [{"types": ["nodes"]}]}, "Unknown log types: nodes"),
    ],
)
def test_what_no_cluster_is_is_refused(eks, asked, path, value, match):
    spoiled = copy.deepcopy(asked)
    *way, last = path.split(".")
    place = spoiled
    for step in way:
        place = place[step]
    place[last] = value
    refused(eks.create_cluster, INVALID, match, **spoiled)
    assert "spoiled" not in eks.list_clusters()["clusters"]


def test_subnets_of_one_zone_are_refused(eks, asked):
    one = asked["resourcesVpcConfig"]["subnetIds"][:1]
    spoiled = {**asked, "resourcesVpcConfig": {"subnetIds": one}}
    refused(eks.create_cluster, INVALID, "at least two different AZs", **spoiled)


@pytest.mark.parametrize(
    ("name", "service", "actions", "match"),
    [
        ("untagging", "eks.amazonaws.com", ["sts:AssumeRole"], "does not allow sts:TagSession"),
        ("stranger", "ec2.amazonaws.com", ["sts:*"], "does not allow sts:AssumeRole"),
    ],
)
def test_a_role_that_eks_could_not_use_is_refused(cloud, eks, asked, name, service, actions, match):
    spoiled = {**asked, "roleArn": role(cloud, name, service, actions)}
    refused(eks.create_cluster, INVALID, match, **spoiled)


def test_without_auto_mode_the_role_need_not_tag_sessions(cloud, eks):
    plain = role(cloud, "untagging-plain", actions=["sts:AssumeRole"])
    eks.create_cluster(**request(cloud, "plain", roleArn=plain, **auto(on=False)))


def test_a_name_is_taken_once(cloud, eks, made):
    again = request(cloud, "again") | {"name": made}
    refused(eks.create_cluster, IN_USE, "Cluster already exists with name", **again)


def test_a_protected_cluster_is_not_deleted(cloud, eks):
    eks.create_cluster(**request(cloud, "kept", deletionProtection=True))
    refused(eks.delete_cluster, "InvalidRequestException", "deletion protection", name="kept")
    eks.update_cluster_config(name="kept", deletionProtection=False)
    refused(eks.delete_cluster, IN_USE, "currently has update", name="kept")
    settled(cloud, eks, "kept")
    eks.delete_cluster(name="kept")
    refused(eks.describe_cluster, "ResourceNotFoundException", "No cluster found", name="kept")


def test_one_change_is_made_after_the_other(cloud, eks, made, misfits):
    begun = eks.update_cluster_config(name=made, upgradePolicy={"supportType": "STANDARD"})
    id_ = begun["update"]["id"]
    assert begun["update"]["status"] == "InProgress"
    assert eks.describe_cluster(name=made)["cluster"]["status"] == "UPDATING"
    change = {"name": made, "zonalShiftConfig": {"enabled": True}}
    refused(eks.update_cluster_config, IN_USE, f"update {id_} in progress", **change)
    settled(cloud, eks, made)
    told = eks.describe_update(name=made, updateId=id_)["update"]
    assert (told["status"], told["type"]) == ("Successful", "UpgradePolicyUpdate")
    shape = service_model("eks").operation_model("DescribeUpdate").output_shape.members["update"]
    assert [*misfits(shape, told, "update")] == []
    eks.update_cluster_config(**change)
    assert id_ in eks.list_updates(name=made)["updateIds"]
    unknown = {"name": made, "updateId": "unknown"}
    refused(eks.describe_update, "ResourceNotFoundException", "No update found", **unknown)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({}, "Only one type of update"),
        (
            {"upgradePolicy": {"supportType": "STANDARD"}, "zonalShiftConfig": {"enabled": True}},
            "Only one type of update",
        ),
        (
            {"resourcesVpcConfig": {"endpointPrivateAccess": True, "securityGroupIds": []}},
            "Only one type of update",
        ),
        ({"zonalShiftConfig": {"enabled": False}}, "already at the desired configuration"),
        ({"accessConfig": {"authenticationMode": "CONFIG_MAP"}}, "Unsupported authentication mode"),
        ({"computeConfig": {"enabled": False}}, "all either fully enabled or fully disabled"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.7.0.0/16"}}, "only when a cluster is"),
        (
            {"resourcesVpcConfig": {"endpointPublicAccess": False}},
            "Private and public endpoint access cannot be false",
        ),
    ],
)
def test_what_no_change_is_is_refused(cloud, eks, change, match):
    if "lasting" not in eks.list_clusters()["clusters"]:
        eks.create_cluster(**request(cloud, "lasting"))
    refused(eks.update_cluster_config, INVALID, match, name="lasting", **change)


def test_the_role_of_built_in_nodes_stays(cloud, eks, nodes, made):
    pools = {"nodePools": ["system"]}
    eks.update_cluster_config(name=made, **auto(on=True, nodeRoleArn=nodes, **pools))
    settled(cloud, eks, made)
    other = role(cloud, "other-nodes", "ec2.amazonaws.com")
    change = {"name": made, **auto(on=True, nodeRoleArn=other, **pools)}
    refused(eks.update_cluster_config, INVALID, "nodeRoleArn cannot be changed", **change)


def test_a_log_is_turned_on_and_off_by_itself(cloud, eks, made):
    for types, on in ((["api", "audit"], True), (["api"], False)):
        setup = {"clusterLogging": [{"types": types, "enabled": on}]}
        eks.update_cluster_config(name=made, logging=setup)
        told = settled(cloud, eks, made)["logging"]["clusterLogging"]
    assert told[0] == {"types": ["audit"], "enabled": True}
    assert told[1]["enabled"] is False


def test_a_version_is_followed_by_the_next_and_may_be_taken_back_for_a_week(cloud, eks, made):
    same, skipped = {"name": made, "version": BEFORE}, {"name": made, "version": OLDER}
    refused(eks.update_cluster_version, INVALID, "already at the desired", **same)
    refused(eks.update_cluster_version, INVALID, "Unsupported Kubernetes minor", **skipped)
    eks.update_cluster_version(name=made, version=NEWEST)
    assert settled(cloud, eks, made)["version"] == NEWEST
    back = eks.update_cluster_version(name=made, version=BEFORE)["update"]
    assert back["type"] == "VersionRollback"
    settled(cloud, eks, made)
    refused(eks.update_cluster_version, INVALID, "Unsupported Kubernetes minor", **skipped)


def test_no_version_is_left_out(cloud, eks):
    eks.create_cluster(**request(cloud, "older", version=OLDER))
    far = {"name": "older", "version": NEWEST}
    refused(eks.update_cluster_version, INVALID, f"from {OLDER} to {NEWEST}", **far)
    ended = {"name": "older", "version": "1.30"}
    refused(eks.update_cluster_version, INVALID, "unsupported Kubernetes version", **ended)


def test_nodes_of_an_older_version_go_first(cloud, eks, nodes, made):
    subnets = eks.describe_cluster(name=made)["cluster"]["resourcesVpcConfig"]["subnetIds"]
    group = {"clusterName": made, "nodegroupName": "old", "subnets": subnets, "nodeRole": nodes}
    eks.create_nodegroup(**group, version=OLDER)
    change = {"name": made, "version": NEWEST}
    refused(eks.update_cluster_version, "InvalidRequestException", "Nodegroups old", **change)
