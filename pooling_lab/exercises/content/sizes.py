"""Exercises about shapes and output sizes (lessons 01 and 02)."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, function, keeping
from ..misconceptions import (
    ABOUT_PADDING,
    ABOUT_STRIDES,
    ABOUT_WINDOWS,
    ALL_COUNTS,
    COUNTS,
    TEXTS,
    Count,
    count,
    counted,
    every_count,
    slide,
    usual,
)
from ..seeded_random import Stream

Sizes = tuple[int, ...]

# --- how channels are mixed ------------------------------------------------------------------


def _blocks(x: np.ndarray) -> np.ndarray:
    return np.stack([x[..., :2].max(axis=(-2, -1)), x[..., 2:].max(axis=(-2, -1))], axis=-1)


_MIXED = "A pooling layer looks at each channel by itself: as many come out as go in."
_CHANNEL_SLIPS = {
    "channels-averaged-first": Slip(
        f"The channels were averaged before pooling. {_MIXED}", lambda x: _blocks(x.mean(axis=0))
    ),
    "channels-added-first": Slip(
        f"The channels were added up before pooling. {_MIXED}", lambda x: _blocks(x.sum(axis=0))
    ),
    "channels-added": Slip(
        f"The results of the channels were added up, as a convolution does. {_MIXED}",
        lambda x: _blocks(x).sum(axis=0),
    ),
    "channels-averaged": Slip(
        f"The results of the channels were averaged. {_MIXED}", lambda x: _blocks(x).mean(axis=0)
    ),
    "spread-over-window": Slip(
        "Each result was written to all cells of its window. A window gives one number: how many "
        "come out?",
        lambda x: _blocks(x)[:, None, :].repeat(2, 1).repeat(2, 2),
    ),
}

# --- channels-apart -------------------------------------------------------------------------


def channels_apart(x: np.ndarray) -> list[list[list[float]]]:
    """Pool each channel by itself: its two 2×2 blocks give two numbers."""
    return [[[channel[:, :2].max(), channel[:, 2:].max()]] for channel in x]


def _channels_mistaken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    axis = -1 if "channels-last-misread" in wrong else 0
    y = np.stack([slide(wrong, plane, 2, 2) for plane in np.moveaxis(x, axis, 0)], axis)
    return y.max(axis=0) if "channels-pooled" in wrong else y[:1] if "one-channel" in wrong else y


add(
    Exercise(
        id="channels-apart",
        title="Three channels, one pooling layer",
        lesson="01",
        stars=1,
        minutes=4,
        task="`x` has 3 channels of 2 rows and 4 columns: its shape is (3, 2, 4). Max-pool it "
        "with kernel_size=2 and stride=2. Write the result as nested lists, channels first.",
        stub="answer = None",
        draws={
            1: keeping(
                lambda stream: {"x": stream.permuted(3, 2, 4, low=1, high=60)},
                lambda x: bool((x[0, :, :2] != x[..., :2].max()).all()),
            )
        },
        solution=channels_apart,
        mistaken=_channels_mistaken,
        slips=_CHANNEL_SLIPS,
        misconceptions=usual(
            *("channels-pooled", "channels-last-misread", "one-channel", "mean-for-max"),
            *("min-for-max", "first-cell", "last-cell", "stride-ignored"),
        ),
        hints=(
            "Cover two of the channels with your hand, and pool the one that is left.",
            "A channel has two windows side by side, so it gives one row of two numbers.",
            "`[[[a, b]], [[c, d]], [[e, f]]]`: one row of two maxima for each channel.",
        ),
    )
)

# --- how channels-last images are misread ------------------------------------------------------

Move = Callable[[np.ndarray], np.ndarray]


def _pooled_between(before: Move, after: Move) -> Move:
    """Return the answer of somebody who moves the axes so before pooling, and so after it."""

    def pooled(x: np.ndarray) -> np.ndarray:
        from pooling_lab import max_pool2d

        return after(max_pool2d(before(x), 2))

    return pooled


def _channels_first(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, -1, 1)


def _channels_last(y: np.ndarray) -> np.ndarray:
    return np.moveaxis(y, 1, -1)


_LAYOUT_SLIPS = {
    "channels-last-misread": Slip(
        TEXTS["channels-last-misread"], _pooled_between(lambda x: x, lambda y: y)
    ),
    "reshaped-not-moved": Slip(
        "`reshape` does not move axes: it cuts the same row of numbers anew, so pixels end up in "
        "other places. Move the axis instead.",
        _pooled_between(lambda x: x.reshape(np.array(x.shape)[[0, 3, 1, 2]]), _channels_last),
    ),
    "order-not-restored": Slip(
        "The channels are not where they were. What has been moved to the front has to be moved "
        "back to the end.",
        _pooled_between(_channels_first, lambda y: y),
    ),
    "reshaped-back": Slip(
        "The channels were moved to the front, and `reshape` did not move them back: it cuts the "
        "same row of numbers anew. Move the axis once more.",
        _pooled_between(_channels_first, lambda y: y.reshape(np.array(y.shape)[[0, 2, 3, 1]])),
    ),
    "rows-columns-swapped": Slip(
        TEXTS["rows-columns-swapped"],
        _pooled_between(lambda x: x.transpose(0, 3, 2, 1), _channels_last),
    ),
}

# --- layout-nhwc ----------------------------------------------------------------------------


def pool_channels_last(x: np.ndarray) -> np.ndarray:
    """Move the channels before the rows and columns, pool, and move them back."""
    from pooling_lab import max_pool2d

    channels_first = np.moveaxis(x, -1, 1)
    return np.moveaxis(max_pool2d(channels_first, 2), 1, -1)


add(
    Exercise(
        id="layout-nhwc",
        title="Images that come channels-last",
        lesson="01",
        stars=2,
        minutes=8,
        task="`x` is a batch of images of shape (N, H, W, C). Max-pool it with 2×2 windows and "
        "stride 2, and return shape (N, H//2, W//2, C). The pooling itself may be pooling_lab's "
        "or torch's, which want (N, C, H, W). Photos may have dtype uint8, and one channel.",
        stub=function("pool_channels_last(x)"),
        draws={
            1: lambda stream: {
                "x": stream.moved(
                    stream.grid(stream.integer(1, 2), *(stream.integer(2, 5) for _ in "HWC"))
                )
            }
        },
        solution=pool_channels_last,
        slips=_LAYOUT_SLIPS,
        axes=("images", "rows", "columns", "channels"),
        input_axes=("images", "rows", "columns", "channels"),
        hints=(
            "Which axis is the channels in `x`, and which one do the pooling functions expect?",
            "`np.moveaxis(x, -1, 1)`, pool, then `np.moveaxis(y, 1, -1)`.",
        ),
        forbidden=("pooling_lab.exercises",),
    )
)

# --- output-size ----------------------------------------------------------------------------


def output_size(height: int, width: int, kernel_size: int, stride: int, padding: int) -> list[int]:
    """Count the first window, then one more for each whole stride of room that is left."""
    return [(n + 2 * padding - kernel_size) // stride + 1 for n in (height, width)]


def _output_size_mistaken(wrong: Mistakes, height: int, width: int, **window: int) -> list[float]:
    sizes = [count(wrong, cells, **window) for cells in (height, width)]
    return sizes[::-1] if "rows-columns-swapped" in wrong else sizes


def _along(axis: int, how: Count) -> Callable[..., list[float]]:
    """Return the answer of somebody who counts the windows along one axis in this way."""

    def answers(height: int, width: int, **window: int) -> list[float]:
        sizes: list[float] = [*output_size(height, width, **window)]
        sizes[axis] = how((height, width)[axis], *window.values())
        return sizes

    return answers


_ONE_AXIS = (
    *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor", "stride-ignored"),
    *("window-not-subtracted", "same-size", "one-too-many"),
)
_OUTPUT_SLIPS = {
    **{
        id: slip
        for axis, where in enumerate(("the rows alone", "the columns alone"))
        for id, slip in counted(functools.partial(_along, axis), *_ONE_AXIS, where=where).items()
    },
    "windows-in-all": Slip(
        "That is how many windows there are in all. The task asks for rows and columns apart.",
        lambda **case: np.prod(output_size(**case)),
    ),
}


def _output_size_draw(stream: Stream) -> Case:
    height, width, kernel_size = (stream.integer(*ends) for ends in ((20, 120), (20, 120), (7, 12)))
    stride, padding = stream.integer(2, 4), stream.integer(3, (kernel_size - 1) // 2)
    window = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return {"height": height, "width": width, **window}


def _output_size_tells(
    height: int, width: int, kernel_size: int, stride: int, padding: int
) -> bool:
    """Tell whether rounding, swapping and each way to forget padding lead elsewhere."""
    rooms = [n + 2 * padding - kernel_size for n in (height, width)]
    steps = [room // stride for room in rooms]
    once = [n - (room - padding) // stride for n, room in zip(steps, rooms, strict=True)]
    never = [n - (room - 2 * padding) // stride for n, room in zip(steps, rooms, strict=True)]
    return (
        2 * padding + stride < kernel_size  # else size // stride can be right by chance
        and any(room % stride for room in rooms)
        and steps[0] != steps[1]
        and once not in ([0, 0], [1, 1], never)
        and never != [1, 1]
    )


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
        entries=("the rows", "the columns"),
        stub="answer = None",
        draws={1: keeping(_output_size_draw, _output_size_tells)},
        solution=output_size,
        mistaken=_output_size_mistaken,
        slips=counted(
            lambda how: (
                lambda height, width, **window: [how(n, *window.values()) for n in (height, width)]
            ),
            *COUNTS,
        )
        | _OUTPUT_SLIPS,
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

# --- how rounding up and gaps go wrong ------------------------------------------------------


def _gaps_count(wrong: Mistakes, size: int, kernel_size: int, dilation: int) -> int:
    span = (kernel_size - 1) * dilation + 1
    span = kernel_size * dilation if "dilation-times-kernel" in wrong else span
    span = kernel_size if "dilation-ignored" in wrong else span
    return int(count(wrong, size, span, 2))


def _ceil_count(wrong: Mistakes, size: int, kernel_size: int, stride: int) -> int:
    up = set() if "floor-for-ceil" in wrong else {"ceil-for-floor"}
    steps = int(count({*wrong, *up, "forgot-plus-one"}, size, kernel_size, stride, 1))
    if steps * stride >= size + 1 and "last-window-in-padding" not in wrong:
        steps -= 1
    return steps + ("forgot-plus-one" not in wrong)


def _ceil_mistaken(
    wrong: Mistakes, gaps: Sizes, kernel_size: int, dilation: int, rounded: Sizes, stride: int
) -> list[int]:
    first = [_gaps_count(wrong, size, kernel_size, dilation) for size in gaps]
    return first + [_ceil_count(wrong, size, kernel_size, stride) for size in rounded]


def _ceil_draw(stream: Stream) -> Case:
    return {
        "gaps": (stream.integer(14, 40), stream.integer(14, 40)),
        "kernel_size": stream.integer(3, 4),
        "dilation": stream.integer(2, 4),
        "rounded": (stream.integer(14, 40), stream.integer(14, 40)),
        "stride": stream.integer(4, 5),
    }


def _ceil_tells(gaps: Sizes, kernel_size: int, dilation: int, rounded: Sizes, stride: int) -> bool:
    """Tell whether of the two rounded rows one keeps its last window and the other does not."""
    spans = (kernel_size - 1) * dilation + 1, kernel_size * dilation, kernel_size + dilation
    right, *wider = ([(n - span) // 2 for n in gaps] for span in spans)
    rest = [(n + 2 - kernel_size) % stride for n in rounded]
    kept = [one > stride + 1 - kernel_size for one in rest]
    unpadded = [-(-(n - kernel_size) // stride) for n in rounded]
    floored = [(n + 2 - kernel_size) // stride for n in rounded]
    padded = [n + one for n, one in zip(floored, kept, strict=True)]
    return right not in wider and all(rest) and kept[0] != kept[1] and unpadded != padded


def _ceil_parts(
    span: Callable[[int, int], int] = lambda k, d: (k - 1) * d + 1,
    first: Count = lambda n, k, s, p: (n - k) // s + 1,
    second: Count = lambda n, k, s, p: _starting_inside(n, k, s, p, -(-(n + 2 * p - k) // s) + 1),
    exchanged: bool = False,
) -> Callable[..., Any]:
    """Return the answer of somebody who counts the windows of the two pools in these ways."""

    def answers(gaps: Sizes, kernel_size: int, dilation: int, rounded: Sizes, stride: int) -> Any:
        one, other = (stride, 2) if exchanged else (2, stride)
        found = [first(n, span(kernel_size, dilation), one, 0) for n in gaps]
        return found + [second(n, kernel_size, other, 1) for n in rounded]

    return answers


def _starting_inside(size: int, kernel_size: int, stride: int, padding: int, windows: int) -> int:
    """Leave the last window out if it starts behind the last pixel."""
    return windows - ((windows - 1) * stride >= size + padding)


_CEIL_SLIPS = {
    "dilation-added": Slip(
        "The dilation was added to kernel_size. There is a gap of dilation − 1 cells between any "
        "two neighbours of the window: how many gaps are there?",
        _ceil_parts(lambda k, d: k + d),
    ),
    "span-one-short": Slip(
        "kernel_size − 1 steps of the dilation lead from the first cell of a window to its last. "
        "Both of these belong to the window: how many cells does it span?",
        _ceil_parts(lambda k, d: (k - 1) * d),
    ),
    "dilation-as-gap": Slip(
        "The dilation was taken for the number of empty cells between neighbours. With dilation 1 "
        "there is none: how many are there here?",
        _ceil_parts(lambda k, d: (k - 1) * (d + 1) + 1),
    ),
    "gap-after-each": Slip(
        "A gap was counted for each cell of the window, also after the last. Draw one window: how "
        "many gaps lie between its cells?",
        _ceil_parts(lambda k, d: k + k * (d - 1)),
    ),
    "one-gap": Slip(
        "One gap was counted in the whole window. There is one between any two neighbours.",
        _ceil_parts(lambda k, d: k + d - 1),
    ),
    "strides-exchanged": Slip(
        "The strides of the two pools have changed places. The first moves by 2; which moves by "
        "the stride that is given?",
        _ceil_parts(exchanged=True),
    ),
    "pairs-exchanged": Slip(
        "The numbers of the two pools have changed places: those of the dilated one come first.",
        lambda **case: np.roll(ceil_sizes(**case), 2),
    ),
    "padding-left-out": Slip(
        "The padding of the second pool was left out. The first window starts in it, before the "
        "first pixel, so the row is longer than its pixels.",
        _ceil_parts(
            second=lambda n, k, s, p: _starting_inside(n, k, s, 0, -(-(n - k) // s) + 1),
        ),
    ),
    "steps-counted": Slip(
        "In all four the steps from window to window were counted. The first window stands there "
        "before any step is made: count the windows of a tiny row by hand.",
        _ceil_parts(
            first=lambda n, k, s, p: (n - k) // s,
            second=lambda n, k, s, p: _starting_inside(n, k, s, p, -(-(n + 2 * p - k) // s)),
        ),
    ),
    "steps-counted-with-gaps": Slip(
        "In the dilated pool the steps from window to window were counted. The first window stands "
        "there before any step is made.",
        _ceil_parts(first=lambda n, k, s, p: (n - k) // s),
    ),
    "steps-counted-when-rounding": Slip(
        "In the second pool the steps from window to window were counted. The first window stands "
        "there before any step is made.",
        _ceil_parts(
            second=lambda n, k, s, p: _starting_inside(n, k, s, p, -(-(n + 2 * p - k) // s)),
        ),
    ),
    "rounded-up-both": Slip(
        "The dilated pool was rounded up too. ceil_mode belongs to the second pool alone.",
        _ceil_parts(first=lambda n, k, s, p: -(-(n - k) // s) + 1),
    ),
    "padding-in-both": Slip(
        "The dilated pool was given a padding of 1 too. It belongs to the second pool alone.",
        _ceil_parts(first=lambda n, k, s, p: (n + 2 - k) // s + 1),
    ),
    "always-dropped": Slip(
        "The last window was always left out. It is only where it starts behind the last pixel.",
        _ceil_parts(second=lambda n, k, s, p: -(-(n + 2 * p - k) // s)),
    ),
    "dilation-in-both": Slip(
        "The window of the second pool was spread by the dilation too. Which pool has one?",
        lambda gaps, kernel_size, dilation, rounded, stride: _ceil_parts(
            second=lambda n, k, s, p: _starting_inside(
                n, k, s, p, -(-(n + 2 * p - (k - 1) * dilation - 1) // s) + 1
            )
        )(gaps, kernel_size, dilation, rounded, stride),
    ),
    "row-thinned": Slip(
        "The rows were made shorter by the dilation. It makes the window longer, and leaves the "
        "row as it is: draw one window.",
        lambda gaps, kernel_size, dilation, rounded, stride: _ceil_parts(
            span=lambda k, d: k, first=lambda n, k, s, p: (n // dilation - k) // s + 1
        )(gaps, kernel_size, dilation, rounded, stride),
    ),
    "fraction-kept": Slip(
        "A number of windows is whole. Decide what becomes of one that only partly fits: in the "
        "one pool, and in the other.",
        _ceil_parts(
            first=lambda n, k, s, p: (n - k) / s + 1,
            second=lambda n, k, s, p: (n + 2 * p - k) / s + 1,
        ),
    ),
    **counted(
        lambda how: _ceil_parts(first=how),
        *(*ABOUT_WINDOWS, *ABOUT_STRIDES),
        where="the first pool",
    ),
    **counted(
        lambda how: _ceil_parts(second=how),
        *(*ABOUT_WINDOWS, *ABOUT_STRIDES, *ABOUT_PADDING),
        where="the second pool",
    ),
}

# --- ceil-and-dilation ----------------------------------------------------------------------


def ceil_sizes(
    gaps: tuple[int, ...], kernel_size: int, dilation: int, rounded: tuple[int, ...], stride: int
) -> list[int]:
    """Count the gaps as part of the window; round up, but start no window behind the pixels."""
    outputs = [(size - (kernel_size - 1) * dilation - 1) // 2 + 1 for size in gaps]
    for size in rounded:
        last = -(-(size + 2 - kernel_size) // stride)
        outputs.append(last if last * stride >= size + 1 else last + 1)
    return outputs


add(
    Exercise(
        id="ceil-and-dilation",
        title="Gaps in the window, and rounding up",
        lesson="04",
        stars=3,
        minutes=8,
        task="Rows of {gaps} pixels go through a max pool with kernel_size={kernel_size}, stride=2 "
        "and dilation={dilation}; rows of {rounded} pixels through one with "
        "kernel_size={kernel_size}, stride={stride}, padding=1 and `ceil_mode=True`. How many "
        "numbers come out of each row in PyTorch? Write the four as a list, in the order of the "
        "rows above: `[a, b, c, d]`.",
        entries=(
            "the first dilated row",
            "the second dilated row",
            "the first rounded row",
            "the second rounded row",
        ),
        stub="answer = None",
        draws={1: keeping(_ceil_draw, _ceil_tells)},
        solution=ceil_sizes,
        mistaken=_ceil_mistaken,
        slips=_CEIL_SLIPS,
        misconceptions=usual(
            *("dilation-ignored", "dilation-times-kernel", "floor-for-ceil"),
            *("last-window-in-padding", "forgot-plus-one", "stride-ignored"),
        ),
        hints=(
            "From the first cell of the dilated window to its last: how many cells, gaps included?",
            "With ceil_mode count the windows and round up. Then ask where the last one starts: on "
            "a pixel, or in the padding behind it?",
            "A dilated window spans (kernel_size − 1)·dilation + 1 cells. With ceil_mode, a window "
            "that starts at cell size + 1 of the padded row or later does not count.",
        ),
    )
)

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
        "kernel_size {smallest} or {largest}, any stride, padding at most half of kernel_size. "
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


def _chain_draw(stream: Stream) -> Case:
    return stream.numbers(size=(40, 240), first=(3, 9), second=(4, 7))


def _chain_tells(size: int, first: int, second: int) -> bool:
    """Tell whether both pools have something to round, and the second does not quite halve."""
    conv1 = size - first + 1
    conv2 = conv1 // 2 + 2 - second + 1
    return conv1 % 2 == 1 and conv2 % 2 == 0


# --- how a chain goes wrong -----------------------------------------------------------------

LAYERS = ("the first convolution", "the first pool", "the second convolution", "the last pool")


def _right_count(size: int, kernel_size: int, stride: int, padding: int) -> int:
    return (size + 2 * padding - kernel_size) // stride + 1


def _chain_with(
    how: Count = _right_count,
    *where: int,
    paddings: tuple[int, int] = (0, 1),
    by_kernel: bool = False,
) -> Callable[..., list[float]]:
    """Return the answer of somebody who counts the windows of some layers in this way."""

    def slipped(size: int, first: int, second: int) -> list[float]:
        steps = (first, second) if by_kernel else (1, 1)
        windows = (
            (first, steps[0], paddings[0]),
            (2, 2, 0),
            (second, steps[1], paddings[1]),
            (3, 2, 0),
        )
        sizes = [size]
        for layer, window in enumerate(windows):
            count_layer = how if layer in where or not where else _right_count
            sizes.append(int(count_layer(sizes[-1], *window)))
        return [*sizes[1:]]

    return slipped


def _in_layer(layer: int, how: Count) -> Callable[..., list[float]]:
    return _chain_with(how, layer)


def _listed(change: Callable[[int, list[int]], list[int]]) -> Callable[..., list[int]]:
    return lambda size, first, second: change(size, chain_sizes(size, first, second))


# Of these layers some ways to count always come out right: a 2/2 pool moves by its kernel_size.
# With stride 1 no way is told that divides by the stride, or leaves it out.
_PADDINGS = tuple(
    way for way in ABOUT_PADDING if way not in ("padding-outside", "padded-over-stride")
)
_CONVOLUTIONS = ("forgot-plus-one", "one-too-many", "kernel-added", "half-the-kernel")
_STRIDES = tuple(way for way in ABOUT_STRIDES if way != "plus-one-inside")
_STRIDES_OF_2 = ("stride-ignored", "ceil-for-floor", "size-over-stride-up")
_KEPT = (
    "A window without padding cannot stand at the edge: how often does it fit?",
    "The padding does not make up for its kernel: how many cells are added, how many lost?",
)
_CHAIN_SLIPS = {
    "padding-everywhere": Slip(
        "The first convolution was given a padding of 1 too. The task gives one to the second "
        "alone.",
        _chain_with(paddings=(1, 1)),
    ),
    "padding-exchanged": Slip(
        "The padding went to the first convolution. The task gives it to the second.",
        _chain_with(paddings=(1, 0)),
    ),
    "convolutions-by-kernel": Slip(
        "Each convolution was taken to move by its own size. Both have stride 1.",
        _chain_with(by_kernel=True),
    ),
    "kernels-exchanged": Slip(
        "The kernels of the two convolutions have changed places. Which comes first?",
        lambda size, first, second: chain_sizes(size, second, first),
    ),
    "names-as-fractions": Slip(
        "The 3/2 was read as a fraction, and the size divided by it. It names a window 3 wide that "
        "moves by 2.",
        _chain_with(lambda n, k, s, p: n / (k / s), 3),
    ),
    "begins-with-the-input": Slip(
        "The list begins with the size of the input. The first of the four numbers is what comes "
        "out of the first convolution.",
        _listed(lambda size, sizes: [size, *sizes[:3]]),
    ),
    "all-begin-with-the-input": Slip(
        "The list begins with the size of the input. The first of the four numbers is what comes "
        "out of the first convolution.",
        _listed(lambda size, sizes: [size, *sizes]),
    ),
    **{
        f"size-kept-in-{where.replace(' ', '-')}": Slip(
            f"In {where} the size was kept. {_KEPT[padding]}",
            _chain_with(lambda n, k, s, p: n, layer),
        )
        for where, layer, padding in ((LAYERS[0], 0, 0), (LAYERS[2], 2, 1))
    },
    **counted(
        lambda how: _chain_with(how, 0, 2), *_CONVOLUTIONS, *_PADDINGS, where="the convolutions"
    ),
    **counted(lambda how: _chain_with(how, 1, 3), *ABOUT_WINDOWS, *_STRIDES, where="the pools"),
    **{
        id: slip
        for layer, ways in enumerate(
            (
                _CONVOLUTIONS,
                (*ABOUT_WINDOWS, *_STRIDES_OF_2),
                (*_CONVOLUTIONS, *_PADDINGS),
                (*ABOUT_WINDOWS, *_STRIDES),
            )
        )
        for id, slip in counted(
            functools.partial(_in_layer, layer), *ways, where=LAYERS[layer]
        ).items()
    },
}

# --- chain-sizes ----------------------------------------------------------------------------


def chain_sizes(size: int, first: int, second: int) -> list[int]:
    """Go layer by layer, and round down at each: the next layer never sees a fraction."""
    conv1 = size - first + 1
    pool1 = (conv1 - 2) // 2 + 1
    conv2 = pool1 + 2 - second + 1
    return [conv1, pool1, conv2, (conv2 - 3) // 2 + 1]


def _chain_mistaken(wrong: Mistakes, size: float, first: int, second: int) -> list[float]:
    sizes = [size]
    for kernel_size, stride, padding in ((first, 1, 0), (2, 2, 0), (second, 1, 1), (3, 2, 0)):
        keeps = "halved" if stride == 2 else "convolution-keeps-size"
        guess, taught = sizes[-1] // stride, count(wrong, sizes[-1], kernel_size, stride, padding)
        sizes.append(guess if keeps in wrong else taught)
    return sizes[1:]


add(
    Exercise(
        id="chain-sizes",
        title="Odd sizes through a stack",
        lesson="02",
        stars=2,
        minutes=6,
        task="A row of {size} pixels goes through a convolution with kernel_size={first} (stride "
        "1, no padding), a 2/2 max pool, a convolution with kernel_size={second} (stride 1, "
        "padding 1) and a 3/2 max pool. Write the four sizes in order: `[a, b, c, d]`.",
        entries=LAYERS,
        stub="answer = None",
        draws={1: keeping(_chain_draw, _chain_tells)},
        solution=chain_sizes,
        mistaken=_chain_mistaken,
        slips=_CHAIN_SLIPS,
        misconceptions=usual(
            *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor"),
            *("fraction-kept", "window-not-subtracted", "convolution-keeps-size", "halved"),
        ),
        hints=(
            "One layer at a time: what comes out of one is the size of the next.",
            "A convolution follows the same formula as a pool, with stride 1.",
            "Round down at each pool, before you go on.",
        ),
    )
)
