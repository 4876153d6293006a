"""A fast file system, whose folders are linked to places of the lake."""

import enum
from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability, stateful
from components.common.limits import (
    LUSTRE_BACKUP_DAYS,
    LUSTRE_LINKS,
    LUSTRE_SMALLEST_GB,
    LUSTRE_STEP_GB,
    LUSTRE_THROUGHPUTS,
)
from components.common.log_group import encrypted_log_group
from components.data.files.lustre_alarms import late, nearly_full
from components.data.files.lustre_group import lustre_group
from components.data.jobs.args import PlaceArgs

LUSTRE = "2.15"
NOBODY, ROOT = "65534:65534", "0:0"
"""Whom the file system takes root of a client for: nobody in particular, or root."""


class Change(enum.Enum):
    """What becomes of a file or an object, as FSx calls it."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    DELETED = "DELETED"


class FastFilesArgs(AccountArgs):
    """How large and fast the file system is, and what it is linked to."""

    size_gb: int
    """1200, or a multiple of 2400, in GiB."""
    throughput: int
    """MB/s for each TiB, of `LUSTRE_THROUGHPUTS`."""
    links: dict[str, PlaceArgs]
    """Places of the lake by the names of the folders that show them; at most `LUSTRE_LINKS`."""
    imports: list[Change]
    """What FSx takes over from the lake by itself, of objects that come after the link."""
    exports: list[str]
    """Folders, of those that are linked, whose files FSx writes to the lake."""
    backup_days: NotRequired[int]
    """Days that AWS keeps daily backups, 0 to 90; none are made unless given. FSx backs up no file
    system that is linked."""
    vpc_id: pulumi.Input[str]
    """VPC of the subnet."""
    subnet_id: pulumi.Input[str]
    """The private subnet of its servers: it lies in one zone."""
    workload_security_group_id: pulumi.Input[str]
    """Group of those that may reach the file system."""
    key_arn: pulumi.Input[str]
    """KMS key that encrypts it."""
    topic_arn: pulumi.Input[str]
    """Topic that hears when it is nearly full, or falls behind the lake."""
    log_key_arn: pulumi.Input[str]
    """KMS key of its log."""
    log_retention_days: int
    """Days that its log is kept."""
    durability: Durability
    """Whether the files outlive the stack."""


def check(args: FastFilesArgs) -> None:
    """Raise ValueError, naming the argument, for what AWS would refuse."""
    size, days, links = args["size_gb"], args.get("backup_days", 0), args["links"]
    if size != LUSTRE_SMALLEST_GB and (size <= 0 or size % LUSTRE_STEP_GB):
        raise ValueError(
            f"size_gb: {size} is not {LUSTRE_SMALLEST_GB}, nor a multiple of {LUSTRE_STEP_GB}"
        )
    if args["throughput"] not in LUSTRE_THROUGHPUTS:
        allowed = ", ".join(map(str, LUSTRE_THROUGHPUTS))
        raise ValueError(f"throughput: {args['throughput']} is not of {allowed}")
    if len(links) > LUSTRE_LINKS:
        raise ValueError(f"links: {len(links)} are more than {LUSTRE_LINKS}")
    if unknown := sorted(set(args["exports"]) - links.keys()):
        raise ValueError(f"exports: {', '.join(unknown)} is not of the links")
    if not 0 <= days <= LUSTRE_BACKUP_DAYS:
        raise ValueError(f"backup_days: {days} is not between 0 and {LUSTRE_BACKUP_DAYS}")
    if days and links:
        raise ValueError("backup_days: FSx backs up no file system that is linked")


class FastFiles(pulumi.ComponentResource):
    """An encrypted file system of FSx for Lustre, on SSD, which workloads mount.

    A folder that is linked shows the objects of a place of the lake as files, which are fetched
    when they are first read. Where no folder writes to the lake, root of a client is nobody in
    particular: linked folders are root's, and so nobody writes into the copies. What fails between
    the file system and the lake is in its log.

    Raises ValueError for what AWS would refuse.

    https://docs.aws.amazon.com/fsx/latest/LustreGuide/create-dra-linked-data-repo.html
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/root-squash.html
    """

    file_system_id: pulumi.Output[str]
    """Id of the file system."""
    file_system_arn: pulumi.Output[str]
    """ARN of the file system."""
    dns_name: pulumi.Output[str]
    """Name of its server, to mount it by."""
    mount_name: pulumi.Output[str]
    """What a path on the server begins with."""

    def __init__(
        self, name: str, args: FastFilesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:FastFiles", name, None, opts)
        check(args)
        links, durability = args["links"], args["durability"]
        group, rules = lustre_group(
            f"{name}-lustre",
            parent=self,
            vpc_id=args["vpc_id"],
            workload_security_group_id=args["workload_security_group_id"],
        )
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            # FSx writes to no group of another name.
            log_group_name=f"/aws/fsx/{name}",
        )
        system = aws.fsx.LustreFileSystem(
            f"{name}-system",
            deployment_type="PERSISTENT_2",
            storage_type="SSD",
            file_system_type_version=LUSTRE,
            storage_capacity=args["size_gb"],
            per_unit_storage_throughput=args["throughput"],
            data_compression_type="LZ4",
            kms_key_id=args["key_arn"],
            subnet_ids=args["subnet_id"],
            security_group_ids=[group.id],
            automatic_backup_retention_days=args.get("backup_days", 0),
            skip_final_backup=bool(links) or durability is Durability.DISPOSABLE,
            root_squash_configuration={
                "root_squash": NOBODY if links and not args["exports"] else ROOT
            },
            log_configuration={"level": "WARN_ERROR", "destination": log.arn},
            tags={"Name": name},
            opts=stateful(self, durability, depends_on=rules),
        )
        for folder, place in links.items():
            _link(
                f"{name}-{folder}",
                self,
                system,
                folder=folder,
                place=place,
                imports=args["imports"],
                exports=[*Change] if folder in args["exports"] else [],
            )
        topic_arn = args["topic_arn"]
        nearly_full(f"{name}-full", self, system, size_gb=args["size_gb"], topic_arn=topic_arn)
        moving = {"AutoImport": links and args["imports"], "AutoExport": args["exports"]}
        for publisher in (publisher for publisher, moves in moving.items() if moves):
            late(
                f"{name}-{publisher.lower()}-late",
                self,
                system,
                publisher=publisher,
                topic_arn=topic_arn,
            )
        self.file_system_id = system.id
        self.file_system_arn = system.arn
        self.dns_name = system.dns_name
        self.mount_name = system.mount_name
        self.register_outputs(
            {
                "file_system_id": self.file_system_id,
                "file_system_arn": self.file_system_arn,
                "dns_name": self.dns_name,
                "mount_name": self.mount_name,
            }
        )


def _link(
    name: str,
    parent: pulumi.Resource,
    system: aws.fsx.LustreFileSystem,
    *,
    folder: str,
    place: PlaceArgs,
    imports: list[Change],
    exports: list[Change],
) -> None:
    """Link a folder to a place, whose objects it shows from the first.

    It goes with the file system, and what it held in copy stays there when it alone goes.
    """
    policies: aws.fsx.DataRepositoryAssociationS3ArgsDict = {}
    if imports:
        policies["auto_import_policy"] = {"events": [change.value for change in imports]}
    if exports:
        policies["auto_export_policy"] = {"events": [change.value for change in exports]}
    aws.fsx.DataRepositoryAssociation(
        name,
        file_system_id=system.id,
        file_system_path=f"/{folder}",
        data_repository_path=pulumi.Output.concat(
            "s3://", place["bucket"], "/", place["prefix"], "/"
        ),
        batch_import_meta_data_on_create=True,
        s3=policies or None,
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
