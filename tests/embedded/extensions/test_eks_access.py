import json

import boto3
import pytest

from embedded.extensions.eks_access import OF_AUTO_MODE, policy_arn
from embedded.translate import service_model
from tests.embedded.extensions.kubernetes import auto, refused, request, role

INVALID, IN_USE = "InvalidParameterException", "ResourceInUseException"
MISSING = "ResourceNotFoundException"
NAME = "opened"
POD = {"clusterName": NAME, "namespace": "trainings"}
VIEW = policy_arn("AmazonEKSViewPolicy")
VERSION = "v2.1.9-eksbuild.1"


@pytest.fixture(scope="module")
def eks(cloud):
    client = cloud.client("eks")
    client.create_cluster(**request(cloud, NAME))
    return client


@pytest.fixture(scope="module")
def pods(cloud):
    return role(cloud, "pods", "pods.eks.amazonaws.com")


@pytest.fixture
def entry(cloud):
    """What names an access entry, of a role of the test's own."""
    name = f"entered-{len(cloud.client('iam').list_roles()['Roles'])}"
    return {"clusterName": NAME, "principalArn": role(cloud, name)}


def test_an_entry_is_one_for_a_principal_and_gets_a_name(eks, entry, misfits):
    made = eks.create_access_entry(**entry, kubernetesGroups=["trainers"], tags={"a": "b"})[
        "accessEntry"
    ]
    assert made["type"] == "STANDARD"
    assert made["username"].endswith("/{{SessionName}}")
    assert made["accessEntryArn"].startswith(
        f"arn:aws:eks:eu-west-1:123456789012:access-entry/{NAME}/role/123456789012/"
    )
    refused(eks.create_access_entry, IN_USE, "already in use", **entry)
    told = eks.describe_access_entry(**entry)["accessEntry"]
    assert told == made
    output = service_model("eks").operation_model("DescribeAccessEntry").output_shape
    assert [*misfits(output.members["accessEntry"], told, "accessEntry")] == []
    eks.update_access_entry(**entry, kubernetesGroups=[])
    assert eks.describe_access_entry(**entry)["accessEntry"]["kubernetesGroups"] == []
    eks.delete_access_entry(**entry)
    refused(eks.describe_access_entry, MISSING, "principalArn could not be found", **entry)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"type": "ADMIN"}, "no type ADMIN"),
        ({"type": "EC2_LINUX", "kubernetesGroups": ["a"]}, "kubernetesGroups: entries of the type"),
        ({"kubernetesGroups": ["system:masters"]}, "no name begins with system:"),
        ({"username": "eks:ana"}, "no name begins with eks:"),
        ({"principalArn": "arn:aws:iam::123456789012:role/nobody"}, "nobody does not exist"),
        ({"principalArn": "arn:aws:iam::123456789012:user/nobody"}, "nobody does not exist"),
        ({"principalArn": "arn:aws:sts::123456789012:assumed-role/a/b"}, "no role and no user"),
        (
            {"principalArn": "arn:aws:iam::123456789012:user/a", "type": "EC2"},
            "principal of the type EC2 is a role",
        ),
    ],
)
def test_what_no_entry_is_is_refused(eks, entry, more, match):
    refused(eks.create_access_entry, INVALID, match, **(entry | more))


def test_who_is_of_another_account_is_not_looked_for(eks):
    far = {"clusterName": NAME, "principalArn": "arn:aws:iam::210987654321:role/team/trainer"}
    eks.create_access_entry(**far)
    assert eks.describe_access_entry(**far)["accessEntry"]["username"] == (
        "arn:aws:sts::210987654321:assumed-role/trainer/{{SessionName}}"
    )


def test_a_cluster_of_the_config_map_has_no_entries(cloud, eks):
    mode = {"authenticationMode": "CONFIG_MAP"}
    eks.create_cluster(**request(cloud, "mapped", accessConfig=mode, **auto(on=False)))
    named = {"clusterName": "mapped", "principalArn": "arn:aws:iam::210987654321:role/a"}
    wrong = "authentication mode must be set to one of"
    refused(eks.create_access_entry, "InvalidRequestException", wrong, **named)


def test_auto_mode_lets_its_own_roles_in(cloud, eks):
    nodes = role(cloud, "built-in", "ec2.amazonaws.com")
    wanted = request(cloud, "auto", **auto(on=True, nodePools=["system"], nodeRoleArn=nodes))
    eks.create_cluster(**wanted)
    entries = eks.list_access_entries(clusterName="auto")["accessEntries"]
    assert sorted(entries) == sorted([nodes, wanted["roleArn"]])
    told = eks.describe_access_entry(clusterName="auto", principalArn=nodes)["accessEntry"]
    assert told["type"] == "EC2"

    def policies(principal):
        named = {"clusterName": "auto", "principalArn": principal}
        listed = eks.list_associated_access_policies(**named)["associatedAccessPolicies"]
        return {each["policyArn"] for each in listed}

    assert policies(wanted["roleArn"]) == set(map(policy_arn, OF_AUTO_MODE))
    assert policies(nodes) == {policy_arn("AmazonEKSAutoNodePolicy")}


def test_who_creates_a_cluster_administers_it_unless_told_not_to(cloud, eks):
    iam = cloud.client("iam")
    ana = iam.create_user(UserName="ana")["User"]["Arn"]
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    as_ana = boto3.client(
        "eks",
        region_name=cloud.region,
        endpoint_url=cloud.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    as_ana.create_cluster(
        **request(cloud, "anas", accessConfig={"authenticationMode": "API"}, **auto(on=False))
    )
    assert eks.list_access_entries(clusterName="anas")["accessEntries"] == [ana]


def test_a_policy_is_given_for_a_scope_that_may_change(eks, entry):
    eks.create_access_entry(**entry)
    given = {**entry, "policyArn": VIEW}
    eks.associate_access_policy(
        **given, accessScope={"type": "namespace", "namespaces": ["trainings"]}
    )
    eks.associate_access_policy(**given, accessScope={"type": "cluster"})
    (told,) = eks.list_associated_access_policies(**entry)["associatedAccessPolicies"]
    assert told["accessScope"] == {"type": "cluster", "namespaces": []}
    listed = eks.list_access_entries(clusterName=NAME, associatedPolicyArn=VIEW)["accessEntries"]
    assert listed == [entry["principalArn"]]
    eks.disassociate_access_policy(**given)
    refused(eks.disassociate_access_policy, MISSING, "could not be found", **given)


@pytest.mark.parametrize(
    ("type_", "policy", "scope", "match"),
    [
        ("STANDARD", policy_arn("Mine"), {"type": "cluster"}, "no access policy"),
        ("EC2_LINUX", VIEW, {"type": "cluster"}, "take no access policies"),
        ("STANDARD", VIEW, {"type": "namespace"}, "namespaces are for the scope namespace"),
        ("STANDARD", VIEW, {"type": "cluster", "namespaces": ["a"]}, "namespaces are for"),
        ("STANDARD", VIEW, {"type": "world"}, "cluster or namespace"),
    ],
)
def test_a_policy_that_gives_nothing_is_refused(eks, entry, type_, policy, scope, match):
    eks.create_access_entry(**entry, type=type_)
    asked = {**entry, "policyArn": policy, "accessScope": scope}
    refused(eks.associate_access_policy, INVALID, match, **asked)


def test_the_policies_that_there_are_are_listed(eks):
    names = {each["name"] for each in eks.list_access_policies()["accessPolicies"]}
    assert {"AmazonEKSClusterAdminPolicy", "AmazonEKSAutoNodePolicy", *OF_AUTO_MODE} <= names


def test_a_service_account_has_one_role_and_may_get_another(cloud, eks, pods):
    asked = {**POD, "serviceAccount": "trainer", "roleArn": pods}
    made = eks.create_pod_identity_association(**asked)["association"]
    assert made["associationArn"].endswith(
        f":podidentityassociation/{NAME}/{made['associationId']}"
    )
    refused(eks.create_pod_identity_association, IN_USE, made["associationId"], **asked)
    named = {"clusterName": NAME, "associationId": made["associationId"]}
    other = role(cloud, "other-pods", "pods.eks.amazonaws.com")
    told = eks.update_pod_identity_association(**named, targetRoleArn=other)["association"]
    assert told["externalId"]
    (listed,) = eks.list_pod_identity_associations(**POD, serviceAccount="trainer")["associations"]
    assert listed["associationId"] == made["associationId"]
    eks.delete_pod_identity_association(**named)
    refused(eks.describe_pod_identity_association, MISSING, "does not exist", **named)


@pytest.mark.parametrize(
    ("service", "actions", "match"),
    [
        ("pods.eks.amazonaws.com", ["sts:AssumeRole"], "does not allow sts:TagSession"),
        ("eks.amazonaws.com", ["sts:*"], "does not allow sts:AssumeRole"),
    ],
)
def test_a_role_that_no_pod_could_have_is_refused(cloud, eks, service, actions, match):
    wrong = role(cloud, f"no-pods-{len(actions[0])}", service, actions)
    asked = {**POD, "serviceAccount": "wrong", "roleArn": wrong}
    refused(eks.create_pod_identity_association, INVALID, match, **asked)


def test_a_policy_of_pods_needs_sessions_without_tags(eks, pods):
    narrow = json.dumps({"Version": "2012-10-17", "Statement": []})
    asked = {**POD, "serviceAccount": "narrow", "roleArn": pods, "policy": narrow}
    refused(eks.create_pod_identity_association, INVALID, "disableSessionTags", **asked)
    eks.create_pod_identity_association(**asked, disableSessionTags=True)


def test_an_addon_brings_the_roles_of_its_pods_and_takes_them_with_it(eks, pods):
    named = {"clusterName": NAME, "addonName": "amazon-cloudwatch-observability"}
    agents = [{"serviceAccount": "cloudwatch-agent", "roleArn": pods}]
    made = eks.create_addon(**named, podIdentityAssociations=agents)["addon"]
    assert "addonVersion" not in made
    place = {"clusterName": NAME, "namespace": "amazon-cloudwatch"}
    (listed,) = eks.list_pod_identity_associations(**place)["associations"]
    assert listed["ownerArn"] == made["addonArn"]
    refused(eks.create_addon, IN_USE, "Addon already exists", **named)
    update = eks.update_addon(**named, addonVersion=VERSION)["update"]
    assert (update["type"], update["status"]) == ("AddonUpdate", "Successful")
    found = {"name": NAME, "updateId": update["id"], "addonName": named["addonName"]}
    assert eks.describe_update(**found)["update"]["id"] == update["id"]
    assert eks.describe_addon(**named)["addon"]["addonVersion"] == VERSION
    assert eks.list_addons(clusterName=NAME)["addons"] == [named["addonName"]]
    eks.delete_addon(**named)
    refused(eks.describe_addon, MISSING, "No addon", **named)
    assert eks.list_pod_identity_associations(**place)["associations"] == []


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"addonName": "mine"}, "Addon mine specified is not supported"),
        ({"addonVersion": "2.1.9"}, "not one of EKS's"),
        ({"configurationValues": "{["}, "no JSON and no YAML"),
        ({"serviceAccountRoleArn": "arn:aws:iam::123456789012:role/nobody"}, "does not exist"),
    ],
)
def test_what_no_addon_is_is_refused(eks, more, match):
    asked = {"clusterName": NAME, "addonName": "aws-efs-csi-driver", **more}
    refused(eks.create_addon, INVALID, match, **asked)


def test_what_belongs_to_a_cluster_is_tagged_by_its_arn(eks, entry):
    arn = eks.create_access_entry(**entry, tags={"old": "1"})["accessEntry"]["accessEntryArn"]
    eks.tag_resource(resourceArn=arn, tags={"team": "oncology"})
    eks.untag_resource(resourceArn=arn, tagKeys=["old"])
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "oncology"}
    refused(eks.list_tags_for_resource, "NotFoundException", "not found", resourceArn=f"{arn}1")


def test_entries_go_with_their_cluster(cloud, eks):
    eks.create_cluster(**request(cloud, "passing"))
    named = {"clusterName": "passing", "principalArn": "arn:aws:iam::210987654321:role/a"}
    eks.create_access_entry(**named)
    eks.delete_cluster(name="passing")
    refused(eks.describe_access_entry, MISSING, "No cluster found", **named)
