"""Real texts to try the project on: which part of Python's own help a paragraph is from.

Run as `python sample.py FOLDER`. The corpus comes with every Python, as pydoc_data.topics, which is
what help("try") prints; nothing is downloaded, and its licence is Python's own. A record is a
paragraph of eight words or more, in `text`, and `target` is the topic that it belongs to. A
paragraph that several topics have is left out of all but the first.
https://docs.python.org/3/library/pydoc.html
"""

import csv
import re
import sys
from pathlib import Path
from pydoc_data.topics import topics

LABELS = {
    "compound": "statements",
    "specialnames": "special methods",
    "typesmapping": "dictionaries",
    "string-methods": "strings",
    "debugger": "debugger",
}
LEAST_WORDS = 8


def records() -> list[tuple[str, str]]:
    """Paragraphs with their labels."""
    found: dict[str, str] = {}
    for topic, label in LABELS.items():
        for paragraph in re.split(r"\n\s*\n", topics[topic]):
            text = " ".join(paragraph.split())
            if len(text.split()) >= LEAST_WORDS:
                found.setdefault(text, label)
    return list(found.items())


def main(folder: str) -> None:
    """Write help.csv into a folder, which is made."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    with (path / "help.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "target"), *records()])


if __name__ == "__main__":
    main(sys.argv[1])
