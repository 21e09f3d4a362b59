"""Exercises about what one cell sees, and how far a shift carries (lessons 04 and 08)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

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
    """Say what a stack sees, or which rule of the task it breaks."""
    if not _is_stack(answer):
        return "A list of pairs is asked for, one for each layer: `[(kernel_size, stride), …]`."
    odd = _odd_layer(answer)
    if odd is not None:
        kernel_size, stride = answer[odd]
        layer = f"Layer {odd + 1}, ({kernel_size:g}, {stride:g}), is not allowed"
        return f"{layer}: kernel sizes are 1 to 7 and strides 1 or 2."
    seen, jumps = reach(answer.astype(int).tolist())
    long = f" It has {len(answer)} layers; at most 12 are allowed." if len(answer) > 12 else ""
    return f"It sees {seen} pixels and has a jump of {jumps}; wanted are {field} and {jump}.{long}"


def _field_draw(stream: Stream) -> Case:
    return stream.numbers(first=(3, 19), pool=(2, 5), second=(3, 15), third=(3, 15))


_FIELD_SLIPS = {
    "kernels-multiplied": Slip(
        "The kernel sizes were multiplied. A second layer widens what is seen by its window less "
        "one: try two 3×3 layers by hand.",
        lambda first, pool, second, third: first * pool * second * pool * third,
    ),
    "second-stride-forgotten": Slip(
        "The stride of the second pool was left out. It widens the steps of every layer after it.",
        lambda first, pool, second, third: reach(
            [(first, 1), (pool, 2), (second, 1), (pool, 1), (third, 1)]
        )[0],
    ),
    "layers-reversed": Slip(
        "The layers were taken in reverse order. The table starts at the photo, with the first "
        "layer.",
        lambda first, pool, second, third: reach(
            [(third, 1), (pool, 2), (second, 1), (pool, 2), (first, 1)]
        )[0],
    ),
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
        task="Build a stack whose output sees {field} pixels and has a jump of {jump}. Write it as "
        "a list of `(kernel_size, stride)`, at most 12 layers, with kernel sizes 1 to 7 and "
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
        task="Three max pools follow each other; `strides` holds their strides. (a) By how many "
        "pixels must the input be shifted at least, so that the output, away from the border, is "
        "sure to be the old one shifted by whole cells? (b) How many pixels shift it by {cells} "
        "cells? Write `(a, b)`.",
        stub="answer = None",
        draws={
            1: lambda stream: {
                "strides": stream.permuted(3, low=2, high=6).astype(int),
                "cells": stream.integer(3, 40),
            }
        },
        solution=shift_phase,
        mistaken=_shift_mistaken,
        misconceptions=usual(
            *("stride-ignored", "strides-added"),
            *("last-stride-only", "cells-for-pixels"),
        ),
        hints=(
            "One pool with stride s: which shifts of its input are whole steps of its output?",
            "A shift by s pixels becomes a shift by 1 for the next pool. What does that one need?",
            "(a) is the product of the strides.",
        ),
    )
)
