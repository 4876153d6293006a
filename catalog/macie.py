"""Custom data identifiers of Macie, which Terraform's provider calls by the service's old name.

https://docs.aws.amazon.com/macie/latest/APIReference/custom-data-identifiers.html
"""

from catalog.macie2 import AUTHORIZATION
from catalog.record import Call, Iam, Type, arn_of

IDENTIFIER = {"id": "{id}"}

TYPES = (
    Type(
        "aws:macie/customDataIdentifier:CustomDataIdentifier",
        "macie2",
        id="{uuid}",
        name="name",
        limit=128,
        create=Call("CreateCustomDataIdentifier", outputs={"id": "customDataIdentifierId"}),
        read=Call(
            "GetCustomDataIdentifier",
            given=IDENTIFIER,
            outputs={"arn": "arn", "createdAt": "to_string(createdAt)"},
        ),
        delete=Call("DeleteCustomDataIdentifier", given=IDENTIFIER),
        cloudformation="AWS::Macie::CustomDataIdentifier",
        outputs={
            "arn": arn_of("macie2", "custom-data-identifier/{uuid}"),
            "createdAt": "2026-01-01T00:00:00Z",
        },
        holds_no_data="it is written anew from the program",
        iam=Iam(on="custom-data-identifier/*", create="TagResource", source=AUTHORIZATION),
    ),
)
