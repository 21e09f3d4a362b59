"""What the pooling tests draw from: windows that fit, numbers that trap, ways to lie in memory."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pooling_lab.geometry import Axis

# How a plane is filled: by a seeded generator, which is much faster than drawing cell by cell.


def numbers(rng, shape):
    """Few whole numbers, so that ties are common, or many broken ones."""
    return rng.integers(-4, 5, shape) if rng.random() < 0.5 else rng.normal(0, 100, shape)


def with_specials(rng, shape):
    return np.where(
        rng.random(shape) < 0.15, rng.choice([np.nan, np.inf, -np.inf], shape), numbers(rng, shape)
    )


def activations(rng, shape):
    """Not negative, many of them 0, as after a ReLU."""
    return np.maximum(numbers(rng, shape), 0)


class Case(NamedTuple):
    """A batch of planes, and a window that fits them."""

    x: np.ndarray
    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    ceil_mode: bool

    @property
    def window(self):
        return self[1:]

    @property
    def undilated(self):
        """The window arguments of an average: kernel_size, stride, padding, ceil_mode."""
        return (*self[1:4], self.ceil_mode)


@st.composite
def cases(draw, fill=numbers, dilation=3, longest=9):
    axes = [_axis(draw, dilation, longest) for _ in range(2)]
    ceil_mode = draw(st.booleans())
    sizes = [draw(_fitting(axis, ceil_mode)) for axis in axes]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = fill(rng, (draw(st.integers(1, 3)), *sizes)).astype(np.float64)
    kernels, strides, paddings, dilations = zip(*axes, strict=True)
    return Case(x, kernels, strides, paddings, dilations, ceil_mode)


def _axis(draw, dilation, longest):
    kernel = draw(st.integers(1, longest))
    stride, spread = draw(st.integers(1, 4)), draw(st.integers(1, dilation))
    return kernel, stride, draw(st.integers(0, kernel // 2)), spread


def _fitting(axis, ceil_mode):
    return st.integers(1, 24).filter(lambda n: Axis(n, *axis, ceil_mode).outputs > 0)


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS = {
    "contiguous": np.ascontiguousarray,
    "Fortran order": np.asfortranarray,
    "channels_last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -3, -1)), -1, -3),
    "transposed planes": lambda x: np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2),
    "negative strides": lambda x: np.ascontiguousarray(x[..., ::-1, ::-1])[..., ::-1, ::-1],
    "every other cell": lambda x: np.repeat(np.repeat(x, 2, -1), 2, -2)[..., ::2, ::2],
    "read-only": read_only,
    "other byte order": lambda x: x.astype(x.dtype.newbyteorder()),
    "nested lists": lambda x: x.tolist(),
}
