"""EMR Studio: notebooks of people, and the application that they run on."""

from collections.abc import Mapping

import pulumi

from components.data.jobs.application import SparkApplication, SparkApplicationArgs
from components.data.notebooks.studio import NotebookPersonaArgs, SparkStudio, SparkStudioArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.data.governance import declare_maker
from infra.needs.data.places import place
from infra.needs.outputs import Data, Foundation
from infra.settings import PlatformSettings
from infra.settings.data.notebooks import SparkStudio as StudioSettings

NAME_LIMIT = 30
"""Leaves room for what the studio adds to its own name within IAM's 64 characters for a role."""


def declare_notebooks(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    declared: Data,
    people: Mapping[str, pulumi.Output[str]],
) -> None:
    """Declare the studio and its application, and export where people come in.

    `people` are the ARNs of the personas' roles, as which people sign in unless Identity Center
    lets them in by their groups. Notebooks that write places of a governed lake make tables there.
    """
    studio = settings.spark.studio
    if studio is None:
        return
    need, access = declared.need, declared.access
    application = _application(studio, settings, env, foundation, need.child_options())
    args: SparkStudioArgs = {
        "studio_name": env.names("notebooks"),
        "by_name": settings.access.identity_center is not None,
        "personas": _personas(studio, settings, declared, people),
        "application_arn": application.arn,
        "vpc_id": foundation.network.vpc_id,
        "subnet_ids": foundation.network.private_subnet_ids,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "access_log_bucket": foundation.access_logs.bucket,
        "durability": env.durability,
        "account_id": env.account_id,
        "region": env.region,
    }
    if studio.page:
        args["idp_url"], args["relay_state"] = studio.page.url, studio.page.relay_state
    # Notebooks show what they read: their bucket is called as those of the lake, and so only the
    # persona break-glass changes how they are kept.
    name = env.names("lake", "notebooks", limit=NAME_LIMIT)
    made = env.component(SparkStudio)(name, args, need.child_options())
    for persona, told in studio.personas.items():
        zones = sorted({one.partition(".")[0] for one in told.writes})
        if access and zones:
            role = made.role_arns[persona]
            declare_maker(f"notebooks-{persona}", role, zones, env, need, access)
    pulumi.export(
        "notebooks",
        {"url": made.url, "application": application.application_id, "roles": made.role_arns},
    )


def _application(
    studio: StudioSettings,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    options: pulumi.ResourceOptions,
) -> SparkApplication:
    """The application of notebooks, so that none takes from jobs what these are to have."""
    args: SparkApplicationArgs = {
        "application_name": env.names("notebooks", limit=64),
        "release": settings.spark.release,
        "max_vcpu": studio.max_vcpu,
        "idle_minutes": studio.idle_minutes,
        "subnet_ids": foundation.network.private_subnet_ids,
        "security_group_id": foundation.network.workload_security_group_id,
        "for_notebooks": True,
    }
    return env.component(SparkApplication)(env.names("notebooks"), args, options)


def _personas(
    studio: StudioSettings,
    settings: PlatformSettings,
    declared: Data,
    people: Mapping[str, pulumi.Output[str]],
) -> dict[str, NotebookPersonaArgs]:
    lake, tables = declared.lake, settings.lake.tables
    personas: dict[str, NotebookPersonaArgs] = {}
    for persona, told in studio.personas.items():
        args: NotebookPersonaArgs = {
            "reads": [place(one, lake, tables) for one in told.reads],
            "writes": [place(one, lake, tables) for one in told.writes],
            "groups": [*told.groups],
        }
        if persona in people:
            args["role_name"] = people[persona].apply(lambda arn: arn.rpartition("/")[2])
        personas[persona] = args
    return personas
