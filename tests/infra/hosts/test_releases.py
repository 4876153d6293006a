"""An endpoint that moves from version to version on the embedded AWS, whatever comes between."""

from contextlib import suppress
from datetime import timedelta
from fnmatch import fnmatchcase

import pytest

from catalog.services import action_of
from components.common.environment_scope import EnvironmentScope
from components.mlops import release as hooks
from components.mlops.endpoint import Endpoint
from embedded import clock
from embedded.cloud import Cloud
from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.deploy_permissions import deploy_permissions
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation
from tests.served_endpoint import ERRORS, NAME, VARIANT, Served
from tests.served_model import HANDLER, uploaded

BREAKS = HANDLER.replace(
    "return content, accept",
    """if content == "odd":
        raise RuntimeError("an odd record")
    return content, accept""",
)
"""Answers some of what it is asked."""
CANARY = {"rollout": {"canary_percent": 50, "bake_minutes": 10}}


class Release(Served):
    def __init__(self, cloud):
        super().__init__(cloud)
        self.host = InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment)

    def up(self, version, **changes):
        args = self.args(version, **changes)
        return self.host.up(lambda: Endpoint("screening", args) and None)

    def registers(self, handler):
        """A version of that handler; its number."""
        data = uploaded(self.cloud, "s3://versions/other.tar.gz", handler)
        created = self.sagemaker.create_model_package(
            ModelPackageGroupName="readmission",
            ModelApprovalStatus="Approved",
            InferenceSpecification={
                "Containers": [{"Image": "image", "ModelDataUrl": data}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )
        return int(created["ModelPackageArn"].rpartition("/")[2])

    def is_asked(self, told):
        """Have the endpoint asked in each minute of a rollout; how it then is goes to `told`."""
        runtime = self.cloud.client("sagemaker-runtime")

        def ask(name):
            told.append(self.sagemaker.describe_endpoint(EndpointName=name))
            for index in range(40):
                with suppress(runtime.exceptions.ModelError):
                    runtime.invoke_endpoint(
                        EndpointName=name,
                        ContentType="text/csv",
                        Accept="text/csv",
                        Body=b"odd" if index % 2 else b"even",
                    )

        self.cloud.on_deploying = ask


@pytest.fixture
def release(cloud):
    started = Release(cloud)
    started.up(1)
    yield started
    started.host.destroy()


@pytest.fixture
def cloud():
    """One for each test: names of endpoints and groups are fixed."""
    with Cloud("eu-west-1") as running:
        yield running


def test_a_release_replaces_what_served_and_leaves_nothing_of_it(release):
    release.up(2)
    assert release.serves() == 2
    assert release.left() == (1, 1)
    assert release.up(2).changes.keys() == {Operation.SAME}


def test_a_release_that_is_rolled_back_fails_and_deletes_nothing_that_serves(release):
    served = release.configuration()
    release.goes("ALARM")
    with pytest.raises(Refused) as raised:
        release.up(2)

    told = str(raised.value)
    assert f"SageMaker rolled {NAME} back from screening-configuration-" in told
    assert f"to {served}, which serves" in told
    assert f"the alarm {release.alarm(ERRORS)} is ALARM: It is ALARM." in told
    assert "latency" not in told
    assert (release.configuration(), release.serves()) == (served, 1)
    assert release.left() == (2, 2)


def test_what_was_rolled_back_is_tried_again_and_then_nothing_old_is_left(release):
    release.goes("ALARM")
    for _ in range(2):
        with pytest.raises(Refused, match="rolled maslow-dev-readmission back"):
            release.up(2)
    release.goes("OK")
    assert release.up(2).changes[Operation.UPDATE] == 1
    assert release.serves() == 2
    assert release.left() == (1, 1)


def test_the_release_after_one_that_was_rolled_back_takes_both_before_it_away(release):
    release.goes("ALARM")
    with pytest.raises(Refused, match="rolled maslow-dev-readmission back"):
        release.up(2)
    release.goes("OK")
    release.up(3)
    assert release.serves() == 3
    assert release.left() == (1, 1)


def test_a_bad_version_is_taken_back_by_the_alarm_that_its_canary_raises(release):
    served, asked = release.configuration(), []
    release.is_asked(asked)
    bad = release.registers(BREAKS)
    with pytest.raises(Refused, match="rolled maslow-dev-readmission back") as raised:
        release.up(bad, **CANARY)

    assert {each["EndpointStatus"] for each in asked} == {"Updating"}
    assert f"the alarm {release.alarm(ERRORS)} is ALARM" in str(raised.value)
    assert len(asked) < 10
    assert (release.configuration(), release.serves()) == (served, 1)


def test_a_good_version_passes_its_canary(release):
    asked = []
    release.is_asked(asked)
    before = clock.now()
    release.up(2, **CANARY)

    weights = [
        each["PendingDeploymentSummary"]["ProductionVariants"][0]["CurrentWeight"] for each in asked
    ]
    assert weights[0] == 0.5
    assert weights[-1] == 1.0
    assert timedelta(minutes=12) <= clock.now() - before < timedelta(minutes=14)
    assert release.serves() == 2
    assert release.left() == (1, 1)


def test_an_alarm_that_is_over_is_told_too(release, monkeypatch):
    release.goes("ALARM")
    require_released = hooks.require_released

    def later(*clients, **about):
        release.goes("OK")
        require_released(*clients, **about)

    monkeypatch.setattr(hooks, "require_released", later)
    with pytest.raises(Refused, match=r"the alarm screening-errors-\w+ is OK: It is OK\."):
        release.up(2)


def test_another_instance_type_keeps_the_scaling_with_what_others_added_to_it(release):
    release.scaling.put_scheduled_action(
        **VARIANT,
        ScheduledActionName="monday-morning",
        Schedule="cron(0 7 ? * MON *)",
        Timezone="Europe/Berlin",
        ScalableTargetAction={"MinCapacity": 4, "MaxCapacity": 8},
    )
    before = release.scaled()
    assert before[0] == [(2, 8)]
    assert before[2] == ["monday-morning"]
    tags = release.tags()

    changes = release.up(1, instance_type="ml.c6i.xlarge").changes

    config = release.sagemaker.describe_endpoint_config(EndpointConfigName=release.configuration())
    assert config["ProductionVariants"][0]["InstanceType"] == "ml.c6i.xlarge"
    assert release.scaled() == before
    assert release.tags() == tags
    assert (changes[Operation.UPDATE], changes[Operation.REPLACE]) == (1, 1)


def test_another_instance_type_that_is_rolled_back_is_scaled_as_before(release):
    before = release.scaled()
    release.goes("ALARM")
    with pytest.raises(Refused, match="rolled maslow-dev-readmission back"):
        release.up(1, instance_type="ml.c6i.xlarge")
    assert release.scaled() == before


def test_another_instance_type_that_is_refused_is_scaled_as_before(release):
    before = release.scaled()
    # Someone deletes an alarm that rolls back, which only SageMaker finds out.
    release.cloud.client("cloudwatch").delete_alarms(AlarmNames=[release.alarm(ERRORS)])
    with pytest.raises(Refused, match="The alarms of AutoRollbackConfiguration do not exist"):
        release.up(1, instance_type="ml.c6i.xlarge")
    assert release.scaled() == before
    assert release.serves() == 1


def test_who_deploys_may_do_all_that_the_hooks_do(release, monkeypatch):
    used = set()
    make = hooks.aws_client

    def client(service, region):
        made = make(service, region)
        made.meta.events.register(
            "before-call.*.*", lambda model, **_: used.add((service, model.name))
        )
        return made

    monkeypatch.setattr(hooks, "aws_client", client)
    schedule = {
        "ScheduledActionName": "nights",
        "Schedule": "cron(0 22 * * ? *)",
        "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 2},
    }
    release.scaling.put_scheduled_action(**VARIANT, **schedule)
    release.goes("ALARM")
    with pytest.raises(Refused, match="rolled maslow-dev-readmission back"):
        release.up(1, instance_type="ml.c6i.xlarge")

    scope = EnvironmentScope("maslow", "dev", release.cloud.account_id, release.cloud.region)
    services = {service for service, _ in used}
    allowed = {
        action
        for policy in deploy_permissions(scope, services)
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert services == {"sagemaker", "application-autoscaling", "cloudwatch"}
    for service, operation in used:
        action = action_of(service, operation)
        assert any(fnmatchcase(action, pattern) for pattern in allowed), action


def test_a_type_that_does_not_scale_ends_the_scaling(release):
    release.up(1, instance_type="ml.t2.large")
    assert release.scaled() == ([], [], [])
    assert release.serves() == 1


def test_a_release_starts_with_the_instances_that_serve(release):
    release.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=NAME,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 7}],
    )
    assert release.up(1).changes.keys() == {Operation.SAME}
    assert release.instances() == 7
    release.up(2)
    assert release.serves() == 2
    assert release.started() == 7


@pytest.mark.parametrize(("live", "starts"), [(0, 2), (1, 2), (5, 5), (40, 8)])
def test_a_release_starts_within_the_bounds_of_the_scaling(release, live, starts):
    release.up(2, live_instances=live)
    assert release.started() == starts
