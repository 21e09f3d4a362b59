"""Every kind of hand-in that was seen to stop others, to lose honest points or to gain others.

A table written by hand: what is done to a right notebook, and what is to come of it. The assignment
is the second; `None` stands for points that a person gives, or that nobody gives yet.
"""

import json

import nbformat
from batches import cell_of

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
    "words-padding": 0,
}
NOTHING = dict.fromkeys(FULL, 0)
UNGRADED = dict.fromkeys(FULL, None)
WORDS = FULL | {"words-padding": None}  # a person reads what was written
NO_MAX = FULL | {"max-pool2d-beside": 0, "max-pool2d-other": 0}


def indices_of(student):
    task = exercises.personal("argmax-indices", student, "pooling-2026")
    return task.exercise.solution(**task.numbers)


def maximum_with(code):
    return {"answer-max-pool2d": f"def my_max_pool2d(x, kernel_size, stride):\n{code}"}


LOOPS = """OFFSETS = {}
for k in range(1, 12):
    OFFSETS[k] = []
    for a in range(k):
        OFFSETS[k].extend((a, b) for b in range(k))


def my_max_pool2d(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    return np.array([
        [max(x[i * stride + a, j * stride + b] for a, b in OFFSETS[kernel_size])
         for j in range(columns)]
        for i in range(rows)
    ])
"""
BESIDE = """%%writefile my_windows.py
import numpy as np


def windows(x, kernel_size, stride):
    every = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return every[::stride, ::stride]
"""
FROM_BESIDE = """from my_windows import windows


def my_max_pool2d(x, kernel_size, stride):
    return windows(x, kernel_size, stride).max(axis=(-2, -1))
"""
NAMES_TORCH = """import torch


def my_max_pool2d(x: np.ndarray | torch.Tensor, kernel_size: int, stride: int) -> torch.Tensor:
    if isinstance(x, torch.Tensor):
        x = x.numpy()
    every = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return every[::stride, ::stride].max(axis=(-2, -1))
"""
CLOSES = "import os\nimport sys\nsys.stdout = open(os.devnull, 'w')\nsys.stderr = None"
# Its kernel answers no more, whatever is asked: each cell runs on until its time is up.
DEAF = "get_ipython().kernel.session.send = lambda *_, **__: None"


# --- what is done to the notebook ----------------------------------------------------------------


def nothing(notebook):
    pass


def first_cell(source):
    """Put a cell before all others; whatever it does, the answers below it are right."""

    def change(notebook):
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source))

    return change


def moved_below(name):
    """Move an answer below its test."""

    def change(notebook):
        answer = cell_of(notebook, f"answer-{name}")
        notebook.cells.remove(answer)
        notebook.cells.insert(notebook.cells.index(cell_of(notebook, f"test-{name}")) + 1, answer)

    return change


def typed_above(notebook):
    """Type the right answer into a cell of one's own; the answer's own is as it was handed out."""
    answer = cell_of(notebook, "answer-argmax-indices")
    before("answer-argmax-indices", answer.source)(notebook)
    answer.source = "indices = None"


def before(name, source):
    def change(notebook):
        place = notebook.cells.index(cell_of(notebook, name))
        notebook.cells.insert(place, nbformat.v4.new_code_cell(source))

    return change


def imports(source):
    def change(notebook):
        next(c for c in notebook.cells if c.source == "import numpy as np").source = source

    return change


def tagged(*tags):
    def change(notebook):
        for cell in notebook.cells:
            cell.metadata.tags = [*tags]

    return change


def without_words(notebook):
    notebook.cells.remove(cell_of(notebook, "words-padding"))


def words_below(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("Padding with 0 wins among negatives."))


def pasted_untouched(handed_out):
    """Paste the notebook that was handed out below the one that is filled in."""

    def change(notebook):
        copies = [nbformat.from_dict(dict(cell)) for cell in handed_out().cells]
        for number, cell in enumerate(copies):
            cell.id = f"pasted-{number}"
        notebook.cells += copies

    return change


def unknown_mark(notebook):
    cell = nbformat.v4.new_code_cell("1 + 1")
    cell.metadata.nbgrader = dict(
        cell_of(notebook, "test-unpool").metadata.nbgrader, grade_id="bonus", points=50
    )
    notebook.cells.append(cell)


def raw_html(notebook):
    notebook.cells.insert(0, nbformat.v4.new_raw_cell("<script>alert(1)</script>"))


# --- what is done to the file --------------------------------------------------------------------


def in_json(change):
    def spoil(data):
        found = json.loads(data)
        return json.dumps(change(found) or found).encode()

    return spoil


def marks(change):
    """Do something to the metadata of every cell that nbgrader has marked."""

    def at_each(found):
        for cell in found["cells"]:
            if "nbgrader" in cell["metadata"]:
                change(cell["metadata"])

    return in_json(at_each)


def one_mark(mark):
    """Put something in the place of one cell's mark, of a text and of an answer."""

    def at_two(found):
        for cell in found["cells"]:
            if cell.get("id") in ("text-05", "answer-unpool"):
                cell["metadata"]["nbgrader"] = mark

    return in_json(at_two)


def ids(make):
    def at_each(found):
        for number, cell in enumerate(found["cells"]):
            cell["id"] = make(number)

    return in_json(at_each)


def every_cell(change):
    return in_json(lambda found: [change(cell) for cell in found["cells"]] and None)


def lost(*what):
    """Have marks, ids or all metadata of the cells lost."""

    def at_each(cell):
        for one in what:
            cell.pop(one, None)
        if "nbgrader" in what:
            cell["metadata"].pop("nbgrader", None)

    return every_cell(at_each)


def answer_as_markdown(found):
    found["nbformat_minor"] = 4
    for cell in found["cells"]:
        if cell.pop("id", "") == "answer-unpool":
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]


def of_format_3(found):
    cells = found["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


def notebook_metadata(**metadata):
    return in_json(lambda found: found.update(metadata=metadata))


WIDGETS = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"model_name": 5}}}}

# --- what is typed -------------------------------------------------------------------------------

PRINTS = """
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    for step in range(20_000):
        print("at step", step, x)
    return windows[::stride, ::stride].max(axis=(-2, -1))
"""
TORCH_MODULE = """
    import torch
    return torch.nn.MaxPool2d(kernel_size, stride)(torch.tensor(x)[None]).numpy()[0]
"""
TORCH_FUNCTION = """
    import torch as t
    return getattr(t, "max" + "_pool2d")(t.tensor(x)[None], kernel_size, stride)[0]
"""
TORCH_ATEN = """
    import torch
    aten = torch.ops.aten.max_pool2d_with_indices
    return aten(torch.tensor(x)[None], [kernel_size] * 2, [stride] * 2)[0][0].tolist()
"""
SCIPY = """
    from scipy.ndimage import maximum_filter
    y = maximum_filter(x, kernel_size, origin=-(kernel_size // 2))
    return y[: x.shape[0] - kernel_size + 1 : stride, : x.shape[1] - kernel_size + 1 : stride]
"""
LIBRARY = """
    import importlib
    return importlib.import_module("pooling_lab.pooling").max_pool2d(x, kernel_size, stride)
"""
WRONG = "    return x[::stride, ::stride]"
OWN_REFERENCE = """
import dataclasses

from pooling_lab import exercises
from pooling_lab.exercises import exercise

mine = dataclasses.replace(exercise.get("max-pool2d"), solution=lambda x, k, s: x[::s, ::s])
exercise._all["max-pool2d"] = mine
"""
ALWAYS_RIGHT = """
from pooling_lab import exercises
from pooling_lab.exercises import checking

right = exercises.Verdict("max-pool2d", "passed", "That is the answer.")
checking.Task.check = checking.Task.try_out = exercises.check = lambda *_, **__: right
"""
HANDS_IN_ITSELF = """
from IPython.display import display

class Sheet:
    show = task = lambda *_, **__: None
    def look(self, *_, **__):
        pass
    def hand_in(self, id, *_, **__):
        kind = "application/vnd.pooling-lab.answer+json"
        display({"text/plain": "Handed in.", kind: {"exercise": id, "answer": "null"}}, raw=True)

sheet = Sheet()
"""
MADE_BY_EXEC = """
exec("def helper(y, indices, n): x = np.zeros(n); x[np.ravel(indices)] = np.ravel(y); return x")

def my_max_unpool2d(y, indices, height, width):
    return helper(y, indices, height * width).reshape(height, width)
"""
MADE_BY_A_CALL = """
def make():
    global my_max_unpool2d

    def my_max_unpool2d(y, indices, height, width):
        x = np.zeros(height * width)
        x[np.ravel(indices)] = np.ravel(y)
        return x.reshape(height, width)

make()
"""
ANOTHER_NAME = """def my_max_pool2d(x, kernel_size, stride):
    ...


def pool(x, kernel_size, stride):
    every = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return every[::stride, ::stride].max(axis=(-2, -1))
"""
GIVES_NOTHING = """def my_max_pool2d(x, kernel_size, stride):
    return None
"""
EXITS = """
exit()

def my_max_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(-2, -1))
"""
IMG = (
    "Because <img src=x onerror='fetch(1)'> of −∞. <script>alert(1)</script>"
    " [x](javascript:alert(1))"
)
PIP = "!pip install --no-index pooling-lab-does-not-exist\n%pip uninstall -y numpy"
ASKS = "student = input('Your id? ')"
MOUNTS = "from google.colab import drive\n\ndrive.mount('/content/drive')"
SHOWS_SCRIPT = "from IPython.display import HTML\n\nHTML('<script>alert(1)</script><b>bold</b>')"


def indices(code):
    """Answer with one's own indices, in some form."""
    return lambda student: {"answer-argmax-indices": code.format(indices_of(student))}


# who · what differs in the answers · change of the notebook · of the file · points · what is told
KINDS = {
    # It stopped everybody.
    "schema-1": ({}, nothing, marks(lambda m: m["nbgrader"].update(schema_version=1)), FULL, ""),
    "schema-none": ({}, nothing, marks(lambda m: m["nbgrader"].pop("schema_version")), FULL, ""),
    "mark-null": ({}, nothing, one_mark(None), FULL, "mark of a cell was damaged"),
    "mark-list": ({}, nothing, one_mark(["grade"]), FULL, "mark of a cell was damaged"),
    "mark-text": ({}, nothing, one_mark("answer-unpool"), FULL, "mark of a cell was damaged"),
    "mark-empty": ({}, nothing, one_mark({}), FULL, ""),
    # It gained points.
    "html-in-words": (
        {"words-padding": IMG},
        nothing,
        None,
        WORDS,
        "HTML in a text was made harmless",
    ),
    "html-put-out": ({}, first_cell(SHOWS_SCRIPT), None, FULL, ""),
    "html-in-raw": ({}, raw_html, None, FULL, "a raw cell is shown as text"),
    "torch-module": (maximum_with(TORCH_MODULE), nothing, None, NO_MAX, ""),
    "torch-function": (maximum_with(TORCH_FUNCTION), nothing, None, NO_MAX, ""),
    "torch-aten": (maximum_with(TORCH_ATEN), nothing, None, NO_MAX, ""),
    "scipy": (maximum_with(SCIPY), nothing, None, NO_MAX, ""),
    "library": (maximum_with(LIBRARY), nothing, None, NO_MAX, ""),
    "own-reference": (maximum_with(WRONG), first_cell(OWN_REFERENCE), None, NO_MAX, ""),
    "always-right": (
        maximum_with(WRONG),
        first_cell(ALWAYS_RIGHT),
        None,
        FULL | {"max-pool2d-beside": None, "max-pool2d-other": None},
        "",
    ),
    "hands-in-itself": (
        maximum_with(WRONG),
        before("answer-max-pool2d", HANDS_IN_ITSELF),
        None,
        FULL | {"max-pool2d-beside": None, "max-pool2d-other": None, "argmax-indices": 0},
        "",
    ),
    # It lost points.
    "asks-who": ({"who": ASKS}, nothing, None, FULL, ""),
    "mounts-a-drive": ({}, first_cell(MOUNTS), None, FULL, ""),
    "imports-pandas": (
        indices("indices = {}"),
        imports("import my_pandas as pd\nimport numpy as np"),
        None,
        FULL,
        "",
    ),
    "chdir": ({}, first_cell("import os\n\nos.chdir('/')"), None, FULL, ""),
    "cd-home": ({}, first_cell("%cd ~"), None, FULL, ""),
    "ids-null": ({}, nothing, ids(lambda number: None), FULL, ""),
    "ids-numbers": ({}, nothing, ids(lambda number: number), FULL, ""),
    "ids-the-same": ({}, nothing, ids(lambda number: "a"), FULL, ""),
    "tags-doubled": ({}, tagged("a", "a"), None, FULL, ""),
    "tags-skip": ({}, tagged("skip-execution"), None, FULL, "tagged skip-execution"),
    "tags-raises": ({}, tagged("raises-exception"), None, FULL, ""),
    "kernel-null": ({}, nothing, notebook_metadata(kernelspec={"name": None}), FULL, ""),
    "kernel-text": ({}, nothing, notebook_metadata(kernelspec="python3"), FULL, ""),
    "widget-state": ({}, nothing, notebook_metadata(widgets=WIDGETS), FULL, ""),
    "no-metadata": ({}, nothing, in_json(lambda found: found.pop("metadata") and None), FULL, ""),
    "no-cell-metadata": ({}, nothing, lost("metadata"), FULL, "metadata of a cell was missing"),
    "byte-order-mark": ({}, nothing, lambda data: b"\xef\xbb\xbf" + data, FULL, "byte-order mark"),
    "utf-16": ({}, nothing, lambda data: data.decode().encode("utf-16"), FULL, "UTF-16"),
    "latin-1": (
        {"words-padding": "Größer als alles"},
        nothing,
        lambda data: data.decode().replace("−", "-").encode("cp1252", "replace"),
        WORDS,
        "UTF-8",
    ),
    "format-3": ({}, nothing, in_json(of_format_3), FULL, "notebooks of before 2015"),
    "answer-as-markdown": ({}, nothing, in_json(answer_as_markdown), FULL, "kind (code or text)"),
    "marks-lost": ({}, nothing, lost("nbgrader"), FULL, "recognised otherwise"),
    "marks-and-ids-lost": ({}, nothing, lost("nbgrader", "id"), FULL, "recognised otherwise"),
    "tensor": (indices("import torch\n\nindices = torch.tensor({})"), nothing, None, FULL, ""),
    "generator": (indices("indices = (row for row in {})"), nothing, None, FULL, ""),
    "map": (indices("indices = map(list, {})"), nothing, None, FULL, ""),
    "prints-a-lot": (maximum_with(PRINTS), nothing, None, FULL, ""),
    "pasted-untouched": ({}, "pasted", None, FULL, "copies of cells were left out"),
    "friend-above": (
        lambda student: (
            {"who": f"student = 'friend'\nstudent = '{student}'"} | indices("indices = {}")(student)
        ),
        nothing,
        None,
        FULL,
        "",
    ),
    "unknown-mark": (
        {},
        unknown_mark,
        None,
        FULL,
        "graded cells that this assignment does not have",
    ),
    "exits-first": ({"answer-max-pool2d": EXITS}, nothing, None, FULL, ""),
    "words-deleted": ({}, without_words, None, FULL, "deleted cells were put back"),
    "words-below": ({}, words_below, None, WORDS, "stood in a new cell below"),
    "Capital-In-The-Id": (indices("indices = {}"), nothing, None, FULL, ""),
    "jupyter-ida": (lambda student: indices("indices = {}")("ida"), nothing, None, FULL, ""),
    "installs": ({}, first_cell(PIP), None, FULL, ""),
    "prints-for-ever": (
        {"answer-unpool": "while True:\n    print('on and on')"},
        nothing,
        None,
        FULL | {"unpool": 0},
        "",
    ),
    "made-by-exec": ({"answer-unpool": MADE_BY_EXEC}, nothing, None, FULL, ""),
    "made-by-a-call": (
        {"answer-unpool": MADE_BY_A_CALL},
        nothing,
        None,
        FULL | {"unpool": None},
        "",
    ),
    "another-name": (
        {"answer-max-pool2d": ANOTHER_NAME},
        nothing,
        None,
        FULL | {"max-pool2d-beside": None, "max-pool2d-other": None},
        "",
    ),
    "gives-nothing": ({"answer-max-pool2d": GIVES_NOTHING}, nothing, None, NO_MAX, ""),
    "in-quotes": (
        indices("indices = str({})"),
        nothing,
        None,
        FULL | {"argmax-indices": None},
        "",
    ),
    "no-environment": (
        lambda student: {"who": f"student = '{student}'"} | indices("indices = {}")(student),
        first_cell("import os\n\nos.environ.clear()"),
        None,
        FULL,
        "",
    ),
    "loops-at-top-level": ({"answer-max-pool2d": LOOPS}, nothing, None, FULL, ""),
    "module-beside": (
        {"answer-max-pool2d": FROM_BESIDE},
        first_cell(BESIDE),
        None,
        FULL,
        "",
    ),
    "names-torch": ({"answer-max-pool2d": NAMES_TORCH}, nothing, None, FULL, ""),
    "closes-the-streams": ({}, first_cell(CLOSES), None, FULL, ""),
    "deaf-kernel": ({}, first_cell(DEAF), None, FULL, ""),
    "below-its-test": ({}, moved_below("unpool"), None, FULL | {"unpool": None}, ""),
    "above-its-cell": (
        indices("indices = {}"),
        typed_above,
        None,
        FULL | {"argmax-indices": None},
        "",
    ),
    # It cannot be graded, and says why.
    "no-cells": (
        {},
        nothing,
        in_json(lambda found: found.update(cells=[])),
        UNGRADED,
        "has no cells",
    ),
    "another-assignment": ({}, nothing, "another", UNGRADED, "notebook of 1-output-sizes"),
    "of-nothing": ({}, nothing, lambda data: b"[]", UNGRADED, "it is no notebook"),
    "a-page": ({}, nothing, lambda data: b"<!DOCTYPE html><p>", UNGRADED, "HTML page"),
    "a-zip": ({}, nothing, lambda data: b"PK\x03\x04" + data, UNGRADED, "zip file"),
    "empty": ({}, nothing, lambda data: b"", UNGRADED, "it is empty"),
    "zz-last-of-these": ({}, nothing, None, FULL, ""),
}
