"""Loads definitions of workflows by DAG Factory and Airflow, and tells what became of them.

It is run by the Python of the environment that `make airflow` makes: its arguments are files of
YAML, and what it prints at its end is JSON. Each task is run as well, with answers of AWS's that
are made up here: what counts is which calls its operator makes, and that botocore takes them.
"""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization
from botocore.client import BaseClient
from botocore.validate import ParamValidator
from dagfactory import load_yaml_dags
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment


class Instance:
    """A task of a run, as operators ask it for what they need."""

    dag_id = task_id = run_id = "one"
    map_index = -1
    stats_tags: ClassVar[dict[str, str]] = {}

    def xcom_pull(self, task_ids: str) -> str:
        """What a task has returned."""
        return f"returned by {task_ids}"

    def xcom_push(self, key: str, value: object) -> None:
        """Keep a value, which nobody asks for."""


class Store(dict[str, object]):
    """What an operator keeps for the next try: nothing at first."""

    def set(self, key: str, value: object) -> None:
        """Keep a value."""
        self[key] = value


def loaded(path: Path) -> list[dict[str, Any]]:
    """The DAGs of a file. Raises what Airflow raises of one that it cannot make."""
    namespace: dict[str, Any] = {}
    load_yaml_dags(globals_dict=namespace, config_filepath=str(path))
    return [told(dag) for dag in namespace.values() if isinstance(dag, DAG)]


def told(dag: DAG) -> dict[str, Any]:
    """What Airflow made of a definition."""
    dag.check_cycle()
    DagSerialization.to_dict(dag)  # what the scheduler reads
    return {
        "id": dag.dag_id,
        "schedule": dag.schedule,
        "params": dag.params.dump(),
        "tasks": {task.task_id: _task(task) for task in dag.topological_sort()},
    }


def _task(task: Any) -> dict[str, Any]:
    fields = {name: _rendered(getattr(task, name)) for name in task.template_fields}
    for name, value in fields.items():
        setattr(task, name, value)
    return {
        "operator": f"{type(task).__module__}.{type(task).__name__}",
        "after": sorted(task.upstream_task_ids),
        "retries": task.retries,
        "retry_seconds": task.retry_delay.total_seconds(),
        "timeout_seconds": task.execution_timeout.total_seconds(),
        "fields": fields,
        "calls": _calls(task),
    }


def _rendered(value: Any) -> Any:
    """The value of a field as a run for a day has it, which was started for another."""
    match value:
        case str():
            environment = SandboxedEnvironment(undefined=StrictUndefined)
            context = {"params": {"date": "2026-01-31"}, "ds": "2026-02-28", "ti": Instance()}
            return environment.from_string(value).render(context)
        case dict():
            return {key: _rendered(item) for key, item in value.items()}
        case list():
            return [_rendered(item) for item in value]
        case _:
            return value


ANSWERS: dict[str, Any] = {
    "GetApplication": {"application": {"state": "STARTED"}},
    "StartJobRun": {"jobRunId": "run", "JobRunId": "run"},
    "GetJobRun": {
        "jobRun": {"state": "SUCCESS", "stateDetails": ""},
        "JobRun": {"JobRunState": "SUCCEEDED"},
    },
    "GetJob": {"Job": {"Name": "job"}},
    "GetDataQualityRuleset": {"Name": "ruleset"},
    "StartDataQualityRulesetEvaluationRun": {"RunId": "run"},
    "GetDataQualityRulesetEvaluationRun": {"Status": "SUCCEEDED", "ResultIds": ["result"]},
    "BatchGetDataQualityResult": {"Results": [{"RuleResults": [{"Result": "PASS"}]}]},
}
"""What AWS answers where all goes well, by operation."""


def _calls(task: Any) -> list[str]:
    """The calls of AWS that a task makes, as `service:Operation`. Raises ParamValidationError."""
    calls: list[str] = []

    def answer(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        model = client.meta.service_model.operation_model(operation)
        report = ParamValidator().validate(parameters, model.input_shape)
        if report.has_errors():
            raise ValueError(f"{task.task_id}, {operation}: {report.generate_report()}")
        calls.append(f"{client.meta.service_model.signing_name}:{operation}")
        return {"ResponseMetadata": {"HTTPStatusCode": 200}, **ANSWERS[operation]}

    by_aws, BaseClient._make_api_call = BaseClient._make_api_call, answer
    try:
        task.execute({"ti": Instance(), "task_instance": Instance(), "task_state_store": Store()})
    finally:
        BaseClient._make_api_call = by_aws
    return calls


def main(paths: list[str]) -> None:
    """Print what became of each file, or why nothing did."""
    dags: list[dict[str, Any]] = []
    refused: dict[str, str] = {}
    for path in map(Path, paths):
        try:
            dags += loaded(path)
        except Exception as error:  # noqa: BLE001  whatever Airflow raises is what is asked for
            refused[path.stem] = f"{type(error).__name__}: {error}"
    sys.stdout.write(f"{json.dumps({'dags': dags, 'refused': refused})}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
