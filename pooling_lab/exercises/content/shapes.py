"""Exercises about the shapes of maps and batches: channels and their order (lesson 01)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Exercise, Mistakes, Slip, add, function, keeping
from ..misconceptions import (
    TEXTS,
    slide,
    usual,
)

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
