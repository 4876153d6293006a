import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


def _package(sagemaker, group):
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://artifacts/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]


def test_a_group_is_deleted_once_its_packages_are(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="emptied")
    arn = _package(sagemaker, "emptied")
    with pytest.raises(sagemaker.exceptions.ConflictException):
        sagemaker.delete_model_package_group(ModelPackageGroupName="emptied")
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="emptied")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName="emptied")


def test_deleting_what_is_not_there_is_refused(sagemaker):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/absent/1"
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="absent")


def test_packages_feature_groups_and_schedules_are_tagged(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="tagged")
    package = _package(sagemaker, "tagged")
    group = sagemaker.create_feature_group(
        FeatureGroupName="tagged",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="at",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "at", "FeatureType": "String"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
    )["FeatureGroupArn"]
    sagemaker.create_data_quality_job_definition(
        JobDefinitionName="tagged",
        DataQualityAppSpecification={"ImageUri": "image"},
        DataQualityJobInput={
            "EndpointInput": {"EndpointName": "served", "LocalPath": "/opt/ml/processing/input"}
        },
        DataQualityJobOutputConfig={
            "MonitoringOutputs": [
                {"S3Output": {"S3Uri": "s3://reports/", "LocalPath": "/opt/ml/processing/output"}}
            ]
        },
        JobResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.xlarge",
                "VolumeSizeInGB": 20,
            }
        },
        RoleArn="arn:aws:iam::123456789012:role/monitor",
    )
    schedule = sagemaker.create_monitoring_schedule(
        MonitoringScheduleName="tagged",
        MonitoringScheduleConfig={
            "MonitoringJobDefinitionName": "tagged",
            "MonitoringType": "DataQuality",
        },
        Tags=[{"Key": "team", "Value": "first"}],
    )["MonitoringScheduleArn"]
    for arn in (package, group, schedule):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "ml"}])
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "env", "Value": "dev"}])
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=["env"])
        assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "ml"}]


@pytest.mark.parametrize("kind", ["feature-group", "model", "monitoring-schedule", "rocket"])
def test_tags_of_what_is_not_there_are_refused(sagemaker, kind):
    with pytest.raises(ClientError) as raised:
        sagemaker.list_tags(ResourceArn=f"arn:aws:sagemaker:eu-west-1:123456789012:{kind}/absent")
    assert raised.value.response["Error"]["Code"] == "ValidationException"
