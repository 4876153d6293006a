"""What `maslow model … --json` prints.

Names and types stay; what is added later is added as a further key. Times are ISO 8601 in UTC, as
`2026-11-27T13:00:00Z`. `None`, which is null, is what is unknown, unless a field says otherwise.
"""

from typing import Literal, TypedDict

Status = Literal["Approved", "PendingManualApproval", "Rejected"]
Finding = Literal["ok", "drift", "unknown"]


class VersionShape(TypedDict):
    """A registered version."""

    version: int
    arn: str
    status: Status
    created: str


class PodsShape(TypedDict):
    """What serves a model on Kubernetes: KServe's object. What is unknown is None."""

    name: str
    """Name of the object."""
    namespace: str
    there: bool | None
    """Whether there is such an object."""
    version: int | None
    """The version that it is of; None where there is no object, too."""
    canary_percent: int | None
    """Share of the requests that the version gets as a canary; None where it gets all of them."""
    ready: bool | None
    """Whether it serves, as KServe says; None where there is no object, too."""
    message: str | None
    """Why it does not serve, where KServe says why."""
    unknown_because: str | None
    """Why something is unknown; None where all is known."""


class ListedShape(TypedDict):
    """A model in `list`, which prints a list of them."""

    model: str
    approved: int | None
    """Its newest approved version, which is what is to be deployed; None where there is none."""
    serving: int | None
    """The version behind its endpoint, or of its pods."""
    endpoint: str | None
    """Status of its endpoint, as DescribeEndpoint tells it; None where there is no endpoint."""
    pods: PodsShape | None
    """What serves it on Kubernetes; None where SageMaker does."""
    hours: str | None
    """When its endpoint is on, in words; None for always."""
    waiting: list[int]
    """Versions that wait for a decision, newest first."""
    alarms: list[str]
    """Names of its alarms that are in ALARM."""


class FleetShape(TypedDict):
    """The instances of one variant of an endpoint; while it is updated there are old and new."""

    version: int | None
    coming: bool
    """Whether it belongs to the deployment that goes on, and not to the one before."""
    share: float | None
    """Its part of the traffic, 0 to 1."""
    instances: int | None
    wanted: int | None
    """How many instances it is to have."""


class ScalingShape(TypedDict):
    """Within which numbers of instances an endpoint is scaled."""

    min: int
    max: int


class EndpointShape(TypedDict):
    """An endpoint."""

    name: str
    status: str
    failure: str | None
    """Why the last deployment failed; None where none did."""
    fleets: list[FleetShape]
    scaling: ScalingShape | None
    """None where it is not scaled."""


class AlarmShape(TypedDict):
    """An alarm on a model."""

    name: str
    state: str
    """OK, ALARM or INSUFFICIENT_DATA."""
    since: str | None
    reason: str


class DriftShape(TypedDict):
    """What a monitor found last."""

    monitor: str
    """data, quality, bias or explain."""
    finding: Finding
    """unknown where it never ran, or where its last run had too few rows to tell."""
    worst: float | None
    """How far the worst was towards its limit, which is 1, when that was told last."""
    told: str | None
    """When that was."""
    ran: str | None
    """When it ran last, whatever it found."""


class TurnShape(TypedDict):
    """One turn of the loop, or one run of the training pipeline where there is no loop."""

    execution: str
    """ARN of the execution."""
    status: str
    """As AWS tells it: RUNNING, SUCCEEDED, FAILED, …"""
    started: str
    ended: str | None
    """None while it goes on."""
    cause: str | None
    """drift, quality, new-data, schedule or person."""
    outcome: str | None
    """approved, awaiting-approval, not-better, not-accepted, passed, covered or over-budget."""
    reason: str | None
    """Why it came to that, or what it failed by."""


class TrackedShape(TypedDict):
    """A run that MLflow keeps."""

    run: str
    """Its id."""
    experiment: str
    """Name of its experiment."""
    url: str | None
    """Its page on the embedded AWS; in AWS `maslow experiments open` opens the pages."""


class RunShape(TurnShape):
    """What `runs` prints a list of: a run of the training pipeline, whoever started it."""

    version: int | None
    """The version that came of it; None where none did."""
    training: str | None
    """Name of its training job, or of its search for hyperparameters."""
    kind: str | None
    """binary, multiclass or regression."""
    metrics: dict[str, float] | None
    """As they were evaluated, whether it was registered or not."""
    mlflow: TrackedShape | None
    """The evaluation's run; None where none was kept."""


class StatusShape(TypedDict):
    """What `status` prints."""

    model: str
    group: str
    """Its model package group: the name, or the ARN where another account has it."""
    approved: int | None
    """Its newest approved version; None where there is none."""
    waiting: list[VersionShape]
    endpoint: EndpointShape | None
    """None where there is no endpoint."""
    pods: PodsShape | None
    """What serves it on Kubernetes; None where SageMaker does."""
    hours: str | None
    """When its endpoint is on, in words; None for always."""
    alarms: list[AlarmShape]
    drift: list[DriftShape]
    loop: str | None
    """ARN of its loop; None where it has none."""
    turns: list[TurnShape]
    """The last turns, newest first."""


class ComparisonShape(TypedDict):
    """A version beside the one that is approved."""

    source: Literal["comparison", "registered"]
    """comparison: both were measured on the same records; registered: each on its own."""
    candidate: dict[str, float] | None
    live: dict[str, float] | None
    better: bool | None
    reason: str | None


class DecisionShape(TypedDict):
    """What `approve`, `reject` and `rollback` print."""

    model: str
    version: int
    """The version that was decided of."""
    status: Status
    """What it is from now on."""
    description: str
    """Who decided and why."""
    approved: int | None
    """The version that is to be deployed from now on."""
    deployed: int | None
    """The version that serves; None where nobody waited for the deployment."""
    next: str
    """What happens now, in a sentence."""


class ReadShape(TypedDict):
    """A table that a training set was made from."""

    table: str
    snapshot: str | None
    """The snapshot of it that was read; None of a table that has none."""


class MadeShape(TypedDict):
    """What a training set of the feature store was made from."""

    as_of: str
    """What was written to the feature store later is not in it."""
    query: str
    """Id of the query in Athena, which knows it for 45 days."""
    tables: list[ReadShape]


class SnapshotShape(TypedDict):
    """The records that a version was trained on."""

    uri: str
    rows: int | None
    sha256: str | None
    """One digest over all files."""
    files: int | None
    made_of: MadeShape | None
    """None of records that did not come of the feature store."""


class TunedShape(TypedDict):
    """The search for hyperparameters that a version is the best of."""

    job: str
    """Name of the tuning job, as `warm_start` takes it."""
    training: str | None
    """Name of its best training job."""
    found: dict[str, str]
    """The hyperparameters that were looked for, by name, as they are best."""


class WhyShape(TypedDict):
    """What `why` prints."""

    model: str
    version: int
    arn: str
    status: Status
    created: str
    decision: str | None
    """Who decided and why."""
    changed: str | None
    """When the version was changed last, as by a decision."""
    snapshot: SnapshotShape | None
    code: str | None
    """Revision of the project's code."""
    image: str | None
    image_digest: str | None
    tuned: TunedShape | None
    """None of a version that was trained with given hyperparameters."""
    kind: str | None
    """binary, multiclass or regression."""
    metrics: dict[str, float] | None
    """As they were measured when the version was registered."""
    comparison: ComparisonShape | None
    execution: str | None
    """ARN of the execution of the training pipeline."""
    rollout: str | None
    """What came of its deployment, in a sentence."""


class LogShape(TypedDict):
    """What `logs` prints, a list of them."""

    source: str
    """Name of the step that the job belongs to, or `endpoint`."""
    job: str | None
    """Name of the job; None for the endpoint."""
    group: str
    """The log group, or the object in S3."""
    lines: list[str]
    """Oldest first."""


class PagesShape(TypedDict):
    """What `experiments open` prints."""

    url: str
    """Where MLflow's pages open."""


class StartedShape(TypedDict):
    """What `run` prints: of what was started, and not waited for, no end is known."""

    model: str
    turn: TurnShape


class TrialShape(TypedDict):
    """One training of a search."""

    training: str
    """Name of the training job."""
    tried: dict[str, str]
    """The hyperparameters that were looked for, by name."""
    value: float | None
    """What the objective came to; None where the training failed."""
    is_stopped: bool
    """Whether it was stopped early, and left no model."""
    failure: str | None
    """Why it failed; None where it did not."""


class SearchShape(TypedDict):
    """A search for hyperparameters on this machine."""

    metric: str
    """The objective, as the training's metric definitions name it."""
    value: float
    """What it came to in the best training."""
    best: str
    """Name of the best training, whose model is the search's."""
    found: dict[str, str]
    """Its hyperparameters that were looked for, by name."""
    trials: list[TrialShape]
    """In the order of their start."""


class TrainedShape(TypedDict):
    """What `train --local` prints."""

    project: str
    data: str
    """The file or folder that was learned from, or `sample`."""
    metrics: dict[str, float]
    """Of the evaluation, by name."""
    accepted: bool | None
    """Whether they are what is accepted; None for a project that does not say it."""
    unmet: list[str]
    """What is not reached, in sentences."""
    seconds: dict[str, float]
    """By job."""
    searches: dict[str, SearchShape]
    """By job, of those that search for hyperparameters."""
    model: str
    """Path of model.tar.gz in `output`; empty where no job trains."""
    output: str
    """The folder of all that the jobs wrote."""
