import json
from pathlib import Path

import pytest

from components.platform.model_project import read_project
from components.platform.training_pipeline import TrainingPipeline
from components.platform.training_policy import pass_role_policy
from infra.graph import record

IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
TEMPLATE = Path(__file__).parents[3] / "templates" / "tabular"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"
DECLARED = {
    "String": "CodeUri DataUri ImageUri KmsKeyId ModelPackageGroupName OutputUri RoleArn "
    "ProcessingInstanceType TargetColumn TrainingInstanceType",
    "Integer": "TrainingInstanceCount TrainingMaxSeconds TrainingVolumeGb",
}


def definition():
    return {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": name, "Type": type_}
            for type_, names in DECLARED.items()
            for name in names.split()
        ],
        "Steps": [
            {
                "Name": "Train",
                "Type": "Training",
                "Arguments": {
                    "OutputDataConfig": {"S3OutputPath": {"Get": "Parameters.OutputUri"}},
                    "ResourceConfig": {"InstanceType": {"Get": "Parameters.TrainingInstanceType"}},
                },
            }
        ],
    }


def graph_of(instance_type="ml.m6i.xlarge", **changes):
    args = {
        "model": "readmission",
        "pipeline_name": "maslow-dev-readmission",
        "definition": definition(),
        "code": {"train.py": "print(1)\n", "lib/shared.py": "ANSWER = 42\n"},
        "parameters": {"TargetColumn": "readmitted"},
        "image_uri": IMAGE,
        "training": {
            "instance_type": instance_type,
            "instance_count": 1,
            "volume_gb": 30,
            "max_seconds": 3600,
        },
        "processing_instance_type": "ml.m6i.large",
        "data_bucket": "maslow-dev-curated",
        "data_prefix": "data",
        "data_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
        "artifacts_bucket": "maslow-dev-artifacts",
        "artifacts_key_arn": KEY,
        "group_name": "maslow-dev-readmission",
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_id": "sg-1",
        "account_id": "123456789012",
        "region": "eu-west-1",
        **changes,
    }
    return record(lambda: TrainingPipeline("maslow-dev-readmission-training", args))


def pipeline_of(graph):
    pipeline = graph.one("aws:sagemaker/pipeline:Pipeline")
    return pipeline, json.loads(pipeline.inputs["pipelineDefinition"])


def defaults(rendered):
    return {each["Name"]: each.get("DefaultValue") for each in rendered["Parameters"]}


def test_the_pipeline_carries_the_settings_of_the_environment():
    pipeline, rendered = pipeline_of(graph_of())

    values = defaults(rendered)
    assert pipeline.inputs["pipelineName"] == "maslow-dev-readmission"
    assert values["DataUri"] == "s3://maslow-dev-curated/data/"
    assert values["OutputUri"] == "s3://maslow-dev-artifacts/models/readmission/runs"
    assert values["TrainingInstanceType"] == "ml.m6i.xlarge"
    assert values["TargetColumn"] == "readmitted"
    assert values["ImageUri"] == IMAGE
    assert values["RoleArn"] == pipeline.inputs["roleArn"]


def test_jobs_run_in_the_private_subnets():
    _, rendered = pipeline_of(graph_of())

    assert rendered["Steps"][0]["Arguments"]["VpcConfig"] == {
        "SecurityGroupIds": ["sg-1"],
        "Subnets": ["subnet-1", "subnet-2"],
    }


def test_code_lies_encrypted_where_the_pipeline_looks_for_it():
    graph = graph_of()
    _, rendered = pipeline_of(graph)

    prefix = defaults(rendered)["CodeUri"].removeprefix("s3://maslow-dev-artifacts/")
    objects = graph.of_type("aws:s3/bucketObjectv2:BucketObjectv2")
    assert {each.inputs["key"] for each in objects} == {
        f"{prefix}train.py",
        f"{prefix}lib/shared.py",
    }
    assert {each.inputs["kmsKeyId"] for each in objects} == {KEY}


def test_changed_code_goes_to_another_prefix_and_leaves_the_old_one():
    before, after = graph_of(), graph_of(code={"train.py": "print(2)\n"})

    assert defaults(pipeline_of(before)[1])["CodeUri"] != defaults(pipeline_of(after)[1])["CodeUri"]
    objects = after.of_type("aws:s3/bucketObjectv2:BucketObjectv2")
    assert all(each.options["retainOnDelete"] for each in objects)


def test_the_pipeline_waits_for_its_code_and_its_permissions():
    graph = graph_of()
    pipeline, _ = pipeline_of(graph)

    needed = graph.of_type("aws:s3/bucketObjectv2:BucketObjectv2")
    needed += graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert {each.urn for each in needed} <= set(pipeline.dependencies)


@pytest.mark.parametrize("instance_type", ["ml.g6.xlarge", "ml.trn1.2xlarge"])
def test_accelerators_get_no_volume_key(instance_type):
    _, rendered = pipeline_of(graph_of(instance_type))

    assert "VolumeKmsKeyId" not in rendered["Steps"][0]["Arguments"]["ResourceConfig"]


def test_a_project_without_a_needed_parameter_is_refused():
    bare = definition()
    bare["Parameters"] = [each for each in bare["Parameters"] if each["Name"] != "KmsKeyId"]

    with pytest.raises(ValueError, match="declares no parameter KmsKeyId"):
        graph_of(definition=bare)


def test_the_role_reaches_its_own_model_and_the_data_only():
    policies = {
        each.name: json.loads(each.inputs["policy"])
        for each in graph_of().of_type("aws:iam/rolePolicy:RolePolicy")
    }

    statements = policies["maslow-dev-readmission-training-role-training"]["Statement"]
    objects = {
        resource
        for each in statements
        for resource in each["Resource"]
        if resource.startswith("arn:aws:s3:::") and "/" in resource
    }
    assert objects == {
        "arn:aws:s3:::maslow-dev-artifacts/models/readmission/*",
        "arn:aws:s3:::maslow-dev-curated/data/*",
    }


def test_what_is_allowed_everywhere_has_no_narrower_resource():
    policy = graph_of().one(
        "aws:iam/rolePolicy:RolePolicy", "maslow-dev-readmission-training-role-training"
    )

    everywhere = {
        action
        for each in json.loads(policy.inputs["policy"])["Statement"]
        if each["Resource"] == ["*"]
        for action in each["Action"]
        if not action.startswith("ec2:Describe")
    }
    assert everywhere == {"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}


def test_the_role_is_passed_to_sagemaker_only():
    (statement,) = pass_role_policy(role_arn="arn:aws:iam::123456789012:role/r")["Statement"]

    assert statement["Resource"] == ["arn:aws:iam::123456789012:role/r"]
    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
    }


def test_the_template_project_is_one_that_the_platform_can_place():
    project = read_project(TEMPLATE)

    _, rendered = pipeline_of(
        graph_of(
            definition=project.definition,
            code=project.code,
            parameters={"TargetColumn": "malignant", "Accept": "auc >= 0.9"},
        )
    )

    unset = [each["Name"] for each in rendered["Parameters"] if "DefaultValue" not in each]
    assert unset == []
