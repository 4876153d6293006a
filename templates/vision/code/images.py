"""Images as arrays: PNG files read and written, brought to one size, and what is seen of them.

An image is an array of uint8 of the shape (height, width), 0 for black. PNG is read and written by
numpy alone, which SageMaker's own scikit-learn image has; for photographs of several megapixels or
other formats, have Pillow do it.
https://www.w3.org/TR/png-3/
"""

import struct
import zlib

import numpy as np

SHAPE = (16, 16)
"""Height and width that the model sees, in pixels: multiples of CELL."""
CELL, DIRECTIONS = 4, 8
MOST_PIXELS = 4_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of each colour type: grey, RGB, palette, grey with alpha, RGB with alpha."""
PALETTE = 3
BYTE = 8
LUMA = np.array([0.299, 0.587, 0.114])
"""https://www.itu.int/rec/R-REC-BT.601"""
SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4


def decode(content: bytes) -> np.ndarray:
    """The image in a PNG file, of 8 bits a channel and not interlaced; colours become grey.

    Alpha is left out. Raises ValueError for what is no such file.
    """
    chunks = _chunks(content)
    header = chunks.get(b"IHDR", b"")
    if len(header) != struct.calcsize(">IIBBBBB"):
        raise ValueError("the image has no header")
    width, height, depth, colour, *_, interlace = struct.unpack(">IIBBBBB", header)
    if not 0 < width * height <= MOST_PIXELS:
        raise ValueError(
            f"the image has {width} by {height} pixels; at most {MOST_PIXELS} are read"
        )
    if depth != BYTE or colour not in CHANNELS or interlace:
        raise ValueError("the image is no PNG of 8 bits a channel without interlacing")
    stride = width * CHANNELS[colour]
    expected = height * (stride + 1)
    try:
        raw = zlib.decompressobj().decompress(chunks.get(b"IDAT", b""), expected)
    except zlib.error as error:
        raise ValueError(f"the image is damaged: {error}") from error
    if len(raw) != expected:
        raise ValueError("the image is damaged: it ends too early")
    lines = np.frombuffer(raw, np.uint8).reshape(height, stride + 1)
    pixels = _unfiltered(lines, CHANNELS[colour]).reshape(height, width, -1)
    if colour == PALETTE:
        palette = np.frombuffer(chunks.get(b"PLTE", b""), np.uint8)
        if len(palette) < 3 * (int(pixels.max()) + 1):
            raise ValueError("the image is damaged: its palette lacks colours")
        pixels = palette[: len(palette) // 3 * 3].reshape(-1, 3)[pixels[:, :, 0]]
    return grey(pixels)


def encode(image: np.ndarray) -> bytes:
    """A grey image as a PNG file; the same image always gives the same bytes."""
    height, width = image.shape
    lines = np.zeros((height, width + 1), np.uint8)
    lines[:, 1:] = image
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, BYTE, 0, 0, 0, 0),
        b"IDAT": zlib.compress(lines.tobytes(), 9),
        b"IEND": b"",
    }
    told = [SIGNATURE]
    for name, data in parts.items():
        told.append(struct.pack(">I", len(data)) + name + data)
        told.append(struct.pack(">I", zlib.crc32(name + data)))
    return b"".join(told)


def grey(pixels: np.ndarray) -> np.ndarray:
    """Pixels of the shape (height, width, channels) as grey ones, by how bright they look."""
    if pixels.shape[2] in {1, 2}:
        return pixels[:, :, 0].copy()
    return np.round(pixels[:, :, :3] @ LUMA).astype(np.uint8)


def normalised(image: np.ndarray) -> np.ndarray:
    """An image of any size at SHAPE, each pixel the mean of the area that it covers."""
    if image.shape == SHAPE:
        return image
    rows, columns = (_areas(*pair) for pair in zip(image.shape, SHAPE, strict=True))
    return np.round(rows @ image.astype(float) @ columns.T).astype(np.uint8)


def features(stack: np.ndarray) -> np.ndarray:
    """What a linear model learns from: pixels, and the directions of edges in cells.

    `stack` has the shape (images, *SHAPE). Of each cell of CELL by CELL pixels it is how strong the
    edges in each of DIRECTIONS directions are, as in histograms of oriented gradients (Dalal and
    Triggs, 2005), and of each image as a whole they are of length 1.
    """
    values = stack.astype(float) / 255
    down, across = np.gradient(values, axis=(1, 2))
    strength = np.hypot(down, across)
    turns = np.arctan2(down, across) / (2 * np.pi) % 1
    direction = np.minimum((turns * DIRECTIONS).astype(int), DIRECTIONS - 1)
    count, height, width = values.shape
    cells = (count, height // CELL, CELL, width // CELL, CELL)
    edges = np.concatenate(
        [
            np.where(direction == one, strength, 0)
            .reshape(cells)
            .sum(axis=(2, 4))
            .reshape(count, -1)
            for one in range(DIRECTIONS)
        ],
        axis=1,
    )
    length = np.linalg.norm(edges, axis=1, keepdims=True)
    return np.concatenate([values.reshape(count, -1), edges / np.maximum(length, 1e-9)], axis=1)


def seen_of(stack: np.ndarray) -> dict[str, list[float]]:
    """What images are like, each from 0 to 1: brightness, contrast, and sharpness of edges."""
    values = stack.astype(float) / 255
    down, across = np.gradient(values, axis=(1, 2))
    return {
        "brightness": values.mean(axis=(1, 2)).tolist(),
        "contrast": (2 * values.std(axis=(1, 2))).tolist(),
        "sharpness": np.hypot(down, across).mean(axis=(1, 2)).tolist(),
    }


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """The data of each chunk by its name, those of one name joined. Raises ValueError."""
    if not content.startswith(SIGNATURE):
        raise ValueError("the image is no PNG")
    found: dict[bytes, bytes] = {}
    place = len(SIGNATURE)
    while place + 12 <= len(content) and b"IEND" not in found:
        (length,) = struct.unpack_from(">I", content, place)
        name, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if check != struct.pack(">I", zlib.crc32(name + data)):
            raise ValueError("the image is damaged: a part of it is not what was written")
        found[name] = found.get(name, b"") + data
        place += 12 + length
    return found


def _unfiltered(lines: np.ndarray, step: int) -> np.ndarray:
    """Lines of bytes without the filter that each begins with; `step` is the bytes of a pixel."""
    pixels = np.zeros((len(lines), lines.shape[1] - 1), np.uint8)
    above = np.zeros(lines.shape[1] - 1, np.uint8)
    for place, (kind, line) in enumerate(zip(lines[:, 0], lines[:, 1:], strict=True)):
        if kind == SUB:
            line = np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
        elif kind == UP:
            line = line + above
        elif kind in {AVERAGE, PAETH}:
            line = _along(line.tolist(), above.tolist(), step, int(kind))
        elif kind:
            raise ValueError("the image is damaged: a line has no known filter")
        pixels[place] = above = line
    return pixels


def _along(line: list[int], above: list[int], step: int, kind: int) -> np.ndarray:
    """A line whose bytes each depend on the one before."""
    for i, value in enumerate(line):
        left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
        up = above[i]
        if kind == AVERAGE:
            guess = (left + up) // 2
        else:
            near = left + up - corner
            # Of ties the first counts: https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth
            guess = min((left, up, corner), key=lambda one: abs(near - one))
        line[i] = (value + guess) % 256
    return np.array(line, np.uint8)


def _areas(size: int, wanted: int) -> np.ndarray:
    """How much of each of `size` pixels is in each of `wanted`, as a matrix whose rows sum to 1."""
    edges, pixels = np.arange(wanted + 1) * size / wanted, np.arange(size)
    low, high = np.maximum.outer(edges[:-1], pixels), np.minimum.outer(edges[1:], pixels + 1)
    return np.clip(high - low, 0, None) * wanted / size
