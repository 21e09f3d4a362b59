"""Where many answers are right, a wrong one is told what it leads to itself."""

import numpy as np
import pytest

from pooling_lab import exercises

TASKS = {id: exercises.show(id) for id in exercises.ids()}
IMAGE = TASKS["break-it"].numbers["x"]
INK = np.kron(IMAGE.reshape(4, 2, 4, 2).max(axis=(1, 3)), np.ones((2, 2)))
DROPPED = exercises.get("dropped-cells").solution(**TASKS["dropped-cells"].numbers)
READ = next(n for n in range(99) if n not in DROPPED)

GIVES = [
    ("a window that leads elsewhere", "choose-window", (9, 5, 1), "It turns (84, 75) into (16,"),
    ("a window too small", "choose-window", (3, 2, 1), "kernel_size is 3: allowed are 8 and 9"),
    ("padding too wide", "choose-window", (8, 11, 5), "padding is 5: more than half"),
    ("a step of zero", "choose-window", (8, 0, 0), "each step is at least 1"),
    ("larger than the map", "choose-window", (99, 1, 0), "it fits in"),
    ("two numbers", "choose-window", (8, 11), "three whole numbers"),
    ("half a pixel", "choose-window", (8, 2.5, 1), "three whole numbers"),
    (
        "a stack that sees less",
        "design-receptive-field",
        [(3, 1), (2, 2)],
        "sees 4 pixels, and 31 are",
    ),
    ("a kernel of 9", "design-receptive-field", [(3, 1), (9, 1)], "Layer 2, (9, 1), is not"),
    (
        "13 layers",
        "design-receptive-field",
        [(3, 1)] * 13,
        "a jump of 1, and 8 is wanted",
    ),
    ("13 layers are counted", "design-receptive-field", [(3, 1)] * 13, "13 layers; at most 12"),
    ("one layer without a list", "design-receptive-field", (3, 1), "list of pairs"),
    ("grey", "break-it", IMAGE / 2, "each 0 or 1"),
    ("half an image", "break-it", IMAGE[:4], "8 rows of 8 cells"),
    ("ink removed", "break-it", 0 * IMAGE, "10 windows are empty here and not in `x`"),
    ("ink added", "break-it", 1 - IMAGE, "6 windows are empty in `x` and not here"),
    ("one row right", "choose-window", (9, 10, 2), "the columns are too many"),
    ("a window for each side", "choose-window", [(8, 10, 0)] * 2, "one for both is asked"),
    ("padding at one side", "choose-window", (8, 10, 2), "on one side only"),
    ("no strides", "design-receptive-field", [(7, 1)] * 5, "only strides make the jump"),
    ("strides that add up", "design-receptive-field", [(7, 1)] * 5 + [(1, 2)] * 4, "add up to 8"),
    ("pairs without brackets", "design-receptive-field", [7, 1] * 5 + [1, 2] * 3, "into brackets"),
    ("pooled already", "break-it", IMAGE.reshape(4, 2, 4, 2).max((1, 3)), "after max pooling"),
    ("the image itself", "break-it", IMAGE, "average pooling cannot either; cells that differ: 0"),
    ("one pixel too many", "dropped-cells", [*DROPPED, READ], f"Pixel {READ} is read by a window."),
    ("a pixel outside", "dropped-cells", [*DROPPED, 99], "The row has no pixel 99."),
    ("a pixel twice", "dropped-cells", [*DROPPED, DROPPED[0]], "A pixel comes twice."),
    ("pixels missing", "dropped-cells", DROPPED[2:], "Some pixels are missing from your list."),
    ("a list in a list", "dropped-cells", [DROPPED] * 2, "A plain list of pixels"),
]


@pytest.mark.parametrize("id, answer, says", [row[1:] for row in GIVES], ids=[g[0] for g in GIVES])
def test_a_wrong_answer_is_told_what_it_leads_to(id, answer, says):
    verdict = TASKS[id].check(answer)
    assert verdict.status == "wrong" and says in verdict.message, verdict


def test_every_exercise_with_many_right_answers_says_what_an_answer_leads_to():
    for id in exercises.ids():
        exercise = exercises.get(id)
        assert (exercise.fits is None) == (exercise.gives is None), id


RIGHT = [
    ("another order", "dropped-cells", DROPPED[::-1]),
    ("a set", "dropped-cells", set(DROPPED)),
    ("an array", "dropped-cells", np.array(DROPPED)),
    ("another window", "choose-window", (9, 11, 2)),
    ("strides within convolutions", "design-receptive-field", [(7, 2), (5, 2), (5, 2)]),
    ("all ink where there is some", "break-it", INK),
]


@pytest.mark.parametrize("id, answer", [row[1:] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_another_right_answer_passes(id, answer):
    assert TASKS[id].check(answer).passed, TASKS[id].check(answer)


def test_a_set_is_no_answer_where_order_matters():
    assert exercises.check("output-size", {3, 4}).status == "error"


def test_an_image_is_drawn_cell_by_cell_and_no_task_changes():
    x = exercises.show("break-it").numbers["x"]
    x[(IMAGE == 0) & (INK == 1)] = 1
    assert exercises.check("break-it", x).passed
    assert (exercises.show("break-it").numbers["x"] == IMAGE).all()
    assert "`x[0, 0] = 1`" in repr(exercises.show("break-it"))
