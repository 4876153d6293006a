import pytest

JOB = {
    "name": "visits",
    "engine": "emr-on-eks",
    "team": "oncology",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.visits"],
    "writes": ["curated.visits"],
}
NO_NODE = (
    "jobs[visits].engine: no pool has nodes without accelerators that hold a worker, "
    "of 4 vCPUs and 16 GiB."
)
RESTRICTED = (
    "jobs[visits].team: the namespace of oncology is restricted, "
    "and EMR's pods do not drop the rights that it asks them to."
)
TEAM = {"vcpus": 16, "memory_gib": 64}


@pytest.fixture
def found_on_kubernetes(found):
    """Each mistake of a job and what it runs on, beside a cluster that people may enter."""

    def check(job=JOB, team=None, pools=None, **more):
        cluster = {
            "administrators": ["arn:aws:iam::111111111111:role/admin"],
            "teams": {"oncology": TEAM | (team or {})},
            **({"pools": pools} if pools else {}),
        }
        return found(jobs=[job], **{"kubernetes": cluster, **more})

    return check


def test_a_job_runs_in_the_namespace_of_a_team(found_on_kubernetes):
    assert found_on_kubernetes() == []
    assert found_on_kubernetes(pools={"general": {"instances": ["m7i.xlarge"]}}) == []


def test_it_needs_a_cluster_and_a_team(found, found_on_kubernetes):
    assert found(jobs=[JOB]) == [
        "jobs[visits].engine: there is no cluster of Kubernetes to run it on."
    ]
    without = {key: value for key, value in JOB.items() if key != "team"}
    assert found_on_kubernetes(without) == [
        "jobs[visits]: it does not say in which team's namespace it runs."
    ]
    assert found_on_kubernetes({**JOB, "team": "oncolgy"}) == [
        "jobs[visits].team: there is no team oncolgy under kubernetes.teams."
    ]


def test_other_engines_have_no_team(found_on_kubernetes):
    assert found_on_kubernetes({**JOB, "engine": "emr"}) == [
        "jobs[visits].team: only jobs with engine: emr-on-eks run in a team's namespace."
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"team": {"vcpus": 12}},
            "jobs[visits].size.max_vcpu: a run takes 16 vCPUs, and oncology has 12.",
        ),
        (
            {"team": {"memory_gib": 63}},
            "jobs[visits].size.max_vcpu: a run takes 64 GiB of memory, and oncology has 63.",
        ),
        (
            {"team": {"pod_security": "restricted"}},
            RESTRICTED,
        ),
        (
            {"pools": {"small": {"instances": ["m7i.large"]}}},
            NO_NODE,
        ),
        (
            {"pools": {"gpu": {"instances": ["g6.2xlarge"]}}},
            NO_NODE,
        ),
        (
            {"spark": {"release": "emr-7.2.0"}},
            "spark.release: pods of emr-7.2.0 have no role by EKS Pod Identity.",
        ),
        (
            {"orchestration": "mwaa-serverless"},
            "jobs[visits].engine: MWAA Serverless runs jobs here on EMR Serverless or by Glue.",
        ),
    ],
)
def test_what_would_never_run_is_refused(found_on_kubernetes, change, said):
    assert found_on_kubernetes(**change) == [said]


def test_its_size_is_the_teams_to_give(found_on_kubernetes):
    large = {**JOB, "size": {"max_vcpu": 128}}
    assert found_on_kubernetes(large, {"vcpus": 128, "memory_gib": 512}) == []
