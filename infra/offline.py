"""The graph of an environment as its stack file declares it, without engine or account."""

from infra import plausible
from infra.collector import collector_paused
from infra.graph import Graph, Run, record
from infra.naming import Names
from infra.project import Project
from infra.promotion import promotion_of
from infra.settings import StackFile
from infra.versions import Lookup, assumed, none_yet


def recorded(project: Project, stack: StackFile, *, first_pass: bool = False) -> Graph:
    """The graph of one environment, in which every model has an approved version.

    With `first_pass`, none has one yet. Raises what the program raises, such as ProjectError.
    """
    account = stack.account or plausible.ACCOUNT
    run = Run(project=project.name, stack=stack.environment, region=stack.region, account=account)
    lookup = none_yet if first_pass else assumed_versions(stack, project.name)
    with collector_paused():  # importing pulumi_aws allocates as much as registering does
        from infra.composition import declare

        return record(lambda: declare(stack, lookup, project.root), run)


def assumed_versions(stack: StackFile, project: str) -> Lookup:
    """What is assumed of the versions that an environment deploys: where they were trained."""
    origin = promotion_of(stack, project).origin
    account = stack.account or plausible.ACCOUNT
    if origin is None:
        return assumed(stack.region, account, Names(project, stack.environment))
    return assumed(stack.region, origin.account_id or account, origin.names, built=True)
