"""What watches what an endpoint is asked and what it answers."""

import pulumi

from components.foundation.keys.key import DataClass
from components.mlops.monitoring.alarms import alarms_by_itself
from components.mlops.monitoring.job_request import JOB_NAME_LIMIT, MonitorKind
from components.mlops.monitoring.monitor import Monitor, MonitorArgs, OfSomeMonitors
from components.mlops.monitoring.monitor_code import MonitorCode
from components.mlops.monitoring.silence_machine import MOST, RareMonitor
from components.mlops.monitoring.silence_watch import SilenceWatch
from infra.naming import cut
from infra.needs.mlops.serving import Served, reading
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.settings.frequency import expression, seconds
from infra.settings.mlops.model import ModelSettings
from infra.settings.mlops.monitor import BiasMonitor, DataMonitor, ExplainMonitor
from infra.versions import ModelVersion


class Monitoring:
    """What the monitors of an environment share: their program, and the watch over rare ones."""

    def __init__(self, context: ModelContext, need: Need) -> None:
        self._context, self._need = context, need
        self._code_uri: pulumi.Output[str] | None = None
        self._rare: list[RareMonitor] = []

    def code_uri(self) -> pulumi.Output[str]:
        """Where the monitors' program is, which is declared with the first that asks."""
        if self._code_uri is None:
            env = self._context.env
            self._code_uri = env.component(MonitorCode)(
                env.names("monitors"),
                {
                    "artifacts_bucket": self._context.foundation.artifacts.bucket,
                    "artifacts_key_arn": self._context.key_arn(DataClass.ARTIFACTS),
                },
                self._need.child_options(),
            ).uri
        return self._code_uri

    def follow(self, model: str, kind: MonitorKind, every_seconds: int) -> None:
        """Have a monitor watched that is too rare for an alarm on its own silence."""
        if not alarms_by_itself(every_seconds):
            self._rare.append({"model": model, "kind": kind, "every_seconds": every_seconds})

    def declare_silence_watches(self) -> None:
        """Declare the watches over rare monitors, each over MOST, once all are known."""
        env = self._context.env
        for place, begin in enumerate(range(0, len(self._rare), MOST), start=1):
            name = env.names("silence", *([str(place)] if place > 1 else []))
            self._declare_silence_watch(name, self._rare[begin : begin + MOST])

    def _declare_silence_watch(self, name: str, monitors: list[RareMonitor]) -> None:
        context = self._context
        env = context.env
        env.component(SilenceWatch)(
            name,
            {
                "monitors": monitors,
                "schedule": expression("daily", name),
                "dead_letter_arn": context.dead_letter_arn,
                "messages_key_arn": context.key_arn(DataClass.MESSAGES),
                "log_key_arn": context.key_arn(DataClass.LOGS),
                "log_retention_days": env.log_retention_days,
                "account_id": env.account_id,
                "region": env.region,
            },
            self._need.child_options(),
        )


def watch(
    model: ModelSettings,
    version: ModelVersion,
    endpoint: Served,
    context: ModelContext,
    shared: Monitoring,
    opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:
    """Declare the monitors of a model; returns the name of each one's alarm on what it finds.

    A version without a baseline has none of them: there is nothing to compare with. They turn to a
    version once it serves: one that is rolled back leaves them with the baseline of what does.
    """
    kinds = [MonitorKind(kind) for kind in model.monitor.kinds]
    if version.baseline_uri is None:
        if kinds:
            pulumi.log.warn(
                f"{model.name} is not watched: its version {version.number} was "
                "registered without a baseline. Train it again, and approve what comes of it"
            )
        return {}
    baseline_uri = version.baseline_uri
    served_baseline = endpoint.name.apply(lambda _: baseline_uri)
    declared = context.env.component(Monitor)
    name = context.env.names(model.name, "monitor", limit=NAME_LIMIT)
    alarms: dict[str, pulumi.Output[str]] = {}
    for kind in kinds:
        if kind is MonitorKind.EXPLAIN and version.model_data is None:
            continue
        args = monitor_args(model, version, served_baseline, kind, context, shared)
        shared.follow(model.name, kind, args["every_seconds"])
        alarms[kind.value] = declared(f"{name}-{kind.value}", args, opts).worst_alarm_name
    return alarms


def monitor_args(
    model: ModelSettings,
    version: ModelVersion,
    baseline_uri: pulumi.Input[str],
    kind: MonitorKind,
    context: ModelContext,
    shared: Monitoring,
) -> MonitorArgs:
    """What a monitor of a version is told."""
    env, every = context.env, model.monitor.kinds[kind.value].every
    explains = kind is MonitorKind.EXPLAIN
    more: OfSomeMonitors = {}
    if kind in (MonitorKind.QUALITY, MonitorKind.BIAS):
        more["truth_bucket"] = context.data.zone_buckets["curated"]
        more["truth_prefix"] = model.truth_prefix
    if explains and version.model_data:
        more["model_data_uri"] = version.model_data
    return {
        **reading(model, version, context),
        **more,
        "kind": kind,
        "endpoint_name": env.names(model.name),
        "job_name": cut(env.names(model.name, kind.value), JOB_NAME_LIMIT),
        "schedule": expression(every, env.names(model.name, kind.value)),
        "every_seconds": seconds(every),
        "baseline_uri": baseline_uri,
        "code_uri": shared.code_uri(),
        "options": [*options(model, kind), "--model-version", version.number],
        # The model itself is asked in its own image, which has what it is made with.
        "image_uri": context.image_of(model, version) if explains else context.training_image,
        "instance_type": model.processing.instance,
        "job_tags": context.job_tags("mlops", model),
        "dead_letter_arn": context.dead_letter_arn,
        "messages_key_arn": context.key_arn(DataClass.MESSAGES),
    }


def options(model: ModelSettings, kind: MonitorKind) -> list[str]:
    """The arguments of the runtime's command that come from the settings of one monitor."""
    monitor = model.monitor
    told: dict[str, str] = {"window-hours": str(monitor.kinds[kind.value].hours)}
    match monitor.kinds[kind.value]:
        case DataMonitor() as data:
            told |= {"threshold": f"{data.threshold:g}", "min-rows": str(data.min_rows)}
        case BiasMonitor() as bias:
            told |= {"facets": ",".join(bias.on), "threshold": f"{bias.threshold:g}"}
        case ExplainMonitor() as explain:
            told |= {"threshold": f"{explain.threshold:g}"}
        case _:
            told |= {"accept": model.accept.text(model.kind)}
            if monitor.quality.by:
                told["segments"] = ",".join(monitor.quality.by)
    return [part for option, value in told.items() for part in (f"--{option}", value)]
