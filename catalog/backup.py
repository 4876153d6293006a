"""Vaults of AWS Backup, and plans of what is backed up into them.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
"""

from catalog.record import HERE, OURS, Call, CallerKeyUse, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html"
)
"""Which actions there are, and on what."""
VAULT = {"BackupVaultName": "{name}"}
VAULT_ARN = arn_of("backup", "backup-vault:{name}")
LOCKED = {"BackupVaultName": "{backupVaultName}"}
PLAN = {"BackupPlanId": "{id}"}
PLAN_ARN = arn_of("backup", "backup-plan:{id}")
RULES = {
    "name": "BackupPlan.BackupPlanName",
    "rules": "BackupPlan.Rules",
    "rules.targetVaultName": "TargetBackupVaultName",
    "rules.schedule": "ScheduleExpression",
    "rules.startWindow": "StartWindowMinutes",
    "rules.completionWindow": "CompletionWindowMinutes",
    "rules.lifecycle.deleteAfter": "DeleteAfterDays",
    "rules.lifecycle.coldStorageAfter": "MoveToColdStorageAfterDays",
}
SELECTION = {"BackupPlanId": "{planId}", "SelectionId": "{id}"}


def _tags(arn: str) -> Tags:
    return Tags(
        Call("TagResource", given={"ResourceArn": arn}),
        Call("UntagResource", given={"ResourceArn": arn, "TagKeyList": "{removed}"}),
    )


TYPES = (
    Type(
        "aws:backup/vault:Vault",
        "backup",
        id="{name}",
        name="name",
        limit=50,
        create=Call(
            "CreateBackupVault",
            names={
                "name": "BackupVaultName",
                "kmsKeyArn": "EncryptionKeyArn",
                "tags": "BackupVaultTags",
            },
        ),
        read=Call(
            "DescribeBackupVault",
            given=VAULT,
            outputs={"arn": "BackupVaultArn", "recoveryPoints": "NumberOfRecoveryPoints"},
        ),
        delete=Call("DeleteBackupVault", given=VAULT),
        tags=_tags(VAULT_ARN),
        cloudformation="AWS::Backup::BackupVault",
        outputs={"arn": VAULT_ARN},
        holds_data="the backups",
        iam=Iam(
            on="backup-vault:{name}",
            create="TagResource",
            read="ListTags",
            source=AUTHORIZATION,
            key=CallerKeyUse(
                create="Decrypt GenerateDataKey RetireGrant",
                alias="alias/{project}-{environment}-data",
                source="https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html",
            ),
            grants=(
                Grant(
                    "backup-storage",
                    create="MountCapsule",
                    when=HERE,
                    reason="the store of a vault has no ARN",
                    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html",
                ),
            ),
        ),
    ),
    Type(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "backup",
        id="{backupVaultName}",
        create=Call("PutBackupVaultLockConfiguration"),
        read=Call(
            "DescribeBackupVault", given=LOCKED, outputs={"backupVaultArn": "BackupVaultArn"}
        ),
        update=(Call("PutBackupVaultLockConfiguration", given=LOCKED),),
        delete=Call("DeleteBackupVaultLockConfiguration", given=LOCKED),
        replaces=("backupVaultName",),
        outputs={"backupVaultArn": arn_of("backup", "backup-vault:{backupVaultName}")},
        gone="!Locked",
        holds_no_data="it says how long the backups of a vault are kept",
        iam=Iam(on="backup-vault:{name}", source=AUTHORIZATION),
    ),
    Type(
        "aws:backup/plan:Plan",
        "backup",
        id="{uuid}",
        name="name",
        limit=50,
        create=Call(
            "CreateBackupPlan",
            names={**RULES, "tags": "BackupPlanTags"},
            outputs={"id": "BackupPlanId", "arn": "BackupPlanArn", "version": "VersionId"},
        ),
        read=Call(
            "GetBackupPlan",
            given=PLAN,
            outputs={"arn": "BackupPlanArn", "version": "VersionId"},
        ),
        gone="DeletionDate",
        update=(Call("UpdateBackupPlan", names=RULES, given=PLAN),),
        delete=Call("DeleteBackupPlan", given=PLAN),
        tags=_tags(PLAN_ARN),
        cloudformation="AWS::Backup::BackupPlan",
        outputs={"arn": PLAN_ARN, "version": "{hex}"},
        holds_no_data="backups are in the vault, and it is written anew from the program",
        iam=Iam(
            on="backup-plan:*",
            when=OURS,
            create="TagResource",
            read="ListTags",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:backup/selection:Selection",
        "backup",
        id="{uuid}",
        name="name",
        limit=50,
        create=Call(
            "CreateBackupSelection",
            names={"name": "BackupSelection.SelectionName", "planId": "BackupPlanId"},
            inside="BackupSelection",
            outputs={"id": "SelectionId"},
        ),
        read=Call("GetBackupSelection", given=SELECTION),
        delete=Call("DeleteBackupSelection", given=SELECTION),
        cloudformation="AWS::Backup::BackupSelection",
        holds_no_data="it says what a plan backs up",
        iam=Iam(on="backup-plan:*", when=OURS, source=AUTHORIZATION),
    ),
)
