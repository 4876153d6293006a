"""What a cluster in Auto Mode may do in the account."""

from components.platform.kubernetes.cluster_policies import (
    EKS,
    cluster_policy,
    look_policy,
    node_policy,
    session_trust,
)

CLUSTER = "maslow-dev-kubernetes"
NODES = "arn:aws:iam::123456789012:role/maslow-dev-kubernetes-nodes-role"
POLICY = cluster_policy(
    cluster=CLUSTER,
    node_role_arn=NODES,
    key_arn="arn:aws:kms:eu-west-1:123456789012:key/data",
    account_id="123456789012",
    region="eu-west-1",
)


def statements_of(action):
    return [each for each in POLICY["Statement"] if action in each["Action"]]


def test_eks_may_tag_the_sessions_that_auto_mode_is_told_apart_by():
    (statement,) = session_trust(EKS, account_id="123456789012")["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Principal"] == {"Service": "eks.amazonaws.com"}


def test_nodes_get_their_role_and_no_other():
    (statement,) = statements_of("iam:PassRole")
    assert statement["Resource"] == [NODES]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_what_is_made_is_marked_as_the_clusters_and_nothing_else_is_changed():
    marked = {
        "StringEquals": {"aws:RequestTag/eks:eks-cluster-name": CLUSTER},
    }
    own = {"StringEquals": {"aws:ResourceTag/eks:eks-cluster-name": CLUSTER}}
    made = ("ec2:CreateLaunchTemplate", "ec2:CreateVolume", "elasticloadbalancing:CreateRule")
    for action in made:
        assert [each["Condition"] for each in statements_of(action)] == [marked]
    changed = ("ec2:DetachVolume", "ec2:DeleteSecurityGroup", "elasticloadbalancing:DeleteRule")
    for action in changed:
        assert [each["Condition"] for each in statements_of(action)] == [own]


def test_no_instance_is_started_that_is_not_marked():
    instances = [
        each
        for each in statements_of("ec2:RunInstances")
        if any(":instance/" in arn for arn in each["Resource"])
    ]
    assert [each["Condition"] for each in instances] == [
        {"StringEquals": {"aws:RequestTag/eks:eks-cluster-name": CLUSTER}}
    ]


def test_nodes_pull_images_of_the_account_and_fetch_identities_of_pods():
    policy = node_policy(account_id="123456789012", region="eu-west-1")
    where = {action: each["Resource"] for each in policy["Statement"] for action in each["Action"]}
    assert where["ecr:BatchGetImage"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/*"]
    assert where["eks-auth:AssumeRoleForPodIdentity"] == [
        "arn:aws:eks:eu-west-1:123456789012:cluster/*"
    ]
    assert not any(action.startswith("s3:") for action in where)


def test_people_find_the_one_cluster():
    (statement,) = look_policy(cluster_arn="arn:aws:eks:eu-west-1:1:cluster/one")["Statement"]
    assert statement["Resource"] == ["arn:aws:eks:eu-west-1:1:cluster/one"]
