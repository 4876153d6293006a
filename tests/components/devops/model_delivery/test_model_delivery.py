"""The delivery pipeline of a model."""

import json
import re

import pytest

from components.devops.delivery.source import Host
from components.devops.model_delivery.args import FailOn
from components.devops.model_delivery.model_delivery import ModelDelivery
from infra.graph import record

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
BUCKET = "maslow-dev-artifacts-1a2b3c4"
IMAGES = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
MACHINE = "aws:sfn/stateMachine:StateMachine"
ROLE = "aws:iam/role:Role"
FULL = {
    "image": {
        "repository_url": f"{IMAGES}/stay-images",
        "repository_name": "stay-images",
        "repository_arn": ARN.format("ecr", "repository/stay-images"),
        "base_image": f"{IMAGES}/sagemaker-scikit-learn:1.4-2-cpu-py3",
        "fail_on": FailOn.HIGH,
    },
    "packages": {
        "domain": "maslow-dev-packages",
        "domain_arn": ARN.format("codeartifact", "domain/maslow-dev-packages"),
        "repository": "python",
        "repository_arn": ARN.format("codeartifact", "repository/maslow-dev-packages/python"),
    },
}


@pytest.fixture(scope="module")
def declared(sources):
    def declare(**changes):
        args = {
            "model": "stay",
            "pipeline_name": "maslow-dev-stay-delivery",
            "project": "models/stay",
            "source": sources[Host.GITHUB],
            "trigger": {"branch": "main", "paths": ["models/stay/**"]},
            "by_hand": False,
            "training_pipeline_name": "maslow-dev-stay",
            "training_pipeline_arn": ARN.format("sagemaker", "pipeline/maslow-dev-stay"),
            "training_hours": 28,
            "group_name": "maslow-dev-stay",
            "endpoint_name": "maslow-dev-stay",
            "serving_name": "maslow-dev-stay-endpoint",
            "accept": "auc >= 0.86",
            "compare_with_live": True,
            "needs_approval": True,
            "artifacts_bucket": BUCKET,
            "artifacts_bucket_arn": f"arn:aws:s3:::{BUCKET}",
            "artifacts_key_arn": ARN.format("kms", "key/artifacts"),
            "network": {
                "vpc_id": "vpc-1",
                "subnet_ids": ["subnet-1", "subnet-2"],
                "security_group_id": "sg-1",
                "region": "eu-west-1",
            },
            "log_key_arn": ARN.format("kms", "key/logs"),
            "log_retention_days": 30,
            "approval_topic_arn": ARN.format("sns", "info"),
            "approval_key_arn": ARN.format("kms", "key/messages"),
            "account_id": "123456789012",
            "region": "eu-west-1",
            **changes,
        }
        return record(lambda: ModelDelivery("maslow-dev-stay-delivery", args) and None)

    return declare


@pytest.fixture(scope="module")
def graph(declared):
    return declared(**FULL)


def stages(graph):
    return {stage["name"]: stage for stage in graph.one(PIPELINE).inputs["stages"]}


def action(graph, stage):
    (only,) = stages(graph)[stage]["actions"]
    return only


def statements(graph, of):
    """What the roles may do whose policies' names begin like that."""
    return [
        statement
        for policy in graph.of_type(POLICY)
        if policy.name.startswith(of)
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    ]


def test_a_change_is_checked_built_trained_judged_approved_and_released_in_this_order(graph):
    assert list(stages(graph)) == [
        *("Source", "Check", "Image", "Train", "Evaluate", "Approve", "Release")
    ]


def test_without_an_image_and_an_approval_their_stages_are_left_out(declared):
    graph = declared(needs_approval=False)

    assert list(stages(graph)) == ["Source", "Check", "Train", "Evaluate", "Release"]
    assert "image_uri" not in action(graph, "Train")["configuration"]["Input"]


@pytest.mark.parametrize("host", Host)
def test_codepipeline_takes_the_pipeline(declared, sources, refused_by_codepipeline, host):
    pipeline = declared(**FULL, source=sources[host]).one(PIPELINE)

    assert refused_by_codepipeline(pipeline) == []


def test_every_variable_is_one_that_an_earlier_stage_gives(graph):
    given = {"codepipeline.PipelineExecutionId", "Source.CommitId"}
    exported = {
        project.name.split("-")[-2].capitalize(): json.loads(project.inputs["source"]["buildspec"])
        for project in graph.of_type(PROJECT)
    }
    for name, stage in stages(graph).items():
        (only,) = stage["actions"]
        used = re.findall(r"#\{([^}]+)\}", json.dumps(only["configuration"]))
        assert set(used) <= given, name
        for variable in exported.get(name, {"env": {}})["env"].get("exported-variables", []):
            given.add(f"{name}.{variable}")


def test_each_build_has_the_variables_that_its_commands_ask_for(graph):
    always = {
        *("AWS_REGION", "CODEBUILD_SRC_DIR", "IMAGE_TAG", "IMAGE_URI", "PIP_INDEX_URL"),
        *("SCAN_SECONDS", "SCAN_POLL_SECONDS", "COMPARE_WITH_LIVE", "REVISION", "DELIVERY"),
    }
    for project in graph.of_type(PROJECT):
        text = "\n".join(
            command
            for phase in json.loads(project.inputs["source"]["buildspec"])["phases"].values()
            for command in phase["commands"]
        )
        asked = set(re.findall(r"\$\{?([A-Z_]{2,})|told(?:\.get\(|\[)[\"']([A-Z_]+)", text))
        names = {one or other for one, other in asked}
        variables = project.inputs["environment"]["environmentVariables"]
        assert names - always <= {variable["name"] for variable in variables}, project.name


def test_the_machines_are_told_of_the_revision_and_the_version(graph):
    training = json.loads(action(graph, "Train")["configuration"]["Input"])
    release = json.loads(action(graph, "Release")["configuration"]["Input"])

    assert training == {
        "delivery": "#{codepipeline.PipelineExecutionId}",
        "revision": "#{Source.CommitId}",
        "code_uri": "#{Check.CODE_URI}",
        "definition": "#{Check.DEFINITION}",
        "image_uri": "#{Image.IMAGE_URI}",
    }
    assert release == {"package": "#{Evaluate.MODEL_PACKAGE}", "revision": "#{Source.CommitId}"}


def test_an_approver_is_shown_the_metrics_and_what_is_live(graph):
    asked = action(graph, "Approve")["configuration"]["CustomData"]

    assert "version #{Evaluate.VERSION}, has #{Evaluate.METRICS}; #{Evaluate.LIVE}" in asked
    assert len(asked) < 400


def test_what_loads_over_the_network_is_retried_and_a_training_is_not(graph):
    retried = {name for name, stage in stages(graph).items() if "onFailure" in stage}

    assert retried == {"Check", "Image"}


def test_revisions_are_delivered_one_after_another_and_kept_encrypted(graph):
    pipeline = graph.one(PIPELINE).inputs

    assert (pipeline["pipelineType"], pipeline["executionMode"]) == ("V2", "QUEUED")
    (store,) = pipeline["artifactStores"]
    assert store["encryptionKey"]["id"] == ARN.format("kms", "key/artifacts")


def test_a_push_starts_it_only_where_it_changes_the_project(graph):
    (trigger,) = graph.one(PIPELINE).inputs["triggers"]
    (push,) = trigger["gitConfiguration"]["pushes"]

    assert push == {
        "branches": {"includes": ["main"]},
        "filePaths": {"includes": ["models/stay/**"]},
    }


@pytest.mark.parametrize("host", Host)
def test_one_that_is_started_by_hand_has_no_trigger_and_no_rule(declared, sources, host):
    graph = declared(by_hand=True, source=sources[host])

    assert graph.one(PIPELINE).inputs.get("triggers", []) == []
    assert graph.of_type(RULE) == []


def test_every_build_runs_in_the_private_network_and_only_images_are_built_privileged(graph):
    for project in graph.of_type(PROJECT):
        assert project.inputs["vpcConfig"]["subnets"] == ["subnet-1", "subnet-2"]
        privileged = project.inputs["environment"]["privilegedMode"]
        assert privileged == project.name.endswith("-image-build")


def test_the_check_may_write_its_own_models_code_and_nothing_else(graph):
    written = {
        resource
        for statement in statements(graph, "maslow-dev-stay-delivery-check")
        if "s3:PutObject" in statement["Action"]
        for resource in statement["Resource"]
    }
    assert written == {
        f"arn:aws:s3:::{BUCKET}/models/stay/commits/*",
        f"arn:aws:s3:::{BUCKET}/build-cache/maslow-dev-stay-delivery-check/*",
    }


def test_the_image_is_pushed_into_the_models_own_repository_alone(graph):
    pushed = [
        statement["Resource"]
        for statement in statements(graph, "maslow-dev-stay-delivery-image")
        if "ecr:PutImage" in statement["Action"]
    ]
    assert pushed == [[FULL["image"]["repository_arn"]]]


def test_an_image_may_be_built_from_what_the_registry_mirrors(declared, graph):
    mirrored = declared(**FULL | {"image": FULL["image"] | {"mirrors": ["maslow-dev-quay"]}})
    for made, expected in (
        (mirrored, [[ARN.format("ecr", "repository/maslow-dev-quay/*")]]),
        (graph, []),
    ):
        found = statements(made, "maslow-dev-stay-delivery-image")
        imports = [s["Resource"] for s in found if "ecr:BatchImportUpstreamImage" in s["Action"]]
        assert imports == expected


def test_inspectors_findings_are_read_only_where_inspector_scans(declared, graph):
    inspected = declared(**FULL | {"image": FULL["image"] | {"by_inspector": True}})
    asked = {"inspector2:ListCoverage", "inspector2:ListFindings"}
    for made, expected in ((inspected, asked), (graph, set())):
        found = statements(made, "maslow-dev-stay-delivery-image")
        assert asked & {action for s in found for action in s["Action"]} == expected


def test_only_the_release_can_approve_a_version_of_this_model_alone(graph):
    holders = {
        policy.name: statement["Resource"]
        for policy in graph.of_type(POLICY)
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if "sagemaker:UpdateModelPackage" in statement["Action"]
    }
    assert holders == {
        "maslow-dev-stay-delivery-release-machine": [
            ARN.format("sagemaker", "model-package/maslow-dev-stay/*")
        ]
    }


def test_the_judgement_changes_nothing(graph):
    allowed = {
        action
        for statement in statements(graph, "maslow-dev-stay-delivery-evaluate-evaluate")
        for action in statement["Action"]
    }
    assert all(re.match(r"[a-z0-9]+:(Describe|Get|List)", one) for one in allowed)


def test_the_pipeline_may_start_its_own_machines_and_builds_alone(graph):
    machines = {machine.name for machine in graph.of_type(MACHINE)}
    found = {"states:StartExecution": set(), "codebuild:StartBuild": set()}
    for statement in statements(graph, "maslow-dev-stay-delivery-pipeline"):
        for start in found.keys() & set(statement["Action"]):
            found[start] |= set(statement["Resource"])

    assert found["states:StartExecution"] == {
        ARN.format("states", f"stateMachine:{name}") for name in machines
    }
    assert found["codebuild:StartBuild"] == {
        ARN.format("codebuild", f"project/{project.name}") for project in graph.of_type(PROJECT)
    }


def test_the_training_has_its_training_set_made_first_where_there_is_one(declared, graph):
    arn = ARN.format("states", "stateMachine:maslow-dev-stay-set")

    def started(graph):
        return {
            resource
            for statement in statements(graph, "maslow-dev-stay-delivery-train")
            if "states:StartExecution" in statement["Action"]
            for resource in statement["Resource"]
        }

    made = declared(**FULL, training_set_arn=arn)
    assert started(made) == {arn}
    assert started(graph) == set()
    (machine,) = [one for one in made.of_type(MACHINE) if "train" in one.name]
    states = json.loads(machine.inputs["definition"])["States"]
    assert states["IsDeployed"]["Choices"][0]["Next"] == "MakeTrainingSet"


def test_a_comparison_with_the_live_version_is_made_where_it_is_asked_for(declared):
    def told(graph):
        (judging,) = [p for p in graph.of_type(PROJECT) if p.name.endswith("evaluate-build")]
        variables = judging.inputs["environment"]["environmentVariables"]
        return {variable["name"]: variable["value"] for variable in variables}

    assert told(declared())["COMPARE_WITH_LIVE"] == "yes"
    assert "COMPARE_WITH_LIVE" not in told(declared(compare_with_live=False))


def test_a_training_that_codepipeline_would_not_wait_for_is_refused(declared):
    assert declared(training_hours=144).of_type(MACHINE)
    with pytest.raises(ValueError, match="training_hours: CodePipeline waits 168 hours"):
        declared(training_hours=145)
