"""What Lake Formation looks after: who administers it, the zones, and how tables are classified."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.data.governance.expressions import (
    EVERY_ROW,
    PERSONAL,
    SENSITIVITY,
    ZONE,
    access_policy,
    rows_tag,
    table_tags,
    tag_values,
)

MOST_ADMINS = 30
"""https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html"""


class DefaultArgs(TypedDict):
    """What somebody may do with each database or table that is made from now on."""

    principal: str
    """`IAM_ALLOWED_PRINCIPALS`, where IAM decides."""
    permissions: list[str]
    """Such as `ALL`."""


class LakeSettingsArgs(TypedDict):
    """All that the account's Lake Formation is set to: what is not written is forgotten."""

    admins: list[str]
    """ARNs of who administers it."""
    read_only_admins: list[str]
    database_defaults: list[DefaultArgs]
    table_defaults: list[DefaultArgs]
    trusted_resource_owners: list[str]
    """Accounts whose administrators see what is done with what is shared with them."""
    external_filtering: bool
    """Whether engines of others may filter."""
    external_filtering_accounts: list[str]
    external_full_access: bool
    """Whether engines of others may have whole tables."""
    session_tags: list[str]
    """Values of the session tag by which such engines are known."""
    parameters: dict[str, str]
    """Such as `CROSS_ACCOUNT_VERSION`."""


class GovernedZoneArgs(TypedDict):
    """A zone."""

    bucket_arn: pulumi.Input[str]
    database_name: pulumi.Input[str]
    sensitivity: str
    """How sensitive its tables are unless they say."""


class GovernedTableArgs(TypedDict):
    """A table that is classified otherwise than its zone, or has filters or personal columns."""

    zone: str
    table_name: pulumi.Input[str]
    """Its name in its zone's database, known once it is there."""
    sensitivity: str
    personal: list[str]
    """Its columns that tell of a person."""
    filtered: list[str]
    """Personas that see some of its rows or columns by a filter of their own."""


class LakeAccessArgs(PlacedArgs):
    """What Lake Formation is to look after."""

    tag_prefix: str
    """What keys of tags begin with, as an account has them once: `maslow-dev-`."""
    settings: LakeSettingsArgs
    """What the account's Lake Formation is set to, with who deploys among the admins."""
    zones: dict[str, GovernedZoneArgs]
    tables: dict[str, GovernedTableArgs]
    """By a name of each that can be part of a resource's: `curated-visits`."""
    filtered: list[str]
    """Personas that have filters of their own."""
    key_arn: pulumi.Input[str]
    """KMS key of the zones."""


class LakeAccess(pulumi.ComponentResource):
    """Lake Formation beside IAM: zones are registered in hybrid mode, and tables classified.

    In hybrid mode it decides for those alone that are opted in; all others (jobs, the feature
    store, who else is in the account) go on by IAM. Its settings are one object for an account and
    a region, of which others have their share: what is there is written again, and stays when the
    stack goes.
    https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html

    Raises ValueError for more administrators than there can be.
    """

    tag_keys: dict[str, pulumi.Output[str]]
    """Key of each tag by its short name, known once all that it is to be on bears it."""
    database_names: dict[str, pulumi.Output[str]]
    """Name of each zone's database, known once it is classified."""

    place_arns: dict[str, pulumi.Output[str]]
    """ARN of each zone's bucket, known once it is registered."""

    def __init__(
        self, name: str, args: LakeAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:LakeAccess", name, None, opts)
        if (count := len(args["settings"]["admins"])) > MOST_ADMINS:
            raise ValueError(
                f"{name}: Lake Formation has {count} administrators with who deploys, and AWS "
                f"allows {MOST_ADMINS}: take some away that are no longer needed"
            )
        settings = self._settings(name, args["settings"])
        self.place_arns = self._places(name, args, settings)
        tags = {
            short: aws.lakeformation.LfTag(
                f"{name}-{short}",
                key=f"{args['tag_prefix']}{short}",
                values=values,
                opts=pulumi.ResourceOptions(parent=self, depends_on=settings),
            )
            for short, values in tag_values([*args["zones"]], args["filtered"]).items()
        }
        zones = {
            zone: aws.lakeformation.ResourceLfTags(
                f"{name}-{zone}",
                database={"name": told["database_name"]},
                lf_tags=_tags(
                    tags,
                    {
                        ZONE: zone,
                        SENSITIVITY: told["sensitivity"],
                        **{rows_tag(persona): EVERY_ROW for persona in args["filtered"]},
                    },
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for zone, told in args["zones"].items()
        }
        classified: list[aws.lakeformation.ResourceLfTags] = [*zones.values()]
        for each, table in args["tables"].items():
            classified += self._table(f"{name}-{each}", args, table, tags, zones[table["zone"]])
        done = pulumi.Output.all(*(each.id for each in classified))
        self.tag_keys = {
            short: pulumi.Output.all(tag.key, done).apply(lambda known: str(known[0]))
            for short, tag in tags.items()
        }
        self.database_names = {
            zone: pulumi.Output.all(told["database_name"], zones[zone].id).apply(
                lambda known: str(known[0])
            )
            for zone, told in args["zones"].items()
        }
        self.register_outputs(
            {
                "tag_keys": self.tag_keys,
                "database_names": self.database_names,
                "place_arns": self.place_arns,
            }
        )

    def _settings(self, name: str, told: LakeSettingsArgs) -> aws.lakeformation.DataLakeSettings:
        return aws.lakeformation.DataLakeSettings(
            f"{name}-settings",
            admins=told["admins"],
            read_only_admins=told["read_only_admins"] or None,
            create_database_default_permissions=[{**each} for each in told["database_defaults"]],
            create_table_default_permissions=[{**each} for each in told["table_defaults"]],
            trusted_resource_owners=told["trusted_resource_owners"] or None,
            allow_external_data_filtering=told["external_filtering"],
            external_data_filtering_allow_lists=told["external_filtering_accounts"] or None,
            allow_full_table_external_data_access=told["external_full_access"],
            authorized_session_tag_value_lists=told["session_tags"] or None,
            parameters=told["parameters"] or None,
            # Without the stack, others' administrators would be forgotten with one's own.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )

    def _places(
        self, name: str, args: LakeAccessArgs, settings: aws.lakeformation.DataLakeSettings
    ) -> dict[str, pulumi.Output[str]]:
        """Register the zones in hybrid mode, by a role of the lake's own; their ARNs."""
        zones = args["zones"]
        role = ExecutionRole(
            name,
            {
                "service": "lakeformation.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "lake": rendered(
                        access_policy,
                        zones=pulumi.Output.all(
                            **{zone: told["bucket_arn"] for zone, told in zones.items()}
                        ),
                        key_arn=args["key_arn"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        return {
            zone: aws.lakeformation.Resource(
                f"{name}-{zone}",
                arn=told["bucket_arn"],
                role_arn=role.arn,
                use_service_linked_role=False,
                hybrid_access_enabled=True,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[settings, *role.ready]),
            ).arn
            for zone, told in zones.items()
        }

    def _table(
        self,
        name: str,
        args: LakeAccessArgs,
        table: GovernedTableArgs,
        tags: Mapping[str, aws.lakeformation.LfTag],
        zone: aws.lakeformation.ResourceLfTags,
    ) -> list[aws.lakeformation.ResourceLfTags]:
        told = args["zones"][table["zone"]]
        made = []
        # In turn: two at once on one table get in each other's way.
        before: list[pulumi.Resource] = [zone]
        if own := table_tags(table["sensitivity"], told["sensitivity"], table["filtered"]):
            made.append(
                aws.lakeformation.ResourceLfTags(
                    f"{name}-table",
                    table={"database_name": told["database_name"], "name": table["table_name"]},
                    lf_tags=_tags(tags, own),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=before),
                )
            )
            before = [*made]
        if table["personal"]:
            made.append(
                aws.lakeformation.ResourceLfTags(
                    f"{name}-personal",
                    table_with_columns={
                        "database_name": told["database_name"],
                        "name": table["table_name"],
                        "column_names": table["personal"],
                    },
                    lf_tags=_tags(tags, {SENSITIVITY: PERSONAL}),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=before),
                )
            )
        return made


def _tags(
    tags: Mapping[str, aws.lakeformation.LfTag], values: Mapping[str, str]
) -> list[aws.lakeformation.ResourceLfTagsLfTagArgsDict]:
    return [{"key": tags[short].key, "value": value} for short, value in values.items()]
