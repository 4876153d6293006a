import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from click.testing import CliRunner

from infra.errors import InputError, WorkError
from infra.models import turns
from scripts import model_runs, model_words
from scripts.maslow import main

REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "you may not"}}, "ListModels")


def fleet(version, *, coming, share, instances=1):
    return {
        "version": version,
        "coming": coming,
        "share": share,
        "instances": instances,
        "wanted": 2,
    }


STATUS = {
    "pods": None,
    "model": "m",
    "group": "maslow-dev-m",
    "approved": 4,
    "waiting": [{"version": 5, "arn": "a", "status": "PendingManualApproval", "created": "Monday"}],
    "endpoint": {
        "name": "maslow-dev-m",
        "status": "Updating",
        "failure": None,
        "fleets": [
            fleet(3, coming=False, share=0.9, instances=2),
            fleet(4, coming=True, share=0.1),
            fleet(None, coming=True, share=None, instances=None),
        ],
        "scaling": {"min": 2, "max": 9},
    },
    "alarms": [{"name": "[odd]", "state": "ALARM", "since": "Tuesday", "reason": "r"}],
    "drift": [
        {"monitor": "data", "finding": "drift", "worst": 1.7, "told": "Sunday", "ran": "Sunday"},
        {"monitor": "quality", "finding": "unknown", "worst": None, "told": None, "ran": None},
        {"monitor": "bias", "finding": "unknown", "worst": None, "told": None, "ran": "Sunday"},
        {"monitor": "explain", "finding": "unknown", "worst": 0.5, "told": "May", "ran": "Sunday"},
    ],
    "hours": None,
    "loop": "arn",
    "turns": [
        {
            "execution": "e",
            "status": "SUCCEEDED",
            "started": "Monday",
            "ended": "Monday",
            "cause": "drift",
            "outcome": "not-better",
            "reason": "auc 0.8 against 0.9",
        }
    ],
}


def test_a_status_tells_both_fleets_and_what_is_unknown(capsys):
    model_words.print_status(STATUS)
    assert capsys.readouterr().out.splitlines() == [
        "  Approved  version 4, of maslow-dev-m",
        "  Waiting   version 5 of Monday",
        "  Endpoint  maslow-dev-m: Updating",
        "            version 3: traffic 90%, 2 of 2 instances",
        "            version 4, coming: traffic 10%, 1 of 2 instances",
        "            version unknown, coming: traffic unknown, unknown of 2 instances",
        "            scaled from 2 to 9 instances",
        "  Alarms    ALARM [odd] since Tuesday",
        "  Drift     data: drift, 1.70 of its limit, told Sunday",
        "            quality: unknown, it never ran",
        "            bias: unknown, it never had enough rows; it ran Sunday",
        (
            "            explain: unknown, the run of Sunday told nothing; before 0.50 of its "
            "limit, told May"
        ),
        "  Loop      Monday  drift: not-better, auc 0.8 against 0.9",
    ]


def test_what_is_not_there_is_said_to_be_so(capsys):
    nothing = {"approved": None, "waiting": [], "endpoint": None, "alarms": [], "drift": []}
    model_words.print_status({**STATUS, **nothing, "loop": None, "turns": []})
    assert capsys.readouterr().out.splitlines() == [
        "  Approved  none, of maslow-dev-m",
        "  Endpoint  there is none",
        "  Alarms    there are none",
        "  Drift     unknown: no monitor watches it",
        "  Loop      there is none",
    ]
    model_words.print_list([])
    assert capsys.readouterr().out == "There are no models.\n"


def test_the_last_trainings_are_told_with_where_their_runs_are_kept(capsys):
    model_words.print_runs([], "dev")
    assert capsys.readouterr().out == "It was not trained yet.\n"
    kept = {"run": "0a1b", "experiment": "maslow-dev-m", "url": None}
    run = {
        "execution": "arn:aws:sagemaker:eu-west-1:1:pipeline/m/execution/e1",
        "status": "Succeeded",
        "started": "Monday",
        "ended": "Tuesday",
        "cause": None,
        "outcome": None,
        "reason": None,
        "version": 4,
        "training": "learn",
        "kind": "binary",
        "metrics": {"auc": 0.9},
        "mlflow": kept,
    }
    here = {**kept, "url": "http://127.0.0.1:5001/#/runs/0a1b"}
    failed = {**run, "status": "Failed", "reason": "no rows", "version": None, "metrics": None}
    model_words.print_runs([run, {**run, "mlflow": here}, {**failed, "mlflow": None}], "dev")
    said = capsys.readouterr().out
    assert "e1            Monday  Succeeded, version 4" in said
    assert "binary: auc 0.900" in said
    assert "run 0a1b of maslow-dev-m: maslow experiments open -s dev" in said
    assert "run 0a1b of maslow-dev-m: http://127.0.0.1:5001/#/runs/0a1b" in said
    assert "Monday  Failed, no rows, no version" in said


def test_missing_credentials_are_an_input_and_refusals_a_failure():
    missing = "There are no AWS credentials here"
    with pytest.raises(InputError, match=missing), model_words.readable():
        raise NoCredentialsError
    with pytest.raises(WorkError, match="you may not"), model_words.readable():
        raise REFUSED


@pytest.fixture
def dev(project, monkeypatch):
    monkeypatch.chdir(project.root)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def run(*arguments):
        return CliRunner().invoke(main, ["model", *arguments], catch_exceptions=False)

    return run


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["status", "readmission"],
        ["runs", "readmission"],
        ["run", "readmission"],
        ["logs", "readmission"],
        ["approve", "readmission"],
        ["reject", "readmission"],
        ["rollback", "readmission"],
        ["why", "readmission"],
    ],
)
def test_without_credentials_every_command_says_so(dev, command):
    done = dev(*command, "-s", "dev")
    assert done.exit_code == 2
    assert done.output.startswith("There are no AWS credentials here.")


def test_without_credentials_nobody_opens_the_pages_of_experiments(dev):
    done = CliRunner().invoke(main, ["experiments", "open", "-s", "prod"], catch_exceptions=False)
    assert done.exit_code == 2
    assert "There are no AWS credentials here" in done.output


def test_what_nothing_serves_is_told(dev):
    done = dev("list", "-s", "local")
    assert done.exit_code == 2
    assert "`maslow up -s local --serve`" in done.output


def test_an_interruption_leaves_a_run_going_and_says_so(project, monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    class Place:
        running = None

        def who(self):
            return "ada"

    asked = []

    def start(place, name, reason):
        asked.append((name, reason))
        return turns.Started("arn/of/run", interrupted, str)

    monkeypatch.setattr(model_runs, "place_of", lambda *_: Place())
    monkeypatch.setattr(model_runs.turns, "start", start)
    stack = project.stack("dev")
    with pytest.raises(KeyboardInterrupt):
        model_runs.run(project, stack, "readmission", reason=None, wait=True, as_json=False)
    assert asked == [("readmission", "ada: no reason was given")]
    told = capsys.readouterr()
    assert told.out == "Started arn/of/run\n"
    assert told.err == "It goes on: maslow model status readmission -s dev\n"
