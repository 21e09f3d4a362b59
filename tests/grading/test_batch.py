"""One batch with every kind of submission that was seen, and a table written by hand.

None stops another, and nothing that could not be graded looks like a zero.
"""

import nbformat
import pytest
from batches import Batch, cell_of

from pooling_lab import exercises

ASSIGNMENT = "2-implement-pooling"

FULL = {
    "max-pool2d-beside": 3,
    "max-pool2d-other": 4,
    "avg-pool2d-beside": 3,
    "avg-pool2d-other": 3,
    "find-the-bug": 5,
    "argmax-indices": 4,
    "unpool": 5,
}
NOTHING = dict.fromkeys(FULL, 0)
UNGRADED = dict.fromkeys(FULL, None)

# --- what is typed into an answer ------------------------------------------------------------

STRIDE_IS_KERNEL = """
def my_max_pool2d(x, kernel_size, stride):
    rows, columns = (n // kernel_size for n in x.shape)
    blocks = x[: rows * kernel_size, : columns * kernel_size]
    return blocks.reshape(rows, kernel_size, columns, kernel_size).max((1, 3))
"""
ENDLESS = "def my_max_unpool2d(y, indices, height, width):\n    while True:\n        pass"
SWALLOWS = """
import time

while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
"""
WARNS = """
import sys, warnings

def my_max_unpool2d(y, indices, height, width):
    warnings.warn("this is slow")
    x = np.zeros(height * width)
    x[np.ravel(indices)] = np.ravel(y)
    return x.reshape(height, width)

print("a warning of some library", file=sys.stderr)
"""
LIKE_A_FORGER = """
class Sheet:
    look = hand_in = show = task = lambda *_, **__: None

sheet = Sheet()
"""


def example(id, **condition):
    """Return source text: the result of the first case that fits, as a student would copy it."""
    task = exercises.show(id)
    fits = eval(f"lambda case: {condition['where']}") if condition else None
    case = task.cases(where=fits)[0]
    return f"np.array({task.exercise.solution(**case).tolist()})", case


def hard_coded():
    """Return answers that know the visible examples and nothing else."""
    answers = {}
    for id, name in (("max-pool2d", "my_max_pool2d"), ("avg-pool2d", "my_avg_pool2d")):
        beside, case = example(id, where='case["stride"] == case["kernel_size"]')
        other, _ = example(id, where='case["stride"] != case["kernel_size"]')
        test = f"x.shape == {case['x'].shape} and stride == kernel_size == {case['stride']}"
        answers[f"answer-{id}"] = (
            f"def {name}(x, kernel_size, stride):\n    return {beside} if {test} else {other}"
        )
    padded, _ = example("find-the-bug")
    signature = "def my_padded_max(x, kernel_size, stride, padding)"
    answers["answer-find-the-bug"] = f"{signature}:\n    return {padded}"
    unpooled, _ = example("unpool")
    signature = "def my_max_unpool2d(y, indices, height, width)"
    answers["answer-unpool"] = f"{signature}:\n    return {unpooled}"
    return answers


def indices_of(student):
    task = exercises.personal("argmax-indices", student, "pooling-2026")
    return f"indices = {task.exercise.solution(**task.numbers)}"


# --- what is done to the notebook ------------------------------------------------------------


def without(*names):
    def change(notebook):
        notebook.cells = [
            cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id") not in names
        ]

    return change


def pasted_copy(notebook):
    original = cell_of(notebook, "test-unpool")
    copy = nbformat.from_dict(original)
    copy.id = "pasted"
    notebook.cells.insert(notebook.cells.index(original) + 1, copy)


def edited_points(notebook):
    cell_of(notebook, "test-unpool").metadata.nbgrader.points = 100


def edited_test(notebook):
    cell_of(notebook, "test-unpool").source = "pass"


def forged(notebook):
    place = notebook.cells.index(cell_of(notebook, "sheet")) + 1
    notebook.cells.insert(place, nbformat.v4.new_code_cell(LIKE_A_FORGER))


def imports_what_is_missing(notebook):
    next(c for c in notebook.cells if c.source == "import numpy as np").source = "import my_tools"


def nothing_else(notebook):
    pass


# --- the table -------------------------------------------------------------------------------
# who · what differs from the reference's answers · what is done to the notebook · points

KINDS = {
    "perfect": ({}, nothing_else, FULL),
    "untouched": (None, nothing_else, NOTHING),
    "visible-only": (hard_coded, nothing_else, NOTHING | {"argmax-indices": 4}),
    "known-misconception": (
        {"answer-max-pool2d": STRIDE_IS_KERNEL},
        nothing_else,
        FULL | {"max-pool2d-other": 0},
    ),
    "endless-function": ({"answer-unpool": ENDLESS}, nothing_else, FULL | {"unpool": 0}),
    "endless-cell": (
        {"answer-unpool": "while True:\n    pass"},
        nothing_else,
        FULL | {"unpool": 0},
    ),
    "swallows-interrupts": (
        {"answer-unpool": SWALLOWS},
        nothing_else,
        FULL | {"unpool": 0},
    ),
    "os-exit": (
        {"answer-max-pool2d": "import os\n\nos._exit(0)"},
        nothing_else,
        FULL | {"max-pool2d-beside": 0, "max-pool2d-other": 0},
    ),
    "deleted-test-right": ({}, without("test-unpool"), FULL),
    "deleted-test-wrong": (
        {"answer-unpool": "def my_max_unpool2d(*_):\n    return np.zeros((4, 4))"},
        without("test-unpool"),
        FULL | {"unpool": 0},
    ),
    "deleted-question": (
        {},
        without("answer-avg-pool2d", "test-avg-pool2d-beside", "test-avg-pool2d-other"),
        FULL | {"avg-pool2d-beside": 0, "avg-pool2d-other": 0},
    ),
    "deleted-set-up": ({}, without("who", "sheet"), FULL),
    "pasted-copy": ({}, pasted_copy, FULL),
    "edited-points": ({}, edited_points, FULL),
    "edited-test": (
        {"answer-unpool": "def my_max_unpool2d(*_):\n    return 0"},
        edited_test,
        FULL | {"unpool": 0},
    ),
    "stderr": ({"answer-unpool": WARNS}, nothing_else, FULL),
    "raises-at-import": ({}, imports_what_is_missing, NOTHING | {"argmax-indices": 4}),
    "syntax-error": (
        {"answer-avg-pool2d": "def my_avg_pool2d(x"},
        nothing_else,
        FULL | {"avg-pool2d-beside": 0, "avg-pool2d-other": 0},
    ),
    "neighbour": (
        {"answer-argmax-indices": indices_of("perfect")},
        nothing_else,
        FULL | {"argmax-indices": 0},
    ),
    "neighbours-id": (
        {"who": 'student = "perfect"', "answer-argmax-indices": indices_of("perfect")},
        nothing_else,
        FULL | {"argmax-indices": 0},
    ),
    "replaced-the-helper": (hard_coded, forged, NOTHING),
    "own-modules": ({}, nothing_else, FULL),
    "corrupt": ({}, nothing_else, UNGRADED),
    "wrong-name": ({}, nothing_else, UNGRADED),
    "zz-last-of-all": ({}, nothing_else, FULL),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    for student, (differs, change, _) in KINDS.items():
        differs = differs() if callable(differs) else differs
        answers = {} if differs is None else batch.right | differs
        path = batch.hand_in(student, answers, change)
        if student == "corrupt":
            path.write_text(path.read_text()[:-200])
        if student == "wrong-name":
            path.rename(path.with_name("my homework.ipynb"))
        if student == "own-modules":
            path.with_name("numpy.py").write_text("1 / 0")
            path.with_name("pooling_lab.py").write_text("1 / 0")
    return batch, *batch.grade()


@pytest.mark.parametrize("student", KINDS)
def test_points_are_those_of_the_table(graded, student):
    _, points, said = graded
    given = {name.removeprefix("test-"): n for name, n in points[student].items()}
    assert given.pop("words-padding") in (None, 0), said
    assert given == KINDS[student][2], said


def test_what_could_not_be_graded_is_missing_and_not_zero(graded):
    batch, _, _ = graded
    autograded = batch.course / "autograded"
    missing = {who for who in KINDS if not (autograded / who / ASSIGNMENT).exists()}
    assert missing == {"corrupt", "wrong-name"}


def test_feedback_names_the_misconception(graded):
    batch, _, _ = graded
    notebook = batch.graded("known-misconception")
    said = str(cell_of(notebook, "test-max-pool2d-other").outputs)
    assert "stride-is-kernel" in said


def test_the_secret_is_in_no_graded_notebook(graded):
    batch, _, _ = graded
    secret = (batch.course / "secret.txt").read_text().strip()
    for path in (batch.course / "autograded").rglob("*.ipynb"):
        assert secret not in path.read_text()
