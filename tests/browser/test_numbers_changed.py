"""What the browser computes when a number is changed is what Python computes: every frame."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from pooling_lab.drawing import number
from pooling_lab.explorers import Explorer, adaptive_explorer, window_explorer
from pooling_lab.explorers.modules import bundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODULE = bundle("numbers") + "\nexport { unpack, frameOf };"
LOAD = """async text => {
  window.numbers = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
}"""
EVERY_FRAME = """async ([packed, edits]) => {
  const { unpack, frameOf, edited, recomputed } = window.numbers;
  const data = await unpack(Uint8Array.from(atob(packed), c => c.charCodeAt(0)));
  const plane = edited(data.numbers, edits, data.slides[0]);
  let settings = [{}];
  for (const { name, values } of data.controls)
    settings = settings.flatMap(s => values.map(value => ({ ...s, [name]: value })));
  return settings.map(setting => {
    const frame = frameOf(data, name => setting[name]);
    if (!frame.reduces) return null;
    const { outputs, steps } = recomputed(frame, plane, data.slides[0], data.whole);
    const { texts, best, ties } = steps;
    return { outputs: [...outputs.values()], texts, best, ties };
  });
}"""
WIDE = [[255, 250, 0, 3], [7, 7, 7, 7]]
PLANES = {
    "as it stands": (window_explorer, {}),
    "a whole number": (window_explorer, {"x1,1": -3, "x5,5": 99}),
    "decimals": (window_explorer, {"x0,0": 0.1, "x0,1": 0.2, "x1,0": -0.35, "x3,3": 2.125}),
    "NaN": (window_explorer, {"x2,2": "NaN", "x2,3": "NaN"}),
    "infinities": (window_explorer, {"x0,0": "Infinity", "x0,1": "-Infinity", "x4,4": "Infinity"}),
    "ties": (window_explorer, {f"x{r},{c}": 5 for r in range(4) for c in range(5)}),
    "uint8": (lambda: window_explorer(np.array(WIDE, np.uint8)), {"x0,0": -1}),
    "pads not counted": (lambda: window_explorer(count_include_pad=False), {"x0,0": 0.7}),
    "floats": (lambda: window_explorer(np.linspace(-1, 1, 20).reshape(4, 5)), {"x1,1": 7}),
    "a single row": (lambda: window_explorer([[1, 2, 3, 4, 5]]), {"x0,2": 9.25}),
    "adaptive bins": (adaptive_explorer, {"x0,1": -2.5, "x0,4": "NaN"}),
}


@pytest.fixture
def loaded(page: Page) -> Page:
    page.goto("about:blank")
    page.evaluate(LOAD, MODULE)
    return page


@pytest.mark.parametrize(("make", "edits"), PLANES.values(), ids=PLANES)
def test_every_frame_is_pythons(loaded, make, edits):
    explorer: Explorer = make()
    packed = base64.b64encode(explorer._data).decode()
    got = loaded.evaluate(EVERY_FRAME, [packed, edits])
    explorer.edits = edits
    assert explorer._data == base64.b64decode(packed)  # the browser needs no other
    assert len(got) == len(explorer.frames)
    for setting, frame, seen in zip(explorer.combinations(), explorer.frames, got, strict=True):
        assert (frame.reduces is None) == bool(frame.error) == (seen is None), setting
        if seen is None:
            continue
        drawn = [cell.text for cell in frame.panels[1].shapes if getattr(cell, "name", "")]
        assert seen["outputs"] == drawn, setting
        assert seen["texts"] == [step.text for step in frame.steps], setting
        assert seen["best"] == [[*step.best] for step in frame.steps], setting
        assert seen["ties"] == [[*step.ties] for step in frame.steps], setting


EDGES = [
    0.0, -0.0, 0.125, 0.375, -0.625, 0.875, 2.5, 0.005, 0.00499, 0.0049999, 1e-5, 9.96e-5, 99.995,
    999999.9951, 1e6, 1.25e6, 1.35e6, 9.95e6, 999999.125, 1e-4, 0.1 + 0.2, 1 / 3, 2e-300, 1e300, 5.0
]  # fmt: skip


def written(page: Page, values: list[float]) -> list[str]:
    texts = json.dumps([repr(value) for value in values])
    return page.evaluate(f"{texts}.map(text => window.numbers.number(Number(text)))")


def test_numbers_are_written_as_python_writes_them(loaded):
    @settings(max_examples=20, deadline=None, database=None, derandomize=True)
    @given(
        st.lists(
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False),
                st.integers(-(10**7), 10**7).map(lambda n: n / 1000),
                st.integers(-8000, 8000).map(lambda n: n / 8),
                st.integers(10**6, 10**9).map(float),
            ),
            min_size=200,
            max_size=200,
        )
    )
    def agree(values: list[float]) -> None:
        got = written(loaded, values)
        assert got == [number(value) for value in values]

    assert written(loaded, EDGES) == [number(value) for value in EDGES]
    agree()


TYPED = {"−3": "−3", " 2,5 ": "2.5", "-inf": "−∞", "∞": "∞", "NaN": "NaN", "1e2": "100"}


def test_what_is_typed_is_read(loaded):
    for typed, expected in TYPED.items():
        script = "text => window.numbers.number(window.numbers.read(text))"
        assert loaded.evaluate(script, typed) == expected
    for typed in ("", "abc", "1 2", "--1", "0x"):
        assert loaded.evaluate("text => window.numbers.read(text)", typed) is None
