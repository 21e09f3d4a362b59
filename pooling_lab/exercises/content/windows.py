"""Exercises about choosing a window, and about what it leaves unread (lesson 02)."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, keeping
from ..misconceptions import (
    ALL_COUNTS,
    count,
    every_count,
    usual,
)
from ..seeded_random import Stream

Sizes = tuple[int, ...]

# --- how a window for a wanted size is judged -----------------------------------------------

Window = tuple[int, int, int]

_WINDOW_MISTAKES = usual(
    *("forgot-plus-one", "ceil-for-floor", "padding-too-wide", "window-too-small"),
)


COUNTED_OTHERWISE = {*ALL_COUNTS}


def _window_works(
    window: Window, wrong: Mistakes, sizes: Sizes, wanted: Sizes, smallest: int, largest: int
) -> bool:
    kernel_size, stride, padding = window
    if min(window) < 0 or stride < 1 or not 1 <= kernel_size <= min(sizes) + 2 * padding:
        return False
    allowed = smallest <= kernel_size <= largest
    allowed |= kernel_size < smallest and "window-too-small" in wrong
    narrow_enough = padding <= kernel_size // 2 or "padding-too-wide" in wrong
    if not (allowed and narrow_enough):
        return False
    counts = _counts(sizes, window)
    otherwise = COUNTED_OTHERWISE & {*wrong}
    if any(n == m for n, m in zip(counts[""], wanted, strict=True)) and otherwise:
        return False  # one right size says that it was not
    if len(otherwise) > 1:
        return [count(wrong, n, *window) for n in sizes] == [*wanted]
    return counts[min(otherwise, default="")] == [*wanted]


@functools.lru_cache(100)
def _counts(sizes: Sizes, window: Window) -> dict[str, list[float]]:
    return every_count(sizes, window)


def _is_window(answer: np.ndarray) -> bool:
    """Tell whether these are three whole numbers of a size that a window may have."""
    whole = (answer == np.rint(answer)) & (abs(answer) < 1e6)
    return answer.shape == (3,) and bool(whole.all())


def _window_fits(answer: np.ndarray, wrong: Mistakes, **case: Any) -> bool:
    if not _is_window(answer):
        return False
    kernel_size, stride, padding = map(int, answer)
    return _window_works((kernel_size, stride, padding), wrong, **case)


def _window_mistaken(wrong: Mistakes, **case: Any) -> Window | None:
    """Find a window that these mistakes explain and no others."""
    others = [(), *((one,) for one in _WINDOW_MISTAKES if {one} != set(wrong))] if wrong else []
    near = case["sizes"][0] // case["wanted"][0]
    strides = range(max(1, near - 2), near + 4)
    windows = itertools.product(range(2, case["largest"] + 1), strides, range(13))
    fitting = (window for window in windows if _window_works(window, wrong, **case))
    alone = (w for w in fitting if not any(_window_works(w, other, **case) for other in others))
    return next(alone, None)


def _window_gives(
    answer: np.ndarray, sizes: Sizes, wanted: Sizes, smallest: int, largest: int
) -> str:
    """Say what a window does to the sizes, or which rule of the task it breaks."""
    if not _is_window(answer):
        return f"{_WINDOW_ASKED} {_no_window(answer, wanted)}".rstrip()
    kernel_size, stride, padding = map(int, answer)
    if stride < 1 or not 1 <= kernel_size <= min(sizes) + 2 * padding or padding < 0:
        return "No such window moves over this map: it fits in, and each step is at least 1."
    turned = tuple(map(int, _counts(sizes, (kernel_size, stride, padding))[""]))
    said = f"It turns {sizes} into {turned}"
    if not smallest <= kernel_size <= largest:
        works = ", as wanted, but" if turned == wanted else f"; wanted is {wanted}, and"
        return (
            f"{said}{works} its kernel_size is {kernel_size}: allowed are {smallest} and {largest}."
        )
    if 2 * padding > kernel_size:
        works = ", as wanted, but" if turned == wanted else f"; wanted is {wanted}, and"
        return (
            f"{said}{works} its padding is {padding}: more than half of kernel_size={kernel_size}."
        )
    both = [*zip(("rows", "columns"), turned, wanted, strict=True)]
    right = [name for name, a, b in both if a == b]
    if right:
        other, a, b = next(one for one in both if one[0] not in right)
        few = "too few" if a < b else "too many"
        return (
            f"{said}; wanted is {wanted}. The {right[0]} come out right, and the {other} are {few}."
        )
    ways = ["few" if a < b else "many" for _, a, b in both]
    both_ways = f" Both are too {ways[0]}." if len({*ways}) == 1 else ""
    return f"{said}; wanted is {wanted}.{both_ways}{_window_story(answer, wanted)}"


_WINDOW_ASKED = "A window is three whole numbers here: `(kernel_size, stride, padding)`."


def _no_window(answer: np.ndarray, wanted: Sizes) -> str:
    """Say what is wrong with an answer that is no window."""
    if answer.ndim == 2 and answer.shape[1] == 3:
        return "Yours is a window for each side: one for both is asked."
    if answer.shape == (2,) and tuple(answer) == wanted:
        return "Yours is the size that is wanted: asked is the window that makes it."
    if answer.shape == (2,):
        return "Yours has two: the padding is missing, also where it is 0."
    if answer.shape == (3,):
        odd = answer[answer != np.rint(answer)]
        return f"{odd[0]:g} is not whole: a window moves by whole cells." if len(odd) else ""
    return f"Yours has {answer.size}."


def _window_story(answer: np.ndarray, wanted: Sizes) -> str:
    """Say how a window was chosen, where that can be seen."""
    kernel_size, stride, padding = map(int, answer)
    if tuple(answer[:2]) == wanted:
        return " Its first two numbers are the sizes that are wanted: those come out of a window."
    if kernel_size == stride and padding == 0:
        return " Its windows lie side by side: the stride need not be kernel_size."
    if stride == 1:
        return " With stride 1 a map hardly shrinks: how many times fewer are wanted?"
    return ""


def _counted_by(way: str, sizes: Sizes, wanted: Sizes, smallest: int, largest: int) -> Window:
    """Find a window that would do for somebody who counts windows in another way."""
    ends = smallest, largest
    windows = itertools.product(ends, range(1, min(sizes)), range(largest // 2 + 1))
    return next(one for one in windows if _window_works(one, {way}, sizes, wanted, *ends))


_NO_SMALLER = (  # ways to count after which no window makes a map so much smaller
    *("same-size", "padded-size", "stride-ignored", "size-over-kernel"),
    "stride-forgotten-plus-one",
)
_WINDOW_SLIPS = {
    id: Slip(text, functools.partial(_counted_by, id))
    for id, (text, _) in ALL_COUNTS.items()
    if id not in (*_WINDOW_MISTAKES, *_NO_SMALLER)
}


# --- choose-window --------------------------------------------------------------------------


def choose_window(
    sizes: tuple[int, int], wanted: tuple[int, int], smallest: int, largest: int
) -> tuple[int, int, int]:
    """Try one window after the other until one gives the sizes that are wanted."""
    for kernel_size in range(smallest, largest + 1):
        for stride in range(1, min(sizes)):
            for padding in range(kernel_size // 2 + 1):
                if wanted == tuple((n + 2 * padding - kernel_size) // stride + 1 for n in sizes):
                    return kernel_size, stride, padding
    raise ValueError(f"no window turns {sizes} into {wanted}")


@functools.cache
def _windows() -> list[list[int]]:
    """Return the tasks that version 1 draws from: in each, every mistake has a window of its own.

    Few numbers are like that (one in six), so these were searched for once.
    """
    stored = Path(__file__).with_name("choose_window_1.json").read_text(encoding="utf-8")
    tasks: list[list[int]] = json.loads(stored)
    return tasks


def _window_draw(stream: Stream) -> Case:
    height, width, rows, columns, smallest = stream.choice(_windows())
    sizes = {"sizes": (height, width), "wanted": (rows, columns)}
    return {**sizes, "smallest": smallest, "largest": smallest + 1}


add(
    Exercise(
        id="choose-window",
        title="A window for a wanted size",
        lesson="02",
        stars=2,
        minutes=6,
        task="A map of shape {sizes} is to become one of shape {wanted}. Choose a window: "
        "kernel_size {smallest} or {largest}, any stride, padding at most half of kernel_size, "
        "sizes rounded down. "
        "Write `(kernel_size, stride, padding)`. There may be several right answers.",
        stub="answer = None",
        draws={1: _window_draw},
        solution=choose_window,
        mistaken=_window_mistaken,
        misconceptions=_WINDOW_MISTAKES,
        slips=_WINDOW_SLIPS,
        hints=(
            "The stride is close to how many times fewer pixels are wanted. Start with that.",
            "Take the smallest kernel_size allowed, and try padding 0, then 1, then 2…",
        ),
        fits=_window_fits,
        gives=_window_gives,
    )
)

# --- how a list of pixels is judged: their order does not matter ----------------------------


def _dropped_mistaken(wrong: Mistakes, size: int, kernel_size: int, stride: int) -> list[int]:
    step = kernel_size if "stride-is-kernel" in wrong else stride
    starts = [i * step for i in range(int(count(wrong, size, kernel_size, stride)))]
    read = {start + i for start in starts for i in range(kernel_size)}
    tail = set(range(starts[-1] + kernel_size, size))
    left = tail if "gaps-forgotten" in wrong else set(range(size)) - read
    left -= tail if "tail-forgotten" in wrong else set()
    return [cell + ("counted-from-one" in wrong) for cell in sorted(left)]


def _left_over(
    size: int, kernel_size: int, stride: int, first: int = 0, more: int = 0, end: int | None = None
) -> list[int]:
    """Return the pixels that these windows do not read; ``more`` of them than fit, or fewer."""
    count = (size - first - kernel_size) // stride + 1 + more
    starts = [first + i * stride for i in range(max(count, 0))]
    read = {start + i for start in starts for i in range(kernel_size)}
    return [cell for cell in range(size if end is None else end) if cell not in read]


def _gaps_and_tail(size: int, kernel_size: int, stride: int) -> tuple[list[int], list[int]]:
    left = _left_over(size, kernel_size, stride)
    last = (size - kernel_size) // stride * stride + kernel_size
    return [n for n in left if n < last], [n for n in left if n >= last]


_DROPPED_SLIPS = {
    "those-read": Slip(
        "Those are the pixels that some window reads. Asked are the others.",
        lambda size, kernel_size, stride: sorted(
            {*range(size)} - {*_left_over(size, kernel_size, stride)}
        ),
    ),
    "starts": Slip(
        "Those are the pixels at which the windows begin. A window reads that pixel, and the ones "
        "after it: which are left?",
        lambda size, kernel_size, stride: [*range(0, size - kernel_size + 1, stride)],
    ),
    "last-cells": Slip(
        "Those are the last pixels of the windows. A window reads them: which come after?",
        lambda size, kernel_size, stride: [*range(kernel_size - 1, size, stride)],
    ),
    "multiples-of-stride": Slip(
        "Those are the multiples of the stride, where a next window begins. It reads that pixel: "
        "which lie before it, behind the window before?",
        lambda size, kernel_size, stride: [*range(stride, size, stride)],
    ),
    "all-multiples-of-stride": Slip(
        "Those are the multiples of the stride, where windows begin. A window reads that pixel: "
        "which are left between two windows?",
        lambda size, kernel_size, stride: [*range(0, size, stride)],
    ),
    "multiples-of-kernel": Slip(
        "Those are the multiples of kernel_size. Write down the pixels of the first window, then "
        "those of the second.",
        lambda size, kernel_size, stride: [*range(kernel_size, size, kernel_size)],
    ),
    "first-window-at-one": Slip(
        "The first window was put at pixel 1. It stands at the very beginning of the row.",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride, first=1),
    ),
    "size-too": Slip(
        "The list goes one pixel too far. Pixels are numbered from 0: which number has the last "
        "one?",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride, end=size + 1),
    ),
    "last-pixel-missing": Slip(
        "The last pixel of the row is not among yours. Which number has it, counted from 0, and "
        "does a window read it?",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride, end=size - 1),
    ),
    "window-one-short": Slip(
        "The windows were taken one pixel too narrow: their last pixel is read too. How many "
        "pixels does a window hold?",
        lambda size, kernel_size, stride: _left_over(size, kernel_size - 1, stride),
    ),
    "window-one-wide": Slip(
        "The windows were taken one pixel too wide. A window that starts at 0 ends before the "
        "pixel whose number is kernel_size.",
        lambda size, kernel_size, stride: _left_over(size, kernel_size + 1, stride),
    ),
    "window-one-wide-same-places": Slip(
        "The windows were taken one pixel too wide. A window that starts at 0 ends before the "
        "pixel whose number is kernel_size.",
        lambda size, kernel_size, stride: [
            n
            for n in _left_over(size, kernel_size, stride)
            if n - kernel_size not in range(0, size - kernel_size + 1, stride)
        ],
    ),
    "step-from-the-end": Slip(
        "The stride was counted from the end of a window. It leads from where one window begins to "
        "where the next one does.",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride + kernel_size),
    ),
    "stride-one-more": Slip(
        "The windows were set too far apart, by one pixel. From where a window begins, count the "
        "stride: there begins the next.",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride + 1),
    ),
    "stride-one-less": Slip(
        "The windows were set too close, by one pixel. From where a window begins, count the "
        "stride: there begins the next.",
        lambda size, kernel_size, stride: _left_over(size, kernel_size, stride - 1),
    ),
    "one-window": Slip(
        "Only the first window was looked at. It moves on by the stride, as long as it fits.",
        lambda size, kernel_size, stride: [*range(kernel_size, size)],
    ),
    "one-gap": Slip(
        "Only the pixels between the first two windows are there. The window moves on.",
        lambda size, kernel_size, stride: [*range(kernel_size, stride)],
    ),
    "from-the-right": Slip(
        "The windows were laid from the right end. The first one stands at pixel 0.",
        lambda size, kernel_size, stride: sorted(
            size - 1 - n for n in _left_over(size, kernel_size, stride)
        ),
    ),
    "kernel-and-stride-exchanged": Slip(
        "kernel_size and stride have changed places: which of the two is how large a window is, "
        "and which is how far it moves?",
        lambda size, kernel_size, stride: _left_over(size, stride, kernel_size),
    ),
    "how-many": Slip(
        "That is how many pixels there are that no window reads. Asked are their numbers.",
        lambda size, kernel_size, stride: [len(_left_over(size, kernel_size, stride))],
    ),
    "as-marks": Slip(
        "That is a 1 for each pixel that no window reads and a 0 for the others. Asked are the "
        "pixels' numbers: where do the ones stand?",
        lambda size, kernel_size, stride: [
            int(n in _left_over(size, kernel_size, stride)) for n in range(size)
        ],
    ),
    "as-marks-of-those-read": Slip(
        "That is a 1 for each pixel that a window reads and a 0 for the others. Asked are the "
        "numbers of the others.",
        lambda size, kernel_size, stride: [
            int(n not in _left_over(size, kernel_size, stride)) for n in range(size)
        ],
    ),
    "gaps-counted-from-one": Slip(
        "Between the windows you counted the pixels from 1. The first pixel is pixel 0.",
        lambda size, kernel_size, stride: sorted(
            {n + 1 for n in _gaps_and_tail(size, kernel_size, stride)[0]}
            | {*_gaps_and_tail(size, kernel_size, stride)[1]}
        ),
    ),
    "first-of-each-gap": Slip(
        "Of each gap only the first pixel is there. How many lie between two windows?",
        lambda size, kernel_size, stride: [*range(kernel_size, size, stride)],
    ),
    "first-of-the-rest": Slip(
        "Of the pixels behind the last window only the first is there. Where does the row end?",
        lambda size, kernel_size, stride: (
            _gaps_and_tail(size, kernel_size, stride)[0]
            + _gaps_and_tail(size, kernel_size, stride)[1][:1]
        ),
    ),
    "last-of-the-row": Slip(
        "Of the pixels behind the last window only the last is there. Where does that window end?",
        lambda size, kernel_size, stride: (
            _gaps_and_tail(size, kernel_size, stride)[0]
            + _gaps_and_tail(size, kernel_size, stride)[1][-1:]
        ),
    ),
    "last-pixel-alone": Slip(
        "Only the last pixel of the row is there. Write down the pixels of the first window, then "
        "those of the second: what lies between?",
        lambda size, kernel_size, stride: [size - 1],
    ),
    "padded": Slip(
        "The row was given a padding of 1. Here there is none: the first window starts at pixel 0.",
        lambda size, kernel_size, stride: [
            n - 1 for n in _left_over(size + 2, kernel_size, stride) if 1 <= n <= size
        ],
    ),
}


def _dropped_fits(answer: np.ndarray, wrong: Mistakes, **case: int) -> bool:
    if answer.ndim != 1:
        return False
    return bool(np.array_equal(np.sort(answer), _dropped_mistaken(wrong, **case)))


def _dropped_gives(answer: np.ndarray, size: int, kernel_size: int, stride: int) -> str:
    """Say which pixel in a list a window reads, and whether some are missing."""
    if answer.ndim != 1:
        return "A plain list of pixels is asked for: `[…, …]`."
    right, named = dropped_cells(size, kernel_size, stride), answer.tolist()
    if len(named) == size and {*named} <= {0, 1}:
        return f"That is a 0 or a 1 for each of the {size} pixels; asked are the pixels' numbers."
    outside = sorted(n for n in {*named} if n not in range(size))
    read = sorted({*named} - {*right, *outside})
    said = [f"Pixel {read[0]:g} is read by a window." if read else ""]
    said.append(f"The row has no pixel {outside[0]:g}." if outside else "")
    said.append("A pixel comes twice." if len({*named}) < len(named) else "")
    said.append("Some pixels are missing from your list." if {*right} - {*named} else "")
    return " ".join(filter(None, said))


def _dropped_draw(stream: Stream) -> Case:
    return stream.numbers(size=(16, 32), kernel_size=(2, 4), stride=(5, 7))


def _dropped_tells(size: int, kernel_size: int, stride: int) -> bool:
    """Tell whether a window that sticks out at the end would read some pixel."""
    rest = (size - kernel_size) % stride
    return rest > stride - kernel_size and rest != size % kernel_size


# --- dropped-cells --------------------------------------------------------------------------


def dropped_cells(size: int, kernel_size: int, stride: int) -> list[int]:
    """Write down what each window reads; what is left has been read by none."""
    starts = range(0, size - kernel_size + 1, stride)
    read = {start + i for start in starts for i in range(kernel_size)}
    return [cell for cell in range(size) if cell not in read]


add(
    Exercise(
        id="dropped-cells",
        title="Pixels nobody looks at",
        lesson="02",
        stars=2,
        minutes=5,
        task="A row has {size} pixels, numbered from 0. A window with kernel_size={kernel_size} "
        "moves over it with stride={stride}, without padding. Which pixels does no window read? "
        "Write their numbers as a list, in any order.",
        stub="answer = None",
        draws={1: keeping(_dropped_draw, _dropped_tells)},
        solution=dropped_cells,
        mistaken=_dropped_mistaken,
        slips=_DROPPED_SLIPS,
        fits=_dropped_fits,
        gives=_dropped_gives,
        unordered=True,
        misconceptions=usual(
            *("gaps-forgotten", "tail-forgotten", "counted-from-one"),
            *("forgot-plus-one", "ceil-for-floor", "stride-is-kernel"),
        ),
        hints=(
            "Write down the pixels of the first window, then those of the second.",
            "Between two windows there are stride − kernel_size pixels that neither reads. After "
            "the last window that fits whole there may be some left as well.",
        ),
    )
)
