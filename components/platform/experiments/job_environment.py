"""What the jobs of a pipeline are told of experiments, by variables of their environment."""

from typing import Any


def job_environment(tracking_arn: str, experiment: str) -> dict[str, Any]:
    """The variables: where runs are kept, as what, and what they were made of.

    MLflow itself reads those that begin with its name. The others refer to the pipeline, whose
    parameters whoever starts it may change.

    https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html
    """
    return {
        "MLFLOW_TRACKING_URI": tracking_arn,
        "MLFLOW_EXPERIMENT_NAME": experiment,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MASLOW_CODE_URI": {"Get": "Parameters.CodeUri"},
        "MASLOW_RUNS_URI": {"Get": "Parameters.OutputUri"},
        "MASLOW_EXECUTION_ID": {"Get": "Execution.PipelineExecutionId"},
    }
