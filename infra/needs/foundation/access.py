"""The part of need 0 that lets people in: declared once what they work with is known."""

from collections.abc import Mapping

import pulumi

from components.data.lake.lake import Lake
from components.devops.delivery.state import state_policy
from components.foundation.access.persona_policies import PERSONAS
from components.foundation.access.personas import EntryArgs, PersonaArgs, Personas, PersonasArgs
from infra.environment import Environment
from infra.lake_readers import zones_read
from infra.naming import Names
from infra.needs.outputs import DevOps, Foundation
from infra.settings import PlatformSettings
from infra.settings.foundation.access import Access

ROLE_LIMIT = 64


def role_name(names: Names, persona: str) -> str:
    """The name of the role of a persona, or of one that the boundary knows, within the account."""
    return names(persona, limit=ROLE_LIMIT)


def declare(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    devops: DevOps,
    data: Lake,
) -> Mapping[str, pulumi.Output[str]]:
    """Declare a role for each persona that somebody is let in as; their ARNs by persona."""
    access = settings.access
    if not access.personas:
        return {}
    args: PersonasArgs = {
        "personas": {
            persona: _let_in(settings, env, persona)
            for persona in PERSONAS
            if persona in access.personas
        },
        "session_hours": access.session_hours,
        "settings_policy_arns": devops.preview_policy_arns,
        "deploy_policy_arns": devops.deploy_policy_arns,
        "state_policy": state_policy(
            devops.state, writes=True, account_id=env.account_id, region=env.region
        ),
        "project": env.names.project,
        "environment": env.names.environment,
        "account_id": env.account_id,
        "region": env.region,
        "zones": {**data.zone_arns},
        "results_arn": data.results_arn,
        "artifacts_arn": foundation.artifacts.arn,
        "keys": {holds.value: key.arn for holds, key in foundation.keys.items()},
    }
    if read := zones_read(settings):
        args["queried_zones"] = read
    if settings.studio and not access.identity_center:
        args["names_people"] = True  # each opens their own profile
    if access.saml:
        args["saml_provider_arn"] = access.saml
    if access.identity_center:
        args["identity_center_arn"] = access.identity_center
    people = env.component(Personas)(env.names("people"), args, foundation.need.child_options())
    pulumi.export("personas", people.role_arns)
    return people.role_arns


def _let_in(settings: PlatformSettings, env: Environment, persona: str) -> PersonaArgs:
    return {
        **entries(settings.access, persona),
        "role_name": role_name(env.names, persona),
        "approves": persona in settings.delivery.approvers,
    }


def entries(access: Access, persona: str) -> EntryArgs:
    """Who is let in, by how they are named."""
    entries = access.personas[persona]
    principals = [entry for entry in entries if entry.startswith("arn:")]
    named = [entry for entry in entries if entry not in principals]
    return {
        "permission_sets": named if access.identity_center else [],
        "affiliations": named if access.saml else [],
        "principals": principals,
    }
