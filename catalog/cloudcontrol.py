"""Cloud Control: one type of Pulumi's for every type that CloudFormation has.

What a single CloudFormation type needs beyond this is a record of its own, with the same token and
its `cloudformation`.

https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/
"""

from catalog.record import HERE, Call, Grant, Iam, Type

AUTHORIZATION = "https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html"
IDENTIFIED = {"TypeName": "{typeName}", "Identifier": "{id}"}

TYPES = (
    Type(
        "aws:cloudcontrol/resource:Resource",
        "cloudcontrol",
        id="{typeName}/{hex}",
        create=Call(
            "CreateResource",
            takes=("typeName", "desiredState", "roleArn", "typeVersionId"),
        ),
        read=Call("GetResource", given=IDENTIFIED),
        update=(
            Call(
                "UpdateResource",
                takes=("desiredState",),
                names={"desiredState": "PatchDocument"},
                given=IDENTIFIED,
            ),
        ),
        replaces=("typeName",),
        delete=Call("DeleteResource", given=IDENTIFIED),
        ignored={"schema": "it tells the provider what the type's properties are"},
        emulated=False,
        holds_no_data="what it holds is told by the record of its CloudFormation type",
        iam=Iam(
            grants=(
                Grant(
                    "cloudformation",
                    create="CreateResource",
                    read="GetResource GetResourceRequestStatus DescribeType",
                    update="UpdateResource",
                    delete="DeleteResource",
                    when=HERE,
                    reason="Cloud Control offers no resource to narrow its calls to",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
