"""What one cell sees: a stack of convolutions and pools over a row of pixels, layer by layer."""

from __future__ import annotations

from typing import NamedTuple

from pooling_lab.drawing import Cell, Label, Picture, cell_name
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step
from pooling_lab.geometry import Axis, Reach, receptive_fields

PIXELS = 54  # in the row: enough for two cells behind the widest stack of the controls
CONVS = 3
Place = tuple[int, int]  # layer and cell
SIDE = 11  # of a cell, in px: the row fits into a notebook beside the file browser
PITCH = 44  # from one layer to the next, in px


def receptive_field_explorer(
    *, conv_kernel: int = 3, pools: int = 2, pool_kernel: int = 2, pool_stride: int = 2
) -> Explorer:
    """Return sliders over three convolutions with up to three pools between and behind them.

    Each layer is a row, each cell stands below the middle of what it sees. The steps go through
    the layers, each with its first cell, then along the last layer. Pointing at any cell shows
    what it sees, at a pixel who sees it.

    Parameters
    ----------
    conv_kernel
        Window of the convolutions, whose stride is 1; no layer pads.
    pools
        How many convolutions have a pool behind them; the last pools go first.
    pool_kernel, pool_stride
        Window of the pools.

    Raises
    ------
    traitlets.TraitError
        If a control cannot start there; the message lists where it can.

    Examples
    --------
    >>> explorer = receptive_field_explorer()
    >>> explorer.step.text
    'conv 3, cell 0: 10 + (3 − 1)·4 = 18 pixels, 0 to 17'
    >>> explorer.frame.steps[1].text
    'pool 1, cell 0: 3 + (2 − 1)·1 = 4 pixels, 0 to 3'
    """
    controls = [
        Control("conv_kernel", (1, 3, 5), conv_kernel),
        Control("pools", range(CONVS + 1), pools),
        Control("pool_kernel", (2, 3), pool_kernel),
        Control("pool_stride", (1, 2), pool_stride),
    ]
    explorer = Explorer("Receptive field explorer", controls, _frame)
    explorer.position = CONVS + pools - 1  # the first cell of the last layer
    return explorer


class _Layer(NamedTuple):
    """One row of the picture; the first is the input."""

    name: str
    axis: Axis
    before: Reach
    reach: Reach

    @property
    def field_rule(self) -> str:
        """What a cell of it sees, with the numbers put in."""
        field, jump = self.before
        return f"{field} + ({self.axis.kernel} − 1)·{jump} = {self.reach.receptive_field} pixels"

    @property
    def title(self) -> str:
        """How its window and its stride change field and jump."""
        if self.name == "input":
            return f"input: {self.axis.size} pixels"
        jump = f"jump {self.before.jump}·{self.axis.stride} = {self.reach.jump}"
        return f"{self.name}: sees {self.field_rule}; {jump}"

    @property
    def description(self) -> str:
        """The same and its cells, for who cannot see them."""
        window = f"window {self.axis.kernel}, stride {self.axis.stride}"
        return f"{self.title}; {window}; {self.axis.outputs} cells"


def _frame(conv_kernel: int, pools: int, pool_kernel: int, pool_stride: int) -> Frame:
    layers = _layers(conv_kernel, pools, pool_kernel, pool_stride)
    views = _views(layers)
    last = len(layers) - 1
    steps = {place: _sees(layers, *place, seen) for place, seen in views.items() if place[0]}
    walk = [place for place in steps if place[0] == last or place[1] == 0]
    others = [step for place, step in steps.items() if place not in walk]
    field, jump = layers[last].reach
    alone = _layers(conv_kernel, 0, pool_kernel, pool_stride)[-1].reach.receptive_field
    return Frame(
        f"one cell of the last layer sees {field} of {PIXELS} pixels, its neighbour {jump} further",
        [_picture(layers)],
        [steps[place] for place in walk],
        [
            "A layer adds (window − 1)·jump of the layer before; its stride multiplies the jump.",
            f"In a plane one cell sees {field} × {field} = {field**2} pixels; "
            f"without the pools it would be {alone} × {alone} = {alone**2}.",
        ],
        pointed=[*others, *_seen_by(layers, views)],
    )


def _layers(conv_kernel: int, pools: int, pool_kernel: int, pool_stride: int) -> list[_Layer]:
    stack: list[tuple[str, int, int]] = []
    for number in range(1, CONVS + 1):
        stack.append((f"conv {number}", conv_kernel, 1))
        stack += [(f"pool {number}", pool_kernel, pool_stride)] if number <= pools else []
    reaches = [Reach(1, 1), *receptive_fields([layer[1:] for layer in stack])]
    layers = [_Layer("input", Axis(PIXELS, 1, 1), reaches[0], reaches[0])]
    for (name, kernel, stride), before, reach in zip(stack, reaches, reaches[1:], strict=False):
        layers.append(_Layer(name, Axis(layers[-1].axis.outputs, kernel, stride), before, reach))
    return layers


def _views(layers: list[_Layer]) -> dict[Place, list[Place]]:
    """Return for every cell the cells it sees, from the layer below it down to the pixels."""
    views: dict[Place, list[Place]] = {(0, pixel): [] for pixel in range(PIXELS)}
    for depth, layer in enumerate(layers[1:], start=1):
        for i in range(layer.axis.outputs):
            reads = [(depth - 1, cell) for cell in layer.axis.cells(i)]
            below = {place for cell in reads for place in views[cell]}
            views[depth, i] = reads + sorted(below, reverse=True)
    return views


def _sees(layers: list[_Layer], depth: int, i: int, seen: list[Place]) -> Step:
    pixels = [cell for layer, cell in seen if layer == 0]
    layer = layers[depth]
    return Step(
        f"{layer.name}, cell {i}: {layer.field_rule}, {min(pixels)} to {max(pixels)}",
        here=[cell_name("l", depth, i)],
        reads=[cell_name("l", *place) for place in seen],
    )


def _seen_by(layers: list[_Layer], views: dict[Place, list[Place]]) -> list[Step]:
    """Say of every pixel which cells see it."""
    who: list[list[Place]] = [[] for _ in range(PIXELS)]
    for place, seen in views.items():
        for depth, cell in seen:
            if depth == 0:
                who[cell].append(place)
    last = len(layers) - 1
    return [
        Step(
            f"pixel {pixel} is seen by {sum(depth == last for depth, _ in places)} of the "
            f"{layers[last].axis.outputs} cells of {layers[last].name}",
            here=[cell_name("l", 0, pixel)],
            reads=[cell_name("l", *place) for place in places],
        )
        for pixel, places in enumerate(who)
    ]


def _picture(layers: list[_Layer]) -> Picture:
    """Draw the layers one below the other, the input at the top."""
    shapes: list[Label | Cell] = []
    for depth, layer in enumerate(layers):
        field, jump = layer.reach
        top = PITCH * depth
        shapes.append(Label(0, top - 7, layer.title, head=True))
        shapes += [
            Cell(
                (i * jump + (field - 1) / 2) * SIDE, top, SIDE, "", "cell", cell_name("l", depth, i)
            )
            for i in range(layer.axis.outputs)
        ]
    described = [layers[0].title, *(layer.description for layer in layers[1:])]
    return Picture(shapes, ". ".join(described))
