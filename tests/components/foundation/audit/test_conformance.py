import gzip
import json
from functools import cache
from importlib.resources import files

import yaml
from cfnlint.api import ManualArgs, lint
from moto.core.utils import get_service_model

from components.foundation.audit.config_rules import RULES, pack_template, rule_name
from components.foundation.audit.conformance import Conformance, failure_pattern
from components.foundation.audit.recorder_policies import RECORDED, delivery_policy
from infra.graph import record

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/audit"
PACK = "aws:cfg/conformancePack:ConformancePack"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
LONGEST_RULE = 128 - len("-conformance-pack-123456789")


@cache
def managed_rules():
    """AWS's own list of managed rules, as moto has it."""
    packed = (files("moto.config") / "resources/aws_managed_rules.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))["ManagedRules"]


def conformance():
    def program():
        Conformance(
            "maslow-prod-conformance",
            {
                "bucket": "history",
                "bucket_arn": "arn:aws:s3:::history",
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                "topic_arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:warning",
            },
        )

    return record(program)


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


def test_only_what_the_platform_is_made_of_is_recorded():
    group = conformance().one("aws:cfg/recorder:Recorder").inputs["recordingGroup"]
    assert group == {"allSupported": False, "resourceTypes": list(RECORDED)}


def test_the_history_is_delivered_below_configs_own_prefix_and_encrypted():
    channel = conformance().one("aws:cfg/deliveryChannel:DeliveryChannel")
    assert channel.inputs["s3KmsKeyArn"] == KEY
    policy = delivery_policy(bucket_arn="arn:aws:s3:::history", key_arn=KEY, account_id=ACCOUNT)
    written = [s["Resource"] for s in policy["Statement"] if "s3:PutObject" in s["Action"]]
    assert written == [[f"arn:aws:s3:::history/AWSLogs/{ACCOUNT}/Config/*"]]


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
