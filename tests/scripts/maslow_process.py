"""`maslow` in a process that ends with the tests.

The first argument tells what brings a stack up, the others are the command's own:

- `platform`: what does so for people as well;
- `nothing`: nothing does, and it is up at once;
- `Create`, `Deploy`, `Ask`: the same, and it blocks in that phase;
- `Clean up`: the same, and that lasts until a signal was answered;
- `pipelines`: of each model there is its training pipeline alone.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from embedded.cloud import Cloud
from infra import interruption
from infra.hosts.session import Pass, Up
from infra.hosts.smoke_run import Answers, Version
from infra.project import Project
from infra.settings import StackFile
from infra.settings.mlops.model import ModelSettings
from scripts import local
from scripts.maslow import main

BUCKET = "artifacts"
ROLE = "arn:aws:iam::123456789012:role/jobs"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def end_with_the_tests() -> None:
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def without_a_platform(blocks: str) -> None:
    """Have nothing bring a stack up and train its models; it blocks in one phase."""

    @contextlib.contextmanager
    def session(_project: Project, stack: StackFile, *_: object) -> Iterator[Up]:
        phases = iter(("Create", "Deploy"))
        models = {model.name: {"endpoint": "any"} for model in stack.platform.models}

        def bring_up(_: StackFile) -> Pass:
            block_in(next(phases))
            return Pass({}, {"models": models}, {})

        yield bring_up

    def block_in(phase: str) -> None:
        if phase == blocks:
            local.out.print("blocked")
            time.sleep(600)

    def ask(*_: object) -> Answers:
        block_in("Ask")
        return Answers(1, 1, right=1)

    replace(local, "session", session)
    replace(local, "_train", lambda *_: Version("any", 1, "binary", {"auc": 1.0}))
    replace(local.smoke_run, "ask", ask)
    replace(local, "_summary", lambda *_: None)
    if blocks == "Clean up":
        replace(Cloud, "stop", answered_first(Cloud.stop))


def answered_first(stop: Callable[[Cloud], None]) -> Callable[[Cloud], None]:
    """Have a stop begin once a signal was answered."""

    def stop_later(cloud: Cloud) -> None:
        local.out.print("blocked")
        interruption._said.wait()
        stop(cloud)

    return stop_later


def with_pipelines() -> None:
    """Have a stack be no more than what training needs."""

    @contextlib.contextmanager
    def session(project: Project, stack: StackFile, cloud: Cloud, *_: object) -> Iterator[Up]:
        def bring_up(_: StackFile) -> Pass:
            place = {"LocationConstraint": cloud.region}
            cloud.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
            models = {
                model.name: create_pipeline(cloud, project, model)
                for model in stack.platform.models
            }
            return Pass({}, {"models": models, "zones": {"curated": BUCKET}}, {})

        yield bring_up

    replace(local, "session", session)


def create_pipeline(cloud: Cloud, project: Project, model: ModelSettings) -> dict[str, str]:
    """Create the pipeline and the registry of a model; returns their names."""
    s3, sagemaker = cloud.client("s3"), cloud.client("sagemaker")
    folder = project.root / model.project
    for path in (folder / "code").glob("*.py"):
        s3.put_object(Bucket=BUCKET, Key=f"code/{path.name}", Body=path.read_bytes())
    values = {
        "DataUri": f"s3://{BUCKET}/{model.data_prefix}",
        "OutputUri": f"s3://{BUCKET}/models",
        "CodeUri": f"s3://{BUCKET}/code",
        "ImageUri": "image",
        "RoleArn": ROLE,
        "KmsKeyId": KEY,
        "ModelPackageGroupName": model.name,
    }
    definition = json.loads((folder / "pipeline.json").read_text())
    for parameter in definition["Parameters"]:
        if "DefaultValue" not in parameter:
            parameter["DefaultValue"] = values[parameter["Name"]]
    sagemaker.create_model_package_group(ModelPackageGroupName=model.name)
    sagemaker.create_pipeline(
        PipelineName=model.name, PipelineDefinition=json.dumps(definition), RoleArn=ROLE
    )
    return {"pipeline": model.name, "group": model.name}


def replace(module: Any, name: str, value: object) -> None:
    """Replace what a module has under a name, and not what it never had."""
    assert hasattr(module, name)
    setattr(module, name, value)


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup ignores for the tests and all below
    threading.Thread(target=end_with_the_tests, daemon=True).start()
    stack = sys.argv.pop(1)
    if stack == "pipelines":
        with_pipelines()
    elif stack != "platform":
        without_a_platform(blocks=stack)
    main(prog_name="maslow")
