import io

import pulumi
import pulumi_aws as aws
from rich.console import Console

from infra.graph import Graph, record
from infra.plan import totals, tree


class Need(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("maslow:index:Need", name)


class Shelf(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("maslow:index:Shelf", name, None, opts)
        kept = pulumi.ResourceOptions(parent=self, protect=True, retain_on_delete=True)
        aws.s3.Bucket(f"{name}-books", opts=kept)
        for number in range(2):
            aws.sns.Topic(f"{name}-news-{number}", opts=pulumi.ResourceOptions(parent=self))


def library(shelves: int) -> Graph:
    def program() -> None:
        need = Need("data")
        for number in range(shelves):
            Shelf(f"shelf-{number}", pulumi.ResourceOptions(parent=need))

    return record(program)


def printed(graph: Graph) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(tree(graph))
    text = console.file.getvalue()
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_the_tree_counts_by_need_component_and_kind():
    assert printed(library(1)) == (
        "maslow test\n"
        "└── data  3, 1 protected\n"
        "    └── Shelf shelf-0  3, 1 protected\n"
        "        └── Bucket, Topic ×2"
    )


def test_four_of_a_class_are_listed_and_a_fifth_folds():
    assert "more" not in printed(library(4))

    text = printed(library(1000))
    assert text.count("Shelf shelf-") == 4
    assert "… and 996 more Shelf  2,988, 996 protected" in text


def test_the_totals_tell_what_a_destroy_would_leave():
    assert totals(library(2)) == (
        "6 resources in 3 components; 2 protected from deletion, "
        "2 kept when the stack is destroyed."
    )
