"""A team's own package: what it may be, and what is refused of it by name."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import catalog
from catalog.services import by_prefix, passed_to
from components.foundation.alerts.alerts import Alerts
from infra.custom import load
from infra.errors import InputError
from infra.graph import Graph, Resource
from infra.project import Project
from infra.settings import PlatformSettings
from scripts.maslow import main
from tests.examples.enrichment import Settings
from tests.examples.enrichment.alerts import TeamAlerts

Recording = Callable[[str, str], Graph]
Write = Callable[..., Path]

STACK = """config:
  aws:region: eu-west-1
  maslow:platform:
    owner: ml-platform@example.com
    durability: disposable
    network: {cidr: 10.10.0.0/16, zones: 2, egress: none}
    source: {github: example/ml-platform}
    models: []
    custom:
      module: NAME
      size: 5
"""


@pytest.fixture
def write(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a package of that name into a project of its own, whose root it returns."""
    monkeypatch.chdir(tmp_path)
    before, paths = set(sys.modules), list(sys.path)
    shutil.copy(project.root / "Pulumi.yaml", tmp_path)

    def package(name: str, source: str) -> Path:
        (tmp_path / "stacks").mkdir(exist_ok=True)
        (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text(STACK.replace("NAME", name))
        (tmp_path / f"{name}.py").write_text(source)
        return tmp_path

    yield package
    catalog.extend(())
    sys.path[:] = paths
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def plan() -> Result:
    return CliRunner().invoke(main, ["plan", "-s", "dev"])


def refused(*words: str) -> None:
    """The plan ends with status 2 and a message of these words, without a traceback."""
    result = plan()
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    shown = " ".join(result.output.split())
    for each in words:
        assert each in shown, result.output


def settings(module: str, **own: Any) -> PlatformSettings:
    return PlatformSettings.model_validate(
        {
            "owner": "ml-platform@example.com",
            "network": {"cidr": "10.10.0.0/16", "zones": 2},
            "source": {"github": "example/ml-platform"},
            "custom": {"module": module, **own},
        }
    )


def below(graph: Graph, resource: Resource) -> Iterator[Resource]:
    """What a resource is below, from itself up."""
    yield resource
    while resource.parent in graph.by_urn:
        resource = graph.by_urn[resource.parent]
        yield resource


def test_a_package_that_is_not_there_is_refused_with_the_line(write: Write) -> None:
    root = write("orders_a", "")
    (root / "orders_a.py").unlink()
    refused("line 10", "custom.module: orders_a cannot be imported: ModuleNotFoundError")


def test_a_package_that_fails_is_refused_with_the_place(write: Write) -> None:
    write("orders_b", "COMPONENTS = {}\nraise ValueError('no region')\n")
    refused("orders_b cannot be imported: ValueError: no region (orders_b.py:2)")


def test_settings_that_the_package_does_not_take_are_refused_with_the_line(write: Write) -> None:
    write(
        "orders_c",
        "from pydantic import BaseModel, Field\n"
        "class Settings(BaseModel):\n"
        "    size: int = Field(ge=10)\n"
        "def declare(settings, platform): ...\n",
    )
    refused("line 11", "custom.size: Input should be greater than or equal to 10")


def test_settings_that_are_no_pydantic_model_are_refused(write: Write) -> None:
    write("orders_d", "class Settings: ...\ndef declare(settings, platform): ...\n")
    refused("orders_d.Settings is no pydantic model")


def test_a_package_of_nothing_is_refused_with_what_it_may_have(write: Write) -> None:
    write("orders_e", "")
    refused("orders_e has none of declare, COMPONENTS, TYPES, SERVICES")


def test_a_component_that_lacks_an_output_is_refused_with_the_output(write: Write) -> None:
    write(
        "orders_f",
        "import pulumi\n"
        "from components.foundation.alerts.alerts import Alerts\n"
        "class Own(pulumi.ComponentResource):\n"
        "    critical_arn: pulumi.Output[str]\n"
        "    warning_arn: pulumi.Output[str]\n"
        "    topics = arn_of = None\n"
        "COMPONENTS = {Alerts: Own}\n",
    )
    refused("orders_f.COMPONENTS: Own stands in for Alerts, but lacks info_arn.")


@pytest.mark.parametrize(("own", "shown"), [("dict", "dict"), ("3", "3")])
def test_what_is_no_component_stands_in_for_none(write: Write, own: str, shown: str) -> None:
    write(
        "orders_g",
        f"from components.foundation.alerts.alerts import Alerts\nCOMPONENTS = {{Alerts: {own}}}\n",
    )
    refused(f"orders_g.COMPONENTS: {shown} is no pulumi.ComponentResource")


def test_a_resource_below_no_need_is_refused_by_its_name(write: Write) -> None:
    write(
        "orders_h",
        "import pulumi_aws as aws\n"
        "def declare(settings, platform):\n"
        "    aws.sqs.Queue('forgotten')\n",
    )
    refused("orders_h declares forgotten (aws:sqs/queue:Queue) below no need", "platform.options()")


def test_a_resource_below_the_teams_own_need_is_part_of_the_plan(write: Write) -> None:
    write(
        "orders_i",
        "import pulumi_aws as aws\n"
        "def declare(settings, platform):\n"
        "    assert settings == {'size': 5}\n"
        "    aws.sqs.Queue(platform.env.names('orders'), opts=platform.options())\n",
    )
    result = plan()
    assert result.exit_code == 0, result.output
    assert "custom" in result.output


def test_other_settings_are_refused_where_no_file_is_read(project: Project) -> None:
    wrong = settings("tests.examples.enrichment", batch_size=11)
    with pytest.raises(InputError, match="batch_size"):
        load(wrong, project.root)


def test_settings_come_as_the_packages_own_model(project: Project) -> None:
    custom = load(settings("tests.examples.enrichment", batch_size=3), project.root)
    assert custom is not None
    assert custom.settings == Settings(batch_size=3, timeout_seconds=30)
    assert custom.components == {Alerts: TeamAlerts}
    catalog.extend(())


RECORDS = """
from catalog.record import Call, Type
from catalog.service_record import ANYTHING, Principal, Service

SERVICES = (
    Service(
        "redshift",
        principals=(Principal("redshift.amazonaws.com", True, False),),
        boundary=ANYTHING,
    ),
)
TYPES = (
    Type(
        "aws:redshift/cluster:Cluster",
        "redshift",
        create=Call("CreateCluster"),
        read=Call("DescribeClusters"),
    ),
)
"""


def test_a_teams_services_are_of_its_own_environment_only(write: Write, project: Project) -> None:
    root = write("orders_j", RECORDS)
    load(settings("orders_j"), root)
    assert "redshift.amazonaws.com" in passed_to()
    assert by_prefix()["redshift"].boundary
    load(project.stack("dev").platform, project.root)
    assert "redshift.amazonaws.com" not in passed_to()
    assert not by_prefix()["redshift"].boundary
    (cluster,) = (each for each in catalog.entries().values() if each.service == "redshift")
    assert cluster.token.endswith(":Cluster")
    catalog.forget([cluster])


def test_a_class_with_the_same_contract_takes_the_place_of_another(recording: Recording) -> None:
    graph = recording("custom", "first")
    pager = next(r for r in graph.resources if r.name == "maslow-custom-alerts-pager")
    assert [r.type for r in below(graph, pager)][1:] == [
        "maslow:index:Alerts",
        "maslow:index:Need",
    ]
    subscriptions = graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    assert [r.inputs["protocol"] for r in subscriptions if "pager" in r.name] == ["sqs"]


def test_what_a_team_adds_bears_the_tags_and_the_boundary(recording: Recording) -> None:
    graph = recording("custom", "first")
    own = [r for r in graph.resources if "maslow-custom-enrichment" in r.name and r.custom]
    tagged = [r.inputs["tags"] for r in own if "tags" in r.inputs]
    assert len(tagged) >= 6
    assert all(tags["maslow:need"] == "custom" for tags in tagged)
    (role,) = [r for r in own if r.type == "aws:iam/role:Role"]
    assert role.inputs["permissionsBoundary"].endswith(":policy/maslow-custom-boundary")
