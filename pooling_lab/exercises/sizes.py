"""Exercises about shapes and output sizes (lessons 01 and 02)."""

from __future__ import annotations

from .exercise import Case, Exercise, add
from .streams import Stream
from .usual import count, usual

# --- output-size ----------------------------------------------------------------------------


def count_windows(size: int, kernel_size: int, stride: int, padding: int) -> int:
    """Count the first window, then one more for each whole stride of room that is left."""
    room = size + 2 * padding - kernel_size
    return room // stride + 1


def _output_size_draw(stream: Stream) -> Case:
    kernel_size = stream.integer(3, 9)
    return {
        "size": stream.integer(40, 400),
        "kernel_size": kernel_size,
        "stride": stream.integer(2, 7),
        "padding": stream.integer(1, kernel_size // 2),
    }


add(
    Exercise(
        id="output-size",
        title="How many windows fit?",
        lesson="02",
        stars=1,
        minutes=3,
        task="A row of {size} pixels goes through a pooling layer with kernel_size={kernel_size}, "
        "stride={stride} and padding={padding}. How many numbers come out? (ceil_mode is False, "
        "PyTorch's default.)",
        stub="answer = None",
        draw=_output_size_draw,
        solution=count_windows,
        mistaken=count,
        misconceptions=usual(
            *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor"),
            *("fraction-kept", "stride-ignored", "stride-is-kernel", "window-not-subtracted"),
        ),
        hints=(
            "How long is the row once there is padding on both sides?",
            "Put the first window at the very left. How many cells of room are left to its right, "
            "and how many whole strides are in that room?",
            "floor((size + 2·padding − kernel_size) / stride) + 1",
        ),
    )
)
