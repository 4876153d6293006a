"""The state machines that a model's delivery waits by: one for training, one for deployment.

CodePipeline starts a machine and follows its execution to the end, for days if need be, while no
build is kept running. Both are plain values, in JSONata; what the delivery tells them is read from
the input of the execution, wherever they are.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from components.common.iam import Json
from components.common.states import FOLLOWED, choice, fail, task, wait
from components.common.training_set import first_state, making_states

EVENTS = 20_000
"""Events that a machine may leave behind; an execution is stopped at 25,000.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
EVENTS_PER_LOOK = {"training": 10, "rollout": 25}
LEAST_POLL_SECONDS = 60
HOUR_SECONDS = 3600

_TOLD = "$states.context.Execution.Input"
_LATER = "/Could not find|Rate exceeded/"
"""What AWS says of an endpoint that is not there yet, or where it was asked too often."""
_WAITED = "($millis() - $toMillis($states.context.Execution.StartTime)) / 3600000"


def poll_seconds(hours: int, loop: str) -> int:
    """How long to wait between two looks so that `hours` of them fit into one execution."""
    looks = EVENTS // EVENTS_PER_LOOK[loop]
    return max(LEAST_POLL_SECONDS, -(-hours * HOUR_SECONDS // looks))


def training_machine(
    *,
    pipeline_name: str,
    builds_image: bool,
    deploy_hours: int,
    training_hours: int,
    training_set_arn: str | None = None,
    every_seconds: int | None = None,
) -> Json:
    """The machine that runs a training pipeline with the code and image of one revision.

    Its input is `{"delivery": …, "revision": …, "code_uri": …, "definition": …, "image_uri": …}`,
    the last with `builds_image` only. It waits at most `deploy_hours` until the platform's own
    delivery has deployed the pipeline that the revision defines, told by the hash in its
    description, because the same push may have changed both. A version is registered as pending,
    whoever approves it, for it has not been judged yet. Where the training fails, so does the
    machine, with the reason of each step. With `training_set_arn`, the machine of that ARN makes
    the training set first.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
    """
    parameters = [
        {"Name": "CodeUri", "Value": f"{{% {_TOLD}.code_uri %}}"},
        {"Name": "ModelApprovalStatus", "Value": "PendingManualApproval"},
    ]
    if builds_image:
        parameters.append({"Name": "ImageUri", "Value": f"{{% {_TOLD}.image_uri %}}"})
    failures = "$states.result.PipelineExecutionSteps[FailureReason]"
    hours = deploy_hours + training_hours
    return {
        "Comment": f"Trains by {pipeline_name} with the code of one revision",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": hours * HOUR_SECONDS,
        "StartAt": "FindDefinition",
        "States": {
            "FindDefinition": task(
                "sagemaker:describePipeline",
                {"PipelineName": pipeline_name},
                {
                    "deployed": (
                        f"{{% $contains($states.result.PipelineDescription, {_TOLD}.definition) %}}"
                    )
                },
                "IsDeployed",
            ),
            "IsDeployed": choice(
                {
                    first_state(training_set_arn, "StartTraining"): "$states.input.deployed",
                    "NotDeployed": f"{_WAITED} >= {deploy_hours}",
                },
                "AwaitDeployment",
            ),
            "AwaitDeployment": wait(every_seconds or LEAST_POLL_SECONDS, "FindDefinition"),
            "NotDeployed": fail(
                "NotDeployed",
                f"The platform's delivery has not deployed the pipeline.json of this revision to "
                f"{pipeline_name} in {deploy_hours} hours; retry the stage when it has",
            ),
            **making_states(
                training_set_arn, "StartTraining", "NotTrained", every_seconds=every_seconds
            ),
            "StartTraining": task(
                "sagemaker:startPipelineExecution",
                {
                    "PipelineName": pipeline_name,
                    "PipelineExecutionDisplayName": f"{{% {_TOLD}.delivery %}}",
                    "PipelineExecutionDescription": (
                        f"{{% '{FOLLOWED}the delivery of revision ' & {_TOLD}.revision %}}"
                    ),
                    "PipelineParameters": parameters,
                    "ClientRequestToken": "{% $states.context.Execution.Name %}",
                },
                {"execution": "{% $states.result.PipelineExecutionArn %}"},
                "AwaitTraining",
            ),
            "AwaitTraining": wait(every_seconds or poll_seconds(hours, "training"), "FindTraining"),
            "FindTraining": task(
                "sagemaker:describePipelineExecution",
                {"PipelineExecutionArn": "{% $states.input.execution %}"},
                {
                    "execution": "{% $states.input.execution %}",
                    "status": "{% $states.result.PipelineExecutionStatus %}",
                },
                "HasEnded",
            ),
            "HasEnded": choice(
                {
                    "Trained": "$states.input.status = 'Succeeded'",
                    "FindReason": "$states.input.status in ['Failed', 'Stopped']",
                },
                "AwaitTraining",
            ),
            "Trained": {"Type": "Succeed"},
            "FindReason": task(
                "sagemaker:listPipelineExecutionSteps",
                {"PipelineExecutionArn": "{% $states.input.execution %}"},
                {
                    "reason": (
                        "{% $join(['The training ' & $lowercase($states.input.status), "
                        f"{failures}.(StepName & ': ' & FailureReason)], '; ') %}}"
                    )
                },
                "NotTrained",
            ),
            "NotTrained": fail("NotTrained", "{% $states.input.reason %}"),
        },
    }


def release_machine(
    *, endpoint_name: str, deploy_hours: int, every_seconds: int | None = None
) -> Json:
    """The machine that approves a version, and waits until the endpoint serves it.

    Its input is `{"package": …, "revision": …}`. The approval's event is what starts the platform's
    delivery, so that a version is deployed once, however it came to be approved; one that is
    approved already is not approved again. The machine fails where the endpoint does, or serves
    another version after `deploy_hours`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
    """
    gone = [{"ErrorEquals": ["States.ALL"], "Next": "IsNotThereYet"}]
    return {
        "Comment": f"Approves a version and waits until {endpoint_name} serves it",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": (deploy_hours + 1) * HOUR_SECONDS,
        "StartAt": "FindVersion",
        "States": {
            "FindVersion": task(
                "sagemaker:describeModelPackage",
                {"ModelPackageName": f"{{% {_TOLD}.package %}}"},
                {"status": "{% $states.result.ModelApprovalStatus %}"},
                "IsApproved",
            ),
            "IsApproved": choice({"FindEndpoint": "$states.input.status = 'Approved'"}, "Approve"),
            "Approve": task(
                "sagemaker:updateModelPackage",
                {
                    "ModelPackageArn": f"{{% {_TOLD}.package %}}",
                    "ModelApprovalStatus": "Approved",
                    "ApprovalDescription": f"{{% 'Delivered by revision ' & {_TOLD}.revision %}}",
                },
                {},
                "FindEndpoint",
            ),
            "FindEndpoint": task(
                "sagemaker:describeEndpoint",
                {"EndpointName": endpoint_name},
                {
                    "status": "{% $states.result.EndpointStatus %}",
                    "configuration": "{% $states.result.EndpointConfigName %}",
                },
                "FindConfiguration",
                catch=gone,
            ),
            "FindConfiguration": task(
                "sagemaker:describeEndpointConfig",
                {"EndpointConfigName": "{% $states.input.configuration %}"},
                {
                    "status": "{% $states.input.status %}",
                    "model": "{% $states.result.ProductionVariants[0].ModelName %}",
                },
                "FindModel",
                catch=gone,
            ),
            "FindModel": task(
                "sagemaker:describeModel",
                {"ModelName": "{% $states.input.model %}"},
                {
                    "status": "{% $states.input.status %}",
                    "serves": (
                        "{% [$states.result.Containers, $states.result.PrimaryContainer]"
                        f".ModelPackageName[0] = {_TOLD}.package %}}"
                    ),
                },
                "IsLive",
                catch=gone,
            ),
            "IsNotThereYet": choice(
                {"HasTime": f"$contains($states.input.Cause, {_LATER})"},
                "NotSeen",
            ),
            "IsLive": choice(
                {
                    "Live": "$states.input.serves and $states.input.status = 'InService'",
                    "NotLive": "$states.input.status = 'Failed'",
                },
                "HasTime",
            ),
            "Live": {"Type": "Succeed"},
            "HasTime": choice({"AwaitRollout": f"{_WAITED} < {deploy_hours}"}, "NotLive"),
            "AwaitRollout": wait(
                every_seconds or poll_seconds(deploy_hours, "rollout"), "FindEndpoint"
            ),
            "NotSeen": fail("NotSeen", "{% $string($states.input) %}"),
            "NotLive": fail(
                "NotLive",
                f"The endpoint {endpoint_name} has failed, or does not serve the approved version "
                f"after {deploy_hours} hours: see the platform's delivery, then retry the stage",
            ),
        },
    }
