"""What maslow knows of each AWS service, once.

A service that is new to the platform is one record, here, in `catalog/data_services.py` or in
`catalog/delivery_services.py`: the permissions boundary, PassRole, trust policies, key policies and
interface endpoints follow from it. After adding one, run `python -m catalog.generate_regions`.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#viaService_table
https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

from collections.abc import Iterable, Mapping
from functools import cache

from catalog.data_services import DATA_SERVICES
from catalog.delivery_services import DELIVERY_SERVICES
from catalog.record import Conditions
from catalog.service_record import ANYTHING, PUBLISHING, Endpoint, KeyUse, Principal, Service

RUNNING = ("builds", "jobs", "data jobs", "serving", "studio")
"""What needs an endpoint that every workload needs."""
THIS_ACCOUNT: Conditions = {"StringEquals": {"aws:SourceAccount": "{account}"}}
ONE_ENDPOINT = "it has one endpoint for all regions"

SERVICES: tuple[Service, ...] = (
    *DATA_SERVICES,
    *DELIVERY_SERVICES,
    Service(
        "access-analyzer",
        clients=("accessanalyzer",),
        endpoints=(Endpoint("access-analyzer"),),
    ),
    Service(
        "application-autoscaling",
        endpoints=(Endpoint("application-autoscaling"),),
        boundary=ANYTHING,
    ),
    Service("application-signals", cloudformation="ApplicationSignals"),
    Service("aps", clients=("amp",), endpoints=(Endpoint("aps"), Endpoint("aps-workspaces"))),
    Service("autoscaling", endpoints=(Endpoint("autoscaling"),)),
    # The stores of AWS Backup's vaults: nobody calls it, and IAM asks for it as one is made.
    Service("backup-storage", boundary=("MountCapsule",)),
    Service(
        "budgets",
        actions={
            "CreateBudget": "ModifyBudget",
            "CreateNotification": "ModifyBudget",
            "DeleteBudget": "ModifyBudget",
            "DeleteNotification": "ModifyBudget",
            "DescribeBudget": "ViewBudget",
            "UpdateBudget": "ModifyBudget",
        },
        principals=(
            Principal(
                "budgets.amazonaws.com", key=KeyUse(classes=("messages",), when=THIS_ACCOUNT)
            ),
        ),
        elsewhere=ONE_ENDPOINT,
        boundary=ANYTHING,
    ),
    Service(
        "ce",
        # Cost Anomaly Detection
        principals=(
            Principal(
                "costalerts.amazonaws.com", key=KeyUse(classes=("messages",), when=THIS_ACCOUNT)
            ),
        ),
        elsewhere=ONE_ENDPOINT,
        boundary=ANYTHING,
    ),
    Service(
        "chatbot",
        principals=(
            Principal("chatbot.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        elsewhere=ONE_ENDPOINT,
        boundary=ANYTHING,
    ),
    Service(
        "cloudformation",
        clients=("cloudformation", "cloudcontrol"),
        endpoints=(Endpoint("cloudformation"),),
        # Cloud Control's calls alone: what they make is asked for in the caller's own name.
        boundary=("*Resource", "DescribeType", "GetResourceRequestStatus"),
    ),
    Service(
        "cloudtrail",
        principals=(
            Principal(
                "cloudtrail.amazonaws.com",
                # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
                key=KeyUse(
                    classes=("audit",),
                    actions=(*PUBLISHING, "kms:DescribeKey"),
                    when={
                        "ArnLike": {
                            "aws:SourceArn": "arn:aws:cloudtrail:{region}:{account}:trail/*"
                        }
                    },
                ),
            ),
        ),
        endpoints=(Endpoint("cloudtrail"),),
        boundary=ANYTHING,
    ),
    Service(
        "cloudwatch",
        principals=(
            Principal(
                "cloudwatch.amazonaws.com", key=KeyUse(classes=("messages",), when=THIS_ACCOUNT)
            ),
        ),
        # metrics of instances and models
        endpoints=(Endpoint("monitoring", uses=("jobs", "serving")),),
        boundary=ANYTHING,
    ),
    Service(
        "config",
        principals=(
            Principal(
                "config.amazonaws.com",
                # https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
                key=KeyUse(classes=("audit",), when=THIS_ACCOUNT),
            ),
        ),
        endpoints=(Endpoint("config"),),
        boundary=ANYTHING,
    ),
    Service(
        "ec2",
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html
        # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        principals=(
            Principal("ec2.amazonaws.com", roles_passed=True, sends_source_account=False),
            Principal("vpc-flow-logs.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        kms_via="ec2",
        # of volumes, such as those of the nodes of clusters
        keeps_grants=True,
        endpoints=(Endpoint("ec2"),),
        boundary=ANYTHING,
        encrypts=("data",),
    ),
    # Only its agents speak it.
    Service("ec2messages", endpoints=(Endpoint("ec2messages"),)),
    Service(
        "events",
        principals=(
            Principal(
                "events.amazonaws.com",
                roles_passed=True,
                sends_source_account=True,
                # It looks at the key of a bus before it takes it. What it publishes to a topic
                # comes without a source account: a condition on one would never hold, and the
                # message would be lost without an error.
                # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
                # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
                key=KeyUse(classes=("messages",), actions=(*PUBLISHING, "kms:DescribeKey")),
            ),
        ),
        endpoints=(Endpoint("events"),),
        boundary=ANYTHING,
    ),
    Service("grafana"),
    Service("greengrass", clients=("greengrassv2",)),
    Service("guardduty", endpoints=(Endpoint("guardduty-data"),), boundary=ANYTHING),
    Service(
        "iam",
        elsewhere=ONE_ENDPOINT,
        boundary=("GenerateCredentialReport", "Get*", "List*"),
    ),
    Service("inspector2", boundary=ANYTHING),
    # data keys of volumes, objects and streams
    Service("kms", endpoints=(Endpoint("kms", uses=RUNNING),), boundary=ANYTHING),
    Service(
        "logs",
        principals=(
            Principal("delivery.logs.amazonaws.com"),
            Principal(
                "logs.{region}.amazonaws.com",
                # The log group's ARN, by which they are told apart, comes with no other call.
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
                key=KeyUse(
                    classes=("logs",),
                    actions=(
                        "kms:Decrypt",
                        "kms:Encrypt",
                        "kms:GenerateDataKey*",
                        "kms:ReEncrypt*",
                    ),
                    when={
                        "ArnLike": {
                            "kms:EncryptionContext:aws:logs:arn": (
                                "arn:aws:logs:{region}:{account}:log-group:*"
                            )
                        }
                    },
                ),
            ),
        ),
        kms_via="logs",
        # what the workload prints
        endpoints=(Endpoint("logs", uses=RUNNING),),
        boundary=ANYTHING,
        encrypts=("logs",),
    ),
    Service("network-firewall", boundary=ANYTHING),
    Service("ram"),
    Service("route53", elsewhere=ONE_ENDPOINT, boundary=("AssociateVPCWithHostedZone",)),
    Service("route53resolver", boundary=ANYTHING),
    Service(
        "sagemaker",
        clients=(
            "sagemaker",
            "sagemaker-featurestore-runtime",
            "sagemaker-metrics",
            "sagemaker-runtime",
        ),
        principals=(
            Principal("sagemaker.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        kms_via="sagemaker",
        # of volumes and of online feature stores
        keeps_grants=True,
        # https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html
        endpoints=(
            # registering, starting, describing
            Endpoint("sagemaker.api", uses=("builds", "jobs", "studio")),
            # https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-interface-endpoint-create.html
            Endpoint("sagemaker.experiments", uses=("experiments",)),
            Endpoint("sagemaker.featurestore-runtime", uses=("online features",)),
            Endpoint("sagemaker.metrics"),
            # invocations by other workloads
            Endpoint("sagemaker.runtime", uses=("jobs", "serving", "studio")),
            # https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
            Endpoint("sagemaker.studio", uses=("studio",)),
        ),
        boundary=ANYTHING,
        encrypts=("artifacts", "data"),
    ),
    # What MLflow's clients ask of a tracking server.
    Service("sagemaker-mlflow", boundary=ANYTHING),
    Service(
        "scheduler",
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        principals=(
            Principal("scheduler.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        endpoints=(Endpoint("scheduler"),),
        boundary=ANYTHING,
    ),
    Service(
        "secretsmanager",
        kms_via="secretsmanager",
        endpoints=(Endpoint("secretsmanager"),),
        boundary=ANYTHING,
    ),
    Service("securityhub", boundary=ANYTHING),
    Service("servicecatalog", endpoints=(Endpoint("servicecatalog"),)),
    Service(
        "sns",
        principals=(Principal("sns.amazonaws.com"),),
        kms_via="sns",
        endpoints=(Endpoint("sns"),),
        boundary=ANYTHING,
        encrypts=("messages",),
    ),
    Service(
        "sqs",
        kms_via="sqs",
        endpoints=(Endpoint("sqs"),),
        boundary=ANYTHING,
        encrypts=("messages",),
    ),
    Service("ssm", kms_via="ssm", endpoints=(Endpoint("ssm"),), boundary=ANYTHING),
    # Only its agents speak it.
    Service("ssmmessages", endpoints=(Endpoint("ssmmessages"),)),
    Service(
        "sso",
        clients=("sso-admin",),
        elsewhere="Identity Center is managed in a region of the organization's choice",
        boundary=("Describe*", "List*"),
    ),
    Service(
        "states",
        clients=("stepfunctions",),
        principals=(
            Principal("states.amazonaws.com", roles_passed=True, sends_source_account=True),
        ),
        endpoints=(Endpoint("states"),),
        boundary=ANYTHING,
    ),
    Service(
        "sts",
        # the workload's own identity, and roles in other accounts
        endpoints=(Endpoint("sts", uses=RUNNING, other_accounts=True),),
        elsewhere="its endpoint for all regions is asked as well as the region's own",
        boundary=("GetCallerIdentity", "GetServiceBearerToken"),
    ),
    Service(
        "tag",
        clients=("resourcegroupstaggingapi",),
        endpoints=(Endpoint("tagging"),),
        boundary=ANYTHING,
    ),
    Service(
        "xray",
        kms_via="xray",
        endpoints=(Endpoint("xray"),),
        boundary=("PutTelemetryRecords", "PutTraceSegments"),
    ),
)

_added: dict[str, Service] = {}


def add_services(added: Iterable[Service]) -> None:
    """Add records of a team's own in the place of those that were added before.

    One of a service that is there already replaces it. They say what an environment uses, so they
    last until the next environment's.
    """
    _added.clear()
    _added.update({service.prefix: service for service in added})
    for look_up in (services, by_client, by_prefix, by_principal):
        look_up.cache_clear()


@cache
def services() -> tuple[Service, ...]:
    """Every service: those of maslow, and those of a team's own."""
    return tuple(({service.prefix: service for service in SERVICES} | _added).values())


def passed_to() -> tuple[str, ...]:
    """The service principals to which a deployment may pass the platform's roles, sorted."""
    return tuple(sorted(name for name, each in by_principal().items() if each.roles_passed))


@cache
def by_client() -> Mapping[str, Service]:
    """The services by the names of their boto3 clients."""
    return {client: each for each in services() for client in each.clients or (each.prefix,)}


@cache
def by_prefix() -> Mapping[str, Service]:
    """The services by IAM's prefixes."""
    return {each.prefix: each for each in services()}


@cache
def by_principal() -> Mapping[str, Principal]:
    """The principals by their names, which may hold `{region}`."""
    return {principal.name: principal for each in services() for principal in each.principals}


def action_of(client: str, operation: str) -> str:
    """The action by which IAM allows an operation of a boto3 client, such as `s3:ListBucket`.

    Raises KeyError for a client without a record in this module.
    """
    service = by_client()[client]
    return f"{service.prefix}:{service.actions.get(operation, operation)}"
