"""Exercises about what a network learns: how many weights (lessons 06 and 11)."""

from __future__ import annotations

from ..exercise import Exercise, Formula, Mistakes, Slip, add
from ..misconceptions import usual

# --- how weights are miscounted ----------------------------------------------------------------


def _head_mistaken(wrong: Mistakes, channels: int, size: int, classes: int) -> tuple[int, int]:
    cells = size if "side-not-squared" in wrong else size * size
    left = size if "one-axis-averaged" in wrong else 1
    depth = 1 if "channels-forgotten" in wrong else channels
    bias = 0 if "biases-forgotten" in wrong else classes
    pooled = channels if "pool-weights-counted" in wrong else 0
    flattened, averaged = depth * cells * classes + bias, depth * left * classes + bias + pooled
    return (averaged, flattened) if "parts-swapped" in wrong else (flattened, averaged)


_HEAD_SLIPS = {
    "one-bias": Slip(
        "One bias was counted in all. A dense layer has one for each of its outputs.",
        lambda channels, size, classes: (channels * size**2 * classes + 1, channels * classes + 1),
    ),
    "inputs-counted": Slip(
        "Those are the numbers that arrive at the dense layer. It learns a weight for each pair of "
        "an input and an output, and a bias for each output.",
        lambda channels, size, classes: (channels * size**2, channels),
    ),
    "added-not-multiplied": Slip(
        "Inputs and outputs were added. Each input has a weight to each output: draw two inputs "
        "and three outputs, and count the lines between them.",
        lambda channels, size, classes: (channels * size**2 + classes, channels + classes),
    ),
    "channels-for-classes": Slip(
        "The outputs were taken to be as many as the channels. How many scores does the layer "
        "make?",
        lambda channels, size, classes: (channels**2 * size**2 + channels, channels**2 + channels),
    ),
    "bytes": Slip(
        "Those would be bytes, four for each number. The task asks how many numbers.",
        lambda channels, size, classes: (
            4 * (channels * size**2 + 1) * classes,
            4 * (channels + 1) * classes,
        ),
    ),
    "divided-by-side": Slip(
        "(b) is (a), divided by the side of the map. What is left of a channel after global "
        "average pooling, and are the biases fewer then?",
        lambda channels, size, classes: (
            (channels * size**2 + 1) * classes,
            (channels * size**2 + 1) * classes / size,
        ),
    ),
    "divided-by-area": Slip(
        "(b) is (a), divided by the cells of the map. The weights become fewer like that: and the "
        "biases?",
        lambda channels, size, classes: (
            (channels * size**2 + 1) * classes,
            (channels * size**2 + 1) * classes / size**2,
        ),
    ),
    "pool-learns-a-window": Slip(
        "Weights were counted for the pooling, one for each cell it averages. It divides by their "
        "number: what would it learn?",
        lambda channels, size, classes: (
            (channels * size**2 + 1) * classes,
            (channels + 1) * classes + size**2,
        ),
    ),
    "pool-learns-a-window-per-channel": Slip(
        "Weights were counted for the pooling, one for each cell it averages. It divides by their "
        "number: what would it learn?",
        lambda channels, size, classes: (
            (channels * size**2 + 1) * classes,
            (channels + 1) * classes + channels * size**2,
        ),
    ),
    "nothing-left": Slip(
        "Averaging itself learns nothing, but after it there is still a dense layer: what does "
        "that one learn?",
        lambda channels, size, classes: ((channels * size**2 + 1) * classes, 0),
    ),
}

_HEAD_WEIGHTS = {
    "parts-swapped": "(a) and (b) are swapped. Which of the two heads is the large one?",
    "one-axis-averaged": "A whole row was left of each channel. Global pooling leaves one number "
    "per channel: which axes does it collapse?",
}

_HEAD_WEIGHTS_FORMULA = Formula(
    lambda channels, size, classes: {"channels": channels, "size": size, "classes": classes},
    (
        (("channels", "size", "size", "classes"), ("classes",)),
        (("channels", "classes"), ("classes",)),
    ),
)

# --- head-weights ---------------------------------------------------------------------------


def head_weights(channels: int, size: int, classes: int) -> tuple[int, int]:
    """Count a weight per input and class, and a bias per class, for both heads."""
    flattened, averaged = channels * size * size, channels
    return flattened * classes + classes, averaged * classes + classes


add(
    Exercise(
        id="head-weights",
        title="What does global average pooling replace?",
        lesson="06",
        stars=2,
        minutes=5,
        task="The last map has {channels} channels of {size}×{size}; a dense layer with biases "
        "makes {classes} class scores from it. How many numbers does the head learn (a) after "
        "flattening the map, (b) after global average pooling? Write `(a, b)`.",
        entries=("(a)", "(b)"),
        stub="answer = None",
        draws={
            1: lambda stream: {
                "channels": 8 * stream.integer(20, 200),
                "size": stream.integer(5, 12),
                "classes": stream.integer(20, 300),
            }
        },
        solution=head_weights,
        mistaken=_head_mistaken,
        slips=_HEAD_SLIPS,
        formula=_HEAD_WEIGHTS_FORMULA,
        misconceptions=usual(
            *("biases-forgotten", "pool-weights-counted", "channels-forgotten"),
            *("side-not-squared", "one-axis-averaged", "parts-swapped"),
            own=_HEAD_WEIGHTS,
        ),
        hints=(
            "How many numbers arrive at the dense layer in each case?",
            "A dense layer has a weight for each pair of input and output, and a bias per output.",
            "(a) `channels·size·size·classes + classes`; (b) the same without `size·size`.",
        ),
    )
)

_STRIDED_SLIPS = {
    "one-bias": Slip(
        "One bias was counted in all. A convolution has one for each of its output channels.",
        lambda channels, kernel_size: kernel_size**2 * channels**2 + 1,
    ),
    "bytes": Slip(
        "Those would be bytes, four for each number. The task asks how many numbers.",
        lambda channels, kernel_size: 4 * (kernel_size**2 * channels**2 + channels),
    ),
    "pool-window": Slip(
        "The kernel was taken to be 2×2, as the pool's window was. How large is the convolution's?",
        lambda channels, kernel_size: 4 * channels**2 + channels,
    ),
    "nothing-added": Slip(
        "A pool learns nothing, and here a convolution takes its place. Does that learn nothing "
        "either?",
        lambda channels, kernel_size: 0,
    ),
}

_STRIDED_CONV_WEIGHTS = {
    "stride-divides-weights": "The stride was taken to save weights. It saves places at which the "
    "kernel is used; the kernel itself stays as it is."
}

_STRIDED_CONV_WEIGHTS_FORMULA = Formula(
    lambda channels, kernel_size: {"channels": channels, "kernel_size": kernel_size},
    ((("kernel_size", "kernel_size", "channels", "channels"), ("channels",)),),
)

# --- strided-conv-weights -------------------------------------------------------------------


def strided_conv_weights(channels: int, kernel_size: int) -> int:
    """Count a kernel for each pair of channels, and a bias per output; the pool had nothing."""
    return kernel_size * kernel_size * channels * channels + channels


def _strided_mistaken(wrong: Mistakes, channels: int, kernel_size: int) -> int:
    inputs = 1 if "channels-forgotten" in wrong else channels
    kernel = kernel_size if "side-not-squared" in wrong else kernel_size * kernel_size
    weights = kernel * inputs * channels
    if "stride-divides-weights" in wrong:
        weights //= 4
    if "pool-weights-counted" in wrong:
        weights -= 4 * channels
    return weights + (0 if "biases-forgotten" in wrong else channels)


add(
    Exercise(
        id="strided-conv-weights",
        title="What does the replacement cost?",
        lesson="11",
        stars=1,
        minutes=3,
        task="A 2×2 max pool on {channels} channels is replaced by a convolution with "
        "kernel_size={kernel_size}, stride=2 and a bias, that keeps the {channels} channels. By "
        "how many learned numbers does the network grow?",
        stub="answer = None",
        draws={
            1: lambda stream: {
                "channels": 4 * stream.integer(4, 100),
                "kernel_size": stream.choice([2, 3, 5]),
            }
        },
        solution=strided_conv_weights,
        mistaken=_strided_mistaken,
        slips=_STRIDED_SLIPS,
        formula=_STRIDED_CONV_WEIGHTS_FORMULA,
        misconceptions=usual(
            *("biases-forgotten", "pool-weights-counted", "channels-forgotten"),
            *("side-not-squared", "stride-divides-weights"),
            own=_STRIDED_CONV_WEIGHTS,
        ),
        hints=(
            "How many numbers did the pool learn?",
            "Each output channel has a kernel for every input channel, and one bias.",
            "`kernel_size² · channels · channels + channels`",
        ),
    )
)
