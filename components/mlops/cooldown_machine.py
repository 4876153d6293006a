"""The state machine that starts a training pipeline, unless it has run lately, as plain values.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from components.common.iam import Json
from components.common.states import ALERT, RETRY, alert


def cooldown_machine(*, pipeline_name: str, cooldown_hours: int, alert_topic_arn: str) -> Json:
    """The definition of the machine, in JSONata, which can count time.

    Whoever started the newest run of the pipeline, and whatever came of it, the next one starts no
    sooner than `cooldown_hours` after it. Alarms that go off together can't start two: the token of
    a start is the number of the cool-down period since 1970, and SageMaker starts one run a token.
    Runs that the check lets through are a whole period apart, so that their tokens differ.

    Raises ValueError for a cool-down of less than one hour.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
    """
    if cooldown_hours < 1:
        raise ValueError(f"a cool-down lasts one hour or more: {cooldown_hours}")
    period = cooldown_hours * 60 * 60 * 1000
    starts = "$states.result.PipelineExecutionSummaries.$toMillis(StartTime)"
    return {
        "Comment": f"Starts {pipeline_name} unless it ran in the last {cooldown_hours} hours",
        "QueryLanguage": "JSONata",
        "StartAt": "FindNewestRun",
        "States": {
            "FindNewestRun": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sagemaker:listPipelineExecutions",
                "Arguments": {
                    "PipelineName": pipeline_name,
                    "SortBy": "CreationTime",
                    "SortOrder": "Descending",
                    "MaxResults": 1,
                },
                "Output": {"newestRunMillis": f"{{% $max([0, {starts}]) %}}"},
                "Retry": RETRY,
                "Catch": ALERT,
                "Next": "HasCooledDown",
            },
            "HasCooledDown": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Condition": (
                            f"{{% $millis() - $states.input.newestRunMillis >= {period} %}}"
                        ),
                        "Next": "StartPipeline",
                    }
                ],
                "Default": "StillCoolingDown",
            },
            "StillCoolingDown": {"Type": "Succeed"},
            "StartPipeline": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sagemaker:startPipelineExecution",
                "Arguments": {
                    "PipelineName": pipeline_name,
                    "PipelineExecutionDescription": "Started because its data drifted",
                    "ClientRequestToken": (
                        f"{{% 'drift-' & $pad($string($floor($millis() / {period})), -32, '0') %}}"
                    ),
                },
                "Retry": RETRY,
                "Catch": ALERT,
                "End": True,
            },
            **alert(
                alert_topic_arn,
                pipeline=pipeline_name,
                subject="Retraining did not start",
                because="Data drifted",
            ),
        },
    }
