"""Pictures: grids of numbers as SVG and PNG, and matplotlib figures with a text for who cannot see.

A picture is described once (`Picture`, made by `grid` or `photo`) and drawn twice: `svg` for the
explorers, `png` for the stored notebooks. Both take their colours from the one `palette`.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import itertools
import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from pooling_lab.geometry import Axis
from pooling_lab.palette import DARK, LIGHT, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch


class Look(NamedTuple):
    """How a cell is drawn; no two looks differ by colour alone."""

    fill: str
    edge: str = "line"
    width: int = 1
    dash: int = 0
    bold: bool = False
    hatched: bool = False
    rounded: bool = False
    ink: str = "ink"


LOOKS = {
    "cell": Look("paper"),
    "pad": Look("pad", dash=4, ink="muted"),  # a padding cell: it is not in the data
    "beyond": Look("paper", dash=2, ink="muted"),  # past the padded edge: ceil mode reaches there
    "unread": Look("paper", hatched=True, ink="muted"),  # no window reads it
    "read": Look("read", "read-edge", width=2),
    "tie": Look("best", "read-edge", width=3, dash=5),
    "best": Look("best", "read-edge", width=3, bold=True),
    "here": Look("here", "here-edge", width=3, bold=True, rounded=True),
}

BAR = Look("best", "read-edge")  # a bar is told by its form; its length says how much

SIDE = 40  # of a cell, in px: five characters fit at a size that can be read
GAP = 28  # between two pictures


class Cell(NamedTuple):
    """A square with a text; ``name`` is what the explorers light it by."""

    x: float
    y: float
    side: float
    text: str
    look: str
    name: str


class Label(NamedTuple):
    """A line of text whose baseline starts at ``(x, y)``.

    A ``head`` names what stands below it or in its row; it stays in view where that is scrolled.
    """

    x: float
    y: float
    text: str
    head: bool = False


class Photo(NamedTuple):
    """Pixels in a PNG, drawn ``width`` × ``height`` px large without smoothing."""

    x: float
    y: float
    width: float
    height: float
    png: bytes


class Bar(NamedTuple):
    """A bar as wide as what it stands for; it can be lit as a cell can."""

    x: float
    y: float
    width: float
    height: float
    name: str


Shape = Cell | Label | Photo | Bar
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Picture:
    """One panel: its shapes, in px from any origin, and what it shows in words."""

    shapes: Sequence[Shape]
    description: str
    lit: Mapping[str, str] = field(default_factory=dict)
    html: str = ""  # what an explorer shows in its place: a table

    @property
    def has_photo(self) -> bool:
        """Whether there are pixels in it."""
        return any(isinstance(shape, Photo) for shape in self.shapes)

    @property
    def box(self) -> Box:
        """The smallest box around all shapes: left, top, right, bottom."""
        return union(_extent(shape) for shape in self.shapes)


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all of them, the empty box if there are none."""
    sides = list(zip(*boxes, strict=True)) or [(0.0,), (0.0,), (1.0,), (1.0,)]
    return min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])


def _extent(shape: Shape) -> Box:
    match shape:
        case Cell(x, y, side):
            return x - 2, y - 2, x + side + 2, y + side + 2  # an edge is at most 3 px wide
        case Label(x, y, text):
            return x, y - 15, x + 8.5 * len(text), y + 5
        case Photo(x, y, width, height) | Bar(x, y, width, height):
            return x, y, x + width, y + height


# ------------------------------------------------------------------- from numbers to pictures


def number(value: Any) -> str:
    """Write a number for a cell: whole numbers whole, others with up to two decimals.

    Examples
    --------
    >>> [number(v) for v in (6, 3.5, -1.0294, 1e-5, float("-inf"), float("nan"))]
    ['6', '3.5', '−1.03', '1e−05', '−∞', 'NaN']
    """
    return value if isinstance(value, str) else _number(value)


@functools.lru_cache(maxsize=4096, typed=True)
def _number(value: Any) -> str:
    if isinstance(value, int | np.integer):
        text = str(int(value))
    elif not math.isfinite(value):
        text = "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
    else:
        # Twelve digits, so that it does not matter in which order somebody added.
        value = float(f"{value:.12g}")
        text = _decimal(value)
    return text.replace("-", "−")


def _decimal(value: float) -> str:
    if value == 0 or 0.005 <= abs(value) < 1e6:
        return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")
    return f"{value:.2g}"


@functools.lru_cache(maxsize=4096)
def is_exact(value: float) -> bool:
    """Tell whether `number` writes a value in full, without rounding it."""
    if not math.isfinite(value):
        return True
    return math.isclose(float(number(value).replace("−", "-")), value, rel_tol=1e-12)


@functools.lru_cache(maxsize=8192)
def cell_name(panel: str, row: int, column: int) -> str:
    """Return the name of a cell, by which steps and lights speak of it."""
    return f"{panel}{row},{column}"


def grid(
    values: Any,
    title: str = "",
    *,
    name: str = "x",
    axes: tuple[Axis, Axis] | None = None,
    pad: str = "",
    window: tuple[int, int] | None = None,
    lit: Mapping[tuple[int, int], str] | None = None,
) -> Picture:
    """Return a picture of a plane of numbers.

    Parameters
    ----------
    values
        Numbers (or short texts) of shape ``(H, W)``.
    title
        Stands above the grid and begins the description.
    name
        Begins the names of the cells: ``x0,1`` is row 0, column 1.
    axes
        The windows that slide over the plane, from `geometry.window_axes`: padding is drawn
        around it and cells that no window reads are hatched.
    pad
        The text of a padding cell.
    window
        Light what window ``(i, j)`` reads; needs ``axes``.
    lit
        Further lights: ``{(row, column): look}`` with a look of `LOOKS`, as ``"best"``.

    Raises
    ------
    ValueError
        If ``values`` is no plane, ``window`` comes without ``axes``, or a look is unknown.

    Examples
    --------
    >>> grid([[1, 2], [3, 4]], "input").description
    'input: 1, 2; 3, 4'
    """
    plane = np.asarray(values)
    if plane.ndim != 2 or plane.size == 0:
        raise ValueError(f"values must be a plane (H, W) of numbers, got shape {plane.shape}")
    if window and axes is None:
        raise ValueError(f"window needs axes, which say what it reads, got window={window}")
    if unknown := {*(lit or {}).values()} - {*LOOKS}:
        raise ValueError(f"lit must use the looks {', '.join(LOOKS)}, got {unknown.pop()!r}")
    looks = _looks(plane.shape, axes)
    numbers = plane.tolist()
    texts = {
        (r, c): (number(numbers[r][c]) if look in ("cell", "unread") else pad)
        for (r, c), look in looks.items()
    }
    side = max(SIDE, 4 + 8 * max(map(len, texts.values())))
    cells = [
        Cell(
            c * side,
            r * side,
            side,
            "" if looks[r, c] == "beyond" else text,
            looks[r, c],
            cell_name(name, r, c),
        )
        for (r, c), text in texts.items()
    ]
    first = cells[0]  # the top left one
    labels = [Label(first.x, first.y - 10, title, head=True)] if title else []
    lights = dict.fromkeys(window_cells(axes, *window), "read") if axes and window else {}
    lights |= lit or {}
    named = {cell_name(name, *place): look for place, look in lights.items()}
    return Picture([*labels, *cells], describe(plane, title), named)


def _looks(shape: tuple[int, ...], axes: tuple[Axis, Axis] | None) -> dict[tuple[int, int], str]:
    """Return the look of every cell to draw, padding and what ceil mode reaches included."""
    rows, columns = [
        looks_along(size, axis) for size, axis in zip(shape, axes or (None, None), strict=True)
    ]
    return {
        (r, c): row if STRENGTH[row] >= STRENGTH[column] else column
        for r, row in rows.items()
        for c, column in columns.items()
    }


# A cell looks as the stronger of its two axes.
STRENGTH = {"cell": 0, "unread": 1, "pad": 2, "beyond": 3}


@functools.lru_cache(maxsize=1024)
def looks_along(size: int, axis: Axis | None) -> dict[int, str]:
    """Return the look of the cells along one axis; pictures of equal looks are equal."""
    if axis is None:
        return dict.fromkeys(range(size), "cell")
    last = max([size + axis.padding, *(axis.reads(i).stop for i in range(axis.outputs))])
    looks = dict.fromkeys(range(-axis.padding, last), "pad")
    looks |= dict.fromkeys(range(size + axis.padding, last), "beyond")
    looks |= dict.fromkeys(range(size), "cell")
    return looks | dict.fromkeys(axis.unread(), "unread")


def window_cells(axes: tuple[Axis, Axis], i: int, j: int) -> list[tuple[int, int]]:
    """Return the cells ``(row, column)`` window ``(i, j)`` points at, padding included.

    Examples
    --------
    >>> from pooling_lab.geometry import window_axes
    >>> window_cells(window_axes(4, 2), 0, 1)
    [(0, 2), (0, 3), (1, 2), (1, 3)]
    """
    rows, columns = axes
    return [(r, c) for r in rows.reads(i) for c in columns.reads(j)]


def describe(values: Any, title: str = "") -> str:
    """Say a plane of numbers in words, row by row, for who cannot see it."""
    plane = np.asarray(values)
    rows = "; ".join(", ".join(number(v) for v in row) for row in plane.tolist())
    return f"{title}: {rows}" if title else rows


def photo(pixels: Any, title: str, scale: float = 1) -> Picture:
    """Return a picture of a photo, each pixel ``scale`` px wide.

    Parameters
    ----------
    pixels
        Numbers from 0 (black) to 255 of shape ``(H, W)`` (gray) or ``(H, W, 3)`` (red, green,
        blue), or what `photo_png` made of them.
    title
        Stands above the photo, if there is one, and is its description.
    """
    data = pixels if isinstance(pixels, bytes) else photo_png(pixels)
    width, height = Image.open(io.BytesIO(data)).size
    heading = [Label(0, -8, title, head=True)] if title else []
    return Picture([*heading, Photo(0, 0, width * scale, height * scale, data)], title)


def photo_png(pixels: Any, colours: int | Image.Image = 256) -> bytes:
    """Return pixels from 0 to 255 as PNG bytes: rounded, and only so many colours of them kept.

    ``colours`` may be an image with a palette instead: then they are those that come nearest.
    """
    image = photo_image(pixels)
    if image.mode == "L":
        return _as_png(image, compress_type=HUFFMAN_ONLY)
    if isinstance(colours, int):
        return to_png(image, colours)
    return _as_png(image.quantize(palette=colours, dither=Image.Dither.NONE))


def photo_image(pixels: Any) -> Image.Image:
    """Return pixels as an image of the levels 0 to 255."""
    levels = np.clip(np.rint(np.nan_to_num(np.asarray(pixels))), 0, 255)
    return Image.fromarray(levels.astype(np.uint8))


# ------------------------------------------------------------------------------- drawn as SVG


def stylesheet(scope: str = ".pl") -> str:
    """Return the CSS of both themes: colours as variables, and the looks of the cells."""
    dark = _in_the_dark(scope)
    rules = [
        f"{scope} {{color-scheme: light; {_variables(LIGHT)}}}",
        f"{dark} {{color-scheme: dark; {_variables(DARK)}}}",
    ]
    for name, look in {"bar": BAR, **LOOKS}.items():
        rules.append(
            f"{scope} .{name} rect {{fill: var(--pl-{look.fill}); stroke: var(--pl-{look.edge}); "
            f"stroke-width: {look.width}px; stroke-dasharray: {look.dash or 'none'}; "
            f"rx: {8 * look.rounded}px; transform: scale({_shrink(look):g})}}\n"
            f"{scope} .{name} text {{fill: var(--pl-{look.ink}); "
            f"font-weight: {700 if look.bold else 400}}}"
        )
    rules.append(f"{scope} g.bar rect {{transform: none; rx: 0}}")  # a lit bar keeps its length
    return "\n".join(rules)


def _in_the_dark(scope: str) -> str:
    """Return the CSS selector of ``scope`` under a dark theme: JupyterLab's, VS Code's, Colab's."""
    themes = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]')
    return ", ".join(f"{theme} {scope}" for theme in themes)


def _shrink(look: Look) -> float:
    """Return how much smaller a cell with a thick edge is, so that it stays off its neighbours."""
    return 1 - 2 * (look.width - 1) / SIDE


def _variables(palette: Mapping[str, str]) -> str:
    return " ".join(f"--pl-{name}: {colour};" for name, colour in palette.items())


def svg(picture: Picture) -> str:
    """Return the picture as an SVG element whose colours come from `stylesheet`."""
    left, top, right, bottom = picture.box
    body = "".join(_svg_shape(shape, picture.lit) for shape in picture.shapes)
    return (
        f'<svg role="img" aria-label="{html.escape(picture.description)}" '
        f'width="{right - left:g}" height="{bottom - top:g}" '
        f'viewBox="{left:g} {top:g} {right - left:g} {bottom - top:g}">{body}</svg>'
    )


def _svg_shape(shape: Shape, lit: Mapping[str, str]) -> str:
    match shape:
        case Label(x, y, text, head):
            looks = "label head" if head else "label"
            return f'<text class="{looks}" x="{x:g}" y="{y:g}">{html.escape(text)}</text>'
        case Photo(x, y, width, height, png):
            place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            return f'<image {place} href="{data_uri(png)}"/>'
        case Bar(x, y, width, height, name):
            looks = f"bar {lit[name]}" if name in lit else "bar"
            return (
                f'<g class="{looks}" data-cell="{name}"><rect x="{x:g}" y="{y:g}" '
                f'width="{width:g}" height="{height:g}"/></g>'
            )
        case Cell():
            return _svg_cell(shape, lit.get(shape.name, ""))


@functools.lru_cache(maxsize=8192)
def _svg_cell(cell: Cell, lit: str) -> str:
    """Return a cell as SVG; the frames of an explorer share most of theirs."""
    x, y, side, text, look, name = cell
    looks = f"{look} {lit}" if lit else look
    hatch = f'<path d="{_hatch(x, y, side)}"/>' if LOOKS[look].hatched else ""
    words = (
        f'<text x="{x + side / 2:g}" y="{y + side / 2:g}" '
        f'style="font-size:{_font_size(text)}px">{html.escape(text)}</text>'
    )
    return (
        f'<g class="{looks}" data-cell="{name}"><rect x="{x:g}" y="{y:g}" '
        f'width="{side:g}" height="{side:g}"/>{hatch}{words if text else ""}</g>'
    )


def _hatch(x: float, y: float, side: float) -> str:
    thirds = [side * k / 3 for k in (1, 2, 3)]
    lines = [(x, y + t, x + t, y) for t in thirds]
    lines += [(x + t, y + side, x + side, y + t) for t in thirds[:2]]
    return " ".join(f"M{a:.0f} {b:.0f}L{c:.0f} {d:.0f}" for a, b, c, d in lines)


def _font_size(text: str) -> int:
    return 15 if len(text) <= 3 else 14 if len(text) == 4 else 12


# ------------------------------------------------------------------------------- drawn as PNG

ZOOM = 2  # pixels of the PNG per px, so that it is sharp on fine screens
MOST_CHARACTERS = 110  # in a line of a PNG
POINT = 0.75  # points, in which matplotlib measures sizes, per px


def png(pictures: Sequence[Picture], above: str = "", below: Sequence[str] = ()) -> bytes:
    """Return pictures side by side, a line of text above and lines below them, as one PNG.

    It shows them as the SVG does in the light theme. Long lines below are broken, because a page
    shrinks what is wider than itself until the words are too small to read.
    """
    below = [part for line in below for part in textwrap.wrap(line, MOST_CHARACTERS)]
    boxes = [picture.box for picture in pictures]
    widths = [right - left + GAP for left, _, right, _ in boxes]
    width = max(sum(widths) - GAP, *(8 * len(line) for line in (above, *below)))
    top = 28 if above else 0
    height = top + max(bottom - upper for _, upper, _, bottom in boxes)
    figure, canvas = _canvas(-12, -12, width + 12, height + 24 * len(below) + 12)
    starts = itertools.accumulate(widths, initial=0.0)
    for picture, (left, upper, _, _), start in zip(pictures, boxes, starts, strict=False):
        for shape in picture.shapes:
            _draw(canvas, shape, picture.lit, start - left, top - upper)
    for k, line in enumerate([above, *below]):
        _write(canvas, 2, height + 24 * k - 4 if k else 12, line, 14)
    return to_png(_pixels(figure))


def _pixels(figure: Figure) -> Image.Image:
    """Return a figure as an image, without the detour of a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(96 * ZOOM)
    agg = FigureCanvasAgg(figure)
    agg.draw()
    return Image.fromarray(np.asarray(agg.buffer_rgba()))


def _canvas(left: float, top: float, right: float, bottom: float) -> tuple[Figure, Axes]:
    """Return a matplotlib figure to draw on in px, rows going down."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=((right - left) / 96, (bottom - top) / 96), facecolor=LIGHT["paper"])
    canvas = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(bottom, top))
    canvas.set_axis_off()
    return figure, canvas


def _draw(canvas: Axes, shape: Shape, lit: Mapping[str, str], dx: float, dy: float) -> None:
    x, y = shape.x + dx, shape.y + dy
    match shape:
        case Label():
            _write(canvas, x, y, shape.text, 14)
        case Photo(_, _, width, height, data):
            pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            place = (x, x + width, y + height, y)
            canvas.imshow(pixels, extent=place, aspect="auto", interpolation="nearest")
        case Bar():
            look = LOOKS[lit[shape.name]] if shape.name in lit else BAR
            canvas.add_artist(_box(x, y, shape.width, shape.height, look._replace(rounded=False)))
        case Cell():
            look = LOOKS[lit.get(shape.name, shape.look)]
            inset = (1 - _shrink(look)) * shape.side / 2
            side = shape.side - 2 * inset
            hatched = LOOKS[shape.look].hatched
            canvas.add_artist(_box(x + inset, y + inset, side, side, look, hatched))
            middle = x + shape.side / 2, y + shape.side / 2
            _write(canvas, *middle, shape.text, _font_size(shape.text), look)


def _write(
    canvas: Axes, x: float, y: float, text: str, size: int, look: Look | None = None
) -> None:
    """Write a line that starts at ``(x, y)`` or, in a cell of some look, has its middle there."""
    style: dict[str, Any] = {"color": LIGHT["ink"]}
    if look:
        style = {"ha": "center", "va": "center_baseline", "color": LIGHT[look.ink]}
        style["weight"] = "bold" if look.bold else "normal"
    if look and look.hatched:
        style["bbox"] = {"facecolor": LIGHT["paper"], "edgecolor": "none", "pad": 1}
    canvas.text(x, y, text, size=size * POINT, parse_math=False, family="DejaVu Sans", **style)


def _box(
    x: float, y: float, width: float, height: float, look: Look, hatched: bool = False
) -> Patch:
    from matplotlib.patches import FancyBboxPatch

    return FancyBboxPatch(
        (x, y),
        width,
        height,
        boxstyle=f"round,pad=0,rounding_size={min(8, width / 2) * look.rounded}",
        facecolor=LIGHT[look.fill],
        edgecolor=LIGHT[look.edge],
        linewidth=look.width * POINT,
        linestyle=(0, (look.dash / look.width,) * 2) if look.dash else "solid",
        hatch="//" if hatched else None,
    )


def to_png(image: Image.Image, colours: int = 256) -> bytes:
    """Return an image as PNG bytes: few colours, no metadata, the same bytes each time."""
    if image.mode != "L":
        image = image.convert("RGB").quantize(colours)  # a third of the size, by eye the same
    return _as_png(image)


HUFFMAN_ONLY = 2  # of zlib: nothing repeats in a gray photo, and looking takes 20 times as long


def _as_png(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **(options or {"optimize": True}))
    return buffer.getvalue()


def data_uri(png_bytes: bytes) -> str:
    """Return PNG bytes as a ``data:`` address, for ``src`` and ``href``."""
    return "data:image/png;base64," + base64.b64encode(png_bytes).decode()


# ------------------------------------------------------------------------ shown in a notebook


# What a dark theme makes of a PNG on white: a drawing turns dark and keeps its hues; a photo must
# stay the photo it is, and glares less.
IN_THE_DARK = {"drawing": "invert(0.93) hue-rotate(180deg)", "photo": "brightness(0.8)"}


# A picture whose live view is the next output (an explorer's): one of the two is seen. Where no
# model comes with the notebook, the view's renderer can only say "model not found".
ONE_OF_TWO = (
    ".jp-OutputArea-child:has(.pl-stored):has(+ .jp-OutputArea-child .pl-explorer), "
    ".jp-OutputArea-child:has(.pl-stored) + "
    ".jp-OutputArea-child:has(.jupyter-widgets):not(:has(.pl-explorer)) {display: none}"
)


def display_bundle(
    png_bytes: bytes, alt: str, *, photo: bool, live: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return data and metadata that show a PNG with its text everywhere, in every theme.

    JupyterLab ignores an ``alt`` beside a PNG, so the HTML carries it there; GitHub and
    nbconvert read the PNG and its metadata. ``photo`` says whether there are pixels in it
    whose brightness is what it shows, ``live`` whether the next output is its live view, which
    hides it wherever it can be drawn.
    """
    if len(alt.split()) < 4:
        raise ValueError(f"alt must say in a sentence what the picture shows, got {alt!r}")
    width = Image.open(io.BytesIO(png_bytes)).width // ZOOM
    kind = "photo" if photo else "drawing"
    looks = f"{_in_the_dark(f'.pl-{kind}')} {{filter: {IN_THE_DARK[kind]}}}"
    tag = (
        f'<img alt="{html.escape(alt)}" src="{data_uri(png_bytes)}" width="{width}" '
        f'class="pl-{kind}{" pl-stored" * live}" style="max-width: 100%; height: auto">'
        f"<style>{looks} {ONE_OF_TWO if live else ''}</style>"
    )
    data = {"text/html": tag, "image/png": base64.b64encode(png_bytes).decode(), "text/plain": alt}
    return data, {"image/png": {"alt": alt, "width": width}}


def show(figure: Figure, alt: str) -> None:
    """Display a matplotlib figure with a text that says what it shows, and close it.

    Parameters
    ----------
    figure
        The figure; it is drawn at two pixels per px on white.
    alt
        The finding, in a sentence: what someone who cannot see the figure should know.

    Raises
    ------
    ValueError
        If ``alt`` is shorter than four words.
    """
    from matplotlib import pyplot as plt

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=96 * ZOOM, bbox_inches="tight", facecolor="white")
    has_pixels = any(axes.images for axes in figure.axes)
    data, metadata = display_bundle(to_png(Image.open(buffer)), alt, photo=has_pixels)
    plt.close(figure)
    publish(data, metadata)


def show_pictures(*pictures: Picture, alt: str = "") -> None:
    """Display grids and photos side by side; without ``alt`` their own descriptions are read.

    Examples
    --------
    ``show_pictures(grid(x, "input"), grid(max_pool2d(x, 2), "output"))``
    """
    words = alt or ". ".join(picture.description for picture in pictures)
    publish(*display_bundle(png(pictures), words, photo=any(p.has_photo for p in pictures)))


def publish(data: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Make an output of a cell, each front end to show it as the richest of its kinds."""
    from IPython.display import display

    display(data, metadata=metadata, raw=True)


def style_axes(axes: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Give a plot its title, its axes with units, light grid lines, and the palette's series.

    Call it before plotting: each line then has a colour and a marker of its own.
    """
    from cycler import cycler

    axes.set_prop_cycle(cycler(color=SERIES) + cycler(marker=list("osD^vP")))
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
