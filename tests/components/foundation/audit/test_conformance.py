import gzip
import json
from functools import cache
from importlib.resources import files

import yaml
from cfnlint.api import ManualArgs, lint
from moto.core.utils import get_service_model

from components.common.bucket import delivered_by_config
from components.foundation.audit.config_rules import RULES, pack_template, rule_name
from components.foundation.audit.conformance import Conformance, failure_pattern
from components.foundation.audit.recorder import RECORDED, Recorder
from embedded.resources import Resources
from infra.graph import Run, record
from infra.hosts.in_process import InProcessHost

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/audit"
PACK = "aws:cfg/conformancePack:ConformancePack"
RECORDER = "aws:cfg/recorder:Recorder"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
LONGEST_RULE = 128 - len("-conformance-pack-123456789")


@cache
def managed_rules():
    """AWS's own list of managed rules, as moto has it."""
    packed = (files("moto.config") / "resources/aws_managed_rules.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))["ManagedRules"]


TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:warning"


def conformance(*, all_types=False):
    def program():
        Conformance(
            "maslow-prod-conformance",
            {
                "recorder": {
                    "bucket": "history",
                    "key_arn": KEY,
                    "all_types": all_types,
                    "account_id": ACCOUNT,
                    "region": "eu-west-1",
                },
                "topic_arn": TOPIC,
            },
        )

    return record(program)


def test_the_accounts_own_recorder_is_left_alone():
    graph = record(lambda: Conformance("maslow-prod-conformance", {"topic_arn": TOPIC}))
    of_config = {resource.type for resource in graph.resources if ":cfg/" in resource.type}
    assert of_config == {"aws:cfg/conformancePack:ConformancePack"}
    assert graph.of_type("aws:cloudwatch/eventRule:EventRule")


def test_every_rule_is_one_of_awss_and_gets_the_parameters_that_it_knows_and_needs():
    for rule in RULES:
        parameters = managed_rules()[rule.identifier]["Parameters"]
        known = {each["Name"] for each in parameters}
        needed = {each["Name"] for each in parameters if not each["Optional"]}
        assert needed <= rule.parameters.keys() <= known, rule.identifier


def test_what_a_rule_waits_for_changes_of_is_recorded():
    for rule in RULES:
        listed = managed_rules()[rule.identifier]
        if "Periodic" not in listed["Trigger type"]:
            assert listed["Resource Types"] in RECORDED, rule.identifier


def test_no_rule_comes_twice():
    assert len({rule.identifier for rule in RULES}) == len(RULES)


def test_every_recorded_type_is_one_that_config_records():
    assert set(RECORDED) <= set(get_service_model("config").shape_for("ResourceType").enum)


def test_the_template_passes_cloudformations_linter():
    text = pack_template("maslow-prod-conformance")
    assert [match.message for match in lint(text, config=ManualArgs(regions=["eu-west-1"]))] == []


def test_the_linter_would_find_a_rule_without_a_source():
    template = yaml.safe_load(pack_template("p"))
    del template["Resources"]["VpcFlowLogsEnabled"]["Properties"]["Source"]
    found = lint(yaml.safe_dump(template), config=ManualArgs(regions=["eu-west-1"]))
    assert [match.message for match in found] == ["'Source' is a required property"]


def test_the_template_is_within_what_config_takes():
    assert len(pack_template("m" * 30)) <= 51_200
    assert len(RULES) <= 130
    assert all(len(rule_name("m" * 51, rule)) <= LONGEST_RULE for rule in RULES)


def test_rules_come_once_something_is_recorded():
    graph = conformance()
    pack, status = graph.one(PACK), graph.one(STATUS)
    assert status.urn in pack.dependencies
    assert graph.one("aws:cfg/deliveryChannel:DeliveryChannel").urn in status.dependencies
    assert status.inputs["isEnabled"]


def test_only_what_the_platform_is_made_of_is_recorded_unless_security_hub_asks_for_more():
    group = conformance().one(RECORDER).inputs["recordingGroup"]
    assert group == {"allSupported": False, "resourceTypes": list(RECORDED)}
    group = conformance(all_types=True).one(RECORDER).inputs["recordingGroup"]
    assert group == {"allSupported": True, "includeGlobalResourceTypes": True}


def test_configs_own_role_records():
    recorder = conformance().one(RECORDER)
    assert recorder.inputs["roleArn"] == (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )
    assert recorder.options["hooks"].keys() == {"before_create", "before_update"}
    assert conformance().of_type("aws:iam/role:Role") == []


def test_the_role_is_made_for_the_first_recorder_and_left_to_the_account(cloud):
    iam = cloud.client("iam")
    host = InProcessHost(Resources(cloud), Run(stack="prod"), cloud.environment)
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    cloud.client("s3").create_bucket(
        Bucket="history", CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )

    def program():
        Recorder(
            "maslow-prod-recorder",
            {
                "bucket": "history",
                "key_arn": key,
                "all_types": True,
                "account_id": cloud.account_id,
                "region": cloud.region,
            },
        )

    for _ in range(2):
        host.up(program)
        role = iam.get_role(RoleName="AWSServiceRoleForConfig")["Role"]
        assert role["Path"] == "/aws-service-role/config.amazonaws.com/"
        host.destroy()


def test_the_history_is_delivered_below_configs_own_prefix_and_encrypted():
    channel = conformance().one("aws:cfg/deliveryChannel:DeliveryChannel")
    assert channel.inputs["s3KmsKeyArn"] == KEY
    _, written = delivered_by_config("arn:aws:s3:::history", ACCOUNT)
    assert written["Resource"] == [f"arn:aws:s3:::history/AWSLogs/{ACCOUNT}/Config/*"]
    assert written["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT


def test_where_configs_history_goes_config_may_deliver_and_use_the_key(every_graph):
    channels = [
        (graph, channel)
        for graph in every_graph
        for channel in graph.of_type("aws:cfg/deliveryChannel:DeliveryChannel")
    ]
    assert channels
    for graph, channel in channels:
        policies = [
            json.loads(policy.inputs["policy"])
            for policy in graph.of_type("aws:s3/bucketPolicy:BucketPolicy")
            if policy.inputs["bucket"] == channel.inputs["s3BucketName"]
        ]
        keys = [
            json.loads(key.inputs["policy"])
            for key in graph.of_type("aws:kms/key:Key")
            if key.answered["arn"] == channel.inputs["s3KmsKeyArn"]
        ]
        for (policy,) in (policies, keys):
            principals = [one.get("Principal") for one in policy["Statement"]]
            assert {"Service": "config.amazonaws.com"} in principals


def test_only_the_packs_own_failures_are_told():
    detail = failure_pattern("maslow-prod-conformance")["detail"]
    assert detail["configRuleName"] == [{"prefix": "maslow-prod-conformance-"}]
    assert detail["newEvaluationResult"] == {"complianceType": ["NON_COMPLIANT"]}
    names = [rule_name("maslow-prod-conformance", rule) for rule in RULES]
    assert all(name.startswith("maslow-prod-conformance-") for name in names)
    assert (
        conformance()
        .one("aws:cloudwatch/eventTarget:EventTarget")
        .inputs["arn"]
        .endswith(":warning")
    )
