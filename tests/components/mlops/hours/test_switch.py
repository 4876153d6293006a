"""An endpoint on the embedded AWS that is off at night, and how it comes on again."""

import json
import time
from datetime import timedelta

import pytest
from moto.sagemaker.models import sagemaker_backends

from components.mlops.endpoint import Endpoint
from embedded import clock
from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation
from tests.served_endpoint import NAME, Served

TAGS = {"maslow:model": "readmission"}


class Office(Served):
    """An endpoint that serves for half an hour of each day, which begins in two hours or less."""

    def __init__(self, cloud):
        super().__init__(cloud)
        self.host = InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment)
        sqs = cloud.client("sqs")
        sqs.create_queue(QueueName="undelivered")
        opened = (clock.now() + timedelta(hours=2)).replace(minute=0)
        self.week = {
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "start": opened.hour * 60,
            "end": opened.hour * 60 + 30,
            "zone": "UTC",
        }

    def up(self, version, **changes):
        hours = {
            "week": self.week,
            "tags": TAGS,
            "dead_letter_arn": f"arn:aws:sqs:{self.cloud.region}:123456789012:undelivered",
            "messages_key_arn": self._args["artifacts_key_arn"],
        }
        args = self.args(version, **{"hours": hours, **changes})
        return self.host.up(lambda: Endpoint("screening", args) and None)

    def comes(self, minute):
        """Let a minute of the hours come, and what it starts be over; the endpoint's status.

        The other one comes first where it is sooner, and what that starts is over before.
        """
        while True:
            now, before = clock.now(), len(self.ended())
            passed = now.hour * 60 + now.minute
            wait, due = min(((due - passed - 1) % 1440 + 1, due) for due in self.due)
            self.cloud.advance(wait * 60)
            status = self.settles(before)
            if due == minute:
                return status

    @property
    def due(self):
        return self.week["start"], self.week["end"]

    def is_started(self, on):
        """The same for an execution that a person starts."""
        machines, before = self.cloud.client("stepfunctions"), len(self.ended())
        (machine,) = machines.list_state_machines()["stateMachines"]
        machines.start_execution(
            stateMachineArn=machine["stateMachineArn"], input=json.dumps({"on": on})
        )
        return self.settles(before)

    def settles(self, before):
        until = time.monotonic() + 30
        while len(self.ended()) == before or self.ended()[0]["status"] == "RUNNING":
            assert time.monotonic() < until, "it goes on and on"
            time.sleep(0.05)
            self.cloud.advance(61)
        return self.status()

    def status(self):
        found = self.sagemaker.list_endpoints(NameContains=NAME)["Endpoints"]
        return found[0]["EndpointStatus"] if found else None

    def ended(self):
        """The executions of its machine, the newest first."""
        machines = self.cloud.client("stepfunctions")
        (machine,) = machines.list_state_machines()["stateMachines"]
        runs = machines.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        return sorted(runs, key=lambda run: run["startDate"], reverse=True)

    def outcome(self):
        """What the newest of them came to."""
        newest = self.ended()[0]
        told = self.cloud.client("stepfunctions").describe_execution(
            executionArn=newest["executionArn"]
        )
        return json.loads(told["output"]) if "output" in told else told["cause"]


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def office(cloud):
    started = Office(cloud)
    started.up(1)
    yield started
    started.host.destroy()


def test_it_is_off_when_the_hours_end_and_scaled_again_when_they_begin(office):
    scaled, served = office.scaled(), office.configuration()
    assert scaled[0]
    assert office.comes(office.week["end"]) is None
    assert office.outcome() == {"outcome": "off"}
    assert office.scaled() == ([], [], [])
    assert office.comes(office.week["start"]) == "InService"
    assert office.outcome() == {"outcome": "on"}
    assert (office.scaled(), office.configuration()) == (scaled, served)
    described = office.sagemaker.describe_endpoint(EndpointName=NAME)
    tags = office.sagemaker.list_tags(ResourceArn=described["EndpointArn"])["Tags"]
    assert tags == [{"Key": "maslow:model", "Value": "readmission"}]


def test_what_is_on_already_is_left_as_it_is(office):
    made = office.sagemaker.describe_endpoint(EndpointName=NAME)["CreationTime"]
    assert office.is_started(on=True) == "InService"
    assert office.sagemaker.describe_endpoint(EndpointName=NAME)["CreationTime"] == made


def test_nothing_is_changed_by_a_deployment_while_it_is_off(office):
    assert office.comes(office.week["end"]) is None
    assert office.up(1).changes.keys() == {Operation.SAME}
    assert office.status() is None


def test_a_release_while_it_is_off_turns_it_on_and_replaces_what_it_served(office):
    assert office.up(2).changes[Operation.UPDATE]
    assert (office.status(), office.serves()) == ("InService", 2)
    assert office.left() == (1, 1)
    assert office.comes(office.week["end"]) is None
    assert office.comes(office.week["start"]) == "InService"
    assert office.serves() == 2


def test_one_that_has_failed_is_told_and_left(office):
    backend = sagemaker_backends["123456789012"]["eu-west-1"]
    backend.endpoints[NAME].endpoint_status = "Failed"
    assert office.is_started(on=True) == "Failed"
    assert office.outcome() == "NotSwitched: it is Failed"
    backend.endpoints[NAME].endpoint_status = "InService"


def test_without_hours_there_is_no_machine(office):
    office.up(2, hours=None)
    assert not office.cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    assert not office.cloud.client("scheduler").list_schedules()["Schedules"]
