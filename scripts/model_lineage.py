"""`maslow model lineage`: the way of a version from its data to its endpoint."""

from rich.markup import escape

from infra.models import lineage
from infra.models.place import model_of, place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import out, row


def show(
    project: Project, stack: StackFile, name: str, number: int | None, *, as_json: bool
) -> None:
    """Print the way of a version. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable():
        found = lineage.lineage(place_of(project, stack), name, number)
    if as_json:
        model_words.as_json(found)
        return
    out.print(f"{escape(name)}, version {found['version']}")
    _print(found["nodes"])
    if found["recorded"]:
        out.print("As SageMaker has recorded it")
        _print(found["recorded"])


def _print(nodes: list[lineage.NodeShape]) -> None:
    for node in nodes:
        out.print(row(f"[cyan]{node['kind']}[/]", escape(node["name"]), width=10))
