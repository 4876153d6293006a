"""Steps that are a job of SageMaker's: Processing, Training and Transform.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from typing import Any

from embedded.sagemaker.steps.work import Work


def process(work: Work) -> Any:
    """Processing: run the job; property files are found in its outputs."""
    arguments = work.named("ProcessingJobName")
    made = work.client("sagemaker").create_processing_job(**arguments)
    work.note(ProcessingJob={"Arn": made["ProcessingJobArn"]})
    work.finish(made["ProcessingJobArn"])
    outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    places = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in outputs}
    return {
        **arguments,
        "ProcessingJobArn": made["ProcessingJobArn"],
        "PropertyFiles": {
            one["PropertyFileName"]: f"{places[one['OutputName']]}/{one['FilePath']}"
            for one in work.step.get("PropertyFiles", [])
        },
    }


def train(work: Work) -> Any:
    """Training: run the job, which is described with its metrics then."""
    arguments, client = work.named("TrainingJobName"), work.client("sagemaker")
    made = client.create_training_job(**arguments)
    work.note(TrainingJob={"Arn": made["TrainingJobArn"]})
    work.finish(made["TrainingJobArn"])
    return client.describe_training_job(TrainingJobName=arguments["TrainingJobName"])


def transform(work: Work) -> Any:
    """Transform: have a model answer a data set."""
    arguments, client = work.named("TransformJobName"), work.client("sagemaker")
    made = client.create_transform_job(**arguments)
    work.note(TransformJob={"Arn": made["TransformJobArn"]})
    work.finish(made["TransformJobArn"])
    return client.describe_transform_job(TransformJobName=arguments["TransformJobName"])
