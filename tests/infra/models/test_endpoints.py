import pytest

from infra.models import endpoints
from tests.served_model import serving_role, uploaded

NAME = "maslow-dev-readmission"


def configuration(cloud, number, package=None, instances=2):
    """Create a model of a package and its configuration; returns that one's name."""
    sagemaker = cloud.client("sagemaker")
    container = {"ModelPackageName": package}
    if package is None:
        container = {"Image": "image", "ModelDataUrl": uploaded(cloud, "s3://data/model.tar.gz")}
    sagemaker.create_model(
        ModelName=f"m{number}",
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer=container,
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=f"c{number}",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": f"m{number}",
                "InitialInstanceCount": instances,
                "InstanceType": "ml.m5.large",
            }
        ],
    )
    return f"c{number}"


@pytest.fixture
def packages(cloud, register):
    uploaded(cloud, "s3://artifacts/model.tar.gz")
    return [register("Approved"), register("Approved")]


def variant(weight=1.0, instances=2):
    return {
        "VariantName": "AllTraffic",
        "CurrentWeight": weight,
        "CurrentInstanceCount": instances,
        "DesiredInstanceCount": 2,
    }


def test_there_is_no_endpoint_before_one_is_made(place):
    assert endpoints.endpoint(place, "readmission") is None
    assert endpoints.serving(None) is None


def test_what_serves_is_told_with_its_instances_and_its_scaling(place, cloud, packages):
    sagemaker = cloud.client("sagemaker")
    name = configuration(cloud, 1, packages[1])
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=name)
    found = endpoints.endpoint(place, "readmission")
    assert found == {
        "name": NAME,
        "status": "InService",
        "failure": None,
        "fleets": [{"version": 2, "coming": False, "share": 1.0, "instances": 2, "wanted": 2}],
        "scaling": None,
    }
    assert endpoints.serving(found) == 2
    cloud.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{NAME}/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=2,
        MaxCapacity=9,
    )
    assert endpoints.endpoint(place, "readmission")["scaling"] == {"min": 2, "max": 9}
    assert endpoints.scaling(place, "maslow-dev-other") is None


def test_while_it_is_updated_both_fleets_are_told(place, cloud, packages):
    old, new = (configuration(cloud, n, arn) for n, arn in enumerate(packages))
    found = endpoints.fleets(
        place,
        {
            "EndpointConfigName": old,
            "ProductionVariants": [variant(weight=0.75)],
            "PendingDeploymentSummary": {
                "EndpointConfigName": new,
                "ProductionVariants": [variant(weight=0.25, instances=1)],
            },
        },
    )
    assert [(one["version"], one["coming"], one["share"]) for one in found] == [
        (1, False, 0.75),
        (2, True, 0.25),
    ]
    assert [(one["instances"], one["wanted"]) for one in found] == [(2, 2), (1, 2)]


def test_a_part_of_the_traffic_that_is_not_told_is_unknown(place, cloud, packages):
    old = configuration(cloud, 1, packages[0])
    coming = {"VariantName": "AllTraffic"}
    found = endpoints.fleets(
        place,
        {
            "EndpointConfigName": old,
            "ProductionVariants": [variant()],
            "PendingDeploymentSummary": {
                "EndpointConfigName": "gone",
                "ProductionVariants": [coming],
            },
        },
    )
    assert [(one["version"], one["share"]) for one in found] == [(1, None), (None, None)]
    assert found[1]["instances"] is None


def test_a_model_that_no_package_is_behind_has_no_version(place, cloud):
    assert endpoints.versions_behind(place, configuration(cloud, 1)) == {"AllTraffic": None}
    assert endpoints.versions_behind(place, None) == {}
