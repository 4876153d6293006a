"""Models: SageMaker, the scaling of endpoints, and state machines.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
"""

from components.common.iam import Conditions
from components.devops.actions.grant import Grant, Table, linked_role, listed

SCALING = "sagemaker.application-autoscaling.amazonaws.com"
"""The service that scales endpoints, by a role that AWS makes for it."""

OF_ENDPOINTS: Conditions = {
    "StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}
}
TARGET = "scalable-target/*"


def _sagemaker(noun: str, kind: str, *, update: str = "", on: str = "") -> Grant:
    """`noun` is the one of SageMaker's operations, `kind` that of its ARNs."""
    return Grant(
        "sagemaker",
        f"{kind}/{{name}} {on}",
        create=f"Create{noun}",
        read=f"Describe{noun} ListTags",
        update=f"{update} AddTags DeleteTags",
        delete=f"Delete{noun}",
    )


TABLE: Table = {
    "aws:appautoscaling/policy:Policy": (
        Grant(
            "application-autoscaling",
            TARGET,
            create="PutScalingPolicy",
            delete="DeleteScalingPolicy",
            when=OF_ENDPOINTS,
        ),
        # It makes its alarms with the caller's permissions.
        Grant(
            "cloudwatch",
            "alarm:TargetTracking-endpoint/{name}",
            create="PutMetricAlarm",
            delete="DeleteAlarms",
        ),
        listed("cloudwatch", "DescribeAlarms"),
        listed("application-autoscaling", "Describe*"),
    ),
    "aws:appautoscaling/target:Target": (
        Grant(
            "application-autoscaling",
            TARGET,
            create="RegisterScalableTarget",
            delete="DeregisterScalableTarget",
            when=OF_ENDPOINTS,
        ),
        Grant(
            "application-autoscaling",
            TARGET,
            read="ListTagsForResource",
            update="TagResource UntagResource",
        ),
        listed("application-autoscaling", "Describe*"),
        linked_role(SCALING),
    ),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": (
        _sagemaker("DataQualityJobDefinition", "data-quality-job-definition"),
    ),
    "aws:sagemaker/endpoint:Endpoint": (
        # An endpoint is made of a configuration, and moves to another.
        _sagemaker(
            "Endpoint",
            "endpoint",
            update="UpdateEndpoint UpdateEndpointWeightsAndCapacities",
            on="endpoint-config/{name}",
        ),
    ),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": (
        _sagemaker("EndpointConfig", "endpoint-config"),
    ),
    "aws:sagemaker/featureGroup:FeatureGroup": (
        _sagemaker("FeatureGroup", "feature-group", update="UpdateFeatureGroup"),
        # Feature Store makes its table with the caller's permissions.
        Grant(
            "glue",
            "catalog database/{table} table/{table}",
            create="CreateTable GetDatabase",
            read="GetTable",
            update="UpdateTable",
            delete="DeleteTable",
        ),
    ),
    "aws:sagemaker/model:Model": (_sagemaker("Model", "model"),),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (
        _sagemaker("ModelPackageGroup", "model-package-group"),
    ),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (
        Grant(
            "sagemaker",
            "model-package-group/{name}",
            create="PutModelPackageGroupPolicy",
            read="GetModelPackageGroupPolicy",
            delete="DeleteModelPackageGroupPolicy",
        ),
    ),
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": (
        _sagemaker("MonitoringSchedule", "monitoring-schedule", update="UpdateMonitoringSchedule"),
    ),
    "aws:sagemaker/pipeline:Pipeline": (
        _sagemaker("Pipeline", "pipeline", update="UpdatePipeline"),
    ),
    "aws:sfn/stateMachine:StateMachine": (
        Grant(
            "states",
            "stateMachine:{name}",
            create="CreateStateMachine",
            read="DescribeStateMachine ListStateMachineVersions ListTagsForResource",
            update="UpdateStateMachine TagResource UntagResource",
            delete="DeleteStateMachine",
        ),
    ),
}
