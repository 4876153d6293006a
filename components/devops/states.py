"""States of a state machine in JSONata, as plain values.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from components.iam import Json

RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2}]


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
