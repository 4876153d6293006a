"""Feature groups: typed features, kept for online reads and for training."""

import enum
from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.durability import Durability, stateful
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered, trust
from components.common.limits import FEATURE_STORE_NAME, RESERVED_FEATURES
from components.data.feature_evolution import FEATURES_TAG, evolution_hooks, features_tag

CATALOG, SAGEMAKER = "AwsDataCatalog", "sagemaker.amazonaws.com"
FILLED_BY_TAG = "maslow:filled-by"
TAG_LIMIT = 256
"""Characters of a tag's value.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""


class FeatureType(enum.Enum):
    """The type of a feature's values."""

    STRING = "String"
    INTEGRAL = "Integral"
    FRACTIONAL = "Fractional"


class TableFormat(enum.Enum):
    """How the offline store keeps its table."""

    GLUE = "Glue"
    ICEBERG = "Iceberg"


class FeatureGroupArgs(PlacedArgs):
    """What a feature group needs to know."""

    feature_group_name: str
    """Name with its version, at most 64 characters: features are added to a group in its place, and
    any other change of them takes a group of another name."""
    record_id: str
    """Feature that identifies a record."""
    event_time: str
    """Feature that says when the record came to be: an ISO 8601 string, or Unix seconds."""
    features: dict[str, FeatureType]
    """Type of every feature, `record_id` and `event_time` among them, by name."""
    online: bool
    """Whether the latest record of each id can be read in milliseconds."""
    in_memory: NotRequired[bool]
    """Whether the online store is in memory, for the fastest reads. AWS then has no offline store
    beside it, and encrypts it with a key of its own.
    https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-storage-configurations-online-store.html
    """
    ttl_hours: NotRequired[int]
    """Hours after its event time that a record leaves the online store; without it, never."""
    descriptions: NotRequired[dict[str, str]]
    """What features mean, by name, at most 255 characters."""
    filled_by: NotRequired[list[str]]
    """What puts records into it, by name: a tag of the group tells it."""
    table_format: NotRequired[TableFormat]
    """Format of the offline table; Iceberg unless given."""
    bucket: pulumi.Input[str]
    """Name of the bucket of the features zone."""
    bucket_arn: pulumi.Input[str]
    """Its ARN."""
    database_name: pulumi.Input[str]
    """Glue database of the features zone; the table takes the group's name, `_` for `-`."""
    key_arn: pulumi.Input[str]
    """KMS key of both stores."""
    durability: Durability
    """Whether the group outlives the stack."""


def check(args: FeatureGroupArgs) -> None:
    """Raise ValueError, naming the feature, for what CreateFeatureGroup would refuse.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
    """
    group, features = args["feature_group_name"], args["features"]
    for name in (group, *features):
        if not FEATURE_STORE_NAME.fullmatch(name):
            raise ValueError(f"{group}: {name!r} is not 1 to 64 letters, digits, _ and -")
    for what, feature in (("record_id", args["record_id"]), ("event_time", args["event_time"])):
        if feature not in features:
            raise ValueError(f"{group}: {what} {feature!r} is not among its features")
    if reserved := features.keys() & set(RESERVED_FEATURES):
        raise ValueError(f"{group}: {', '.join(sorted(reserved))} is kept for Feature Store")
    if features[args["event_time"]] is FeatureType.INTEGRAL:
        raise ValueError(f"{group}: event_time {args['event_time']!r} must be String or Fractional")
    if unknown := args.get("descriptions", {}).keys() - features.keys():
        raise ValueError(f"{group}: {', '.join(sorted(unknown))} is described, and no feature")
    if args.get("in_memory") and not args["online"]:
        raise ValueError(f"{group}: in_memory belongs to the online store, which is off")
    if args.get("ttl_hours") is not None and not args["online"]:
        raise ValueError(f"{group}: ttl_hours belongs to the online store, which is off")


def table_name(feature_group_name: str) -> str:
    """The Glue table of a feature group: one that Athena can name without quotes."""
    return feature_group_name.replace("-", "_").lower()


def offline_store_policy(
    *,
    bucket_arn: str,
    prefix: str,
    key_arn: str,
    account_id: str,
    region: str,
    database: str,
    table: str,
    iceberg: bool,
) -> Document:
    """What Feature Store does with the group's role: write records below the group's own prefix.

    The actions are those of AWS's AmazonSageMakerFeatureStoreAccess, on this bucket and table
    alone; an Iceberg table's metadata is read back too. CreateFeatureGroup itself asks for the
    bucket's ACL. Uploads in parts need Decrypt beside GenerateDataKey.
    https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-cross-account-access-offline-store.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    """
    objects = f"{bucket_arn}/{prefix}/*"
    catalog = f"arn:aws:glue:{region}:{account_id}"
    statements = [
        allow(["s3:GetBucketAcl"], [bucket_arn]),
        allow(["s3:PutObject", "s3:PutObjectAcl"], [objects]),
        allow(["kms:GenerateDataKey", "kms:Decrypt"], [key_arn]),
        allow(
            ["glue:GetTable", "glue:UpdateTable"],
            [
                f"{catalog}:catalog",
                f"{catalog}:database/{database}",
                f"{catalog}:table/{database}/{table}",
            ],
        ),
    ]
    if iceberg:
        statements.append(allow(["s3:GetObject"], [f"{bucket_arn}/{prefix}/*/metadata/*"]))
    return document(*statements)


class FeatureGroup(pulumi.ComponentResource):
    """A feature group with an offline store, and an online one where it is asked for.

    One that is there gets the features that it lacks, and keeps its records. A deployment that
    takes features away or changes their types fails before anything is changed.

    Raises ValueError for what AWS would refuse.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    table: pulumi.Output[str]
    """Glue table of the offline store, as `<database>.<table>`; empty in memory."""
    offline_uri: pulumi.Output[str]
    """S3 URI that the offline store's files lie below; empty in memory."""

    def __init__(
        self, name: str, args: FeatureGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:FeatureGroup", name, None, opts)
        check(args)
        group = args["feature_group_name"]
        table = table_name(group)
        format_ = args.get("table_format", TableFormat.ICEBERG)
        in_memory = args.get("in_memory", False)
        offline_uri = pulumi.Output.concat("s3://", args["bucket"], "/", group)
        role_name = f"{name}-offline"  # fixed, since a group that is kept names it for ever
        role = self._role(role_name, args, table, format_)
        descriptions = args.get("descriptions", {})
        types = {feature: type_.value for feature, type_ in args["features"].items()}
        options = stateful(self, args["durability"], depends_on=role)
        options.ignore_changes = ["featureDefinitions"]  # the hook adds what is new
        options.hooks = evolution_hooks(
            name,
            group=group,
            features=types,
            descriptions=descriptions,
            region=args["region"],
        )
        resource = aws.sagemaker.FeatureGroup(
            f"{name}-group",
            feature_group_name=group,
            record_identifier_feature_name=args["record_id"],
            event_time_feature_name=args["event_time"],
            feature_definitions=[
                {"feature_name": feature, "feature_type": type_} for feature, type_ in types.items()
            ],
            online_store_config=_online(args) if args["online"] else None,
            offline_store_config=None
            if in_memory
            else {
                "s3_storage_config": {"s3_uri": offline_uri, "kms_key_id": args["key_arn"]},
                "data_catalog_config": {
                    "catalog": CATALOG,
                    "database": args["database_name"],
                    "table_name": table,
                },
                "table_format": format_.value,
            },
            # The role's own output is unknown in the preview of an import, which would be told to
            # replace the group.
            role_arn=pulumi.Output.concat("arn:aws:iam::", args["account_id"], ":role/", role_name),
            tags={FEATURES_TAG: features_tag(types, descriptions)} | _lineage(args),
            opts=options,
        )
        self.name = resource.feature_group_name
        self.arn = resource.arn
        nowhere = pulumi.Output.from_input("")
        self.table = (
            nowhere if in_memory else pulumi.Output.concat(args["database_name"], ".", table)
        )
        self.offline_uri = nowhere if in_memory else offline_uri
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "table": self.table,
                "offline_uri": self.offline_uri,
            }
        )

    def _role(
        self, role_name: str, args: FeatureGroupArgs, table: str, format_: TableFormat
    ) -> list[pulumi.Resource]:
        """The role that writes the offline store, with its policy.

        In memory there is none to write: the provider asks for a role all the same, and it may do
        nothing.
        """
        if args.get("in_memory"):
            return [
                aws.iam.Role(
                    f"{role_name}-role",
                    name=role_name,
                    assume_role_policy=rendered(
                        trust, service=SAGEMAKER, account_id=args["account_id"]
                    ),
                    opts=pulumi.ResourceOptions(parent=self),
                )
            ]
        role = ExecutionRole(
            role_name,
            {
                "service": SAGEMAKER,
                "account_id": args["account_id"],
                "role_name": role_name,
                "policies": {
                    "offline-store": rendered(
                        offline_store_policy,
                        bucket_arn=args["bucket_arn"],
                        prefix=args["feature_group_name"],
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                        database=args["database_name"],
                        table=table,
                        iceberg=format_ is TableFormat.ICEBERG,
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        return [role, *role.ready]


def _lineage(args: FeatureGroupArgs) -> dict[str, str]:
    """The tag that tells what fills a group, as much as it has room for."""
    jobs = args.get("filled_by")
    return {FILLED_BY_TAG: " ".join(jobs)[:TAG_LIMIT]} if jobs else {}


def _online(args: FeatureGroupArgs) -> aws.sagemaker.FeatureGroupOnlineStoreConfigArgsDict:
    config: aws.sagemaker.FeatureGroupOnlineStoreConfigArgsDict = {"enable_online_store": True}
    if args.get("in_memory"):
        config["storage_type"] = "InMemory"
    else:
        config["security_config"] = {"kms_key_id": args["key_arn"]}
    if "ttl_hours" in args:
        hours = args["ttl_hours"]
        days, rest = divmod(hours, 24)
        config["ttl_duration"] = (
            {"unit": "Hours", "value": hours} if rest else {"unit": "Days", "value": days}
        )
    return config
