"""The networks of the course in PyTorch, one training loop, and how the results are measured.

The only module that imports torch. Images go in and numbers come out as NumPy arrays; whatever
draws random numbers is seeded, runs in one thread and leaves torch's own state as it was, so
that the same call gives the same numbers again on the same machine.
"""

from __future__ import annotations

import math
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from pooling_lab.architectures import (
    Architecture,
    Conv,
    Dense,
    Flatten,
    GlobalAverage,
    Layer,
    Pool,
    Residual,
    Shape,
    Stack,
    walk,
)
from pooling_lab.data import Scattered, scattered_digits
from pooling_lab.geometry import as_int

CANVAS = 16
MARGIN = 4  # empty cells around a centred digit
CHANNELS = (16, 32, 64)
OTHER_CHANNELS = {  # chosen so that multiply-adds match: `DOWNSAMPLING` says whose
    "wide stride": (24, 48, 64),
    "wide max": (20, 40, 72),
    "narrow extra max": (11, 22, 64),
}
TRAINING_DIGITS = 200
TEST_DIGITS = 599  # every digit of the test split, once
PROJECT_DIGITS = 300  # those kept apart for lesson 13
NOISE = 0.3  # standard deviation on the segmentation images, where full ink is 1
INK = 0.5  # a cell with at least this much of it belongs to the digit
FINAL_STEPS = 50
BATCH = 250  # images at a time when nothing is learned: bounds the memory

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Masks = NDArray[np.bool_]


# --- seeds, threads, progress ------------------------------------------------------------------


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Draw torch's random numbers from ``seed`` and compute in one thread; afterwards as before.

    Two machines, or two numbers of threads, still add up in another order: their results agree
    in the mean over seeds, not digit by digit.

    Examples
    --------
    >>> with repeatable(0):
    ...     first = torch.rand(1)
    >>> with repeatable(0):
    ...     print(bool(torch.rand(1) == first))
    True
    """
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


@contextmanager
def _progress_bar(steps: int) -> Iterator[Callable[[int, float], None]]:
    """Show in a notebook how far the training is, and nothing once it is over.

    The first display is as empty as the last, because whoever re-executes and compares
    notebooks sees the one or the other. Outside a notebook nothing is shown.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        yield lambda step, loss: None
        return
    from IPython.display import display

    nothing = {"text/plain": "", "text/html": ""}
    handle = display(nothing, raw=True, display_id=True)
    shown = time.monotonic()

    def show(step: int, loss: float) -> None:
        nonlocal shown
        if time.monotonic() - shown > 0.2:
            shown = time.monotonic()
            note = f"training: step {step} of {steps}, loss {loss:.3f}"
            bar = f'<label>{note} <progress value="{step}" max="{steps}"></progress></label>'
            handle.update({"text/plain": note, "text/html": bar}, raw=True)

    try:
        yield show
    finally:
        handle.update(nothing, raw=True)


# --- networks from a table ---------------------------------------------------------------------


class ResidualBlock(nn.Module):
    """Two branches over one input, added, then a ReLU."""

    def __init__(self, main: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.main = main
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Return ``relu(main(x) + shortcut(x))``."""
        return F.relu(self.main(x) + self.shortcut(x))


class PassingDense(nn.Module):
    """A dense layer whose weights are made when they are used, some units at a time, and dropped.

    They are the same every time. VGG16's three dense layers are 494 of its 553 MB; passing, they
    never take more than 51.

    Parameters
    ----------
    inputs, units
        Sizes of the layer.
    relu
        Whether a ReLU follows.
    """

    UNITS = 512  # made at a time

    def __init__(self, inputs: int, units: int, relu: bool) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, units, device="meta")  # a shape, without any numbers
        self.relu = relu
        self.seed = int(torch.randint(2**31, ()))

    def parts(self) -> Iterator[Tensor]:
        """Make the weights of the first units ``(UNITS, inputs)``, then of the next, and so on."""
        generator = torch.Generator().manual_seed(self.seed)
        units, inputs = self.linear.weight.shape
        for first in range(0, units, self.UNITS):
            shape = min(self.UNITS, units - first), inputs
            yield torch.randn(shape, generator=generator).mul_(math.sqrt(2 / inputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, units)``; biases are zero, as they are at the start of every training."""
        out = torch.cat([F.linear(x, weights) for weights in self.parts()], dim=1)
        return F.relu(out) if self.relu else out


def build(
    network: Architecture, size: int | None = None, seed: int = 0, *, keep_dense: bool = True
) -> nn.Sequential:
    """Make the torch network of a table, at full size, with seeded random weights.

    Every module is called as its row in `pooling_lab.architectures.walk`, so that a hook on a
    module can be compared with its row. Weights are drawn as He and others draw them (standard
    deviation √(2 / inputs)), which keeps activations alive through sixteen layers.

    Parameters
    ----------
    network
        `vgg16`, `alexnet`, `resnet50`, or a table of your own.
    size
        Side of the image in pixels; None means the paper's. Dense layers need to know.
    seed
        The same seed gives the same weights.
    keep_dense
        False makes every dense layer a `PassingDense`: to be looked at, not to be trained.

    Returns
    -------
    torch.nn.Sequential
        In evaluation mode; reads float32 ``(N, 3, size, size)``. VGG16 takes 0.55 GB, and 0.06 GB
        without its dense layers.

    Source: He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers, section 2.2.

    Examples
    --------
    >>> from pooling_lab.architectures import resnet50
    >>> sum(p.numel() for p in build(resnet50()).parameters())
    25557032
    """
    image = walk(network, size)[0].shape  # walks it all: a table that does not fit fails here
    with repeatable(seed):
        return _build_stack(network.stack, image, keep_dense)[0].eval()


def _build_stack(stack: Stack, shape: Shape, keep_dense: bool) -> tuple[nn.Sequential, Shape]:
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in stack:
        modules[name], shape = _build_layer(layer, shape, keep_dense)
    return nn.Sequential(modules), shape


def _build_layer(layer: Layer, shape: Shape, keep_dense: bool) -> tuple[nn.Module, Shape]:
    if isinstance(layer, Residual):
        (main, after), (shortcut, _) = (
            _build_stack(branch, shape, keep_dense) for branch in (layer.main, layer.shortcut)
        )
        return ResidualBlock(main, shortcut), after
    if isinstance(layer, Dense) and not keep_dense:
        return PassingDense(shape[0], layer.units, layer.relu), layer.measure(shape).shape
    return _build_plain(layer, shape), layer.measure(shape).shape


def _build_plain(layer: Conv | Pool | GlobalAverage | Flatten | Dense, shape: Shape) -> nn.Module:
    match layer:
        case Conv():
            return _build_conv(layer, shape[0])
        case Pool():
            return nn.MaxPool2d(layer.kernel_size, layer.stride, layer.padding)
        case GlobalAverage():
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case Flatten():
            return nn.Flatten()
        case Dense():
            dense = _he_normal(nn.Linear(shape[0], layer.units, device="meta"))
            return nn.Sequential(dense, nn.ReLU()) if layer.relu else dense


def _build_conv(layer: Conv, channels: int) -> nn.Sequential:
    conv = nn.Conv2d(
        channels,
        layer.channels,
        layer.kernel_size,
        layer.stride,
        layer.padding,
        groups=layer.groups,
        bias=not layer.norm,
        device="meta",
    )
    modules: list[nn.Module] = [_he_normal(conv)]
    modules += [nn.BatchNorm2d(layer.channels)] if layer.norm else []
    modules += [nn.ReLU()] if layer.relu else []
    return nn.Sequential(*modules)


def _he_normal(module: nn.Conv2d | nn.Linear) -> nn.Module:
    """Draw the weights of a module made without any (torch's own draw would be wasted)."""
    module.to_empty(device="cpu")
    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    if module.bias is not None:
        nn.init.zeros_(module.bias)
    return module


# --- pooling layers that torch has not ---------------------------------------------------------


class BlurPool(nn.Module):
    """Blur with the binomial filter 1-2-1, then keep every second cell: `blur_pool2d`.

    Source: Zhang 2019, Making Convolutional Networks Shift-Invariant Again, section 3.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        taps = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("filter", torch.outer(taps, taps).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, ceil(H/2), ceil(W/2))``."""
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(padded, self.get_buffer("filter"), stride=2, groups=x.shape[1])


class StochasticPool(nn.Module):
    """Draw a cell of each 2×2 window while training, the probability-weighted mean afterwards.

    Reads what a ReLU leaves: probabilities are proportional to activations.

    Source: Zeiler & Fergus 2013, Stochastic Pooling.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, H/2, W/2)``; an all-zero window gives 0."""
        cells = self.cells(x)
        if not self.training:
            return self.expected(cells)
        last = cells.detach().cumsum(2)
        drawn = torch.rand_like(last[:, :, :1]) * last[:, :, -1:]
        pick = (last[:, :, :-1] <= drawn).sum(2, keepdim=True)
        return cells.gather(2, pick).squeeze(2)

    @staticmethod
    def cells(x: Tensor) -> Tensor:
        """Return the four cells of each window, ``(N, C, 4, H/2, W/2)``."""
        n, c, h, w = x.shape
        return F.unfold(x, 2, stride=2).reshape(n, c, 4, h // 2, w // 2)

    @staticmethod
    def expected(cells: Tensor) -> Tensor:
        """Return what a draw gives on average: the mean with the probabilities as weights."""
        total = cells.sum(2)
        return cells.square().sum(2) / total.where(total > 0, 1)


class WeightedMean(StochasticPool):
    """The probability-weighted mean in training, too: what stochastic pooling computes in a test.

    It differs from stochastic pooling by more than the draws. Its weights follow the activations,
    so their slope is learned from as well: cell i gets (2·aᵢ − m) / Σa of the gradient, m the
    mean, where a draw passes aᵢ / Σa on average. `DetachedMean` has both as the draws have them.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, H/2, W/2)``, Σa² / Σa of each window; an all-zero window gives 0."""
        return self.expected(self.cells(x))


class DetachedMean(StochasticPool):
    """Stochastic pooling without the lottery: value and gradient are what draws give on average.

    The control that shows what the draws do: the weights aᵢ / Σa count as constants when the
    gradient is taken, so cell i gets its probability, as it does from the draws on average.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, H/2, W/2)``, Σa² / Σa of each window; an all-zero window gives 0."""
        cells = self.cells(x)
        total = cells.sum(2, keepdim=True)
        weights = cells / total.where(total > 0, 1)
        return (weights.detach() * cells).sum(2)


class MixedPool(nn.Module):
    """Mix maximum and average of each 2×2 window; their share ``alpha`` is learned.

    Source: Lee, Gallagher & Tu 2016, Generalizing Pooling Functions.
    """

    def __init__(self) -> None:
        super().__init__()
        self.logit = nn.Parameter(torch.zeros(()))

    @property
    def alpha(self) -> Tensor:
        """The share of the maximum, 0.5 before training."""
        return torch.sigmoid(self.logit)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, H/2, W/2)``."""
        return self.alpha * F.max_pool2d(x, 2) + (1 - self.alpha) * F.avg_pool2d(x, 2)


class AttentionPool(nn.Module):
    """Average the cells of a map with weights: a softmax over how well each fits a learned query.

    The query begins at zero, where all weights are equal: as global average pooling.

    Source: Lee, Lee, Kim, Kosiorek, Choi & Teh 2019, Set Transformer (a learned query that pools).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(channels))

    def weights(self, x: Tensor) -> Tensor:
        """Return the weight of every cell, ``(N, H·W)``; each row sums to 1."""
        scores = self.query @ x.flatten(2) / math.sqrt(len(self.query))
        return scores.softmax(dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C)``."""
        return (x.flatten(2) * self.weights(x)[:, None]).sum(dim=-1)


class ScaledAverage(nn.Module):
    """Global average pooling with a learned scale for each channel.

    The control for `AttentionPool`: as many learned numbers, and equal weights for all cells.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C)``."""
        return self.scale * x.mean(dim=(-2, -1))


# --- the small networks ------------------------------------------------------------------------

DOWNSAMPLING: dict[str, Callable[[int], list[nn.Module]]] = {
    "max": lambda channels: [nn.MaxPool2d(2)],
    "average": lambda channels: [nn.AvgPool2d(2)],
    "blur": lambda channels: [BlurPool(channels)],
    "max then blur": lambda channels: [nn.MaxPool2d(2, stride=1), BlurPool(channels)],
    "stochastic": lambda channels: [StochasticPool()],
    "weighted mean": lambda channels: [WeightedMean()],
    "detached": lambda channels: [DetachedMean()],
    "mixed": lambda channels: [MixedPool()],
    "stride": lambda channels: [],
    "none": lambda channels: [],
    "extra stride": lambda channels: _conv(channels, channels, stride=2),
    "extra max": lambda channels: [*_conv(channels, channels), nn.MaxPool2d(2)],
    "wide stride": lambda channels: [],
    "wide max": lambda channels: [nn.MaxPool2d(2)],
    "narrow extra max": lambda channels: [*_conv(channels, channels), nn.MaxPool2d(2)],
}
"""What follows a convolution of the small network in place of a pooling layer.

``"max then blur"`` is Zhang's proposal. ``"stride"`` adds nothing: the convolution itself moves
by 2. A strided convolution computes a fourth, so ``"wide stride"`` has more channels: it makes as
many multiply-adds as ``"max"``, to within 1 %. The ``"extra"`` kinds add a convolution with
weights of its own; ``"extra max"`` is the control for ``"extra stride"``, with the same weights
and twice the work. Two more make as many multiply-adds as ``"extra stride"``, to within 1 %:
``"wide max"``, three convolutions with more channels (and 4 % fewer weights), and ``"narrow extra
max"``, five convolutions with fewer.
"""
STRIDED = ("stride", "wide stride")
HEADS = ("gap", "flatten")
PLACES = ("fixed", "anew", "centred")
UPSAMPLING = ("repeat", "bilinear", "learned", "indices")


def _conv(channels: int, out: int, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(channels, out, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    ]


def small_cnn(kind: str = "max", head: str = "gap", canvas: int = CANVAS) -> nn.Sequential:
    """Make the small classifier: three 3×3 convolutions, two poolings between them, a head.

    Parameters
    ----------
    kind
        How the plane is halved: a key of `DOWNSAMPLING`.
    head
        ``"gap"``: global average pooling and 64·10 weights; ``"flatten"``: a weight for every
        cell of every channel and each of the ten digits.
    canvas
        Height and width of the images in cells, a multiple of 4.

    Returns
    -------
    torch.nn.Sequential
        Modules ``stage1``, ``down1``, ``stage2``, ``down2``, ``stage3`` and ``head``; reads
        ``(N, 1, canvas, canvas)``, returns logits ``(N, 10)``.

    Raises
    ------
    ValueError
        For another kind, head or canvas.

    Examples
    --------
    >>> small_cnn("average", "flatten").head[1]
    Linear(in_features=1024, out_features=10, bias=True)
    """
    _require_one_of(kind, "kind", tuple(DOWNSAMPLING))
    _require_one_of(head, "head", HEADS)
    if as_int(canvas, "canvas", 4) % 4:
        raise ValueError(f"canvas must be a multiple of 4, got {canvas}")
    first, second, third = OTHER_CHANNELS.get(kind, CHANNELS)
    step = 2 if kind in STRIDED else 1
    side = 1 if head == "gap" else canvas if kind == "none" else canvas // 4
    squeeze = [nn.AdaptiveAvgPool2d(1)] if head == "gap" else []
    return nn.Sequential(
        OrderedDict(
            stage1=nn.Sequential(*_conv(1, first, step)),
            down1=nn.Sequential(*DOWNSAMPLING[kind](first)),
            stage2=nn.Sequential(*_conv(first, second, step)),
            down2=nn.Sequential(*DOWNSAMPLING[kind](second)),
            stage3=nn.Sequential(*_conv(second, third)),
            head=nn.Sequential(*squeeze, nn.Flatten(), nn.Linear(third * side**2, 10)),
        )
    )


class SmallUNet(nn.Module):
    """Two max pools down, two steps up, and a logit for every pixel; with or without skips.

    A skip hands the map from before a pool to the step up that restores its size, beside what
    comes from below. Without skips the way up is wider instead, so that all networks have the
    same number of weights to within 1 %.

    Parameters
    ----------
    skips
        With or without skip connections.
    upsampling
        How a step up doubles the plane: ``"repeat"`` each cell, ``"bilinear"`` interpolation,
        ``"learned"`` (a transposed convolution), or ``"indices"``: every number goes back to the
        cell where its pool found the maximum, zeros elsewhere. The last two without skips only.

    Source: Ronneberger, Fischer & Brox 2015, U-Net; ``"indices"``: Badrinarayanan, Kendall &
    Cipolla 2017, SegNet.
    """

    def __init__(self, skips: bool = True, upsampling: str = "repeat") -> None:
        super().__init__()
        _require_one_of(upsampling, "upsampling", UPSAMPLING if not skips else UPSAMPLING[:2])
        fine, middle, coarse = 12, 24, 48
        self.skips, self.upsampling = skips, upsampling
        self.down1 = nn.Sequential(*_conv(1, fine))
        self.down2 = nn.Sequential(*_conv(fine, middle))
        self.bottom = nn.Sequential(*_conv(middle, coarse))
        self.enlarge2: nn.Module = nn.Identity()
        self.enlarge1: nn.Module = nn.Identity()
        if upsampling == "indices":
            self.enlarge2 = nn.Sequential(*_conv(coarse, middle))
            self.enlarge1 = nn.Sequential(*_conv(middle, fine))
            widths = middle, middle, fine, 14
        elif upsampling == "learned":
            self.enlarge2 = nn.ConvTranspose2d(coarse, 32, 2, 2)
            self.enlarge1 = nn.ConvTranspose2d(24, 20, 2, 2)
            widths = 32, 24, 20, 26
        elif skips:
            widths = coarse + middle, middle, middle + fine, fine
        else:
            widths = coarse, 32, 32, 20
        self.up2 = nn.Sequential(*_conv(*widths[:2]))
        self.up1 = nn.Sequential(*_conv(*widths[2:]))
        self.head = nn.Conv2d(widths[3], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits ``(N, 1, H, W)`` for images ``(N, 1, H, W)``, H and W multiples of 4."""
        fine = self.down1(x)
        half, found1 = F.max_pool2d(fine, 2, return_indices=True)
        middle = self.down2(half)
        quarter, found2 = F.max_pool2d(middle, 2, return_indices=True)
        x = self.up2(self._double(self.enlarge2(self.bottom(quarter)), middle, found2))
        return self.head(self.up1(self._double(self.enlarge1(x), fine, found1)))

    def _double(self, x: Tensor, skip: Tensor, found: Tensor) -> Tensor:
        if self.upsampling == "indices":
            return F.max_unpool2d(x, found, [2, 2])
        if self.upsampling == "bilinear":
            x = F.interpolate(x, scale_factor=2, mode="bilinear")
        elif self.upsampling == "repeat":
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return torch.cat([x, skip], dim=1) if self.skips else x


# --- training and measuring --------------------------------------------------------------------


def fit(
    model: nn.Module,
    images: Images,
    targets: NDArray[np.generic],
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    *,
    steps: int = 300,
    batch_size: int = 50,
    learning_rate: float = 1e-2,
    seed: int = 0,
    augment: Callable[[Tensor, torch.Generator], Tensor] | None = None,
) -> NDArray[np.float64]:
    """Train a network in place with Adam and return the loss of every step.

    The learning rate rises over the first tenth of the steps and falls along a cosine to zero,
    so that the network stands still when it is measured.

    In a notebook a bar shows the progress and is gone afterwards.

    Parameters
    ----------
    model
        Any module that reads a batch of ``images``; left in evaluation mode.
    images
        ``(N, H, W)`` or ``(N, C, H, W)``, float32.
    targets
        One target for each image, in the dtype that ``loss`` wants.
    loss
        Gets the network's outputs and the targets of a batch, gives one number.
    steps, batch_size
        How many batches, and how many different images in each.
    learning_rate
        The highest of Adam's; its other numbers are torch's own.
    seed
        Draws the batches (the same for every network), and whatever the network draws itself.
    augment
        Gets each batch ``(B, C, H, W)`` and a generator to draw from, gives what is learned
        from in its place; `move_anywhere` is one.

    Returns
    -------
    ndarray of float64, (steps,)

    Raises
    ------
    TypeError, ValueError
        If there is not one target for each image, or a count is none.

    Source: Kingma & Ba 2015, Adam; Loshchilov & Hutter 2017, SGDR (the cosine).
    """
    x, y = as_batch(images), torch.from_numpy(np.ascontiguousarray(targets))
    if len(x) != len(y):
        raise ValueError(f"targets must be one for each of the {len(x)} images, got {len(y)}")
    as_int(batch_size, "batch_size")
    losses = np.empty(as_int(steps, "steps"))
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share_of_rate(step, steps))
    # Batches have a generator of their own: what one network draws moves no digit of another's.
    draws = torch.Generator().manual_seed(seed)
    # Channels last in memory: a third of the time less, on a CPU too.
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model.train()
    with repeatable(seed), _progress_bar(steps) as show:
        for step in range(steps):
            batch = torch.randperm(len(x), generator=draws)[:batch_size]
            shown = augment(x[batch], draws) if augment else x[batch]
            value = loss(model(shown), y[batch])
            optimizer.zero_grad()
            torch.autograd.backward(value)
            optimizer.step()
            rate.step()
            losses[step] = value.item()
            show(step + 1, losses[step])
    model.eval()
    return losses


def _share_of_rate(step: int, steps: int) -> float:
    """Return which share of the highest learning rate a step gets: up, then down to zero."""
    rise = min(1.0, (step + 1) / max(1.0, steps / 10))
    return rise * (1 + math.cos(math.pi * step / steps)) / 2


def move_anywhere(images: Tensor, generator: torch.Generator) -> Tensor:
    """Move each image by −4 to 4 cells along both axes: a centred digit goes anywhere.

    What leaves on one side comes back on the other, so the border of 4 cells must be empty.
    """
    n, _, height, width = images.shape
    down, right = torch.randint(-MARGIN, MARGIN + 1, (2, n, 1, 1), generator=generator)
    rows = (torch.arange(height)[:, None] - down) % height
    columns = (torch.arange(width)[None, :] - right) % width
    return images[torch.arange(n)[:, None, None], :, rows, columns].movedim(-1, 1)


def as_batch(images: NDArray[np.generic]) -> Tensor:
    """Return images ``(N, H, W)`` or ``(N, C, H, W)`` as a float32 tensor ``(N, C, H, W)``."""
    x = torch.from_numpy(np.ascontiguousarray(images, np.float32))
    return x[:, None] if x.ndim == 3 else x


def predict(model: nn.Module, images: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return a network's outputs for images ``(N, H, W)`` or ``(N, C, H, W)``; nothing is learned.

    The network runs in evaluation mode and in one thread, 250 images at a time.
    """
    model.eval()
    with repeatable(0), torch.no_grad():
        return torch.cat([model(part) for part in torch.split(as_batch(images), BATCH)]).numpy()


def accuracy(logits: NDArray[np.float32], labels: Labels) -> float:
    """Return the share of rows whose largest logit is the label's: 0 to 1.

    Examples
    --------
    >>> accuracy(np.float32([[2, 1], [0, 3], [5, 4]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    return float((logits.argmax(1) == labels).mean())


def intersection_over_union(predicted: Masks, true: Masks) -> float:
    """Return the cells in both masks over the cells in either, all images together: 0 to 1.

    Examples
    --------
    >>> intersection_over_union(np.array([True, True, False]), np.array([True, False, True]))
    0.3333333333333333
    """
    return float((predicted & true).sum() / (predicted | true).sum())


def predictions_kept(model: nn.Module, images: Images, step: int = 1) -> float:
    """Return the share of predictions that stay when the image moves by ``step`` pixels: 0 to 1.

    Every image is moved up, down, left and right; its border must be empty, because what
    leaves on one side comes back on the other.
    """
    before = predict(model, images).argmax(1)
    moves = [(-step, -2), (step, -2), (-step, -1), (step, -1)]
    moved = [predict(model, np.roll(images, n, axis)).argmax(1) for n, axis in moves]
    return float(np.mean(np.stack(moved) == before))


def refit_batch_norm(model: nn.Module, images: NDArray[np.generic]) -> None:
    """Let batch normalisation gather its statistics anew, pooling as in a test; nothing is learned.

    Whoever swaps a layer needs this: the old statistics describe what the old layer gave.
    """
    for module in model.eval().modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the plain average of what comes
            module.train()
    with repeatable(0), torch.no_grad():
        model(as_batch(images))
    model.eval()


# --- the experiments, one seed at a time -------------------------------------------------------


@dataclass(frozen=True)
class DigitRun:
    """A small classifier after its training, and what it got right (shares, 0 to 1)."""

    kind: str
    head: str
    seed: int
    model: nn.Sequential
    losses: NDArray[np.float64]
    train_accuracy: float
    test_accuracy: float

    @property
    def generalisation_gap(self) -> float:
        """Training accuracy minus test accuracy: what overfitting is measured by."""
        return self.train_accuracy - self.test_accuracy

    @property
    def final_loss(self) -> float:
        """Mean loss of the last 50 steps."""
        return float(self.losses[-FINAL_STEPS:].mean())


def digit_sets(
    seed: int = 0, centred: bool = False, digits: int = TRAINING_DIGITS, split: str = "test"
) -> tuple[Scattered, Scattered]:
    """Return the training digits of a seed and all 599 test digits, on 16×16 canvases.

    With ``split="project"`` the second are the 300 that no other result has seen.
    """
    _require_one_of(split, "split", ("test", "project"))
    count = TEST_DIGITS if split == "test" else PROJECT_DIGITS
    train = scattered_digits(digits, CANVAS, seed, centred=centred)
    return train, scattered_digits(count, CANVAS, seed, split=split, centred=centred)


def train_digits(
    kind: str = "max",
    head: str = "gap",
    seed: int = 0,
    steps: int = 300,
    *,
    places: str = "fixed",
    digits: int = TRAINING_DIGITS,
    split: str = "test",
) -> DigitRun:
    """Train the small classifier once, on 200 digits, and measure it on 599 others.

    Parameters
    ----------
    kind, head
        As in `small_cnn`.
    seed
        Draws the digits, their places, the first weights and the batches: runs of two kinds
        with the same seed see the same digits, so they can be compared in pairs.
    steps
        Batches of 50 images; 300 take 1 to 10 s.
    places
        ``"fixed"``: each training digit lies somewhere and never moves; ``"anew"``: it is put
        somewhere else for every batch; ``"centred"``: in the middle, for training and testing.
    digits
        How many to train on; there are 898 different ones.
    split
        Which digits to measure on: ``"test"``, or ``"project"`` in lesson 13, once.

    Returns
    -------
    DigitRun

    Raises
    ------
    TypeError, ValueError
        For an unknown kind or head, or a number out of range.

    Examples
    --------
    >>> train_digits("max", steps=2).losses.shape
    (2,)
    """
    _require_one_of(places, "places", PLACES)
    train, test = digit_sets(seed, places == "centred", digits, split)
    with repeatable(seed):
        model = small_cnn(kind, head)
    if places == "anew":
        middle = digit_sets(seed, True, digits)[0].images
        losses = fit(model, middle, train.labels, steps=steps, seed=seed, augment=move_anywhere)
    else:
        losses = fit(model, train.images, train.labels, steps=steps, seed=seed)
    scores = (accuracy(predict(model, part.images), part.labels) for part in (train, test))
    return DigitRun(kind, head, seed, model, losses, *scores)


READERS: dict[str, Callable[[int], nn.Module]] = {
    "average": ScaledAverage,
    "attention": AttentionPool,
}
"""What reads the last map in `train_reader`; both learn as many numbers."""


@dataclass(frozen=True)
class ReaderRun:
    """A small classifier whose map was read by a layer of `READERS`; accuracy is a share."""

    reader: str
    clutter: int
    seed: int
    model: nn.Sequential
    final_loss: float
    test_accuracy: float


def on_the_right(images: Images) -> Labels:
    """Return for each image 1 if the middle of its ink lies in the right half, else 0.

    Examples
    --------
    >>> on_the_right(np.float32([[[0, 0, 0, 1]], [[1, 0, 0, 0]]])).tolist()
    [1, 0]
    """
    columns = images.sum(axis=1)
    width = columns.shape[1]
    middle = columns @ np.arange(width, dtype=np.float32) / columns.sum(axis=1)
    return (middle > (width - 1) / 2).astype(np.int64)


def cluttered_digits(seed: int, clutter: int) -> tuple[Scattered, Scattered]:
    """Return 200 training digits and all 599 test digits among scraps of other digits."""
    train = scattered_digits(TRAINING_DIGITS, CANVAS, seed, clutter=clutter)
    return train, scattered_digits(TEST_DIGITS, CANVAS, seed, split="test", clutter=clutter)


def train_reader(
    reader: str = "attention", clutter: int = 2, seed: int = 0, steps: int = 300
) -> ReaderRun:
    """Train the small classifier with max pools once, its last map read by attention or average.

    Parameters
    ----------
    reader
        A key of `READERS`.
    clutter
        How many 3×3 scraps of digits lie about on each canvas.
    seed
        Draws the digits, their places, the scraps, the first weights and the batches.
    steps
        Batches of 50 images; 300 take 1 to 10 s.

    Returns
    -------
    ReaderRun
    """
    _require_one_of(reader, "reader", tuple(READERS))
    train, test = cluttered_digits(seed, clutter)
    with repeatable(seed):
        model = small_cnn("max")
    classifier = model.get_submodule("head.2")  # behind the average and the flattening
    model.head = nn.Sequential(READERS[reader](CHANNELS[-1]), classifier)
    losses = fit(model, train.images, train.labels, steps=steps, seed=seed)
    found = accuracy(predict(model, test.images), test.labels)
    return ReaderRun(reader, clutter, seed, model, float(losses[-FINAL_STEPS:].mean()), found)


@dataclass(frozen=True)
class SegmentationRun:
    """A small U-Net after its training; ``iou`` is intersection over union on test images."""

    skips: bool
    seed: int
    model: SmallUNet
    losses: NDArray[np.float64]
    iou: float
    found: Masks  # which cells of the test images it takes for ink, (200, 32, 32)


def segmentation_sets(seed: int = 0) -> tuple[Scattered, Scattered]:
    """Return 200 training and 200 test images: digits on 32×32 canvases, under noise."""
    train = scattered_digits(TRAINING_DIGITS, 2 * CANVAS, seed, noise=NOISE)
    return train, scattered_digits(200, 2 * CANVAS, seed, split="test", noise=NOISE)


def ink_mask(clean: Images) -> Masks:
    """Return which cells are ink rather than paper: at least half of the block's bits."""
    return clean >= INK


def train_segmentation(
    skips: bool = True, seed: int = 0, steps: int = 300, *, upsampling: str = "repeat"
) -> SegmentationRun:
    """Train the small U-Net once to find the ink of a digit under noise.

    Parameters
    ----------
    skips
        With or without skip connections.
    seed
        Draws the digits, their places, the noise, the first weights and the batches.
    steps
        Batches of 10 images; 300 take about 8 s.
    upsampling
        As in `SmallUNet`.

    Returns
    -------
    SegmentationRun
    """
    train, test = segmentation_sets(seed)
    with repeatable(seed):
        model = SmallUNet(skips, upsampling)
    mask = ink_mask(train.clean)[:, None].astype(np.float32)
    losses = fit(
        model,
        train.images,
        mask,
        F.binary_cross_entropy_with_logits,
        steps=steps,
        batch_size=10,
        seed=seed,
    )
    found = predict(model, test.images)[:, 0] > 0
    return SegmentationRun(
        skips, seed, model, losses, intersection_over_union(found, ink_mask(test.clean)), found
    )


def _require_one_of(value: str, name: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")


# --- what the experiments found ----------------------------------------------------------------


def load_results(name: str, **where: str | int | bool) -> NDArray[np.void]:
    """Return the stored runs of an experiment, in the order of their seeds.

    Parameters
    ----------
    name
        A CSV of `experiments_folder`, without its ending; the ``README.md`` there lists them.
    **where
        Columns and the value each must have.

    Returns
    -------
    ndarray
        One record a run; ``runs["test_accuracy"]`` is a column.

    Raises
    ------
    ValueError
        For an unknown experiment or column, or if no run is left.

    Examples
    --------
    >>> runs = load_results("family", kind="none", head="gap", places="fixed")
    >>> runs["seed"].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    stored = {path.stem: path for path in experiments_folder().glob("*.csv")}
    _require_one_of(name, "name", tuple(sorted(stored)))
    runs = np.genfromtxt(stored[name], delimiter=",", names=True, dtype=None, encoding="utf-8")
    for column, value in where.items():
        _require_one_of(column, "column", runs.dtype.names or ())
        found = sorted(set(runs[column].tolist()))
        runs = runs[runs[column] == value]
        if not len(runs):
            raise ValueError(f"{column} must be one of {found} here, got {value!r}")
    return runs[np.argsort(runs["seed"], kind="stable")]


def experiments_folder() -> Path:
    """Return where the stored runs lie: inside an installed package, or beside it in a clone.

    Returns
    -------
    Path
        The folder with the CSV files, the programs that wrote them, and ``README.md``, which says
        what was asked before they ran and what each column means.

    Examples
    --------
    >>> (experiments_folder() / "README.md").is_file()
    True
    """
    package = Path(__file__).parent
    installed = package / "_experiments"
    return installed if installed.is_dir() else package.parent / "experiments"
