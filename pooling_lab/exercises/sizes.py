"""Exercises about shapes and output sizes (lessons 01 and 02)."""

from __future__ import annotations

from .exercise import Case, Exercise, Mistakes, add
from .streams import Stream
from .usual import count, usual

# --- output-size ----------------------------------------------------------------------------


def output_size(
    height: int, width: int, kernel_size: int, stride: int, padding: int
) -> tuple[int, int]:
    """Along each axis: the first window, then one more for each whole stride of room left."""
    down = height + 2 * padding - kernel_size
    across = width + 2 * padding - kernel_size
    return down // stride + 1, across // stride + 1


def _output_size_mistaken(wrong: Mistakes, height: int, width: int, **window: int) -> list[float]:
    sizes = [count(wrong, cells, **window) for cells in (height, width)]
    return sizes[::-1] if "rows-columns-swapped" in wrong else sizes


def _output_size_draw(stream: Stream) -> Case:
    kernel_size = stream.integer(5, 12)
    return {
        "height": stream.integer(20, 120),
        "width": stream.integer(20, 120),
        "kernel_size": kernel_size,
        "stride": stream.integer(2, 4),
        "padding": stream.integer(2, kernel_size // 2),
    }


add(
    Exercise(
        id="output-size",
        title="How many windows fit?",
        lesson="02",
        stars=1,
        minutes=4,
        task="A map of {height} rows and {width} columns goes through a pooling layer with "
        "kernel_size={kernel_size}, stride={stride} and padding={padding} (and ceil_mode=False, "
        "PyTorch's default). How many rows and columns come out? Write `(rows, columns)`.",
        stub="answer = None",
        draw=_output_size_draw,
        solution=output_size,
        mistaken=_output_size_mistaken,
        misconceptions=usual(
            *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor"),
            *("fraction-kept", "stride-ignored", "stride-is-kernel", "window-not-subtracted"),
            "rows-columns-swapped",
        ),
        hints=(
            "How long is a column once there is padding at both ends?",
            "Put the first window at the very top. How many cells of room are left below it, and "
            "how many whole strides are in that room?",
            "floor((height + 2·padding − kernel_size) / stride) + 1, and the same for the width.",
        ),
    )
)
