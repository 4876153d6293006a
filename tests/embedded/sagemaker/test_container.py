import ast
import json
import site
import subprocess
import sys
import sysconfig
import threading
import zipfile
from pathlib import Path

import pytest

from embedded.sagemaker import isolation
from embedded.sagemaker.container import Container, Stopped, toolkit_variables

MOUNTED = pytest.mark.skipif(
    not isolation.can_mount(), reason="needs mount namespaces (unshare of util-linux)"
)


@pytest.fixture
def container():
    with Container() as made:
        yield made


def test_paths_below_opt_ml_lie_in_its_folder(container):
    script = container.path("/opt/ml/processing/code/run.py")
    assert script.is_relative_to(container.path("/opt/ml"))
    assert script.parts[-3:] == ("processing", "code", "run.py")


@pytest.mark.parametrize("path", ["/etc/passwd", "/opt/mlx", "/opt/ml/../../etc", "opt/ml"])
def test_no_other_path_is_emulated(container, path):
    with pytest.raises(ValueError, match="is not below /opt/ml"):
        container.path(path)


def test_opt_ml_is_replaced_only_where_it_begins_a_path(container):
    root = str(container.path("/opt/ml"))
    assert container.mapped("--in=/opt/ml/input") == f"--in={root}/input"
    assert container.mapped("/opt/ml") == root
    for other in ("s3://bucket/opt/ml/x", "/data/opt/ml", "/opt/mlflow", "/opt/ml.old"):
        assert container.mapped(other) == other


TELL = "import json, os, sys; print(json.dumps([sys.prefix, sys.argv[1:], {**os.environ}]))"


def test_a_script_runs_in_an_environment_of_its_own(container, monkeypatch):
    monkeypatch.setenv("FROM_OUTSIDE", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com")
    status, output = container.run(["python3", "-c", TELL], {"MODE": "own"}, 60)
    prefix, _, environment = json.loads(output)
    home = container.path("/opt/ml").parent
    assert status == 0
    assert prefix == environment["VIRTUAL_ENV"] == str(home / "python")
    assert environment["HOME"] == str(home)
    assert environment["PATH"].startswith(f"{home}/python/bin:")
    assert str(Path(sys.executable).parent) not in environment["PATH"].split(":")
    assert environment["MODE"] == "own"
    assert environment["PIP_INDEX_URL"] == "https://packages.example.com"
    assert "FROM_OUTSIDE" not in environment


@MOUNTED
def test_opt_ml_is_the_jobs_own_and_the_rest_of_opt_is_there(container):
    before = sorted(Path("/opt").iterdir())
    script = (
        "import os, pathlib\n"
        "assert os.environ['SM_MODEL_DIR'] == '/opt/ml/model'\n"
        "pathlib.Path('/opt/ml/model').mkdir(parents=True)\n"
        "pathlib.Path('/opt/ml/model/weights').write_text('trained')\n"
        "print(sorted(map(str, pathlib.Path('/opt').iterdir())))"
    )
    variables = {"SM_MODEL_DIR": "/opt/ml/model"}
    status, output = container.run(["python3", "-c", script], variables, 60)
    assert status == 0, output
    assert container.path("/opt/ml/model/weights").read_text() == "trained"
    assert {str(path) for path in before} <= set(ast.literal_eval(output))
    assert sorted(Path("/opt").iterdir()) == before


def test_without_a_mount_the_folder_takes_the_place_of_opt_ml_and_the_log_says_so(
    container, monkeypatch
):
    monkeypatch.setattr("embedded.sagemaker.container.can_mount", lambda: False)
    status, output = container.run(
        ["python3", "-c", TELL, "/opt/ml/model"], {"SM_MODEL_DIR": "/opt/ml/model"}, 60
    )
    said, told = output.splitlines()
    _, arguments, environment = json.loads(told)
    model = str(container.path("/opt/ml/model"))
    assert (status, arguments, environment["SM_MODEL_DIR"]) == (0, [model], model)
    assert said.startswith("This system lets no process mount an /opt/ml of its own")
    assert str(container.path("/opt/ml")) in said


def test_a_system_that_cannot_mount_is_found_out_by_trying(monkeypatch):
    monkeypatch.setattr(isolation, "_unshare", lambda: ["false"])
    assert isolation.can_mount.__wrapped__() is False
    monkeypatch.setattr(isolation, "_unshare", lambda: ["no-such-program"])
    assert isolation.can_mount.__wrapped__() is False


@pytest.fixture
def package(tmp_path):
    """A wheel of a package that this interpreter does not have."""
    wheel = tmp_path / "only_the_jobs-1.0-py3-none-any.whl"
    info = "only_the_jobs-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("only_the_jobs.py", "ANSWER = 42\n")
        for name, lines in (
            ("METADATA", ("Metadata-Version: 2.1", "Name: only-the-jobs", "Version: 1.0")),
            ("WHEEL", ("Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any")),
            ("RECORD", ()),
        ):
            archive.writestr(f"{info}/{name}", "".join(f"{line}\n" for line in lines))
    return wheel


@pytest.mark.parametrize(
    "install",
    [
        "python3 -m pip install --no-index {wheel}",
        "pip install --no-index {wheel}",
        "pip3 install --no-index --user {wheel} || pip3 install --no-index {wheel}",
        pytest.param(
            f"{sys.executable} -m pip install --no-index {{wheel}}; "
            "pip install --no-index {wheel}",
            marks=MOUNTED,
        ),
    ],
)
def test_what_a_job_installs_is_in_no_other_environment(container, package, install):
    before = {path: _packages(path) for path in _environments()}
    use = "python3 -c 'import only_the_jobs; print(only_the_jobs.ANSWER)'"
    script = f"{install.format(wheel=package)} && {use}"
    status, output = container.run(["sh", "-c", script], {}, 120)
    assert status == 0, output
    assert output.splitlines()[-1] == "42"
    assert {path: _packages(path) for path in _environments()} == before


def test_a_job_has_the_packages_of_the_platform(container):
    assert container.run(["python3", "-c", "import sklearn"], {}, 60) == (0, "")


def _environments():
    return [Path(path) for path in {sysconfig.get_path("purelib"), site.getusersitepackages()}]


def _packages(folder):
    return sorted(folder.iterdir()) if folder.is_dir() else None


def test_status_and_both_streams_come_back(container):
    source = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert container.run(["python", "-c", source], {}, 60) == (3, "out\nerr\n")


def test_nothing_is_left_after_a_timeout():
    with Container() as container:
        folder = container.path("/opt/ml").parent
        with pytest.raises(subprocess.TimeoutExpired):
            container.run(["python3", "-c", "import time; time.sleep(600)"], {}, 0.5)
    assert not folder.exists()


def test_a_stop_from_another_thread_ends_the_process(container):
    threading.Timer(0.5, container.stop).start()
    with pytest.raises(Stopped):
        container.run(["python3", "-c", "import time; time.sleep(600)"], {}, 60)


def test_a_container_that_was_stopped_runs_nothing(container):
    container.stop()
    with pytest.raises(Stopped):
        container.run(["python3", "-c", ""], {}, 60)


def test_the_toolkit_tells_a_script_its_channels_and_hyperparameters():
    resources = {
        "current_host": "algo-1",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "network_interface_name": "eth0",
    }
    settings = {"target": "readmitted", "sagemaker_program": "train.py"}
    variables = toolkit_variables({"train": {"TrainingInputMode": "File"}}, settings, resources)
    assert variables["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert json.loads(variables["SM_CHANNELS"]) == ["train"]
    assert variables["SM_HP_TARGET"] == "readmitted"
    assert json.loads(variables["SM_HPS"]) == {"target": "readmitted"}
    assert json.loads(variables["SM_USER_ARGS"]) == ["--target", "readmitted"]
    assert json.loads(variables["SM_HOSTS"]) == ["algo-1"]
    assert variables["SM_NUM_GPUS"] == "0"
