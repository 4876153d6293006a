from components.data.jobs.cluster_policy import cluster_runs, service_policy

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
JOB_ROLE, SERVICE_ROLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("job", "emr"))
NAME = "maslow-dev-job-visits"
TAGGED = {"StringEquals": {"aws:RequestTag/maslow:job": NAME}}
OWN = {"StringEquals": {"aws:ResourceTag/maslow:job": NAME}}


def of(statements, action):
    """The statements that allow an action."""
    return [each for each in statements if action in each["Action"]]


def runs():
    return cluster_runs(
        name=NAME,
        job_role_arn=JOB_ROLE,
        service_role_arn=SERVICE_ROLE,
        account_id=ACCOUNT,
        region=REGION,
    )


def service():
    return service_policy(
        name=NAME,
        job_role_arn=JOB_ROLE,
        subnet_ids=["subnet-1"],
        group_ids=["sg-1"],
        key_arn=KEY,
        account_id=ACCOUNT,
        region=REGION,
    )["Statement"]


def test_a_machine_makes_and_ends_clusters_of_its_own_job_alone() -> None:
    (make,) = of(runs(), "elasticmapreduce:RunJobFlow")
    assert make["Condition"] == {
        "StringEquals": {"aws:RequestTag/maslow:job": "maslow-dev-job-visits"}
    }
    for action in ("AddJobFlowSteps", "DescribeStep", "DescribeCluster", "TerminateJobFlows"):
        (own,) = of(runs(), f"elasticmapreduce:{action}")
        assert own["Condition"] == {
            "StringEquals": {"elasticmapreduce:ResourceTag/maslow:job": "maslow-dev-job-visits"}
        }


def test_a_machine_passes_two_roles_each_to_whom_it_is_for() -> None:
    passed = {
        role: each["Condition"]["StringEquals"]["iam:PassedToService"]
        for each in of(runs(), "iam:PassRole")
        for role in each["Resource"]
    }
    assert passed == {
        JOB_ROLE: "ec2.amazonaws.com",
        SERVICE_ROLE: "elasticmapreduce.amazonaws.com",
    }


def test_emr_makes_only_what_bears_the_jobs_tag() -> None:
    instances = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*"
    made = [each for each in of(service(), "ec2:RunInstances") if instances in each["Resource"]]
    assert [each["Condition"] for each in made] == [TAGGED, OWN]
    (ended,) = of(service(), "ec2:TerminateInstances")
    assert ended["Condition"] == OWN


def test_emr_puts_nodes_into_the_given_subnets_and_groups_alone() -> None:
    named = [
        arn
        for each in of(service(), "ec2:RunInstances")
        for arn in each["Resource"]
        if ":subnet/" in arn or ":security-group/" in arn
    ]
    ec2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
    assert sorted(named) == [f"{ec2}:security-group/sg-1", f"{ec2}:subnet/subnet-1"]
    (rules,) = of(service(), "ec2:AuthorizeSecurityGroupIngress")
    assert rules["Resource"] == [f"{ec2}:security-group/sg-1"]


def test_emr_passes_the_role_of_the_job_to_ec2_and_uses_one_key() -> None:
    (passed,) = of(service(), "iam:PassRole")
    assert passed["Resource"] == [JOB_ROLE]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    keys = {arn for each in service() for arn in each["Resource"] if ":kms:" in arn}
    assert keys == {KEY}
