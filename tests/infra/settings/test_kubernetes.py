"""The cluster, its pools and its teams, and what is refused of them."""

from datetime import date

import pytest

from infra.settings.kubernetes import checks
from infra.settings.kubernetes.pools import Pool

DAY = date(2026, 11, 28)
ADMIN = "arn:aws:iam::111111111111:role/admin"
PEOPLE = {"platform-engineer": ["pe"], "data-scientist": ["ds"]}
ACCESS = {
    "identity_center": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "personas": PEOPLE,
}
SHARE = {"vcpus": 8, "memory_gib": 32}
GPU = {"gpu": {"instances": ["g6.2xlarge"]}}


@pytest.fixture(autouse=True)
def _day(monkeypatch):
    monkeypatch.setattr(checks, "today", lambda: DAY)


def test_a_sound_cluster_is_taken(found):
    assert found(access=ACCESS, kubernetes={}) == []
    asked = {
        "version": "1.35",
        "support": "extended",
        "endpoint": {"public": ["203.0.113.0/24"]},
        "administrators": [ADMIN],
        "pools": GPU,
        "teams": {"oncology": {**SHARE, "gpus": 2, "personas": ["data-scientist"]}},
    }
    assert found(access=ACCESS, kubernetes=asked) == []
    assert found(kubernetes={"existing": "shared"}) == []


@pytest.mark.parametrize(
    ("kubernetes", "said"),
    [
        ({"version": "1.99"}, '"1.99" is no version of Kubernetes that EKS has.'),
        ({"version": "1.31"}, "EKS ended Kubernetes 1.31 on 2026-11-26."),
        ({"version": "1.33"}, "standard support of Kubernetes 1.33 ended on 2026-07-29."),
        ({"support": "none"}, '"none" is not standard or extended'),
        ({"endpoint": {"public": []}}, "kubernetes.endpoint.public"),
        ({"endpoint": {"public": ["0.0.0.0/0"]}}, "0.0.0.0/0 is most of the internet."),
        ({"endpoint": {"public": ["10.0.0.0/16"]}}, "10.0.0.0/16 is private."),
        ({"endpoint": {"public": ["here"]}}, '"here" is not an IPv4 range.'),
        ({"administrators": ["admin"]}, '"admin" is not the ARN of a role or a user.'),
        ({"existing": "shared", "version": "1.36"}, "is the owner's to say of a cluster"),
        ({"pools": {}}, "kubernetes.pools"),
        ({"pools": {"Big": {"instances": ["m7i.xlarge"]}}}, '"Big" is not a name for a pool'),
        ({"pools": {"gpu": {"instances": []}}}, "kubernetes.pools"),
        ({"pools": {"gpu": {"instances": ["ml.g6.2xlarge"]}}}, '"ml.g6.2xlarge" is not an'),
        ({"pools": {"tiny": {"instances": ["t3.micro"]}}}, '"t3.micro" is not an instance type'),
        (
            {"pools": {"any": {"instances": ["g6.2xlarge", "m7i.xlarge"]}}},
            "g6.2xlarge and m7i.xlarge are not of one kind.",
        ),
        ({"pools": {"gpu": {**GPU["gpu"], "max": 0}}}, "kubernetes.pools"),
        (
            {"pools": {"gpu": {**GPU["gpu"], "expire_hours": 480, "drain_hours": 48}}},
            "a node of 480 hours would be 48 older once it is drained",
        ),
        ({"pools": {"gpu": {**GPU["gpu"], "zones": ["here"]}}}, '"here" is no availability zone.'),
        ({"teams": {"oncology": {}}}, "is missing."),
        ({"teams": {"Oncology": SHARE}}, '"Oncology" is not a name for a team.'),
        ({"teams": {"kube-system": SHARE}}, '"kube-system" is a namespace of Kubernetes\''),
        ({"teams": {"oncology": {**SHARE, "gpus": 1}}}, "no pool has GPUs."),
        ({"teams": {"oncology": {**SHARE, "neuron": 1}}}, "no pool has Neuron's chips."),
        (
            {"teams": {"oncology": {**SHARE, "personas": ["ml-engineer"]}}},
            "nobody can sign in as ml-engineer.",
        ),
    ],
)
def test_what_eks_or_nobody_could_work_with_is_refused(found, kubernetes, said):
    mistakes = found(access=ACCESS, kubernetes=kubernetes)
    assert any(said in mistake for mistake in mistakes), mistakes


def test_a_cluster_that_nobody_could_enter_is_refused(found):
    (mistake,) = found(kubernetes={})
    assert "nobody could enter the cluster but the delivery." in mistake
    assert found(kubernetes={"administrators": [ADMIN]}) == []


def test_a_cluster_needs_a_way_out(found):
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    (mistake,) = found(network=network, access=ACCESS, kubernetes={})
    assert mistake.startswith("kubernetes: without egress")


def test_a_pool_is_in_zones_of_the_network(found):
    network = {"cidr": "10.10.0.0/16", "zones": ["eu-west-1a", "eu-west-1b"]}
    pools = {"general": {"instances": ["m7i.xlarge"], "zones": ["eu-west-1a", "eu-west-1c"]}}
    (mistake,) = found(network=network, access=ACCESS, kubernetes={"pools": pools})
    assert "kubernetes.pools.general.zones[2]: the network is not in eu-west-1c." in mistake


def test_the_most_of_a_pool_is_reckoned_by_its_largest_type():
    pool = Pool(instances=("g6.2xlarge", "g5.12xlarge"))
    assert (pool.largest.vcpus, pool.largest.accelerators, pool.resource) == (48, 4, "GPU")
    assert Pool(instances=("inf2.xlarge",)).resource == "Neuron"
    assert Pool(instances=("m7i.xlarge", "m8g.xlarge")).arm


JENKINS = {"add_ons": ["external-secrets", "jenkins"], "jenkins": {"image": "example.com/b:1"}}
DEPLOYS = {**JENKINS, "jenkins": {**JENKINS["jenkins"], "deploys": True}}


def test_jenkins_previews_beside_codepipeline_and_deploys_instead_of_it(found):
    assert found(access=ACCESS, kubernetes=JENKINS) == []
    assert found(access=ACCESS, kubernetes=DEPLOYS, delivery={"by": "ci"}) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kubernetes": {"jenkins": JENKINS["jenkins"]}}, "the add-on jenkins is off"),
        ({"kubernetes": {**JENKINS, "jenkins": {"image": "Builds"}}}, "not an image with its tag"),
        ({"kubernetes": JENKINS, "source": {"codecommit": "ml"}}, "CodeCommit, which Jenkins"),
        ({"kubernetes": DEPLOYS}, "CodePipeline deploys each push as well"),
        (
            {"kubernetes": DEPLOYS, "delivery": {"by": "ci", "trigger": {"tag": "v*"}}},
            "Jenkins looks at a branch",
        ),
    ],
)
def test_a_pipeline_of_jenkins_that_could_not_deliver_is_refused(found, values, said):
    assert said in "\n".join(found(access=ACCESS, **values))
