"""The part of need 3 where people work by hand: Studio, and the teams in it."""

from collections.abc import Mapping
from pathlib import Path

import pulumi

from components.data.lake.lake import Lake
from components.foundation.keys.key import DataClass
from components.platform.experiments.experiments import Experiments
from components.platform.studio.app_settings import OfferedImageArgs, StudioApp
from components.platform.studio.domain import SignIn, StudioDomain, StudioDomainArgs
from components.platform.studio.entry import StudioEntry, StudioEntryArgs
from components.platform.studio.image import StudioImage, StudioImageArgs
from components.platform.studio.policies import STUDIO_LOGS
from components.platform.studio.setup import StudioSetup, StudioSetupArgs
from components.platform.studio.team import MemberArgs, StudioTeam, StudioTeamArgs, Worker
from infra.environment import Environment
from infra.errors import InputError
from infra.found import LOG_GROUP
from infra.needs.adoption import used
from infra.needs.data.features import versioned
from infra.needs.data.places import place
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.needs.studio_hooks import emptying, studio_hooks
from infra.needs.tags import TEAM, tagging
from infra.settings import PlatformSettings
from infra.settings.data.features import group_of
from infra.settings.studio import Studio, profile_name
from infra.settings.studio import StudioImage as ImageSettings
from infra.settings.studio import StudioTeam as TeamSettings

Setups = dict[str, pulumi.Input[str]]
"""ARNs of lifecycle configurations by kind of app."""

Images = dict[str, StudioImage]
"""Images of a team's own, by their names in the stack file."""

APPS = {"jupyterlab": StudioApp.JUPYTER_LAB, "code-editor": StudioApp.CODE_EDITOR}
"""Kinds of apps by their names in the stack file."""
IMAGE_LIMIT = 51
"""Leaves room for the kind of app within the 63 characters of a configuration's name."""
NAME_LIMIT = 36
"""Leaves room for what a team adds to its own name within IAM's 64 characters for a role."""


def declare_studio(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
    root: Path,
    people: Mapping[str, pulumi.Output[str]],
    experiments: Experiments | None = None,
) -> None:
    """Declare the domain, unless one is there, and each team in it; export where people come in.

    `root` is the repository's root, which the script that apps start with is found from. `people`
    are the ARNs of the roles that people sign in to, by persona.

    Raises InputError for a domain that is not there, or signs people in by other means, and for a
    script that is not there.
    """
    studio = settings.studio
    hooks = studio_hooks(env.durability, env.region)
    if studio is None:
        return
    in_order = pulumi.ResourceOptions(transformations=[emptying(hooks)])
    sign_in = SignIn.IDENTITY_CENTER if settings.access.identity_center else SignIn.IAM
    exported: dict[str, pulumi.Input[object]] = {}
    setups = _setups(studio, env, need, root)
    images = {name: _image(name, studio, env, need) for name in studio.images}
    if studio.domain:
        domain_id: pulumi.Input[str] = studio.domain
        exported["url"] = _adopted(studio.domain, sign_in, env)
    else:
        options = pulumi.ResourceOptions.merge(need.child_options(), in_order)
        domain = _domain(studio, sign_in, settings, env, foundation, setups, images, options)
        domain_id, exported["url"] = domain.domain_id, domain.url
    exported["domain"] = domain_id
    profiles = {}
    for name, team in studio.teams.items():
        args = _team(name, team, studio, settings, env, foundation, lake)
        args["domain_id"], args["by_name"] = domain_id, sign_in is SignIn.IDENTITY_CENTER
        args["setups"], args["images"] = setups, _offered(images, studio.images_of(name))
        if experiments and settings.experiments:
            args["experiments"] = {
                "arn": experiments.arn,
                "bucket": experiments.bucket,
                "personas": settings.experiments.people_of([each.value for each in Worker]),
            }
        if not studio.domain:
            # Of a domain that is there nobody knows here which network it is in.
            args["security_group_id"] = foundation.network.workload_security_group_id
        options = pulumi.ResourceOptions.merge(
            pulumi.ResourceOptions.merge(need.child_options(), in_order),
            pulumi.ResourceOptions(transformations=[tagging({TEAM: name})]),
        )
        made = env.component(StudioTeam)(env.names("studio", name, limit=NAME_LIMIT), args, options)
        profiles[name] = made.profiles
    if sign_in is SignIn.IAM:
        _entry(studio, env, need, domain_id, people)
    pulumi.export("studio", {**exported, "profiles": profiles})


def _entry(
    studio: Studio,
    env: Environment,
    need: Need,
    domain_id: pulumi.Input[str],
    people: Mapping[str, pulumi.Output[str]],
) -> None:
    """Let each person open their own profile, by the role of their persona where there is one."""
    workers = {worker for team in studio.teams.values() for worker in team.members.values()}
    roles: dict[str, pulumi.Input[str]] = {
        persona: arn for persona, arn in people.items() if persona in workers
    }
    if roles:
        args: StudioEntryArgs = {
            "domain_id": domain_id,
            "role_arns": roles,
            "account_id": env.account_id,
            "region": env.region,
        }
        name = env.names("studio", "entry", limit=NAME_LIMIT)
        env.component(StudioEntry)(name, args, need.child_options())


def _adopted(domain: str, sign_in: SignIn, env: Environment) -> str:
    """Where people come into a domain that is there; empty where nobody looks.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html
    """
    there = env.live.studio_domain(domain)
    if there is None:
        return ""
    if not there:
        raise InputError(f"studio.domain: there is no domain {domain} in {env.region}")
    if there["AuthMode"] != sign_in.value:
        words = {
            "SSO": "by IAM Identity Center, which access.identity_center does not name",
            "IAM": "by IAM, and access.identity_center is given",
        }
        raise InputError(
            f"studio.domain: {domain} signs people in {words[there['AuthMode']]}. AWS never "
            "changes that of a domain that is there"
        )
    pulumi.log.info(f"The domain {domain} is used as it is; people get their profiles in it")
    return str(there["Url"])


def _setups(studio: Studio, env: Environment, need: Need, root: Path) -> Setups:
    """Declare what apps start with; the ARNs by kind of app, none where they start with nothing."""
    if studio.setup is None:
        return {}
    path = root / studio.setup
    try:
        script = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"studio.setup: {path} cannot be read: {error}") from error
    args: StudioSetupArgs = {
        "name_prefix": env.names("studio", limit=NAME_LIMIT),
        "script": script,
    }
    name = env.names("studio", "setup", limit=NAME_LIMIT)
    return {**env.component(StudioSetup)(name, args, need.child_options()).arns}


def _image(name: str, studio: Studio, env: Environment, need: Need) -> StudioImage:
    """Declare an image that apps may be started in."""
    told = studio.images[name]
    args: StudioImageArgs = {
        "image_name": _image_name(name, env),
        "base_image": told.image,
        "apps": [APPS[app] for app in told.apps],
        "command": list(told.command),
        "environment": dict(told.environment),
        "account_id": env.account_id,
    }
    if told.title is not None:
        args["title"] = told.title
    declared = env.names("studio", "image", name, limit=NAME_LIMIT)
    return env.component(StudioImage)(declared, args, need.child_options())


def _image_name(name: str, env: Environment) -> str:
    """What an image is called in AWS."""
    return env.names("studio", name, limit=IMAGE_LIMIT)


def _offered(
    images: Images, told: Mapping[str, ImageSettings]
) -> dict[str, list[OfferedImageArgs]]:
    """The images of these settings, by kind of app."""
    return {
        app.value: [images[name].offered(app) for name, one in told.items() if word in one.apps]
        for word, app in APPS.items()
    }


def _domain(
    studio: Studio,
    sign_in: SignIn,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    setups: Setups,
    images: Images,
    options: pulumi.ResourceOptions,
) -> StudioDomain:
    name = env.names("studio", limit=NAME_LIMIT)
    elsewhere = settings.job_logs(env.names.environment) != "here"
    network = foundation.network
    args: StudioDomainArgs = {
        "domain_name": env.names("studio"),
        "sign_in": sign_in,
        "vpc_id": network.vpc_id,
        "subnet_ids": network.private_subnet_ids,
        "security_group_id": network.workload_security_group_id,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "instances": list(studio.instances),
        "idle_minutes": studio.idle_minutes,
        "disk_gb": studio.disk_gb,
        "setups": setups,
        "images": _offered(images, studio.images_of(None)),
        "logs_are_there": elsewhere or bool(used(env, LOG_GROUP, f"{name}-logs", STUDIO_LOGS)),
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
        "durability": env.durability,
        "account_id": env.account_id,
        "region": env.region,
    }
    return env.component(StudioDomain)(name, args, options)


def _team(
    name: str,
    team: TeamSettings,
    studio: Studio,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    lake: Lake,
) -> StudioTeamArgs:
    groups = [group_of(one, settings.features) for one in team.features]
    tables = settings.lake.tables
    args: StudioTeamArgs = {
        "team": name,
        "domain_id": "",
        "by_name": False,
        "members": [
            MemberArgs(profile=profile_name(member), person=member, persona=Worker(persona))
            for member, persona in team.members.items()
        ],
        "instances": list(studio.instances_of(team)),
        "idle_minutes": team.idle_minutes or studio.idle_minutes,
        "disk_gb": studio.disk_gb,
        "repositories": list(studio.repositories_of(team)),
        "image_uris": {
            _image_name(image, env): told.image for image, told in studio.images_of(name).items()
        },
        "models": {model: env.names(model) for model in team.models},
        "groups": [env.names(versioned(group), limit=64) for group in groups if group],
        "features_bucket": lake.zone_buckets["features"],
        "features_database": lake.database_names["features"],
        "reads": [place(one, lake, tables) for one in team.reads],
        "writes": [place(one, lake, tables) for one in team.writes],
        "results_bucket": lake.results_bucket,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "artifacts_bucket": foundation.artifacts.bucket,
        "artifacts_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
        "makes_log_groups": settings.job_logs(env.names.environment) == "unknown",
        "durability": env.durability,
        "account_id": env.account_id,
        "region": env.region,
    }
    if name in settings.queries.teams:
        args["workgroup"] = f"{env.names('queries', name)}-*"
    if team.space_gb is not None:
        args["space_gb"] = team.space_gb
    return args
