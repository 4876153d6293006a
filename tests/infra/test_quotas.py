from dataclasses import replace

import pytest

from catalog.quotas import quotas
from embedded.cloud import Cloud
from infra.quotas import FLEETS, Where, applied, demands, request


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


def asked(project, *names, **more):
    """What environments of the tests' stacks ask, by account and region, and then by quota."""
    found = demands([project.stack(name) for name in names], project.name, **more)
    return {where: {each.quota: each for each in some} for where, some in found.items()}


def test_demands_of_all_models_in_one_account_add_up(project) -> None:
    stack = project.stack("dev")
    ((where, found),) = asked(project, "dev").items()
    models = stack.platform.models

    assert where == Where(stack.account, stack.region)
    instances = sum(FLEETS * model.serving.scale.max for model in models)
    assert found["Number of instances across active endpoints"].asked == instances
    trained = sum(model.training.count * model.training.at_once for model in models)
    assert trained == 3  # two trials of a search at a time
    assert found["Number of instances across all training jobs"].asked == trained
    jobs = sum(1 + len(model.monitor.kinds) for model in models)
    assert found["Number of instances across all processing jobs"].asked == jobs
    names = [f"dev {model.name}" for model in models]
    assert found["Maximum number of pipelines allowed per account"].by == names


def test_what_is_of_one_endpoint_does_not_add_up(project) -> None:
    most = max(model.serving.scale.max for model in project.stack("prod").platform.models)
    (found,) = asked(project, "prod").values()

    assert found["Maximum number of instances per endpoint"].asked == most


def test_an_environment_that_takes_versions_over_trains_nothing(project) -> None:
    (found,) = asked(project, "prod").values()

    assert not [quota for quota in found if "training" in quota or "pipelines" in quota]


def test_environments_of_one_account_and_region_share_its_quotas(project) -> None:
    dev, prod = project.stack("dev"), project.stack("prod")
    elsewhere = replace(prod, region="eu-central-1")
    accounts = {**(dev.platform.accounts or {}), "prod": dev.account}
    together = replace(prod, platform=prod.platform.model_copy(update={"accounts": accounts}))

    assert len(demands([dev, prod], project.name)) == 2
    assert len(demands([dev, elsewhere], project.name)) == 2
    assert len(demands([dev, together], project.name)) == 1


def test_an_environment_on_this_machine_asks_nothing(project) -> None:
    assert demands([project.stack("local")], project.name) == {}


def test_what_lacks_comes_first_and_then_what_nobody_knows(project) -> None:
    (found,) = demands([project.stack("prod")], project.name).values()
    order = [{True: 0, None: 1, False: 2}[each.lacks] for each in found]

    assert order == sorted(order)
    assert {each.quota: each.lacks for each in found}["Number of instances across active endpoints"]


def test_what_the_account_has_counts_and_not_the_default(project) -> None:
    name = "Number of instances across active endpoints"
    (found,) = asked(project, "prod", applied={name: 1000}).values()

    assert (found[name].allowed, found[name].lacks) == (1000, False)
    other = found["Maximum number of instances per endpoint"]
    assert (other.allowed, other.lacks) == (None, None)


def test_aws_tells_what_an_account_has(cloud) -> None:
    told = applied(cloud.client)

    assert told["Number of instances across all training jobs"] == 4
    known = {name for name, quota in quotas().items() if quota.default is not None}
    assert told.keys() == known


def test_more_is_asked_of_aws(cloud, project) -> None:
    (found,) = asked(project, "prod", applied=applied(cloud.client)).values()
    demand = found["Number of instances across active endpoints"]

    id_ = request(cloud.client, demand)

    client = cloud.client("service-quotas")
    (kept,) = client.list_requested_service_quota_change_history()["RequestedQuotas"]
    assert (kept["Id"], kept["Status"], kept["QuotaCode"]) == (id_, "PENDING", demand.code)
    assert kept["DesiredValue"] == demand.asked
