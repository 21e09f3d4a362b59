"""Exercises about gradients and about where a maximum was (lessons 04 and 09)."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, function
from ..misconceptions import TEXTS, usual
from ..seeded_random import Stream
from .by_hand import INDICES


def draw_gradient(stream: Stream) -> Case:
    """Draw a map with ties, windows that may overlap, and a gradient for each output."""
    kernel_size, stride = stream.choice([(2, 1), (2, 2), (3, 1), (3, 2), (3, 3)])
    rows, columns = (stream.integer(1, 2) for _ in range(2))
    height, width = ((n * stride + kernel_size) for n in (rows, columns))
    return {
        "grad_output": stream.permuted(rows + 1, columns + 1, low=-19, high=19) / 2,
        "x": stream.moved(stream.grid(height, width, low=-4, high=4)),
        "kernel_size": kernel_size,
        "stride": stride,
    }


def draw_pooled(stream: Stream) -> Case:
    """Draw the maxima of 2×2 blocks, and where in its block each was; odd sizes leave a rest."""
    rows, columns = stream.integer(1, 3), stream.integer(2, 3)
    height, width = 2 * rows + stream.integer(0, 1), 2 * columns + stream.integer(0, 1)
    i, j = np.indices((rows, columns))
    down, across = (stream.grid(rows, columns, low=0, high=1) for _ in range(2))
    return {
        "y": stream.permuted(rows, columns, low=-19, high=19) / 2,
        "indices": ((2 * i + down) * width + 2 * j + across).astype(int),
        "height": height,
        "width": width,
    }


# --- max-backward ---------------------------------------------------------------------------


def max_pool2d_backward(
    grad_output: np.ndarray, x: np.ndarray, kernel_size: int, stride: int
) -> np.ndarray:
    """Give each output's gradient to the first cell of its window that is the maximum."""
    grad = np.zeros(x.shape)
    for (i, j), gradient in np.ndenumerate(grad_output):
        window = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
        row, column = divmod(int(window.argmax()), kernel_size)
        grad[i * stride + row, j * stride + column] += gradient
    return grad


add(
    Exercise(
        id="max-backward",
        title="Send the gradient back through a maximum",
        lesson="09",
        stars=3,
        minutes=15,
        task="Write `my_max_pool2d_backward`: the gradient of max pooling with respect to `x`, of "
        "shape (H, W). `grad_output` holds a gradient for each output. Where cells tie, the first "
        "one in reading order was the maximum. There is no padding. The forward pass may be "
        "pooling_lab's `max_pool2d`, with `return_indices=True`. The map may hold whole numbers, "
        "and the gradient does not.",
        stub=function("my_max_pool2d_backward(grad_output, x, kernel_size, stride)"),
        draws={1: draw_gradient},
        solution=max_pool2d_backward,
        hints=(
            "Which cell did each output come from? One cell may be the maximum of two windows.",
            "`row, column = divmod(window.argmax(), kernel_size)`, then `+=` at that place.",
        ),
        forbidden=("pooling_lab.gradients", "pooling_lab.reference", "pooling_lab.exercises"),
    )
)

# --- avg-backward ---------------------------------------------------------------------------


def avg_pool2d_backward(
    grad_output: np.ndarray, x: np.ndarray, kernel_size: int, stride: int
) -> np.ndarray:
    """Give every cell of a window the same share of its output's gradient, and add up."""
    grad = np.zeros(x.shape)
    for (i, j), gradient in np.ndenumerate(grad_output):
        rows = slice(i * stride, i * stride + kernel_size)
        columns = slice(j * stride, j * stride + kernel_size)
        grad[rows, columns] += gradient / kernel_size**2
    return grad


add(
    Exercise(
        id="avg-backward",
        title="Send the gradient back through an average",
        lesson="09",
        stars=2,
        minutes=10,
        task="Write `my_avg_pool2d_backward`: the gradient of average pooling with respect to `x`, "
        "of shape (H, W). `grad_output` holds a gradient for each output. There is no padding. The "
        "map may hold whole numbers, and the gradient does not.",
        stub=function("my_avg_pool2d_backward(grad_output, x, kernel_size, stride)"),
        draws={1: draw_gradient},
        solution=avg_pool2d_backward,
        hints=(
            "If one cell grows by 1, by how much does the average of its window grow?",
            "A cell that two windows read has caused both outputs: their shares add up.",
            "`grad[window] += gradient / kernel_size**2` for every output.",
        ),
    )
)

# --- how positions go wrong --------------------------------------------------------------------


def _indices_mistaken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    found = np.array(argmax_indices(-x if "min-for-max" in wrong else x))
    found = found.T if "transposed" in wrong else found
    if "value-for-index" in wrong:
        return x.ravel()[found]
    rows, columns = np.divmod(found, 6)
    if "index-in-window" in wrong:
        rows, columns = rows % 2, columns % 3
    rows, columns = (columns, rows) if "rows-columns-swapped" in wrong else (rows, columns)
    width = 3 if "index-in-window" in wrong else 4 if "index-times-height" in wrong else 6
    return rows * width + columns + ("counted-from-one" in wrong)


_INDEX_SLIPS = {
    "counted-down": Slip(
        "The positions were counted down the columns. They run along the rows: which cell comes "
        "after the last one of a row?",
        lambda x: [[n % 6 * 4 + n // 6 for n in row] for row in argmax_indices(x)],
    ),
    "pairs": Slip(
        "Those are a row and a column for each maximum. One number is asked for: how many cells "
        "come before that one, row after row?",
        lambda x: [[divmod(n, 6) for n in row] for row in argmax_indices(x)],
    ),
    "within-band": Slip(
        "The rows were counted within each pair of windows. They are counted from the top of the "
        "map: how many rows lie above the lower two windows?",
        lambda x: [[n - 12 * i for n in row] for i, row in enumerate(argmax_indices(x))],
    ),
    "row-plus-column": Slip(
        "Row and column were added. A flat position jumps by the length of a row when the row "
        "changes.",
        lambda x: [[n // 6 + n % 6 for n in row] for row in argmax_indices(x)],
    ),
}

_ARGMAX_INDICES = {
    "index-in-window": "That position counts inside the window. It is wanted in the whole map: "
    "where does that window start?",
    "value-for-index": "Those are the maxima themselves. The task asks where in the map they are.",
    "transposed": "The right numbers at the wrong places: rows and columns of your list are "
    "swapped. Its first row belongs to the two upper windows.",
    "index-times-height": "A flat position jumps by the length of a row when the row changes, "
    "and a row is as long as there are columns.",
}

# --- argmax-indices -------------------------------------------------------------------------


def argmax_indices(x: np.ndarray) -> list[list[int]]:
    """Find each window's largest number, and count its place along the rows of the map."""
    found = [[0, 0], [0, 0]]
    for i, j in np.ndindex(2, 2):
        row, column = divmod(int(x[2 * i : 2 * i + 2, 3 * j : 3 * j + 3].argmax()), 3)
        found[i][j] = (2 * i + row) * 6 + 3 * j + column
    return found


add(
    Exercise(
        id="argmax-indices",
        title="Where was the maximum?",
        lesson="04",
        stars=2,
        minutes=5,
        task="The map `x` of 4 rows and 6 columns is max-pooled with kernel_size=(2, 3), 2 rows "
        "and 3 columns, and stride=(2, 3). Write the indices that `return_indices=True` gives, as "
        "a list of rows: the position of each maximum in the whole map, counted along the rows "
        "from 0.",
        stub="answer = None",
        draws={1: lambda stream: {"x": stream.permuted(4, 6, low=-15, high=15)}},
        solution=argmax_indices,
        mistaken=_indices_mistaken,
        slips=_INDEX_SLIPS | INDICES,
        misconceptions=usual(
            *("index-in-window", "index-times-height", "rows-columns-swapped"),
            *("transposed", "value-for-index", "min-for-max", "counted-from-one"),
            own=_ARGMAX_INDICES,
        ),
        hints=(
            "Draw the four windows, two rows by three columns each, and mark each maximum.",
            "In which row and column of the whole map does the marked cell lie, both from 0?",
            "`row * 6 + column`",
        ),
    )
)

# --- how maxima are put back wrongly -----------------------------------------------------------


def _twice_as_large(y: np.ndarray, indices: np.ndarray, height: int, width: int) -> np.ndarray:
    rows, columns = 2 * y.shape[0], 2 * y.shape[1]
    return np.resize(max_unpool2d(y, indices, height, width), rows * columns).reshape(rows, columns)


_UNPOOL_SLIPS = {
    "counted-down": Slip(
        "The indices were counted down the columns. They run along the rows: which cell comes "
        "after the last one of a row?",
        lambda y, indices, height, width: max_unpool2d(y, indices, width, height).T,
    ),
    "fraction-lost": Slip(TEXTS["fraction-lost"], lambda **case: np.trunc(max_unpool2d(**case))),
    "twice-the-size": Slip(
        "The map was made twice as large as `y`. A pool leaves an odd last row or column out, so "
        "the map may be larger: which arguments say how large?",
        _twice_as_large,
    ),
}

# --- unpool ---------------------------------------------------------------------------------


def max_unpool2d(y: np.ndarray, indices: np.ndarray, height: int, width: int) -> np.ndarray:
    """Put each value back at its place in the flattened map; everything else is 0."""
    flat = np.zeros(height * width)
    flat[indices.ravel()] = y.ravel()
    return flat.reshape(height, width)


add(
    Exercise(
        id="unpool",
        title="Put the maxima back",
        lesson="04",
        stars=2,
        minutes=8,
        task="Write `my_max_unpool2d`: it undoes a 2×2 max pooling with stride 2, as far as that "
        "is possible. `indices` holds where in the map of `height` rows and `width` columns each "
        "number of `y` came from, counted along the rows. Every other cell becomes 0.",
        stub=function("my_max_unpool2d(y, indices, height, width)"),
        draws={1: draw_pooled},
        solution=max_unpool2d,
        slips=_UNPOOL_SLIPS,
        hints=(
            "Lay the map's rows one after the other: zeros, with each number at its index.",
            "`flat[indices.ravel()] = y.ravel()`, then `reshape`.",
        ),
    )
)
