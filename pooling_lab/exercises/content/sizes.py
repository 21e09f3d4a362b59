"""Exercises about how many windows fit: one layer, gaps, a stack (lessons 02 and 04)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, keeping
from ..misconceptions import (
    ABOUT_PADDING,
    ABOUT_STRIDES,
    ABOUT_WINDOWS,
    COUNTS,
    Count,
    count,
    counted,
    usual,
)
from ..seeded_random import Stream

Sizes = tuple[int, ...]

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
        "1, no padding), a 2/2 max pool (window 2, stride 2), a convolution with "
        "kernel_size={second} (stride 1, padding 1) and a 3/2 max pool. Write the four sizes in "
        "order: `[a, b, c, d]`.",
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
