"""The graph of an environment as its stack file declares it, without engine or account."""

from collections.abc import Collection
from dataclasses import replace

from catalog import entries
from catalog.answers import ACCOUNT, Unanswerable
from infra.errors import InputError
from infra.graph import Graph, Run, record
from infra.name_checks import check_names, stands_apart
from infra.naming import Names
from infra.project import Project
from infra.promotion import promotion_of
from infra.region_checks import check_region
from infra.settings import StackFile
from infra.versions import Lookup, assumed, none_yet


def recorded(
    project: Project,
    stack: StackFile,
    *,
    first_pass: bool = False,
    services: Collection[str] | None = None,
) -> Graph:
    """The graph of one environment, in which every model has an approved version.

    With `first_pass`, none has one yet. `services` are the environment's where they are known
    already. Raises what the program raises, such as ProjectError, and SettingsError for names that
    AWS or the engine would not take.
    """
    lookup = none_yet if first_pass else assumed_versions(stack, project.name)
    if services is None:
        services = services_of(project, stack)
    return _recorded(project, stack, lookup, services)


def services_of(project: Project, stack: StackFile) -> frozenset[str]:
    """The services that an environment's graph uses, by the names of their boto3 clients.

    Every model is taken to have an approved version, so that a delivery that brings the first
    endpoint up is let do so. Raises as `recorded` does.
    """
    lookup = assumed_versions(stack, project.name)
    fewer = _with_one_model_of_a_kind(stack)
    graph = _recorded(project, fewer, lookup, frozenset())
    left_out = {model.name for model in stack.platform.models} - {
        model.name for model in fewer.platform.models
    }
    if not all(stands_apart(name, graph, stack) for name in left_out):
        _recorded(project, stack, lookup, frozenset())
    known = entries()
    types = {resource.type for resource in graph.resources}
    return frozenset(known[type_].service for type_ in types if type_ in known)


def _with_one_model_of_a_kind(stack: StackFile) -> StackFile:
    """The stack without the models that are set up like another: they bring no other service."""
    kinds = {
        model.model_dump_json(exclude={"name", "features"}): model
        for model in reversed(stack.platform.models)
    }
    models = tuple(kinds.values())
    return replace(stack, platform=stack.platform.model_copy(update={"models": models}))


def _recorded(
    project: Project, stack: StackFile, lookup: Lookup, services: Collection[str]
) -> Graph:
    account = stack.account or ACCOUNT
    run = Run(project=project.name, stack=stack.environment, region=stack.region, account=account)
    from infra.composition import declare

    try:
        graph = record(
            lambda: declare(stack, lookup, project.root, services=services),
            run,
            collect_repeated=True,
        )
    except Unanswerable as error:
        raise InputError(str(error)) from error
    check_names(graph, stack)
    check_region(graph, stack)
    return graph


def assumed_versions(stack: StackFile, project: str) -> Lookup:
    """What is assumed of the versions that an environment deploys: where they were trained."""
    origin = promotion_of(stack, project).origin
    account = stack.account or ACCOUNT
    if origin is None:
        return assumed(stack.region, account, Names(project, stack.environment))
    return assumed(stack.region, origin.account_id or account, origin.names, built=True)
