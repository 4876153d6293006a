"""An endpoint on the embedded AWS, by what a deployment does to it and what AWS then tells."""

from collections.abc import Mapping
from typing import Any

from embedded.cloud import Cloud
from infra.live import in_account
from infra.naming import Names
from tests.served_model import uploaded

NAMES = Names("maslow", "dev")
NAME = "maslow-dev-readmission"
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{NAME}/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
ERRORS = "errors"


class Served:
    """The endpoint of the component `Endpoint("screening", …)`."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sagemaker = cloud.client("sagemaker")
        self.scaling = cloud.client("application-autoscaling")
        self._args = _world(cloud)

    def args(self, version: int, **changes: Any) -> dict[str, Any]:
        """The component's args for a version, as the program would give them now."""
        return {
            **self._args,
            "model_package_arn": f"{self._args['model_package_arn']}/{version}",
            "live_instances": in_account(self.cloud.client, NAMES, set).instances(NAME),
            **changes,
        }

    def serves(self) -> int:
        """The version that the endpoint serves, by the number of its model package."""
        (model,) = [
            variant["ModelName"]
            for variant in self.sagemaker.describe_endpoint_config(
                EndpointConfigName=self.configuration()
            )["ProductionVariants"]
        ]
        described = self.sagemaker.describe_model(ModelName=model)
        return int(described["PrimaryContainer"]["ModelPackageName"].rpartition("/")[2])

    def configuration(self) -> str:
        return self.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]

    def instances(self) -> int:
        (variant,) = self.sagemaker.describe_endpoint(EndpointName=NAME)["ProductionVariants"]
        return variant["DesiredInstanceCount"]

    def started(self) -> int:
        """With how many instances its configuration began: nobody asks it, and so it shrinks."""
        (variant,) = self.sagemaker.describe_endpoint_config(
            EndpointConfigName=self.configuration()
        )["ProductionVariants"]
        return variant["InitialInstanceCount"]

    def left(self) -> tuple[int, int]:
        """How many configurations and models there are."""
        return (
            len(self.sagemaker.list_endpoint_configs()["EndpointConfigs"]),
            len(self.sagemaker.list_models()["Models"]),
        )

    def alarm(self, what: str) -> str:
        cloudwatch = self.cloud.client("cloudwatch")
        names = [alarm["AlarmName"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]]
        (name,) = [name for name in names if name.startswith(f"screening-{what}")]
        return name

    def goes(self, state: str) -> None:
        self.cloud.client("cloudwatch").set_alarm_state(
            AlarmName=self.alarm(ERRORS), StateValue=state, StateReason=f"It is {state}."
        )

    def scaled(self) -> tuple[Any, ...]:
        """What is registered: the target's bounds, and the names of policies and schedules."""
        targets = self.scaling.describe_scalable_targets(
            ServiceNamespace="sagemaker", ResourceIds=[VARIANT["ResourceId"]]
        )["ScalableTargets"]
        policies = self.scaling.describe_scaling_policies(**VARIANT)["ScalingPolicies"]
        schedules = self.scaling.describe_scheduled_actions(**VARIANT)["ScheduledActions"]
        return (
            [(target["MinCapacity"], target["MaxCapacity"]) for target in targets],
            [
                (policy["PolicyName"], policy["TargetTrackingScalingPolicyConfiguration"])
                for policy in policies
            ],
            [action["ScheduledActionName"] for action in schedules],
        )

    def tags(self) -> Mapping[str, str]:
        """Those of the scalable target."""
        (target,) = self.scaling.describe_scalable_targets(ServiceNamespace="sagemaker")[
            "ScalableTargets"
        ]
        arn = target["ScalableTargetARN"]
        tags: Mapping[str, str] = self.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return tags


def _world(cloud: Cloud) -> dict[str, Any]:
    sagemaker, ec2 = cloud.client("sagemaker"), cloud.client("ec2")
    sagemaker.create_model_package_group(ModelPackageGroupName="readmission")
    data = uploaded(cloud, "s3://versions/model.tar.gz")
    for _ in range(3):
        created = sagemaker.create_model_package(
            ModelPackageGroupName="readmission",
            ModelApprovalStatus="Approved",
            InferenceSpecification={
                "Containers": [{"Image": "image", "ModelDataUrl": data}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="serving", Description="serving", VpcId=vpc)
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = cloud.client("sns").create_topic(Name="alerts")["TopicArn"]
    return {
        "endpoint_name": NAME,
        "hours": None,
        "model_package_arn": created["ModelPackageArn"].rpartition("/")[0],
        "image_uri": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2",
        "instance_type": "ml.c6i.large",
        "min_instances": 2,
        "max_instances": 8,
        "invocations_per_minute": 1200,
        "rollout": {"canary_percent": 10, "bake_minutes": 30},
        "latency_ms": 300,
        "error_percent": 1.0,
        "capture_percent": 100,
        "log_key_arn": key,
        "log_retention_days": 30,
        "capture_bucket": "maslow-dev-raw",
        "capture_prefix": "captures",
        "capture_key_arn": key,
        "artifacts_bucket": "maslow-dev-artifacts",
        "model": "readmission",
        "artifacts_key_arn": key,
        "subnet_ids": [subnet],
        "security_group_id": group["GroupId"],
        "alert_topics": dict.fromkeys(("critical", "warning", "info"), topic),
        "account_id": cloud.account_id,
        "region": cloud.region,
    }
