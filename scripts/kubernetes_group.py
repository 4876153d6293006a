"""`maslow kubernetes …`: the commands about a cluster, each of which loads what it needs."""

import click

from scripts.choosing import completed, found, stack_option
from scripts.model_group import json_option


def _with_pages() -> list[str]:
    from catalog.add_ons import add_ons

    return [key for key, each in add_ons().items() if each.page]


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


@kubernetes.command("open")
@click.argument("add_on", metavar="ADD-ON", shell_complete=completed(_with_pages))
@stack_option
@click.option(
    "--port",
    type=click.IntRange(1024, 65_535),
    metavar="N",
    help="The port of this machine; one that is free unless given.",
)
@click.option("--print", "only_print", is_flag=True, help="Only print how kubectl does it.")
@click.option("--password", is_flag=True, help="Print the password of its first user, too.")
def kubernetes_open(
    add_on: str, stack: str | None, port: int | None, only_print: bool, password: bool
) -> None:
    """Bring the page of ADD-ON, such as Grafana's of prometheus, to this machine until Ctrl-C.

    It comes through the cluster's API, by your own role: no page has an address of its own.
    """
    from scripts import kubernetes as command

    command.open_(*found(stack), add_on, port=port, only_print=only_print, tells_password=password)


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
