"""Keep what a job did as a run of MLflow, where the platform says where (MLFLOW_TRACKING_URI).

Keeping a run fails no job. What came of it is told in the log, and in tracking.json among what the
job writes: {"run": id, "experiment": name}, or {"failed": why}. Without the packages mlflow-skinny
and sagemaker-mlflow, which the image brings, no run is kept.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATIENCE = {
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
"""At most some half a minute for a server that does not answer."""
FILE = "tracking.json"

log = logging.getLogger("tracking")


def keep_run(
    job: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    folder: Path,
    **made: str,
) -> None:
    """Keep a run that is called as the job is, in the experiment MLFLOW_EXPERIMENT_NAME.

    `made` are places of what the job has made, which become tags beside the pipeline's execution,
    its code and the snapshot of its data. tracking.json goes to `folder`.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return
    try:
        told = _kept(job, parameters, metrics, {**origin(), **made})
        log.info("kept as run %s of %s", told["run"], told["experiment"])
    except Exception as error:  # whatever it is, the job has done its work
        told = {"failed": f"{type(error).__name__}: {error}"}
        log.warning("no run is kept: %s", told["failed"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(told, indent=2))


def keep_training(parameters: Mapping[str, Any], scores: Mapping[str, float]) -> None:
    """Keep the run of a training job, with its hyperparameters and its scores on validation."""
    name = os.environ.get("TRAINING_JOB_NAME", "job")
    metrics = {f"validation_{metric}": value for metric, value in scores.items()}
    output = Path(os.environ.get("SM_OUTPUT_DATA_DIR", "/opt/ml/output/data"))
    keep_run(name, parameters, metrics, output, model=model_archive(name))


def origin() -> dict[str, str]:
    """What a job's run was made of, as far as its pipeline tells: tags by name."""
    found = {
        "execution": os.environ.get("MASLOW_EXECUTION_ID", ""),
        "code": os.environ.get("MASLOW_CODE_URI", ""),
        "data": output_of("snapshot/snapshot.json"),
    }
    return {name: value for name, value in found.items() if value}


def model_archive(job: str) -> str:
    """Where SageMaker puts the model.tar.gz of a training job."""
    return output_of(f"model/{job}/output/model.tar.gz")


def output_of(file: str) -> str:
    """Where a file goes that an execution of the pipeline makes; empty where nobody tells."""
    execution, runs = os.environ.get("MASLOW_EXECUTION_ID"), os.environ.get("MASLOW_RUNS_URI")
    return f"{runs}/{execution}/{file}" if runs and execution else ""


def processing_job(config: Path = Path("/opt/ml/config/processingjobconfig.json")) -> str:
    """What a processing job is called; `job` outside of SageMaker.

    https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
    """
    if not config.is_file():
        return "job"
    return str(json.loads(config.read_text()).get("ProcessingJobName", "job"))


def _kept(
    job: str, parameters: Mapping[str, Any], metrics: Mapping[str, float], tags: Mapping[str, str]
) -> dict[str, str]:
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    import mlflow  # takes seconds, and is not everywhere

    experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME", "Default")
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name=job) as run:
        mlflow.set_tags({name: value for name, value in tags.items() if value})
        mlflow.log_params(dict(parameters))
        mlflow.log_metrics(dict(metrics))
    return {"run": run.info.run_id, "experiment": experiment}
