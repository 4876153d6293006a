"""The delivery as Jenkins runs it: the commands of CodeBuild's stages, in pods of their own."""

import re
import subprocess

import pytest
import yaml

from components.devops.delivery import buildspec
from components.devops.delivery.jenkinsfile import (
    address_of,
    commands_of,
    jenkinsfile,
    job,
    pod_of,
    quoted,
)
from components.devops.delivery.source import Host

SPECS = {
    "Validate": buildspec.validate(),
    "Preview": buildspec.preview(pulumi_version="3.272.0"),
    "Deploy": buildspec.deploy(pulumi_version="3.272.0"),
}
LITERAL = re.compile(r"'''((?:[^\\']|\\.|'(?!''))*)'''|'((?:[^\\'\n]|\\.)*)'", re.DOTALL)


def pipeline(*names, **changes):
    stages = {
        name: {"spec": SPECS[name], "minutes": 30, "service_account": name.lower()}
        for name in names or SPECS
    }
    args = {
        "url": "https://github.com/example/ml-platform.git",
        "branch": "main",
        "image": "example.com/builds:3.12",
        "variables": {"MASLOW_ENVIRONMENT": "dev"},
        "stages": stages,
        "approve_before": "Deploy",
        **changes,
    }
    return jenkinsfile(args)


def said(literal):
    """What Groovy reads in a literal."""
    return re.sub(r"\\(.)", r"\1", literal)


def after(word, text):
    """The literals that follow a word."""
    return [said(m[1] or m[2]) for m in LITERAL.finditer(text) if text[: m.start()].endswith(word)]


def test_each_stage_runs_what_codebuild_runs_and_stops_at_what_fails():
    scripts = after("sh ", pipeline())
    assert [script.splitlines()[:2] for script in scripts] == [
        ["#!/usr/bin/env bash", "set -e"]
    ] * 3
    assert [script.splitlines()[2:] for script in scripts] == [*map(commands_of, SPECS.values())]
    assert scripts[2].endswith('.venv/bin/maslow up -s "$MASLOW_ENVIRONMENT" --yes')


def test_every_command_of_the_buildspecs_is_there_but_what_is_exported_to_codepipeline():
    for spec in SPECS.values():
        every = [each for phase in spec["phases"].values() for each in phase["commands"]]
        left_out = [each for each in every if each not in commands_of(spec)]
        exported = spec["env"].get("exported-variables", [])
        assert [each.split("=")[0] for each in left_out] == [f"export {name}" for name in exported]


@pytest.mark.parametrize("script", after("sh ", pipeline()))
def test_bash_reads_the_script_of_a_stage(script):
    found = subprocess.run(
        ["bash", "-n"], check=False, input=script, text=True, capture_output=True
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_a_person_agrees_before_the_deployment_and_no_agent_waits_for_it():
    text = pipeline()
    assert after("stage(", text) == ["Validate", "Preview", "Approve", "Deploy"]
    approve = text[text.index("stage('Approve')") : text.index("stage('Deploy')")]
    assert "input message:" in approve
    assert "agent" not in approve
    assert text.startswith("pipeline {\n  agent none\n")


def test_without_a_deployment_nobody_is_asked():
    assert after("stage(", pipeline("Validate", "Preview")) == ["Validate", "Preview"]


def test_blocks_of_the_pipeline_end_where_they_should():
    depth = 0
    for char in LITERAL.sub("''", pipeline()):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0


def test_a_pod_is_as_the_restricted_standard_asks_and_each_stage_has_its_own_account():
    pods = [yaml.safe_load(each) for each in after("yaml ", pipeline())]
    assert pods == [pod_of("example.com/builds:3.12", name.lower()) for name in SPECS]
    for pod in pods:
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_job_holds_the_pipeline_unchanged_by_the_chart_and_the_plugin():
    text = pipeline(variables={"PLACE": "${HOME}"})
    configured = job("delivery", text)
    assert "{{" not in configured
    (made,) = yaml.safe_load(configured)["jobs"]
    assert re.search(r"(?<!\^)\$\{", made["script"]) is None
    script = made["script"].replace("^${", "${")  # as the plugin does
    assert after("pipelineJob(", script) == ["delivery"]
    assert after("script(", script) == [text]


def test_what_helm_would_take_for_an_instruction_is_refused():
    with pytest.raises(ValueError, match="delivery: Helm would take"):
        job("delivery", "{{ .Values }}")


@pytest.mark.parametrize("text", ["it's", "a\\b", "two\n'''lines'''\\n", "$HOME ${x}"])
def test_a_literal_says_what_it_was_made_of(text):
    (found,) = LITERAL.findall(quoted(text))
    assert said(found[0] or found[1]) == text


def test_a_repository_has_an_address_where_git_reads_it():
    assert address_of(Host.GITLAB, "a/b/c") == "https://gitlab.com/a/b/c.git"
    with pytest.raises(KeyError):
        address_of(Host.S3, "bucket")
