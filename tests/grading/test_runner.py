"""Functions are called in a process of their own, which knows nothing and may do its worst."""

import inspect
import os

import numpy as np
import pytest

from pooling_lab import exercises
from pooling_lab.exercises import guarded_run
from pooling_lab.grading import child, runner
from pooling_lab.grading.runner import Separate, Submission

STUB = "def f(x):\n    ..."
CELLS = [
    "import numpy as np\n%matplotlib inline\nimport matplotlib.pyplot as plt\n"
    "fig, ax = plt.subplots()",
    "!ls\nx = 1 / 0\ntable = []\nfor i in range(3):\n    table.append(i)\n    last = i\n"
    "def note():\n    table.append(9)\nnote()",
    "def double(x):\n    return 2 * x",
    "try:\n    import torch\nexcept ImportError:\n    torch = None",
    "def with_torch(x):\n    return torch.relu(torch.tensor(x))",
    "def annotated(x: torch.Tensor = None):\n    plt.plot(x)\n    display(x)\n    return x",
    "def stub(x, kernel_size, stride):\n    ...",
    "def dies(x):\n    import os\n    os.kill(os.getpid(), 9)",
    "def speaks(x):\n    import os\n    for n in range(3, 30):\n"
    "        try:\n            os.write(n, b'A' * 99)\n        except OSError:\n            pass\n"
    "    return x",
    "def asks(x: np.ndarray | torch.Tensor) -> torch.Tensor:\n"
    "    return x.numpy() if isinstance(x, torch.Tensor) else x",
    "double = double_again = lambda x: 3 * x",
]


@pytest.fixture(scope="module")
def submission(tmp_path_factory):
    with Submission(CELLS, tmp_path_factory.mktemp("folder"), Separate()) as made:
        made.advance(len(CELLS) - 1)
        yield made


def called(submission, name, *values):
    function = submission.function(name, STUB)
    assert isinstance(function, runner.Function), function
    run = function.run([{"x": np.array(value, float)} for value in values])
    return function, run


def test_a_function_is_called_with_arrays_and_gives_arrays(submission):
    function, run = called(submission, "double", [1, 2], [[3.5]])
    assert [one.value.tolist() for one in run.outcomes] == [[2, 4], [[7]]]
    assert function.answer.__name__ == "double"
    assert [*inspect.signature(function.answer).parameters] == ["x"]


def test_what_stood_there_at_the_test_counts(submission):
    """A later cell gives `double` another value: it has not been reached yet."""
    assert called(submission, "double", 1)[1].outcomes[0].value == 2


def test_to_ask_whether_something_is_of_a_library_uses_nothing_of_it(submission):
    function, run = called(submission, "asks", [1, 2])
    assert run.outcomes[0].value.tolist() == [1, 2]
    assert not function.forbidden


def test_modules_beside_the_notebook_are_found_but_in_place_of_no_other(tmp_path):
    (tmp_path / "helpers.py").write_text("def half(x):\n    return x / 2")
    for name in ("random", "numpy", "torch"):
        (tmp_path / f"{name}.py").write_text("1 / 0")
    cells = ["import random, numpy as np, torch", "import helpers", "half = helpers.half"]
    with Submission(cells, tmp_path, Separate()) as made:
        made.advance(len(cells))
        assert called(made, "half", 3)[1].outcomes[0].value == 1.5
        assert not made.troubles


def test_cells_that_fail_stop_nothing_and_are_noted(submission):
    assert submission.value("last").value == 2
    assert submission.troubles[1].kind == "ZeroDivisionError"
    assert submission.value("table").value.tolist() == [0, 1, 2]  # `note()` is not run


def test_a_forbidden_library_stops_who_uses_it_and_nobody_else(submission):
    function, _ = called(submission, "with_torch", 1)
    assert function.forbidden == "torch.tensor"
    function, run = called(submission, "annotated", [1, 2])
    assert function.forbidden == ""
    assert run.outcomes[0].value.tolist() == [1, 2]


def test_an_empty_function_is_known_as_the_stub(submission):
    task = exercises.show("max-pool2d")
    function = submission.function("stub", task.exercise.stub)
    assert task.check(function.answer, runner=function.run).status == "not attempted"


def test_what_is_missing_or_no_function_is_trouble(submission):
    assert submission.function("nowhere", STUB).kind == "NameError"
    assert submission.function("last", STUB).kind == "TypeError"
    assert submission.value("nowhere").trouble.kind == "NameError"


def test_a_process_that_dies_is_trouble_and_is_started_again(submission):
    assert called(submission, "dies", 1)[1].outcomes[-1].trouble == runner.CRASH
    assert called(submission, "double", 4)[1].outcomes[0].value == 8


def test_who_writes_into_every_pipe_gains_nothing(tmp_path):
    with Submission(CELLS, tmp_path, Separate()) as made:
        made.advance(9)
        assert called(made, "speaks", 5)[1].outcomes[0].value is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_twin_ends_at_once(tmp_path):
    forks = "import os\ndef f(x):\n    return [os.fork() > 0, os.getpid()]"
    with Submission([forks], tmp_path, Separate()) as made:
        made.advance(1)
        (first, second) = called(made, "f", 1, 2)[1].outcomes
    assert first.value[0] == second.value[0] == 1
    assert first.value[1] == second.value[1]


def test_a_loop_without_end_costs_no_more_than_its_time(tmp_path, monkeypatch):
    endless = "def f(x):\n    while True:\n        pass"
    with Submission([endless], tmp_path, Separate()) as made:
        made.advance(1)
        assert called(made, "f", 1)[1].outcomes[-1].trouble.kind == "TimeUp"


def test_a_library_that_the_test_allows_is_there(tmp_path):
    uses = "import torch\ndef f(x):\n    return torch.tensor(x).relu()"
    with Submission([uses], tmp_path, Separate(allowed=("torch",))) as made:
        made.advance(1)
        assert called(made, "f", [-1.0, 2.0])[1].outcomes[0].value.tolist() == [0, 2]


LIES = {
    "nothing": None,
    "a text": "passed",
    "too few": {"outcomes": []},
    "no outcome": {"outcomes": ["passed", 5]},
    "objects": {"outcomes": [{"value": np.array(["a"])}] * 2},
    "a part is missing": {"outcomes": [{"value": (np.zeros(2), None)}] * 2},
}


@pytest.mark.parametrize("said", LIES.values(), ids=LIES)
def test_whatever_the_process_says_becomes_an_outcome_for_each_input(said):
    outcomes = runner._run_from(said, 2).outcomes
    assert outcomes[-1].trouble
    assert all(one.value is None for one in outcomes)


def test_nothing_of_the_course_is_in_the_room_of_the_process():
    names = {path.name for path in runner.room().iterdir()}
    assert {"child.py", "guarded_run.py", "compare.py"} <= names
    assert "exercise.py" not in names
    assert not [name for name in names - {"__pycache__"} if (runner.room() / name).is_dir()]


@pytest.mark.parametrize(
    "message",
    [
        [1, "call", {"inputs": [{"x": np.eye(2), "n": 3, "scale": 0.5}]}],
        {"value": (np.zeros(3), "told", None)},
        {"items": {"array": 5}},
    ],
    ids=["a call", "parts", "names that mean something"],
)
def test_a_message_arrives_as_it_was_sent(tmp_path, message):
    with (tmp_path / "m").open("wb") as sent:
        child.write(sent, message)
    with (tmp_path / "m").open("rb") as came:
        assert str(child.read(came)) == str(message)


def test_a_message_that_is_too_large_or_no_message_is_refused(tmp_path):
    with (tmp_path / "m").open("wb") as sent:
        child.write(sent, [np.zeros(1000)])
    with (tmp_path / "m").open("rb") as came, pytest.raises(ValueError, match="at most 100 bytes"):
        child.read(came, most=100)
    (tmp_path / "m").write_bytes(b"A" * 99)
    with (tmp_path / "m").open("rb") as came, pytest.raises(ValueError, match="at most"):
        child.read(came)


def test_the_limits_of_time_are_those_of_the_notebook():
    assert child.KEPT_OF_PRINTS == guarded_run.PRINT_LIMIT
