"""What maslow knows of the AWS services that keep, move and compute data.

The other services, and how to look one up, are in `catalog/services.py`.
"""

from catalog.service_record import ANYTHING, Endpoint, KeyUse, Principal, Service

DATA_SERVICES: tuple[Service, ...] = (
    Service(
        "airflow",
        clients=("mwaa",),
        principals=(Principal("airflow.amazonaws.com"), Principal("airflow-env.amazonaws.com")),
        kms_via="airflow",
        endpoints=(Endpoint("airflow.api"), Endpoint("airflow.env"), Endpoint("airflow.ops")),
    ),
    Service(
        "airflow-serverless",
        clients=("mwaa-serverless",),
        cloudformation="MWAAServerless",
        # https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/get-started-execution-role.html
        principals=(
            Principal(
                "airflow-serverless.amazonaws.com", roles_passed=True, sends_source_account=False
            ),
        ),
        # AWS's table of kms:ViaService leaves it out: it is taken from the name of its endpoint.
        kms_via="airflow-serverless",
        keeps_grants=True,
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "athena",
        kms_via="athena",
        # the queries that make a training set
        endpoints=(Endpoint("athena", uses=("features",)),),
        boundary=ANYTHING,
    ),
    Service(
        "backup",
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
        principals=(
            Principal("backup.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="backup",
        # A vault encrypts by the service's own grant.
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
        keeps_grants=True,
        endpoints=(Endpoint("backup"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service("batch", endpoints=(Endpoint("batch"),)),
    Service("datasync", endpoints=(Endpoint("datasync"),)),
    # Its interface endpoint has no private name, and so nobody would come by it.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/privatelink-interface-endpoints.html
    # A table is read and written by the service's own grant.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    Service(
        "dynamodb",
        kms_via="dynamodb",
        keeps_grants=True,
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "eks",
        # Pods assume roles by pod identity.
        # https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
        # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
        principals=(
            Principal("eks.amazonaws.com", roles_passed=True, sends_source_account=False),
            Principal("pods.eks.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="eks",
        # Secrets are encrypted by a grant that it makes in the caller's name.
        # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
        keeps_grants=True,
        endpoints=(Endpoint("eks"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    # Load balancers of ingresses, and the certificates that they speak TLS by.
    Service("acm", boundary=("DescribeCertificate", "ListCertificates")),
    Service(
        "elasticloadbalancing",
        clients=("elbv2",),
        endpoints=(Endpoint("elasticloadbalancing"),),
        boundary=ANYTHING,
    ),
    # By it nodes get the credentials of their pods.
    Service("eks-auth", endpoints=(Endpoint("eks-auth"),), boundary=("AssumeRoleForPodIdentity",)),
    Service(
        "elasticfilesystem",
        clients=("efs",),
        kms_via="elasticfilesystem",
        # A file system is read and written by the service's own grant.
        # https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
        keeps_grants=True,
        endpoints=(Endpoint("elasticfilesystem"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "elasticmapreduce",
        clients=("emr",),
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html
        principals=(
            Principal(
                "elasticmapreduce.amazonaws.com", roles_passed=True, sends_source_account=True
            ),
        ),
        boundary=ANYTHING,
        endpoints=(Endpoint("elasticmapreduce"),),
    ),
    Service("emr-containers", endpoints=(Endpoint("emr-containers"),), boundary=ANYTHING),
    Service(
        "emr-serverless",
        # https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/getting-started.html
        principals=(
            Principal(
                "emr-serverless.amazonaws.com", roles_passed=True, sends_source_account=False
            ),
        ),
        boundary=ANYTHING,
        endpoints=(Endpoint("emr-serverless"),),
    ),
    Service(
        "firehose",
        # https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
        principals=(
            Principal("firehose.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        kms_via="firehose",
        boundary=ANYTHING,
        endpoints=(Endpoint("kinesis-firehose"),),
    ),
    Service(
        "fsx",
        kms_via="fsx",
        # https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html
        keeps_grants=True,
        endpoints=(Endpoint("fsx"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "glue",
        # https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html
        # https://docs.aws.amazon.com/glue/latest/dg/optimization-prerequisites.html
        principals=(
            Principal("glue.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="glue",
        # the tables that the queries read
        endpoints=(Endpoint("glue", uses=("features", "data jobs")),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "kinesis",
        kms_via="kinesis",
        endpoints=(Endpoint("kinesis-streams"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service(
        "kinesisanalytics",
        clients=("kinesisanalyticsv2",),
        principals=(Principal("kinesisanalytics.amazonaws.com"),),
    ),
    Service(
        "lakeformation",
        # https://docs.aws.amazon.com/lake-formation/latest/dg/cross-service-confused-deputy-prevention.html
        principals=(
            Principal("lakeformation.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        endpoints=(Endpoint("lakeformation"),),
        boundary=ANYTHING,
    ),
    Service(
        "lambda",
        # Not every page of AWS's has a condition in a function's trust policy.
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
        principals=(
            Principal("lambda.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="lambda",
        boundary=ANYTHING,
        endpoints=(Endpoint("lambda"),),
    ),
    Service(
        "macie2",
        cloudformation="Macie",
        # https://docs.aws.amazon.com/macie/latest/user/discovery-results-repository-s3.html
        principals=(
            Principal(
                "macie.amazonaws.com",
                key=KeyUse(
                    classes=("audit",),
                    actions=("kms:Encrypt", "kms:GenerateDataKey"),
                    when={
                        "StringEquals": {"aws:SourceAccount": "{account}"},
                        "ArnLike": {
                            "aws:SourceArn": [
                                "arn:aws:macie2:{region}:{account}:export-configuration:*",
                                "arn:aws:macie2:{region}:{account}:classification-job/*",
                            ]
                        },
                    },
                ),
            ),
        ),
        kms_via="macie",
        boundary=ANYTHING,
    ),
    Service("rds-data", endpoints=(Endpoint("rds-data"),)),
    Service("redshift", kms_via="redshift", endpoints=(Endpoint("redshift"),)),
    Service("redshift-data", endpoints=(Endpoint("redshift-data"),)),
    Service(
        "s3",
        actions={
            "DeleteBucketEncryption": "PutEncryptionConfiguration",
            "DeleteBucketLifecycle": "PutLifecycleConfiguration",
            "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
            "DeleteBucketReplication": "PutReplicationConfiguration",
            "DeleteBucketTagging": "PutBucketTagging",
            "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
            "GetBucketEncryption": "GetEncryptionConfiguration",
            "GetBucketReplication": "GetReplicationConfiguration",
            "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
            "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
            "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
            "HeadBucket": "ListBucket",
            "HeadObject": "GetObject",
            "PutBucketEncryption": "PutEncryptionConfiguration",
            "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
            "PutBucketNotificationConfiguration": "PutBucketNotification",
            "PutBucketReplication": "PutReplicationConfiguration",
            "GetBucketNotificationConfiguration": "GetBucketNotification",
            "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
            "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        },
        principals=(
            Principal("logging.s3.amazonaws.com"),
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
            Principal("s3.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="s3",
        boundary=ANYTHING,
        encrypts=("artifacts", "audit", "data"),
    ),
    Service(
        "s3tables",
        cloudformation="S3Tables",
        # It compacts tables, without which a table with a customer's key cannot be created.
        principals=(
            Principal(
                "maintenance.s3tables.amazonaws.com",
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
                key=KeyUse(actions=("kms:Decrypt", "kms:GenerateDataKey")),
            ),
        ),
        kms_via="s3tables",
        endpoints=(Endpoint("s3tables"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    Service("textract", endpoints=(Endpoint("textract"),)),
)
