"""Steps of EMR's clusters: those that spark-submit a Python script are run, one after the other.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-work-with-steps.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_AddJobFlowSteps.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.emr.exceptions import ValidationException
from moto.emr.models import Cluster, ElasticMapReduceBackend, Step
from moto.emr.responses import ElasticMapReduceResponse

from embedded.extensions.emr_work import Work, cancel, finish
from embedded.extensions.operations import add
from embedded.spark.installed import NotInstalled, require_spark
from embedded.spark.run import Script, Unsupported
from embedded.spark.submit import submitted
from embedded.turns import others_first

RUNNER = "command-runner.jar"
CLASSIFICATIONS = {"spark-defaults": "", "spark-hive-site": "spark.hadoop."}
"""Configurations of a cluster that are settings of Spark, and what these begin with."""
STOP_SECONDS = 10

_works: dict[str, Work] = {}
_run_by_moto = ElasticMapReduceBackend.run_job_flow  # these are replaced below
_added_by_moto = ElasticMapReduceBackend.add_job_flow_steps
_terminated_by_moto = Cluster.terminate
_status_by_moto = Step.status


def install() -> None:
    """Add the operations to moto's EMR."""
    add(ElasticMapReduceResponse, cancel_steps)
    add(ElasticMapReduceBackend, run_job_flow, add_job_flow_steps)
    add(Cluster, add_steps, terminate)
    # moto finds the region in EMR's own addresses alone, and takes any other for us-east-1.
    ElasticMapReduceResponse.get_region_from_url = (  # type: ignore[method-assign]
        BaseResponse.get_region_from_url
    )
    Step.status = property(status)  # type: ignore[assignment]


def close() -> None:
    """Stop every cluster's work, and wait until it is gone."""
    for work in list(_works.values()):
        work.stop()
    for work in list(_works.values()):
        work.join(STOP_SECONDS)
    _works.clear()


def run_job_flow(self: ElasticMapReduceBackend, **asked: Any) -> Cluster:
    """RunJobFlow, whose steps begin at once."""
    for step in asked["steps"]:
        script_of(step, asked.get("configurations") or [])
    cluster = _run_by_moto(self, **asked)
    if cluster.steps:
        cluster.steps[0].start_date_time = None  # it begins when it is its turn
        cluster.state = "RUNNING"
    return cluster


def add_job_flow_steps(
    self: ElasticMapReduceBackend, job_flow_id: str, steps: list[dict[str, Any]]
) -> list[Step]:
    """AddJobFlowSteps, to a cluster that has not ended."""
    cluster = self.describe_cluster(job_flow_id)
    if cluster.state in ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS"):
        raise ValidationException(
            "A job flow that is shutting down, terminated, or finished may not be modified."
        )
    for step in steps:
        script_of(step, cluster.configurations)
    return _added_by_moto(self, job_flow_id, steps)


def add_steps(self: Cluster, steps: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Put steps behind those that a cluster has."""
    added = [Step(state="PENDING", **step) for step in steps]
    self.steps.extend(added)
    if added:
        self.state = "RUNNING"
        known = _works.get(self.id)
        if known is None or not known.takes_more():
            _works[self.id] = Work(self, lambda step: script_of(step.config, self.configurations))
            _works[self.id].start()
    return added


def terminate(self: Cluster) -> None:
    """End a cluster, and with it its steps."""
    finish(self)
    work = _works.get(self.id)
    if work is not None:
        with others_first():
            work.stop()
    _terminated_by_moto(self)


def cancel_steps(self: ElasticMapReduceResponse) -> ActionResult:
    """CancelSteps: end those that have not ended.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_CancelSteps.html
    """
    cluster = self.backend.describe_cluster(self._get_param("ClusterId"))
    told = []
    for id_ in self._get_param("StepIds"):
        step = next((one for one in cluster.steps if one.id == id_), None)
        if step is None or step.state not in ("PENDING", "RUNNING"):
            found = f"is {step.state}" if step else "is not one of the cluster's"
            told.append({"StepId": id_, "Status": "FAILED", "Reason": f"The step {found}."})
            continue
        if step.state == "PENDING":
            cancel(cluster, step)
        else:
            with others_first():
                _works[cluster.id].stop_step()
        told.append({"StepId": id_, "Status": "SUBMITTED"})
    return ActionResult({"CancelStepsInfoList": told})


def status(self: Step) -> dict[str, Any]:
    """A step's status, with why it has failed."""
    told: dict[str, Any] = _status_by_moto.fget(self)  # type: ignore[attr-defined]
    details = vars(self).get("failure_details")
    return told | ({"FailureDetails": details} if details else {})


def script_of(step: Mapping[str, Any], configurations: Sequence[Mapping[str, Any]]) -> Script:
    """What a step runs, by the cluster's settings. Raises ValidationException for any other."""
    jar = step.get("HadoopJarStep") or step.get("hadoop_jar_step") or {}
    settings = {
        f"{CLASSIFICATIONS[kind]}{name}": value
        for one in configurations
        if (kind := one.get("Classification") or one.get("classification")) in CLASSIFICATIONS
        for name, value in (one.get("Properties") or one.get("properties") or {}).items()
    }
    if jar.get("Jar") != RUNNER:
        raise ValidationException(
            f"The embedded AWS runs steps of {RUNNER}, and not of {jar.get('Jar')}."
        )
    try:
        require_spark()
        return submitted(jar.get("Args") or [], settings)
    except (NotInstalled, Unsupported) as error:
        raise ValidationException(str(error)) from error
