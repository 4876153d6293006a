import struct
import zlib

import numpy as np
import pytest


@pytest.fixture(scope="module")
def images(code):
    return code["images"]


def png(lines, width, *, depth=8, colour=0, interlace=0, palette=b""):
    """A PNG file of lines, each with its filter's byte in front."""

    def chunk(name, data):
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, len(lines), depth, colour, 0, 0, interlace)
    parts = [chunk(b"IHDR", header)]
    if palette:
        parts.append(chunk(b"PLTE", palette))
    data = zlib.compress(b"".join(bytes(line) for line in lines))
    # A decoder joins what was written in several parts.
    parts += [chunk(b"IDAT", data[:7]), chunk(b"IDAT", data[7:]), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_what_is_written_is_read(images):
    image = np.random.default_rng(0).integers(0, 256, (9, 5)).astype(np.uint8)
    content = images.encode(image)

    assert np.array_equal(images.decode(content), image)
    assert images.encode(image) == content


def test_each_filter_is_undone_as_the_format_says(images):
    # The same lines 10 20 30 and 40 60 20, by each filter: https://www.w3.org/TR/png-3/#9Filters
    first = [0, 10, 20, 30]
    second = {
        "none": [0, 40, 60, 20],
        "sub": [1, 40, 20, 256 - 40],
        "up": [2, 30, 40, 256 - 10],
        "average": [3, 35, 30, 256 - 25],
        "paeth": [4, 30, 20, 256 - 40],
    }
    for name, line in second.items():
        found = images.decode(png([first, line], 3))
        assert found.tolist() == [[10, 20, 30], [40, 60, 20]], name


def test_colours_become_grey_and_alpha_is_left_out(images):
    rgb = [0, 255, 255, 255, 255, 0, 0]
    assert images.decode(png([rgb], 2, colour=2)).tolist() == [[255, 76]]
    assert images.decode(png([[0, 255, 255, 255, 9, 255, 0, 0, 9]], 2, colour=6)).tolist() == [
        [255, 76]
    ]
    assert images.decode(png([[0, 7, 0, 8, 255]], 2, colour=4)).tolist() == [[7, 8]]
    palette = bytes([0, 0, 0, 255, 255, 255])
    assert images.decode(png([[0, 1, 0]], 2, colour=3, palette=palette)).tolist() == [[255, 0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no PNG"),
        (b"GIF89a", "is no PNG"),
        (b"\x89PNG\r\n\x1a\n", "has no header"),
        (png([[0, 1, 2]], 2)[:-30], "damaged: it ends too early|damaged: "),
        (png([[9, 1, 2]], 2), "damaged: a line has no known filter"),
        (png([[0, 1]], 2), "damaged: it ends too early"),
        (png([[0, 5]], 1, colour=3, palette=bytes(3)), "its palette lacks colours"),
        (png([[0, 0, 1]], 1, depth=16), "is no PNG of 8 bits a channel"),
        (png([[0, 1]], 1, interlace=1), "without interlacing"),
        (png([], 9), "9 by 0 pixels"),
        (png([[0]], 5_000_000), "5000000 by 1 pixels; at most 4000000 are read"),
    ],
)
def test_what_cannot_be_read_is_told(images, content, message):
    with pytest.raises(ValueError, match=message):
        images.decode(content)


def test_a_changed_byte_is_noticed(images):
    content = bytearray(images.encode(np.zeros((4, 4), np.uint8)))
    content[-20] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        images.decode(bytes(content))


@pytest.mark.parametrize("shape", [(8, 8), (16, 16), (31, 47), (5, 90)])
def test_an_image_of_any_size_is_brought_to_one_and_stays_as_bright(images, shape):
    image = np.add.outer(np.linspace(0, 200, shape[0]), np.linspace(0, 55, shape[1]))
    image = image.astype(np.uint8)
    found = images.normalised(image)

    assert (found.shape, found.dtype) == (images.SHAPE, np.uint8)
    assert found.mean() == pytest.approx(image.mean(), abs=1)
    assert np.array_equal(images.normalised(found), found)


def test_a_pixel_is_the_mean_of_the_area_that_it_covers(images):
    image = np.zeros((32, 32), np.uint8)
    image[:2, :2] = [[0, 100], [100, 200]]
    found = images.normalised(image)
    assert found[0, 0] == 100
    assert found[1:, 1:].max() == 0


def test_features_tell_a_line_from_the_one_across_it(images):
    down, across = np.zeros((2, *images.SHAPE), np.uint8)
    down[:, 7:9], across[7:9] = 255, 255
    edges = images.features(np.array([down, across]))[:, 256:]

    assert np.linalg.norm(edges, axis=1) == pytest.approx([1, 1])
    assert edges[0] @ edges[1] < 0.2
    again = images.features(np.array([np.roll(down, 1, axis=1)]))[:, 256:]
    assert edges[0] @ again[0] > 0.5


def test_what_is_seen_tells_dark_flat_and_blurred_images(images):
    sharp = np.indices(images.SHAPE).sum(axis=0) // 4 % 2 * 255
    blurred = (sharp + np.roll(sharp, 1, 0) + np.roll(sharp, 1, 1) + np.roll(sharp, 2, 0)) / 4
    seen = images.seen_of(np.array([sharp, sharp / 4, blurred]).astype(np.uint8))

    assert set(seen) == {"brightness", "contrast", "sharpness"}
    assert seen["brightness"][1] < seen["brightness"][0] / 3
    assert seen["contrast"][1] < seen["contrast"][0] / 3
    assert seen["sharpness"][2] < seen["sharpness"][0]
    assert all(0 <= one <= 1 for values in seen.values() for one in values)
