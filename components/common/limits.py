"""What AWS allows, as plain data: the components refuse the rest, and so do the settings.

It imports nothing, so that a stack file can be checked without loading Pulumi.
"""

import re

LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Days that CloudWatch Logs can keep logs.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

BUDGET_NOTIFICATIONS = 5
"""Notifications of one budget.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
"""

SMALLEST_SCAN_BYTES = 10_000_000
"""Least limit on the bytes that an Athena query scans: 10 MB.

https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html
"""

LONGEST_LOCK_DAYS = 36_500
"""Longest default retention of an object lock.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html
"""

ZONE_NAME = re.compile(r"(?=.{1,16}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Names of zones: short, for they are part of the names of buckets, which have 63 characters.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

RESERVED_ZONES = ("results",)
"""Names that the lake's other buckets have."""

CATALOG_NAME = re.compile(r"(?=.{1,255}$)[a-z_][a-z0-9_]*")
"""Names of tables and columns that the data catalog keeps as they are, and queries need not quote:
Glue turns capitals into small letters.

https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
"""

ICEBERG_RESERVED = ("_deleted", "_file", "_partition", "_pos", "_spec_id")
"""Columns that Iceberg adds to what it reads.

https://iceberg.apache.org/spec/#reserved-field-ids
"""

FEATURE_STORE_NAME = re.compile(r"(?=.{1,64}$)[a-zA-Z0-9]([_-]*[a-zA-Z0-9])*")
"""Names of feature groups and features.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html
"""

RESERVED_FEATURES = ("is_deleted", "write_time", "api_invocation_time")
"""Columns that Feature Store adds to the offline table itself.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
"""

CANARY_PERCENT = 50
"""Most of an endpoint's fleet that a canary takes.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
"""

BAKE_MINUTES = 45
"""Longest bake of a rollout: pulumi-aws waits an hour for an endpoint, and SageMaker needs the
rest of it to start and stop fleets."""

TRAINING_HOURS = 28 * 24
"""Longest training job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
"""

DELIVERED_TRAINING_HOURS = 140
"""Longest training of a model that is delivered: CodePipeline waits seven days, a day of them for
the platform's own delivery, and the jobs around the training take a while.

https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
"""

KEY_ROTATION_DAYS = (90, 2560)
"""The fewest and the most days between rotations of a KMS key.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""

KEY_DELETION_DAYS = (7, 30)
"""The fewest and the most days that KMS waits before it deletes a key.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
"""

STREAM_ERRORS = "errors"
"""Prefix of a zone below which lies what its streams could not deliver."""

LUSTRE_SMALLEST_GB, LUSTRE_STEP_GB = 1200, 2400
"""A file system of Lustre on SSD has the first, or a multiple of the second, in GiB.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html
"""

LUSTRE_THROUGHPUTS = (125, 250, 500, 1000)
"""MB/s that it has for each TiB.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystemLustreConfiguration.html
"""

LUSTRE_BACKUP_DAYS = 90
"""Longest that FSx keeps a daily backup of it.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystemLustreConfiguration.html
"""

LUSTRE_LINKS = 8
"""Most folders of it that are linked to S3.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateDataRepositoryAssociation.html
"""

STUDIO_IDLE_MINUTES = (60, 525_600)
"""The fewest and the most minutes without use after which Studio stops an app.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html
"""

STUDIO_DISK_GB = (5, 16_384)
"""The smallest and the largest disk of a space, in GB.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DefaultEbsStorageSettings.html
"""

STUDIO_REPOSITORIES = 10
"""Most Git repositories that Studio offers to clone.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_JupyterLabAppSettings.html
"""

STUDIO_SETUP_BYTES = 12_288
"""Most bytes of a script that Studio's apps start with: 16,384 characters of base64.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateStudioLifecycleConfig.html
"""

STUDIO_IMAGES = 200
"""Most images that a kind of app of Studio is offered.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_JupyterLabAppSettings.html
"""

STUDIO_ARGUMENTS = (50, 64)
"""Most arguments that an image of Studio is started with, and most characters of each.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerConfig.html
"""

STUDIO_VARIABLES = 24
"""Most environment variables of an image of Studio: of AWS's 25, one says which image it is.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerConfig.html
"""

STUDIO_PROFILE = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*")
"""Names of user profiles and spaces.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateUserProfile.html
"""
