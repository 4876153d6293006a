import json
from typing import Any

from catalog.event_patterns import matches
from components.common.bucket import delivered_by_macie
from components.common.durability import Durability
from components.foundation.audit.sensitive_data import (
    LookEvery,
    SensitiveData,
    SensitiveDataArgs,
    findings,
)
from components.foundation.keys.key_policy import DataClass, key_policy
from infra.graph import Graph, record

ACCOUNT = "123456789012"
JOB = "aws:macie2/classificationJob:ClassificationJob"
SESSION = "aws:macie2/account:Account"
EXPORT = "aws:macie2/classificationExportConfiguration:ClassificationExportConfiguration"
IDENTIFIER = "aws:macie/customDataIdentifier:CustomDataIdentifier"
ROLE = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
)


def recorded(every: LookEvery = LookEvery.WEEK, **more: Any) -> Graph:
    args: SensitiveDataArgs = {
        "buckets": {"raw": "the-raw", "gold": "the-gold"},
        "every": every,
        "sample_percent": 50,
        "identifiers": {"record": {"regex": "MRN[0-9]{8}", "keywords": ["record"]}},
        "topics": {
            "critical": f"arn:aws:sns:eu-west-1:{ACCOUNT}:critical",
            "warning": f"arn:aws:sns:eu-west-1:{ACCOUNT}:warning",
        },
        "key_arn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/a",
        "log_bucket": "the-logs",
        "retention_days": 400,
        "durability": Durability.KEEP,
        "account_id": ACCOUNT,
    }
    return record(lambda: SensitiveData("macie", {**args, **more}))  # type: ignore[typeddict-item]


def test_each_zone_has_a_job_that_looks_for_what_is_asked_for_too() -> None:
    graph = recorded()
    jobs = {
        job.inputs["s3JobDefinition"]["bucketDefinitions"][0]["buckets"][0]: job.inputs
        for job in graph.of_type(JOB)
    }
    assert jobs.keys() == {"the-raw", "the-gold"}
    identifier = graph.one(IDENTIFIER)
    for job in jobs.values():
        assert job["scheduleFrequency"] == {"weeklySchedule": "MONDAY"}
        assert job["samplingPercentage"] == 50
        assert job["customDataIdentifierIds"] == [identifier.id]
    monthly = recorded(LookEvery.MONTH).of_type(JOB)[0].inputs["scheduleFrequency"]
    assert monthly == {"monthlySchedule": 1}


def test_its_own_session_keeps_results_in_a_bucket_and_anothers_is_left_as_it_is() -> None:
    own = recorded()
    assert own.one(SESSION).inputs["status"] == "ENABLED"
    bucket = own.one(EXPORT).inputs["s3Destination"]["bucketName"]
    policies = [each.inputs for each in own.of_type("aws:s3/bucketPolicy:BucketPolicy")]
    (policy,) = [each["policy"] for each in policies if each["bucket"] == bucket]
    assert "DeliveredByMacie" in policy
    others = recorded(session=ROLE)
    assert not any(others.of_type(type_) for type_ in (SESSION, EXPORT, "aws:s3/bucket:Bucket"))
    assert len(others.of_type(JOB)) == 2


def test_high_and_medium_findings_are_told_and_low_ones_not() -> None:
    patterns = [
        json.loads(rule.inputs["eventPattern"])
        for rule in recorded().of_type("aws:cloudwatch/eventRule:EventRule")
    ]
    assert sorted(patterns, key=str) == sorted([findings("High"), findings("Medium")], key=str)
    event = {
        "source": "aws.macie",
        "detail-type": "Macie Finding",
        "detail": {"severity": {"score": 1, "description": "Low"}},
    }
    assert not any(matches(pattern, event) for pattern in patterns)
    event["detail"] = {"severity": {"score": 3, "description": "High"}}
    assert sum(matches(pattern, event) for pattern in patterns) == 1


def test_macie_of_another_account_delivers_nothing() -> None:
    for statement in delivered_by_macie("arn:aws:s3:::results", ACCOUNT):
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        assert all(
            f":{ACCOUNT}:" in arn for arn in statement["Condition"]["ArnLike"]["aws:SourceArn"]
        )


def test_the_key_of_zones_is_decrypted_by_macies_role_only_where_macie_is_on() -> None:
    def decrypts(*, asked: bool) -> list[Any]:
        policy = key_policy(
            holds=DataClass.DATA, account_id=ACCOUNT, region="eu-west-1", read_by_macie=asked
        )
        return [each for each in policy["Statement"] if each.get("Sid") == "ReadByMacie"]

    assert decrypts(asked=False) == []
    (statement,) = decrypts(asked=True)
    assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": ROLE}
    assert statement["Condition"]["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT
    assert statement["Action"] == ["kms:Decrypt"]
