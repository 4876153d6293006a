"""Workflows of Apache Airflow by MWAA Serverless, which pulumi-aws has by Cloud Control alone.

https://docs.aws.amazon.com/mwaa-serverless/latest/APIReference/
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-mwaaserverless-workflow.html
"""

from dataclasses import replace

from catalog.cloudcontrol import IDENTIFIED
from catalog.cloudcontrol import TYPES as CLOUDCONTROL
from catalog.record import Call, Grant, Iam, arn_of, linked_role, listed

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_mwaa-serverless.html"
)
"""Which actions there are, and on what."""
(ANY,) = CLOUDCONTROL
_BY_CLOUD_CONTROL = ANY.iam.grants if ANY.iam else ()

TYPES = (
    replace(
        ANY,
        create=replace(ANY.create, outputs={"id": "ProgressEvent.Identifier"}),
        read=Call(
            "GetResource",
            given=IDENTIFIED,
            at="ResourceDescription",
            outputs={"properties": "Properties"},
        ),
        emulated=True,
        id=arn_of("airflow-serverless", "workflow/{typeName}-{hex}"),
        cloudformation="AWS::MWAAServerless::Workflow",
        holds_no_data="its definition is written anew from the program; runs leave a history",
        iam=Iam(
            grants=(
                *_BY_CLOUD_CONTROL,
                # Cloud Control makes these calls in the caller's name.
                Grant(
                    "airflow-serverless",
                    "workflow/{name}",
                    create="GetWorkflow TagResource ListTagsForResource",
                    read="GetWorkflow ListTagsForResource",
                    update="UpdateWorkflow TagResource UntagResource",
                    delete="DeleteWorkflow UntagResource",
                    source=AUTHORIZATION,
                ),
                Grant(
                    "airflow-serverless",
                    create="CreateWorkflow",
                    reason="a workflow has no ARN before it exists",
                    source=AUTHORIZATION,
                ),
                Grant(
                    "s3",
                    "arn:aws:s3:::{project}-{environment}-artifacts-*/*",
                    create="GetObject GetObjectVersion",
                    update="GetObject GetObjectVersion",
                ),
                Grant(
                    "kms",
                    "key/*",
                    create="Decrypt GenerateDataKey",
                    update="Decrypt GenerateDataKey",
                    when={
                        "StringEquals": {
                            "kms:ViaService": "airflow-serverless.{region}.amazonaws.com"
                        },
                        "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{name}"},
                    },
                ),
                listed("logs", "DescribeLogGroups"),
                linked_role("airflow-serverless.amazonaws.com"),
            ),
        ),
    ),
)
