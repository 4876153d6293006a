"""What the delivery may do, against what the stacks declare and how each type lives in AWS."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from catalog import answers, entries, entry_of
from catalog.record import OURS, VERBS, Type
from catalog.services import action_of, by_client
from components.common.environment_scope import EnvironmentScope
from infra.deploy_permissions import (
    WITHHELD,
    deploy_permissions,
    preview_permissions,
)
from infra.graph import Graph, Resource

ACCOUNT = answers.ACCOUNT

SERVICES = frozenset(entry.service for entry in entries().values())
"""All that the catalog knows: no environment asks for more."""

NOWHERE = "arn:aws:none"
"""Of what has no ARN: only what is allowed everywhere is allowed on it."""

HERE = "{region}:{account}"
BUCKET = "arn:aws:s3:::{bucket}"
RECORDER = f"arn:aws:config:{HERE}:configuration-recorder/{{name}}/a1b2"
HUB = f"arn:aws:securityhub:{HERE}:hub/default"
ROLE = "arn:aws:iam::{account}:role/{role}"
PART_OF = {
    "aws:athena/namedQuery:NamedQuery": f"arn:aws:athena:{HERE}:workgroup/{{workgroup}}",
    "aws:athena/preparedStatement:PreparedStatement": (
        f"arn:aws:athena:{HERE}:workgroup/{{workgroup}}"
    ),
    # Those of our stacks are workflows of MWAA Serverless.
    "aws:cloudcontrol/resource:Resource": f"arn:aws:airflow-serverless:{HERE}:workflow/{{name}}",
    "aws:backup/selection:Selection": f"arn:aws:backup:{HERE}:backup-plan:{{planId}}",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": (
        f"arn:aws:backup:{HERE}:backup-vault:{{backupVaultName}}"
    ),
    "aws:cloudwatch/dashboard:Dashboard": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}",
    "aws:cfg/deliveryChannel:DeliveryChannel": NOWHERE,
    "aws:cfg/recorder:Recorder": RECORDER,
    "aws:cfg/recorderStatus:RecorderStatus": RECORDER,
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": (
        "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{configurationName}"
    ),
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": (
        "arn:aws:chatbot::{account}:chat-configuration/microsoft-teams-channel/{configurationName}"
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (
        f"arn:aws:events:{HERE}:event-bus/{{eventBusName}}"
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": NOWHERE,
    "aws:codeartifact/domainPermissions:DomainPermissions": (
        f"arn:aws:codeartifact:{HERE}:domain/{{domain}}"
    ),
    "aws:costexplorer/costAllocationTag:CostAllocationTag": NOWHERE,
    **dict.fromkeys(
        (
            "aws:eks/accessEntry:AccessEntry",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        ),
        f"arn:aws:eks:{HERE}:access-entry/{{clusterName}}/role/{{account}}/{'0' * 8}",
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (
        f"arn:aws:eks:{HERE}:podidentityassociation/{{clusterName}}/a-{'0' * 17}"
    ),
    "aws:emr/securityConfiguration:SecurityConfiguration": NOWHERE,
    "aws:emr/studioSessionMapping:StudioSessionMapping": (
        f"arn:aws:elasticmapreduce:{HERE}:studio/{{studioId}}"
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": NOWHERE,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": NOWHERE,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": NOWHERE,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": f"arn:aws:ecr:{HERE}:repository/{{repository}}",
    **{
        f"aws:lakeformation/{kind[0].lower()}{kind[1:]}:{kind}": NOWHERE
        for kind in (
            "DataCellsFilter",
            "DataLakeSettings",
            "LfTag",
            "OptIn",
            "Permissions",
            "Resource",
            "ResourceLfTags",
        )
    },
    **{
        f"aws:efs/{kind}": f"arn:aws:elasticfilesystem:{HERE}:file-system/{{fileSystemId}}"
        for kind in (
            "backupPolicy:BackupPolicy",
            "fileSystemPolicy:FileSystemPolicy",
            "mountTarget:MountTarget",
        )
    },
    "aws:glue/catalogTableOptimizer:CatalogTableOptimizer": (
        f"arn:aws:glue:{HERE}:table/{{databaseName}}/{{tableName}}"
    ),
    "aws:glue/securityConfiguration:SecurityConfiguration": NOWHERE,
    "aws:guardduty/detectorFeature:DetectorFeature": (
        f"arn:aws:guardduty:{HERE}:detector/{{detectorId}}"
    ),
    "aws:macie2/account:Account": NOWHERE,
    "aws:macie2/classificationExportConfiguration:ClassificationExportConfiguration": NOWHERE,
    "aws:macie2/classificationJob:ClassificationJob": (
        f"arn:aws:macie2:{HERE}:classification-job/any"
    ),
    "aws:s3tables/namespace:Namespace": "{tableBucketArn}",
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy": "{tableBucketArn}",
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": "{firewallArn}",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": (
        f"arn:aws:route53resolver:{HERE}:firewall-config/any"
    ),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": (
        f"arn:aws:route53resolver:{HERE}:firewall-rule-group/{{firewallRuleGroupId}}"
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": (
        f"arn:aws:route53resolver:{HERE}:resolver-query-log-config/{{resolverQueryLogConfigId}}"
    ),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (
        f"arn:aws:sagemaker:{HERE}:model-package-group/{{modelPackageGroupName}}"
    ),
    "aws:securityhub/account:Account": HUB,
    "aws:securityhub/standardsSubscription:StandardsSubscription": HUB,
    "aws:cloudwatch/eventTarget:EventTarget": "arn:aws:events:{region}:{account}:rule/{rule}",
    "aws:ec2/natGateway:NatGateway": f"arn:aws:ec2:{HERE}:natgateway/any",
    "aws:ec2/route:Route": "arn:aws:ec2:{region}:{account}:route-table/{routeTableId}",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        "arn:aws:ec2:{region}:{account}:route-table/{routeTableId}"
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        "arn:aws:ecr:{region}:{account}:repository/{repository}"
    ),
    "aws:iam/rolePolicy:RolePolicy": ROLE,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ROLE,
    "aws:s3/bucketObjectv2:BucketObjectv2": f"{BUCKET}/{{key}}",
    "aws:sns/topicPolicy:TopicPolicy": "{arn}",
    "aws:sqs/queuePolicy:QueuePolicy": f"arn:aws:sqs:{HERE}:{{queueUrl}}",
    "aws:sns/topicSubscription:TopicSubscription": "{topic}",
    # Its own ARN is of Auto Scaling; what is allowed is asked for on the target.
    "aws:appautoscaling/policy:Policy": (
        "arn:aws:application-autoscaling:{region}:{account}:scalable-target/any"
    ),
}
"""What carries the types that have no ARN, or another than IAM asks for."""


class Reach(NamedTuple):
    """The statements of one role's permissions."""

    statements: list[dict[str, Any]]

    def allows(self, action: str, arn: str) -> bool:
        """Whether some statement allows it, leaving conditions and denials aside."""
        return self._says("Allow", action, arn)

    def denies(self, action: str, arn: str) -> bool:
        return self._says("Deny", action, arn)

    def _says(self, effect: str, action: str, arn: str) -> bool:
        return any(
            statement["Effect"] == effect
            and any(fnmatchcase(action, pattern) for pattern in statement["Action"])
            and any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
            for statement in self.statements
        )


def reach(graph: Graph, what: str) -> Reach:
    """What the managed policies of a stack let its `preview` or `deploy` do."""
    policies = [
        policy
        for policy in graph.of_type("aws:iam/policy:Policy")
        if re.search(rf"-permissions-{what}-\d+$", policy.name)
    ]
    texts = [policy.inputs["policy"] for policy in policies]
    return Reach([statement for text in texts for statement in json.loads(text)["Statement"]])


def declared(graph: Graph) -> list[Resource]:
    return graph.managed


def account_of(graph: Graph) -> str:
    """The account that the stack file names, or the one that stands for any."""
    named = graph.one("pulumi:providers:aws").inputs.get("allowedAccountIds", [ACCOUNT])
    (account,) = json.loads(named) if isinstance(named, str) else named
    return str(account)


def region_of(graph: Graph) -> str:
    region: str = graph.one("pulumi:providers:aws").inputs["region"]
    return region


def arn_of(resource: Resource, graph: Graph) -> str:
    """The ARN that AWS asks for permission on."""
    region, account = region_of(graph), account_of(graph)
    strings = {key: value for key, value in resource.inputs.items() if isinstance(value, str)}
    if resource.type in PART_OF:
        known = {"bucket": resource.name, "name": resource.name, "account": account, **strings}
        known["region"] = region
        if "queueUrl" in known:
            known["queueUrl"] = known["queueUrl"].rpartition("/")[2]
        return PART_OF[resource.type].format(**known)
    _, found = answers.outputs(
        entry_of(resource.type), resource.name, resource.urn, resource.inputs, region, account
    )
    if resource.type.startswith("aws:s3/bucket"):
        return BUCKET.format(bucket=found.get("bucket") or strings.get("bucket", resource.name))
    arn = found["arn"]
    assert isinstance(arn, str)
    return arn


def written(entry: Type) -> set[str]:
    """The actions by which a type is created, changed and deleted."""
    read = {call.operation for call in entry.reads}
    return {
        action_of(entry.service, call.operation)
        for call in entry.calls()
        if call.operation not in read
    }


def read(entry: Type) -> set[str]:
    return {action_of(entry.service, call.operation) for call in entry.reads}


def missing(graph: Graph, what: str) -> Iterator[tuple[str, str, str]]:
    """Name, action and ARN of what a resource's life needs and the role may not do."""
    known = reach(graph, what)
    for resource in declared(graph):
        entry, arn = entry_of(resource.type, resource.inputs), arn_of(resource, graph)
        wanted = read(entry) if what == "preview" else read(entry) | written(entry)
        for action in sorted(wanted - WITHHELD.keys()):
            if not known.allows(action, arn):
                yield resource.type, action, arn


def test_the_deployment_may_do_all_that_the_life_of_each_declared_resource_calls_for(
    graph: Graph,
) -> None:
    assert set(missing(graph, "deploy")) == set()


def test_the_preview_may_read_each_declared_resource(graph: Graph) -> None:
    assert set(missing(graph, "preview")) == set()


REFERENCE: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
"""AWS's service authorization reference, as cfn-lint has it."""

CALLED_BY_THE_PROVIDER = {
    "aws:cfg/conformancePack:ConformancePack": "config:DescribeConformancePacks",
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": (
        "chatbot:ListMicrosoftTeamsChannelConfigurations"
    ),
    "aws:cloudtrail/trail:Trail": (
        "cloudtrail:DescribeTrails cloudtrail:GetEventSelectors cloudtrail:GetTrailStatus"
    ),
    "aws:iam/role:Role": ("iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies"),
    "aws:kms/key:Key": "kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": (
        "route53resolver:ListFirewallConfigs"
    ),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": (
        "route53resolver:ListFirewallDomains route53resolver:ListTagsForResource"
    ),
    "aws:sfn/stateMachine:StateMachine": (
        "states:ListStateMachineVersions states:ValidateStateMachineDefinition"
    ),
}
"""What Terraform's provider calls to read a resource or to compare it with what is wanted, beyond
the calls of the type's record, as its source has it.

https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
"""


@pytest.mark.parametrize("what", ["preview", "deploy"])
def test_what_the_provider_reads_and_compares_by_is_allowed_to_who_previews_and_who_deploys(
    graph: Graph, what: str
) -> None:
    known, refused = reach(graph, what), set()
    for resource in declared(graph):
        for action in CALLED_BY_THE_PROVIDER.get(resource.type, "").split():
            service, name = action.lower().split(":")
            narrowed = REFERENCE[service]["Actions"][name].get("Resources")
            if not known.allows(action, arn_of(resource, graph) if narrowed else "*"):
                refused.add((resource.type, action))
    assert refused == set()


def keys_of(value: Any, keys: dict[str, Resource]) -> Iterator[Resource]:
    """The keys that an input names, however deep."""
    match value:
        case str():
            if value in keys:
                yield keys[value]
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from keys_of(each, keys)


def lets_through(key: Resource, action: str, via: str) -> bool:
    """Whether a key's policy leaves an action through a service to the account's IAM policies."""
    statements = json.loads(key.inputs["policy"])["Statement"]
    return any(
        statement["Effect"] == "Allow"
        and "AWS" in statement["Principal"]
        and any(fnmatchcase(action, pattern) for pattern in statement["Action"])
        and via in statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", via)
        for statement in statements
    )


def test_what_a_resource_asks_of_its_caller_with_its_key_is_allowed_to_who_deploys(
    graph: Graph,
) -> None:
    known = reach(graph, "deploy")
    keys = {arn_of(key, graph): key for key in graph.of_type("aws:kms/key:Key")}
    refused = set()
    for resource in declared(graph):
        entry = entry_of(resource.type)
        use = entry.iam and entry.iam.key
        if not use:
            continue
        via = by_client()[entry.service].via(region_of(graph))
        for name in f"{use.create} {use.update} {use.delete}".split():
            for key in keys_of(resource.inputs, keys):
                action, arn = f"kms:{name}", arn_of(key, graph)
                if not known.allows(action, arn) or not lets_through(key, action, via):
                    refused.add((resource.name, action, key.name))
    assert refused == set()


def test_nothing_is_allowed_of_a_service_that_the_stack_does_not_use(graph: Graph) -> None:
    used = {entry_of(resource.type).service for resource in declared(graph)}
    allowed = {action for s in reach(graph, "deploy").statements for action in s["Action"]}
    # A domain of Studio makes its files with the caller's permissions, in a stack without EFS.
    asked = {
        action
        for entry in entries().values()
        if entry.service in used and entry.iam
        for grant in entry.iam.grants
        for action in grant.actions(VERBS)
    }
    for entry in entries().values():
        if entry.service not in used:
            found = (allowed - asked) & (written(entry) | read(entry))
            assert found == set(), entry.token


def test_the_preview_may_only_read(graph: Graph) -> None:
    reading = re.compile(r"\w[\w-]*:(BatchGet|Describe|Get|List|Validate|View)[\w*]*")
    actions = {
        action for statement in reach(graph, "preview").statements for action in statement["Action"]
    }
    assert {action for action in actions if not reading.fullmatch(action)} == set()


def test_what_a_person_does_is_allowed_to_no_deployment(graph: Graph) -> None:
    deploying = reach(graph, "deploy")
    arns = {arn_of(resource, graph) for resource in declared(graph)}
    assert {a for a in WITHHELD for arn in arns if deploying.allows(a, arn)} == set()


def test_a_deployment_cannot_change_what_bounds_it_nor_who_may_deploy(graph: Graph) -> None:
    deploying, account = reach(graph, "deploy"), account_of(graph)
    of_people = {
        mapping.inputs["sessionPolicyArn"]
        for mapping in graph.of_type("aws:emr/studioSessionMapping:StudioSessionMapping")
    }
    for policy in graph.of_type("aws:iam/policy:Policy"):
        arn = arn_of(policy, graph)
        assert deploying.denies("iam:CreatePolicyVersion", arn) or arn in of_people, policy.name
    holders = {
        arn_of(attached, graph)
        for attached in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if attached.inputs["policyArn"] not in of_people
    }
    for holder in holders:
        for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"):
            assert deploying.denies(action, holder), holder
    provider = f"arn:aws:iam::{account}:oidc-provider/gitlab.com"
    assert deploying.denies("iam:AddClientIDToOpenIDConnectProvider", provider)
    assert not deploying.denies("iam:PutRolePolicy", ROLE.format(account=account, role="other"))


def test_a_role_is_given_a_policy_only_if_it_carries_the_environments_boundary(
    graph: Graph,
) -> None:
    (boundary,) = [
        arn_of(policy, graph)
        for policy in graph.of_type("aws:iam/policy:Policy")
        if policy.name.endswith("boundary-policy")
    ]
    for statement in reach(graph, "deploy").statements:
        of_services = all(":role/aws-service-role/" in arn for arn in statement["Resource"])
        gives = {"iam:CreateRole", "iam:PutRolePolicy"} & {*statement["Action"]}
        if statement["Effect"] == "Allow" and gives and not of_services:
            assert statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"] == boundary
    for role in graph.of_type("aws:iam/role:Role"):
        assert role.inputs["permissionsBoundary"] == boundary, role.name


def test_the_boundary_leaves_the_deployment_all_that_it_is_allowed(graph: Graph) -> None:
    (boundary,) = [
        policy
        for policy in graph.of_type("aws:iam/policy:Policy")
        if policy.name.endswith("-boundary-policy")
    ]
    # A deny of some keys alone leaves the action on others.
    bounded = Reach(
        [
            statement
            for statement in json.loads(boundary.inputs["policy"])["Statement"]
            if "ForAnyValue:StringEquals" not in statement.get("Condition", {})
        ]
    )
    deploying = [s for s in reach(graph, "deploy").statements if s["Effect"] == "Allow"]
    assert deploying
    cut_off = {
        (action, arn)
        for statement in deploying
        for action in statement["Action"]
        for arn in statement["Resource"]
        if not bounded.allows(action, arn) or bounded.denies(action, arn)
    }
    assert cut_off == set()


def test_ids_are_told_apart_by_tags_that_the_provider_gives_to_all(graph: Graph) -> None:
    tags = graph.one("pulumi:providers:aws").inputs["defaultTags"]
    tags = json.loads(tags) if isinstance(tags, str) else tags
    asked = {key.removeprefix("aws:ResourceTag/") for key in OURS["StringEqualsIfExists"]}
    assert asked <= tags["tags"].keys()


def passed_to(graph: Graph) -> set[str]:
    """The services to which a stack's deployment may pass roles."""
    return {
        service
        for statement in reach(graph, "deploy").statements
        if statement["Effect"] == "Allow" and "iam:PassRole" in statement["Action"]
        for service in statement["Condition"]["StringEquals"]["iam:PassedToService"]
    }


def test_every_role_of_a_stack_is_for_a_service_that_it_may_be_passed_to(graph: Graph) -> None:
    passed = passed_to(graph)
    for role in graph.of_type("aws:iam/role:Role"):
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]:
            service = statement["Principal"].get("Service")
            assert service is None or service in passed, role.name


def test_a_role_is_passed_to_no_service_that_no_role_is_for(every_graph: list[Graph]) -> None:
    linked = {  # which are the account's, and in no graph
        resource.inputs["roleArn"].split("/")[2]
        for graph in every_graph
        for resource in graph.of_type("aws:cfg/recorder:Recorder")
    }
    trusted = linked | {
        statement["Principal"].get("Service")
        for graph in every_graph
        for role in graph.of_type("aws:iam/role:Role")
        for statement in json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    }
    assert set().union(*map(passed_to, every_graph)) <= trusted


def test_the_policies_of_each_role_fit_what_iam_takes(graph: Graph) -> None:
    sizes: dict[str, int] = {}
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        compact = json.dumps(json.loads(policy.inputs["policy"]), separators=(",", ":"))
        sizes[policy.inputs["role"]] = sizes.get(policy.inputs["role"], 0) + len(compact)
    assert {role: size for role, size in sizes.items() if size > 10_240} == {}


def test_no_role_holds_more_managed_policies_than_iam_lets_it(graph: Graph) -> None:
    held: dict[str, int] = {}
    for attached in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        held[attached.inputs["role"]] = held.get(attached.inputs["role"], 0) + 1
    assert {role: count for role, count in held.items() if count > 10} == {}


def test_what_another_environment_in_the_account_names_is_out_of_reach() -> None:
    scope = EnvironmentScope("maslow", "dev", ACCOUNT, "eu-west-1")
    for permissions in (deploy_permissions, preview_permissions):
        policies = permissions(scope, SERVICES)
        arns = {arn for p in policies for s in p["Statement"] for arn in s.get("Resource", [])}
        theirs = f"arn:aws:sns:eu-west-1:{ACCOUNT}:maslow-prod-alerts"
        ours = theirs.replace("prod", "dev")
        assert not any(fnmatchcase(theirs, arn) for arn in arns - {"*"})
        assert any(fnmatchcase(ours, arn) for arn in arns)
