"""What a job does: S3 into the container's folders, the script, its results into S3.

Jobs are taken in the form of CreateProcessingJob and CreateTrainingJob. Images, instances,
networks and roles are not emulated: the script runs once, on this machine, with this interpreter.
"""

import json
import re
import shlex
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from embedded.mlflow.server import job_variables
from embedded.sagemaker import file_sources, images, training_hosts
from embedded.sagemaker.algorithms import xgboost_parameters, xgboost_process
from embedded.sagemaker.checkpoints import Checkpoints
from embedded.sagemaker.container import Container, decoded, own_arguments, toolkit_variables
from embedded.sagemaker.isolation import OPT_ML
from embedded.sagemaker.training_hosts import Host, names

DEFAULT_SECONDS = 86_400
TAIL_CHARACTERS = 1000
MOST_LOG_LINES = 5000
PROGRAM, SUBMITTED = "sagemaker_program", "sagemaker_submit_directory"
"""Hyperparameters by which the containers of SageMaker's frameworks are told a script to run.

https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own.html
"""
CODE = f"{OPT_ML}/code"
HOST = "algo-1"
"""What SageMaker calls the first host of a job.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

Arguments = Mapping[str, Any]


class JobFailed(Exception):
    """Why a job did not succeed, in words that end up in its FailureReason."""


@dataclass(frozen=True)
class Services:
    """The services that a job is in touch with: boto3 clients, and the variables for its own."""

    client: Callable[[str], Any]
    """By the name of a service."""
    environment: Mapping[str, str]

    @property
    def s3(self) -> Any:
        """S3's client."""
        return self.client("s3")

    @property
    def logs(self) -> Any:
        """The client of CloudWatch Logs."""
        return self.client("logs")


def not_emulated(arguments: Arguments) -> Iterator[str]:
    """What a request for a job asks for that would not be done here."""
    if why := _why_not_run(arguments):
        yield why
    cluster = arguments.get("ProcessingResources", {}).get("ClusterConfig")
    resources = arguments.get("ResourceConfig") or cluster or {}
    if cluster and resources.get("InstanceCount", 1) > 1:
        yield "it asks for several instances, and this machine is one"
    yield from training_hosts.not_emulated(arguments)
    for one in arguments.get("ProcessingInputs", []):
        if "LocalPath" not in one.get("S3Input", {}):
            yield f"input {one['InputName']} is no S3 input with a LocalPath"
    for one in arguments.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "S3Output" not in one:
            yield f"output {one['OutputName']} is no S3 output"
    for one in arguments.get("InputDataConfig", []):
        if not one["DataSource"].keys() & {"S3DataSource", "FileSystemDataSource"}:
            yield f"channel {one['ChannelName']} is neither of S3 nor of a file system"
    yield from file_sources.not_emulated(arguments)


def _why_not_run(arguments: Arguments) -> str:
    """Why nothing is known to run in the image of a job; empty where it is."""
    specification = arguments.get("AlgorithmSpecification") or arguments.get("AppSpecification", {})
    if specification.get("ContainerEntrypoint") or PROGRAM in arguments.get("HyperParameters", {}):
        return ""
    if "AppSpecification" in arguments:
        return "its image is not run here, and it names no ContainerEntrypoint"
    resources = arguments.get("ResourceConfig", {})
    if resources.get("InstanceGroups") or resources.get("InstanceCount", 1) > 1:
        return "an algorithm without a script of its own is trained on one instance here"
    return images.why_not_run(specification.get("TrainingImage", ""))


def run_processing_job(
    name: str, arguments: Arguments, container: Container, services: Services
) -> None:
    """Run a processing job. Raises JobFailed, or Stopped when the container is stopped."""
    for one in arguments.get("ProcessingInputs", []):
        source = one["S3Input"]
        _download(services.s3, source, container.path(source["LocalPath"]))
    outputs = arguments.get("ProcessingOutputConfig", {})
    results = [one["S3Output"] for one in outputs.get("Outputs", [])]
    for target in results:
        container.path(target["LocalPath"]).mkdir(parents=True, exist_ok=True)
    _configure(container, "config/processingjobconfig.json", dict(arguments))
    _configure(container, "config/resourceconfig.json", {"current_host": HOST, "hosts": [HOST]})

    _run(
        name,
        "/aws/sagemaker/ProcessingJobs",
        arguments["AppSpecification"],
        arguments,
        container,
        services,
        {},
    )
    for target in results:
        folder = container.path(target["LocalPath"])
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            uri = f"{target['S3Uri'].rstrip('/')}/{path.relative_to(folder).as_posix()}"
            _upload(services.s3, path, uri, outputs.get("KmsKeyId"))


def run_training_job(
    name: str, arguments: Arguments, container: Container, services: Services
) -> dict[str, float]:
    """Run a training job; returns the last value of each metric that its log names.

    What the scripts of all hosts leave in /opt/ml/model becomes output/model.tar.gz, under the
    job's name in the output path; of files of one name, the first host's is kept. Raises JobFailed,
    or Stopped or Interrupted when the container is.
    """
    hosts = training_hosts.hosts_of(arguments)
    done = training_hosts.on_each(
        hosts,
        container,
        lambda host, own: _train(name, arguments, (host, hosts), own, services),
    )
    target = arguments["OutputDataConfig"]
    prefix = f"{target['S3OutputPath'].rstrip('/')}/{name}/output"
    for part, archive_name in (("model", "model.tar.gz"), ("output/data", "output.tar.gz")):
        found = [
            path
            for each, _ in reversed(done)
            for path in sorted(each.path(f"{OPT_ML}/{part}").iterdir())
        ]
        if not found and part != "model":
            continue
        archive = container.path(f"{OPT_ML}/{archive_name}")
        with tarfile.open(archive, "w:gz") as packed:
            for path in {path.name: path for path in found}.values():
                packed.add(path, arcname=path.name)
        _upload(services.s3, archive, f"{prefix}/{archive_name}", target.get("KmsKeyId"))
    _, (definitions, _) = done[0]
    return _metrics(definitions, "".join(log for _, (_, log) in reversed(done)))


def _train(
    name: str,
    arguments: Arguments,
    place: tuple[Host, Sequence[Host]],
    container: Container,
    services: Services,
) -> tuple[list[Mapping[str, str]], str]:
    """Train on one of the hosts; returns the definitions of metrics, and the log."""
    host, hosts = place
    channels = {one["ChannelName"]: one for one in arguments.get("InputDataConfig", [])}
    for channel, one in channels.items():
        _fill(one["DataSource"], container.path(f"{OPT_ML}/input/data/{channel}"), services)
    hyperparameters = arguments.get("HyperParameters", {})
    _configure(container, "input/config/hyperparameters.json", hyperparameters)
    inputs = {name: _channel(one, arguments) for name, one in channels.items()}
    _configure(container, "input/config/inputdataconfig.json", inputs)
    resources = training_hosts.resources(host, hosts)
    _configure(container, "input/config/resourceconfig.json", resources)
    for folder in ("model", "output/data", "checkpoints"):
        container.path(f"{OPT_ML}/{folder}").mkdir(parents=True)
    kept = Checkpoints(arguments, container, services.s3)
    kept.fetch(_copy_objects)

    algorithm, more = arguments["AlgorithmSpecification"], {}
    definitions = algorithm.get("MetricDefinitions", [])
    if not algorithm.get("ContainerEntrypoint"):
        if PROGRAM in hyperparameters:
            command = _script(decoded(hyperparameters), container, services.s3)
        else:
            command = xgboost_process.TRAINING
            more = xgboost_process.variables(algorithm["TrainingImage"])
            definitions = [*definitions, *xgboost_parameters.metric_definitions()]
        algorithm = {**algorithm, "ContainerEntrypoint": command}
    try:
        log = _run(
            name,
            "/aws/sagemaker/TrainingJobs",
            algorithm,
            arguments,
            container,
            services,
            {
                "TRAINING_JOB_NAME": name,
                "AWS_REGION": services.environment.get("AWS_REGION", ""),
                **toolkit_variables(inputs, hyperparameters, resources),
                **more,
            },
            place,
        )
    finally:
        kept.keep(_upload)
    return definitions, log


def _metrics(definitions: Iterable[Mapping[str, str]], log: str) -> dict[str, float]:
    """The last value of each metric that a log tells; what is no number is not taken."""
    told = {}
    for one in definitions:
        found = re.findall(one["Regex"], log)
        with suppress(ValueError):
            if found:
                told[one["Name"]] = float(found[-1])
    return told


def _script(hyperparameters: Arguments, container: Container, s3: Any) -> list[str]:
    """The command by which SageMaker's training toolkit runs a script, with its sources in place.

    They come of an archive in S3, or of a folder of the container, such as that of a channel. What
    its requirements.txt names is installed before, for the job alone. A script that is named by its
    whole path, as one of a channel, is run where it is.
    https://github.com/aws/sagemaker-training-toolkit
    """
    program, code = str(hyperparameters[PROGRAM]), container.path(CODE)
    code.mkdir(parents=True, exist_ok=True)
    submitted = str(hyperparameters.get(SUBMITTED, ""))
    if submitted.startswith(f"{OPT_ML}/"):
        shutil.copytree(container.path(submitted), code, dirs_exist_ok=True)
    elif submitted:
        bucket, key = split_uri(submitted)
        archive = container.path(f"{OPT_ML}/sourcedir.tar.gz")
        s3.download_file(bucket, key, str(archive))
        with tarfile.open(archive) as packed:
            packed.extractall(code, filter="data")
    script = container.path(program) if program.startswith(f"{OPT_ML}/") else code / program
    if not script.is_file():
        raise JobFailed(f"{PROGRAM}: the sources have no {program}")
    run = [
        "bash" if program.endswith(".sh") else "python",
        program,
        *own_arguments(hyperparameters),
    ]
    needed = "pip install -q -r requirements.txt && " * (code / "requirements.txt").is_file()
    return ["bash", "-c", f"cd {CODE} && {needed}exec {shlex.join(run)}"]


def _channel(channel: Arguments, arguments: Arguments) -> dict[str, str]:
    """What inputdataconfig.json says of a channel."""
    mode = arguments.get("AlgorithmSpecification", {}).get("TrainingInputMode", "File")
    source = channel["DataSource"].get("S3DataSource", {})
    return {
        "ContentType": channel.get("ContentType", ""),
        "TrainingInputMode": channel.get("InputMode", mode),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def text_at(s3: Any, uri: str) -> str:
    """The text of the object at an S3 URI, by a client of S3."""
    bucket, key = split_uri(uri)
    return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI. Raises JobFailed for any other text."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise JobFailed(f"{uri} is not an S3 URI")
    return bucket, key


def _run(
    name: str,
    log_group: str,
    specification: Arguments,
    arguments: Arguments,
    container: Container,
    services: Services,
    environment: Mapping[str, str],
    place: tuple[Host, Sequence[Host]] | None = None,
) -> str:
    command = [*specification["ContainerEntrypoint"], *specification.get("ContainerArguments", [])]
    seconds = arguments.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_SECONDS)
    asked = arguments.get("Environment", {})
    # Preparing data keeps no run: MLflow starts beside it, and a training after it waits less.
    trains = "AlgorithmSpecification" in arguments
    here = services.environment.get("AWS_ENDPOINT_URL", "")
    tracked = job_variables(asked, here, waits=trains)
    variables = {**services.environment, **environment, **tracked, **asked}
    try:
        status, log = container.run(command, variables, seconds, names(place[1]) if place else "")
    except subprocess.TimeoutExpired:
        raise JobFailed(f"MaxRuntimeExceeded: still running after {seconds} seconds") from None
    except OSError as error:
        raise JobFailed(f"the entry point {command[0]} does not start: {error}") from error
    _keep_log(services.logs, log_group, f"{name}/{place[0].name if place else HOST}", log)
    if status:
        told = container.path(f"{OPT_ML}/output/failure")
        reason = told.read_text(errors="replace") if told.is_file() else log
        raise JobFailed(f"AlgorithmError: exit code {status}: {reason.strip()[-TAIL_CHARACTERS:]}")
    return log


def _fill(source: Mapping[str, Any], folder: Path, services: Services) -> None:
    """Put what a channel shows into `folder`."""
    if "S3DataSource" in source:
        _download(services.s3, source["S3DataSource"], folder)
        return
    try:
        file_sources.fetch(
            source["FileSystemDataSource"],
            folder,
            services.client,
            partial(_copy_objects, services.s3),
        )
    except file_sources.Unmountable as error:
        raise JobFailed(str(error)) from error


def _download(s3: Any, source: Mapping[str, str], folder: Path) -> None:
    """Every object under a prefix, or the one that the URI names, into `folder`."""
    if source.get("S3DataType", "S3Prefix") != "S3Prefix":
        raise JobFailed(f"S3 data of type {source['S3DataType']} is not emulated")
    if not _copy_objects(s3, source["S3Uri"], folder):
        raise JobFailed(f"no S3 objects found under {source['S3Uri']}")


def _copy_objects(s3: Any, uri: str, folder: Path) -> bool:
    """Copy what is at an S3 URI, or below it, into `folder`; whether there is anything."""
    folder.mkdir(parents=True, exist_ok=True)
    bucket, key = split_uri(uri)
    found = False
    for one in _keys(s3, bucket, key):
        inner = one.removeprefix(key).lstrip("/") or Path(one).name
        path = folder / inner
        if ".." in Path(inner).parts:
            raise JobFailed(f"s3://{bucket}/{one} would lie outside of {folder.name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, one, str(path))
        found = True
    return found


def _keys(s3: Any, bucket: str, key: str) -> Iterator[str]:
    folder = f"{key.rstrip('/')}/" if key else ""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for one in page.get("Contents", []):
            name = one["Key"]
            if not name.endswith("/") and (name == key or name.startswith(folder)):
                yield name


def _upload(s3: Any, path: Path, uri: str, key_id: str | None) -> None:
    bucket, key = split_uri(uri)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
    s3.upload_file(str(path), bucket, key, ExtraArgs=encryption)


def _configure(container: Container, path: str, document: Any) -> None:
    file = container.path(f"{OPT_ML}/{path}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))


def _keep_log(logs: Any, group: str, of: str, text: str) -> None:
    """Write the output of a job's host, `<job>/<host>`, where SageMaker writes it."""
    lines = [line for line in text.splitlines() if line.strip()][-MOST_LOG_LINES:]
    if not lines:
        return
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    now = time.time_ns() // 1_000_000
    stream = f"{of}-{now // 1000}"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": now, "message": line} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
