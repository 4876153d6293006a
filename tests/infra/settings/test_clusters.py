import pytest

from infra.settings import from_config
from infra.settings.data.clusters import Clusters
from infra.settings.mistakes import SettingsError

JOB = {
    "name": "visits",
    "engine": "emr",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.visits"],
    "writes": ["curated.visits"],
}


@pytest.fixture
def found_in_clusters(found):
    """Each mistake of clusters with these settings, beside a job that runs on them."""

    def check(job=JOB, **clusters):
        return found(jobs=[job], spark={"clusters": clusters} if clusters else {})

    return check


def test_a_job_runs_on_clusters_that_nothing_is_said_of(found_in_clusters):
    assert found_in_clusters() == []
    assert found_in_clusters(instances=["c7i.2xlarge"], spot="off", idle_minutes=1) == []


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("m7g.xlarg", "Did you mean m7g.xlarge?"),
        ("ml.m7g.xlarge", "Did you mean m7g.xlarge?"),
        ("m7g.large", "4 vCPUs and 16 GB or more"),
        ("m6g.xlarge", "encrypt what they send"),
        ("g6.xlarge", "no accelerator"),
    ],
)
def test_what_no_node_is_made_of_is_refused(value, hint):
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "jobs": [JOB],
        "spark": {"clusters": {"instances": [value]}},
    }
    with pytest.raises(SettingsError) as refused:
        from_config(values, "eu-west-1", "dev")
    (mistake,) = refused.value.mistakes
    assert mistake.message == f'"{value}" is not an instance type for nodes of EMR.'
    assert hint in mistake.hint


def test_types_are_one_to_thirty_and_each_once(found_in_clusters):
    assert found_in_clusters(instances=["m7g.xlarge", "m7g.xlarge"]) == [
        "spark.clusters.instances: m7g.xlarge is here twice."
    ]
    (none,) = found_in_clusters(instances=[])
    assert none.startswith("spark.clusters.instances: ")
    sizes = ("xlarge", "2xlarge", "4xlarge", "8xlarge")
    families = ("m7g", "m8g", "r7g", "r8g", "m6i", "m7i", "r7i", "r8i")
    many = [f"{family}.{size}" for family in families for size in sizes]
    job = {**JOB, "size": {"max_vcpu": 64}}
    assert found_in_clusters(job, instances=many[:30]) == []
    (too_many,) = found_in_clusters(job, instances=many[:31])
    assert too_many.startswith("spark.clusters.instances: ")


def test_a_cluster_idles_for_a_minute_to_a_week(found_in_clusters):
    assert found_in_clusters(idle_minutes=10_080) == []
    for wrong in (0, 10_081):
        (mistake,) = found_in_clusters(idle_minutes=wrong)
        assert mistake.startswith("spark.clusters.idle_minutes: ")


def test_the_share_of_spot_is_a_percentage_or_off(found_in_clusters):
    assert found_in_clusters(spot="100%") == []
    assert found_in_clusters(spot="0%") == ["spark.clusters.spot: 0% is out of bounds."]
    assert found_in_clusters(spot=80) == ["spark.clusters.spot: 80 is not a percentage."]


def test_a_node_must_fit_beside_the_driver(found_in_clusters):
    job = {**JOB, "size": {"max_vcpu": 16}}
    assert found_in_clusters(job, instances=["m7g.xlarge", "m7g.4xlarge"]) == [
        (
            "jobs[visits].size.max_vcpu: a node of m7g.4xlarge has 16 vCPUs, and 12 are left "
            "beside the driver's 4."
        )
    ]
    assert found_in_clusters({**JOB, "size": {"max_vcpu": 20}}, instances=["m7g.4xlarge"]) == []


def test_clusters_need_a_way_out(found):
    network = {"cidr": "10.10.0.0/16", "egress": "none"}
    assert found(jobs=[JOB], network=network) == [
        (
            "jobs[visits].engine: clusters of EMR scale by an API on the internet, and "
            "network.egress is none."
        )
    ]
    assert found(jobs=[{**JOB, "engine": "emr-serverless"}], network=network) == []


def test_clusters_that_nothing_runs_on_are_refused(found_in_clusters):
    assert found_in_clusters({**JOB, "engine": "glue"}, spot="off") == [
        "spark.clusters: there is no job with engine: emr, and so nothing runs on them."
    ]


def test_a_run_on_a_cluster_is_not_bounded_by_the_application(found_in_clusters):
    assert found_in_clusters({**JOB, "size": {"max_vcpu": 400}}) == []


def test_a_share_of_spot_reads_as_it_was_written():
    assert Clusters.model_validate({"spot": "40%"}).model_dump(mode="json")["spot"] == "40%"
    assert Clusters().model_dump(mode="json")["spot"] == "80%"
