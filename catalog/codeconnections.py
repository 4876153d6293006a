"""Connections to where the source lives.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

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
    ),
)
