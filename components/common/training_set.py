"""The states by which a machine has a model's training set made before it trains.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

from components.common.iam import Json, Statement, allow
from components.common.states import ALERT, choice, task, wait

FIRST = "MakeTrainingSet"
"""The state that these begin at."""
POLL_SECONDS = 15


def first_state(machine_arn: str | None, following: str) -> str:
    """The state to begin at; `following` where no training set is made."""
    return FIRST if machine_arn else following


def making_states(
    machine_arn: str | None,
    following: str,
    failing: str,
    *,
    every_seconds: int | None = None,
    alerts: bool = False,
) -> dict[str, Json]:
    """Have the machine make the training set, and go on to `following`; none without a machine.

    Where it fails, `failing` is handed the `reason`. `every_seconds` is how long to wait between
    two looks. With `alerts`, what AWS refuses of the calls themselves goes to Alert.
    """
    if not machine_arn:
        return {}
    caught: Json = {"Catch": ALERT} if alerts else {}
    found = "$states.result"
    return {
        FIRST: task(
            "sfn:startExecution",
            # The same execution of the machine around it has one training set made, retries or not.
            {
                "StateMachineArn": machine_arn,
                "Name": "{% $substring('for-' & $states.context.Execution.Name, 0, 80) %}",
                "Input": "{}",
            },
            {"set": "{% $states.result.ExecutionArn %}"},
            "FindTrainingSet",
        )
        | caught,
        "FindTrainingSet": task(
            "sfn:describeExecution",
            {"ExecutionArn": "{% $states.input.set %}"},
            {
                "set": "{% $states.input.set %}",
                "status": f"{{% {found}.Status %}}",
                "reason": "{% 'the training set was not made: ' & "
                f"$join([{found}.Error, {found}.Cause], ': ') %}}",
            },
            "IsTrainingSetMade",
        )
        | caught,
        "IsTrainingSetMade": choice(
            {
                following: "$states.input.status = 'SUCCEEDED'",
                "AwaitTrainingSet": "$states.input.status = 'RUNNING'",
            },
            failing,
        ),
        "AwaitTrainingSet": wait(every_seconds or POLL_SECONDS, "FindTrainingSet"),
    }


def making_statements(machine_arn: str | None) -> list[Statement]:
    """What it takes to have the machine make it; nothing without one."""
    if not machine_arn:
        return []
    executions = machine_arn.replace(":stateMachine:", ":execution:") + ":*"
    return [
        allow(["states:StartExecution"], [machine_arn]),
        allow(["states:DescribeExecution"], [executions]),
    ]
