"""Window arithmetic in plain integers: where windows start, what they read, how many fit.

Everything else in the package asks this module *where* and only then computes *what*.
It imports nothing but the standard library, so every number can be checked by hand.
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

Size = int | Sequence[int]
LARGEST = 2**63 - 1  # of any size: what an index can count to, in PyTorch as in NumPy
MOST_BINS = 1_000_000  # in a list
MOST_LAYERS = 100_000  # in a stack; a longer one is an iterator that does not end


def shape_note(shape: Sequence[int] | None) -> str:
    """Give the ending every error about an array shares: the shape that was seen."""
    return "" if shape is None else f" (x has shape {tuple(shape)})"


def shown(value: object) -> str:
    """Write ``value`` as a message shows it: in short, whatever it is."""
    try:
        return reprlib.repr(value)
    except Exception:  # a number too long to be written, an object that refuses
        return f"<{type(value).__name__}>"


def _is_bool(value: object) -> bool:
    """Tell Python's and NumPy's own True and False, without an import of NumPy."""
    return type(value).__name__ in ("bool", "bool_")


def as_int(
    value: Any,
    name: str,
    minimum: int = 1,
    shape: Sequence[int] | None = None,
    largest: int | None = LARGEST,
) -> int:
    """Return ``value`` as a Python int from ``minimum`` to ``largest``, any size if None.

    Raises
    ------
    TypeError
        If ``value`` is not a whole number (a bool or a float is not).
    ValueError
        If it is smaller than ``minimum``, or larger than any index.
    """
    try:
        number = None if _is_bool(value) else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(
            f"{name} must be a whole number, not {type(value).__name__} {shown(value)}"
            f"{shape_note(shape)}"
        )
    if number < minimum:
        raise ValueError(
            f"{name} must be at least {minimum}, got {shown(number)}{shape_note(shape)}"
        )
    if largest is not None and number > largest:
        raise ValueError(
            f"{name} must be at most {largest}, got {shown(number)}{shape_note(shape)}"
        )
    return number


def as_pair(
    value: Any, name: str, minimum: int = 1, shape: Sequence[int] | None = None
) -> tuple[int, int]:
    """Return ``value``, an int or a pair ``(rows, columns)``, as a pair of Python ints.

    A sequence of one number means both axes, as in PyTorch.

    Raises
    ------
    TypeError
        If ``value`` is neither a whole number nor two of them.
    ValueError
        If it has more than two numbers or none, or one that is out of range.
    """
    if type(value) is int and minimum <= value <= LARGEST:  # nearly always
        return value, value
    one_number = isinstance(value, int | str) or not getattr(value, "shape", True)
    if one_number or not isinstance(value, Iterable):
        number = as_int(value, name, minimum, shape)
        return number, number
    items = list(islice(value, 3))
    if len(items) == 1:
        number = as_int(items[0], name, minimum, shape)
        return number, number
    if len(items) != 2:
        raise ValueError(
            f"{name} must be one whole number or a pair (rows, columns), "
            f"got {len(items) or 'no'}{' or more' if len(items) > 2 else ''} numbers: "
            f"{shown(value)}{shape_note(shape)}"
        )
    rows, columns = (as_int(item, f"{name}[{i}]", minimum, shape) for i, item in enumerate(items))
    return rows, columns


def as_stride(
    value: Any, kernels: tuple[int, int], shape: Sequence[int] | None = None
) -> tuple[int, int]:
    """Return a stride as a pair; None, or an empty sequence as in PyTorch, means the kernel."""
    return kernels if _is_missing(value) else as_pair(value, "stride", 1, shape)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple) and not value)


def as_flag(value: Any, name: str, shape: Sequence[int] | None = None) -> bool:
    """Return ``value`` if it is True or False, else raise a TypeError that names it."""
    if not _is_bool(value):
        raise TypeError(
            f"{name} must be True or False, not {type(value).__name__} {shown(value)}"
            f"{shape_note(shape)}"
        )
    return bool(value)


class Axis(NamedTuple):
    """One axis of a sliding window: ``outputs`` windows over ``size`` cells.

    Window ``i`` starts at cell ``i * stride - padding`` and reads ``kernel`` cells that are
    ``dilation`` apart. Cells below 0 or from ``size`` on are padding.
    """

    size: int
    kernel: int
    stride: int
    padding: int = 0
    dilation: int = 1
    ceil_mode: bool = False

    @property
    def span(self) -> int:
        """Cells from the first to the last one a window reads: ``(kernel - 1)·dilation + 1``."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def outputs(self) -> int:
        """Number of windows; 0 or less when not even one fits.

        ``floor((size + 2·padding - span) / stride) + 1``, the floor toward −∞. With
        ``ceil_mode`` it is the ceiling, but a last partial window counts only if it starts
        inside the input or the left padding.
        """
        room = self.size + 2 * self.padding - self.span
        if not self.ceil_mode:
            return room // self.stride + 1
        windows = -(-room // self.stride) + 1
        last_start = (windows - 1) * self.stride - self.padding
        return windows - 1 if last_start >= self.size else windows

    def start(self, i: int) -> int:
        """First cell of window ``i``; negative when it lies in the padding."""
        return i * self.stride - self.padding

    def reads(self, i: int) -> range:
        """All cells window ``i`` points at, padding included."""
        return range(self.start(i), self.start(i) + self.span, self.dilation)

    def cells(self, i: int) -> list[int]:
        """Cells of the input that window ``i`` reads."""
        return list(self._inside(i))

    def _inside(self, i: int) -> range:
        reads = self.reads(i)
        first = max(0, -(reads.start // self.dilation))  # of the window's cells, the first that is
        stop = max(first, -(-(self.size - reads.start) // self.dilation))
        return reads[first:stop]

    def padded_count(self, i: int) -> int:
        """Cells of window ``i`` up to the padded edge: what an average divides by."""
        return min(self.start(i) + self.span, self.size + self.padding) - self.start(i)

    def counts(self, count_include_pad: bool) -> list[int]:
        """Cells each window averages over: up to the padded edge, or only those that exist."""
        count = self.padded_count if count_include_pad else lambda i: len(self._inside(i))
        return [count(i) for i in range(self.outputs)]

    def unread(self) -> list[int]:
        """Cells of the input that no window reads."""
        read = {cell for i in range(self.outputs) for cell in self.cells(i)}
        return [cell for cell in range(self.size) if cell not in read]


def window_axes(
    size: Size,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    *,
    shape: tuple[int, ...] | None = None,
) -> tuple[Axis, Axis]:
    """Check the window arguments of a pooling layer and return its two axes, rows first.

    Parameters
    ----------
    size
        Height and width of the plane, in cells: an int or a pair.
    kernel_size, stride, padding, dilation
        An int or a pair ``(rows, columns)``; ``stride=None`` means the kernel size. As in
        PyTorch ``[2]`` is the same as 2, and ``stride=[]`` as None.
    ceil_mode
        Keep a last, partial window.
    shape
        Shape of the array, a tuple, for the messages; its last two numbers then are the size.

    Raises
    ------
    TypeError
        For anything that is not a whole number (or, for ``ceil_mode``, a bool).
    ValueError
        For a number out of range, padding beyond half the kernel, or an empty output.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MaxPool2d.html
    """
    sizes = as_pair(size, "size", 1) if shape is None else shape[-2:]
    kernels = as_pair(kernel_size, "kernel_size", 1, shape)
    strides = as_stride(stride, kernels, shape)
    paddings = as_pair(padding, "padding", 0, shape)
    dilations = as_pair(dilation, "dilation", 1, shape)
    ceil_mode = as_flag(ceil_mode, "ceil_mode", shape)
    return _axes(sizes, kernels, strides, paddings, dilations, ceil_mode, shape)


@lru_cache(maxsize=1024)
def _axes(
    sizes: tuple[int, int],
    kernels: tuple[int, int],
    strides: tuple[int, int],
    paddings: tuple[int, int],
    dilations: tuple[int, int],
    ceil_mode: bool,
    shape: tuple[int, ...] | None,
) -> tuple[Axis, Axis]:
    for p, k in zip(paddings, kernels, strict=True):
        if p > k // 2:
            raise ValueError(
                "padding must be at most half of kernel_size, as in PyTorch: "
                f"padding {p} > {k} // 2{shape_note(shape)}"
            )
    rows, columns = (
        Axis(*numbers, ceil_mode)
        for numbers in zip(sizes, kernels, strides, paddings, dilations, strict=True)
    )
    for axis in (rows, columns):
        _require_a_window(axis, shape)
    return rows, columns


def _require_a_window(axis: Axis, shape: Sequence[int] | None = None) -> None:
    if axis.outputs < 1:
        raise ValueError(
            f"no window fits: it spans {axis.span} cells and the padded input has only "
            f"{axis.size + 2 * axis.padding} (size {axis.size}, kernel_size {axis.kernel}, "
            f"stride {axis.stride}, padding {axis.padding}, dilation {axis.dilation})"
            f"{shape_note(shape)}"
        )


def output_size(
    size: Size,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> int | tuple[int, int]:
    """Return how many windows of a pooling layer fit along each axis.

    ``floor((size + 2·padding − dilation·(kernel_size − 1) − 1) / stride) + 1``

    Parameters
    ----------
    size
        Cells of the input along an axis: an int, or a pair ``(H, W)``.
    kernel_size, stride, padding, dilation
        An int or a pair ``(rows, columns)``; ``stride=None`` means the kernel size.
    ceil_mode
        Round up instead; a last partial window counts only if it starts inside the input
        or the left padding.

    Returns
    -------
    int or tuple of int
        One number if every argument is one number, else ``(H_out, W_out)``.

    Raises
    ------
    TypeError, ValueError
        As `window_axes` does: the message names the argument and what is allowed.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.MaxPool2d.html

    Examples
    --------
    >>> output_size(4, 2)
    2
    >>> output_size((5, 224), 3, stride=2, padding=1)
    (3, 112)
    """
    rows, columns = window_axes(size, kernel_size, stride, padding, dilation, ceil_mode)
    given = (size, kernel_size, None if _is_missing(stride) else stride, padding, dilation)
    if any(isinstance(v, Iterable) for v in given):
        return rows.outputs, columns.outputs
    return rows.outputs


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Return the output size of a convolution along one axis.

    The formula is `output_size`'s; two things differ, as in PyTorch: a missing stride means 1,
    and the padding may be as wide as you like.

    Raises
    ------
    TypeError, ValueError
        For an argument that is no whole number, is too small, or leaves no output.

    Examples
    --------
    >>> conv_output_size(224, 3, padding=1)
    224
    """
    axis = Axis(
        as_int(size, "size"),
        as_int(kernel_size, "kernel_size"),
        as_int(stride, "stride"),
        as_int(padding, "padding", 0),
        as_int(dilation, "dilation"),
    )
    _require_a_window(axis)
    return axis.outputs


def adaptive_bins(size: int, bins: int) -> list[range]:
    """Return the cells of each adaptive bin: ``floor(i·n/o)`` up to ``ceil((i + 1)·n/o)``.

    Raises
    ------
    TypeError, ValueError
        If a number is no whole number of at least 1, or ``bins`` above a million: nobody reads
        such a list, and it does not fit into memory long before it is complete.

    Examples
    --------
    >>> [list(cells) for cells in adaptive_bins(5, 3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """
    n, o = as_int(size, "size"), as_int(bins, "bins")
    if o > MOST_BINS:
        raise ValueError(f"bins must be at most {MOST_BINS:,} to be listed, got {o}")
    return [adaptive_bin(i, n, o) for i in range(o)]


def adaptive_bin(i: int, size: int, bins: int) -> range:
    """Return the cells of bin ``i`` alone."""
    return range(i * size // bins, -(-(i + 1) * size // bins))


class Reach(NamedTuple):
    """What one cell after a layer sees: its receptive field, and the jump to its neighbour."""

    receptive_field: int
    jump: int


def receptive_fields(layers: Iterable[Sequence[int]]) -> list[Reach]:
    """Return receptive field and jump after each layer of a stack, in input pixels.

    A layer is ``(kernel_size, stride)`` or ``(kernel_size, stride, dilation)``. It adds
    ``(span − 1)·jump`` with the jump *before* it; only then is the jump multiplied by its stride.

    Raises
    ------
    TypeError, ValueError
        If a layer is not two or three whole numbers of at least 1, or the stack is too long or
        sees more pixels than can be counted.

    Source: Araujo, Norris & Sim 2019, Computing Receptive Fields of CNNs, section 2.

    Examples
    --------
    >>> receptive_fields([(3, 1), (2, 2)])
    [Reach(receptive_field=3, jump=1), Reach(receptive_field=4, jump=2)]
    """
    if not isinstance(layers, Iterable):
        raise TypeError(f"layers must be a list of (kernel_size, stride), not {shown(layers)}")
    field, jump, steps = 1, 1, []
    for number, layer in enumerate(layers):
        kernel, stride, dilation = _as_layer(layer, f"layers[{number}]")
        field += (kernel - 1) * dilation * jump
        jump *= stride
        if max(field, jump) > LARGEST or number >= MOST_LAYERS:
            raise ValueError(
                f"layers must see less than 2**63 pixels and be at most {MOST_LAYERS:,}; "
                f"layers[{number}] goes beyond"
            )
        steps.append(Reach(field, jump))
    return steps


def _as_layer(layer: Sequence[int], name: str) -> tuple[int, int, int]:
    shape = "(kernel_size, stride) or (kernel_size, stride, dilation)"
    if not isinstance(layer, Sequence):
        raise TypeError(f"{name} must be {shape}, not {shown(layer)}")
    if not 2 <= len(layer) <= 3:
        raise ValueError(f"{name} must be {shape}, got {shown(layer)}")
    kernel, stride, dilation = (as_int(number, name) for number in (*layer, 1)[:3])
    return kernel, stride, dilation
