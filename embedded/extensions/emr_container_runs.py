"""Runs of EMR on EKS: PySpark scripts are run by the Spark of this machine, one at a time.

https://docs.aws.amazon.com/emr-on-eks/latest/APIReference/API_StartJobRun.html
https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-jobs-CLI.html
"""

from collections.abc import Mapping
from typing import Any

from moto.config.exceptions import ValidationException
from moto.core.responses import ActionResult
from moto.eks.models import eks_backends
from moto.emrcontainers.exceptions import ResourceNotFoundException
from moto.emrcontainers.models import EMRContainersBackend, JobRun, VirtualCluster
from moto.emrcontainers.responses import EMRContainersResponse
from moto.iam.models import iam_backends

from catalog.emr_service_accounts import service_accounts
from embedded.clock import utcnow
from embedded.extensions.eks_pods import associations
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add
from embedded.extensions.spark_work import SparkWork, keep_printed, spark_driver, stop_all
from embedded.spark.run import Ended, Unsupported
from embedded.turns import others_first, turn

CANCEL_PENDING = "CANCEL_PENDING"
OVER = ("COMPLETED", "FAILED", "CANCELLED")
MISTAKEN = "USER_ERROR"
WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
"""How pods with a token of the cluster's assume a role, which is not followed here."""
_runs: dict[str, "_Work"] = {}


def install() -> None:
    """Add the operations to moto's EMR on EKS."""
    add(EMRContainersResponse, start_job_run, cancel_job_run)


def close() -> None:
    """Stop every run, and wait until they are gone."""
    stop_all(_runs)


def start_job_run(self: EMRContainersResponse) -> ActionResult:
    """StartJobRun, whose run begins as soon as the one before it has ended."""
    backend, asked = self.emrcontainers_backend, self._get_param
    token, cluster_id = asked("clientToken"), asked("virtualClusterId")
    for known in backend.job_runs.values():
        if known.virtual_cluster_id == cluster_id and known.client_token == token:
            return _named(known)
    cluster = _cluster(backend, cluster_id)
    if asked("jobTemplateId"):
        raise ValidationException("The embedded AWS runs no job by a template.")
    for name in ("executionRoleArn", "releaseLabel", "jobDriver"):
        if not asked(name):
            raise ValidationException(f"{name} is missing, which a run without a template needs.")
    try:
        submit, settings = spark_driver(asked("jobDriver"), "sparkSubmitJobDriver")
    except Unsupported as error:
        raise ValidationException(str(error)) from error
    record = backend.start_job_run(
        name=asked("name"),
        virtual_cluster_id=cluster_id,
        client_token=token,
        execution_role_arn=asked("executionRoleArn"),
        release_label=asked("releaseLabel"),
        job_driver=asked("jobDriver"),
        configuration_overrides=asked("configurationOverrides"),
        tags=asked("tags"),
    )
    attempts = int((asked("retryPolicyConfiguration") or {}).get("maxAttempts", 1))
    vars(record)["retry_policy_configuration"] = {"maxAttempts": attempts}
    work = _Work(backend, record, cluster, submit, settings, attempts)
    _runs[record.id] = work
    work.start()
    return _named(record)


def cancel_job_run(self: EMRContainersResponse) -> ActionResult:
    """CancelJobRun: end the run, unless it has ended."""
    id_, cluster_id = self._get_param("id"), self._get_param("virtualClusterId")
    record = self.emrcontainers_backend.describe_job_run(id_, cluster_id)
    if record.state in (*OVER, CANCEL_PENDING):
        raise ValidationException(f"Job run {id_} is not in a cancellable state")
    record.state = CANCEL_PENDING
    with others_first():
        _runs[id_].stop()
    return ActionResult({"id": id_, "virtualClusterId": cluster_id})


def _cluster(backend: EMRContainersBackend, id_: str) -> VirtualCluster:
    if id_ not in backend.virtual_clusters:
        raise ResourceNotFoundException(f"Virtual cluster {id_} doesn't exist.")
    cluster = backend.virtual_clusters[id_]
    if cluster.state != "RUNNING":
        raise ValidationException(f"Virtual cluster {id_} is {cluster.state}.")
    return cluster


def _named(record: JobRun) -> ActionResult:
    return ActionResult(
        {
            "id": record.id,
            "name": record.name,
            "arn": record.arn,
            "virtualClusterId": record.virtual_cluster_id,
        }
    )


class _Work(SparkWork):
    """A run in the namespace of a virtual cluster."""

    done = "COMPLETED"

    def __init__(
        self,
        backend: EMRContainersBackend,
        record: JobRun,
        cluster: VirtualCluster,
        submit: Mapping[str, Any],
        settings: Mapping[str, str],
        attempts: int,
    ) -> None:
        super().__init__(record.id, backend.region_name, submit, settings, attempts=attempts)
        self._backend, self._record, self._cluster = backend, record, cluster
        record.created_at, record.state = utcnow(), "PENDING"
        self._show("SUBMITTED")

    def _told(self, state: str, details: str) -> None:
        record = self._record
        if record.state == CANCEL_PENDING and state not in OVER:
            return
        record.state, record.state_details = state, details
        if state == "FAILED":
            vars(record)["failure_reason"] = MISTAKEN  # moto says of it that it is always None
        if state in OVER:
            record.finished_at = utcnow()
        self._tell(state)

    def _tell(self, state: str) -> None:
        """Send the event of a state.

        https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-emr-containers.html
        """
        record = self._record
        emit(
            self._backend.account_id,
            self._backend.region_name,
            source="aws.emr-containers",
            detail_type="EMR Job Run State Change",
            resources=[record.arn],
            detail={
                "jobRunId": record.id,
                "name": record.name,
                "virtualClusterId": record.virtual_cluster_id,
                "arn": record.arn,
                "releaseLabel": record.release_label,
                "state": state,
            },
        )

    def _attempt(self) -> tuple[str, str]:
        with turn():
            missing = self._without_role()
        return ("FAILED", missing) if missing else super()._attempt()

    def _without_role(self) -> str | None:
        """Why no pod would have the role; None where all have.

        https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/setting-up-enable-IAM.html
        """
        arn, backend, place = self._record.execution_role_arn, self._backend, self._cluster
        role = iam_backends[backend.account_id][backend.partition].roles
        found = next((each for each in role.values() if each.arn == arn), None)
        if found is None:
            return f"The role {arn} does not exist."
        if WEB_IDENTITY in found.assume_role_policy_document:
            return None
        clusters = eks_backends[backend.account_id][backend.region_name].clusters
        if place.container_provider_id not in clusters:
            return f"The EKS cluster {place.container_provider_id} does not exist."
        there = {
            each["serviceAccount"]
            for each in associations(clusters[place.container_provider_id]).values()
            if (each["namespace"], each["roleArn"]) == (place.namespace, arn)
        }
        for account in service_accounts(backend.account_id, found.name):
            if account not in there:
                return f"In the namespace {place.namespace}, {account} has not the role {arn}."
        return None

    def _keep(self, ended: Ended) -> None:
        """Keep what it printed, where the request says and as AWS lays it.

        https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-jobs-cloudwatch.html
        """
        record = self._record
        overrides: Mapping[str, Any] = record.configuration_overrides or {}
        monitoring = overrides.get("monitoringConfiguration") or {}
        logs = monitoring.get("cloudWatchMonitoringConfiguration") or {}
        keep_printed(
            self._backend,
            self._s3,
            ended,
            f"{record.virtual_cluster_id}/jobs/{record.id}/containers/spark-{record.id}/"
            f"spark-{record.id}-driver",
            group=logs.get("logGroupName"),
            prefix=logs.get("logStreamNamePrefix"),
            uri=(monitoring.get("s3MonitoringConfiguration") or {}).get("logUri"),
        )
