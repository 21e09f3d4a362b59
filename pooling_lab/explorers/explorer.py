"""The sliders: every frame is computed here when the explorer is made, the browser shows them.

An explorer is a list of controls and a function from their values to a `Frame`. All frames
travel to the browser in one compressed trait, so a slider answers without asking the kernel,
works in an exported page without one, and re-executing a notebook tries every position.
"""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from pooling_lab import drawing
from pooling_lab.drawing import Picture
from pooling_lab.explorers.modules import bundle

HERE = Path(__file__).parent
MOST_FRAMES = 600
MOST_BYTES = 500_000
COMPRESSION = 6  # a fifth of the time of 9, a hundredth larger


@dataclass(frozen=True)
class Control:
    """One setting of an explorer: its name, what it may be, and where it starts.

    A control with one value is not shown; it still can be read from the explorer.
    """

    name: str
    values: Sequence[Any]
    value: Any
    kind: str = "slider"  # or "checkbox" or "buttons"

    def __post_init__(self) -> None:
        _Choice(self.values, self.name).validate(None, self.value)


@dataclass(frozen=True)
class Step:
    """What the position control stops at: one window, named by cells of the frame's panels."""

    text: str
    here: Sequence[str] = ()  # the cells this step is about; pointing at one selects the step
    reads: Sequence[str] = ()  # the cells it reads; pointing at one lights its readers
    best: Sequence[str] = ()  # of those, the one that wins …
    ties: Sequence[str] = ()  # … and those that are as good

    def lit(self) -> dict[str, str]:
        """Return the look of every cell this step lights."""
        cells = {"read": self.reads, "tie": self.ties, "best": self.best, "here": self.here}
        return {name: look for look, names in cells.items() for name in names}


@dataclass(frozen=True)
class Reduction:
    """How each output follows from the cells its step reads: all that a browser may compute.

    ``pad`` is what a padding cell counts as, empty if it is not counted; ``words`` says that the
    steps name the numbers in words (``max of 1, 2 gives 2``) and light no winner.
    """

    kind: str  # "max", "min" or "average"
    pad: str = ""
    padding: int = 0
    words: bool = False


@dataclass(frozen=True)
class Frame:
    """What an explorer shows for one combination of its settings."""

    summary: str  # one sentence; it is read out when a control moves
    panels: Sequence[Picture]
    steps: Sequence[Step] = ()
    notes: Sequence[str] = ()  # lines below the panels: formulas with the numbers put in
    error: str = ""  # why these settings cannot work
    pointed: Sequence[Step] = ()  # further steps, which pointing at their cells reaches
    reduces: Reduction | None = None  # how outputs follow from changed numbers, without a kernel


class _Choice(traitlets.TraitType[Any, Any]):
    """A trait that takes one of a few values and says which when it is given another."""

    def __init__(self, values: Sequence[Any], name: str, default: Any = None) -> None:
        super().__init__(default_value=default)
        self.values, self.label = values, name

    def validate(self, _: Any, value: Any) -> Any:
        for allowed in self.values:
            if isinstance(value, bool) == isinstance(allowed, bool) and value == allowed:
                return allowed  # a plain Python value even where NumPy's was given
        listed = ", ".join(map(repr, self.values))
        raise traitlets.TraitError(f"{self.label} must be one of {listed}, got {value!r}")


class Explorer(anywidget.AnyWidget):
    """Controls, panels and steps; see `Frame` for what is shown and `Control` for what moves.

    Every control is an attribute: ``explorer.kernel_size = 3`` moves the slider, and moving the
    slider changes the attribute. ``position`` is the step that is lit.

    Parameters
    ----------
    title
        Stands above the controls.
    controls
        The settings; together they may have at most 600 combinations.
    frame
        Called with one keyword argument per control, returns a `Frame`. Called once for every
        combination, when the explorer is made.
    plane
        Numbers that a reader may change, of shape ``(H, W)``. ``frame`` then is called with them
        and returns the function of the controls. ``explorer.edits`` holds the changes, as
        ``{"x0,1": 5}``.
    slides
        The grids (`cell_name`) over which a window can be dragged; the changed numbers stand in
        the first.
    outputs
        The grid of the outputs, which a reader may predict.
    photo
        Called with the bytes of another photo, returns another ``frame``: so a reader may give
        one of their own.

    Raises
    ------
    ValueError
        If there are too many combinations, or the frames too large to travel.
    """

    _esm = bundle("explorer")
    _css = drawing.stylesheet(".pl-explorer") + (HERE / "explorer.css").read_text("utf-8")
    _data = traitlets.Bytes().tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    edits = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        frame: Callable[..., Any],
        *,
        plane: NDArray[Any] | None = None,
        slides: Sequence[str] = (),
        outputs: str = "",
        photo: Callable[[bytes], Callable[..., Frame]] | None = None,
    ) -> None:
        count = math.prod(len(control.values) for control in controls)
        if count > MOST_FRAMES:
            raise ValueError(f"controls must have at most {MOST_FRAMES} combinations, got {count}")
        self._title, self._controls = title, tuple(controls)
        self._frame, self._plane = frame, plane
        self._slides, self._outputs = tuple(slides), outputs
        self._frames: list[Frame] | None = None
        traits: dict[str, Any] = {
            c.name: _Choice(c.values, c.name, c.value).tag(sync=True) for c in controls
        }
        if photo is not None:
            own = traitlets.Bytes().tag(sync=True, from_json=lambda buffer, _: bytes(buffer))
            traits["_photo"] = own
        self._frame_of_photo = photo
        self.add_traits(**traits)
        super().__init__(_data=self._pack())
        if photo is not None:
            self.observe(self._photo_changed, "_photo")

    @property
    def frames(self) -> list[Frame]:
        """The frame of every combination, with the numbers as they have been changed."""
        if self._frames is None:
            frame = self._frame
            if self._plane is not None:
                frame = frame(_edited(self._plane, self.edits, self._slides))
            with _uncollected():
                self._frames = [frame(**each) for each in self.combinations()]
        return self._frames

    @traitlets.validate("edits")
    def _check_edits(self, proposal: Any) -> dict[str, Any]:
        if self._plane is None:
            raise traitlets.TraitError("edits must be empty: no numbers can be changed here")
        _edited(self._plane, proposal["value"], self._slides)
        return dict(proposal["value"])

    @traitlets.observe("edits")
    def _numbers_changed(self, _: Any) -> None:
        """Make the frames anew: those the browser cannot make at once, the others when asked."""
        self._frames = None
        if not any(frame.reduces for frame in self._sent):
            self._data = self._pack()

    def _photo_changed(self, change: Any) -> None:
        assert self._frame_of_photo
        self._frame, self._frames = self._frame_of_photo(change["new"]), None
        self._data = self._pack()

    def _pack(self) -> bytes:
        self._sent = self.frames
        features = {
            "slides": self._slides,
            "outputs": self._outputs,
            "numbers": None if self._plane is None else _plain(self._plane),
            "whole": self._plane is not None and self._plane.dtype.kind in "iu",
            "photo": self._frame_of_photo is not None,
        }
        return _pack(self._title, self._controls, self.frames, features)

    def combinations(self) -> list[dict[str, Any]]:
        """Return the settings of every frame, in the order of ``frames``."""
        names = [control.name for control in self._controls]
        every = itertools.product(*(control.values for control in self._controls))
        return [dict(zip(names, values, strict=True)) for values in every]

    @property
    def settings(self) -> dict[str, Any]:
        """The present value of every control."""
        return {control.name: getattr(self, control.name) for control in self._controls}

    @property
    def frame(self) -> Frame:
        """The frame of the present settings."""
        index = 0
        for control in self._controls:
            index = index * len(control.values) + control.values.index(self.settings[control.name])
        return self.frames[index]

    @property
    def step(self) -> Step | None:
        """The step that is lit: ``position``, or the last if the frame has fewer."""
        steps = self.frame.steps
        return steps[min(self.position, len(steps) - 1)] if steps else None

    def png(self) -> bytes:
        """Return the present frame as a PNG."""
        frame, step = self.frame, self.step
        lit = step.lit() if step else {}
        words = frame.error or (step.text if step else "")
        panels = [replace(panel, lit=lit) for panel in frame.panels]
        below = [words, *frame.notes] if words else frame.notes
        return drawing.png(panels, f"{self._title}: {frame.summary}", below)

    def __str__(self) -> str:
        frame, step = self.frame, self.step
        lines = [frame.error, *(panel.description for panel in frame.panels)]
        return ". ".join(filter(None, [frame.summary, *lines, step.text if step else ""]))

    def __repr__(self) -> str:
        shown = [c.name for c in self._controls if len(c.values) > 1]
        return f"<{self._title}: {', '.join(f'{name}={getattr(self, name)!r}' for name in shown)}>"

    def _ipython_display_(self) -> None:
        """Display the picture, and after it the live view, which hides the picture.

        They are two outputs, because a front end shows the view of one that has both, also where
        a notebook was opened again and no model came with it: then the picture is there.
        """
        has_photo = any(panel.has_photo for panel in self.frame.panels)
        data, metadata = drawing.display_bundle(self.png(), str(self), photo=has_photo, live=True)
        drawing.publish(data, metadata)
        view, _ = self._repr_mimebundle_() or ({}, {})
        drawing.publish({kind: view[kind] for kind in view if kind != "text/plain"}, {})


def _edited(plane: NDArray[Any], edits: dict[str, Any], slides: Sequence[str]) -> NDArray[Any]:
    """Return a plane of numbers with some changed; it stays one of integers as long as it can."""
    if not edits:
        return plane
    values = plane.astype(object)
    names = {drawing.cell_name(slides[0], *place): place for place in np.ndindex(*plane.shape)}
    for name, value in edits.items():
        if name not in names:
            raise traitlets.TraitError(
                f"edits must name cells such as {slides[0]}0,0, got {name!r}"
            )
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise traitlets.TraitError(f"edits must be numbers, got {value!r}") from None
        values[names[name]] = int(number) if number.is_integer() else number
    whole = plane.dtype.kind in "iu" and all(isinstance(v, int) for v in values.flat)
    return values.astype(np.int64 if whole else float)


def _plain(plane: NDArray[Any]) -> list[list[float | str]]:
    """Return numbers as JSON has them; it has neither infinity nor NaN."""
    words = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return [
        ["NaN" if value != value else words.get(value, value) for value in row]
        for row in plane.tolist()
    ]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for garbage: of all the objects that frames are made of none is any.

    Looking took half the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class _Parts:
    """Fragments of the frames, each kept once: frames share most of theirs."""

    index: dict[str, int] = field(default_factory=dict)  # by their JSON, in order
    pictures: dict[int, int] = field(default_factory=dict)

    def add(self, part: Any) -> int:
        """Return the number of a fragment, new or known."""
        return self.index.setdefault(_json(part), len(self.index))

    def add_picture(self, picture: Picture) -> int:
        """Return the number of a panel; one that many frames share is drawn once."""
        if id(picture) not in self.pictures:
            self.pictures[id(picture)] = self.add(_panel(picture, self))
        return self.pictures[id(picture)]


def _pack(
    title: str, controls: Sequence[Control], frames: Sequence[Frame], features: dict[str, Any]
) -> bytes:
    """Return everything the browser shows, as gzip'd JSON."""
    parts = _Parts()
    with _uncollected():
        packed = [_pack_frame(frame, parts) for frame in frames]
    settings = [{"name": c.name, "values": [*c.values], "kind": c.kind} for c in controls]
    texts = {"title": _json(title), "controls": _json(settings)}
    texts["parts"] = f"[{','.join(parts.index)}]"  # which are JSON already
    texts |= {name: _json(value) for name, value in {"frames": packed, **features}.items()}
    text = f"{{{','.join(f'{_json(name)}:{value}' for name, value in texts.items())}}}"
    data = gzip.compress(text.encode(), COMPRESSION, mtime=0)
    if len(data) > MOST_BYTES:
        raise ValueError(
            f"the frames take {len(data):,} bytes, at most {MOST_BYTES:,} may travel: "
            "show fewer controls or a smaller input"
        )
    return data


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pack_frame(frame: Frame, parts: _Parts) -> dict[str, Any]:
    """Return a frame as numbers of parts; ``walk`` is how many of its steps have a position."""
    steps = [*frame.steps, *frame.pointed]
    return {
        "summary": parts.add(frame.summary),
        "error": parts.add(frame.error),
        "notes": parts.add(frame.notes),
        "panels": [parts.add_picture(panel) for panel in frame.panels],
        "walk": len(frame.steps),
        "reduces": parts.add(frame.reduces and asdict(frame.reduces)),
        "texts": parts.add([step.text for step in steps]),
        "here": parts.add([step.here for step in steps]),
        "reads": parts.add([parts.add(step.reads) for step in steps]),  # frames share these
        "best": parts.add([step.best for step in steps]),
        "ties": parts.add([step.ties for step in steps]),
    }


def _panel(panel: Picture, parts: _Parts) -> str:
    """Return a panel as SVG or HTML; its photos, which other panels may show too, become parts."""
    text = panel.html or drawing.svg(panel)
    for shape in panel.shapes:
        if isinstance(shape, drawing.Photo):
            address = drawing.data_uri(shape.png)
            text = text.replace(address, f"part:{parts.add(address)}")
    return text
