"""States of a state machine in JSONata, as plain values.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from components.common.iam import Json
from components.common.message import chat_message

RETRY = [
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2.0}
]
ALERT = [{"ErrorEquals": ["States.ALL"], "Next": "Alert"}]
"""Catches what retries did not mend, for a machine with the states of `alert`."""

NOT_RETRAINED, NOT_STARTED = "NotRetrained", "NotStarted"
TOLD = (NOT_RETRAINED, NOT_STARTED)
"""Errors that a machine ends in once it has told a topic why: nothing else tells of them."""
DELIVERED = "delivery"
"""What the names of executions begin with that a delivery starts, and fails with."""
FOLLOWED = "Followed by "
"""What the descriptions of trainings begin with that something waits for, and tells of."""


def task(
    action: str,
    arguments: Json,
    output: Json,
    following: str,
    catch: list[Json] | None = None,
) -> Json:
    """A state that calls one operation of AWS, and retries it unless its failure is caught."""
    state: Json = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:{action}",
        "Arguments": arguments,
        "Output": output,
        "Next": following,
    }
    return state | ({"Catch": catch} if catch else {"Retry": RETRY})


def retried(
    action: str,
    arguments: Json,
    following: str,
    *,
    output: Json | str | None = None,
    assign: Json | None = None,
) -> Json:
    """A state that calls one operation of AWS, retries it, and goes to Alert if that is no help.

    What it keeps are variables, by `assign`; without an `output` its answer is dropped, which
    counts towards the 256 KB of a payload.
    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
    """
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:{action}",
        "Arguments": arguments,
        "Output": {} if output is None else output,
        **({"Assign": assign} if assign else {}),
        "Retry": RETRY,
        "Catch": ALERT,
        "Next": following,
    }


def told_topic(
    topic_arn: str,
    subject: str,
    message: str,
    following: str,
    *,
    output: Json | str | None = None,
    caught: bool = True,
) -> Json:
    """A state that tells a topic, by a message in JSONata; `subject` is cut to 100 characters.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    """
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {
            "TopicArn": topic_arn,
            "Subject": subject[:100],
            "Message": chat_message(subject, message),
        },
        "Output": {} if output is None else output,
        "Retry": RETRY,
        **({"Catch": ALERT} if caught else {}),
        "Next": following,
    }


def choice(choices: dict[str, str], default: str) -> Json:
    """A state that goes to the first whose condition holds."""
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": f"{{% {condition} %}}", "Next": following}
            for following, condition in choices.items()
        ],
        "Default": default,
    }


def wait(seconds: int, following: str) -> Json:
    """A state that waits."""
    return {"Type": "Wait", "Seconds": seconds, "Next": following}


def fail(error: str, cause: str) -> Json:
    """A state that ends the execution, with the reason."""
    return {"Type": "Fail", "Error": error, "Cause": cause}


def alert(topic_arn: str, *, pipeline: str, subject: str, because: str) -> dict[str, Json]:
    """The states that tell a topic why a pipeline could not be started, and fail.

    `subject` heads the message, `because` says what it would have been started for.
    """
    return {
        "Alert": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Arguments": {
                "TopicArn": topic_arn,
                "Subject": subject,
                "Message": chat_message(
                    subject,
                    f"{{% '{because}, but {pipeline} could not be started: ' "
                    "& $string($states.input) %}",
                ),
            },
            "Retry": RETRY,
            "Next": "NotStarted",
        },
        "NotStarted": fail(
            NOT_STARTED, f"{pipeline} could not be started; the alert topic was told why"
        ),
    }
