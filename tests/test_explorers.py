"""The explorers by their traits, without a browser: every frame of every slider position."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import math
import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets
from PIL import Image

from pooling_lab import drawing
from pooling_lab.data import load_photo
from pooling_lab.drawing import Bar, Cell, Photo, grid, number
from pooling_lab.exercises import guarded_run
from pooling_lab.explorers import (
    Control,
    Explorer,
    Step,
    adaptive_explorer,
    gradient_explorer,
    photo_explorer,
    receptive_field_explorer,
    shift_explorer,
    stochastic_explorer,
    vgg16_explorer,
    window_explorer,
)
from pooling_lab.explorers.explorer import MOST_BYTES, MOST_FRAMES
from pooling_lab.explorers.photo import VALUES as PHOTO_VALUES
from pooling_lab.explorers.window import EXAMPLE
from pooling_lab.pooling import avg_pool2d, max_pool2d

X = np.array(EXAMPLE)
TIES = np.array([[2, 2, 0], [2, 1, 1], [0, 0, 0]])


def unpack(explorer):
    """What the browser gets, its parts put back in their places."""
    data = json.loads(gzip.decompress(explorer._data))
    parts = data["parts"]
    frames = [
        {key: parts[part] for key, part in frame.items() if key not in ("walk", "panels")}
        | {"walk": frame["walk"], "panels": [parts[part] for part in frame["panels"]]}
        for frame in data["frames"]
    ]
    for frame in frames:
        frame["reads"] = [parts[part] for part in frame["reads"]]
    return {**data, "frames": frames}


def cells_of(picture):
    return {shape.name: shape for shape in picture.shapes if isinstance(shape, Cell | Bar)}


def torch_pool(x, pool, kernel_size, stride, padding, dilation, ceil_mode, count_include_pad):
    """The same by PyTorch; None where PyTorch refuses or has no such argument."""
    plane = torch.tensor(np.asarray(x, dtype=float))[None, None]
    try:
        if pool == "average":
            if dilation != 1:
                return None
            window = (kernel_size, stride, padding, ceil_mode, count_include_pad)
            return F.avg_pool2d(plane, *window)[0, 0].numpy()
        sign = -1 if pool == "min" else 1
        window = (kernel_size, stride, padding, dilation, ceil_mode)
        return sign * F.max_pool2d(sign * plane, *window)[0, 0].numpy()
    except RuntimeError:
        return None


# --- the window explorer --------------------------------------------------------------------


@pytest.fixture(scope="module")
def window():
    return window_explorer()


@pytest.fixture(scope="module")
def cases(window):
    """Every combination of settings with its frame and what PyTorch gives for it."""
    return [
        (settings, frame, torch_pool(X, **settings))
        for settings, frame in zip(window.combinations(), window.frames, strict=True)
    ]


def test_every_combination_has_a_frame(window):
    combinations = window.combinations()
    assert len(window.frames) == len(combinations) == 3 * 4 * 4 * 3 * 2 * 2
    assert len({tuple(settings.items()) for settings in combinations}) == len(combinations)


def test_the_output_of_every_frame_is_pytorchs(cases):
    for settings, frame, expected in cases:
        if expected is None:
            assert frame.error, settings
            assert not frame.steps
            continue
        texts = {name: cell.text for name, cell in cells_of(frame.panels[1]).items()}
        assert texts == {f"y{r},{c}": number(v) for (r, c), v in np.ndenumerate(expected)}, settings
        assert not frame.error


def test_both_kinds_of_frame_were_among_them(cases):
    refused = sum(expected is None for _, _, expected in cases)
    assert 100 < refused < len(cases) - 100


def test_every_calculation_gives_the_number_beside_it(cases):
    words = {"max": lambda *cells: max(cells), "min": lambda *cells: min(cells), "inf": math.inf}
    for settings, frame, expected in cases:
        for step, value in zip(frame.steps, np.ravel(expected), strict=expected is not None):
            left, right = re.split(" [=≈] ", step.text.split(", the first")[0])
            left = left.replace("−", "-").replace("∞", "inf")
            assert math.isclose(eval(left, words), value), (settings, step.text)
            assert right == number(value)


def test_every_step_names_cells_that_are_drawn(cases):
    for settings, frame, _ in cases:
        before, after = map(cells_of, frame.panels)
        assert [step.here for step in frame.steps] == [[name] for name in after if frame.steps]
        for step in frame.steps:
            assert len(step.reads) == settings["kernel_size"] ** 2
            assert {*step.best, *step.ties} <= {*step.reads} <= before.keys(), settings


def test_the_winner_is_the_largest_cell_and_the_first_of_its_equals():
    frame = window_explorer(TIES, controls=["pool"]).frame
    assert frame.steps[0] == Step(
        "max(2, 2, 2, 1) = 2, the first of 3 equal",
        here=["y0,0"],
        reads=["x0,0", "x0,1", "x1,0", "x1,1"],
        best=["x0,0"],
        ties=["x0,1", "x1,0"],
    )
    assert frame.steps[0].lit() == {
        "x0,0": "best", "x0,1": "tie", "x1,0": "tie", "x1,1": "read", "y0,0": "here",
    }  # fmt: skip


def test_the_formula_of_every_frame_gives_its_output_size(cases):
    for settings, frame, expected in cases:
        shown, substituted = frame.notes[:2]
        rounding = "ceil" if settings["ceil_mode"] else "floor"
        assert shown.startswith(f"output size = {rounding}((size + 2·padding")
        text = substituted.removeprefix("rows and columns: ").replace("·", "*").replace("−", "-")
        left, right = text.split(" = ")
        windows = eval(left, {"floor": math.floor, "ceil": math.ceil})
        assert windows == int(right.split(",")[0])
        if expected is not None:
            assert int(re.findall(r"-?\d+", right)[-1]) == len(expected), settings


def test_rows_and_columns_have_a_formula_each_where_they_differ():
    notes = window_explorer(np.zeros((4, 7)), controls=[]).frame.notes
    assert [note.split(":")[0] for note in notes[1:3]] == ["rows", "columns"]


def test_a_last_window_in_the_padding_is_told():
    explorer = window_explorer([[1, 2], [3, 4]], kernel_size=2, stride=3, padding=1, ceil_mode=True)
    assert explorer.frame.notes[1].endswith(
        "= 2, less 1 because the last window would start beyond the data: 1"
    )


EXPLAINED = [
    ("dropped cells", {"kernel_size": 4, "stride": 4}, "Hatched: 20 of 36 cells are read by no"),
    ("max padding", {"padding": 1}, "Dashed: padding, counts as −∞."),
    ("min padding", {"pool": "min", "padding": 1}, "Dashed: padding, counts as ∞."),
    ("average padding", {"pool": "average", "padding": 1}, "Dashed: padding, counts as 0."),
    (
        "average without",
        {"pool": "average", "padding": 1, "count_include_pad": False},
        "Dashed: padding, not counted.",
    ),
    ("ceil", {"kernel_size": 3, "stride": 2, "ceil_mode": True}, "Dotted: past the padded edge"),
]


@pytest.mark.parametrize(
    ("settings", "note"), [e[1:] for e in EXPLAINED], ids=[e[0] for e in EXPLAINED]
)
def test_cells_that_look_unusual_are_explained(settings, note):
    notes = window_explorer(controls=[], **settings).frame.notes
    assert [line for line in notes[2:] if line.startswith(note)]
    assert not window_explorer(controls=[]).frame.notes[2:]


def test_pads_that_do_not_count_are_left_out_of_the_average():
    explorer = window_explorer(pool="average", padding=1, count_include_pad=False, controls=[])
    assert explorer.frame.steps[0].text == "(3) / 1 = 3"
    assert explorer.frame.steps[1].text == "(1 + 0) / 2 = 0.5"


def test_negative_and_rounded_numbers_are_written_as_such():
    explorer = window_explorer([[-1, 2], [0, 1 / 3]], "average", controls=[])
    assert explorer.step.text == "((−1) + 2 + 0 + 0.33) / 4 ≈ 0.33"


def test_nan_and_infinity_are_shown():
    explorer = window_explorer([[np.nan, 1, np.inf, 0]], kernel_size=1, controls=["pool"])
    texts = [cell.text for cell in cells_of(explorer.frame.panels[1]).values()]
    assert texts == ["NaN", "1", "∞", "0"]


def test_an_impossible_setting_says_why_in_the_librarys_words():
    explorer = window_explorer(padding=2)
    with pytest.raises(ValueError) as caught:
        max_pool2d(X, 2, padding=2)
    assert explorer.frame.error == str(caught.value)
    assert explorer.frame.summary == "max pooling, input 6 × 6: no output"
    assert explorer.step is None
    explorer.pool, explorer.padding, explorer.dilation = "average", 0, 2
    assert explorer.frame.error == "avg_pool2d has no dilation"


def test_the_digits_of_the_lessons_travel_with_every_control(window):
    assert len(window._data) < 150_000
    assert len(window_explorer(np.arange(64).reshape(8, 8))._data) < MOST_BYTES


NOT_A_PLANE = [[1, 2], np.zeros((1, 2, 2)), [["a"]], [[True]], [[1j]]]


@pytest.mark.parametrize("x", NOT_A_PLANE, ids=["1d", "3d", "text", "bool", "complex"])
def test_anything_but_a_plane_of_numbers_is_refused(x):
    with pytest.raises(ValueError, match=r"x must be one plane \(H, W\) of numbers, got "):
        window_explorer(x)


def test_the_input_is_not_kept_by_reference():
    x = X.copy()
    explorer = window_explorer(x, controls=["kernel_size"])
    x[:] = 0
    assert explorer.step.text == "max(3, 1, 4, 8) = 8"


# --- a student's own function ---------------------------------------------------------------


def own_max(x, kernel_size, stride):
    rows = range(0, x.shape[0] - kernel_size + 1, stride)
    columns = range(0, x.shape[1] - kernel_size + 1, stride)
    return [[x[r : r + kernel_size, c : c + kernel_size].max() for c in columns] for r in rows]


def test_a_students_function_gets_the_controls_it_has_arguments_for():
    explorer = window_explorer(pool=own_max)
    moving = [c.name for c in explorer._controls if len(c.values) > 1]
    assert moving == ["kernel_size", "stride"]
    assert explorer.pool == "own_max"
    for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True):
        expected = max_pool2d(X, settings["kernel_size"], settings["stride"])
        assert frame.panels[1].description.endswith(grid(expected).description)
    assert explorer.step.text == "own_max of 3, 1, 4, 8 gives 8"


def test_a_students_function_without_a_stride_moves_by_its_window():
    explorer = window_explorer(pool=lambda x, kernel_size: avg_pool2d(x, kernel_size))
    assert [c.name for c in explorer._controls if len(c.values) > 1] == ["kernel_size"]
    explorer.kernel_size = 3
    assert explorer.frame.summary == "<lambda> pooling, input 6 × 6, output 2 × 2"


def raises(x, kernel_size, stride):
    return x[99]


def one_row_too_many(x, kernel_size, stride):
    return np.zeros((x.shape[0] // stride + 1, 3))


def ragged(x, kernel_size, stride):
    return [[1], [1, 2]]


def nothing(x, kernel_size, stride):
    pass


def complains(x, kernel_size, stride):
    assert kernel_size > 9


BROKEN = [
    (raises, r"^raises raised IndexError: index 99 is out of bounds"),
    (one_row_too_many, r"^one_row_too_many returned shape \(4, 3\), but \(3, 3\) windows fit$"),
    (ragged, r"^ragged raised ValueError: "),
    (nothing, r"^nothing must return numbers, it returned object$"),
    (complains, r"^complains raised AssertionError"),
]


@pytest.mark.parametrize("make", [window_explorer, photo_explorer], ids=["window", "photo"])
@pytest.mark.parametrize(("function", "message"), BROKEN, ids=[b[0].__name__ for b in BROKEN])
def test_a_broken_function_gets_a_frame_that_says_so(make, function, message):
    if make is photo_explorer:
        explorer = photo_explorer(np.zeros((6, 6)), pool=function)
    else:
        explorer = window_explorer(pool=function)
    assert re.search(message, explorer.frame.error)
    assert "no output" in explorer.frame.summary
    assert len(explorer.frame.panels) == len(explorer.frames[-1].panels)


def test_a_function_may_change_its_input_and_print_without_harm(capsys):
    def careless(x, kernel_size):
        print("hello")
        x[:] = 0
        return max_pool2d(x, kernel_size)

    explorer = window_explorer(pool=careless)
    assert capsys.readouterr().out == ""
    assert explorer.frame.panels[0].description.startswith("input 6 × 6: 3, 1, 0")


def test_impossible_settings_are_told_before_the_function_is_called():
    def with_padding(x, kernel_size, padding):
        return max_pool2d(x, kernel_size, padding=padding)

    explorer = window_explorer(pool=with_padding, padding=2)
    assert explorer.frame.error.startswith("padding must be at most half of kernel_size")


def test_an_endless_loop_is_stopped_and_no_other_call_is_tried(monkeypatch):
    monkeypatch.setattr(guarded_run, "TIME_LIMIT", 0.2)
    calls = []

    def endless(x, kernel_size, stride):
        calls.append(kernel_size)
        while kernel_size == 2:
            pass
        return max_pool2d(x, kernel_size, stride)

    explorer = window_explorer(pool=endless, kernel_size=1, stride=1)
    assert calls == [1, 1, 1, 1, 2]
    assert not explorer.frame.error
    assert re.match(r"endless with kernel_size=2, stride=1 did not end", explorer.frames[4].error)
    assert all(frame.error.startswith("not tried, because ") for frame in explorer.frames[5:])


def test_a_function_that_would_end_the_kernel_gets_a_frame_that_says_so():
    def leaves(x, kernel_size):
        raise SystemExit("bye")

    assert window_explorer(pool=leaves).frame.error.startswith("leaves raised SystemExit: bye")


@pytest.mark.parametrize("make", [window_explorer, photo_explorer])
def test_a_function_with_other_arguments_is_refused_by_name(make):
    with pytest.raises(TypeError, match=r"these names: <lambda> also needs k, s$"):
        make(pool=lambda x, k, s: x)


# --- the photo explorer ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def gray():
    return photo_explorer("camera")


def photos_of(picture):
    return [shape for shape in picture.shapes if isinstance(shape, Photo)]


def test_every_photo_is_pytorchs_at_its_true_size_and_enlarged(gray):
    """A gray photo keeps all its levels; a coloured one is reduced to 64 colours for display."""
    x = load_photo("camera")
    assert len(gray.frames) == 3 * math.prod(map(len, PHOTO_VALUES.values()))
    for settings, frame in zip(gray.combinations(), gray.frames, strict=True):
        expected = np.rint(torch_pool(x, **settings))
        (before,), (after,), (large,) = map(photos_of, frame.panels)
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(after.png))), expected), settings
        assert (after.height, after.width) == expected.shape
        assert large.png == after.png
        assert math.isclose(large.width, before.width)


def test_the_share_of_pixels_kept_is_counted(gray):
    for frame in gray.frames:
        (before,), (after,) = map(photos_of, frame.panels[:2])
        share = 100 * after.width * after.height / before.width / before.height
        told = float(re.search(r"([\d.]+) % of the pixels kept", frame.summary)[1])
        assert math.isclose(told, share, rel_tol=0.01)


def test_without_a_stride_control_the_stride_follows_the_window():
    explorer = photo_explorer(np.zeros((12, 12, 3)), controls=["kernel_size"])
    explorer.kernel_size = 3
    assert explorer.frame.summary == (
        "max pooling: 12 × 12 becomes 4 × 4, 11.1 % of the pixels kept"
    )


def test_colours_are_pooled_each_for_itself():
    x = np.zeros((2, 2, 3), np.uint8)
    x[0, 0, 0] = x[1, 1, 2] = 200
    (after,) = photos_of(photo_explorer(x, controls=[]).frame.panels[1])
    assert Image.open(io.BytesIO(after.png)).convert("RGB").getpixel((0, 0)) == (200, 0, 200)


@pytest.mark.parametrize("shape", [(4,), (4, 4, 4), (1, 3, 4, 4)])
def test_anything_but_a_photo_is_refused(shape):
    with pytest.raises(ValueError, match=r"x must be a photo \(H, W\) or \(H, W, 3\), got shape"):
        photo_explorer(np.zeros(shape))


def test_a_photo_of_ones_own_comes_from_a_file_and_is_made_small_enough(tmp_path):
    colours = np.zeros((300, 600, 3), np.uint8)
    colours[:, 300:] = (250, 10, 10)
    turned = Image.Exif()
    turned[0x0112] = 6  # taken upright: to be turned by a quarter
    Image.fromarray(colours).save(tmp_path / "own.jpg", exif=turned)
    explorer = photo_explorer(tmp_path / "own.jpg", controls=["kernel_size"])
    assert explorer.frame.panels[0].description == "input 224 × 112"
    assert photo_explorer(str(tmp_path / "own.jpg"), controls=[])._data
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    (before,) = photos_of(photo_explorer(tmp_path / "clear.png", controls=[]).frame.panels[0])
    assert Image.open(io.BytesIO(before.png)).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_photo_given_in_the_browser_makes_other_frames():
    explorer = photo_explorer("camera", controls=["kernel_size"])
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(buffer, "PNG")
    before = explorer._data
    explorer._photo = buffer.getvalue()
    assert explorer.frame.summary == "max pooling: 20 × 40 becomes 10 × 20, 25 % of the pixels kept"
    assert explorer._data != before


@pytest.mark.parametrize("content", [None, b"no photo"], ids=["no file", "no photo"])
def test_what_leads_to_no_photo_is_refused(tmp_path, content):
    if content:
        (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"x must be (one of astronaut, camera or )?a photo"):
        photo_explorer(str(tmp_path / "x.png"))


# --- what every explorer keeps --------------------------------------------------------------

MAKERS = {
    "window": window_explorer,
    "photo": photo_explorer,
    "window, own function": lambda: window_explorer(pool=own_max),
    "photo, one slider": lambda: photo_explorer("camera", controls=["kernel_size"]),
    "adaptive": adaptive_explorer,
    "gradient": gradient_explorer,
    "receptive field": receptive_field_explorer,
    "shift": shift_explorer,
    "VGG16": vgg16_explorer,
    "stochastic": stochastic_explorer,
}


@pytest.fixture(scope="module", params=MAKERS.values(), ids=MAKERS)
def explorer(request):
    return request.param()


def test_a_minus_is_a_minus_sign(explorer):
    data = unpack(explorer)
    texts = [frame[key] for frame in data["frames"] for key in ("summary", "texts", "notes")]
    texts += [re.sub(r"<[^>]+>", " ", panel) for f in data["frames"] for panel in f["panels"]]
    hyphens = {found for text in texts for found in re.findall(r"\S*(?<!\w)-\d\S*", str(text))}
    assert not hyphens


def test_everything_that_is_shown_travels(explorer):
    data = unpack(explorer)
    assert [control["name"] for control in data["controls"]] == [*explorer.settings]
    assert len(explorer._data) <= MOST_BYTES
    assert len(data["frames"]) == len(explorer.frames) <= MOST_FRAMES
    for sent, frame in zip(data["frames"], explorer.frames, strict=True):
        assert sent["summary"] == frame.summary
        assert sent["error"] == frame.error
        assert sent["notes"] == [*frame.notes]
        assert sent["reduces"] == (frame.reduces and vars(frame.reduces))
        assert sent["walk"] == len(frame.steps)
        assert sent["texts"] == [step.text for step in (*frame.steps, *frame.pointed)]
        assert sent["reads"] == [[*step.reads] for step in (*frame.steps, *frame.pointed)]
        assert len(sent["panels"]) == len(frame.panels) == len(explorer.frames[0].panels)


def test_every_step_names_cells_that_its_frame_draws(explorer):
    for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True):
        drawn = {name for panel in frame.panels for name in cells_of(panel)}
        for step in (*frame.steps, *frame.pointed):
            assert step.lit().keys() <= drawn, (settings, step.text)
            assert step.here, (settings, step.text)


def test_no_cell_has_two_steps_of_its_own(explorer):
    for frame in explorer.frames:
        owned = [name for step in (*frame.steps, *frame.pointed) for name in step.here]
        assert len(owned) == len({*owned})


def test_photos_in_the_panels_are_parts_that_exist(explorer):
    data = unpack(explorer)
    numbers = re.findall(r"part:(\d+)", json.dumps([f["panels"] for f in data["frames"]]))
    assert bool(numbers) == explorer._title.startswith("Photo")
    assert all(data["parts"][int(k)].startswith("data:image/png;base64,") for k in numbers)


def test_every_control_and_the_position_are_traits_that_sync(explorer):
    synced = explorer.traits(sync=True)
    assert {*explorer.settings, "position", "_data"} <= synced.keys()


def test_a_control_moved_in_python_selects_its_frame(explorer):
    names = [control.name for control in explorer._controls]
    choices = [control.values for control in explorer._controls]
    for index, values in enumerate(itertools.product(*choices)):
        with explorer.hold_trait_notifications():
            for name, value in zip(names, values, strict=True):
                setattr(explorer, name, value)
        assert explorer.frame is explorer.frames[index]


def test_it_is_stored_as_a_picture_with_words_and_shown_live_after_it(explorer, monkeypatch):
    published = []
    monkeypatch.setattr(drawing, "publish", lambda *bundle: published.append(bundle))
    explorer._ipython_display_()
    (data, metadata), (view, _) = published
    assert [*view] == ["application/vnd.jupyter.widget-view+json"]
    assert data["text/plain"] == metadata["image/png"]["alt"] == str(explorer)
    assert explorer.frame.summary in data["text/plain"]
    assert data["text/html"].startswith("<img alt=")
    assert len(data["image/png"]) < 150_000


def test_its_words_name_no_address_in_memory(explorer):
    assert " at 0x" not in repr(explorer) + str(explorer)
    assert repr(explorer).startswith(f"<{explorer._title}: ")


def test_two_alike_are_stored_alike():
    one, other = (window_explorer(controls=["kernel_size"]) for _ in range(2))
    assert one._data == other._data
    assert one.png() == other.png()


def test_changed_numbers_make_other_frames_and_none_that_is_none_is_taken(window):
    explorer = window_explorer(controls=["kernel_size"])
    explorer.edits = {"x0,0": 9, "x1,1": -2.5}
    assert explorer.step.text == "max(9, 1, 4, −2.5) = 9"
    assert X[0, 0] == 3
    for wrong, message in [
        ({"x6,0": 1}, r"edits must name cells such as x0,0, got 'x6,0'"),
        ({"x0,0": "five"}, r"edits must be numbers, got 'five'"),
        ({"x0,0": None}, r"edits must be numbers, got None"),
    ]:
        with pytest.raises(traitlets.TraitError, match=message):
            explorer.edits = wrong
    assert explorer.step.text == "max(9, 1, 4, −2.5) = 9"
    explorer.edits = {}
    assert explorer.step.text == "max(3, 1, 4, 8) = 8"
    with pytest.raises(traitlets.TraitError, match="no numbers can be changed here"):
        vgg16_explorer().edits = {"x0,0": 1}


def test_a_students_function_is_asked_anew_when_a_number_is_changed():
    explorer = window_explorer(pool=own_max)
    before = explorer._data
    explorer.edits = {"x0,0": 99}
    assert explorer.step.text == "own_max of 99, 1, 4, 8 gives 99"
    assert explorer._data != before  # the browser is sent what it cannot compute


def test_the_position_is_kept_within_the_steps(window):
    window.kernel_size, window.position = 1, 8
    assert window.step is window.frame.steps[8]
    window.kernel_size = 4
    assert window.step is window.frame.steps[-1]
    with pytest.raises(traitlets.TraitError):
        window.position = -1


WRONG = [("kernel_size", 9), ("kernel_size", 2.5), ("kernel_size", True), ("pool", "median")]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_the_control_has_not_is_refused_by_name(window, name, value):
    before = window.settings
    with pytest.raises(traitlets.TraitError, match=rf"^{name} must be one of .*, got {value!r}$"):
        setattr(window, name, value)
    assert window.settings == before


def test_a_number_of_numpy_becomes_a_plain_one(window):
    window.kernel_size = np.int64(3)
    assert type(window.kernel_size) is int


@pytest.mark.parametrize("make", [window_explorer, photo_explorer])
def test_wrong_starts_are_refused(make):
    with pytest.raises(ValueError, match="pool must be one of max, average, min or a function"):
        make(pool="median")
    with pytest.raises(ValueError, match=r"controls must be among .*, got 'kernal_size'"):
        make(controls=["kernal_size"])
    with pytest.raises(traitlets.TraitError, match="kernel_size must be one of"):
        make(kernel_size=5)


def test_too_many_combinations_are_refused_before_any_frame_is_made():
    controls = [Control(name, range(25), 0) for name in ("one", "two")]
    with pytest.raises(ValueError, match="at most 600 combinations, got 625"):
        Explorer("Test", controls, lambda **_: pytest.fail("a frame was made"))


def test_frames_too_large_to_travel_are_refused():
    noise = np.random.default_rng(0).integers(0, 256, (800, 800))
    with pytest.raises(ValueError, match=r"the frames take [\d,]+ bytes, at most 500,000 may"):
        photo_explorer(noise, kernel_size=1, controls=[])
