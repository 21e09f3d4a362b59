"""VGG16 with other pools: what each block gives, learns, computes, keeps and sees."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from pooling_lab.architectures import VGG16_STAGES, Row, vgg16, walk
from pooling_lab.drawing import Bar, Label, Picture
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step

SIZES = (32, 64, 96, 128, 160, 224, 320, 448)
COSTS = {
    "parameters": ("parameters", ""),
    "multiply_adds": ("multiply-adds", ""),
    "activation_bytes": ("activations", "B"),
}
PREFIXES = {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3}
# Where the columns of the stored picture start, in px, behind the names of the rows.
NAMES_END, SEES = 64, 178
COLUMNS = {"activation_bytes": 288, "parameters": 440, "multiply_adds": 590}
BAR_WIDTH, BAR_HEIGHT, PITCH = 60, 17, 30


def vgg16_explorer(
    *,
    size: int = 224,
    pools: int = 5,
    pool_kernel: int = 2,
    pool_stride: int = 2,
    head: str = "flatten",
) -> Explorer:
    """Return sliders over VGG16's input and pools: shapes and costs, block by block.

    A bar is a block's share of the whole network; the numbers are those of `walk`.

    Parameters
    ----------
    size
        Side of the square image, in pixels.
    pools
        How many of the five pools there are; the last ones go first.
    pool_kernel, pool_stride
        Window of every pool.
    head
        ``"flatten"`` and three dense layers, or ``"gap"``: global average and the classifier.

    Raises
    ------
    traitlets.TraitError
        If a control cannot start there; the message lists where it can.

    Examples
    --------
    >>> explorer = vgg16_explorer()
    >>> explorer.frame.summary
    '138 M parameters, 15.5 G multiply-adds, 61.0 MB of activations for one image'
    >>> explorer.pools = 4
    >>> explorer.frame.notes[0]
    'Against VGG16 as published: parameters × 3.23, multiply-adds × 1.02, activations × 0.998.'
    """
    controls = [
        Control("size", SIZES, size),
        Control("pools", range(len(VGG16_STAGES) + 1), pools),
        Control("pool_kernel", (2, 3), pool_kernel),
        Control("pool_stride", (1, 2, 3), pool_stride),
        Control("head", ("flatten", "gap"), head, "buttons"),
    ]
    published = _Block("published", walk(vgg16()))

    @functools.cache
    def framed(size: int, pools: int, pool_kernel: int, pool_stride: int, head: str) -> Frame:
        try:
            rows = walk(vgg16(pools, pool_kernel, pool_stride, head), size)
        except ValueError as error:
            none = Picture([Label(0, 0, "no output")], "no output", html="<p>no output</p>")
            return Frame(f"input {size}×{size}×3: no output", [none], error=str(error))
        return _frame(rows, published)

    def frame(size: int, pools: int, pool_kernel: int, pool_stride: int, head: str) -> Frame:
        window = (pool_kernel, pool_stride) if pools else (2, 2)  # of no pool, all the same
        return framed(size, pools, *window, head)

    explorer = Explorer("VGG16, what if", controls, frame)
    explorer.position = 1  # the first block: the input costs nothing
    return explorer


@dataclass(frozen=True)
class _Block:
    """Some layers as one row of the table: the input, the layers up to a pool, the head."""

    name: str
    rows: list[Row]

    @functools.cached_property
    def totals(self) -> dict[str, int]:
        """Each cost, added up over its layers."""
        return {cost: sum(getattr(row, cost) for row in self.rows) for cost in COSTS}

    @property
    def shape(self) -> str:
        """Its output, in the order the papers write it."""
        channels, *plane = self.rows[-1].shape
        return "×".join(map(str, (*plane, channels)))

    @property
    def sees(self) -> str:
        """What one cell of its output sees, in pixels."""
        last = self.rows[-1]
        return "all" if last.jump is None else f"{last.receptive_field}, jump {last.jump}"

    @functools.cached_property
    def words(self) -> str:
        """Its row of the table in a sentence."""
        convs = sum(row.kind == "conv" for row in self.rows)
        pool = " and a pool" if self.rows[-1].kind == "pool" else ""
        made_of = {"input": "one image", "head": ", ".join(row.name for row in self.rows)}
        return (
            f"{self.name}: {made_of.get(self.name, f'{convs} convolutions{pool}')}, output "
            f"{self.shape}; {', '.join(_costs(self))}; one cell sees {self.sees}"
        )


def _frame(rows: list[Row], published: _Block) -> Frame:
    blocks, whole = _blocks(rows), _Block("in all", rows)
    ratios = [
        f"{name} × {whole.totals[cost] / published.totals[cost]:.3g}"
        for cost, (name, _) in COSTS.items()
    ]
    parameters, multiply_adds, activations = _costs(whole)
    return Frame(
        f"{parameters}, {multiply_adds}, {activations} for one image",
        [_picture(blocks, whole)],
        [Step(block.words, here=_bars(block)) for block in blocks],
        [f"Against VGG16 as published: {', '.join(ratios)}.", _first_dense(rows)],
    )


def _blocks(rows: list[Row]) -> list[_Block]:
    """Sort the layers into the input, the blocks by the number in their names, and the head."""
    blocks = [_Block("input", [])]
    blocks += [_Block(f"block {number}", []) for number in range(1, len(VGG16_STAGES) + 1)]
    blocks.append(_Block("head", []))
    for row in rows:
        place = 0 if row.kind == "input" else -1
        if row.kind in ("conv", "pool"):
            place = int(row.name.removeprefix(row.kind)[0])  # of conv3_1 and of pool3
        blocks[place].rows.append(row)
    return blocks


@functools.lru_cache(maxsize=8192)
def _amount(value: int, unit: str = "") -> str:
    """Write a large number with three digits and a prefix."""
    for prefix, size in PREFIXES.items():
        if value >= 0.9995 * size:
            return f"{f'{value / size:#.3g}'.rstrip('.')} {prefix}{unit}"
    return f"{value} {unit}".strip()


def _costs(block: _Block) -> list[str]:
    return [
        f"{_amount(block.totals[cost], unit)} {'of ' if unit else ''}{name}"
        for cost, (name, unit) in COSTS.items()
    ]


def _bars(block: _Block) -> list[str]:
    return [f"{cost} {block.name}" for cost in COLUMNS]


def _picture(blocks: list[_Block], whole: _Block) -> Picture:
    """Draw what the blocks give and cost as a table: with bars, and as HTML for the browser."""
    names = [label._replace(head=True) for label in _column(0, "", [s.name for s in blocks])]
    names.append(Label(0, PITCH * (len(blocks) + 1), whole.name, head=True))
    shapes = [
        *_column(NAMES_END, "output", [block.shape for block in blocks]),
        *_column(SEES, "sees (pixels)", [block.sees for block in blocks]),
        *(shape for cost in COLUMNS for shape in _shares(cost, blocks, whole)),
        *names,
    ]
    described = [*(block.words for block in blocks), f"{whole.name}: {', '.join(_costs(whole))}"]
    return Picture(shapes, ". ".join(described), html=_table(blocks, whole))


def _table(blocks: list[_Block], whole: _Block) -> str:
    heads = ["block", "output", "sees (pixels)", *(COSTS[cost][0] for cost in COLUMNS)]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(_row(block, whole) for block in blocks)
    totals = "".join(f"<td>{_bar(1)}{_amount(whole.totals[c], COSTS[c][1])}</td>" for c in COLUMNS)
    whole_row = f'<tr><th scope="row" class="head">{whole.name}</th><td></td><td></td>{totals}</tr>'
    return (
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        f"<tfoot>{whole_row}</tfoot></table>"
    )


def _row(block: _Block, whole: _Block) -> str:
    costs = "".join(
        f"<td>{_bar(block.totals[cost] / whole.totals[cost])}"
        f"<span>{_amount(block.totals[cost], COSTS[cost][1])}</span></td>"
        for cost in COLUMNS
    )
    return (
        f'<tr data-cell="{_bars(block)[0]}"><th scope="row" class="head">{block.name}</th>'
        f"<td>{block.shape}</td><td>{block.sees}</td>{costs}</tr>"
    )


def _bar(share: float) -> str:
    """Return a bar; the share of the whole is a bar without an end."""
    if share == 1:
        return '<span class="share"></span>'
    return f'<span class="share"><i class="bar" style="width:{100 * share:.3g}%"></i></span>'


def _column(x: float, title: str, texts: Sequence[str]) -> list[Label]:
    """Write texts below a title."""
    return [Label(x, place * PITCH, text) for place, text in enumerate([title, *texts]) if text]


def _shares(cost: str, blocks: list[_Block], whole: _Block) -> list[Label | Bar]:
    """Draw a bar and a number for one cost of every block, and its total."""
    name, unit = COSTS[cost]
    x = COLUMNS[cost]
    amounts = [_amount(block.totals[cost], unit) for block in (*blocks, whole)]
    shares = [BAR_WIDTH * block.totals[cost] / whole.totals[cost] for block in blocks]
    bars = [
        Bar(x, place * PITCH - 13, share, BAR_HEIGHT, f"{cost} {block.name}")
        for place, (block, share) in enumerate(zip(blocks, shares, strict=True), start=1)
    ]
    return [Label(x, 0, name), *bars, *_column(x + BAR_WIDTH + 8, "", amounts)]


def _first_dense(rows: list[Row]) -> str:
    """Write the weights of the first dense layer as a product."""
    at = next(i for i, row in enumerate(rows) if row.kind == "dense")
    before = rows[at - 2] if rows[at - 1].kind == "flatten" else rows[at - 1]
    numbers = "·".join(map(str, (*before.shape[1:], before.shape[0], *rows[at].shape)))
    return f"Weights of the first dense layer: {numbers} = {rows[at].weights:,}."
