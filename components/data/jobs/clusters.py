"""What the clusters of an environment's jobs share: how they encrypt, who speaks, where logs are.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan.html
"""

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.bucket import PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability
from components.common.iam import Json, rendered

MANAGER_PORT, SERVICE_PORT = 8443, 9443
"""Where EMR reaches the primary node of a private subnet, and where nodes reach EMR.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
"""


class SparkClustersArgs(PlacedArgs, LoggedArgs):
    """What clusters share."""

    configuration_name: str
    """Name of the security configuration, at most 255 characters."""
    vpc_id: pulumi.Input[str]
    """VPC of the nodes."""
    data_key_arn: pulumi.Input[str]
    """Key of the nodes' disks and of what they write to S3."""
    access_log_bucket: pulumi.Input[str]
    """Bucket of the access logs of the bucket of logs."""
    durability: Durability
    """Whether logs outlive the stack."""


class SparkClusters(pulumi.ComponentResource):
    """What the clusters of jobs share; a cluster itself is there only while a run works.

    Disks and objects are encrypted with the key of data; between nodes, the instances themselves
    encrypt: settings take no others. Nodes answer to session tokens of the metadata service alone.
    """

    security_configuration: pulumi.Output[str]
    """Name of the security configuration."""
    nodes_group_id: pulumi.Output[str]
    """Security group of nodes."""
    service_group_id: pulumi.Output[str]
    """Security group by which EMR reaches nodes."""
    log_bucket: pulumi.Output[str]
    """Bucket of what nodes and runs print."""

    def __init__(
        self, name: str, args: SparkClustersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SparkClusters", name, None, opts)
        logs: PrivateBucketArgs = {
            "key_arn": args["log_key_arn"],
            "account_id": args["account_id"],
            "durability": args["durability"],
            "log_bucket": args["access_log_bucket"],
            "expire_days": args["log_retention_days"],
            "noncurrent_days": 1,
        }
        bucket = PrivateBucket(f"{name}-logs", logs, pulumi.ResourceOptions(parent=self))
        nodes, service = self._groups(name, args)
        configuration = aws.emr.SecurityConfiguration(
            f"{name}-security",
            name=args["configuration_name"],
            configuration=rendered(security, key_arn=args["data_key_arn"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.security_configuration = configuration.name
        self.nodes_group_id = nodes.id
        self.service_group_id = service.id
        self.log_bucket = bucket.bucket
        self.register_outputs(
            {
                "security_configuration": self.security_configuration,
                "nodes_group_id": self.nodes_group_id,
                "service_group_id": self.service_group_id,
                "log_bucket": self.log_bucket,
            }
        )

    def _groups(
        self, name: str, args: SparkClustersArgs
    ) -> tuple[aws.ec2.SecurityGroup, aws.ec2.SecurityGroup]:
        """The groups of nodes, and of EMR; it adds rules of its own that name one another."""
        nodes, service = (
            aws.ec2.SecurityGroup(
                f"{name}-{kind}",
                vpc_id=args["vpc_id"],
                description=description,
                revoke_rules_on_delete=True,
                tags={"Name": f"{name}-{kind}"},
                opts=pulumi.ResourceOptions(parent=self),
            )
            for kind, description in (
                ("nodes", "Nodes of EMR clusters"),
                ("service", "EMR, to the nodes of its clusters"),
            )
        )
        for rule, to, of, port in (
            ("members", nodes, nodes, None),
            ("manager", nodes, service, MANAGER_PORT),
            ("service", service, nodes, SERVICE_PORT),
        ):
            protocol = "-1" if port is None else "tcp"
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{rule}-in",
                security_group_id=to.id,
                referenced_security_group_id=of.id,
                ip_protocol=protocol,
                from_port=port,
                to_port=port,
                opts=pulumi.ResourceOptions(parent=self),
            )
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-{rule}-out",
                security_group_id=of.id,
                referenced_security_group_id=to.id,
                ip_protocol=protocol,
                from_port=port,
                to_port=port,
                opts=pulumi.ResourceOptions(parent=self),
            )
        return nodes, service


def security(key_arn: str) -> Json:
    """The security configuration of clusters whose disks and objects a key encrypts.

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
    """
    return {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,  # the nodes' instances encrypt by themselves
            "EnableAtRestEncryption": True,
            "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": {
                    "EncryptionMode": "SSE-KMS",
                    "AwsKmsKey": key_arn,
                },
                "LocalDiskEncryptionConfiguration": {
                    "EncryptionKeyProviderType": "AwsKms",
                    "AwsKmsKey": key_arn,
                    "EnableEbsEncryption": True,
                },
            },
        },
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        },
    }
