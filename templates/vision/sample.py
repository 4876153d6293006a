"""Real images to try the project on: handwritten digits.

Run as `python sample.py FOLDER`. They are scikit-learn's digits: 1,797 of them by 43 people, each 8
by 8 pixels of 17 shades, which come with the package. What is written is as the project reads it: a
PNG file each, in a folder that bears its class.
https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

sys.path.insert(0, str(Path(__file__).with_name("code")))

import images

SHADES = 16


def main(folder: str) -> None:
    """Write the images into folders of a folder, which is made."""
    data = load_digits()
    for number, (pixels, label) in enumerate(zip(data.images, data.target, strict=True)):
        path = Path(folder, str(label), f"{number:04}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(images.encode(np.round(pixels * 255 / SHADES).astype(np.uint8)))


if __name__ == "__main__":
    main(sys.argv[1])
