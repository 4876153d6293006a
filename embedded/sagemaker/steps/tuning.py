"""Steps that search for hyperparameters: Tuning.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from typing import Any

from embedded.sagemaker.steps.work import Work

MOST_SUMMARIES = 50
"""How many of the best training jobs later steps can refer to."""
KEY, NAME_LIMIT = "HyperParameterTuningJobName", 32
STEP_CHARACTERS = 8
"""What is left of a step's name in the name of its tuning job."""


def tune(work: Work) -> Any:
    """Tuning: run the job; its training jobs are at hand, the best first, as TrainingJobSummaries.

    A pipeline's tuning job is named after the execution and the step, without `pipelines-`.
    """
    client = work.client("sagemaker")
    arguments = _named(work)
    name = arguments[KEY]
    made = client.create_hyper_parameter_tuning_job(**arguments)
    work.note(TuningJob={"Arn": made["HyperParameterTuningJobArn"]})
    work.finish(made["HyperParameterTuningJobArn"])
    objective = arguments["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    listed = client.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        StatusEquals="Completed",
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Descending" if objective["Type"] == "Maximize" else "Ascending",
        MaxResults=MOST_SUMMARIES,
    )
    described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    return {**described, "TrainingJobSummaries": listed["TrainingJobSummaries"]}


def _named(work: Work) -> dict[str, Any]:
    if KEY in work.arguments:
        return work.named(KEY, limit=NAME_LIMIT)
    execution = work.scope.execution["PipelineExecutionId"]
    step = work.step["Name"].replace("_", "-")[:STEP_CHARACTERS]
    return {**work.arguments, KEY: f"{execution}-{step}-{work.name().rpartition('-')[2]}"}
