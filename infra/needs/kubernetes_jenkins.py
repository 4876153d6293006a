"""The platform's delivery by a cluster's Jenkins: its pipeline, and the roles of its agents."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from catalog.add_ons import add_ons
from components.devops.delivery import buildspec, jenkinsfile
from components.devops.delivery.jenkinsfile import StageArgs
from components.devops.delivery.platform_builds import MINUTES
from components.devops.delivery.state import state_policy
from components.platform.kubernetes.access_entry import May
from components.platform.kubernetes.cluster import KubernetesCluster
from components.platform.kubernetes.existing_cluster import ExistingCluster
from components.platform.kubernetes.pod_roles import PodRole
from infra.environment import Environment
from infra.needs.devops.delivery import BRANCH
from infra.needs.outputs import DevOps
from infra.settings import PlatformSettings
from infra.settings.kubernetes.jenkins import ADD_ON, Jenkins

JOB = "delivery"
PLUGIN = "job-dsl:1.93"
"""What makes jobs of configuration; https://plugins.jenkins.io/job-dsl/."""
NOBODY = "default"
"""The service account that every namespace has, and that may nothing."""
ACCOUNTS = {"Preview": "maslow-preview", "Deploy": "maslow-deploy"}
"""Service accounts of agents that reach the account, by their stage."""


def pipeline_values(
    settings: PlatformSettings, env: Environment, devops: DevOps
) -> pulumi.Input[Mapping[str, Any]]:
    """Values of Jenkins' chart by which it has the pipeline; none where nobody asked for one."""
    wanted = settings.kubernetes.jenkins if settings.kubernetes else None
    if wanted is None:
        return {}
    trigger = settings.delivery.trigger

    def of(url: str) -> dict[str, Any]:
        pipeline = jenkinsfile.jenkinsfile(
            {
                "url": jenkinsfile.address_of(devops.source["host"], devops.source["repository"]),
                "branch": trigger.branch or BRANCH,
                "image": wanted.image,
                "variables": {
                    buildspec.ENVIRONMENT: env.names.environment,
                    buildspec.STATE_URL: url,
                    "AWS_REGION": env.region,
                },
                "stages": stages(wanted),
                "approve_before": "Deploy",
            }
        )
        return {
            "controller": {
                "additionalPlugins": [PLUGIN],
                "JCasC": {"configScripts": {JOB: jenkinsfile.job(JOB, pipeline)}},
            }
        }

    return pulumi.Output.from_input(devops.state["url"]).apply(of)


def stages(wanted: Jenkins) -> dict[str, StageArgs]:
    """The stages by name, each with what CodeBuild runs in it."""
    cli = buildspec.cli_version()
    specs = {
        "Validate": buildspec.validate(),
        "Preview": buildspec.preview(pulumi_version=cli),
        **({"Deploy": buildspec.deploy(pulumi_version=cli)} if wanted.deploys else {}),
    }
    return {
        name: {
            "spec": spec,
            "minutes": MINUTES[name],
            "service_account": ACCOUNTS.get(name, NOBODY),
        }
        for name, spec in specs.items()
    }


def declare_agents(
    wanted: Jenkins,
    env: Environment,
    cluster: KubernetesCluster | ExistingCluster,
    devops: DevOps,
    inside: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
) -> None:
    """Declare the roles of agents, in the namespace that is there once `after` is."""
    for stage in stages(wanted):
        if stage not in ACCOUNTS:
            continue
        deploys = stage == "Deploy"
        policies = devops.deploy_policy_arns if deploys else devops.preview_policy_arns
        may = May.EVERYTHING if deploys else May.LOOK_AT_WORK
        env.component(PodRole)(
            env.names("jenkins", stage.lower(), limit=40),
            {
                "service_account": ACCOUNTS[stage],
                "namespace": add_ons()[ADD_ON].namespace,
                "cluster": cluster.name,
                "cluster_arn": cluster.arn,
                "description": f"{stage} of the platform by Jenkins",
                "policy_arns": policies,
                "policy": state_policy(
                    devops.state, writes=deploys, account_id=env.account_id, region=env.region
                ),
                "may": None if isinstance(cluster, ExistingCluster) else may,
            },
            pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[*after])),
        )
