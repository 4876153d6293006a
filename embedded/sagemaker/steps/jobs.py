"""Steps that are a job of SageMaker's: Processing, Training and Transform.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from typing import Any

from embedded.sagemaker.steps.work import Work


def process(work: Work) -> Any:
    """Processing: run the job; property files are found in its outputs."""
    arguments, arn = _run(work, "Processing")
    outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    places = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in outputs}
    return {
        **arguments,
        "ProcessingJobArn": arn,
        "PropertyFiles": {
            one["PropertyFileName"]: f"{places[one['OutputName']]}/{one['FilePath']}"
            for one in work.step.get("PropertyFiles", [])
        },
    }


def train(work: Work) -> Any:
    """Training: run the job, which is described with its metrics then."""
    name = _run(work, "Training")[0]["TrainingJobName"]
    return work.client("sagemaker").describe_training_job(TrainingJobName=name)


def transform(work: Work) -> Any:
    """Transform: have a model answer a data set."""
    name = _run(work, "Transform")[0]["TransformJobName"]
    return work.client("sagemaker").describe_transform_job(TransformJobName=name)


def _run(work: Work, kind: str) -> tuple[dict[str, Any], str]:
    """Create the step's job, and wait for its end; its request, and its ARN."""
    arguments = work.named(f"{kind}JobName")
    create = getattr(work.client("sagemaker"), f"create_{kind.lower()}_job")
    arn: str = create(**arguments)[f"{kind}JobArn"]
    work.note(**{f"{kind}Job": {"Arn": arn}})
    work.finish(arn)
    return arguments, arn
