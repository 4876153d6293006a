"""The summary of every environment: fits, and says what is in the graph."""

from datetime import date

import pulumi
import pulumi_aws as aws
import pytest

from infra.cost import costs
from infra.graph import record
from infra.settings.kubernetes.cluster import Kubernetes
from infra.summary import lines, sections
from infra.summary.needs import cluster
from infra.summary.whole import aging


def text(graph, stack, width=60):
    return "\n".join(line for line, _ in lines(sections(graph, stack), width))


def flat(graph, stack):
    return " ".join(text(graph, stack).split())


def test_a_summary_fits_into_60_columns(graph, project):
    told = text(graph, project.stack(graph.stack))
    assert max(map(len, told.splitlines())) <= 60


def test_a_summary_before_anything_is_trained_has_no_endpoints(first_pass, project):
    stack = project.stack(first_pass.stack)
    assert ("endpoints none yet" in flat(first_pass, stack)) == bool(stack.platform.models)


def test_every_need_and_every_own_component_at_the_top_has_its_line(graph, project):
    told = text(graph, project.stack(graph.stack))
    for name in ("foundation", "devops", "data", "platform", "mlops"):
        assert f"\n{name}, " in told


def test_what_is_not_priced_is_told_by_name(graph, project):
    stack = project.stack(graph.stack)
    told = text(graph, stack, width=1000)
    if stack.platform.cloud == "embedded":
        assert "Costs nothing" in told
        return
    found = costs(graph, stack.region)
    for name in (*found.unknown, *found.not_priced, *found.by_use, *found.jobs):
        assert name in told, name
    assert f"Costs at least ${found.monthly:,.0f} a month" in told


def test_prod_in_short(recording, project):
    told = flat(recording("prod", "second"), project.stack("prod"))
    for fact in (
        "resources in eu-west-1, account 333333333333",
        "10.30.0.0/16, 3 zones, no way out",
        "5 of its own, rotated every 180 days",
        "readmission: ml.c7i.xlarge × 2 to 40, captures 100%, data watched hourly",
        "none here: dev trains",
        "Key × 5",
        "hosting ml.c7i.xlarge × 2, $0.214 an hour (in us-east-1)",
        "interface endpoint × 36, $0.011 an hour",
    ):
        assert fact in told, fact


def test_dev_trains_on_instances_that_are_told(recording, project):
    told = flat(recording("dev", "second"), project.stack("dev"))
    assert "readmission: ml.m7i.4xlarge × 1, at most 12 h" in told
    assert "ml.m6i.xlarge × 1, at most 24 h, 40 trials, 2 at a time" in told
    assert "what is approved goes on to staging, prod" in told


def test_where_nothing_is_open_it_says_so(project):
    told = text(record(lambda: None), project.stack("local"))
    assert "Open\n  nothing\n" in told
    assert "Protected\n  nothing   a destroy takes all of it" in told
    assert "Closed or ending" not in told


def test_a_component_of_a_teams_own_is_told_by_its_resources(project):
    def program():
        own = pulumi.ComponentResource("acme:index:Lab", "lab")
        aws.sns.Topic("news", opts=pulumi.ResourceOptions(parent=own))

    assert "lab, 1 resource\n  has       Topic × 1\n" in text(record(program), project.stack("dev"))


def test_what_a_service_is_retired_as_is_told(project):
    told = flat(
        record(
            lambda: aws.sagemaker.Device("d", device_fleet_name="f", device={"deviceName": "d"})
        ),
        project.stack("dev"),
    )
    assert "ended SageMaker Edge Manager (1 here): ended since 26 April 2024" in told


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("1.36", []),
        ("1.34", ["standard support of Kubernetes 1.34 (2 here): ends on 2 December 2026"]),
        ("1.33", ["extended support of Kubernetes 1.33 (2 here): ends on 29 July 2027"]),
        ("1.31", ["extended support of Kubernetes 1.31 (2 here): ended since 26 November 2026"]),
        ("2.0", []),
    ],
)
def test_the_support_of_a_cluster_is_told_before_it_ends(version, told):
    rows = aging({version: 2}, date(2026, 11, 28))
    assert [text for _, text in rows] == told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "1.36, in standard support until 2 August 2027; pools general"),
        (
            {"version": "1.33", "add_ons": ("kueue", "kuberay")},
            "1.33, in extended support until 29 July 2027; pools general; add-ons kueue, kuberay",
        ),
        (
            {"version": "1.31"},
            "1.31, whose support ended on 26 November 2026; pools general",
        ),
        (
            {"existing": "shared", "teams": {"oncology": {"vcpus": 8, "memory_gib": 32}}},
            "shared, which is there already; pools general; teams oncology",
        ),
    ],
)
def test_a_cluster_is_told_with_the_end_of_its_support(settings, told):
    assert cluster(Kubernetes(**settings), date(2026, 11, 28)) == told


def test_a_plan_tells_of_the_cluster(recording, project):
    told = flat(recording("kubernetes", "second"), project.stack("kubernetes"))
    assert "cluster 1.36, in " in told
    assert "teams oncology, radiology; add-ons cert-manager, external-secrets, kueue" in told
