"""A fast file system, what it is linked to, and what reaches it."""

from typing import Any

import pytest

from components.common.durability import Durability
from components.data.files.fast_files import Change, FastFiles, FastFilesArgs
from components.data.jobs.args import PlaceArgs
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
LOG_KEY = "arn:aws:kms:eu-west-1:123456789012:key/logs"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
SYSTEM = "aws:fsx/lustreFileSystem:LustreFileSystem"
LINK = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "aws:vpc/securityGroup{0}Rule:SecurityGroup{0}Rule"


def place(prefix: str) -> PlaceArgs:
    return {
        "name": f"curated.{prefix}",
        "bucket": "curated-1a2b",
        "prefix": prefix,
        "database": "maslow_dev_curated",
    }


def recorded(**changes: Any) -> Graph:
    args: FastFilesArgs = {
        "size_gb": 2400,
        "throughput": 250,
        "links": {"images": place("images"), "results": place("models/results")},
        "imports": [Change.NEW, Change.DELETED],
        "exports": [],
        "vpc_id": "vpc-1",
        "subnet_id": "subnet-a",
        "workload_security_group_id": "sg-workloads",
        "key_arn": KEY,
        "topic_arn": TOPIC,
        "log_key_arn": LOG_KEY,
        "log_retention_days": 30,
        "durability": Durability.PROTECTED,
        "account_id": "123456789012",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: FastFiles("maslow-dev-fast-files", args) and None)


def system(graph: Graph) -> Any:
    (found,) = graph.of_type(SYSTEM)
    return found


def links(graph: Graph) -> dict[str, Any]:
    return {link.inputs["fileSystemPath"]: link.inputs for link in graph.of_type(LINK)}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def test_the_files_are_on_encrypted_ssd_in_one_subnet_and_outlive_the_stack(graph: Graph) -> None:
    made = system(graph)
    wanted = {
        "deploymentType": "PERSISTENT_2",
        "storageType": "SSD",
        "storageCapacity": 2400,
        "perUnitStorageThroughput": 250,
        "dataCompressionType": "LZ4",
        "fileSystemTypeVersion": "2.15",
        "kmsKeyId": KEY,
        "subnetIds": "subnet-a",
    }
    assert {name: made.inputs.get(name) for name in wanted} == wanted
    assert made.options["protect"]
    assert made.options["retainOnDelete"]


def test_a_folder_shows_a_place_of_the_lake_from_the_first(graph: Graph) -> None:
    found = links(graph)
    assert {path: link["dataRepositoryPath"] for path, link in found.items()} == {
        "/images": "s3://curated-1a2b/images/",
        "/results": "s3://curated-1a2b/models/results/",
    }
    for link in found.values():
        assert link["batchImportMetaDataOnCreate"]
        assert link["s3"] == {"autoImportPolicy": {"events": ["NEW", "DELETED"]}}


def test_a_folder_that_exports_writes_whatever_becomes_of_its_files() -> None:
    found = links(recorded(exports=["results"]))
    assert "autoExportPolicy" not in found["/images"]["s3"]
    assert found["/results"]["s3"]["autoExportPolicy"] == {"events": ["NEW", "CHANGED", "DELETED"]}


def test_a_link_that_neither_imports_nor_exports_shows_what_was_there() -> None:
    (link,) = links(recorded(links={"images": place("images")}, imports=[])).values()
    assert not link.get("s3")
    assert link["batchImportMetaDataOnCreate"]


@pytest.mark.parametrize(
    ("changes", "squashed"),
    [
        ({}, "65534:65534"),
        ({"exports": ["results"]}, "0:0"),
        ({"links": {}}, "0:0"),
    ],
)
def test_root_is_nobody_where_linked_folders_are_copies_only(
    changes: dict[str, Any], squashed: str
) -> None:
    made = system(recorded(**changes))
    assert made.inputs["rootSquashConfiguration"] == {"rootSquash": squashed}


def test_servers_and_workloads_speak_lustre_from_either_side_and_nothing_else(
    graph: Graph,
) -> None:
    (group,) = system(graph).inputs["securityGroupIds"]
    names = {group: "servers", "sg-workloads": "workloads"}
    for side in ("Ingress", "Egress"):
        found = sorted(
            (
                names[rule.inputs["securityGroupId"]],
                names[rule.inputs["referencedSecurityGroupId"]],
                rule.inputs["ipProtocol"],
                rule.inputs["fromPort"],
                rule.inputs["toPort"],
            )
            for rule in graph.of_type(RULE.format(side))
        )
        pairs = [("servers", "servers"), ("servers", "workloads"), ("workloads", "servers")]
        assert found == [
            (*pair, "tcp", *ports) for pair in pairs for ports in ((988, 988), (1018, 1023))
        ]


def test_the_rules_are_there_before_fsx_looks_at_them(graph: Graph) -> None:
    rules = {
        rule.urn for side in ("Ingress", "Egress") for rule in graph.of_type(RULE.format(side))
    }
    assert rules <= set(system(graph).dependencies)


def test_what_fails_on_the_way_to_and_from_the_lake_is_in_its_log(graph: Graph) -> None:
    (log,) = graph.of_type("aws:cloudwatch/logGroup:LogGroup")
    assert log.inputs["name"] == "/aws/fsx/maslow-dev-fast-files"
    assert (log.inputs["kmsKeyId"], log.inputs["retentionInDays"]) == (LOG_KEY, 30)
    told = system(graph).inputs["logConfiguration"]
    assert told == {"level": "WARN_ERROR", "destination": log.outputs["arn"]}


def test_it_warns_when_a_tenth_is_left(graph: Graph) -> None:
    (alarm,) = [each for each in graph.of_type(ALARM) if each.name.endswith("-full")]
    assert alarm.inputs["dimensions"] == {"FileSystemId": system(graph).id}
    assert alarm.inputs["comparisonOperator"] == "LessThanThreshold"
    assert alarm.inputs["threshold"] == 240 * 2**30
    assert alarm.inputs["alarmActions"] == [TOPIC]
    # The sum of a minute has each disk once.
    assert (alarm.inputs["statistic"], alarm.inputs["period"]) == ("Sum", 60)


@pytest.mark.parametrize(
    ("changes", "watched"),
    [
        ({}, {"AutoImport"}),
        ({"exports": ["results"]}, {"AutoImport", "AutoExport"}),
        ({"exports": ["results"], "imports": []}, {"AutoExport"}),
        ({"links": {}}, set()),
    ],
)
def test_it_warns_when_what_is_to_be_moved_waits_for_an_hour(
    changes: dict[str, Any], watched: set[str]
) -> None:
    graph = recorded(**changes)
    late = [each.inputs for each in graph.of_type(ALARM) if each.name.endswith("-late")]
    assert {alarm["dimensions"]["Publisher"] for alarm in late} == watched
    assert {alarm["dimensions"]["FileSystemId"] for alarm in late} <= {system(graph).id}
    for alarm in late:
        assert (alarm["metricName"], alarm["threshold"]) == ("AgeOfOldestQueuedMessage", 3600)
        assert (alarm["comparisonOperator"], alarm["alarmActions"]) == (
            "GreaterThanThreshold",
            [TOPIC],
        )


@pytest.mark.parametrize(
    ("changes", "days", "skipped"),
    [
        ({}, 0, True),
        ({"links": {}, "backup_days": 14}, 14, False),
        ({"links": {}, "backup_days": 14, "durability": Durability.DISPOSABLE}, 14, True),
    ],
)
def test_it_is_backed_up_where_fsx_can_and_somebody_wants_it(
    changes: dict[str, Any], days: int, skipped: bool
) -> None:
    made = system(recorded(**changes))
    assert made.inputs["automaticBackupRetentionDays"] == days
    assert made.inputs["skipFinalBackup"] is skipped


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size_gb": 1800}, "size_gb: 1800 is not 1200, nor a multiple of 2400"),
        ({"size_gb": 0}, "size_gb: 0 is not 1200"),
        ({"size_gb": 3600}, "size_gb: 3600 is not 1200"),
        ({"throughput": 200}, "throughput: 200 is not of 125, 250, 500, 1000"),
        ({"exports": ["scans"]}, "exports: scans is not of the links"),
        ({"backup_days": 7}, "backup_days: FSx backs up no file system that is linked"),
        ({"links": {}, "backup_days": 91}, "backup_days: 91 is not between 0 and 90"),
        ({"links": {f"f{n}": place(f"p{n}") for n in range(9)}}, "links: 9 are more than 8"),
    ],
)
def test_what_aws_would_refuse_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        recorded(**changes)


@pytest.mark.parametrize("size", [1200, 2400, 4800])
def test_sizes_that_fsx_makes_are_taken(size: int) -> None:
    assert system(recorded(size_gb=size)).inputs["storageCapacity"] == size
