"""The state machine that delivers the deployed revision once more, as plain values.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from typing import Any

from components.common.states import ALERT, RETRY, alert
from components.devops.delivery.source import SOURCE


def redeployment_machine(
    *, pipeline_name: str, stage: str, revision_type: str | None, alert_topic_arn: str
) -> dict[str, Any]:
    """The definition of the machine, in JSONata.

    It starts the pipeline with the revision that last passed the deploying `stage`. Started any
    other way the pipeline would fetch the tip of its branch, and an approved model would carry
    along what nobody has released. Before the first deployment there is nothing to repeat, and that
    deployment takes the newest approved versions by itself.

    Without a `revision_type` it starts the pipeline just so: for a pipeline that is not what
    deploys the pushes, whose last revision is an old one.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """
    start: dict[str, Any] = {"Name": pipeline_name}
    find: dict[str, Any] = {}
    if revision_type:
        find = _find(pipeline_name, stage)
        start["SourceRevisions"] = [
            {
                "ActionName": SOURCE,
                "RevisionType": revision_type,
                "RevisionValue": "{% $states.input.revisions[0] %}",
            }
        ]
    return {
        "Comment": f"Starts {pipeline_name}, with the revision that it deployed last if it knows",
        "QueryLanguage": "JSONata",
        "StartAt": "FindDeployedRevision" if revision_type else "Deliver",
        "States": {
            **find,
            "Deliver": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:codepipeline:startPipelineExecution",
                "Arguments": start,
                "Retry": RETRY,
                "Catch": ALERT,
                "End": True,
            },
            **alert(
                alert_topic_arn,
                pipeline=pipeline_name,
                subject="An approved model was not delivered",
                because="A model was decided on",
            ),
        },
    }


def _find(pipeline_name: str, stage: str) -> dict[str, Any]:
    """The states that come before the start, where the revision has to be known."""
    revisions = "$states.result.PipelineExecutionSummaries.SourceRevisions.RevisionId"
    return {
        "FindDeployedRevision": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:codepipeline:listPipelineExecutions",
            "Arguments": {
                "PipelineName": pipeline_name,
                "MaxResults": 1,
                "Filter": {"SucceededInStage": {"StageName": stage}},
            },
            "Output": {"revisions": f"{{% [{revisions}] %}}"},
            "Retry": RETRY,
            "Catch": ALERT,
            "Next": "IsDeployed",
        },
        "IsDeployed": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $count($states.input.revisions) > 0 %}", "Next": "Deliver"}
            ],
            "Default": "NothingDeployedYet",
        },
        "NothingDeployedYet": {"Type": "Succeed"},
    }
