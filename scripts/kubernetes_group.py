"""`maslow kubernetes …`: the commands about a cluster, each of which loads what it needs."""

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option


@click.group()
def kubernetes() -> None:
    """The cluster of an environment: who reaches it, what is in it."""


@kubernetes.command("login")
@stack_option
@click.option("--print", "only_print", is_flag=True, help="Only print it: no file is touched.")
def kubernetes_login(stack: str | None, only_print: bool) -> None:
    """Have kubectl know the cluster, by tokens of AWS: no key is kept.

    A context of the cluster's name comes into ~/.kube/config, or into what KUBECONFIG names.
    """
    from scripts import kubernetes as command

    command.login(*found(stack), only_print=only_print)


@kubernetes.command("status")
@stack_option
@json_option
def kubernetes_status(stack: str | None, as_json: bool) -> None:
    """Show what the cluster is at: its version and until when, its pools and teams."""
    from scripts import kubernetes as command

    command.show_status(*found(stack), as_json=as_json)


@kubernetes.command("add-ons")
@stack_option
@json_option
def kubernetes_add_ons(stack: str | None, as_json: bool) -> None:
    """List the add-ons that a cluster can have; with -s those, too, that one has."""
    from scripts import kubernetes as command

    command.list_add_ons(found(stack)[1] if stack else None, as_json=as_json)
