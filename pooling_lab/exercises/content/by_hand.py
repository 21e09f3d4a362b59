"""Slips of small tasks that are done by hand, with pencil and paper (lessons 03, 04, 05, 07)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Slip

How = Callable[[np.ndarray], Any]


def pooled(x: np.ndarray, how: How, rows: int = 2, columns: int = 2, step: int = 0) -> np.ndarray:
    """Apply ``how`` to windows of so many rows and columns that lie side by side, or overlap."""
    high, wide = step or rows, step or columns
    places = [
        range(0, n - k + 1, s)
        for n, k, s in zip(x.shape, (rows, columns), (high, wide), strict=True)
    ]
    return np.array([[how(x[i : i + rows, j : j + columns]) for j in places[1]] for i in places[0]])


# --- grids of 2×2 windows ---------------------------------------------------------------------


def pasted_back(how: How) -> Slip:
    """Return the slip of somebody who writes each result to all cells of its window."""
    return Slip(
        "Each result was written to all cells of its window. A window gives one number: how many "
        "come out?",
        lambda x: pooled(x, how).repeat(2, 0).repeat(2, 1),
    )


def _others_zero(x: np.ndarray) -> np.ndarray:
    return np.where(x == pooled(x, np.max).repeat(2, 0).repeat(2, 1), x, 0)


MAXIMA = {
    "spread-over-window": pasted_back(np.max),
    "others-set-to-zero": Slip(
        "The map has kept its size: the maxima stand where they were, and the rest is 0. A window "
        "gives one number: how many come out?",
        _others_zero,
    ),
    "sign-dropped": Slip(
        "The numbers are right but for their signs. Where is the largest of them in its window, "
        "and with which sign?",
        lambda x: abs(pooled(x, np.max)),
    ),
    "signs-turned": Slip(
        "The numbers are right with the other sign. Look them up in their windows.",
        lambda x: -pooled(x, np.max),
    ),
}
AVERAGES = {
    "spread-over-window": pasted_back(np.mean),
    "signs-turned": Slip(
        "The numbers are right with the other sign. Add up one window again.",
        lambda x: -pooled(x, np.mean),
    ),
}

# --- grids with padding -----------------------------------------------------------------------


def _framed(how: How, frame: How) -> Callable[[np.ndarray], np.ndarray]:
    """Return results of 3×3 windows two cells apart over a map with a frame."""
    return lambda x: pooled(frame(x), how, 3, 3, 2)


FRAMES = {
    "edge-repeated": (
        "The frame was filled with the numbers at the edge. Its cells are no pixels.",
        lambda x: np.pad(x, 1, mode="edge"),
    ),
    "read-round": (
        "The frame was filled from the other side of the map. Its cells are no pixels.",
        lambda x: np.pad(x, 1, mode="wrap"),
    ),
    "mirrored": (
        "The frame was filled with the mirror of the map. Its cells are no pixels.",
        lambda x: np.pad(x, 1, mode="reflect"),
    ),
}
PADDED = {
    "read-round": Slip(FRAMES["read-round"][0], _framed(np.max, FRAMES["read-round"][1])),
    "frame-wins": Slip(
        "−∞ stands wherever a window reaches into the frame. It is below every pixel: which of the "
        "two is the larger one?",
        lambda x: np.where(
            _framed(np.min, lambda v: np.pad(v, 1, constant_values=-np.inf))(x) == -np.inf,
            -np.inf,
            _framed(np.max, lambda v: np.pad(v, 1, constant_values=-np.inf))(x),
        ),
    ),
    "cut-off-at-zero": Slip(
        "Every number is 0, as if the padding were zeros that win in every window, or a ReLU came "
        "after. The padding lies below every pixel, and each window holds pixels: which of them is "
        "the largest?",
        lambda x: np.zeros((2, 2)),
    ),
    "signs-dropped": Slip(
        "The numbers are right but for their signs. Where is the largest of them in its window, "
        "and with which sign?",
        lambda x: abs(_framed(np.max, lambda v: np.pad(v, 1, constant_values=-np.inf))(x)),
    ),
    "window-of-two": Slip(
        "Those are windows of 2×2 cells without padding. The task gives another kernel_size.",
        lambda x: pooled(x, np.max),
    ),
}


def _shares(how: How) -> How:
    return lambda window: how(window[np.isfinite(window)])


def _counted(x: np.ndarray) -> np.ndarray:
    return _framed(np.sum, lambda v: np.pad(v, 1))(x) / 9


def _pixels_alone(how: How = np.mean) -> Callable[[np.ndarray], np.ndarray]:
    return _framed(_shares(how), lambda v: np.pad(v, 1, constant_values=np.nan))


INCLUDED: dict[str, Slip] = {
    **{
        id: Slip(text, lambda x, frame=frame: [_framed(np.mean, frame)(x)] * 2)
        for id, (text, frame) in FRAMES.items()
    },
    **{
        f"{id}-when-counted": Slip(
            f"In the first result: {text[0].lower()}{text[1:]} They count as zeros.",
            lambda x, frame=frame: [_framed(np.mean, frame)(x), _pixels_alone()(x)],
        )
        for id, (text, frame) in FRAMES.items()
    },
    "window-of-two": Slip(
        "Those are windows of 2×2 cells without padding. The task gives another kernel_size.",
        lambda x: [pooled(x, np.mean)] * 2,
    ),
    "not-counted-means-none": Slip(
        "`count_include_pad=False` was taken for no padding at all. The windows stay where they "
        "are; what is left out is the padding in the number that one divides by.",
        lambda x: (_counted(x), pooled(x, np.mean, 3, 3)),
    ),
    "not-counted-means-none-twice": Slip(
        "The padding was left out of the windows. They stay where they are; what is left out is "
        "the padding in the number that one divides by.",
        lambda x: [pooled(x, np.mean, 3, 3)] * 2,
    ),
    "six-everywhere": Slip(
        "In the second result you divided by 6 where a window reaches into the frame. How many "
        "pixels does the window in the corner hold?",
        lambda x: (
            [
                _counted(x),
                np.array([[6 / 4, 1], [1, 1]]) ** -1 * _pixels_alone()(x),
            ]
        ),
    ),
    "sums-when-not-counted": Slip(
        "The second result holds sums. By how many pixels is each to be divided?",
        lambda x: [_counted(x), _pixels_alone(np.sum)(x)],
    ),
    "averaged": Slip(
        "Those are the averages of the two results. Write both, one after the other.",
        lambda x: (_counted(x) + _pixels_alone()(x)) / 2,
    ),
    "counted-alone": Slip(
        "That is the first result alone. The task asks for both.", lambda x: _counted(x)
    ),
    "not-counted-alone": Slip(
        "That is the second result alone. The task asks for both.", lambda x: _pixels_alone()(x)
    ),
}

# --- positions of maxima ------------------------------------------------------------------------


def _positions(x: np.ndarray, rows: int = 2, columns: int = 3, step: int = 0) -> np.ndarray:
    places = np.arange(x.size).reshape(x.shape)
    largest = pooled(x, np.max, rows, columns, step)
    return np.array([[places[x == one][0] for one in row] for row in largest])


def _corner(position: int) -> int:
    row, column = divmod(position, 6)
    return row // 2 * 12 + column // 3 * 3


def _in_window(position: int) -> int:
    row, column = divmod(position, 6)
    return row % 2 * 3 + column % 3


def _each(how: Callable[[int], float]) -> Callable[[np.ndarray], list[list[float]]]:
    return lambda x: [[how(int(n)) for n in row] for row in _positions(x)]


INDICES = {
    "window-on-its-side": Slip(
        "Those are the positions for windows of 3 rows and 2 columns. Which of the two numbers "
        "comes first?",
        lambda x: _positions(x, 3, 2),
    ),
    "square-windows": Slip(
        "Those are the positions for windows of 2 rows and 2 columns. How wide are they here?",
        lambda x: _positions(x, 2, 2),
    ),
    "stride-ignored": Slip(
        "The window moved by one cell at a time. Here the windows lie side by side: where does the "
        "second one start?",
        lambda x: _positions(x, 2, 3, 1),
    ),
    "corners": Slip(
        "Those are the cells where the windows begin. Asked is where in the map the maximum of "
        "each stands.",
        _each(_corner),
    ),
    "corner-plus-place": Slip(
        "The place inside the window was added to where the window begins. The second row of a "
        "window lies a whole row of the map further on, not three cells.",
        _each(lambda n: _corner(n) + _in_window(n)),
    ),
    "windows-end-to-end": Slip(
        "The cells were counted window after window. They are counted along the rows of the whole "
        "map.",
        lambda x: [
            [6 * (2 * i + j) + _in_window(int(n)) for j, n in enumerate(row)]
            for i, row in enumerate(_positions(x))
        ],
    ),
    "column-alone": Slip(
        "Those are the columns of the maxima. In which row does each stand, and how many cells "
        "come before it?",
        _each(lambda n: n % 6),
    ),
    "row-alone": Slip(
        "Those are the rows of the maxima. In which column does each stand, and how many cells "
        "come before it?",
        _each(lambda n: n // 6),
    ),
    "column-in-window": Slip(
        "Those are columns inside the windows. The position is wanted in the whole map.",
        _each(lambda n: n % 3),
    ),
    "row-of-window-forgotten": Slip(
        "To where the window begins you added the column inside it. A maximum in the second row of "
        "its window stands a whole row further on.",
        _each(lambda n: _corner(n) + n % 3),
    ),
    "row-times-window": Slip(
        "The row was taken times the width of a window. A row of the map is longer.",
        _each(lambda n: n // 6 * 3 + n % 6),
    ),
    "largest-magnitude": Slip(
        "Those are the positions of the numbers farthest from zero. The sign counts.",
        lambda x: _positions(abs(x)),
    ),
    "largest-magnitude-the-positive-one": Slip(
        "Those are the positions of the numbers farthest from zero. The sign counts.",
        lambda x: _positions(abs(x) + (x > 0) / 2),
    ),
    "second-largest": Slip(
        "Those are the positions of the second largest numbers.",
        lambda x: [
            [
                int(
                    np.argwhere(
                        x.ravel() == np.sort(x[2 * i : 2 * i + 2, 3 * j : 3 * j + 3], None)[-2]
                    )[0, 0]
                )
                for j in (0, 1)
            ]
            for i in (0, 1)
        ],
    ),
    "whole-map": Slip(
        "That is the position of the largest number in the whole map. Each window has one of its "
        "own.",
        lambda x: int(x.argmax()),
    ),
    "counted-up": Slip(
        "The rows were counted from the bottom. The first cell of the map is at the top left.",
        _each(lambda n: (3 - n // 6) * 6 + n % 6),
    ),
    "from-the-end": Slip(
        "The cells were counted from the last one. The first cell of the map is at the top left.",
        _each(lambda n: 23 - n),
    ),
    "ranks-of-windows": Slip(
        "That is the number of each window. Asked is where in the map its maximum stands.",
        lambda x: [[0, 1], [2, 3]],
    ),
}

# --- drawing one of four ------------------------------------------------------------------------

CELLS = (
    *("the first probability", "the second probability", "the third probability"),
    *("the fourth probability", "what the layer gives when testing"),
)


def _drawn(shares: How, end: Callable[[np.ndarray, np.ndarray], Any] | None = None) -> Any:
    """Return the five numbers of somebody who finds the probabilities so, and the last one so."""

    def answers(x: np.ndarray) -> list[float]:
        v = x.ravel()
        p = np.asarray(shares(v), float)
        return [*p, (p * v).sum() if end is None else end(v, p)]

    return answers


def _part(v: np.ndarray) -> np.ndarray:
    return v / v.sum()


def _inverse(v: np.ndarray) -> np.ndarray:
    return v.sum() / np.where(v == 0, np.inf, v)


ENDS: dict[str, tuple[str, Callable[[np.ndarray, np.ndarray], Any]]] = {
    "mean-of-nonzero": (
        "The last number is the mean of the cells that are not 0. When testing, each number is "
        "weighted with its own probability of being drawn.",
        lambda v, p: v.sum() / (v != 0).sum(),
    ),
    "sum-of-shares": (
        "The last number is 1, the sum of the probabilities. When testing, each number is weighted "
        "with its own probability: what does the layer give?",
        lambda v, p: 1,
    ),
    "likeliest": (
        "The last number is the largest probability. When testing nothing is drawn: what does the "
        "layer give, on average?",
        lambda v, p: p.max(),
    ),
    "likeliest-cell": (
        "The last number is which cell is likeliest. What does the layer give when testing?",
        lambda v, p: int(p.argmax()),
    ),
    "median": (
        "The last number is the median. When testing, each number is weighted with its own "
        "probability of being drawn.",
        lambda v, p: np.median(v),
    ),
    "minimum": (
        "The last number is the smallest one. When testing, each number is weighted with its own "
        "probability of being drawn.",
        lambda v, p: v.min(),
    ),
    "midrange": (
        "The last number is the middle between largest and smallest. When testing, each number is "
        "weighted with its own probability of being drawn.",
        lambda v, p: (v.max() + v.min()) / 2,
    ),
    "root-mean-square": (
        "The last number is the root of the mean square. When testing, each number is weighted "
        "with its own probability of being drawn.",
        lambda v, p: (v**2).mean() ** 0.5,
    ),
    "shares-squared": (
        "The last number is the sum of the squared probabilities. When testing, each *number* is "
        "weighted with its probability.",
        lambda v, p: (p**2).sum(),
    ),
    "mean-of-shares": (
        "The last number is the mean of the probabilities. When testing, each *number* is weighted "
        "with its probability.",
        lambda v, p: 0.25,
    ),
    "nothing": (
        "When testing nothing is drawn, and the layer still gives a number: what would the draws "
        "give in the long run?",
        lambda v, p: 0,
    ),
}
DRAWS: dict[str, tuple[str, How]] = {
    "inverse": (
        "The smallest numbers got the largest probabilities. Here a large number is drawn more "
        "often than a small one.",
        lambda v: _inverse(v) / _inverse(v).sum(),
    ),
    "percent": (
        "Those are percentages. The four probabilities are to add up to 1.",
        lambda v: 100 * _part(v),
    ),
    "squared": (
        "The probabilities were made of the squares. They are proportional to the numbers.",
        lambda v: _part(v**2),
    ),
    "roots": (
        "The probabilities were made of the roots. They are proportional to the numbers.",
        lambda v: _part(v**0.5),
    ),
    "over-four": (
        "Each number was divided by 4, the number of cells. A probability is a share of the sum.",
        lambda v: v / 4,
    ),
    "largest-for-certain": (
        "The largest number got probability 1. Then nothing would be drawn: that is max pooling.",
        lambda v: v == v.max(),
    ),
    "ranks": (
        "The probabilities were made of the ranks. They are proportional to the numbers "
        "themselves.",
        lambda v: _part(v.argsort().argsort() + 1.0),
    ),
    "length": (
        "Each number was divided by the root of the sum of squares. The four probabilities are to "
        "add up to 1.",
        lambda v: v / (v**2).sum() ** 0.5,
    ),
    "sorted": (
        "The probabilities are sorted. They are asked for cell after cell, in reading order.",
        lambda v: np.sort(_part(v)),
    ),
    "sorted-down": (
        "The probabilities are sorted. They are asked for cell after cell, in reading order.",
        lambda v: np.sort(_part(v))[::-1],
    ),
    "from-the-largest": (
        "Each number was taken by its distance from the largest. Here a large number is drawn more "
        "often than a small one.",
        lambda v: _part(v.max() - v),
    ),
    "undivided": (
        "The numbers were not divided by their sum. The four probabilities are to add up to 1.",
        lambda v: v,
    ),
    "complement": (
        "Those are the chances that a cell is not drawn. Asked are those that it is.",
        lambda v: 1 - _part(v),
    ),
    "complement-shared": (
        "The smallest numbers got the largest probabilities. Here a large number is drawn more "
        "often than a small one.",
        lambda v: (1 - _part(v)) / 3,
    ),
    "columns-first": (
        "The cells were taken down the columns. Reading order goes along the rows.",
        lambda v: _part(v)[[0, 2, 1, 3]],
    ),
    "cumulative": (
        "Those are running sums. Each cell has a probability of its own.",
        lambda v: np.cumsum(_part(v)),
    ),
    "mean-for-sum": (
        "Each number was divided by the mean of the window. The four probabilities are to add up "
        "to 1.",
        lambda v: v / v.mean(),
    ),
}
DRAWN: dict[str, Slip] = {
    **{id: Slip(text, _drawn(_part, end)) for id, (text, end) in ENDS.items()},
    **{
        id: Slip(text, _drawn(how, lambda v, p: (_part(v) * v).sum()))
        for id, (text, how) in DRAWS.items()
    },
    **{f"{id}-throughout": Slip(text, _drawn(how)) for id, (text, how) in DRAWS.items()},
    "percent-throughout": Slip(
        "Those are percentages. The four probabilities are to add up to 1.",
        _drawn(lambda v: 100 * _part(v), lambda v, p: 100 * (_part(v) * v).sum()),
    ),
    "undivided-and-sum": Slip(
        "The numbers were not divided by their sum. The four probabilities are to add up to 1: how "
        "often does each come out, and what is that on average?",
        _drawn(lambda v: v, lambda v, p: v.sum()),
    ),
    "test-first": Slip(
        "What the layer gives when testing stands first. It is to be the last of the five numbers.",
        lambda x: np.roll(_drawn(_part)(x), 1),
    ),
    "shares-alone": Slip(
        "Those are the four probabilities. The task asks for a fifth number too: what the layer "
        "gives when testing.",
        lambda x: _part(x.ravel()),
    ),
    "test-alone": Slip(
        "That is what the layer gives when testing. The task asks for the four probabilities "
        "before it.",
        lambda x: _drawn(_part)(x)[-1],
    ),
}
