"""Security configurations of EMR's clusters.

https://docs.aws.amazon.com/emr/latest/APIReference/
"""

from catalog.record import Call, Grant, Iam, Type

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonemr.html"
)
"""Which actions there are, and on what."""

SECURITY = {"Name": "{name}"}

TYPES = (
    Type(
        "aws:emr/securityConfiguration:SecurityConfiguration",
        "emr",
        id="{name}",
        name="name",
        limit=255,
        create=Call(
            "CreateSecurityConfiguration", names={"configuration": "SecurityConfiguration"}
        ),
        read=Call(
            "DescribeSecurityConfiguration",
            given=SECURITY,
            outputs={"creationDate": "CreationDateTime"},
        ),
        delete=Call("DeleteSecurityConfiguration", given=SECURITY),
        cloudformation="AWS::EMR::SecurityConfiguration",
        replaces=("name", "configuration"),
        holds_no_data="it says by which keys clusters encrypt",
        iam=Iam(
            grants=(
                Grant(
                    "elasticmapreduce",
                    create="CreateSecurityConfiguration",
                    read="DescribeSecurityConfiguration",
                    delete="DeleteSecurityConfiguration",
                    reason="EMR offers no resource for security configurations",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
