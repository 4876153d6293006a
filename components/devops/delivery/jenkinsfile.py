"""The platform's delivery as a pipeline of Jenkins': the same stages, the same commands.

What a stage runs is read from the buildspecs that CodeBuild is given. As with those, the pipeline
lives in Jenkins and not in the repository: a pushed commit cannot change which commands run with
the rights of a deployment.

https://www.jenkins.io/doc/book/pipeline/syntax/
https://github.com/jenkinsci/configuration-as-code-plugin/blob/master/demos/jobs/README.md
"""

from collections.abc import Mapping
from typing import Any, TypedDict

import yaml

from components.devops.delivery.buildspec import Buildspec
from components.devops.delivery.source import Host

HOME = "/home/jenkins/agent"
"""Where the plugin mounts the workspace, which is the one folder that an agent may write."""
USER = 1000
CREDENTIAL = "source"
"""Id of the credential in Jenkins by which a private repository is read."""
EVERY_FIVE_MINUTES = "H/5 * * * *"
"""No host of a repository reaches a Jenkins in a private network, so that it has to look."""
ADDRESSES = {
    Host.GITHUB: "https://github.com/{}.git",
    Host.GITLAB: "https://gitlab.com/{}.git",
    Host.BITBUCKET: "https://bitbucket.org/{}.git",
}


class StageArgs(TypedDict):
    """A stage that runs commands."""

    spec: Buildspec
    """What CodeBuild runs in it."""
    minutes: int
    """How long it may take."""
    service_account: str
    """Service account that its agent works as."""


class JenkinsfileArgs(TypedDict):
    """What the pipeline is made of."""

    url: str
    """Address of the repository."""
    branch: str
    """Branch whose revisions are delivered."""
    image: str
    """Image of the agents, with Python, make, git, curl and AWS' CLI."""
    variables: Mapping[str, str]
    """Environment of every stage."""
    stages: Mapping[str, StageArgs]
    """The stages by name, in their order."""
    approve_before: str
    """Stage that waits for a person's yes."""


def address_of(host: Host, repository: str) -> str:
    """Where git finds a repository. Raises KeyError for a host that is asked otherwise."""
    return ADDRESSES[host].format(repository)


def commands_of(spec: Buildspec) -> list[str]:
    """The commands of all phases; what a build exports is for later stages of CodePipeline's."""
    exported = tuple(f"export {name}=" for name in spec["env"].get("exported-variables", ()))
    return [
        command
        for phase in spec["phases"].values()
        for command in phase["commands"]
        if not (exported and command.startswith(exported))
    ]


def jenkinsfile(args: JenkinsfileArgs) -> str:
    """The declarative pipeline. An agent is a pod of its own, and none waits for an approval."""
    variables = [f"    {name} = {quoted(value)}" for name, value in args["variables"].items()]
    lines = [
        "pipeline {",
        "  agent none",
        "  options {",
        "    disableConcurrentBuilds()",
        "    skipDefaultCheckout()",
        "  }",
        f"  triggers {{ pollSCM({quoted(EVERY_FIVE_MINUTES)}) }}",
        "  environment {",
        *variables,
        "  }",
        "  stages {",
    ]
    for name, stage in args["stages"].items():
        if name == args["approve_before"]:
            lines += [
                "    stage('Approve') {",
                "      steps { input message: 'Bring the environment to what the preview shows?' }",
                "    }",
            ]
        lines += _stage(name, stage, args)
    return "\n".join([*lines, "  }", "}", ""])


def _stage(name: str, stage: StageArgs, args: JenkinsfileArgs) -> list[str]:
    script = "\n".join(["#!/usr/bin/env bash", "set -e", *commands_of(stage["spec"])])
    pod = yaml.safe_dump(pod_of(args["image"], stage["service_account"]), sort_keys=False)
    remote = f"[url: {quoted(args['url'])}, credentialsId: {quoted(CREDENTIAL)}]"
    branch = f"[name: {quoted('*/' + args['branch'])}]"
    return [
        f"    stage({quoted(name)}) {{",
        f"      options {{ timeout(time: {stage['minutes']}, unit: 'MINUTES') }}",
        "      agent {",
        "        kubernetes {",
        "          defaultContainer 'platform'",
        f"          yaml {quoted(pod)}",
        "        }",
        "      }",
        "      steps {",
        f"        checkout scmGit(branches: [{branch}], userRemoteConfigs: [{remote}])",
        f"        sh {quoted(script)}",
        "      }",
        "    }",
    ]


def pod_of(image: str, service_account: str) -> dict[str, Any]:
    """The pod of an agent, as the restricted Pod Security Standard asks for."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "spec": {
            "serviceAccountName": service_account,
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "platform",
                    "image": image,
                    "command": ["sleep"],
                    "args": ["infinity"],
                    "env": [{"name": "HOME", "value": HOME}],
                    "resources": {
                        "requests": {"cpu": "2", "memory": "4Gi"},
                        "limits": {"memory": "4Gi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


def job(name: str, pipeline: str) -> str:
    """Configuration as Code of a job with that pipeline, as the chart of Jenkins takes it.

    The chart renders it as a template, and the plugin replaces `${…}`: raises ValueError for a text
    that the chart would take for an instruction, and keeps the other from the plugin.
    """
    script = (
        f"pipelineJob({quoted(name)}) {{ definition {{ cps {{ script({quoted(pipeline)}); "
        "sandbox() } } }"
    )
    if "{{" in script:
        raise ValueError(f"{name}: Helm would take {{{{ in the pipeline for an instruction of its")
    return yaml.safe_dump({"jobs": [{"script": script.replace("${", "^${")}]}, width=10_000)


def quoted(text: str) -> str:
    """A literal of Groovy's, in which nothing is replaced."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'''{escaped}'''" if "\n" in text else f"'{escaped}'"
