"""What a summary of the embedded AWS says of experiments."""

from infra.hosts import experiments
from infra.hosts.experiments import server

APP = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-A"
SERVER = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/maslow-local-experiments"


def test_the_address_of_a_server_that_runs_is_told(monkeypatch):
    monkeypatch.setattr(server, "installed_version", lambda: "3.17.2")
    monkeypatch.setattr(server, "running", {APP: "http://127.0.0.1:5001"}.get)
    assert experiments.lines({"experiments": {"app": APP}}) == [
        "experiments app-A: http://127.0.0.1:5001"
    ]
    assert experiments.lines({"experiments": {"tracking-server": SERVER}}) == [
        "experiments maslow-local-experiments: MLflow starts with the first run"
    ]


def test_without_mlflow_the_package_and_how_it_is_installed_are_named(monkeypatch):
    monkeypatch.setattr(server, "installed_version", lambda: None)
    (line,) = experiments.lines({"experiments": {"app": APP}})
    assert line.endswith(": no MLflow here (make sagemaker)")


def test_nothing_is_said_where_there_are_no_experiments():
    assert experiments.lines({}) == []
