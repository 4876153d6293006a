"""State machines.

https://docs.aws.amazon.com/step-functions/latest/apireference/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html"
)
"""Which actions there are, and on what."""
PROVIDER = "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sfn/state_machine.go"
"""What Terraform's provider calls."""

LOGS = {"loggingConfiguration.logDestination": "destinations.cloudWatchLogsLogGroup.logGroupArn"}
ARN = {"resourceArn": "{id}"}

TYPES = (
    Type(
        "aws:sfn/stateMachine:StateMachine",
        "stepfunctions",
        name="name",
        limit=80,
        create=Call("CreateStateMachine", names=LOGS, outputs={"id": "stateMachineArn"}),
        read=Call(
            "DescribeStateMachine",
            given={"stateMachineArn": "{id}"},
            outputs={"arn": "stateMachineArn", "status": "status", "creationDate": "creationDate"},
        ),
        gone="status == 'DELETING'",
        update=(Call("UpdateStateMachine", names=LOGS, given={"stateMachineArn": "{id}"}),),
        delete=Call("DeleteStateMachine", given={"stateMachineArn": "{id}"}),
        tags=Tags(
            Call("TagResource", given=ARN),
            Call("UntagResource", given={**ARN, "tagKeys": "{removed}"}),
        ),
        id=arn_of("states", "stateMachine:{name}"),
        cloudformation="AWS::StepFunctions::StateMachine",
        outputs={"arn": "{id}"},
        holds_no_data="its executions are in its log",
        iam=Iam(
            on="stateMachine:{name}",
            read="ListStateMachineVersions ListTagsForResource",
            source=AUTHORIZATION,
            grants=(
                # The provider has a changed definition validated while it compares.
                Grant(
                    "states",
                    read="ValidateStateMachineDefinition",
                    reason="a definition belongs to no machine yet",
                    source=PROVIDER,
                ),
            ),
        ),
    ),
)
