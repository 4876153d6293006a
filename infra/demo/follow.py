"""What the platform itself tells while the story goes on: monitors, alarms, and mail to people."""

import json
from collections.abc import Mapping
from typing import Any

from components.mlops.monitoring.job_request import JOB_NAME_LIMIT, MonitorKind, reports_prefix
from embedded.cloud import Cloud
from infra.demo.timeline import Kind, Timeline
from infra.errors import WorkError
from infra.models import health
from infra.models.place import Place
from infra.naming import cut

NAMED = 3
"""How many drifted columns are named."""

Report = dict[str, Any]


class Follow:
    """Tells a timeline of what is new since it last looked."""

    def __init__(self, cloud: Cloud, place: Place, model: str, timeline: Timeline) -> None:
        self._cloud, self._place, self._model = cloud, place, model
        self._timeline = timeline
        self._mails = 0
        self._reported: set[str] = set()

    def look(self) -> None:
        """Tell of changed alarms, and of mail."""
        for alarm in health.alarms(self._place, self._model):
            name = self._name(alarm["name"])
            is_on = alarm["state"] == "ALARM"
            if self._timeline.alarm(name, is_on=is_on):
                if is_on:
                    self._timeline.tell(Kind.ALARM, f"The alarm {name} goes off.")
                else:
                    self._timeline.tell(Kind.CALM, f"The alarm {name} is over.")
        sent = self._cloud.outbox()["sent"]
        (who,) = self._place.stack.platform.alerts.email
        for mail in sent[self._mails :]:
            title = _title(mail)
            if title and not title.startswith("OK:"):
                self._timeline.tell(Kind.TOLD, f"Mail to {who}: {title}")
        self._mails = len(sent)

    def monitor_jobs(self, **state: str) -> list[str]:
        """The names of the data monitor's jobs, all or those of a state: `StatusEquals`."""
        found = self._place.client("sagemaker").list_processing_jobs(
            NameContains=self._job_name, MaxResults=100, **state
        )["ProcessingJobSummaries"]
        return [job["ProcessingJobName"] for job in found]

    def report(self, bucket: str) -> Report:
        """Tell what the one run of the data monitor found that was not told of yet; its report.

        Raises WorkError unless there is exactly one, and where it failed.
        """
        new = set(self.monitor_jobs()) - self._reported
        if len(new) != 1:
            raise WorkError(f"{len(new)} new runs of the data monitor were found, and not one.")
        (name,) = new
        self._reported |= new
        job = self._place.client("sagemaker").describe_processing_job(ProcessingJobName=name)
        if job["ProcessingJobStatus"] != "Completed":
            reason = job.get("FailureReason") or job["ProcessingJobStatus"]
            raise WorkError(f"The run {name} of the data monitor failed: {reason}")
        key = f"{reports_prefix(self._model, MonitorKind.DATA)}/{name}/report.json"
        body = self._place.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        report: Report = json.loads(body)
        self._tell(report)
        return report

    def jobs(self) -> dict[str, int]:
        """How many jobs there were: `training`, and `processing` of every kind."""
        sagemaker = self._place.client("sagemaker")
        training = sagemaker.list_training_jobs(MaxResults=100)["TrainingJobSummaries"]
        processing = sagemaker.list_processing_jobs(MaxResults=100)["ProcessingJobSummaries"]
        return {"training": len(training), "processing": len(processing)}

    def _tell(self, report: Report) -> None:
        worst = report["worst"]["drift"] if report["worst"] else None
        rows, version = report["rows"], int(report["model_version"])
        self._timeline.drift(worst, rows=rows, version=version, status=report["status"])
        numbers = {"rows": rows} | ({} if worst is None else {"worst": worst})
        if worst is None or worst < health.LIMIT:
            text = f"The data monitor looked at {rows} records: {report['summary']}"
            self._timeline.tell(Kind.MONITOR, text, **numbers)
            return
        drifted = [
            column["name"]
            for column in report["columns"]
            if column.get("drift") and column["drift"] >= health.LIMIT
        ]
        named = ", ".join(drifted[:NAMED])
        more = f" and {len(drifted) - NAMED} more" if len(drifted) > NAMED else ""
        text = (
            f"The data monitor looked at {rows} records, and {named}{more} are not like those that "
            f"version {version} was trained on: {worst:.1f} times the limit at the worst."
        )
        self._timeline.tell(Kind.DRIFT, text, **numbers)

    def _name(self, alarm: str) -> str:
        """An alarm's name without the model's, and without what Pulumi adds to it."""
        return alarm.removeprefix(f"{self._place.names(self._model)}-").rpartition("-")[0]

    @property
    def _job_name(self) -> str:
        return cut(self._place.names(self._model, MonitorKind.DATA.value), JOB_NAME_LIMIT)


def _title(mail: Mapping[str, Any]) -> str | None:
    """What a message is about: its subject, or the title that chat shows of it."""
    if mail["subject"]:
        return str(mail["subject"])
    try:
        return str(json.loads(mail["message"])["content"]["title"])
    except (KeyError, TypeError, ValueError):
        return None
