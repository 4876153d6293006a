"""What tells of trainings that failed and that nothing else follows.

The loop and a model's delivery wait for the trainings that they start, and tell of them; the
description of those says so, and the rule leaves them out. What a person or something of a team's
own starts is told here. The event of SageMaker has no reason, so that a small state machine asks
for those of the steps, and tells the topic. Where it fails itself, the alert on machines tells.
"""

import json

import pulumi

from components.common.args import AccountArgs, LoggedArgs
from components.common.event_start import start_on_event, starting_role
from components.common.iam import Document, Json, allow, document, rendered
from components.common.log_group import deliver_logs
from components.common.message import chat_message
from components.common.state_machine import logged_machine
from components.common.states import FOLLOWED, RETRY

SUBJECT = "A training failed"


class TrainingAlertArgs(AccountArgs, LoggedArgs):
    """What tells of failed trainings is made of."""

    name_prefix: str
    """What the names of the environment's training pipelines begin with."""
    region: str
    """Region of the pipelines."""
    topic_arn: pulumi.Input[str]
    """Topic that is told."""
    messages_key_arn: pulumi.Input[str]
    """Key of that topic."""


def failed_trainings_pattern(name_prefix: str) -> Json:
    """The failures of pipelines whose names begin so, but for runs that something waits for.

    A run that was started without a description has none in its events.
    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
        "detail": {
            "pipelineArn": [{"wildcard": f"arn:aws:sagemaker:*:pipeline/{name_prefix}*"}],
            "currentPipelineExecutionStatus": ["Failed", "Stopped"],
            "pipelineExecutionDescription": [
                {"exists": False},
                {"anything-but": {"prefix": FOLLOWED}},
            ],
        },
    }


def telling_machine(*, topic_arn: str, region: str) -> Json:
    """The definition: of the run that the event is about, tell each step's reason.

    A pipeline of SageMaker has a page in Studio alone; the console lists the jobs of its steps.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html
    """
    failed = "$states.result.PipelineExecutionSteps[FailureReason]"
    detail = "$states.context.Execution.Input.detail"
    link = f"https://{region}.console.aws.amazon.com/sagemaker/home?region={region}#/"
    return {
        "Comment": "Tells why a training failed that nothing else follows",
        "QueryLanguage": "JSONata",
        "StartAt": "FindReasons",
        "States": {
            "FindReasons": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sagemaker:listPipelineExecutionSteps",
                "Arguments": {
                    "PipelineExecutionArn": f"{{% {detail}.pipelineExecutionArn %}}",
                    "MaxResults": 50,
                },
                "Output": {
                    "reasons": f"{{% $join([{failed}.(StepName & ': ' & FailureReason)], '; ') %}}"
                },
                "Retry": RETRY,
                "Next": "Tell",
            },
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sns:publish",
                "Arguments": {
                    "TopicArn": topic_arn,
                    "Subject": SUBJECT,
                    "Message": chat_message(
                        SUBJECT,
                        f"{{% {detail}.pipelineExecutionArn & ' is ' & "
                        f"$lowercase({detail}.currentPipelineExecutionStatus) & "
                        "($states.input.reasons = '' ? '.' : "
                        "': ' & $substring($states.input.reasons, 0, 2000)) & "
                        f"'\\n\\n{link}processing-jobs\\n\\n{link}jobs' %}}",
                    ),
                },
                "Retry": RETRY,
                "End": True,
            },
        },
    }


def telling_policy(
    *, name_prefix: str, topic_arn: str, messages_key_arn: str, account_id: str, region: str
) -> Document:
    """What the machine may do: read runs of the environment, tell the topic, and keep its log."""
    pipelines = f"arn:aws:sagemaker:{region}:{account_id}:pipeline/{name_prefix}*"
    return document(
        allow(["sagemaker:ListPipelineExecutionSteps"], [pipelines]),
        allow(["sns:Publish"], [topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )


class TrainingAlert(pulumi.ComponentResource):
    """A rule on failed trainings, and the state machine that tells why.

    Raises ValueError for a retention that CloudWatch Logs does not offer.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: TrainingAlertArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TrainingAlert", name, None, opts)
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=rendered(
                telling_machine, topic_arn=args["topic_arn"], region=args["region"]
            ),
            policy=rendered(
                telling_policy,
                name_prefix=args["name_prefix"],
                topic_arn=args["topic_arn"],
                messages_key_arn=args["messages_key_arn"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            account_id=args["account_id"],
        )
        start_on_event(
            name,
            parent=self,
            description="Trainings that failed and that nothing else follows",
            pattern=json.dumps(failed_trainings_pattern(args["name_prefix"])),
            machine_arn=machine.arn,
            role=starting_role(
                name, parent=self, machine_arn=machine.arn, account_id=args["account_id"]
            ),
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})
