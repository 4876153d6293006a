"""Jobs of data: what runs, where, when, and what it reads and writes."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.clusters import EMR, Clusters
from infra.settings.data.containers import EKS
from infra.settings.data.features import Reference
from infra.settings.data.notebooks import SparkStudio
from infra.settings.data.place import PLACE, Place
from infra.settings.data.queries import TeamName
from infra.settings.data.table_bucket import kept_tables
from infra.settings.data.zones import zones_of
from infra.settings.frequency import frequency
from infra.settings.mistakes import Mistake, did_you_mean, refusals

WORKER_VCPU = 4
"""What a worker has: one drives a run, the others do its work."""

job_name = matching(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a job",
    "Small letters and digits, with single hyphens between them: daily-visits.",
)
SCRIPT = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[\w.-]+(/[\w.-]+)*\.py", re.ASCII)
script_path = matching(
    SCRIPT.pattern,
    "is not a script of this repository",
    "A path from its root, such as jobs/visits.py.",
)
argument = matching(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for an argument",
    "Small letters and digits, with single hyphens between them; the script reads it with two "
    "hyphens before it.",
)
release_label = matching(
    r"emr-\d{1,2}\.\d{1,2}\.\d{1,2}",
    "is not a release of EMR",
    "Example: emr-7.12.0.",
)

TOLD = ("input", "output", "date", "group")
"""Arguments that the platform gives each script itself."""
CHECKPOINT = "checkpoint"
"""The one that it gives those of streaming jobs."""
GLUE_TAKES = frozenset(
    {
        "additional-python-modules",
        "class",
        "conf",
        "continuous-log-conversion-pattern",
        "datalake-formats",
        "debug",
        "enable-auto-scaling",
        "enable-continuous-cloudwatch-log",
        "enable-glue-datacatalog",
        "enable-job-insights",
        "enable-lakeformation-fine-grained-access",
        "enable-metrics",
        "enable-observability-metrics",
        "enable-s3-parquet-optimized-committer",
        "enable-spark-ui",
        "extra-files",
        "extra-jars",
        "extra-py-files",
        "job-bookmark-option",
        "job-language",
        "mode",
        "python-modules-installer-option",
        "spark-event-logs-path",
        "user-jars-first",
    }
)
"""Arguments that Glue keeps for itself.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""
WITHOUT_JOBS = frozenset({"release", "studio"})
"""What of `spark` holds for notebooks, too."""
GLUE_WORKERS = 299
"""Most workers of four vCPUs that a run of Glue has.

https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html
"""


class Warm(Settings):
    """Workers that are kept ready, and paid for, while the application runs."""

    workers: PositiveInt = Field(description="How many, of 4 vCPUs each.")


class Spark(Settings):
    """What the environment's Spark jobs share: EMR Serverless's application, clusters, versions."""

    release: Annotated[str, AfterValidator(release_label)] = Field(
        "emr-7.12.0", description="Release of EMR, whose Spark runs."
    )
    max_vcpu: Annotated[int, Field(ge=2 * WORKER_VCPU, le=10_000, multiple_of=WORKER_VCPU)] = Field(
        64, description="Most vCPUs that all running jobs have together: 8 or more, by fours."
    )
    idle_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(
        15, description="Minutes without a job after which it stops, and costs nothing."
    )
    max_runs: Annotated[int, Field(ge=1, le=1_000)] = Field(
        15, description="Most runs at once; others wait in its queue."
    )
    queue_minutes: Annotated[int, Field(ge=15, le=720)] = Field(
        360, description="Longest that a run waits in the queue before it fails."
    )
    warm: Warm | None = Field(None, description="Workers that are kept ready; none if unset.")
    clusters: Clusters = Field(Clusters(), description="The clusters of jobs that EMR runs.")
    glue_version: Literal["5.1", "5.0"] = Field(
        "5.1", description="Version of Glue that runs the jobs of that engine."
    )
    studio: SparkStudio | None = Field(
        None, description="EMR Studio, where people work with notebooks; none if unset."
    )

    @model_validator(mode="after")
    def _warm_within_limit(self) -> Self:
        if self.warm and (self.warm.workers + 1) * WORKER_VCPU > self.max_vcpu:
            raise refusals(
                [
                    Mistake(
                        ("warm", "workers"),
                        f"{self.warm.workers} workers and a driver have "
                        f"{(self.warm.workers + 1) * WORKER_VCPU} vCPUs, and max_vcpu is "
                        f"{self.max_vcpu}.",
                    )
                ]
            )
        return self


class Size(Settings):
    """How much a run of a job may take."""

    max_vcpu: Annotated[int, Field(ge=2 * WORKER_VCPU, le=10_000, multiple_of=WORKER_VCPU)] = Field(
        16, description="Most vCPUs of one run, its driver's 4 among them: 8 or more, by fours."
    )


class On(Settings):
    """What starts a job; each may be left out, for a person always can."""

    schedule: Annotated[str, AfterValidator(frequency)] | None = Field(
        None, description="hourly, daily, weekly, or a cron(…) of EventBridge in UTC."
    )
    arrival: Place | None = Field(
        None, description="Where new objects start it, such as raw.visits: one of what it reads."
    )
    after: str | None = Field(None, description="The job whose end in success starts it.")


class Job(Settings):
    """A job: a script that reads some places of the lake and writes others."""

    name: Annotated[str, AfterValidator(job_name)] = Field(description="What it is called.")
    script: Annotated[str, AfterValidator(script_path)] = Field(
        description="The script, from the repository's root: jobs/visits.py."
    )
    engine: Literal["emr-serverless", "emr", "emr-on-eks", "glue"] = Field(
        "emr-serverless",
        description="What runs it: Spark on EMR Serverless, on a cluster of EMR, by EMR on the "
        "cluster of Kubernetes, or by Glue.",
    )
    team: TeamName | None = Field(
        None,
        description="Team of kubernetes.teams in whose namespace it runs, with engine: emr-on-eks.",
    )
    size: Size = Field(Size(), description="How much a run may take.")
    on: On = Field(On(), description="What starts it.")
    reads: tuple[Place, ...] = Field(
        min_length=1,
        description="Places that it reads, such as raw.visits, and tables of the table bucket. "
        "It sees no other.",
    )
    writes: tuple[Place, ...] = Field(
        (),
        description="Places that it writes, such as curated.visits, and tables of the table "
        "bucket.",
    )
    fills: tuple[Reference, ...] = Field(
        (),
        description="Feature groups that it puts records into: the newest version, or visits@1.",
    )
    streaming: bool = Field(
        False,
        description="Whether a run goes on where the last one ended: the script is told of a "
        "checkpoint.",
    )
    arguments: dict[Annotated[str, AfterValidator(argument)], str | int | float | bool] = Field(
        {}, description="What the script is told beside its places, by name: {days: 7}."
    )
    max_minutes: Annotated[int, Field(ge=5, le=10_080)] = Field(
        120, description="Minutes after which a run is ended, at least 5."
    )
    retries: Annotated[int, Field(ge=0, le=9)] = Field(
        1, description="How often a run that failed is tried again."
    )

    @model_validator(mode="after")
    def _places_fit(self) -> Self:
        found = [*self._overlaps(), *self._unread(), *self._reserved(), *self._beyond_glue()]
        if not self.writes and not self.fills:
            found.append(
                Mistake(
                    ("writes",),
                    "it writes no place and fills no feature group.",
                    "Say what comes of it: writes: [curated.visits], or fills: [visits].",
                )
            )
        if found:
            raise refusals(found)
        return self

    def _overlaps(self) -> Iterator[Mistake]:
        """What it writes and reads would feed itself."""
        for number, written in enumerate(self.writes):
            for read in self.reads:
                if written == read:
                    yield Mistake(("writes", number), f"it reads {read}, too.", NOT_ITSELF)
                elif within(written, read) or within(read, written):
                    yield Mistake(
                        ("writes", number),
                        f"{written} overlaps with {read}, which it reads.",
                        NOT_ITSELF,
                    )

    def _unread(self) -> Iterator[Mistake]:
        arrival = self.on.arrival
        if arrival and not any(within(arrival, read) for read in self.reads):
            yield Mistake(
                ("on", "arrival"),
                f"it does not read {arrival}.",
                f"Allowed: what is in reads: {', '.join(self.reads)}.",
            )

    def _reserved(self) -> Iterator[Mistake]:
        for name in self.arguments:
            if name in TOLD or (name == CHECKPOINT and self.streaming):
                yield Mistake(
                    ("arguments", name), f"the platform itself tells each script --{name}."
                )
            elif self.engine == "glue" and name in GLUE_TAKES:
                yield Mistake(("arguments", name), f"Glue takes --{name} for itself.")

    def _beyond_glue(self) -> Iterator[Mistake]:
        most = GLUE_WORKERS * WORKER_VCPU
        if self.engine == "glue" and self.size.max_vcpu > most:
            yield Mistake(
                ("size", "max_vcpu"),
                f"{self.size.max_vcpu} vCPUs are more than a run of Glue has, which is {most}.",
            )


NOT_ITSELF = "Let a job write elsewhere than it reads: it would start itself, or read half of it."


def within(inner: str, outer: str) -> bool:
    """Whether a place is another one, or lies in it."""
    return inner == outer or inner.startswith(f"{outer}/")


def check_jobs(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield jobs of one name, in no zone, after none or in a circle, and one larger than all."""
    jobs = [
        (index, job)
        for index, job in enumerate(entries(values.get("jobs")))
        if isinstance(job.get("name"), str)
    ]
    names = [job["name"] for _, job in jobs]
    zones = zones_of(values)
    kept = kept_tables(values)
    spark = values.get("spark")
    most = (spark if isinstance(spark, Mapping) else {}).get("max_vcpu", 64)
    for index, job in jobs:
        at = ("jobs", index)
        if names.index(job["name"]) < index:
            yield Mistake((*at, "name"), f"two jobs are called {job['name']}.")
        yield from _zones(job, zones, at, kept)
        yield from _after(job, names, at)
        size = (mapping(job.get("size"))).get("max_vcpu", 16)
        limited = job.get("engine") not in (EMR, EKS, "glue")
        if limited and isinstance(size, int) and isinstance(most, int) and size > most:
            yield Mistake(
                (*at, "size", "max_vcpu"),
                f"{size} vCPUs are more than all jobs have together, which is {most}.",
                "Raise spark.max_vcpu, or ask for less.",
            )
    if jobs:
        yield from _circles(jobs)
    else:
        yield from _without_jobs(mapping(spark))


def _without_jobs(spark: Mapping[str, Any]) -> Iterator[Mistake]:
    """What of `spark` is for jobs, of which there are none."""
    said = "there are no jobs, and so nothing runs on it."
    if not spark.get("studio"):
        if spark:
            yield Mistake(("spark",), said, "Leave it out.")
        return
    for key in sorted(spark.keys() - WITHOUT_JOBS):
        yield Mistake(("spark", key), said, "Leave it out.")


def check_scripts(values: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield scripts that are not there, and those that Python cannot read."""
    for index, job in enumerate(entries(values.get("jobs"))):
        script = job.get("script")
        if not isinstance(script, str) or not SCRIPT.fullmatch(script):
            continue
        at = ("jobs", index, "script")
        try:
            compile((root / script).read_bytes(), script, "exec", dont_inherit=True)
        except OSError as error:
            yield Mistake(at, f"{script} cannot be read: {error.strerror}.")
        except (SyntaxError, ValueError) as error:
            yield Mistake(at, f"{script} is not Python: {error}.", "Mend the script.")


def _zones(
    job: Mapping[str, Any], zones: list[str], at: tuple[str | int, ...], kept: list[str]
) -> Iterator[Mistake]:
    """Places in zones that the lake does not have, and tables that its table bucket has not.

    Of EMR's Spark AWS documents catalogs that need the integration with Glue, which a person
    turns on; Glue's has S3 Tables' own.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-emr.html
    """
    places: list[tuple[tuple[str | int, ...], object]] = [
        ((*at, key, number), each)
        for key in ("reads", "writes")
        for number, each in enumerate(job[key] if isinstance(job.get(key), list) else [])
    ]
    places.append(((*at, "on", "arrival"), mapping(job.get("on")).get("arrival")))
    for path, each in places:
        found = PLACE.fullmatch(each) if isinstance(each, str) else None
        if found and each in kept and "arrival" not in path:
            if job.get("engine") != "glue":
                yield Mistake(
                    path,
                    f"{each} is a table of the table bucket, which only jobs of Glue use.",
                    "Choose engine: glue.",
                )
        elif found and found["zone"] in {one.partition(".")[0] for one in kept}:
            yield Mistake(
                path,
                f"the table bucket has no {each}."
                if "arrival" not in path
                else f"nothing arrives in {each}, which is a table of the table bucket.",
                did_you_mean(str(each), kept)
                if "arrival" not in path
                else "Name a place of a zone.",
            )
        elif found and found["zone"] not in zones:
            hint = did_you_mean(found["zone"], zones)
            yield Mistake(
                path, f"{found['zone']} is not a zone.", hint or f"Allowed: {', '.join(zones)}."
            )


def _after(
    job: Mapping[str, Any], names: list[str], at: tuple[str | int, ...]
) -> Iterator[Mistake]:
    after = mapping(job.get("on")).get("after")
    if isinstance(after, str) and after not in names:
        yield Mistake(
            (*at, "on", "after"),
            f"there is no job {after}.",
            did_you_mean(after, names) or f"There are: {', '.join(names)}.",
        )


def _circles(jobs: list[tuple[int, Mapping[str, Any]]]) -> Iterator[Mistake]:
    before = {job["name"]: mapping(job.get("on")).get("after") for _, job in jobs}
    for index, job in jobs:
        seen: list[str] = []
        name = job["name"]
        while name in before and name not in seen:
            seen.append(name)
            name = before[name]
        if name == job["name"] and name in seen:
            yield Mistake(
                ("jobs", index, "on", "after"),
                f"{' after '.join([*seen, name])}: it would never begin.",
                "Let one of them be started otherwise.",
            )
