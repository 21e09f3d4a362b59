"""Exercises about what a network makes and takes: shapes, operations, bytes (lesson 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..exercise import Case, Exercise, Formula, Mistakes, Slip, add, keeping
from ..misconceptions import Count, counted, usual
from ..seeded_random import Stream

# --- how VGG16's shape goes wrong --------------------------------------------------------------


def _vgg_mistaken(wrong: Mistakes, height: int, width: int) -> list[float]:
    sides = [width, height] if "rows-columns-swapped" in wrong else [height, width]
    up, shrink = "ceil-for-floor" in wrong, "convolutions-shrink" in wrong
    for convolutions in (2, 2, 3, 3, 3)[: 5 - ("last-pool-forgotten" in wrong)]:
        sides = [(side - 2 * convolutions * shrink + up) // 2 for side in sides]
    channels = 1024 if "always-doubled" in wrong else 512
    return [*sides, channels] if "channels-written-last" in wrong else [channels, *sides]


def _photo(stream: Stream) -> Case:
    """Draw a photo whose sides leave a rest when they are halved five times."""
    sides = [32 * stream.integer(12, 31) + stream.integer(17, 30) for _ in "HW"]
    return {"height": sides[0], "width": sides[1]}


def _channels(channels: int) -> Callable[..., tuple[int, int, int]]:
    return lambda height, width: (channels, height // 32, width // 32)


def _halved(
    times: int, rounding: Callable[[float], float] = lambda n: n // 1
) -> Callable[..., Any]:
    """Return the answer of somebody who halves the sides so often."""

    def answers(height: int, width: int) -> list[float]:
        sides: list[float] = [height, width]
        for _ in range(times):
            sides = [rounding(side / 2) for side in sides]
        return [512, *sides]

    return answers


def _vgg_with(how: Count) -> Callable[..., Any]:
    def answers(height: int, width: int) -> list[float]:
        sides: list[Any] = [height, width]
        for _ in range(5):
            sides = [how(side, 2, 2, 0) for side in sides]
        return [512, *sides]

    return answers


_VGG_SLIPS = {
    "channels-of-photo": Slip(
        "The channels stayed those of the photo. The convolutions change them, block by block: "
        "look at VGG16's table.",
        _channels(3),
    ),
    "channels-of-block-one": Slip(
        "Those are the channels of the first block. They grow from block to block: look at "
        "VGG16's table.",
        _channels(64),
    ),
    "channels-of-block-two": Slip(
        "Those are the channels of the second block. They grow from block to block: look at "
        "VGG16's table.",
        _channels(128),
    ),
    "channels-of-block-three": Slip(
        "Those are the channels of the third block. They grow once more after it: look at VGG16's "
        "table.",
        _channels(256),
    ),
    "doubled-after-each-block": Slip(
        "The channels were doubled after every block, the last one too. Look at VGG16's table: "
        "from some block on they stop growing.",
        _channels(2048),
    ),
    "channels-of-the-dense-layers": Slip(
        "4096 is the width of the dense layers, which come later. How many channels does the last "
        "convolution make?",
        _channels(4096),
    ),
    "channels-of-the-classes": Slip(
        "1000 is how many classes there are, in the last dense layer. How many channels does the "
        "last convolution make?",
        _channels(1000),
    ),
    "as-for-224": Slip(
        "7×7 comes out of a photo of 224 rows and columns. This one has other sizes: halve them.",
        lambda height, width: (512, 7, 7),
    ),
    "fraction-kept": Slip(
        "A number of windows is whole. What becomes of a last row or column that has no partner?",
        lambda height, width: (512, height / 32, width / 32),
    ),
    "halved-by-each-convolution": Slip(
        "The sides were halved once for each of the 13 convolutions. With padding 1 and stride 1 "
        "these keep the size: which layers halve it?",
        _halved(13),
    ),
    "divided-by-ten": Slip(
        "The sides were divided by 2 · 5. Halve them five times: what is half of a half?",
        lambda height, width: (512, height // 10, width // 10),
    ),
    "halved-once": Slip(
        "The sides were halved once. Each of the five blocks ends in a pool.", _halved(1)
    ),
    "never-halved": Slip(
        "The sides are those of the photo. Each of the five blocks ends in a pool: what does it do "
        "to them?",
        _halved(0),
    ),
    "two-pools-missing": Slip(
        "Two pools are missing: there is one in each block. Count them.", _halved(3)
    ),
    "one-pool-too-many": Slip(
        "One pool too many was counted: there is one in each of the five blocks.", _halved(6)
    ),
    "nearest": Slip(
        "Halves were rounded to the nearest whole number. A last row or column without a partner "
        "is left out.",
        _halved(5, round),
    ),
    "rounded-in-the-end": Slip(
        "It was rounded to the nearest whole number in the end. Each pool leaves out a last row or "
        "column that has no partner.",
        lambda height, width: (512, round(height / 32), round(width / 32)),
    ),
    "flattened": Slip(
        "That is how many numbers come out in all. Asked is the shape: channels, height and width.",
        lambda height, width: 512 * (height // 32) * (width // 32),
    ),
    "with-a-batch": Slip(
        "A batch was written before the shape. The task asks for three numbers.",
        lambda height, width: (1, 512, height // 32, width // 32),
    ),
    **counted(_vgg_with, "forgot-plus-one", "stride-ignored"),
}

_VGG_SHAPES = {
    "last-pool-forgotten": "One pool is missing: the last block ends in a pool as well. Count the "
    "pools.",
    "convolutions-shrink": "The convolutions took a row on each side. With a 3×3 window and "
    "padding 1 they keep the size: put the numbers into the formula.",
    "channels-written-last": "The channels were written last, as the papers do. The task asks for "
    "PyTorch's order: which of the three comes first there?",
    "always-doubled": "The channels were doubled in every block. Look at VGG16's table once more: "
    "from some block on they stop growing.",
}

# --- vgg-shapes -----------------------------------------------------------------------------


def vgg_shape(height: int, width: int) -> tuple[int, int, int]:
    """Halve both sides five times, rounding down; the channels grow from 64 to 512."""
    for _ in range(5):
        height, width = height // 2, width // 2
    return 512, height, width


add(
    Exercise(
        id="vgg-shapes",
        title="What comes out of VGG16's last block?",
        lesson="10",
        stars=1,
        minutes=4,
        task="A photo of {height} rows and {width} columns goes through all five blocks of VGG16 "
        "(3×3 convolutions with padding 1, then a 2×2 max pool with stride 2). What shape comes "
        "out? Write `(channels, height, width)`.",
        entries=("the channels", "the height", "the width"),
        stub="answer = None",
        draws={1: keeping(_photo, lambda height, width: height // 32 != width // 32)},
        solution=vgg_shape,
        mistaken=_vgg_mistaken,
        slips=_VGG_SLIPS,
        misconceptions=usual(
            *("ceil-for-floor", "rows-columns-swapped", "last-pool-forgotten"),
            *("convolutions-shrink", "always-doubled", "channels-written-last"),
            own=_VGG_SHAPES,
        ),
        hints=(
            "Which layers change height and width, and which change the channels?",
            "Go block by block and round down each time. The channels are 64, 128, 256, 512, …",
            "`(512, height // 32, width // 32)`",
        ),
    )
)


def _work_of(how: Count) -> Callable[..., float]:
    """Return the answer of somebody who counts the windows along each side in this way."""
    return lambda size, inputs, outputs, kernel_size: (
        how(size, kernel_size, 2, kernel_size // 2) ** 2 * outputs * inputs * kernel_size**2
    )


_WORK_SLIPS = {
    **counted(_work_of, "forgot-plus-one", "padding-once", "ceil-for-floor"),
}

_MULTIPLY_ADDS = {
    "at-input-size": "The operations were counted at the size of the input. They are done once "
    "per output, and the stride makes fewer of those.",
    "doubled": "That is twice as much. Either additions and multiplications were counted apart "
    "(one multiply-add counts once here), or the stride was used along one side only.",
}

_MULTIPLY_ADDS_FORMULA = Formula(
    lambda size, inputs, outputs, kernel_size: {
        "output rows": (size + 2 * (kernel_size // 2) - kernel_size) // 2 + 1,
        "inputs": inputs,
        "outputs": outputs,
        "kernel_size": kernel_size,
        "size": size,
    },
    ((("output rows",) * 2 + ("outputs", "kernel_size", "kernel_size", "inputs"),),),
)

# --- multiply-adds --------------------------------------------------------------------------


def multiply_adds(size: int, inputs: int, outputs: int, kernel_size: int) -> int:
    """Count the outputs, then what each of them takes: one multiply-add per cell it reads."""
    side = (size + 2 * (kernel_size // 2) - kernel_size) // 2 + 1
    return side * side * outputs * (kernel_size * kernel_size * inputs)


def _work_mistaken(wrong: Mistakes, size: int, inputs: int, outputs: int, kernel_size: int) -> int:
    padding = 0 if "padding-ignored" in wrong else kernel_size // 2
    side = size if "at-input-size" in wrong else (size + 2 * padding - kernel_size) // 2 + 1
    kernel = kernel_size if "side-not-squared" in wrong else kernel_size * kernel_size
    depth = 1 if "channels-forgotten" in wrong else inputs
    return side * side * outputs * kernel * depth * (2 if "doubled" in wrong else 1)


add(
    Exercise(
        id="multiply-adds",
        title="How much work is one convolution?",
        lesson="10",
        stars=2,
        minutes=5,
        task="A map of {size}×{size} with {inputs} channels goes through a convolution with "
        "kernel_size={kernel_size}, stride=2 and padding kernel_size // 2, to {outputs} channels. "
        "How many multiply-adds is that, biases left aside?",
        stub="answer = None",
        draws={
            1: lambda stream: {
                "size": stream.integer(20, 120),
                "inputs": 4 * stream.integer(3, 24),
                "outputs": 4 * stream.integer(3, 24),
                "kernel_size": stream.choice([3, 5, 7]),
            }
        },
        solution=multiply_adds,
        mistaken=_work_mistaken,
        slips=_WORK_SLIPS,
        formula=_MULTIPLY_ADDS_FORMULA,
        misconceptions=usual(
            *("channels-forgotten", "at-input-size", "doubled"),
            *("padding-ignored", "side-not-squared"),
            own=_MULTIPLY_ADDS,
        ),
        hints=(
            "How many numbers come out? Each of them is one window's work.",
            "One output reads kernel_size·kernel_size cells of every input channel.",
            "`side·side·outputs · kernel_size·kernel_size·inputs`, `side` as in lesson 02.",
        ),
    )
)


def _pooled_bytes(how: Count) -> Callable[..., float]:
    """Return the answer of somebody who counts the windows of the pool in this way."""
    return lambda batch, channels, height, width: (
        batch * channels * how(height, 2, 2, 0) * how(width, 2, 2, 0) * 4
    )


def _in_units(unit: float) -> Callable[..., float]:
    def slipped(batch: int, channels: int, height: int, width: int) -> float:
        return batch * channels * (height // 2) * (width // 2) * 4 / unit

    return slipped


def _unit(name: str) -> str:
    return f"Those are {name}. The task asks for bytes."


_BYTE_SLIPS = {
    "kilobytes": Slip(_unit("kilobytes (1000 bytes each)"), _in_units(1000)),
    "kibibytes": Slip(_unit("kibibytes (1024 bytes each)"), _in_units(1024)),
    "megabytes": Slip(_unit("megabytes (a million bytes each)"), _in_units(1e6)),
    "mebibytes": Slip(_unit("mebibytes (1024² bytes each)"), _in_units(2**20)),
    "half-precision": Slip(
        "Two bytes were counted for each number, as float16 takes. How many bits has float32?",
        _in_units(2),
    ),
    "double-precision": Slip(
        "Eight bytes were counted for each number, as float64 takes. How many bits has float32?",
        _in_units(0.5),
    ),
    "gradients-too": Slip(
        "That is twice as much, as if a gradient were kept beside each number. Only the result is "
        "asked for.",
        _in_units(0.5),
    ),
    "indices-too": Slip(
        "Eight more bytes were counted for each number, as for the indices of its maximum. Only "
        "the result is asked for.",
        _in_units(1 / 3),
    ),
    "input-too": Slip(
        "The map before the pool was counted as well. Only the result is asked for.",
        lambda batch, channels, height, width: (
            batch * channels * (height * width + height // 2 * (width // 2)) * 4
        ),
    ),
    "quartered": Slip(
        "Each side was divided by four. The window moves by two cells: what becomes of a side, and "
        "what of the area?",
        lambda batch, channels, height, width: batch * channels * (height // 4) * (width // 4) * 4,
    ),
    "shape": Slip(
        "That is the shape of the result. How many numbers is that, and how many bytes are they?",
        lambda batch, channels, height, width: (batch, channels, height // 2, width // 2),
    ),
    **counted(_pooled_bytes, "forgot-plus-one", "stride-ignored"),
}

_ACTIVATION_BYTES = {
    "pool-forgotten": "That is the size before the pool. It is the result that is asked for.",
    "one-side-halved": "The pool was taken to halve the map. It halves both sides: what does that "
    "leave of the area?",
    "numbers-not-bytes": "Numbers were counted. A float32 takes more than one byte.",
    "bits-for-bytes": "Those are bits. Eight bits make one byte, and bytes are asked for.",
    "one-image": "That is one image of the batch. All of them are kept at once.",
}

_ACTIVATION_BYTES_FORMULA = Formula(
    lambda batch, channels, height, width: {
        "batch": batch,
        "channels": channels,
        "output rows": height // 2,
        "output columns": width // 2,
        "bytes of a number": 4,
        "height": height,
        "width": width,
    },
    (((*("batch", "channels", "output rows", "output columns"), "bytes of a number"),),),
)

# --- activation-bytes -----------------------------------------------------------------------


def activation_bytes(batch: int, channels: int, height: int, width: int) -> int:
    """Count the numbers that are left after the pool, four bytes each."""
    return batch * channels * (height // 2) * (width // 2) * 4


def _bytes_mistaken(wrong: Mistakes, batch: int, channels: int, height: int, width: int) -> int:
    cells = (height // 2) * (width // 2)
    cells *= 4 if "pool-forgotten" in wrong else 2 if "one-side-halved" in wrong else 1
    width_of_number = 1 if "numbers-not-bytes" in wrong else 4
    width_of_number *= 8 if "bits-for-bytes" in wrong else 1
    batch = 1 if "one-image" in wrong else batch
    return batch * (1 if "one-channel" in wrong else channels) * cells * width_of_number


add(
    Exercise(
        id="activation-bytes",
        title="How much memory does a map take?",
        lesson="10",
        stars=1,
        minutes=3,
        task="A batch of {batch} maps with {channels} channels of {height} rows and {width} "
        "columns in float32 goes through a 2×2 max pool with stride 2. How many bytes does the "
        "result take?",
        stub="answer = None",
        draws={
            1: lambda stream: {
                "batch": stream.choice([5, 6, 7, 9, 10, 11, 12, 13]),
                "channels": stream.choice([24, 40, 48, 56, 72, 80, 88, 96]),
                "height": 2 * stream.integer(10, 60),
                "width": 2 * stream.integer(10, 60),
            }
        },
        solution=activation_bytes,
        mistaken=_bytes_mistaken,
        slips=_BYTE_SLIPS,
        formula=_ACTIVATION_BYTES_FORMULA,
        misconceptions=usual(
            *("pool-forgotten", "one-side-halved", "numbers-not-bytes"),
            *("bits-for-bytes", "one-image", "one-channel"),
            own=_ACTIVATION_BYTES,
        ),
        hints=(
            "How many numbers does one channel of one image have after the pool?",
            "Times the channels, times the batch; float32 means 32 bits.",
            "`batch·channels·(height/2)·(width/2)·4`",
        ),
    )
)
