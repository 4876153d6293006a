"""Three accounts in one plan: what each environment lets in of the others, and reaches there."""

from typing import Any

import pytest
from rich.console import Console

from infra.across import Ties, ties, tree
from infra.graph import Graph
from infra.project import Project

DEV, STAGING, PROD = "111111111111", "222222222222", "333333333333"
RUNNING = (
    "maslow-{0}-{1}-endpoint-role-role-*",
    "maslow-{0}-{1}-monitor-*-as-role-*",
    "maslow-{0}-{1}-monitor-explain-as-role-*",
)
DELIVERING = (
    "maslow-{0}-break-glass",
    "maslow-{0}-ci-deploy*",
    "maslow-{0}-ci-preview*",
    "maslow-{0}-delivery-deploy-*",
    "maslow-{0}-delivery-preview-*",
    "maslow-{0}-drift*-role-*",
    "maslow-{0}-pull-requests-preview-*",
)


def of(graph: Graph, project: Project) -> dict[str, Ties]:
    accounts = project.stack(graph.stack).platform.accounts
    return {tie.environment: tie for tie in ties(graph, accounts)}


def test_production_has_to_do_with_dev_alone(project: Project, recording: Any) -> None:
    models = "length-of-stay", "readmission"
    assert of(recording("prod", "second"), project) == {
        "dev": Ties(
            "dev",
            DEV,
            lets_in=("maslow-dev-approvals-role-*",),
            reaches=(
                *(f"ecr repository/maslow-dev-{model}-images" for model in models),
                "events event-bus/maslow-dev-promotion",
                "kms key/*",
                "s3 maslow-dev-artifacts-bucket",
                *(f"s3 maslow-dev-artifacts-bucket/models/{model}/*" for model in models),
                "sagemaker model-package-group/maslow-dev-*",
                "sagemaker model-package/maslow-dev-*/*",
                *(f"sagemaker model-package/maslow-dev-{model}/1" for model in models),
            ),
        )
    }


@pytest.mark.parametrize(
    ("environment", "account", "models"),
    [
        ("staging", STAGING, ["readmission"]),
        ("prod", PROD, ["length-of-stay", "readmission"]),
    ],
)
def test_dev_lets_in_what_delivers_and_runs_the_models_of_each_later_environment(
    project: Project, recording: Any, environment: str, account: str, models: list[str]
) -> None:
    roles = [
        *(role.format(environment) for role in DELIVERING),
        *(role.format(environment, model) for model in models for role in RUNNING),
    ]
    assert of(recording("dev", "second"), project)[environment] == Ties(
        environment,
        account,
        lets_in=tuple(sorted(roles)),
        reaches=(f"events event-bus/maslow-{environment}-promotion",),
    )


def test_the_ties_are_a_tree_below_the_account_that_they_go_out_from(
    project: Project, recording: Any
) -> None:
    drawn = tree(recording("prod", "second"), project.stack("prod").platform.accounts)
    console = Console(width=80)
    with console.capture() as captured:
        console.print(drawn)
    assert captured.get().splitlines()[:5] == [
        f"across accounts, from {PROD}",
        f"└── dev  {DEV}",
        "    ├── lets in its roles",
        "    │   └── maslow-dev-approvals-role-*",
        "    └── reaches",
    ]


@pytest.mark.parametrize("environment", ["local", "gitlab"])
def test_an_environment_that_promotes_nothing_has_no_ties(
    project: Project, recording: Any, environment: str
) -> None:
    accounts = project.stack(environment).platform.accounts
    assert tree(recording(environment, "second"), accounts) is None
