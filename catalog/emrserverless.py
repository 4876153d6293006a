"""Applications of EMR Serverless: what runs Spark without a cluster to look after.

https://docs.aws.amazon.com/emr-serverless/latest/APIReference/
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of, linked_role

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonemrserverless.html"
"""Which actions there are, and on what."""

ARN = arn_of("emr-serverless", "/applications/{id}")

TYPES = (
    Type(
        "aws:emrserverless/application:Application",
        "emr-serverless",
        id="{hex}",
        name="name",
        limit=64,
        create=Call("CreateApplication", outputs={"id": "applicationId", "arn": "arn"}),
        read=Call(
            "GetApplication",
            given={"applicationId": "{id}"},
            at="application",
            outputs={"arn": "arn"},
        ),
        update=(Call("UpdateApplication", given={"applicationId": "{id}"}),),
        delete=Call("DeleteApplication", given={"applicationId": "{id}"}),
        tags=Tags(
            Call("TagResource", given={"resourceArn": ARN}),
            Call("UntagResource", given={"resourceArn": ARN, "tagKeys": "{removed}"}),
        ),
        cloudformation="AWS::EMRServerless::Application",
        gone="state == 'TERMINATED'",
        replaces=("name", "type"),
        outputs={"arn": arn_of("emr-serverless", "/applications/{hex}")},
        holds_no_data="jobs read and write S3; what it keeps of runs is their history",
        iam=Iam(
            on="/applications/*",
            when=OURS,
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "emr-serverless",
                    create="CreateApplication",
                    reason="an application gets its id only when it is created",
                    source=AUTHORIZATION,
                ),
                # It makes network interfaces for its workers in the caller's name.
                linked_role("ops.emr-serverless.amazonaws.com"),
            ),
        ),
    ),
)
