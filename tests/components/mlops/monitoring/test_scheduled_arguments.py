"""What schedules tell the monitors' program is what it takes."""

import json
from datetime import datetime

import pytest

from components.mlops.monitoring.job_request import (
    EXECUTION,
    MODEL,
    OUTPUT,
    SCHEDULED,
    MonitorKind,
    job_request,
)
from components.mlops.monitoring.runtime import monitor, quality
from infra.needs.mlops.monitors import options
from infra.settings.mlops.model import ModelSettings
from policies.scheduled_jobs import jobs_of
from tests.components.mlops.monitoring.evaluated import (
    answers,
    archive,
    evaluated,
    explained,
    told_truth,
    traffic,
    truth,
)
from tests.components.mlops.monitoring.tables import drawn
from tests.components.mlops.monitoring.test_monitor import END, Place
from tests.conftest import STACKS

WEIGHTS = (1.0, 0.1, 3.0)


def told(arguments):
    """The program's arguments as it reads them; whatever it does not know fails."""
    return monitor._parser().parse_args(
        [one.replace(SCHEDULED, END).replace(EXECUTION, "0" * 36) for one in arguments]
    )


def test_every_scheduled_job_is_told_what_the_program_takes(graph):
    for job in jobs_of(graph):
        read = told(job.request["AppSpecification"]["ContainerArguments"])
        assert 0 < monitor._settings(read).threshold <= 1
        assert monitor._window(read).end == datetime.fromisoformat(END)
        assert all(each.startswith("s3://") for each in (read.baseline, read.capture))
        assert (read.truth is not None) == (read.monitor in {"quality", "bias"})
        assert (read.model_data is not None) == (read.monitor == "explain")
        if read.model_data:
            paths = [one["S3Input"]["LocalPath"] for one in job.request["ProcessingInputs"]]
            assert str(read.model_data) in paths
        if read.monitor == "quality":
            for kind in quality.METRICS:
                problem = {"problem": {"kind": kind}, "quality": {"metrics": {}}}
                assert quality.bounds(problem, read.accept, 0.05)


def test_each_kind_of_monitor_is_in_some_stack(recording):
    kinds = {
        job.argument("--monitor") for each in STACKS for job in jobs_of(recording(each, "second"))
    }
    assert kinds == {kind.value for kind in MonitorKind}


@pytest.mark.parametrize(
    ("kind", "setting", "finds"),
    [
        ("data", {"threshold": 0.1, "min_rows": 200}, "ok"),
        ("quality", {"by": ["ward", "age"]}, "fallen"),
        ("bias", {"on": ["smoker"], "threshold": 0.2}, "ok"),
        ("explain", {"threshold": 0.05}, "drift"),
    ],
)
def test_a_job_of_each_kind_runs_with_what_it_is_told(tmp_path, capsys, kind, setting, finds):
    place = Place(tmp_path, capsys)
    whole = {**evaluated(), "attributions": explained(WEIGHTS)}
    place.baseline.write_text(json.dumps(whole))
    table = drawn(1000, 1)
    said = answers(table)
    ids = traffic(tmp_path / "captures/a.jsonl", table, said)
    told_truth(tmp_path / "truth/2026/11/28/03/a.jsonl", ids, truth(said, 1, wrong=0.6))
    folder = archive(tmp_path / "model", (0.0, 5.0, 0.0))

    arguments = [
        {MODEL: str(folder), OUTPUT: str(tmp_path / "output"), SCHEDULED: END}.get(one, one)
        for one in requested(place, MonitorKind(kind), setting)
    ]
    assert monitor.main(arguments) == 0, capsys.readouterr().err

    report = json.loads((tmp_path / "output/report.json").read_text())
    assert (report["monitor"], report["status"], report["rows"]) == (kind, finds, 1000)
    assert report["settings"]["threshold"] == setting.get("threshold", 0.05)
    parts = {one["of"].partition(":")[0] for one in report["measures"]}
    assert parts >= set(setting.get("by", ()))


def requested(place, kind, setting):
    """The arguments of the container that a monitor of this setting asks for, read from files."""
    model = ModelSettings.model_validate(
        {
            "name": "readmission",
            "project": "templates/tabular",
            "target": "readmitted",
            "monitor": {kind.value: {"every": "daily", **setting}},
        }
    )
    joins = kind in {MonitorKind.QUALITY, MonitorKind.BIAS}
    request = job_request(
        job_name="maslow-dev-readmission",
        model=model.name,
        kind=kind,
        baseline_uri=str(place.baseline),
        capture_uri=str(place.folder / "captures"),
        code_uri="s3://artifacts/monitors/",
        options=options(model, kind),
        image_uri="image",
        instance_type=model.processing.instance,
        role_arn="role",
        artifacts_bucket="artifacts",
        artifacts_key_arn="key",
        subnet_ids=["subnet-1"],
        security_group_id="sg-1",
        tags={},
        truth_uri=str(place.folder / "truth") if joins else None,
        model_data_uri="s3://artifacts/model.tar.gz" if kind is MonitorKind.EXPLAIN else None,
    )
    return request["AppSpecification"]["ContainerArguments"]
