"""Exercises about what one cell sees, and how far a shift carries (lessons 04 and 08)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, keeping
from ..misconceptions import usual
from ..seeded_random import Stream


def reach(layers: Sequence[tuple[int, int]], wrong: Mistakes = frozenset()) -> tuple[int, int]:
    """Return receptive field and jump of a stack of ``(kernel_size, stride)``."""
    field, jump = (0 if "started-at-none" in wrong else 1), 1
    for kernel_size, stride in layers:
        cells = kernel_size if "no-minus-one" in wrong else kernel_size - 1
        early = jump * stride if "jump-too-early" in wrong else jump
        if not ("pools-left-out" in wrong and stride > 1):
            field += cells * (1 if "jump-not-multiplied" in wrong else early)
        jump = jump + stride - 1 if "jumps-added" in wrong else jump * stride
    return field, jump


def _stack_with(wrong: Mistakes, field: int, jump: int) -> list[tuple[int, int]] | None:
    """Search for a stack that somebody with these mistakes takes for one that sees ``field``."""
    pools = [(2, 2)] * (jump.bit_length() - 1)
    for after, sevens, last in itertools.product(range(10), range(10), range(1, 8)):
        layers = [(7, 1)] * sevens + [(last, 1)] + pools + [(3, 1)] * after
        if len(layers) <= 12 and reach(layers, wrong)[0] == field:
            return layers
    return None


def _is_stack(answer: np.ndarray) -> bool:
    return np.ndim(answer) == 2 and np.shape(answer)[1] == 2 and len(answer) > 0


def _odd_layer(answer: np.ndarray) -> int | None:
    """Return which layer breaks the rules of the task, if one does."""
    kernels, strides = answer.T
    odd = ~(np.isin(kernels, range(1, 8)) & np.isin(strides, (1, 2)))
    return int(odd.argmax()) if odd.any() else None


def _design_fits(answer: np.ndarray, wrong: Mistakes, field: int, jump: int) -> bool:
    if not _is_stack(answer) or len(answer) > 12 or _odd_layer(answer) is not None:
        return False
    return reach(answer.astype(int).tolist(), wrong) == (field, jump)


def _design_gives(answer: np.ndarray, field: int, jump: int) -> str:
    """Say what a stack sees, and which rules of the task it breaks."""
    if not _is_stack(answer):
        return f"{_STACK_ASKED} {_no_stack(answer, field, jump)}".rstrip()
    odd = _odd_layer(answer)
    if odd is not None:
        kernel_size, stride = answer[odd]
        layer = f"Layer {odd + 1}, ({kernel_size:g}, {stride:g}), is not allowed"
        whole = " One layer cannot do it: spread it over several." * bool(kernel_size >= field)
        return f"{layer}: kernel sizes are 1 to 7 and strides 1 or 2.{whole}"
    layers = answer.astype(int).tolist()
    seen, jumps = reach(layers)
    wanted = [
        f"sees {seen} pixels, {'as wanted' if seen == field else f'and {field} are wanted'}",
        f"has a jump of {jumps}{', as wanted' if jumps == jump else f', and {jump} is wanted'}",
    ]
    long = f" It has {len(answer)} layers; at most 12 are allowed." if len(answer) > 12 else ""
    return f"It {wanted[0]}; it {wanted[1]}.{long}{_stack_story(layers, field, jump)}"


_STACK_ASKED = "A list of pairs is asked for, one for each layer: `[(kernel_size, stride), …]`."


def _no_stack(answer: np.ndarray, field: int, jump: int) -> str:
    """Say what is wrong with an answer that is no list of pairs."""
    flat = answer.ravel()
    if flat.tolist() == [field, jump]:
        return "Yours are the two numbers that are wanted: asked are layers that lead to them."
    if flat.size % 2 == 0 and _design_fits(flat.reshape(-1, 2), frozenset(), field, jump):
        return "The numbers are right: put each two into brackets."
    if answer.ndim == 1 and flat.size > 2 and not flat.size % 2 and {*flat[1::2]} <= {1, 2}:
        return "Yours is one flat list: put each two into brackets."
    return "Yours is one number for each layer: the strides are missing." * (answer.ndim == 1)


def _stack_story(layers: list[tuple[int, int]], field: int, jump: int) -> str:
    """Say how a stack may have been taken to do what is wanted."""
    seen, jumps = reach(layers)
    kernels, strides = zip(*layers, strict=True)
    if seen == field and jumps == 1:
        return " No layer has stride 2, and only strides make the jump."
    if jumps != jump and sum(s for s in strides if s > 1) == jump:
        return f" Its strides above 1 add up to {jump}: they are multiplied."
    if jumps != jump and jumps in (2 * jump, jump // 2):
        return f" That is one layer with stride 2 too {'many' if jumps > jump else 'few'}."
    if seen == field:
        return ""
    if reach(layers[::-1]) == (field, jump):
        return " In reverse order it would do: the first layer is the one that looks at the photo."
    if int(np.prod(kernels)) == field:
        return " Its kernel sizes were multiplied: each layer adds (kernel_size − 1)·jump."
    if sum(kernels) == field:
        return f" Its kernel sizes add up to {field}: after a stride a cell is several pixels."
    if abs(seen - field) == 1:
        return (
            " It is off by one: before any layer a number sees one pixel, and a layer adds "
            "(kernel_size − 1)·jump."
        )
    return ""


def _field_draw(stream: Stream) -> Case:
    return stream.numbers(first=(3, 19), pool=(2, 5), second=(3, 15), third=(3, 15))


def _field_of(count: Callable[[list[int], list[int]], float]) -> Callable[..., float]:
    """Return an answer from the kernel sizes and the jumps before each layer."""
    return lambda first, pool, second, third: count(
        [first, pool, second, pool, third], [1, 1, 2, 2, 4]
    )


def _stack_of(
    layers: Callable[[int, int, int, int], list[tuple[int, int]]],
) -> Callable[..., float]:
    """Return what a stack sees that is another one than asked."""
    return lambda first, pool, second, third: reach(layers(first, pool, second, third))[0]


_FIELD_SLIPS = {
    "kernels-multiplied": Slip(
        "The kernel sizes were multiplied. A second layer widens what is seen by its window less "
        "one: try two 3×3 layers by hand.",
        _field_of(lambda k, j: math.prod(k)),
    ),
    "kernels-added": Slip(
        "The kernel sizes were added. A second layer widens what is seen by its window less one, "
        "and after a stride by steps of several pixels: try two 3×3 layers by hand.",
        _field_of(lambda k, j: sum(k)),
    ),
    "kernels-added-but-one": Slip(
        "The kernel sizes were added, with 1 taken off in the end. Each layer widens what is seen "
        "by its window less one, and after a stride by steps of several pixels.",
        _field_of(lambda k, j: sum(k) - 1),
    ),
    "second-stride-forgotten": Slip(
        "The stride of the second pool was left out. It widens the steps of every layer after it.",
        _stack_of(lambda a, p, b, c: [(a, 1), (p, 2), (b, 1), (p, 1), (c, 1)]),
    ),
    "first-stride-forgotten": Slip(
        "The stride of the first pool was left out. It widens the steps of every layer after it.",
        _stack_of(lambda a, p, b, c: [(a, 1), (p, 1), (b, 1), (p, 2), (c, 1)]),
    ),
    "layers-reversed": Slip(
        "The layers were taken in reverse order. The table starts at the photo, with the first "
        "layer.",
        _stack_of(lambda a, p, b, c: [(c, 1), (p, 2), (b, 1), (p, 2), (a, 1)]),
    ),
    "second-pool-forgotten": Slip(
        "The second pool's own window was left out. It reads several cells too, and adds "
        "(kernel_size − 1)·jump like a convolution.",
        _stack_of(lambda a, p, b, c: [(a, 1), (p, 2), (b, 1), (1, 2), (c, 1)]),
    ),
    "first-pool-forgotten": Slip(
        "The first pool's own window was left out. It reads several cells too, and adds "
        "(kernel_size − 1)·jump like a convolution.",
        _stack_of(lambda a, p, b, c: [(a, 1), (1, 2), (b, 1), (p, 2), (c, 1)]),
    ),
    "one-pool-left-out": Slip(
        "One pool was left out, its stride too. There are two of them.",
        _stack_of(lambda a, p, b, c: [(a, 1), (p, 2), (b, 1), (c, 1)]),
    ),
    "both-pools-left-out": Slip(
        "Both pools were left out, their strides too. They read several cells, and they widen the "
        "steps of every layer after them.",
        _stack_of(lambda a, p, b, c: [(a, 1), (b, 1), (c, 1)]),
    ),
    "first-layer-left-out": Slip(
        "The first convolution was left out. It adds its window less one.",
        _stack_of(lambda a, p, b, c: [(1, 1), (p, 2), (b, 1), (p, 2), (c, 1)]),
    ),
    "last-layer-left-out": Slip(
        "The last convolution was left out. It adds its window less one, in steps as wide as the "
        "strides before it have made them.",
        _stack_of(lambda a, p, b, c: [(a, 1), (p, 2), (b, 1), (p, 2), (1, 1)]),
    ),
    "last-layer-alone": Slip(
        "That is the window of the last convolution. Its cells are numbers that see several pixels "
        "themselves.",
        _field_of(lambda k, j: k[-1]),
    ),
    "first-layer-alone": Slip(
        "That is the window of the first convolution. Later layers put its cells together.",
        _field_of(lambda k, j: k[0]),
    ),
    "last-layer-times-jump": Slip(
        "That is the last convolution alone, times its jump. The layers before it widen what each "
        "of its cells sees.",
        _field_of(lambda k, j: k[-1] * j[-1]),
    ),
    "last-layer-less-one-times-jump": Slip(
        "That is the last convolution alone, (kernel_size − 1) times its jump. The layers before "
        "it widen what each of its cells sees.",
        _field_of(lambda k, j: (k[-1] - 1) * j[-1] + 1),
    ),
    "area": Slip(
        "That is how many pixels a square of that width holds. The task asks how wide it is.",
        lambda **case: receptive_field(**case) ** 2,
    ),
    "jump-for-every-layer": Slip(
        "Each layer was taken times the jump at the end. A layer's step is what the strides before "
        "it make of one pixel.",
        _field_of(lambda k, j: 1 + sum(n - 1 for n in k) * j[-1]),
    ),
    "sizes-times-last-jump": Slip(
        "All kernel sizes were added and taken times the jump at the end. A layer's step is what "
        "the strides before it make of one pixel.",
        _field_of(lambda k, j: sum(k) * j[-1]),
    ),
    "every-layer-doubles": Slip(
        "Every layer was taken to double the jump. Only a stride does, and the convolutions have "
        "stride 1.",
        _stack_of(lambda a, p, b, c: [(a, 2), (p, 2), (b, 2), (p, 2), (c, 2)]),
    ),
    "whole-kernels": Slip(
        "Each layer added its whole kernel, and there was nothing to begin with. A number sees one "
        "pixel before any layer, itself, and each layer adds its window less one.",
        _field_of(lambda k, j: sum(n * jump for n, jump in zip(k, j, strict=True))),
    ),
    "windows-seen-twice": Slip(
        "Each layer added its whole kernel, the first one too. One of its cells is the one that "
        "was seen already.",
        _field_of(lambda k, j: k[0] + sum(n * jump for n, jump in zip(k[1:], j[1:], strict=True))),
    ),
    "stride-four-for-each": Slip(
        "The jump after both pools was used for the convolution between them too. A layer's step "
        "is what the strides before it make of one pixel.",
        _field_of(
            lambda k, j: sum((n - 1) * m for n, m in zip(k, [1, 1, 4, 4, 4], strict=True)) + 1
        ),
    ),
    "jump": Slip(
        "That is the jump: how far apart two neighbours look. Asked is how much one of them sees.",
        _field_of(lambda k, j: j[-1]),
    ),
    "one-too-many": Slip(
        "It is one too many: is one of the pixels counted twice?",
        lambda **case: receptive_field(**case) + 1,
    ),
    "doubled-last-jump": Slip(
        "The jump was doubled once too often before the last layer. How many layers with stride 2 "
        "stand before it?",
        _field_of(
            lambda k, j: sum((n - 1) * m for n, m in zip(k, [1, 1, 2, 2, 8], strict=True)) + 1
        ),
    ),
}

_RECEPTIVE_FIELD = {
    "pools-left-out": "The pools' own windows were left out. A pool reads several cells too, and "
    "adds (kernel_size − 1)·jump like a convolution.",
    "started-at-none": "It started from 0. Before any layer, a number sees one pixel: itself.",
    "jumps-added": "The strides were added up. Two layers that each skip every second cell leave "
    "one in four: what does that say about the jump?",
}

# --- receptive-field ------------------------------------------------------------------------


def receptive_field(first: int, pool: int, second: int, third: int) -> int:
    """Add (kernel − 1)·jump for each layer, and let a stride widen only what comes after it."""
    field, jump = 1, 1
    for kernel_size, stride in [(first, 1), (pool, 2), (second, 1), (pool, 2), (third, 1)]:
        field += (kernel_size - 1) * jump
        jump *= stride
    return field


def _field_mistaken(wrong: Mistakes, first: int, pool: int, second: int, third: int) -> int:
    return reach([(first, 1), (pool, 2), (second, 1), (pool, 2), (third, 1)], wrong)[0]


add(
    Exercise(
        id="receptive-field",
        title="How many pixels does one number see?",
        lesson="08",
        stars=2,
        minutes=6,
        task="Five layers: a convolution with kernel_size={first}, a max pool with "
        "kernel_size={pool} and stride=2, a convolution with kernel_size={second}, a second pool "
        "like the first, and a convolution with kernel_size={third}. All convolutions have "
        "stride 1. How many pixels wide is the receptive field of one output?",
        stub="answer = None",
        draws={1: keeping(_field_draw, lambda pool, third, **_: third - 1 != 3 * (pool - 1))},
        solution=receptive_field,
        mistaken=_field_mistaken,
        slips=_FIELD_SLIPS,
        misconceptions=usual(
            *("jump-not-multiplied", "jump-too-early", "no-minus-one"),
            *("pools-left-out", "started-at-none", "jumps-added"),
            own=_RECEPTIVE_FIELD,
        ),
        hints=(
            "Make a table with two columns, receptive field and jump. It starts with 1 and 1.",
            "Each layer adds (kernel_size − 1)·jump, with the jump before that layer. Then its "
            "stride multiplies the jump.",
            "1 + (first − 1) + (pool − 1) + (second − 1)·2 + (pool − 1)·2 + (third − 1)·4",
        ),
    )
)

# --- design-receptive-field -----------------------------------------------------------------


def design_field(field: int, jump: int) -> list[tuple[int, int]]:
    """Pool until the jump is reached, widen after it in large steps and before it in small."""
    pools = [(2, 2)] * (jump.bit_length() - 1)
    after, before = divmod(field - jump, 2 * jump)
    return [(7, 1)] * (before // 6) + [(before % 6 + 1, 1)] + pools + [(3, 1)] * after


add(
    Exercise(
        id="design-receptive-field",
        title="Build a receptive field to measure",
        lesson="08",
        stars=3,
        minutes=12,
        task="Build a stack whose output sees {field} pixels and has a jump of {jump}: its "
        "next-door neighbour sees as many, {jump} pixels further on. Write it as a list of "
        "`(kernel_size, stride)`, at most 12 layers, with kernel sizes 1 to 7 and "
        "strides 1 or 2. Many answers are right.",
        stub="answer = None",
        draws={
            1: lambda stream: {
                "field": stream.integer(31, 58),
                "jump": stream.choice([4, 8]),
            }
        },
        solution=design_field,
        axes=("layers", "kernel_size and stride"),
        mistaken=_stack_with,
        fits=_design_fits,
        gives=_design_gives,
        misconceptions=usual("jump-not-multiplied", "jump-too-early", "no-minus-one"),
        hints=(
            "Only strides make the jump. How many layers with stride 2 do you need?",
            "A 3×3 layer before all pools adds 2 pixels; after them it adds 2·jump.",
            "The (2, 2) pools alone see `jump` pixels. Spend what is missing on (3, 1) layers "
            "after them while it fits, and the rest on a layer before them.",
        ),
    )
)


def _shift(
    period: Callable[[np.ndarray], float], pixels: Callable[..., float] | None = None
) -> Callable[..., tuple[float, float]]:
    """Return (a, b) of somebody who finds the period so, and then the pixels so."""

    def answers(strides: np.ndarray, cells: int) -> tuple[float, float]:
        a = period(strides)
        return a, a * cells if pixels is None else pixels(a, cells, strides)

    return answers


_ALONE = (
    "Only one of the pools was asked, {}. Follow one shift through the stack: what is a shift of "
    "one cell for the next pool?"
)
_SHIFT_SLIPS = {
    **{
        f"{name}-stride-only": Slip(_ALONE.format(said), _shift(how))
        for name, said, how in (
            ("largest", "the one with the largest stride", np.max),
            ("first", "the first one", lambda v: v[0]),
            ("smallest", "the one with the smallest stride", np.min),
            ("middle", "the second one", lambda v: v[1]),
        )
    },
    **{
        f"without-{name}": Slip(
            f"The {name} stride is missing from the product. Every pool has to be passed: follow "
            "one shift through the stack.",
            _shift(how),
        )
        for name, how in (
            ("first", lambda v: v[1:].prod()),
            ("second", lambda v: v[0] * v[2]),
            ("last", lambda v: v[:-1].prod()),
        )
    },
    "largest-times-pools": Slip(
        "The largest stride was taken times the number of pools. Each pool has a stride of its "
        "own.",
        _shift(lambda v: max(v) * len(v)),
    ),
    "half-a-period": Slip(
        "That is half of what it takes. Away from the border a shift must come out as whole cells.",
        _shift(lambda v: v.prod() / 2),
    ),
    "all-twos": Slip(
        "Every pool was taken for one with stride 2. The task gives their strides.",
        _shift(lambda v: 2 ** len(v)),
    ),
    "common-divisor": Slip(
        "1 is the largest number that divides all strides. A shift by one pixel is no whole step "
        "of the first pool: which shift is one for all of them, one after the other?",
        _shift(np.gcd.reduce),
    ),
    "every-shift": Slip(
        "With (a) = 1 every shift would do. A shift by one pixel is no whole step of the first "
        "pool: which shift is one for all of them, one after the other?",
        _shift(lambda v: 1),
    ),
    "every-shift-then-right": Slip(
        "(b) is right. With (a) = 1 every shift would do, though: by how many pixels must the "
        "input be shifted for one whole cell?",
        _shift(lambda v: 1, lambda a, cells, v: v.prod() * cells),
    ),
    "common-multiple": Slip(
        "That is the least common multiple. A shift by one cell of one pool is a shift by one "
        "pixel for the next: the strides work one after the other.",
        _shift(np.lcm.reduce),
    ),
    "average": Slip(
        "That is the mean of the strides. Follow one shift through the stack.",
        _shift(np.mean),
    ),
    "one-less": Slip(
        "That is one pixel less. By so much the output need not be the old one: which shift is "
        "sure to come out whole?",
        _shift(lambda v: v.prod() - 1),
    ),
    "one-more": Slip(
        "That is one pixel more than it takes.",
        _shift(lambda v: v.prod() + 1),
    ),
    "strides-less-one": Slip(
        "The product is of the strides less one. A pool with stride 2 turns two pixels into one "
        "cell.",
        _shift(lambda v: (v - 1).prod()),
    ),
    "swapped": Slip(
        "(a) and (b) have changed places. Which of the two shifts is the smaller one?",
        lambda strides, cells: shift_phase(strides, cells)[::-1],
    ),
    **{
        f"b-{name}": Slip(f"(a) is right. {text}", _shift(np.prod, how))
        for name, text, how in (
            (
                "with-last-stride",
                "For (b) only the last stride was used: how many pixels of the input is one cell?",
                lambda a, cells, v: v[-1] * cells,
            ),
            (
                "with-first-stride",
                "For (b) only the first stride was used: how many pixels of the input is one cell?",
                lambda a, cells, v: v[0] * cells,
            ),
            (
                "with-all-strides-added",
                "For (b) the strides were added: how many pixels of the input is one cell?",
                lambda a, cells, v: v.sum() * cells,
            ),
            (
                "one-cell-fewer",
                "For (b) one cell too few was counted. How many pixels is one cell, and how many "
                "are so many cells?",
                lambda a, cells, v: a * (cells - 1),
            ),
            (
                "one-cell-more",
                "For (b) one cell too many was counted. How many pixels is one cell, and how many "
                "are so many cells?",
                lambda a, cells, v: a * (cells + 1),
            ),
            (
                "added",
                "For (b) the cells were added to it. How many pixels is one cell, how many are "
                "two?",
                lambda a, cells, v: a + cells,
            ),
            (
                "power",
                "For (b) a power was taken. How many pixels is one cell, how many are two?",
                lambda a, cells, v: float(a) ** cells,
            ),
            (
                "divided",
                "For (b) it was divided by the cells. How many pixels is one cell, how many are "
                "two?",
                lambda a, cells, v: a / cells,
            ),
            (
                "floored",
                "For (b) it was divided by the cells. How many pixels is one cell, how many are "
                "two?",
                lambda a, cells, v: a // cells,
            ),
            (
                "the-same",
                "(b) is the same as (a): that shifts the output by one cell.",
                lambda a, cells, v: a,
            ),
        )
    },
}

_SHIFT_PHASE = {
    "strides-added": "The strides were added. Follow one shift through the stack: a shift by the "
    "first stride is a shift by one cell for the second pool.",
    "last-stride-only": "Only the last pool was asked. The ones before it have to be passed as "
    "well.",
    "cells-for-pixels": "The cells were taken for pixels. One cell of the output stands for more "
    "than one pixel.",
}

# --- shift-phase ----------------------------------------------------------------------------


def shift_phase(strides: list[int], cells: int) -> tuple[int, int]:
    """Multiply the strides: that many pixels move the output by one whole cell."""
    period = 1
    for stride in strides:
        period *= int(stride)
    return period, period * cells


def _shift_mistaken(wrong: Mistakes, strides: Sequence[int], cells: int) -> tuple[int, int]:
    period = int(np.sum(strides) if "strides-added" in wrong else np.prod(strides))
    period = int(strides[-1]) if "last-stride-only" in wrong else period
    period = 1 if "stride-ignored" in wrong else period
    return period, cells if "cells-for-pixels" in wrong else period * cells


add(
    Exercise(
        id="shift-phase",
        title="Which shifts does a stack of pools follow?",
        lesson="04",
        stars=2,
        minutes=5,
        task="Three max pools follow each other; `strides` holds their strides; their windows do "
        "not matter here. (a) By how many "
        "pixels must the input be shifted at least, so that the output, away from the border, is "
        "sure to be the old one shifted by whole cells? (b) How many pixels shift it by {cells} "
        "cells? Write `(a, b)`.",
        entries=("(a)", "(b)"),
        stub="answer = None",
        draws={
            1: lambda stream: {
                "strides": stream.permuted(3, low=2, high=6).astype(int),
                "cells": stream.integer(3, 40),
            }
        },
        solution=shift_phase,
        mistaken=_shift_mistaken,
        slips=_SHIFT_SLIPS,
        misconceptions=usual(
            *("stride-ignored", "strides-added"),
            *("last-stride-only", "cells-for-pixels"),
            own=_SHIFT_PHASE,
        ),
        hints=(
            "One pool with stride s: which shifts of its input are whole steps of its output?",
            "A shift by s pixels becomes a shift by 1 for the next pool. What does that one need?",
            "(a) is the product of the strides.",
        ),
    )
)
