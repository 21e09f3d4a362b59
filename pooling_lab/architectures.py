"""Three networks as tables, and what every layer of them gives and costs.

An `Architecture` is data: a name, a source, an input size and a stack of named layers.
`walk` goes through the stack and says for each layer what comes out, how many numbers it
learns, how many multiplications it does, what its output weighs and what one cell of it sees.
The tables follow the papers; where the common library differs, the docstring says how.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import NamedTuple

from pooling_lab.geometry import (
    Reach,
    Size,
    as_int,
    as_pair,
    conv_output_size,
    receptive_fields,
    window_axes,
)

Shape = tuple[int, ...]
Window = tuple[int, int]

BYTES_PER_VALUE = 4  # float32


class Measure(NamedTuple):
    """What a layer makes of an input shape, and what it spends on that."""

    shape: Shape
    weights: int = 0
    biases: int = 0
    multiply_adds: int = 0
    pool_operations: int = 0


@dataclass(frozen=True, slots=True)
class Conv:
    """A square convolution and the ReLU behind it.

    With ``norm`` it has batch normalisation (a scale and a shift per channel) in place of a
    bias. ``groups`` splits it into towers that do not see each other's channels.
    """

    channels: int
    kernel_size: int = 3
    stride: int = 1
    padding: int = 1
    groups: int = 1
    norm: bool = False
    relu: bool = True

    kind = "conv"

    @property
    def window(self) -> Window:
        """Kernel size and stride, for the receptive field."""
        return self.kernel_size, self.stride

    def measure(self, shape: Shape) -> Measure:
        """Give output shape and cost for an input ``(C, H, W)``."""
        channels, *plane = shape
        sides = [conv_output_size(n, self.kernel_size, self.stride, self.padding) for n in plane]
        weights = self.channels * channels // self.groups * self.kernel_size**2
        biases = self.channels * (2 if self.norm else 1)
        return Measure((self.channels, *sides), weights, biases, weights * prod(sides))


@dataclass(frozen=True, slots=True)
class Pool:
    """A square max pool: nothing to learn, ``kernel_size² − 1`` comparisons an output."""

    kernel_size: int = 2
    stride: int = 2
    padding: int = 0

    kind = "pool"

    @property
    def window(self) -> Window:
        """Kernel size and stride, for the receptive field."""
        return self.kernel_size, self.stride

    def measure(self, shape: Shape) -> Measure:
        """Give output shape and cost for an input ``(C, H, W)``."""
        axes = window_axes(shape[1:], self.kernel_size, self.stride, self.padding)
        after = (shape[0], *(axis.outputs for axis in axes))
        return Measure(after, pool_operations=prod(after) * (self.kernel_size**2 - 1))


@dataclass(frozen=True, slots=True)
class GlobalAverage:
    """The mean of each whole channel: ``(C, H, W)`` becomes ``(C,)``."""

    kind = "global average"
    window = None

    def measure(self, shape: Shape) -> Measure:
        """Give output shape and cost for an input ``(C, H, W)``."""
        return Measure(shape[:1], pool_operations=prod(shape) - shape[0])


@dataclass(frozen=True, slots=True)
class Flatten:
    """The same numbers in one row, channel after channel: a view, so it weighs nothing."""

    kind = "flatten"
    window = None

    def measure(self, shape: Shape) -> Measure:
        """Give the output shape; nothing is computed."""
        return Measure((prod(shape),))


@dataclass(frozen=True, slots=True)
class Dense:
    """A fully connected layer: every output has a weight for every input."""

    units: int
    relu: bool = True

    kind = "dense"
    window = None

    def measure(self, shape: Shape) -> Measure:
        """Give output shape and cost for an input ``(features,)``."""
        (features,) = shape
        weights = features * self.units
        return Measure((self.units,), weights, self.units, weights)


@dataclass(frozen=True, slots=True)
class Residual:
    """Two branches over one input, added up, and a ReLU; an empty shortcut is the identity."""

    main: Stack
    shortcut: Stack = ()

    kind = "add"


PlainLayer = Conv | Pool | GlobalAverage | Flatten | Dense
Layer = PlainLayer | Residual
Stack = tuple[tuple[str, Layer], ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network as data; ``size`` is the side of the square RGB image its paper feeds it."""

    name: str
    source: str
    size: int
    stack: Stack


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, as `walk` met it.

    Attributes
    ----------
    name
        Also the name of the module that `pooling_lab.training.build` makes for it.
    kind
        ``"input"``, ``"conv"``, ``"pool"``, ``"global average"``, ``"flatten"``, ``"dense"``
        or ``"add"`` (the end of a residual block).
    shape
        Output ``(C, H, W)``, or ``(features,)`` once the plane is gone.
    weights, biases
        Numbers learned; with batch normalisation, its scales and shifts count as biases.
    multiply_adds
        Multiplications, each with its addition (half the FLOPs); biases are not counted.
    pool_operations
        Comparisons or additions of a pooling layer; windows at the border count whole.
    receptive_field, jump
        In input pixels; None once the plane is gone, where a value may see everything.
        Behind a residual block they are those of its longest path.
    """

    name: str
    kind: str
    shape: Shape
    weights: int
    biases: int
    multiply_adds: int
    pool_operations: int
    receptive_field: int | None
    jump: int | None

    @property
    def parameters(self) -> int:
        """Everything learned: weights and biases."""
        return self.weights + self.biases

    @property
    def activation_bytes(self) -> int:
        """Bytes of the output in float32; a flattened view adds none."""
        return 0 if self.kind == "flatten" else BYTES_PER_VALUE * prod(self.shape)


def walk(network: Architecture, size: Size | None = None) -> list[Row]:
    """Go through a network layer by layer and return one `Row` for the input and for each.

    Parameters
    ----------
    network
        What to walk: `vgg16`, `alexnet`, `resnet50`, or a table of your own.
    size
        Height and width of the image in pixels, an int or a pair; None means the paper's.

    Returns
    -------
    list of Row
        In the order of computation; the branches of a residual block come before its sum.

    Raises
    ------
    TypeError, ValueError
        If ``size`` is no size, or a window does not fit; the message names the layer.

    Source: receptive fields as in Araujo, Norris & Sim 2019, section 2.

    Examples
    --------
    >>> for row in walk(vgg16()):
    ...     if row.kind == "pool":
    ...         print(row.name, row.shape, row.receptive_field, row.jump)
    pool1 (64, 112, 112) 6 2
    pool2 (128, 56, 56) 16 4
    pool3 (256, 28, 28) 44 8
    pool4 (512, 14, 14) 100 16
    pool5 (512, 7, 7) 212 32
    >>> sum(row.parameters for row in walk(vgg16()))
    138357544
    """
    image = (3, *as_pair(network.size if size is None else size, "size"))
    start = Row("input", "input", *Measure(image), *Reach(1, 1))
    return [start, *_trace(network.stack, image, ()).rows]


class _Trace(NamedTuple):
    """A stack gone through: its rows, its output shape, the windows of its longest path."""

    rows: list[Row]
    shape: Shape
    path: tuple[Window, ...]


def _trace(stack: Stack, shape: Shape, path: tuple[Window, ...], prefix: str = "") -> _Trace:
    rows: list[Row] = []
    for short_name, layer in stack:
        name = prefix + short_name
        if isinstance(layer, Residual):
            main = _trace(layer.main, shape, path, f"{name}.main.")
            shortcut = _trace(layer.shortcut, shape, path, f"{name}.shortcut.")
            rows += main.rows + shortcut.rows
            measure = Measure(_same_shape(name, main.shape, shortcut.shape))
            path = max(main.path, shortcut.path, key=_reach)
        else:
            measure = _measure(name, layer, shape)
            path += () if layer.window is None else (layer.window,)
        shape = measure.shape
        rows.append(Row(name, layer.kind, *measure, *(_reach(path) if shape[1:] else (None, None))))
    return _Trace(rows, shape, path)


@lru_cache(maxsize=1024)  # an explorer walks through hundreds of networks that share their paths
def _reach(path: tuple[Window, ...]) -> Reach:
    return [Reach(1, 1), *receptive_fields(path)][-1]


def _same_shape(name: str, main: Shape, shortcut: Shape) -> Shape:
    if main != shortcut:
        raise ValueError(f"{name}: cannot add {main} of the main branch and {shortcut}")
    return main


def _measure(name: str, layer: PlainLayer, shape: Shape) -> Measure:
    """Measure a layer; an error says which one it was."""
    if (len(shape) == 1) != isinstance(layer, Dense):
        wants = "(features,): flatten or average first" if len(shape) == 3 else "(C, H, W)"
        raise ValueError(f"{name}: a {layer.kind} layer reads {wants}, not shape {shape}")
    try:
        return layer.measure(shape)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


VGG16_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, convolutions


def vgg16(
    pools: int = 5, pool_kernel: int = 2, pool_stride: int = 2, head: str = "flatten"
) -> Architecture:
    """Return VGG16, or what it would be with other pools or another head.

    Thirteen 3×3 convolutions in five stages, a pool after each, three dense layers.

    Parameters
    ----------
    pools
        How many of the five pools there are; the last ones go first. 0: the same widths, and
        224×224 all the way.
    pool_kernel, pool_stride
        Window of every pool, in cells.
    head
        ``"flatten"``: the paper's three dense layers; ``"gap"``: global average pooling and
        the classifier alone, as later networks have it.

    Raises
    ------
    TypeError, ValueError
        For anything that is not a count, a window or one of the two heads.

    Source: Simonyan & Zisserman 2015, table 1, column D, and section 2.1.

    Examples
    --------
    >>> {row.name: row.weights for row in walk(vgg16())}["fc6"]
    102760448
    >>> {row.name: row.weights for row in walk(vgg16(pools=4))}["fc6"] / 102760448
    4.0
    """
    if as_int(pools, "pools", 0) > len(VGG16_STAGES):
        raise ValueError(f"pools must be at most {len(VGG16_STAGES)}, got {pools}")
    pool = Pool(as_int(pool_kernel, "pool_kernel"), as_int(pool_stride, "pool_stride"))
    layers: list[tuple[str, Layer]] = []
    for stage, (channels, depth) in enumerate(VGG16_STAGES, start=1):
        layers += [(f"conv{stage}_{i}", Conv(channels)) for i in range(1, depth + 1)]
        layers += [(f"pool{stage}", pool)] if stage <= pools else []
    source = "Simonyan & Zisserman 2015, table 1, column D"
    return Architecture("VGG16", source, 224, (*layers, *_vgg_head(head)))


def _vgg_head(head: str) -> Stack:
    classifier = ("fc8", Dense(1000, relu=False))
    if head == "flatten":
        return ("flatten", Flatten()), ("fc6", Dense(4096)), ("fc7", Dense(4096)), classifier
    if head == "gap":
        return ("average", GlobalAverage()), classifier
    raise ValueError(f'head must be "flatten" or "gap", got {head!r}')


def alexnet() -> Architecture:
    """Return AlexNet as its paper has it: two towers, overlapping 3×3 pools of stride 2.

    Convolutions 2, 4 and 5 see only their own tower's channels (``groups=2``). The 55×55 after
    the first convolution needs 2 cells of padding around the paper's 224×224 image. Response
    normalisation learns nothing and is left out. torchvision carries the later one-tower
    version (64, 192, 384, 256, 256 channels, 61,100,840 parameters) instead.

    Source: Krizhevsky, Sutskever & Hinton 2012, sections 3.4 and 3.5; one tower: Krizhevsky
    2014, One weird trick, section 5.

    Examples
    --------
    >>> sum(row.parameters for row in walk(alexnet()))
    60965224
    """
    pool = Pool(3, 2)
    stack: Stack = (
        ("conv1", Conv(96, 11, 4, 2)),
        ("pool1", pool),
        ("conv2", Conv(256, 5, 1, 2, groups=2)),
        ("pool2", pool),
        ("conv3", Conv(384)),
        ("conv4", Conv(384, groups=2)),
        ("conv5", Conv(256, groups=2)),
        ("pool5", pool),
        *_vgg_head("flatten"),
    )
    source = "Krizhevsky, Sutskever & Hinton 2012, sections 3.4 and 3.5"
    return Architecture("AlexNet", source, 224, stack)


def resnet50() -> Architecture:
    """Return ResNet-50 as its paper has it: 16 residual blocks, one max pool, one global average.

    Every stage but the first halves the plane in its first block, by a stride of 2 in both
    1×1 convolutions that read it. torchvision moves the stride of the main branch to the 3×3
    convolution ("version 1.5"): 4.09 G multiply-adds instead of 3.86 G, and a receptive field
    of 427 instead of 483, with the same weights.

    Source: He, Zhang, Ren & Sun 2016, table 1 and section 4.1.

    Examples
    --------
    >>> rows = walk(resnet50())
    >>> sum(row.parameters for row in rows)
    25557032
    >>> [row.shape for row in rows if row.kind == "global average"]
    [(2048,)]
    """
    layers: list[tuple[str, Layer]] = [
        ("conv1", Conv(64, 7, 2, 3, norm=True)),
        ("pool1", Pool(3, 2, padding=1)),
    ]
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), start=2):
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            layers.append((f"conv{stage}_{block}", _bottleneck(width, stride, block == 1)))
    layers += [("average", GlobalAverage()), ("fc", Dense(1000, relu=False))]
    source = "He, Zhang, Ren & Sun 2016, table 1 and section 4.1"
    return Architecture("ResNet-50", source, 224, tuple(layers))


def _bottleneck(width: int, stride: int, project: bool) -> Residual:
    """Narrow, convolve, widen; the first block of a stage has a 1×1 convolution as shortcut."""
    widen = Conv(4 * width, 1, 1, 0, norm=True, relu=False)
    main: Stack = (
        ("narrow", Conv(width, 1, stride, 0, norm=True)),
        ("conv", Conv(width, norm=True)),
        ("widen", widen),
    )
    return Residual(main, (("project", replace(widen, stride=stride)),) if project else ())


class PoolingUse(NamedTuple):
    """How one network pools at one kind of place.

    ``kernel_size`` None means the whole plane; ``layers`` is how many such layers it has.
    """

    network: str
    year: int
    kind: str
    layers: int
    kernel_size: int | None
    stride: int | None
    padding: int
    ceil_mode: bool
    source: str


POOLING_CENSUS = tuple(
    PoolingUse(*row)
    for row in (
        ("LeNet-5", 1998, "average", 2, 2, 2, 0, False, "LeCun 1998, II.B: S2 and S4"),
        ("AlexNet", 2012, "max", 3, 3, 2, 0, False, "Krizhevsky 2012, 3.4 and 3.5"),
        ("VGG16", 2014, "max", 5, 2, 2, 0, False, "Simonyan & Zisserman 2015, 2.1"),
        ("GoogLeNet", 2014, "max", 4, 3, 2, 0, True, "Szegedy 2015, table 1"),
        ("GoogLeNet", 2014, "max", 9, 3, 1, 1, False, "Szegedy 2015, 4: inception modules"),
        ("GoogLeNet", 2014, "average", 2, 5, 3, 0, False, "Szegedy 2015, 5: training heads"),
        ("GoogLeNet", 2014, "global average", 1, None, None, 0, False, "Szegedy 2015, table 1"),
        ("U-Net", 2015, "max", 4, 2, 2, 0, False, "Ronneberger 2015, 2"),
        ("ResNet-50", 2015, "max", 1, 3, 2, 1, False, "He 2016, table 1"),
        ("ResNet-50", 2015, "global average", 1, None, None, 0, False, "He 2016, table 1"),
        ("DenseNet-121", 2016, "max", 1, 3, 2, 1, False, "Huang 2017, table 1"),
        ("DenseNet-121", 2016, "average", 3, 2, 2, 0, False, "Huang 2017, table 1: transitions"),
        ("DenseNet-121", 2016, "global average", 1, None, None, 0, False, "Huang 2017, table 1"),
        ("MobileNetV2", 2018, "global average", 1, None, None, 0, False, "Sandler 2018, table 2"),
        ("EfficientNet-B0", 2019, "global average", 1, None, None, 0, False, "Tan 2019, table 1"),
        ("EfficientNet-B0", 2019, "global average", 16, None, None, 0, False, "Tan 2019, 4: gates"),
        (
            "ConvNeXt-T",
            2022,
            "global average",
            1,
            None,
            None,
            0,
            False,
            "Liu 2022, code: forward_features",
        ),
    )
)
"""Ten well-known networks and how they pool, one row for each kind of place.

Where a paper leaves the padding open, it is what gives the paper's sizes in PyTorch's own
version (GoogLeNet rounds up, ResNet and DenseNet pad). LeNet-5 also learns a coefficient
and a bias for each map; EfficientNet's 16 gates are those of its squeeze-and-excitation.
"""
