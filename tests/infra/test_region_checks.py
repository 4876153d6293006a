"""Each region that settings accept: the platform stands there, or it is said what to change."""

import importlib.util
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from catalog.generate_images import generated, rendered
from catalog.images import FILE, registries
from catalog.regions import regions
from infra.collector import switch_off_collector
from infra.offline import recorded
from infra.project import Project
from infra.settings import from_config
from infra.settings.aws import allowed_regions
from infra.settings.mistakes import SettingsError

DEFAULTS: dict[str, Any] = {
    "owner": "ml-platform@example.com",
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
    "models": [
        {"name": "readmission", "project": "templates/tabular", "delivery": {"start": "off"}}
    ],
}
ALL: dict[str, Any] = {
    **DEFAULTS,
    "audit": {"config_rules": True, "guardduty": True, "macie": {}, "security_hub": True},
    "registry": {"scanning": "enhanced"},
    "network": {
        **DEFAULTS["network"],
        "egress": "single",
        "filter": {"by": "firewall", "domains": ["example.org"]},
    },
}
ADVICE: dict[str, Any] = {
    "registry.packages": False,
    "registry.scanning": "basic",
    "source": {"s3": {"bucket": "sources", "key": "platform.zip"}},
    "audit.config_rules": False,
    "audit.guardduty": False,
    "audit.macie": None,
    "audit.security_hub": False,
    "network.filter": None,
    "models[readmission].image": "123456789012.dkr.ecr.{region}.amazonaws.com/training:1",
    "models[readmission].monitor.data": "off",
}
"""What the hints say, by setting."""
UNFIT = ["ap-east-2", "ap-southeast-7", "ca-west-1", "mx-central-1"]
"""Regions without the services that deliver."""


def plan(project: Project, region: str, settings: dict[str, Any]) -> dict[str, str]:
    """The mistakes of an environment, by setting."""
    put_back = switch_off_collector()
    try:
        stack = from_config(settings, region, "dev", project=project.name)
        recorded(project, stack, services=frozenset())
    except SettingsError as error:
        return {mistake.setting: mistake.message for mistake in error.mistakes}
    finally:
        put_back()
    return {}


def advised(settings: dict[str, Any], region: str, wrong: dict[str, str]) -> dict[str, Any]:
    """The settings, changed as the hints say."""
    changed = deepcopy(settings)
    for setting in wrong:
        at: Any = changed
        *above, last = setting.replace("models[readmission]", "models.0").split(".")
        for step in above:
            at = at[int(step)] if step.isdecimal() else at.setdefault(step, {})
        value = ADVICE[setting]
        at[last] = value.format(region=region) if isinstance(value, str) else value
        if value is None:
            del at[last]
    return changed


@pytest.mark.parametrize(
    ("region", "settings"),
    [
        *(pytest.param(region, DEFAULTS, id=region) for region in allowed_regions()),
        *(
            pytest.param(region, ALL, id=f"{region}, with all services")
            for region in ("ap-southeast-6", "ca-central-1", "me-south-1")
        ),
    ],
)
def test_in_each_region_it_stands_or_changes_as_the_message_says(
    project: Project, region: str, settings: dict[str, Any]
) -> None:
    wrong = plan(project, region, settings)
    assert all(region in message for message in wrong.values())
    if "aws:region" in wrong:
        assert wrong.keys() == {"aws:region"}
        assert region in UNFIT
        return
    assert region not in UNFIT
    assert plan(project, region, advised(settings, region, wrong)) == {}


def test_ours_have_everything(project: Project) -> None:
    for region in ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2"):
        assert plan(project, region, DEFAULTS) == {}


@pytest.mark.parametrize(
    ("region", "messages"),
    [
        ("ca-central-1", {"registry.packages": "ca-central-1 has no CodeArtifact."}),
        (
            "eu-central-2",
            {
                "registry.packages": "eu-central-2 has no CodeArtifact.",
                "source": "eu-central-2 has no CodeConnections.",
            },
        ),
        ("mx-central-1", {"aws:region": "mx-central-1 has no CodeBuild and no CodePipeline."}),
        (
            "ap-southeast-5",
            {
                "registry.packages": "ap-southeast-5 has no CodeArtifact.",
                "source": "ap-southeast-5 has no CodeConnections.",
                "models[readmission].image": (
                    "SageMaker keeps no scikit-learn image in ap-southeast-5."
                ),
                "models[readmission].monitor.data": (
                    "SageMaker keeps no scikit-learn image in ap-southeast-5, in which it runs."
                ),
            },
        ),
    ],
)
def test_what_is_missing_is_told_by_the_setting_that_does_without(
    project: Project, region: str, messages: dict[str, str]
) -> None:
    assert plan(project, region, DEFAULTS) == messages


@pytest.mark.sagemaker
def test_the_committed_images_are_those_of_the_sagemaker_sdk() -> None:
    if importlib.util.find_spec("sagemaker") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    assert FILE.read_text() == rendered(generated()), "run: python -m catalog.generate_images"


def unlisted() -> Iterator[str]:
    return (region for region in allowed_regions() if region not in regions()["codeartifact"])


def test_the_sources_still_know_of_gaps() -> None:
    assert "ca-central-1" in unlisted()
    assert "mx-central-1" not in registries()["sagemaker-scikit-learn"]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-iso-east-1", "aws-iso")],
)
def test_a_region_of_another_partition_is_told_as_such(
    project: Project, region: str, partition: str
) -> None:
    wrong = plan(project, region, DEFAULTS)
    assert wrong["aws:region"] == f'"{region}" is in AWS\'s partition {partition}.'


def test_an_iceberg_table_is_looked_after_where_glue_does_so(project: Project) -> None:
    table = {"name": "curated.visits", "columns": {"id": "string"}, "format": "iceberg"}
    settings = {key: DEFAULTS[key] for key in ("owner", "network", "source")}
    assert plan(project, "eu-west-1", {**settings, "lake": {"tables": [table]}}) == {}
    (told,) = plan(project, "eu-west-3", {**settings, "lake": {"tables": [table]}}).items()
    assert told[0] == "lake.tables[curated.visits].upkeep"
    assert "Glue looks after no Iceberg tables in eu-west-3." in told[1]
    done_without = {"lake": {"tables": [{**table, "upkeep": False}]}}
    assert plan(project, "eu-west-3", {**settings, **done_without}) == {}


def test_an_app_of_mlflow_is_where_sagemaker_has_some(project: Project) -> None:
    settings = {key: DEFAULTS[key] for key in ("owner", "network", "source")}
    app = {**settings, "experiments": {"kind": "app"}}
    assert plan(project, "eu-west-1", app) == {}
    assert plan(project, "eu-south-1", app) == {
        "experiments.kind": "SageMaker has no apps of MLflow in eu-south-1."
    }
    assert plan(project, "eu-south-1", {**settings, "experiments": {}}) == {}


def test_copies_of_a_zone_are_elsewhere(project: Project) -> None:
    def told(region: str, **more: str) -> list[str]:
        key = f"arn:aws:kms:{region}:123456789012:key/0a1b2c3d"
        raw = {"replicate_to": {"bucket": "copies", "key": key, **more}}
        settings = {key: DEFAULTS[key] for key in ("owner", "network", "source")}
        return [*plan(project, "eu-west-1", {**settings, "lake": {"zones": {"raw": raw}}})]

    assert told("eu-central-1") == []
    assert told("eu-west-1") == ["lake.zones.raw.replicate_to.key"]
    assert told("eu-west-1", account="222222222222") == []


def test_a_zone_of_another_region_is_refused(project: Project) -> None:
    network = {**DEFAULTS["network"], "zones": ["eu-west-1a", "eu-west-2a"]}
    wrong = plan(project, "eu-west-1", {**DEFAULTS, "network": network})
    assert wrong == {"network.zones[2]": "eu-west-2a is no zone of eu-west-1."}


IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1"


def gpu(**instances: str) -> dict[str, Any]:
    """The defaults, with a model of instances by group."""
    model = DEFAULTS["models"][0] | {"image": IMAGE}
    return DEFAULTS | {
        "models": [model | {group: {"instance": name} for group, name in instances.items()}]
    }


def test_a_type_that_the_region_lacks_is_told_with_one_of_its_kind_and_the_regions_with_it(
    project: Project,
) -> None:
    settings = gpu(training="ml.trn2.48xlarge", serving="ml.g6.xlarge")
    with pytest.raises(SettingsError) as caught:
        recorded(project, from_config(settings, "eu-west-1", "dev"), services=frozenset())
    told = {mistake.setting: mistake for mistake in caught.value.mistakes}
    training = told["models[readmission].training.instance"]
    serving = told["models[readmission].serving.instance"]
    assert len(told) == 2
    assert training.message == "eu-west-1 has no ml.trn2.48xlarge."
    assert training.hint.startswith(
        "It has none of its kind. Regions with ml.trn2.48xlarge: ap-south-2, us-east-2 (by EC2's"
    )
    assert serving.message == "eu-west-1 has no ml.g6.xlarge."
    assert serving.hint.startswith(
        "Of its kind it has ml.g5.xlarge. Regions with ml.g6.xlarge: ap-"
    )


def test_a_type_that_the_region_lacks_is_told_of_studio_too(project: Project) -> None:
    studio = {
        "instances": ["ml.t3.medium", "ml.g6.xlarge"],
        "teams": {
            "oncology": {"members": {"ana": "data-scientist"}, "instances": ["ml.g6e.xlarge"]}
        },
    }
    assert plan(project, "eu-west-1", {**DEFAULTS, "studio": studio}) == {
        "studio.instances[2]": "eu-west-1 has no ml.g6.xlarge.",
        "studio.teams.oncology.instances[1]": "eu-west-1 has no ml.g6e.xlarge.",
    }
    there = {
        **studio,
        "instances": ["ml.g5.xlarge"],
        "teams": {"oncology": {"members": {"ana": "data-scientist"}}},
    }
    assert plan(project, "eu-west-1", {**DEFAULTS, "studio": there}) == {}


@pytest.mark.parametrize(
    ("region", "settings"),
    [
        ("eu-west-1", gpu(training="ml.g5.xlarge", serving="ml.inf2.xlarge")),
        ("eu-west-1", gpu(training="ml.p3.2xlarge")),
    ],
    ids=["those it has", "one that nothing is known of"],
)
def test_other_types_are_left_alone(
    project: Project, region: str, settings: dict[str, Any]
) -> None:
    assert plan(project, region, settings) == {}


def test_streams_to_iceberg_are_refused_where_firehose_has_none(project: Project) -> None:
    stream = {"name": "vitals", "format": "iceberg", "columns": {"ward": "string"}}
    streams = {**DEFAULTS, "registry": {"packages": False}, "streams": [stream]}
    told = plan(project, "ap-southeast-5", streams)
    assert "Firehose delivers to no Iceberg tables in ap-southeast-5." in str(told)
    assert "Iceberg" not in str(plan(project, "eu-west-1", streams))


def test_a_table_bucket_is_where_s3_has_some(project: Project) -> None:
    table = {"name": "oncology.doses", "columns": {"id": "string"}}
    settings = {key: DEFAULTS[key] for key in ("owner", "network", "source")}
    settings["lake"] = {"table_bucket": {"tables": [table]}}
    assert plan(project, "eu-west-1", settings) == {}
    told = plan(project, "me-south-1", settings)
    assert told["lake.table_bucket"] == "me-south-1 has no S3Tables."


def test_an_image_of_studio_is_of_the_environments_region(project: Project) -> None:
    def wrong(region: str) -> dict[str, str]:
        image = f"123456789012.dkr.ecr.{region}.amazonaws.com/notebooks:1"
        teams = {"oncology": {"members": {"ana": "data-scientist"}}}
        studio = {"teams": teams, "images": {"torch": {"image": image}}}
        return plan(project, "eu-west-1", {**DEFAULTS, "studio": studio})

    assert wrong("eu-west-1") == {}
    assert "studio.images.torch.image" in wrong("eu-central-1")
