import copy

import pytest

from components.platform.training_definition import DefinitionError, Placement, placed

KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
PLACEMENT = Placement(
    role_arn="arn:aws:iam::123456789012:role/training",
    subnet_ids=["subnet-1", "subnet-2"],
    security_group_ids=["sg-1"],
    kms_key_arn=KEY,
    tags={"model": "readmission"},
)
VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}


def parameter(name, type_="String", **more):
    return {"Name": name, "Type": type_, **more}


@pytest.fixture
def definition():
    cluster = {
        "InstanceCount": 1,
        "InstanceType": {"Get": "Parameters.ProcessingInstanceType"},
        "VolumeSizeInGB": 30,
    }
    processing = {
        "ProcessingResources": {"ClusterConfig": cluster},
        "ProcessingOutputConfig": {"Outputs": []},
        "RoleArn": {"Get": "Parameters.RoleArn"},
    }
    training = {
        "OutputDataConfig": {"S3OutputPath": {"Get": "Parameters.OutputUri"}},
        "ResourceConfig": {
            "InstanceCount": {"Get": "Parameters.TrainingInstanceCount"},
            "InstanceType": {"Get": "Parameters.TrainingInstanceType"},
            "VolumeSizeInGB": 30,
        },
        "RoleArn": {"Get": "Parameters.RoleArn"},
        "Tags": [{"Key": "team", "Value": "oncology"}, {"Key": "model", "Value": "?"}],
    }
    explain = {"Name": "Explain", "Type": "Processing", "Arguments": copy.deepcopy(processing)}
    check = {
        "Conditions": [],
        "IfSteps": [explain, {"Name": "Register", "Type": "RegisterModel", "Arguments": {}}],
        "ElseSteps": [{"Name": "Refuse", "Type": "Fail", "Arguments": {"ErrorMessage": "poor"}}],
    }
    return {
        "Version": "2020-12-01",
        "Parameters": [
            parameter("RoleArn"),
            parameter("OutputUri"),
            parameter("TrainingInstanceType", DefaultValue="ml.m6i.xlarge"),
            parameter("TrainingInstanceCount", "Integer", DefaultValue=1),
            parameter("ProcessingInstanceType", DefaultValue="ml.m6i.large"),
            parameter("Threshold", "Float", DefaultValue=0.8),
        ],
        "Steps": [
            {"Name": "Preprocess", "Type": "Processing", "Arguments": processing},
            {"Name": "Train", "Type": "Training", "Arguments": training},
            {"Name": "CheckQuality", "Type": "Condition", "Arguments": check},
        ],
    }


def arguments(definition, name):
    steps = list(definition["Steps"])
    steps += definition["Steps"][-1]["Arguments"]["IfSteps"]
    return next(step["Arguments"] for step in steps if step["Name"] == name)


def test_parameters_become_defaults(definition):
    result = placed(
        definition,
        {"OutputUri": "s3://b/m", "TrainingInstanceCount": 2, "Threshold": 1},
        PLACEMENT,
    )

    defaults = {each["Name"]: each.get("DefaultValue") for each in result["Parameters"]}
    assert defaults["OutputUri"] == "s3://b/m"
    assert defaults["TrainingInstanceCount"] == 2
    assert defaults["Threshold"] == 1
    assert defaults["ProcessingInstanceType"] == "ml.m6i.large"


def test_hyperparameters_reach_every_training_job_as_texts(definition):
    arguments(definition, "Train")["HyperParameters"] = {"depth": "3", "seed": "1"}
    told = {"depth": 6, "c": 0.5, "early_stopping": True, "algorithm": "boosting"}

    result = placed(definition, {}, PLACEMENT, told)

    assert arguments(result, "Train")["HyperParameters"] == {
        "depth": "6",
        "seed": "1",
        "c": "0.5",
        "early_stopping": "true",
        "algorithm": "boosting",
    }
    assert "HyperParameters" not in arguments(result, "Preprocess")


def test_channels_of_file_systems_stand_beside_those_of_the_project(definition):
    own = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/train"}}}
    arguments(definition, "Train")["InputDataConfig"] = [own]
    images = {"ChannelName": "images", "DataSource": {"FileSystemDataSource": {}}}

    result = placed(definition, {}, PLACEMENT, channels=[images])

    assert arguments(result, "Train")["InputDataConfig"] == [own, images]
    assert "InputDataConfig" not in arguments(result, "Preprocess")


def test_a_training_without_channels_gets_those_of_file_systems(definition):
    images = {"ChannelName": "images", "DataSource": {"FileSystemDataSource": {}}}
    result = placed(definition, {}, PLACEMENT, channels=[images])
    assert arguments(result, "Train")["InputDataConfig"] == [images]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (["train", "images"], "the training has a channel images of its own"),
        ([f"c{number}" for number in range(20)], "would have 21 channels, and 20 is the most"),
    ],
)
def test_a_channel_that_sagemaker_would_not_take_is_refused(definition, own, said):
    arguments(definition, "Train")["InputDataConfig"] = [{"ChannelName": name} for name in own]
    with pytest.raises(DefinitionError, match=said):
        placed(definition, {}, PLACEMENT, channels=[{"ChannelName": "images"}])


def test_what_a_project_says_of_its_source_is_not_deployed(definition):
    assert placed({**definition, "Metadata": {"source": "0"}}, {}, PLACEMENT)["Metadata"] == {}


def test_placing_leaves_the_compiled_definition_intact(definition):
    before = copy.deepcopy(definition)

    placed(definition, {"OutputUri": "s3://b/m"}, PLACEMENT)

    assert definition == before


def test_undeclared_parameters_are_named_beside_the_declared_ones(definition):
    with pytest.raises(DefinitionError) as error:
        placed(definition, {"CodeUri": "s3://b/c", "DataUri": "s3://b/d"}, PLACEMENT)

    assert "no parameter CodeUri, DataUri" in str(error.value)
    assert "OutputUri, ProcessingInstanceType" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OutputUri", 1), ("TrainingInstanceCount", "2"), ("TrainingInstanceCount", True)],
)
def test_a_value_of_another_type_is_refused(definition, name, value):
    with pytest.raises(DefinitionError, match=name):
        placed(definition, {name: value}, PLACEMENT)


def test_training_runs_in_the_network_under_the_keys_and_the_role(definition):
    train = arguments(placed(definition, {}, PLACEMENT), "Train")

    assert train["VpcConfig"] == VPC
    assert train["EnableInterContainerTrafficEncryption"] is True
    assert train["RoleArn"] == PLACEMENT.role_arn
    assert train["ResourceConfig"]["VolumeKmsKeyId"] == KEY
    assert train["OutputDataConfig"]["KmsKeyId"] == KEY


@pytest.mark.parametrize("name", ["Preprocess", "Explain"])
def test_processing_runs_there_too_even_behind_a_condition(definition, name):
    job = arguments(placed(definition, {}, PLACEMENT), name)

    assert job["NetworkConfig"] == {
        "VpcConfig": VPC,
        "EnableInterContainerTrafficEncryption": True,
    }
    assert job["RoleArn"] == PLACEMENT.role_arn
    assert job["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == KEY
    assert job["ProcessingOutputConfig"]["KmsKeyId"] == KEY


@pytest.mark.parametrize("instance", ["ml.g5.xlarge", "ml.trn1.32xlarge"])
def test_instances_with_local_storage_get_no_volume_key(definition, instance):
    definition["Steps"][1]["Arguments"]["ResourceConfig"]["VolumeKmsKeyId"] = KEY

    result = placed(definition, {"TrainingInstanceType": instance}, PLACEMENT)

    assert "VolumeKmsKeyId" not in arguments(result, "Train")["ResourceConfig"]
    assert (
        "VolumeKmsKeyId"
        in (arguments(result, "Preprocess")["ProcessingResources"]["ClusterConfig"])
    )


def test_an_output_key_of_the_project_stays(definition):
    definition["Steps"][1]["Arguments"]["OutputDataConfig"]["KmsKeyId"] = "its-own"

    train = arguments(placed(definition, {}, PLACEMENT), "Train")

    assert train["OutputDataConfig"]["KmsKeyId"] == "its-own"


@pytest.mark.parametrize(
    ("step", "tagged"),
    [
        *((step, True) for step in ("AutoML", "ClarifyCheck", "Model")),
        *((step, True) for step in ("QualityCheck", "Transform", "Tuning")),
        *((step, False) for step in ("RegisterModel", "Fail", "Callback")),
    ],
)
def test_every_step_that_starts_what_is_billed_gets_the_tags(step, tagged):
    definition = {"Version": "2020-12-01", "Steps": [{"Name": "a", "Type": step, "Arguments": {}}]}
    (result,) = placed(definition, {}, PLACEMENT)["Steps"]
    tags = [{"Key": "model", "Value": "readmission"}]
    assert result["Arguments"] == ({"Tags": tags} if tagged else {})


def test_tags_are_added_and_the_platform_wins(definition):
    train = arguments(placed(definition, {}, PLACEMENT), "Train")

    assert train["Tags"] == [
        {"Key": "team", "Value": "oncology"},
        {"Key": "model", "Value": "readmission"},
    ]


def test_an_instance_type_that_only_the_run_knows_is_refused(definition):
    definition["Steps"][1]["Arguments"]["ResourceConfig"]["InstanceType"] = {
        "Get": "Steps.Preprocess.InstanceType"
    }

    with pytest.raises(DefinitionError, match="Train"):
        placed(definition, {}, PLACEMENT)


def test_steps_that_are_no_jobs_stay_as_they_are(definition):
    result = placed(definition, {}, PLACEMENT)

    assert arguments(result, "Register") == {}
    assert (
        result["Steps"][2]["Arguments"]["ElseSteps"]
        == (definition["Steps"][2]["Arguments"]["ElseSteps"])
    )
