import pytest

from components.common.durability import Durability
from components.platform.model_registry import ModelGroup
from infra.graph import record

GROUP = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"


def group(durability):
    graph = record(
        lambda: ModelGroup(
            "maslow-dev-readmission",
            {
                "group_name": "maslow-dev-readmission",
                "description": "Readmission within 30 days",
                "durability": durability,
            },
        )
    )
    return graph.one(GROUP)


def test_a_group_has_the_name_that_it_is_given():
    assert group(Durability.DISPOSABLE).inputs["modelPackageGroupName"] == "maslow-dev-readmission"


@pytest.mark.parametrize(
    ("durability", "options"),
    [
        (Durability.DISPOSABLE, {}),
        (Durability.KEEP, {"retainOnDelete": True}),
        (Durability.PROTECTED, {"retainOnDelete": True, "protect": True}),
    ],
)
def test_registered_versions_outlive_the_stack_as_the_setting_says(durability, options):
    assert group(durability).options == options
