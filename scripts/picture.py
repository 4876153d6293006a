"""`make pictures`: draws docs/platform.svg, what stands after `make up`, from the recorded graph.

The stack is the tests' own, so that the picture is the same whatever is in stacks/. Equal graphs
give equal pictures.
"""

import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project
from infra.summary.needs import PURPOSES
from scripts.picture_parts import PARTS, Part, gate, shown

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "platform.svg"
ENVIRONMENT = "local"

WIDTH = 960
MARGIN = 16
HEAD = 64
"""Height of what stands above the layers."""
LEFT, BOX, GAP = 194, 188, 64
"""Where the boxes begin, how wide they are, and what is between two."""
COLUMNS = 3
TALL = 60
"""Height of a box."""
PAD, BETWEEN, LAYERS = 12, 10, 20
"""Around the boxes of a layer, between its rows, and between layers."""
BOX_LETTERS, PURPOSE_LETTERS = 27, 20
"""Most letters of a line in a box, and left of the boxes."""
LOOP = [
    ("Lake", "Training pipeline", "your records, curated"),
    ("Training pipeline", "Model registry", ""),
    ("Model registry", "Endpoint", "approved version"),
    ("Endpoint", "Drift monitor", "captured"),
    ("Drift monitor", "Loop", "drift"),
    ("Loop", "Training pipeline", "starts"),
]
"""From which part to which something goes, and what; without it, what passed the gate."""
HUES = {"mlops": "m", "platform": "p", "data": "d", "devops": "v", "foundation": "f"}

STYLE = """
text { font-family: -apple-system, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif;
  font-size: 11.5px; fill: #57606a }
.t { font-size: 18px; font-weight: 600; fill: #1f2328 }
.k { font-family: "DejaVu Sans Mono", ui-monospace, "SF Mono", Menlo, Consolas, monospace }
.n { font-size: 15px; font-weight: 600; fill: #1f2328 }
.b { font-size: 13px; font-weight: 600; fill: #1f2328 }
.s { font-size: 11px; fill: #0a58ca; font-weight: 600 }
.page { fill: #ffffff; stroke: #d0d7de }
.flow { fill: none; stroke: #0a58ca; stroke-width: 2 }
.tip { fill: #0a58ca }
.m { fill: #fbeaf3; stroke: #d69abb } .p { fill: #f1ebfb; stroke: #b49bdb }
.d { fill: #e6f4ec; stroke: #86bf9d } .v { fill: #fdf3dd; stroke: #d8b668 }
.f { fill: #eceff3; stroke: #a4afbd } .box { fill: #ffffff; stroke-width: 1.2 }
@media (prefers-color-scheme: dark) {
  text { fill: #a7b0ba } .t, .n, .b { fill: #f0f3f6 } .s { fill: #79b8ff }
  .page { fill: #0d1117; stroke: #30363d }
  .flow { stroke: #79b8ff } .tip { fill: #79b8ff }
  .m { fill: #2b1a25; stroke: #8d4a6d } .p { fill: #231c33; stroke: #6d54a0 }
  .d { fill: #14271c; stroke: #3f7d57 } .v { fill: #2c2412; stroke: #8c6d22 }
  .f { fill: #1b2027; stroke: #5b6673 } .box { fill: #0d1117 }
}
""".strip()
"""Colours for both schemes. A page of its own colour is below, since the two may disagree."""

TITLE = 'What stands after <tspan class="k">make up</tspan>'

Place = tuple[float, float]
"""Left and top of a box."""


def main() -> None:
    """Draw the picture anew."""
    with project() as made:
        FILE.write_text(svg(recorded(made, made.stack(ENVIRONMENT))), encoding="utf-8")


@contextmanager
def project() -> Iterator[Project]:
    """A project with the tests' own stack files, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="maslow-picture-") as folder:
        root = Path(folder).resolve()
        shutil.copy(ROOT / "Pulumi.yaml", root)
        (root / "templates").symlink_to(ROOT / "templates")
        (root / "stacks").mkdir()
        for path in sorted((ROOT / "tests" / "stacks").glob("Pulumi.*.yaml")):
            shutil.copy(path, root / "stacks")
        yield Project.around(root)


def svg(graph: Graph) -> str:
    """The picture of a graph. Raises LookupError for a component that no part stands for."""
    body: list[str] = []
    places: dict[str, Place] = {}
    owned = {need.name: list(graph.below(need)) for need in graph.needs}
    top = float(HEAD)
    for number, need in zip(range(len(PARTS) - 1, -1, -1), PARTS, strict=True):
        parts = shown(graph, need)
        rows = -(-len(parts) // COLUMNS)
        height = 2 * PAD + rows * TALL + (rows - 1) * BETWEEN
        body += _layer(need, number, len(owned.get(need, ())), top, height)
        for place, part in enumerate(parts):
            if part:
                at = _place(place, top)
                places[part.title] = at
                body += _box(part, graph, need, at)
        top += height + LAYERS
    body += _flows(graph, places)
    count = sum(map(len, owned.values()))
    return _page(graph.stack, count, body, top - LAYERS + MARGIN)


def _place(number: int, top: float) -> Place:
    row, column = divmod(number, COLUMNS)
    return LEFT + column * (BOX + GAP), top + PAD + row * (TALL + BETWEEN)


def _layer(need: str, number: int, count: int, top: float, height: float) -> Iterator[str]:
    yield _rectangle(HUES[need], MARGIN, top, WIDTH - 2 * MARGIN, height, 9)
    left, line = MARGIN + 16, top + height / 2 - 22
    yield _text("n", left, line, f"{number}  {need}")
    for purpose in lines(PURPOSES[need], PURPOSE_LETTERS):
        line += 16
        yield _text("", left, line, purpose)
    yield _text("", left, line + 19, f"{count} resources")


def _box(part: Part, graph: Graph, need: str, at: Place) -> Iterator[str]:
    left, top = at
    yield _rectangle(f"{HUES[need]} box", left, top, BOX, TALL, 6)
    yield _text("b", left + 12, top + 20, part.title)
    for line, text in enumerate(lines(part.facts(graph), BOX_LETTERS)):
        yield _text("", left + 12, top + 36 + 15 * line, text)


def lines(text: str, letters: int) -> list[str]:
    """A text in lines of at most so many letters."""
    return textwrap.wrap(text, letters)


def _flows(graph: Graph, places: dict[str, Place]) -> Iterator[str]:
    """The way of the data into a model, round the loop, and of requests."""
    for start, end, label in LOOP:
        if start in places and end in places:
            yield from _arrow(places[start], places[end], label or f"if {gate(graph)}")
    if endpoint := places.get("Endpoint"):
        near, far, middle = endpoint[0] + BOX, WIDTH - MARGIN, endpoint[1] + TALL / 2
        yield from _line(far - 3, middle - 2, near + 4, middle - 2)
        yield from _line(near + 3, middle + 12, far - 4, middle + 12)
        yield _text("s", (near + far) / 2, middle - 9, "requests", "middle")


def _arrow(start: Place, end: Place, label: str) -> Iterator[str]:
    """From box to box: along a row, or from one row to the next."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:
        right = x1 > x0
        begin, finish = (x0 + BOX, x1) if right else (x0, x1 + BOX)
        step = 4 if right else -4
        middle = y0 + TALL / 2
        yield from _line(begin, middle, finish - step, middle)
        yield _text("s", (begin + finish) / 2, middle - 7, label, "middle")
        return
    middle = x0 + BOX / 2
    begin, finish = (y0, y1 + TALL) if y1 < y0 else (y0 + TALL, y1)
    step = 4 if finish > begin else -4
    yield from _line(middle, begin, middle, finish - step)
    yield _text("s", middle + 10, (begin + finish) / 2 + 4, label)


def _line(x0: float, y0: float, x1: float, y1: float) -> Iterator[str]:
    """A straight arrow, along one of the axes."""
    yield f'<path class="flow" d="M{x0:g} {y0:g}L{x1:g} {y1:g}"/>'
    along = (1 if x1 > x0 else -1) if y0 == y1 else 0
    down = 0 if along else (1 if y1 > y0 else -1)
    tip = (x1 + 4 * along, y1 + 4 * down)
    sides = [
        (x1 - 4 * along + side * 5 * abs(down), y1 - 4 * down + side * 5 * abs(along))
        for side in (1, -1)
    ]
    points = " ".join(f"{x:g},{y:g}" for x, y in (tip, *sides))
    yield f'<polygon class="tip" points="{points}"/>'


def _rectangle(
    class_: str, left: float, top: float, width: float, height: float, round_: float
) -> str:
    return (
        f'<rect class="{class_}" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" '
        f'rx="{round_:g}"/>'
    )


def _text(class_: str, left: float, base: float, text: str, anchor: str = "") -> str:
    of_class = f' class="{class_}"' if class_ else ""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{of_class}{at} x="{left:g}" y="{base:g}">{escape(text)}</text>'


def _page(environment: str, count: int, body: list[str], height: float) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img">',
        f"<title>What stands after make up: {count} resources of five needs</title>",
        f"<style>{STYLE}</style>",
        _rectangle("page", 0.5, 0.5, WIDTH - 1, height - 1, 12),
        f'<text class="t" x="{MARGIN + 4}" y="32">{TITLE}</text>',
        _text(
            "",
            MARGIN + 4,
            51,
            f"{count} resources of the environment {environment}, each need on those below it. "
            "Blue is the way of the data, the models and the requests.",
        ),
        *body,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
