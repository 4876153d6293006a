"""The state machine that retrains a model, compares what comes of it, and decides; plain values.

Input: `{"cause": "drift" | "quality" | "new-data" | "schedule" | "person", "reason": "…",
"alarm": "…"?}`; what is missing is a person's. Output: `{"outcome": "approved" |
"awaiting-approval" | "not-better" | "not-accepted" | "passed" | "covered" | "over-budget",
"reason": "…", "version"?: ARN, "comparison"?: URI, "execution"?: ARN}`. What fails is told to a
topic once, and ends as a failed execution.

What a later state needs is kept in variables, each an object.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from typing import NotRequired, TypedDict

from components.common.hours import HoursArgs, longest_pause_hours
from components.common.iam import Json
from components.common.states import (
    FOLLOWED,
    NOT_RETRAINED,
    choice,
    fail,
    retried,
    told_topic,
    wait,
)
from components.common.training_set import first_state, making_states
from components.mlops.loop.budget import BudgetArgs, budget_states
from components.mlops.loop.comparing import comparing_states, comparison_prefix
from components.mlops.loop.waiting import waiting_states

EVENTS = 7000
"""Events that each of the three waits may leave behind; an execution is stopped at 25,000.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
EVENTS_PER_LOOK = 15
LEAST_POLL_SECONDS = 60
HOUR_SECONDS = 3600
COMPARE_HOURS = 2


class JobArgs(TypedDict):
    """How a comparison runs."""

    name_prefix: str
    """What its name begins with, at most 50 characters; the id of the training's run follows."""
    role_arn: str
    """Role of the job: the training pipeline's."""
    instance_type: str
    """Such as `ml.m5.large`."""
    volume_key_arn: str | None
    """Key of its volume; None where the instance type has storage of its own."""
    key_arn: str
    """Key of what it writes."""
    subnet_ids: list[str]
    """Private subnets that it runs in."""
    security_group_id: str
    """Security group that it runs in."""
    tags: dict[str, str]
    """Tags of the job."""
    code_uri: str
    """S3 URI of the deployed code, for a candidate that does not tell its own."""
    metric: str
    """Metric to judge by; empty for the kind's own."""


class MachineArgs(TypedDict):
    """What the machine is made of, once it is known."""

    model: str
    """Name of the model."""
    pipeline_name: str
    """Training pipeline."""
    group_name: str
    """Model package group."""
    bucket: str
    """Bucket of the artifacts."""
    cooldown_hours: int
    """Hours, at least one, between two runs of the pipeline."""
    training_hours: int
    """Hours that a run of the pipeline may take."""
    alarms: dict[str, list[str]]
    """Names of the alarms by the cause that they stand for: `drift`, `quality`."""
    approve_when: str | None
    """JSONata on `$held`, the candidate's metrics; None where a person approves."""
    approve_because: str
    """What the approval says beside the comparison's reason; empty for that alone."""
    topics: dict[str, str]
    """ARNs of the topics `info` and `warning`."""
    region: str
    """For the links to the console."""
    job: JobArgs
    """How a comparison runs."""
    training_set_arn: NotRequired[str | None]
    """ARN of the machine that makes its training set; None where its data comes otherwise."""
    hours: NotRequired[HoursArgs | None]
    """When training may begin but for a person; always where it is missing."""
    budget: NotRequired[BudgetArgs | None]
    """What training may cost; no bound where it is missing."""
    poll_seconds: NotRequired[int]
    """How long to wait between two looks, for tests; reckoned from the hours unless given."""


def poll_seconds(hours: int) -> int:
    """How long to wait between two looks so that `hours` of them fit into one execution."""
    looks = EVENTS // EVENTS_PER_LOOK
    return max(LEAST_POLL_SECONDS, -(-hours * HOUR_SECONDS // looks))


def loop_machine(args: MachineArgs) -> Json:
    """The definition of the machine.

    Raises ValueError for a cool-down of less than one hour.
    """
    if args["cooldown_hours"] < 1:
        raise ValueError(f"a cool-down lasts one hour or more: {args['cooldown_hours']}")
    life_hours = args["cooldown_hours"] + args["training_hours"] + COMPARE_HOURS
    every, hours = args.get("poll_seconds"), args.get("hours")
    if hours:
        life_hours += longest_pause_hours(hours)
    budget, training_set = args.get("budget"), args.get("training_set_arn")
    training = first_state(training_set, "StartTraining")
    states: dict[str, Json] = {
        **waiting_states(
            pipeline_name=args["pipeline_name"],
            cooldown_hours=args["cooldown_hours"],
            life_hours=life_hours,
            alarms=args["alarms"],
            every_seconds=every or poll_seconds(life_hours),
            following="FindSpent" if budget else training,
            hours=hours,
        ),
        **(
            budget_states(
                budget,
                model=args["model"],
                topic_arn=args["topics"]["warning"],
                following=training,
            )
            if budget
            else {}
        ),
        **making_states(
            training_set, "StartTraining", "NoTrainingSet", every_seconds=every, alerts=True
        ),
        **(
            {"NoTrainingSet": _failure("NoTrainingSet", "$states.input.reason")}
            if training_set
            else {}
        ),
        **_training_states(args, every or poll_seconds(args["training_hours"])),
        **comparing_states(
            group_name=args["group_name"],
            bucket=args["bucket"],
            prefix=comparison_prefix(args["model"]),
            model=args["model"],
            job={**args["job"]},
            every_seconds=every or poll_seconds(COMPARE_HOURS),
            following="IsBetter",
        ),
        **_decision_states(args),
        **_failure_states(args),
    }
    return {
        "Comment": f"Retrains {args['model']}, compares it with the live version, and decides",
        "QueryLanguage": "JSONata",
        # The last resort: what hangs is found by the bounds of each wait, which tell of it.
        "TimeoutSeconds": (3 * life_hours + 24) * HOUR_SECONDS,
        "StartAt": "Begin",
        "States": states,
    }


def _training_states(args: MachineArgs, every_seconds: int) -> dict[str, Json]:
    """Run the pipeline to its end, and find what it registered.

    A version is registered as pending, whoever approves it, for it is judged first. Listings of
    executions are not consistent at once, so that two could begin: but for a person, the token of a
    start is the number of the cool-down period since 1970, and SageMaker starts one run a token.
    Runs that the cool-down lets through are a whole period apart, so that their tokens differ.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStep.html
    """
    period = args["cooldown_hours"] * HOUR_SECONDS * 1000
    model = args["model"]
    failures = (
        "$states.result.PipelineExecutionSteps[FailureReason].(StepName & ': ' & FailureReason)"
    )
    refused = "$states.result.PipelineExecutionSteps.Metadata.Fail.ErrorMessage"
    registered = "$states.result.PipelineExecutionSteps.Metadata.RegisterModel.Arn"
    return {
        "StartTraining": retried(
            "sagemaker:startPipelineExecution",
            {
                "PipelineName": args["pipeline_name"],
                "PipelineExecutionDescription": (
                    f"{{% $substring('{FOLLOWED}the loop: ' & $told.cause & ': ' & $told.reason, "
                    "0, 1000) %}"
                ),
                "PipelineParameters": [
                    {"Name": "ModelApprovalStatus", "Value": "PendingManualApproval"}
                ],
                "ClientRequestToken": (
                    "{% $told.cause = 'person' "
                    "? $substring('person-' & $states.context.Execution.Name & "
                    "'--------------------------------', 0, 128) "
                    f": 'loop-' & $pad($string($floor($millis() / {period})), -32, '0') %}}"
                ),
            },
            "AwaitTraining",
            assign={
                "run": {
                    "arn": "{% $states.result.PipelineExecutionArn %}",
                    "id": "{% $split($states.result.PipelineExecutionArn, '/')[-1] %}",
                    "began": "{% $millis() %}",
                }
            },
        ),
        "AwaitTraining": wait(every_seconds, "FindTraining"),
        "FindTraining": retried(
            "sagemaker:describePipelineExecution",
            {"PipelineExecutionArn": "{% $run.arn %}"},
            "HasTrained",
            output={"status": "{% $states.result.PipelineExecutionStatus %}"},
        ),
        "HasTrained": choice(
            {
                "FindSteps": "$states.input.status in ['Succeeded', 'Failed', 'Stopped']",
                "TrainsTooLong": (
                    f"$millis() - $run.began > {args['training_hours'] * HOUR_SECONDS * 1000}"
                ),
            },
            "AwaitTraining",
        ),
        "TrainsTooLong": _failure(
            "TrainsTooLong",
            f"'the run ' & $run.id & ' of {args['pipeline_name']} has not ended in "
            f"{args['training_hours']} hours'",
        ),
        "FindSteps": retried(
            "sagemaker:listPipelineExecutionSteps",
            {"PipelineExecutionArn": "{% $run.arn %}", "MaxResults": 50},
            "HowItEnded",
            output={
                "status": "{% $states.input.status %}",
                "refused": f"{{% $join([{refused}], '; ') %}}",
                "package": f"{{% $join([({registered})[0]], '') %}}",
                "reason": (
                    f"{{% $join(['the training ' & $lowercase($states.input.status), {failures}], "
                    "'; ') %}"
                ),
            },
        ),
        "HowItEnded": choice(
            {
                "NotAccepted": "$states.input.refused != ''",
                "NotTrained": "$states.input.status != 'Succeeded'",
                "NotRegistered": "$states.input.package = ''",
            },
            "FindCandidate",
        ),
        # A step of type Fail is how a pipeline says that what it trained is not accepted.
        "NotAccepted": {
            "Type": "Pass",
            "Assign": {
                "end": {
                    "outcome": "not-accepted",
                    "reason": "{% $states.input.refused %}",
                    "execution": "{% $run.arn %}",
                }
            },
            "Next": "TellNotAccepted",
        },
        "TellNotAccepted": told_topic(
            args["topics"]["warning"],
            f"{model}: what was trained is not accepted",
            f"{{% '{model} was retrained (' & $told.cause & ': ' & $told.reason & '), and is not "
            "registered: ' & $end.reason & '. The live version stays.' %}",
            "Ended",
        ),
        "NotTrained": _failure("NotTrained", "$states.input.reason"),
        "NotRegistered": _failure(
            "NotRegistered", "'the training succeeded, and registered no version'"
        ),
    }


def _decision_states(args: MachineArgs) -> dict[str, Json]:
    """Reject what is not better; approve what may be, or leave it to a person.

    The approval's event is what deploys it.
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
    """
    model, because = args["model"], args["approve_because"]
    numbers = (
        "'\\n\\nCandidate: ' & $string($compared.candidate) & '\\n\\nLive: ' & "
        "$string($compared.live) & '\\n\\n' & $candidate.uri"
    )
    ended = {
        "reason": "{% $compared.reason %}",
        "version": "{% $candidate.arn %}",
        "comparison": "{% $candidate.uri %}",
        "execution": "{% $run.arn %}",
    }

    def decided(status: str, text: str, outcome: str, following: str) -> Json:
        return retried(
            "sagemaker:updateModelPackage",
            {
                "ModelPackageArn": "{% $candidate.arn %}",
                "ModelApprovalStatus": status,
                "ApprovalDescription": f"{{% $substring('loop: ' & {text}, 0, 1000) %}}",
            },
            following,
            assign={"end": {"outcome": outcome, **ended}},
        )

    better = {
        "MayApprove": choice({"Approve": args["approve_when"] or "false"}, "LeaveToPerson"),
        "Approve": decided(
            "Approved",
            (f"{because} & '; ' & " if because else "") + "$compared.reason",
            "approved",
            "Ended",
        ),
    }
    return {
        "IsBetter": choice(
            {"MayApprove" if args["approve_when"] else "LeaveToPerson": "$compared.better"},
            "Reject",
        ),
        **(better if args["approve_when"] else {}),
        "LeaveToPerson": {
            "Type": "Pass",
            "Assign": {"end": {"outcome": "awaiting-approval", **ended}},
            "Next": "TellAwaiting",
        },
        "TellAwaiting": told_topic(
            args["topics"]["info"],
            f"{model}: a better version awaits approval",
            f"{{% 'Version ' & $candidate.version & ' of {model}: ' & $compared.reason & "
            f"'. Approve it by: maslow model approve {model}' & {numbers} %}}",
            "Ended",
        ),
        "Reject": decided("Rejected", "$compared.reason", "not-better", "TellNotBetter"),
        "TellNotBetter": told_topic(
            args["topics"]["info"],
            f"{model}: the live version stays",
            f"{{% 'Version ' & $candidate.version & ' of {model} is rejected: ' & "
            f"$compared.reason & {numbers} %}}",
            "Ended",
        ),
        "Ended": {"Type": "Succeed", "Output": "{% $end %}"},
    }


def _failure_states(args: MachineArgs) -> dict[str, Json]:
    """Tell why it failed, once, and fail."""
    region = args["region"]
    link = (
        f"https://{region}.console.aws.amazon.com/states/home?region={region}"
        "#/v2/executions/details/"
    )
    return {
        "Alert": told_topic(
            args["topics"]["warning"],
            f"{args['model']}: retraining failed",
            f"{{% '{args['model']} was to be retrained (' & $told.cause & ': ' & $told.reason & "
            "'), and that failed: ' & $states.input.Error & ': ' & "
            f"$substring($states.input.Cause, 0, 2000) & '\\n\\n{link}' & "
            "$states.context.Execution.Id %}",
            "Failed",
            output="{% $states.input %}",
            caught=False,
        ),
        "Failed": fail(NOT_RETRAINED, "{% $states.input.Error & ': ' & $states.input.Cause %}"),
    }


def _failure(error: str, cause: str) -> Json:
    """A state that goes to the alert with an error of our own; `cause` is JSONata."""
    return {
        "Type": "Pass",
        "Output": {"Error": error, "Cause": f"{{% {cause} %}}"},
        "Next": "Alert",
    }
