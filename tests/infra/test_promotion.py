"""Three accounts in one plan: dev trains, staging and production deploy what dev approved.

What one account asks of another is decided twice: by the role's own policies, and by the policy of
what it asks for. The tests read both out of the recorded graphs of the committed stacks.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from catalog.event_patterns import matches
from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project

DEV, ACCOUNTS = "111111111111", {"staging": "222222222222", "prod": "333333333333"}
THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
SUFFIX = "-1a2b3c4"
"""What Pulumi adds to the name of a role that nothing fixes."""


@dataclass(frozen=True)
class Request:
    """One call of a role of another account on something of dev's."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def likes(patterns: Any, value: str) -> bool:
    patterns = [patterns] if isinstance(patterns, str) else patterns
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value)
        for pattern in patterns
    )


def holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Whether a condition holds; operators that are not known here are an error."""
    for operator, tests in condition.items():
        for key, wanted in tests.items():
            value = context.get(key)
            match operator:
                case "StringEquals" | "StringLike" | "ArnLike" | "Bool":
                    passed = value is not None and likes(wanted, value)
                case "StringNotEquals":
                    passed = value is None or not likes(wanted, value)
                case "StringEqualsIfExists":
                    passed = value is None or likes(wanted, value)
                case "Null":
                    passed = (value is None) is (wanted == "true")
                case _:
                    raise NotImplementedError(operator)
            if not passed:
                return False
    return True


def allows(policy: Mapping[str, Any], request: Request, context: Mapping[str, str]) -> bool:
    """Whether a policy allows a request: some statement does, and none refuses."""
    effects = set()
    for statement in policy["Statement"]:
        principal = statement.get("Principal")
        if principal is not None and principal != "*":
            account = f"arn:aws:iam::{context['aws:PrincipalAccount']}:root"
            if not likes(principal.get("AWS", []), account):
                continue
        if (
            likes(statement["Action"], request.action)
            and likes(statement.get("Resource", "*"), request.resource)
            and holds(statement.get("Condition", {}), context)
        ):
            effects.add(statement["Effect"])
    return effects == {"Allow"}


def requests(dev: Graph) -> Iterator[tuple[Request, dict[str, Any]]]:
    """Everything that another account may want of dev, with the policy that decides about it."""
    for opened in dev.of_type("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"):
        policy, name = json.loads(opened.inputs["resourcePolicy"]), group_of(opened.inputs)
        sagemaker = f"arn:aws:sagemaker:eu-west-1:{DEV}"
        group, package = (
            f"{sagemaker}:model-package-group/{name}",
            f"{sagemaker}:model-package/{name}/1",
        )
        for action in ("DescribeModelPackageGroup", "ListModelPackages", "DeleteModelPackageGroup"):
            yield Request(f"sagemaker:{action}", group), policy
        for action in ("DescribeModelPackage", "ListModelPackages", "CreateModel"):
            yield Request(f"sagemaker:{action}", package), policy
        yield Request("sagemaker:UpdateModelPackage", package), policy
        model = name.removeprefix("maslow-dev-")
        yield from artifacts(dev, model)
    for opened in dev.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy"):
        repository = f"arn:aws:ecr:eu-west-1:{DEV}:repository/{opened.inputs['repository']}"
        for action in (*PULL, "ecr:PutImage"):
            yield Request(action, repository), json.loads(opened.inputs["policy"])
    (bus,) = dev.of_type("aws:cloudwatch/eventBusPolicy:EventBusPolicy")
    arn = f"arn:aws:events:eu-west-1:{DEV}:event-bus/{bus.inputs['eventBusName']}"
    yield Request("events:PutEvents", arn), json.loads(bus.inputs["policy"])


def artifacts(dev: Graph, model: str) -> Iterator[tuple[Request, dict[str, Any]]]:
    bucket = "arn:aws:s3:::maslow-dev-artifacts-bucket"
    policy = json.loads(
        dev.one("aws:s3/bucketPolicy:BucketPolicy", "maslow-dev-artifacts-policy").inputs["policy"]
    )
    data = f"{bucket}/models/{model}/runs/1/model.tar.gz"
    owned = {"s3:ResourceAccount": DEV, "aws:SecureTransport": "true"}
    yield Request("s3:GetObject", data, owned), policy
    yield Request("s3:PutObject", data, owned), policy
    listed = owned | {"s3:prefix": f"models/{model}/runs"}
    yield Request("s3:ListBucket", bucket, listed), policy
    key = dev.one("aws:kms/key:Key", "maslow-dev-artifacts-key")
    of_model = THROUGH_S3 | {"kms:EncryptionContext:aws:s3:arn": data, "key": key.name}
    arn = f"arn:aws:kms:eu-west-1:{DEV}:key/artifacts"
    yield Request("kms:Decrypt", arn, of_model), json.loads(key.inputs["policy"])


def group_of(inputs: Mapping[str, Any]) -> str:
    return str(inputs["modelPackageGroupName"])


def roles(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """The policies of each role, by its name, less what they allow of no named resource.

    An account's own listings, which AWS takes no resource for, ask nothing of another account.
    """
    account = ACCOUNTS.get(graph.stack, DEV)
    managed = {
        f"arn:aws:iam::{account}:policy/{policy.name}": json.loads(policy.inputs["policy"])
        for policy in graph.of_type("aws:iam/policy:Policy")
    }
    found: dict[str, list[dict[str, Any]]] = {
        str(role.inputs.get("name", role.name)): [] for role in graph.of_type("aws:iam/role:Role")
    }
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        found[policy.inputs["role"]].append(json.loads(policy.inputs["policy"]))
    for attached in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        if attached.inputs["policyArn"] in managed:
            found[attached.inputs["role"]].append(managed[attached.inputs["policyArn"]])
    return {role: [named(policy) for policy in policies] for role, policies in found.items()}


def role_arn(graph: Graph, account: str, name: str) -> str:
    """The ARN of a role, which autonaming ends where the program does not fix the name."""
    fixed = {role.inputs.get("name") for role in graph.of_type("aws:iam/role:Role")}
    return f"arn:aws:iam::{account}:role/{name}{'' if name in fixed else SUFFIX}"


def named(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {"Statement": [s for s in policy["Statement"] if s.get("Resource") != ["*"]]}


@pytest.fixture(scope="module")
def dev(recording: Any) -> Graph:
    graph: Graph = recording("dev", "second")
    return graph


@pytest.fixture(scope="module", params=ACCOUNTS)
def later(request: pytest.FixtureRequest, recording: Any) -> Graph:
    graph: Graph = recording(request.param, "second")
    return graph


def asked(later: Graph, dev: Graph) -> Iterator[tuple[str, Request, bool, bool]]:
    """Each role with each request: whether its own account lets it ask, and dev answers."""
    account = ACCOUNTS[later.stack]
    for name, policies in roles(later).items():
        for request, theirs in requests(dev):
            context = {
                "aws:PrincipalAccount": account,
                "aws:PrincipalArn": role_arn(later, account, name),
                "aws:RequestedRegion": "eu-west-1",
                "kms:CallerAccount": account,
                **request.context,
            }
            may = any(allows(policy, request, context) for policy in policies)
            yield name, request, may, allows(theirs, request, context)


def test_what_a_later_environment_asks_of_dev_is_open_to_exactly_the_roles_that_ask(
    project: Project, later: Graph, dev: Graph
) -> None:
    may_ask, answered = set(), set()
    for name, request, may, opened in asked(later, dev):
        # All models share a key, which cannot tell them apart; the bucket's policy does.
        pair = (name, request.action, request.resource)
        if may:
            may_ask.add(pair)
        # Which of dev's two repositories an image is in is told by each version.
        if opened and not request.resource.endswith("/maslow-dev-images-images"):
            answered.add(pair)
    assert answered - may_ask == set()
    # Deliveries may ask for all that dev trains; it answers for what is deployed.
    shut = {resource.split("/")[1] for _, _, resource in may_ask - answered}
    trained = {f"maslow-dev-{model.name}" for model in project.stack("dev").platform.models}
    deployed = {f"maslow-dev-{model.name}" for model in project.stack(later.stack).platform.models}
    assert shut == trained - deployed


def let_in(graph: Graph, account: str) -> set[str]:
    """The roles of another account that policies of resources let in, as patterns."""
    documents = [
        json.loads(value)
        for resource in graph.resources
        for value in resource.inputs.values()
        if isinstance(value, str) and '"Principal"' in value
    ]
    return {
        pattern
        for document in documents
        for statement in document.get("Statement", ())
        if statement.get("Principal") == {"AWS": f"arn:aws:iam::{account}:root"}
        for pattern in statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    }


def strangers(graph: Graph, account: str, other: Graph) -> set[str]:
    """Of the roles of another account that a graph lets in, those that nothing makes there."""
    made = {role_arn(other, account, name) for name in roles(other)}
    patterns = let_in(graph, account)
    assert patterns
    return {pattern for pattern in patterns if not any(likes(pattern, role) for role in made)}


def test_every_role_that_is_let_in_is_one_that_the_other_environment_makes(
    later: Graph, dev: Graph
) -> None:
    """But for previews of pull requests, which a later environment may be asked for, too, for the
    role that breaks the glass, which no role makes where nobody is let in as it, and for a monitor
    that a later environment may have or not."""
    account = ACCOUNTS[later.stack]
    start = f"arn:aws:iam::{account}:role/maslow-{later.stack}"
    asked_for = {f"{start}-pull-requests-preview-*"}
    if later.stack != "prod":
        asked_for.add(f"{start}-break-glass")
    asked_for |= {
        pattern
        for pattern in let_in(dev, account)
        if pattern.endswith("-monitor-explain-as-role-*")
        and not any(likes(pattern, role_arn(later, account, name)) for name in roles(later))
    }
    assert strangers(dev, account, later) == asked_for
    assert strangers(later, DEV, dev) == set()


def test_only_the_environments_that_deploy_a_model_are_let_in_to_it(dev: Graph) -> None:
    policies = {
        group_of(opened.inputs): opened.inputs["resourcePolicy"]
        for opened in dev.of_type("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy")
    }
    staging, prod = ACCOUNTS.values()
    assert staging in policies["maslow-dev-readmission"]
    assert prod in policies["maslow-dev-readmission"]
    assert staging not in policies["maslow-dev-length-of-stay"]
    assert prod in policies["maslow-dev-length-of-stay"]


def test_where_the_files_of_later_environments_are_not_there_they_may_deploy_every_model(
    project: Project,
) -> None:
    stack = replace(project.stack("dev"), models_beside={})
    staging = let_in(recorded(project, stack), ACCOUNTS["staging"])
    assert any("length-of-stay-endpoint" in pattern for pattern in staging)


def test_each_part_of_a_deployment_reaches_what_it_needs_of_dev(later: Graph, dev: Graph) -> None:
    reached: dict[str, set[str]] = {}
    for name, request, may, opened in asked(later, dev):
        if may and opened:
            reached.setdefault(name, set()).add(request.action)
    start = f"maslow-{later.stack}"
    look_up = {"sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"} | {
        "sagemaker:ListModelPackages"
    }
    read = {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
    assert reached[f"{start}-delivery-preview-role"] == look_up
    deploy = look_up | {"sagemaker:CreateModel"}
    assert reached[f"{start}-delivery-deploy-role"] == deploy
    assert reached.get(f"{start}-break-glass", deploy) == deploy
    assert reached[f"{start}-readmission-endpoint-role-role"] == read | set(PULL)
    assert reached[f"{start}-readmission-monitor-data-as-role"] == read
    assert reached[f"{start}-drift-role"] == {"events:PutEvents"}
    assert not {action for actions in reached.values() for action in actions} & {
        "s3:PutObject",
        "ecr:PutImage",
        "sagemaker:UpdateModelPackage",
        "sagemaker:DeleteModelPackageGroup",
    }


def test_a_stranger_of_the_same_account_reaches_nothing_of_dev(dev: Graph) -> None:
    for account, role in (("333333333333", "admin"), ("444444444444", "maslow-prod-delivery-x")):
        context = {
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": f"arn:aws:iam::{account}:role/{role}",
        }
        for request, policy in requests(dev):
            assert not allows(policy, request, context | dict(request.context)), request


def test_dev_tells_each_later_environment_of_decisions(later: Graph, dev: Graph) -> None:
    bus = later.one("aws:cloudwatch/eventBus:EventBus").inputs["name"]
    account = ACCOUNTS[later.stack]
    arn = f"arn:aws:events:eu-west-1:{account}:event-bus/{bus}"
    targets = dev.of_type("aws:cloudwatch/eventTarget:EventTarget")
    (sent,) = [target for target in targets if target.inputs["arn"] == arn]
    sender = dev.one("aws:iam/role:Role", "maslow-dev-approvals-role")
    assert sent.inputs["roleArn"].endswith(sender.name)
    policy = json.loads(later.one("aws:cloudwatch/eventBusPolicy:EventBusPolicy").inputs["policy"])
    for role, let_in in ((f"{sender.name}{SUFFIX}", True), ("maslow-dev-delivery-x", False)):
        context = {
            "aws:PrincipalAccount": DEV,
            "aws:PrincipalArn": f"arn:aws:iam::{DEV}:role/{role}",
        }
        assert allows(policy, Request("events:PutEvents", arn), context) is let_in


def test_decisions_of_dev_start_the_delivery_of_a_later_environment(
    later: Graph, dev: Graph
) -> None:
    bus = later.one("aws:cloudwatch/eventBus:EventBus").inputs["name"]
    rules = later.of_type("aws:cloudwatch/eventRule:EventRule")
    (rule,) = [rule for rule in rules if rule.inputs.get("eventBusName") == bus]
    pattern = json.loads(rule.inputs["eventPattern"])
    forwarded = dev.one("aws:cloudwatch/eventRule:EventRule", "maslow-dev-approvals-rule")
    assert pattern == json.loads(forwarded.inputs["eventPattern"])
    targets = later.of_type("aws:cloudwatch/eventTarget:EventTarget")
    (target,) = [target for target in targets if target.inputs["rule"] == rule.name]
    assert target.inputs["eventBusName"] == bus
    assert ":stateMachine:maslow-" in target.inputs["arn"]


def test_what_is_found_in_a_later_environment_starts_training_in_dev(
    later: Graph, dev: Graph
) -> None:
    """Each finding reaches one rule of dev, by its cause, if it retrains for that cause at all."""
    start = f"maslow-{later.stack}-"
    sent = later.one("aws:cloudwatch/eventRule:EventRule", f"{start}drift-rule")
    heard = {
        rule.name: json.loads(rule.inputs["eventPattern"])
        for rule in dev.of_type("aws:cloudwatch/eventRule:EventRule")
        if rule.inputs.get("eventBusName") == "maslow-dev-promotion"
    }
    alarms = [
        alarm.name
        for alarm in later.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if alarm.name.endswith("-worst")
    ]
    assert alarms
    for alarm in alarms:
        model, _, kind = alarm.removeprefix(start).removesuffix("-worst").rpartition("-monitor-")
        event = {
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "account": ACCOUNTS[later.stack],
            "detail": {"alarmName": f"{alarm}-0a1b2c3", "state": {"value": "ALARM"}},
        }
        assert matches(json.loads(sent.inputs["eventPattern"]), event)
        reached = [name for name, pattern in heard.items() if matches(pattern, event)]
        on = dev_retrains_on(dev, model)
        expected = {"quality": "-quality"}.get(kind, "")
        rule = f"maslow-dev-{model}-loop-{later.stack}{expected}-rule"
        assert reached == ([rule] if ("quality" if expected else "drift") in on else [])


def dev_retrains_on(dev: Graph, model: str) -> set[str]:
    """The causes for which a rule of dev's own alarms starts the model's loop."""
    return {
        cause
        for cause in ("drift", "quality")
        if any(
            rule.name == f"maslow-dev-{model}-loop-{cause}-rule"
            for rule in dev.of_type("aws:cloudwatch/eventRule:EventRule")
        )
    }


def test_a_later_environment_trains_nothing_itself(later: Graph) -> None:
    for type_ in (
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        "aws:sagemaker/pipeline:Pipeline",
    ):
        assert later.of_type(type_) == []
    assert not [r for r in later.resources if r.type.endswith((":Retraining", ":ModelDelivery"))]
    deployed = later.of_type("aws:sagemaker/model:Model")
    assert deployed
    for model in deployed:
        package = model.inputs["primaryContainer"]["modelPackageName"]
        assert package.startswith(f"arn:aws:sagemaker:eu-west-1:{DEV}:model-package/maslow-dev-")


def test_a_later_environments_network_lets_models_of_dev_in(later: Graph) -> None:
    (policy,) = [
        json.loads(endpoint.inputs["policy"])
        for endpoint in later.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if endpoint.inputs["serviceName"].endswith(".s3")
    ]
    own = policy["Statement"][0]["Condition"]["StringEquals"]["aws:ResourceAccount"]
    assert own == [ACCOUNTS[later.stack], DEV]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_within_one_account_nothing_is_opened_and_no_event_forwarded(
    project: Project, environment: str
) -> None:
    stack = project.stack(environment)
    shared = stack.platform.model_copy(update={"accounts": {}})
    graph = recorded(project, replace(stack, platform=shared))
    kinds = {resource.type.rpartition(":")[2] for resource in graph.resources}
    assert not kinds & {
        "EventBus",
        "EventBusPolicy",
        "EventForwarding",
        "ModelPackageGroupPolicy",
        "PromotedModels",
        "RepositoryPolicy",
    }
    rules = {
        rule.name: json.loads(rule.inputs["eventPattern"])
        for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")
        if "eventPattern" in rule.inputs
    }
    if environment == "prod":
        group = rules["maslow-prod-redeployment-rule"]["detail"]["ModelPackageGroupName"]
        assert group == [{"prefix": "maslow-dev-"}]
    else:
        drift = rules["maslow-dev-readmission-loop-prod-rule"]
        names = [
            {"prefix": f"maslow-prod-readmission-monitor-{kind}-worst-"}
            for kind in ("data", "explain", "bias")
        ]
        assert drift["detail"]["alarmName"] == names
        assert "account" not in drift


def test_without_models_no_account_is_let_in_to_what_is_theirs(project: Project) -> None:
    stack = project.stack("dev")
    bare = recorded(
        project, replace(stack, platform=stack.platform.model_copy(update={"models": ()}))
    )
    opened = {
        resource.name
        for resource in bare.resources
        if any(f"::{account}:root" in str(resource.inputs) for account in ACCOUNTS.values())
    }
    assert opened == {"maslow-dev-promotion-policy"}, "only the bus for events stays open"


def test_operators_look_up_and_deploy_and_read_nothing_else(project: Project) -> None:
    stack = project.stack("dev")
    promotion = stack.platform.promotion
    assert promotion is not None
    named = promotion.model_copy(update={"operators": ("path/*/Administrator_*",)})
    graph = recorded(
        project, replace(stack, platform=stack.platform.model_copy(update={"promotion": named}))
    )
    context = {
        "aws:PrincipalAccount": "333333333333",
        "aws:PrincipalArn": "arn:aws:iam::333333333333:role/path/eu-west-1/Administrator_0f",
    }
    reached = {
        request.action
        for request, policy in requests(graph)
        if allows(policy, request, context | dict(request.context))
    }
    assert reached == {
        "sagemaker:CreateModel",
        "sagemaker:DescribeModelPackage",
        "sagemaker:DescribeModelPackageGroup",
        "sagemaker:ListModelPackages",
    }
