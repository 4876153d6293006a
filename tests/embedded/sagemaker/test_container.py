import json
import subprocess
import sys
import threading

import pytest

from embedded.sagemaker.container import Container, Stopped, toolkit_variables


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


def test_a_script_runs_with_this_interpreter_and_only_its_own_environment(container, monkeypatch):
    monkeypatch.setenv("FROM_OUTSIDE", "1")
    source = (
        "import json, os, sys; print(json.dumps([sys.executable, sys.argv[1:], {**os.environ}]))"
    )
    status, output = container.run(
        ["python3", "-c", source, "/opt/ml/model"], {"SM_MODEL_DIR": "/opt/ml/model"}, 60
    )
    executable, arguments, environment = json.loads(output)
    model = str(container.path("/opt/ml/model"))
    assert (status, executable) == (0, sys.executable)
    assert arguments == [model]
    assert environment["SM_MODEL_DIR"] == model
    assert "FROM_OUTSIDE" not in environment


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
    variables = toolkit_variables(["train"], {"target": "readmitted"})
    assert variables["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert variables["SM_HP_TARGET"] == "readmitted"
