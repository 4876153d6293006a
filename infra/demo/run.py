"""The story itself, played on an embedded AWS: each thing happens by AWS's own API.

Nothing here decides what comes of it: monitors measure, alarms start the loop, versions are
compared, rollouts pass or are taken back. What is found is told as it is found.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from embedded import clock
from embedded.cloud import Cloud
from infra.demo import story, traffic
from infra.demo.costs import Usage
from infra.demo.follow import Follow, Report
from infra.demo.stack import model as model_of
from infra.demo.story import Request
from infra.demo.timeline import Kind, Timeline
from infra.errors import WorkError
from infra.hosts import smoke_run
from infra.hosts.records import Records, as_csv
from infra.hosts.session import Pass, Up
from infra.models import decisions, health, registry
from infra.models.endpoints import endpoint, serving
from infra.models.place import Place
from infra.models.turns import loop_of, turns
from infra.needs.model_context import NAME_LIMIT

BEGINS_AT = 7
"""Hour of the cloud's clock at which it begins: the monitor is due an hour before."""
PARTS = 4
"""In how many parts a day's traffic comes."""
A_MINUTE = 20
"""Requests that come in each minute of a rollout."""
HOUR = 3600
LOOK_SECONDS = 60
"""How far the clock is put forward between two looks at what waits."""
PATIENCE_SECONDS = 120
"""How long on this machine a job or the loop may take before something must be wrong."""
POLL_SECONDS = 0.1

WHO = "demo"
"""Who decides, as the registry keeps it."""
KEPT = ("ModelMetrics", "DriftCheckBaselines", "CustomerMetadataProperties")
"""What a version made by hand has of the one that it was made from."""

OnNow = Callable[[str], None]
"""Hears what is being done just now."""
Decide = Callable[[str, Sequence[registry.Version], int | None], decisions.Decision]


class Demonstration:
    """One playing of it."""

    def __init__(
        self, cloud: Cloud, place: Place, bring_up: Up, timeline: Timeline, on_now: OnNow
    ) -> None:
        self._cloud, self._place, self._bring_up = cloud, place, bring_up
        self._timeline, self._on_now = timeline, on_now
        self._model = model_of(place.stack)
        self._name = self._model.name
        self._story = story.load(self._model.target)
        self._follow = Follow(cloud, place, self._name, timeline)
        self._sent = 0
        self._deployed = Pass({}, {}, {})
        self._served_since: datetime | None = None

    def play(self) -> None:
        """Play it from nothing to its end.

        Raises WorkError where something does not come as it should, and botocore's errors.
        """
        self._first_version()
        self._day(self._story.calm, "The first clinic asks about its records, all day long.")
        self._drift()
        self._retrain()
        self._release()
        self._faulty_version()

    @property
    def not_emulated(self) -> dict[str, int]:
        """Types of the resources that were checked and sent nowhere, with their counts."""
        return dict(self._deployed.not_emulated)

    def usage(self) -> list[Usage]:
        """What of it would be billed by the hour in AWS."""
        model, jobs = self._model, self._follow.jobs()
        count = model.serving.scale.min
        began = self._served_since or clock.now()
        hours = (clock.now() - began).total_seconds() / HOUR
        hosting = f"hosting {model.serving.instance}"
        training = f"training {model.training.instance}"
        processing = f"processing {model.processing.instance}"
        return [
            Usage(f"Endpoint, {count} instances", hosting, count * hours),
            Usage(f"{jobs['training']} training jobs", training, None),
            Usage(f"{jobs['processing']} other jobs of training and monitors", processing, None),
        ]

    def _first_version(self) -> None:
        self._on_now("bringing up the platform")
        self._until(BEGINS_AT)
        self._up()
        count = sum(self._deployed.changes.values())
        self._timeline.tell(
            Kind.DEPLOY, f"The platform is there: {count} resources.", resources=count
        )
        first = self._story.first
        self._on_now("training on the first clinic's records")
        self._put("first", first)
        smoke_run.train(self._cloud, self._names["pipeline"], self._on_now)
        number, metrics = self._newest()
        self._timeline.tell(
            Kind.TRAIN,
            f"Version {number} is trained on {len(first.rows)} records of the first clinic: "
            f"{_said(metrics)} on records held out.",
            **metrics,
        )
        self._decide(_approval, "the first version, and it is accepted")
        self._on_now("deploying version 1")
        self._up()
        self._served_since = clock.now()
        self._timeline.serves({number: 1})
        self._timeline.tell(Kind.RELEASE, f"Version {number} serves all requests.", version=number)

    def _drift(self) -> None:
        report = self._day(
            self._story.shifted,
            "A second clinic joins, whose microscope magnifies twice as much: half of the requests "
            "are its.",
        )
        if not report["worst"] or report["worst"]["drift"] < 1:
            raise WorkError(f"The monitor found no drift: {report['summary']}")
        self._await_alarm(is_on=True)

    def _retrain(self) -> None:
        """The alarm has started the loop: let it come to its end."""
        later = self._story.later
        loop = loop_of(self._place, self._name)
        (turn, *_) = turns(self._place, loop) or (None,)
        if turn is None:
            raise WorkError("The alarm did not start the loop.")
        self._put("later", later)
        both = len(self._story.first.rows) + len(later.rows)
        self._timeline.tell(
            Kind.LOOP,
            f"The alarm has started the loop, by cause: {turn['cause']}. {len(later.rows)} records "
            f"of the second clinic have their labels by now, and so it trains on {both}.",
            records=both,
        )
        began = time.monotonic()
        while turn["status"] == "RUNNING":
            self._on_now("training, and comparing what comes of it")
            _patient(began, "the loop")
            if self._is_busy():
                time.sleep(POLL_SECONDS)
            else:
                self._cloud.advance(LOOK_SECONDS)
            turn = turns(self._place, loop)[0]
        if turn["outcome"] != "awaiting-approval":
            raise WorkError(f"The loop ended as {turn['outcome']}: {turn['reason']}")
        found = registry.versions(self._place, self._name)
        candidate, live = found[0], registry.approved(found)[0]
        compared = registry.comparison(self._place, candidate, live)
        self._timeline.tell(
            Kind.COMPARE,
            f"Version {candidate.number} is compared with version {live.number} on the same "
            f"records, that neither learned from: {compared['reason']}",
            **(compared["candidate"] or {}),
        )
        self._follow.look()
        self._decide(_approval, "it knows both clinics, and is better on the same records")

    def _release(self) -> None:
        """Deploy the better version by its canary, and have the same day once more."""
        number = self._up_by_canary()
        if serving(endpoint(self._place, self._name)) != number:
            raise WorkError(f"Version {number} does not serve.")
        self._timeline.serves({number: 1})
        self._timeline.tell(Kind.RELEASE, f"Version {number} serves all requests.", version=number)
        self._day(self._story.shifted, "Both clinics ask about the same records as the day before.")
        self._await_alarm(is_on=False)

    def _faulty_version(self) -> None:
        good = registry.approved(registry.versions(self._place, self._name))[0]
        number = self._register_faulty(good)
        self._timeline.tell(
            Kind.FAULT,
            f"Version {number} is registered by hand: version {good.number} with a handler that "
            "holds a radius beyond the first clinic's greatest for a mistake.",
            version=number,
        )
        self._decide(_approval, "nobody has tried it, for the demonstration's sake")
        try:
            self._up_by_canary()
        except WorkError as error:
            why = str(error)
        else:
            raise WorkError(f"Version {number} was not rolled back.")
        if serving(endpoint(self._place, self._name)) != good.number:
            raise WorkError(f"Version {good.number} does not serve: {why}")
        self._timeline.serves({good.number: 1})
        self._timeline.tell(
            Kind.ROLLBACK,
            f"SageMaker has taken the traffic back, and `up` fails and says so. Version "
            f"{good.number} serves all requests.",
            version=good.number,
        )
        self._decide(_rejection, "its canary failed", number)
        self._day(self._story.shifted, "Both clinics ask once more.")

    def _day(self, records: Records, said: str) -> Report:
        """A day of traffic, and what the data monitor says of it the next morning."""
        self._timeline.tell(Kind.TRAFFIC, said)
        asked = story.requests(records, self._model.drop)
        for part in (asked[first::PARTS] for first in range(PARTS)):
            self._on_now("sending requests")
            self._send(part)
            self._cloud.advance(24 * HOUR / PARTS - HOUR)
            self._follow.look()
        self._on_now("letting time pass until the monitor runs")
        self._until(BEGINS_AT)
        began = time.monotonic()
        while self._follow.monitor_jobs(StatusEquals="InProgress"):
            _patient(began, "the data monitor")
            time.sleep(POLL_SECONDS)
        report = self._follow.report(self._deployed.outputs["artifacts_bucket"])
        self._cloud.advance(10 * LOOK_SECONDS)
        self._follow.look()
        return report

    def _up(self) -> None:
        self._deployed = self._bring_up(self._place.stack)
        self._follow.look()

    def _up_by_canary(self) -> int:
        """Deploy the newest approved version while both clinics ask; its number.

        Raises WorkError where it is rolled back.
        """
        number = registry.approved(registry.versions(self._place, self._name))[0].number
        self._on_now(f"deploying version {number}")
        asked = itertools.cycle(story.requests(self._story.shifted, self._model.drop))

        def a_minute(name: str) -> None:
            found = endpoint(self._place, self._name)
            shares = {
                fleet["version"]: fleet["share"]
                for fleet in (found["fleets"] if found else [])
                if fleet["version"] and fleet["share"]
            }
            if number in shares and len(shares) > 1 and self._timeline.serves(shares):
                self._timeline.tell(
                    Kind.CANARY,
                    f"{shares[number]:.0%} of the requests go to version {number}.",
                    version=number,
                )
            self._send([next(asked) for _ in range(A_MINUTE)], name)
            self._follow.look()

        self._cloud.on_deploying = a_minute
        try:
            self._up()
        finally:
            self._cloud.on_deploying = None
            self._follow.look()
        return number

    def _send(self, requests: Sequence[Request], name: str | None = None) -> None:
        """Have the endpoint asked, and tell what came of it."""
        since, version = clock.now(), serving(endpoint(self._place, self._name))
        sent = traffic.send(
            self._cloud.client("sagemaker-runtime"),
            name or self._place.names(self._name),
            requests,
            f"demo-{self._sent}",
        )
        self._sent += 1
        self._cloud.advance(1)
        self._timeline.traffic(
            since=since, requests=len(sent.asked), errors=sent.errors, rows=sent.rows
        )
        if name is None and version is not None and sent.accuracy is not None:
            self._timeline.quality(
                sent.accuracy, metric="accuracy", rows=sent.rows, version=version
            )

    def _put(self, name: str, records: Records) -> None:
        """Lay labelled records to what the model learns from."""
        self._cloud.client("s3").put_object(
            Bucket=self._deployed.outputs["zones"]["curated"],
            Key=f"{self._model.data_prefix}/{name}.csv",
            Body=as_csv([records.header, *records.rows]).encode(),
            ContentType="text/csv",
        )

    def _newest(self) -> tuple[int, dict[str, float]]:
        """The newest version, and what was measured of it."""
        newest = registry.versions(self._place, self._name)[0]
        _, metrics = registry.measured(self._place, registry.described(self._place, newest))
        return newest.number, metrics or {}

    def _register_faulty(self, good: registry.Version) -> int:
        """Register a version as another, but with a handler that fails; its number."""
        s3, sagemaker = self._cloud.client("s3"), self._cloud.client("sagemaker")
        package = registry.described(self._place, good)
        specification = package["InferenceSpecification"]
        (container,) = specification["Containers"]
        bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
        archive = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        faulty = f"{key.rpartition('/')[0]}/by-hand/model.tar.gz"
        s3.put_object(
            Bucket=bucket, Key=faulty, Body=story.faulty(archive, story.most(self._story.first))
        )
        container = {
            name: container[name] for name in ("Image", "Environment") if name in container
        } | {"ModelDataUrl": f"s3://{bucket}/{faulty}"}
        created = sagemaker.create_model_package(
            ModelPackageGroupName=self._names["group"],
            ModelPackageDescription="By hand: the handler refuses what it takes for a mistake",
            ModelApprovalStatus="PendingManualApproval",
            InferenceSpecification={**specification, "Containers": [container]},
            **{name: package[name] for name in KEPT if name in package},
        )
        return int(created["ModelPackageArn"].rpartition("/")[2])

    def _decide(self, how: Decide, why: str, number: int | None = None) -> None:
        """Decide of a version, the newest that waits unless given, and keep the reason."""
        found = registry.versions(self._place, self._name)
        decision = how(self._name, found, number)
        decisions.keep(self._place, decision, decisions.describe(WHO, why))
        said = "approved" if decision.status == "Approved" else "rejected"
        self._timeline.tell(
            Kind.APPROVE if decision.status == "Approved" else Kind.REJECT,
            f"A person has {said} version {decision.version.number}: {why}.",
            version=decision.version.number,
        )

    def _await_alarm(self, *, is_on: bool) -> None:
        """Raise WorkError unless the alarm on the drift is as it should be by now."""
        head = f"{self._place.names(self._name, 'monitor', limit=NAME_LIMIT)}-data-worst"
        (alarm,) = (
            one for one in health.alarms(self._place, self._name) if one["name"].startswith(head)
        )
        if (alarm["state"] == "ALARM") != is_on:
            raise WorkError(f"The alarm {alarm['name']} is {alarm['state']}: {alarm['reason']}")

    def _is_busy(self) -> bool:
        """Whether a job or a pipeline runs on this machine, which takes its time."""
        sagemaker = self._cloud.client("sagemaker")
        runs = sagemaker.list_pipeline_executions(PipelineName=self._names["pipeline"])[
            "PipelineExecutionSummaries"
        ]
        return any(run["PipelineExecutionStatus"] == "Executing" for run in runs) or bool(
            sagemaker.list_processing_jobs(StatusEquals="InProgress")["ProcessingJobSummaries"]
        )

    def _until(self, hour: int) -> None:
        """Let time pass until that hour of the cloud's clock comes next."""
        now = clock.now()
        there = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        self._cloud.advance(((there - now) % timedelta(days=1)).total_seconds())

    @property
    def _names(self) -> Mapping[str, str]:
        """What the stack says of the model: its pipeline, its group."""
        names: Mapping[str, str] = self._deployed.outputs["models"][self._name]
        return names


def _patient(began: float, what: str) -> None:
    if time.monotonic() - began > PATIENCE_SECONDS:
        raise WorkError(f"{what} has not ended in {PATIENCE_SECONDS} s.")


def _said(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())


def _approval(
    model: str, found: Sequence[registry.Version], number: int | None
) -> decisions.Decision:
    return decisions.to_approve(model, found, number, again=False)


def _rejection(
    model: str, found: Sequence[registry.Version], number: int | None
) -> decisions.Decision:
    return decisions.to_reject(model, found, number, last=False)
