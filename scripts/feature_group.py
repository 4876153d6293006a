"""`maslow features …`: the commands about the feature store, each of which loads what it needs."""

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option


@click.group()
def features() -> None:
    """What models learn from the feature store."""


@features.command("training-set")
@click.argument("model")
@stack_option
@click.option(
    "--labels", metavar="ZONE.TABLE", help="Table of the labels; that of the stack file if missing."
)
@click.option("--time", metavar="COLUMN", help="Its column of the label's time.")
@click.option("--text-time", is_flag=True, help="That is text in ISO 8601, not a timestamp.")
@click.option(
    "--id",
    "ids",
    multiple=True,
    metavar="[GROUP=]COLUMN",
    help="Its column that identifies a record; the group's record_id unless given. Repeatable.",
)
@click.option(
    "--keep", multiple=True, metavar="COLUMN", help="One more column of it to keep; repeatable."
)
@click.option("--print", "print_only", is_flag=True, help="Only print the query: no account.")
@json_option
def training_set(
    model: str,
    stack: str | None,
    labels: str | None,
    time: str | None,
    text_time: bool,
    ids: tuple[str, ...],
    keep: tuple[str, ...],
    print_only: bool,
    as_json: bool,
) -> None:
    """Join labels with the features of a model as they were then, for it to be trained on."""
    from scripts import features as command

    command.training_set(
        *found(stack),
        model,
        labels=labels,
        time=time,
        text_time=text_time,
        ids=ids,
        keep=keep,
        print_only=print_only,
        as_json=as_json,
    )


@features.command("tag")
@click.argument("model")
@click.argument("version", type=int, required=False)
@stack_option
@json_option
def tag(model: str, version: int | None, stack: str | None, as_json: bool) -> None:
    """Tag the snapshots that a version was learned from, so that they are kept."""
    from scripts import features as command

    command.tag(*found(stack), model, version=version, as_json=as_json)
