"""Connections to where the source lives.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeconnections.html"
"""Which actions there are, and on what."""

ARN = {"ResourceArn": "{id}"}

TYPES = (
    Type(
        "aws:codeconnections/connection:Connection",
        "codeconnections",
        name="name",
        limit=32,
        create=Call(
            "CreateConnection", names={"name": "ConnectionName"}, outputs={"id": "ConnectionArn"}
        ),
        read=Call(
            "GetConnection",
            given={"ConnectionArn": "{id}"},
            at="Connection",
            outputs={
                "arn": "ConnectionArn",
                "connectionStatus": "ConnectionStatus",
                "ownerAccountId": "OwnerAccountId",
            },
        ),
        delete=Call("DeleteConnection", given={"ConnectionArn": "{id}"}),
        ignored={"timeouts": "the embedded AWS answers at once"},
        tags=Tags(
            Call("TagResource", given=ARN),
            Call("UntagResource", given={**ARN, "TagKeys": "{removed}"}),
        ),
        id=arn_of("codeconnections", "connection/{uuid}"),
        cloudformation="AWS::CodeStarConnections::Connection",
        outputs={"arn": "{id}", "connectionStatus": "PENDING"},
        holds_no_data="its handshake with the host can be made again",
        iam=Iam(
            on="connection/*",
            when=OURS,
            create="PassConnection",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "codeconnections",
                    create="CreateConnection",
                    reason="a connection has no ARN before it exists",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
