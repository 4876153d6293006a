import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/backs-up"
BUCKET = "arn:aws:s3:::the-lake"


@pytest.fixture(scope="module")
def backup():
    with Cloud("eu-west-1") as running:
        client = running.client("backup")
        client.create_backup_vault(BackupVaultName="vault")
        yield client


def plan(name="plan", **rule):
    daily = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    return {"BackupPlanName": name, "Rules": [{**daily, **rule}]}


@pytest.fixture
def planned(backup):
    id_ = backup.create_backup_plan(BackupPlan=plan())["BackupPlanId"]
    yield id_
    for each in backup.list_backup_selections(BackupPlanId=id_)["BackupSelectionsList"]:
        backup.delete_backup_selection(BackupPlanId=id_, SelectionId=each["SelectionId"])
    backup.delete_backup_plan(BackupPlanId=id_)


def selection(**more):
    return {"SelectionName": "bucket", "IamRoleArn": ROLE, "Resources": [BUCKET], **more}


def test_an_update_replaces_a_plan_by_a_new_version(backup, planned):
    before = backup.get_backup_plan(BackupPlanId=planned)
    rule = {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 35}}
    told = backup.update_backup_plan(BackupPlanId=planned, BackupPlan=plan(**rule))
    after = backup.get_backup_plan(BackupPlanId=planned)
    assert told["VersionId"] == after["VersionId"] != before["VersionId"]
    assert after["BackupPlan"]["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 35}
    assert after["BackupPlan"]["Rules"][0]["StartWindowMinutes"] == 480


def test_a_selection_says_what_is_backed_up_until_it_is_deleted(backup, planned):
    made = backup.create_backup_selection(BackupPlanId=planned, BackupSelection=selection())
    found = backup.get_backup_selection(BackupPlanId=planned, SelectionId=made["SelectionId"])
    assert found["BackupSelection"]["Resources"] == [BUCKET]
    with pytest.raises(ClientError, match="selections must be deleted prior"):
        backup.delete_backup_plan(BackupPlanId=planned)
    backup.delete_backup_selection(BackupPlanId=planned, SelectionId=made["SelectionId"])
    with pytest.raises(ClientError, match="does not exist"):
        backup.get_backup_selection(BackupPlanId=planned, SelectionId=made["SelectionId"])
    assert backup.list_backup_selections(BackupPlanId=planned)["BackupSelectionsList"] == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"TargetBackupVaultName": "none"}, "Backup vault none does not exist"),
        ({"ScheduleExpression": "rate(1 day)"}, "Invalid schedule expression"),
        ({"StartWindowMinutes": 30}, "at least 60 minutes"),
        ({"StartWindowMinutes": 60, "CompletionWindowMinutes": 60}, "longer than the start window"),
        ({"EnableContinuousBackup": True}, "between 1 and 35 days"),
        (
            {"EnableContinuousBackup": True, "Lifecycle": {"DeleteAfterDays": 36}},
            "between 1 and 35 days",
        ),
        (
            {"Lifecycle": {"DeleteAfterDays": 99, "MoveToColdStorageAfterDays": 10}},
            "at least 90 days after",
        ),
    ],
)
def test_a_rule_that_aws_refuses_is_refused(backup, rule, reason):
    with pytest.raises(ClientError, match=reason):
        backup.create_backup_plan(BackupPlan=plan("other", **rule))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"IamRoleArn": "nobody"}, "Invalid IAM role ARN"),
        ({"Resources": []}, "must name resources"),
        ({"Resources": ["the-lake"]}, "Invalid ARN: the-lake"),
        ({"SelectionName": "a b"}, "Invalid selection name"),
    ],
)
def test_a_selection_that_aws_refuses_is_refused(backup, planned, wrong, reason):
    with pytest.raises(ClientError, match=reason):
        backup.create_backup_selection(BackupPlanId=planned, BackupSelection=selection(**wrong))
