"""Split images, as one SageMaker processing job.

Reads every PNG file below the input folder: the folder that a file is in is its class. Images are
brought to one size (images.py), and are written as parts.py says, in the column `image`: a PNG file
in Base64, which is what the endpoint is asked about in JSON.
"""

import base64
import logging
import sys
from pathlib import Path

import images
import parts
import problem
from inference import IMAGE

OTHERS = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".tif", ".tiff", ".webp"})


def read(folder: Path) -> tuple[list[Path], list[list[str]]]:
    """The PNG files below a folder, sorted, and of each its class and what is learned from.

    Raises SystemExit for files that are no such images, and for one that is in no class's folder.
    """
    others = sorted(path for path in folder.rglob("*") if path.suffix.lower() in OTHERS)
    if others:
        raise SystemExit(f"{others[0].name} is no PNG: convert the {len(others)} others like it")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".png")
    if not paths:
        raise SystemExit(f"there is no PNG file below {folder}")
    rows = []
    for path in paths:
        if path.parent == folder:
            raise SystemExit(f"{path.name} is in no folder that would tell its class")
        try:
            image = images.normalised(images.decode(path.read_bytes()))
        except ValueError as error:
            name = path.relative_to(folder).as_posix()
            raise SystemExit(f"{name} cannot be read: {error}") from error
        rows.append([path.parent.name, base64.b64encode(images.encode(image)).decode()])
    return paths, rows


def kind_of(labels: list[str], kind: str) -> str:
    """The kind of the problem, which is of classes. Raises SystemExit for a number."""
    if kind == problem.REGRESSION:
        raise SystemExit("kind is regression, and images are told apart by classes here")
    if kind != "auto":
        return kind
    return problem.BINARY if len(set(labels)) == 2 else problem.MULTICLASS


def main(arguments: list[str]) -> None:
    """Run as `preprocess.py --target <name> [--kind k] --input … --output …`."""
    told = parts.told(arguments, __doc__)
    if told.drop:
        raise SystemExit(f"drop names {told.drop}, and images have no columns to leave out")
    paths, rows = read(told.input)
    labels = [row[0] for row in rows]
    posed = problem.found(told.target, labels, kind_of(labels, told.kind))
    parts.write(told.output, posed, [told.target, IMAGE], rows)
    parts.write_snapshot(told.output, told.input, paths, len(rows))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
