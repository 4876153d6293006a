"""Lambda steps: a function is invoked with the step's arguments, and answers its outputs.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.steps.outputs import outputs, shown
from embedded.sagemaker.steps.work import Work

MOST_SECONDS = 600
"""A function that may take longer than AWS's 10 minutes fails its step."""


def invoke(work: Work) -> Any:
    """Lambda: wait for the function's answer, also where the execution is told to stop."""
    function, client = work.resolved(work.step["FunctionArn"]), work.client("lambda")
    work.note(Lambda={"Arn": function})
    try:
        timeout = client.get_function_configuration(FunctionName=function)["Timeout"]
        if timeout > MOST_SECONDS:
            raise JobFailed(
                f"ClientError: The timeout of {function} is {timeout} seconds, and at most "
                f"{MOST_SECONDS} for a Lambda step"
            )
        answer = client.invoke(FunctionName=function, Payload=json.dumps(work.arguments).encode())
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        raise JobFailed(
            f"ClientError: Failed to invoke lambda:Invoke. Error Details: {reason}"
        ) from error
    said = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise JobFailed(f"ClientError: The function {function} failed: {said}")
    value = json.loads(said or "null")
    found = outputs(work.step, value if isinstance(value, dict) else {})
    work.note(Lambda={"Arn": function, "OutputParameters": shown(found)})
    return {"OutputParameters": found}
