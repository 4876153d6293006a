"""Every ARN that one resource names is one that another makes.

What an environment names in another's account is looked for in what that one's own graph makes.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from catalog import answers, entry_of
from catalog.answers import ACCOUNT
from infra.graph import Graph, Resource
from infra.project import Project
from infra.promotion import promotion_of

REGION = "eu-west-1"
ARN = re.compile(r"arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s\"'<>,{}()]+")


AUTONAMED = "-1a2b3c4"
"""What Pulumi adds to a name that nothing fixes."""

FOR_WHAT_MAY_COME = {"maslow:index:PlatformPolicies", "maslow:index:Boundary"}
"""What a later revision declares has to be within reach too; other tests hold how far that is."""

IMAGES = (
    rf"arn:aws:ecr:{REGION}:\d{{12}}:repository/"
    r"(sagemaker-|(huggingface-)?(pytorch|tensorflow)-(training|inference)).*"
)
ACCOUNT_ITSELF = r"arn:aws:iam::\d{12}:root"
BREAK_GLASS = r"arn:aws:iam::\d{12}:role/maslow-\w+-break-glass"
EXPLAINS = r"arn:aws:iam::\d{12}:role/maslow-.+-monitor-explain-as-role-\*"
NOTEBOOKS = rf"arn:aws:ecr:{REGION}:\d{{12}}:repository/notebooks"
PREVIEWS = r"arn:aws:iam::\d{12}:role/maslow-\w+-pull-requests-preview-\*"
UNITY = r"arn:aws:iam::414351767826:role/unity-catalog-.*"

ELSEWHERE = {
    r"arn:aws:states:::.*": "actions of Step Functions",
    r"arn:aws:scheduler:::aws-sdk:.*": "operations that a schedule calls",
    ACCOUNT_ITSELF: "the account itself",
    r"arn:aws:iam::\d{12}:role/aws-service-role/.*": "roles of services, which are the account's",
    r"arn:aws:iam::\d{12}:role/aws-reserved/sso\..*": "Identity Center's roles",
    r"arn:aws:sso:::(account|permissionSet)/.*": "Identity Center's own",
    rf"arn:aws:securityhub:{REGION}::standards/.*": "AWS's",
    r"arn:aws:budgets::\d{12}:\*": "a condition: whichever budgets there are",
    IMAGES: "SageMaker's images",
    r"arn:aws:s3:::(prod-[\w-]+-starport-layer-bucket|jumpstart-cache-prod-[\w-]+)/.*": "AWS's",
    r"arn:aws:s3:::sagemaker-sample-files(-prod-[\w-]+)?/.*": "AWS's",
    r"arn:aws:s3:::(repo\.[\w-]+\.emr\.amazonaws\.com|al2023-repos-[\w-]+)/.*": "AWS's",
    r"arn:aws:s3:::example-copies-of-raw/\*": "the stack file's, in another region",
    r"arn:aws:s3:::maslow-\w+-state-\d{12}(/.*)?": "Pulumi's state, which comes first",
    rf"arn:aws:sagemaker:{REGION}:\d{{12}}:(app|space|user-profile)/d-\w+/.*": "people's own",
    rf"arn:aws:backup:{REGION}:\d{{12}}:recovery-point:.*": "made by AWS Backup",
    rf"arn:aws:events:{REGION}:\d{{12}}:rule/AwsBackupManagedRule.*": "made by AWS Backup",
    rf"arn:aws:macie2:{REGION}:\d{{12}}:(classification-job/|export-configuration:)\*": (
        "a condition: whichever jobs there are, and where results go"
    ),
    rf"arn:aws:glue:{REGION}:\d{{12}}:catalog": "every account has one",
    rf"arn:aws:glue:{REGION}:\d{{12}}:database/default": "Athena looks for it, there or not",
    rf"arn:aws:glue:{REGION}:\d{{12}}:table/.*": "Feature Store makes its tables",
    rf"arn:aws:ecr:{REGION}:\d{{12}}:repository/maslow-\w+-ecr-public/.*": "mirrored when pulled",
    rf"arn:aws:ec2:{REGION}:\d{{12}}:network-interface/\*": "made for each job",
    rf"arn:aws:ec2:{REGION}:\d{{12}}:(fleet|instance|launch-template|volume)/\*": "of clusters",
    rf"arn:aws:ec2:{REGION}::image/ami-\*": "EMR's own",
    rf"arn:aws:sagemaker:{REGION}:\d{{12}}:artifact/\*": "SageMaker's own record of lineage",
    rf"arn:aws:ec2:{REGION}::(image|snapshot)/\*": "EKS's own, and of volumes",
    rf"arn:aws:ec2:{REGION}:\d{{12}}:(capacity-reservation|placement-group)/\*": "of nodes",
    rf"arn:aws:ec2:{REGION}:\d{{12}}:(spot-instances-request|\*)/\*": "of nodes and volumes",
    rf"arn:aws:elasticloadbalancing:{REGION}:\d{{12}}:[\w-]+/\*": "made for ingresses",
    rf"arn:aws:acm:{REGION}:\d{{12}}:certificate/\*": "the account's own",
    r"arn:aws:iam::\d{12}:instance-profile/eks.*": "EKS makes it for nodes",
    r"arn:aws:eks::aws:cluster-access-policy/.*": "AWS's",
    rf"arn:aws:dynamodb:{REGION}:\d{{12}}:table/feast\..*": "Feast makes them",
    rf"arn:aws:secretsmanager:{REGION}:\d{{12}}:secret:(runs|airflow)-.*": "the stack file's",
    rf"arn:aws:elasticmapreduce:{REGION}:\d{{12}}:cluster/\*": "made for each run",
    rf"arn:aws:events:{REGION}:\d{{12}}:rule/StepFunctionsGetEvent.*": "Step Functions makes it",
    rf"arn:aws:logs:{REGION}:\d{{12}}:log-group:/aws/sagemaker/.*": "SageMaker names them",
    rf"arn:aws:logs:{REGION}:\d{{12}}:log-group:/aws-glue/data-quality/.*": "Glue names them",
    rf"arn:aws:airflow-serverless:{REGION}:\d{{12}}:workflow/maslow-\w+-\*": (
        "for people, whether or not Airflow runs the environment's jobs"
    ),
    rf"arn:aws:sagemaker:{REGION}:\d{{12}}:(hyper-parameter-tuning|processing|training)-job/.*": (
        "made by runs"
    ),
    rf"arn:aws:elasticmapreduce:{REGION}:\d{{12}}:editor/\*": "workspaces, which people make",
    rf"arn:aws:secretsmanager:{REGION}:\d{{12}}:secret:emr-studio-\*": (
        "people's own, for their repositories"
    ),
    rf"arn:aws:sagemaker:{REGION}:\d{{12}}:(model-package(-group)?|pipeline)/maslow-\w+-\*": (
        "for people, whether or not the environment trains anything"
    ),
    PREVIEWS: "of pull requests, which a later environment may look at before they are released",
    BREAK_GLASS: "the role that breaks the glass, where an environment lets somebody in as it",
    NOTEBOOKS: "images for Studio, which another account keeps",
    UNITY: "the role by which Databricks reads what is shared with it",
    EXPLAINS: "the monitor that asks the model itself, which an environment may have or not",
}
"""What no stack declares, by pattern, and why it is there all the same."""


def made(project: Project, graph: Graph) -> set[str]:
    """The ARNs that AWS would answer with, with and without what Pulumi adds to names."""
    account = project.stack(graph.stack).account or ACCOUNT
    found = set()
    for resource in graph.resources:
        if resource.in_aws:
            id_, outputs = answers.outputs(
                entry_of(resource.type),
                resource.name,
                resource.urn,
                resource.inputs,
                REGION,
                account,
            )
            texts = [id_, *(value for value in outputs.values() if isinstance(value, str))]
            arns = {text for text in texts if text.startswith("arn:")}
            named_by = entry_of(resource.type).name
            autonamed = named_by and named_by not in resource.inputs
            found |= arns | ({arn + AUTONAMED for arn in arns} if autonamed else set())
    return found


def named(value: Any) -> Iterator[str]:
    """The ARNs within an input: in lists and objects, in documents of JSON, amid text."""
    match value:
        case dict():
            for key, item in value.items():
                yield from named(key)
                yield from named(item)
        case list():
            for item in value:
                yield from named(item)
        case str():
            try:
                document = json.loads(value) if value[:1] in {"{", "["} else None
            except ValueError:
                document = None
            if document is None:
                yield from (found.rstrip(".;") for found in ARN.findall(value))
            else:
                yield from named(document)


def account_in(arn: str) -> str | None:
    """The account of an ARN; None where there is none in it, or one of AWS's."""
    account = arn.split(":")[4]
    return account if account.isdigit() and not re.fullmatch(IMAGES, arn) else None


def lines_up(arn: str, known: set[str]) -> bool:
    """Whether an ARN, a pattern or a beginning of them is of something known, or of a part of it.

    The ARN of a state machine's execution does not begin with the machine's, nor that of a model's
    version with its group's.
    """
    arn = arn.replace(":execution:", ":stateMachine:")
    arn = arn.replace(":model-package/", ":model-package-group/")
    pattern = f"{arn}*" if arn.endswith("-") else arn
    wholes = [pattern, *(pattern[: cut.start()] for cut in re.finditer("[/:]", pattern))]
    if not known.isdisjoint(wholes):
        return True
    patterns = [whole for whole in wholes if "*" in whole or "?" in whole]
    return any(fnmatchcase(one, whole) for whole in patterns for one in known)


def given(arn: str, stack_file: str) -> bool:
    """Whether the stack file names what the ARN is of, which then is there already."""
    name = re.split("[/:]", arn)[-1]
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", stack_file) is not None


def unmade(graph: Graph, known: set[str], stack_file: str) -> dict[str, set[str]]:
    """The ARNs that nothing makes, by the names of the resources that name them."""
    found: dict[str, set[str]] = {}
    for resource in graph.resources:
        if resource.custom and not for_what_may_come(graph, resource):
            for arn in named(resource.inputs):
                if not lines_up(arn, known) and not given(arn, stack_file):
                    found.setdefault(arn, set()).add(resource.name)
    return found


def for_what_may_come(graph: Graph, resource: Resource) -> bool:
    return (
        resource.parent in graph.by_urn and graph.by_urn[resource.parent].type in FOR_WHAT_MAY_COME
    )


def expected(arn: str) -> str | None:
    """The pattern of `ELSEWHERE` that an ARN fits."""
    return next((pattern for pattern in ELSEWHERE if re.fullmatch(pattern, arn)), None)


@pytest.fixture(scope="module")
def known(project: Project, every_graph: list[Graph]) -> dict[str, set[str]]:
    """The ARNs that each stack makes, and with them those of the stacks it has accounts beside."""
    own = {graph.stack: made(project, graph) for graph in every_graph}
    neighbours = {
        stack: project.stack(stack).platform.accounts.keys() & own.keys() for stack in own
    }
    return {stack: own[stack].union(*(own[other] for other in neighbours[stack])) for stack in own}


def test_every_arn_that_a_resource_names_is_one_that_another_makes(
    project: Project, graph: Graph, known: dict[str, set[str]]
) -> None:
    found = unmade(graph, known[graph.stack], project.stack(graph.stack).path.read_text())
    assert {arn: by for arn, by in found.items() if not expected(arn)} == {}


def test_no_account_is_named_but_the_stacks_own_and_those_that_it_says_it_works_with(
    project: Project, graph: Graph
) -> None:
    stack = project.stack(graph.stack)
    promotion = promotion_of(stack, graph.project)
    partners = {promotion.origin_account, *(peer.account_id for peer in promotion.abroad)}
    shares = stack.platform.shares
    partners |= {share.account for share in shares}
    partners |= {UNITY.split(":")[4] for share in shares if share.databricks}
    studio = stack.platform.studio
    partners |= {one.image.split(".")[0] for one in studio.images.values()} if studio else set()
    accounts = {account_in(arn) for resource in graph.resources for arn in named(resource.inputs)}
    assert accounts - {None} == ({stack.account or ACCOUNT} | partners) - {None}


def test_of_what_is_another_accounts_no_more_is_excepted_than_six_kinds(
    project: Project, every_graph: list[Graph], known: dict[str, set[str]]
) -> None:
    foreign = {
        arn
        for graph in every_graph
        for arn in unmade(graph, known[graph.stack], "")
        if account_in(arn) not in {None, project.stack(graph.stack).account or ACCOUNT}
    }
    assert {expected(arn) for arn in foreign} == {
        ACCOUNT_ITSELF,
        PREVIEWS,
        BREAK_GLASS,
        EXPLAINS,
        NOTEBOOKS,
        UNITY,
    }


def test_each_exception_is_one_that_a_stack_needs(
    every_graph: list[Graph], known: dict[str, set[str]]
) -> None:
    needed = {
        expected(arn) for graph in every_graph for arn in unmade(graph, known[graph.stack], "")
    }
    assert ELSEWHERE.keys() - needed == set()


@pytest.mark.parametrize(
    ("arn", "fits"),
    [
        ("arn:aws:s3:::maslow-dev-raw", True),
        ("arn:aws:s3:::maslow-dev-raw/captured/*", True),
        ("arn:aws:s3:::maslow-dev-*", True),
        ("arn:aws:s3:::maslow-dev-rawest", False),
        ("arn:aws:s3:::maslow-prod-*", False),
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:builds:*", True),
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:other:*", False),
        (f"arn:aws:states:{REGION}:{ACCOUNT}:execution:release:*", True),
        (f"arn:aws:states:{REGION}:{ACCOUNT}:execution:another:*", False),
        (f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:rel-", False),
        (f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/readmission/1", True),
        (f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/readmissions/1", False),
        (f"arn:aws:sagemaker:{REGION}:111111111111:model-package/readmission/1", False),
        ("arn:aws:s3:::maslow-*/captured/*", True),
        ("arn:aws:s3:::another-*/captured/*", False),
    ],
)
def test_a_name_that_fits_nothing_would_be_found(arn: str, fits: bool) -> None:
    known = {
        "arn:aws:s3:::maslow-dev-raw",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:builds",
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:release",
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/readmission",
    }
    assert lines_up(arn, known) is fits


def test_arns_are_found_in_documents_and_amid_text() -> None:
    topic, role = f"arn:aws:sns:{REGION}:{ACCOUNT}:info", f"arn:aws:iam::{ACCOUNT}:role/build"
    inputs = {
        "policy": json.dumps({"Statement": [{"Resource": [topic]}]}),
        "text": f"Ask {role}, or nobody.",
        "listed": [{"arn": topic}],
    }
    assert list(named(inputs)) == [topic, role, topic]


def test_what_a_stack_file_names_is_there_already() -> None:
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/subnet-0a1b2c3d"
    assert given(arn, "vpc: {private: [subnet-0a1b2c3d]}")
    assert not given(arn, "vpc: {private: [subnet-0a1b2c3d4e]}")
