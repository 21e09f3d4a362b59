"""Pictures: what is drawn, in colours that can be told apart, with words for who cannot see."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from pooling_lab import drawing
from pooling_lab.drawing import (
    DARK,
    LIGHT,
    LOOKS,
    SERIES,
    Bar,
    Cell,
    Label,
    Photo,
    grid,
    number,
    photo,
)
from pooling_lab.geometry import window_axes

X = np.arange(1, 17).reshape(4, 4)
THEMES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def looks_of(picture):
    return {cell.name: cell.look for cell in picture.shapes if isinstance(cell, Cell)}


def texts_of(picture):
    return {cell.name: cell.text for cell in picture.shapes if isinstance(cell, Cell)}


def contrast(one, other):
    """The ratio of WCAG 2: 21 for black on white, 1 for a colour on itself."""
    lights = []
    for colour in (one, other):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        lights.append(np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)
    return max(lights) / min(lights)


# --- numbers --------------------------------------------------------------------------------

NUMBERS = [
    ("whole", 6, "6"),
    ("whole as a float", 6.0, "6"),
    ("negative", -3, "−3"),
    ("one decimal", 3.5, "3.5"),
    ("rounded to two", 1.0294, "1.03"),
    ("negative zero", -0.0, "0"),
    ("tiny", 1e-5, "1e−05"),
    ("below a hundredth", 0.0051, "0.01"),
    ("large", 1e8, "1e+08"),
    ("large and whole", 2**53 + 1, "9007199254740993"),
    ("minus infinity", -np.inf, "−∞"),
    ("infinity", np.inf, "∞"),
    ("not a number", np.nan, "NaN"),
    ("of NumPy", np.uint8(200), "200"),
    ("a word", "x", "x"),
]


@pytest.mark.parametrize(("value", "text"), [n[1:] for n in NUMBERS], ids=[n[0] for n in NUMBERS])
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "exact"), [(2, True), (0.25, True), (-1.5, True), (1 / 3, False), (np.inf, True)]
)
def test_a_number_written_in_full_is_exact(value, exact):
    assert drawing.is_exact(value) == exact


# --- grids ----------------------------------------------------------------------------------


def test_a_grid_has_one_cell_per_number_named_by_row_and_column():
    assert texts_of(grid([[1, 2], [3, 4]], name="y")) == {
        "y0,0": "1", "y0,1": "2", "y1,0": "3", "y1,1": "4",
    }  # fmt: skip


def test_padding_is_drawn_as_padding_around_the_data():
    picture = grid([[7]], axes=window_axes(1, 3, 1, 1), pad="−∞")
    assert texts_of(picture)["x0,0"] == "7"
    ring = {name: look for name, look in looks_of(picture).items() if name != "x0,0"}
    assert len(ring) == 8
    assert set(ring.values()) == {"pad"}
    assert {texts_of(picture)[name] for name in ring} == {"−∞"}


def test_cells_no_window_reads_are_hatched():
    looks = looks_of(grid(X, axes=window_axes(4, 3)))
    unread = {name for name, look in looks.items() if look == "unread"}
    assert unread == {f"x{r},{c}" for r in range(4) for c in range(4) if r == 3 or c == 3}


def test_ceil_mode_shows_what_lies_past_the_padded_edge():
    looks = looks_of(grid(X, axes=window_axes(4, 3, 2, 0, 1, True)))
    assert {name for name, look in looks.items() if look == "beyond"} == {
        *(f"x4,{k}" for k in range(5)),
        *(f"x{k},4" for k in range(5)),
    }


def test_a_window_lights_what_it_reads_and_lit_comes_on_top():
    picture = grid(X, axes=window_axes(4, 2), window=(1, 0), lit={(2, 0): "best"})
    assert picture.lit == {"x2,0": "best", "x2,1": "read", "x3,0": "read", "x3,1": "read"}


@pytest.mark.parametrize("values", [[1, 2], [[[1]]], np.zeros((0, 3))], ids=["1d", "3d", "empty"])
def test_a_grid_of_anything_but_a_plane_is_refused(values):
    with pytest.raises(ValueError, match=r"values must be a plane \(H, W\) .* got shape"):
        grid(values)


def test_lights_that_would_not_be_seen_are_refused():
    with pytest.raises(ValueError, match="window needs axes"):
        grid(X, window=(0, 0))
    with pytest.raises(ValueError, match=r"lit must use the looks cell, .*, got 'red'"):
        grid(X, lit={(0, 0): "red"})


def test_long_numbers_widen_the_cells():
    narrow, wide = grid([[1.25]]).shapes[0], grid([[-123456.75]]).shapes[0]
    assert wide.side > narrow.side == drawing.SIDE


def test_a_photo_is_as_large_as_its_pixels_times_the_scale():
    picture = photo(np.zeros((3, 5)), "dark", scale=4)
    assert [s[2:4] for s in picture.shapes if isinstance(s, Photo)] == [(20, 12)]


def test_the_pixels_of_a_photo_are_rounded_and_kept_between_black_and_white():
    png = drawing.photo_png([[-5, 99.6], [np.nan, 300]])
    assert np.asarray(Image.open(io.BytesIO(png))).tolist() == [[0, 100], [0, 255]]


# --- SVG ------------------------------------------------------------------------------------

PICTURES = {
    "numbers": grid(X / 7, "a <b> & c", axes=window_axes(4, 3, 2, 1, 1, True), pad="−∞"),
    "hatched": grid(X, "input", axes=window_axes(4, 3), window=(0, 0)),
    "photo": photo(np.full((2, 3), 9), "dark"),
    "bars": drawing.Picture([Label(0, 0, "half"), Bar(0, 8, 50, 16, "b1")], "half of it"),
}
each_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)


@each_picture
def test_svg_is_well_formed_and_says_what_it_shows(picture):
    root = ET.fromstring(drawing.svg(picture))
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.description
    left, top, right, bottom = picture.box
    assert (float(root.get("width")), float(root.get("height"))) == (right - left, bottom - top)


@each_picture
def test_svg_holds_every_shape(picture):
    root = ET.fromstring(drawing.svg(picture))
    cells = [shape for shape in picture.shapes if isinstance(shape, Cell)]
    named = [shape for shape in picture.shapes if isinstance(shape, Cell | Bar)]
    assert [(g.get("data-cell"), g.findtext("text") or "") for g in root.findall("g")] == [
        (shape.name, getattr(shape, "text", "")) for shape in named
    ]
    titles = [shape.text for shape in picture.shapes if isinstance(shape, Label)]
    assert [text.text for text in root.findall("text")] == titles
    assert len(root.findall("g/path")) == sum(LOOKS[cell.look].hatched for cell in cells)


@each_picture
def test_no_text_is_smaller_than_12_px(picture):
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", drawing.svg(picture))]
    assert min(sizes, default=12) >= 12


def test_a_lit_cell_has_the_class_of_its_look():
    root = ET.fromstring(drawing.svg(PICTURES["hatched"]))
    classes = {g.get("data-cell"): g.get("class") for g in root.findall("g")}
    assert classes["x0,0"] == "cell read"
    assert classes["x3,3"] == "unread"


def test_a_bar_is_drawn_as_long_as_it_is_also_when_lit():
    for lit in ({}, {"b": "here"}):
        root = ET.fromstring(drawing.svg(drawing.Picture([Bar(3, 4, 70, 9, "b")], "70 px", lit)))
        rect = root.find("g/rect")
        assert [rect.get(k) for k in ("x", "y", "width", "height")] == ["3", "4", "70", "9"]
        assert root.find("g").get("class") == " ".join(["bar", *lit.values()])
    assert ".pl g.bar rect {transform: none; rx: 0}" in drawing.stylesheet()


# --- colours --------------------------------------------------------------------------------


@THEMES
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_text_in_a_cell_has_the_contrast_of_wcag_aa(palette, look):
    assert contrast(palette[look.ink], palette[look.fill]) >= 4.5


@THEMES
@pytest.mark.parametrize("ink", ["ink", "muted", "error"])
def test_text_on_paper_has_the_contrast_of_wcag_aa(palette, ink):
    assert contrast(palette[ink], palette["paper"]) >= 4.5


@THEMES
@pytest.mark.parametrize("edge", ["line", "read-edge", "here-edge"])
def test_edges_and_the_focus_ring_stand_out_from_paper(palette, edge):
    assert contrast(palette[edge], palette["paper"]) >= 3


@THEMES
@pytest.mark.parametrize("look", [drawing.BAR, *LOOKS.values()], ids=["bar", *LOOKS])
def test_an_edge_stands_out_from_what_it_encloses(palette, look):
    assert contrast(palette[look.edge], palette[look.fill]) >= 3


@pytest.mark.parametrize("colour", SERIES)
def test_a_line_in_a_plot_stands_out_from_white(colour):
    assert contrast(colour, "#ffffff") >= 3


def test_no_two_looks_differ_by_colour_alone():
    shapes = [(k.width, k.dash, k.bold, k.hatched, k.rounded) for k in LOOKS.values()]
    assert len(set(shapes)) == len(shapes)


def test_the_stylesheet_defines_the_variables_it_uses_in_both_themes():
    css = drawing.stylesheet()
    assert LIGHT.keys() == DARK.keys()
    assert set(re.findall(r"var\(--pl-([\w-]+)\)", css)) <= LIGHT.keys()
    for palette in (LIGHT, DARK):
        assert all(f"--pl-{name}: {colour};" in css for name, colour in palette.items())


# --- PNG ------------------------------------------------------------------------------------


def pixels_of(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_png_is_the_same_each_time_and_small():
    pictures = list(PICTURES.values())
    first = drawing.png(pictures, "above", ["below", "below that"])
    assert first == drawing.png(pictures, "above", ["below", "below that"])
    assert len(first) < 40_000


def test_png_is_white_around_and_in_the_light_colours():
    image = pixels_of(drawing.png([PICTURES["hatched"]]))
    assert image[0, 0].tolist() == [255, 255, 255]
    seen = {"#{:02x}{:02x}{:02x}".format(*colour) for colour in image.reshape(-1, 3)}
    assert {LIGHT["read"], LIGHT["read-edge"], LIGHT["line"]} <= seen


def test_png_shows_what_is_lit():
    plain = pixels_of(drawing.png([grid(X)]))
    lit = pixels_of(drawing.png([grid(X, lit={(0, 0): "best"})]))
    changed = np.argwhere((plain != lit).any(axis=-1))
    corner = (12 + drawing.SIDE + 4) * drawing.ZOOM
    assert len(changed)
    assert changed.max() <= corner


def test_png_shows_bars_at_their_length_and_without_any_where_there_is_none():
    bars = [Bar(0, 0, 0, 20, "none"), Bar(0, 30, 60, 20, "long")]
    pixels = pixels_of(drawing.png([drawing.Picture(bars, "none and 60")]))
    fill = [int(LIGHT["best"][k : k + 2], 16) for k in (1, 3, 5)]
    rows, columns = np.nonzero((abs(pixels - np.array(fill)) < 3).all(axis=2))
    assert abs(np.ptp(columns) / drawing.ZOOM - 60) <= 2
    assert abs(np.ptp(rows) / drawing.ZOOM - 20) <= 2


def test_png_grows_with_the_lines_below():
    heights = [pixels_of(drawing.png([grid(X)], "", ["line"] * k)).shape[0] for k in range(3)]
    assert heights[2] - heights[1] == heights[1] - heights[0] == 24 * drawing.ZOOM


def test_png_breaks_a_line_that_is_wider_than_a_page():
    widths = [pixels_of(drawing.png([grid(X)], "", ["word " * k])).shape[1] for k in (20, 22, 60)]
    assert widths[0] < widths[1] == widths[2] < 2 * 950


def test_a_photo_without_a_title_has_no_room_for_one():
    assert photo([[0, 255], [255, 0]], "").box == (0, 0, 2, 2)


def test_a_photo_keeps_its_pixels_in_the_png():
    image = pixels_of(drawing.png([photo([[0, 255], [255, 0]], "", scale=10)]))
    black = (image == 0).all(axis=-1)
    assert black.sum() == 2 * (10 * drawing.ZOOM) ** 2


def test_few_colours_are_kept_exactly():
    image = Image.fromarray(np.uint8([[[255, 255, 255], [1, 2, 3]]]))
    assert np.array_equal(pixels_of(drawing.to_png(image)), np.asarray(image))


# --- shown in a notebook --------------------------------------------------------------------

ALT = 'A line that "rises" from 0 to 1'


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(drawing, "publish", lambda data, metadata: shown.append((data, metadata)))
    return shown


@pytest.fixture
def figure():
    made, axes = plt.subplots(figsize=(3, 2))
    axes.plot([0, 1])
    yield made
    plt.close(made)


def test_show_gives_every_reader_the_alt_text_and_closes_the_figure(displayed, figure):
    drawing.show(figure, ALT)
    ((data, metadata),) = displayed
    tag = ET.fromstring(data["text/html"].split("<style>")[0].replace(">", "/>"))
    assert tag.get("alt") == ALT
    assert tag.get("src") == "data:image/png;base64," + data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"] == ALT
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert int(tag.get("width")) == image.width // drawing.ZOOM
    assert not plt.fignum_exists(figure.number)


def test_show_gives_the_same_bytes_each_time(displayed):
    for _ in range(2):
        made, axes = plt.subplots()
        axes.imshow(np.arange(100).reshape(10, 10))
        drawing.show(made, ALT)
    assert displayed[0] == displayed[1]


def test_a_drawing_turns_dark_with_the_theme_and_a_photo_stays_a_photo(displayed, figure):
    drawing.show(figure, ALT)
    drawing.show_pictures(grid([[1, 2]], "input"), alt=ALT)
    made, axes = plt.subplots()
    axes.imshow(np.arange(100).reshape(10, 10))
    drawing.show(made, ALT)
    drawing.show_pictures(grid([[1, 2]], "input"), photo(np.zeros((2, 2)), "black"), alt=ALT)
    pages = [data["text/html"] for data, _ in displayed]
    assert ["invert" in page for page in pages] == [True, True, False, False]
    assert ["brightness" in page for page in pages] == [False, False, True, True]
    assert all('[data-jp-theme-light="false"] .pl-' in page for page in pages)


@pytest.mark.parametrize("alt", ["", "   ", "A plot"])
def test_show_refuses_an_alt_that_says_nothing_and_shows_nothing(displayed, figure, alt):
    with pytest.raises(ValueError, match="alt must say in a sentence"):
        drawing.show(figure, alt)
    assert not displayed
    assert plt.fignum_exists(figure.number)


def test_pictures_are_read_out_by_their_numbers_if_nothing_better_is_said(displayed):
    drawing.show_pictures(grid([[1, 2]], "input"), grid([[2]], "output"))
    drawing.show_pictures(grid([[1, 2]], "input"), alt="The larger of two numbers stays")
    texts = [data["text/plain"] for data, _ in displayed]
    assert texts == ["input: 1, 2. output: 2", "The larger of two numbers stays"]


def test_style_axes_names_the_axes_and_tells_lines_apart_without_colour(figure):
    (axes,) = figure.axes
    drawing.style_axes(axes, "Error", "shift in pixels", "error in grey levels")
    lines = [axes.plot([k, 1])[0] for k in range(len(SERIES))]
    assert (axes.get_title(), axes.get_xlabel()) == ("Error", "shift in pixels")
    assert len({line.get_marker() for line in lines}) == len(SERIES)
    assert [line.get_color() for line in lines] == list(SERIES)


def test_importing_it_does_not_import_matplotlib_or_widgets():
    code = (
        "import sys, pooling_lab.drawing; "
        "sys.exit(', '.join({'matplotlib', 'ipywidgets', 'torch'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
