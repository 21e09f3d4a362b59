"""For every exercise, any Python object gets a verdict: strange, hostile, endless or huge."""

import itertools
import re

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_exercises import SOLUTIONS

from pooling_lab import exercises
from pooling_lab.exercises import guarded_run
from pooling_lab.exercises.display import Verdict

ALL = exercises.ids()
ANSWERS = [one for one in ALL if exercises.get(one).kind == "answer"]
CODE = [one for one in ALL if exercises.get(one).kind == "code"]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(guarded_run, "TIME_LIMIT", 1.0)


# --- what there is in Python ------------------------------------------------------------------

FLOATS = st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, float("nan")])
NUMBERS = st.one_of(
    st.integers(), st.integers(-9, 99), FLOATS, st.booleans(), st.complex_numbers(),
    st.fractions(), st.decimals(),
)  # fmt: skip
WORDS = st.text() | st.sampled_from(["told", "cannot be told", "(3, 4)", "nan", "7", ""])
DTYPES = st.one_of(
    hnp.scalar_dtypes(), hnp.array_dtypes(), st.sampled_from([np.dtype(np.float64)] * 3),
    hnp.unicode_string_dtypes(), hnp.byte_string_dtypes(),
)  # fmt: skip
SHAPES = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=8)
ARRAYS = hnp.arrays(DTYPES, SHAPES) | hnp.arrays(
    np.float64, st.sampled_from([(), (0,), (2,), (3,), (4,), (2, 2), (0, 2), (1, 2), (8, 8)])
)
TENSORS = hnp.arrays(hnp.floating_dtypes(sizes=[32, 64], endianness="="), SHAPES).map(
    lambda array: torch.tensor(array, requires_grad=True)
)
LEAVES = NUMBERS | WORDS | st.none() | st.just(...) | ARRAYS | TENSORS | st.binary()
OBJECTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.lists(inner, max_size=5).map(iter),
        st.dictionaries(st.text() | st.integers(), inner, max_size=3),
        st.dictionaries(st.integers(), inner, max_size=3).map(dict.values),
    ),
    max_leaves=9,
) | st.sets(st.one_of(st.integers(), st.floats(), st.text(), st.tuples(st.integers())))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True
)  # fmt: skip
@pytest.mark.parametrize("id", ALL)
@given(answer=OBJECTS)
def test_any_object_as_an_answer_gets_a_verdict(id, answer):
    require_a_verdict(exercises.check(id, answer))


@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
@pytest.mark.parametrize("id", CODE)
@given(result=OBJECTS)
def test_any_object_as_the_result_of_a_function_gets_a_verdict(id, result):
    require_a_verdict(exercises.check(id, lambda *_: result))


SIDES = st.sampled_from([(), (0,), (1,), (2,), (3,), (1, 1), (2, 2), (2, 3), (3, 2), (0, 3)])
RESULTS = st.one_of(
    hnp.arrays(st.sampled_from(["f8", "f4", "i8", "u1", "?", "c16", "U3"]), SIDES | SHAPES),
    LEAVES,
    st.lists(NUMBERS, max_size=4),
)
CHANGES = (
    ("the first alone", lambda y: y[0]),
    ("the first, its axis kept", lambda y: y[:1]),
    ("none", lambda y: y[:0]),
    ("the last axis cut", lambda y: y[..., :1]),
    ("the last axis gone", lambda y: y[..., 0]),
    ("flat", np.ravel),
    ("turned", np.transpose),
    ("an axis more", lambda y: y[..., None]),
    ("an axis before", lambda y: np.stack([y, y])),
    ("one number", np.sum),
    ("nothing", lambda y: None),
    ("a list", lambda y: y.tolist()),
    ("bytes", lambda y: y.astype(np.uint8)),
    ("complex", lambda y: y * 1j),
    ("words", lambda y: y.astype(str)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
@pytest.mark.parametrize("id", CODE)
@given(every=st.integers(1, 4), part=st.integers(0, 3), result=RESULTS)
def test_any_result_in_some_of_the_calls_gets_a_verdict(id, every, part, result):
    calls = itertools.count()
    right = SOLUTIONS[id][0]

    def sometimes(*case):
        return result if next(calls) % every == part else right(*case)

    require_a_verdict(exercises.check(id, sometimes))


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("id", CODE)
@pytest.mark.parametrize("always", [True, False])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0])
def test_the_right_result_in_another_shape_or_dtype_gets_a_verdict(id, change, always):
    right, calls = SOLUTIONS[id][0], itertools.count()

    def changed(*case):
        y = right(*case)
        y = y if isinstance(y, tuple) else np.asarray(y)
        if not always and next(calls) % 2:
            return y
        return change[1](np.asarray(y if isinstance(y, np.ndarray) else y[0]))

    require_a_verdict(exercises.check(id, changed))


def require_a_verdict(verdict):
    assert isinstance(verdict, Verdict)
    assert verdict.status in ("passed", "wrong", "not attempted", "error")
    assert repr(verdict) and verdict._repr_html_()


# --- objects that mean harm, or go wrong --------------------------------------------------------


class Broken:
    """Raises at whatever is asked of it."""

    def refuse(self, *_, **__):
        raise RuntimeError("broken")

    __array__ = __eq__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = refuse
    __getitem__ = __float__ = __index__ = __int__ = __getattr__ = refuse
    __hash__ = None


class Endless:
    """Never says how long it is, or what it holds."""

    def wait(self, *_, **__):
        while True:
            pass

    __array__ = __eq__ = __repr__ = __len__ = __iter__ = wait


class Array:
    """Gives something else than an array when it is asked for one."""

    def __init__(self, gives):
        self.gives = gives

    def __array__(self, dtype=None, copy=None):
        return self.gives


class Disguised:
    """Says of itself to be a set."""

    @property
    def __class__(self):
        return set


class ClassRaises:
    """Does not say what it is."""

    @property
    def __class__(self):
        raise RuntimeError("nobody's business")


class Detaching:
    """Looks like a tensor."""

    detach = 3


def endless_list():
    items = [1]
    items.append(items)
    return items


def deep_list():
    items = 1
    for _ in range(5000):
        items = [items]
    return items


STRANGE = [
    ("broken", Broken),
    ("a list of broken", lambda: [Broken(), Broken()]),
    ("an array of broken", lambda: np.array([Broken, None], object)),
    ("an array that is none", lambda: Array("none")),
    ("an array of None", lambda: Array(None)),
    ("a set in name", Disguised),
    ("without a class", ClassRaises),
    ("a tensor in name", Detaching),
    ("within itself", endless_list),
    ("5000 brackets", deep_list),
    ("counting", itertools.count),
    ("a zip of counting", lambda: zip(itertools.count(), itertools.count(), strict=False)),
    ("counting in a list", lambda: [itertools.count(), itertools.count()]),
    ("a range of a billion", lambda: range(10**9)),
    ("a list of a million", lambda: [0] * 10**6),
    ("an array of a billion", lambda: np.broadcast_to(0.0, (10**5, 10**5))),
    ("a tensor of a billion", lambda: torch.zeros(1).expand(10**9)),
    ("many small planes", lambda: np.zeros((5000, 1, 2))),
    ("64 axes", lambda: np.zeros((1,) * 60)),
    ("a matrix", lambda: np.asmatrix([[1, 2], [3, 4]])),
    ("a masked array", lambda: np.ma.masked_array([1.0, 2.0], [True, False])),
    ("a record", lambda: np.zeros(2, [("a", int), ("b", float)])),
    ("dates", lambda: np.array(["2026-11-25"], "datetime64[D]")),
    ("longdouble", lambda: np.full(2, np.finfo(np.longdouble).max)),
    ("an integer of 400 digits", lambda: 10**400),
    ("a list of such", lambda: [10**400, 1]),
    ("a sparse tensor", lambda: torch.eye(3).to_sparse()),
    ("bfloat16", lambda: torch.ones(2, dtype=torch.bfloat16)),
    ("a module", lambda: np),
    ("a file", lambda: open(__file__)),  # noqa: SIM115
    ("a class", lambda: int),
    ("a partial function", lambda: str.upper),
    ("minus infinity", lambda: (float("-inf"),) * 3),
    ("pairs of infinities", lambda: [(float("inf"), float("-inf"))]),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("make", [make for _, make in STRANGE], ids=[name for name, _ in STRANGE])
def test_a_strange_object_gets_a_verdict_in_every_exercise(make):
    for id in ANSWERS:
        require_a_verdict(exercises.check(id, make()))
    for id in ("max-pool2d", "separable-max", "adaptive-bins"):
        require_a_verdict(exercises.check(id, lambda *_: make()))


@pytest.mark.parametrize("kind", [Endless, lambda: [Endless()], lambda: Array(Endless())])
def test_an_object_that_never_answers_is_given_up(kind):
    for id in ("output-size", "dropped-cells", "read-the-plot"):
        assert exercises.check(id, kind()).status == "error"


class OddFunction:
    """A function that does not say its name, nor what it wants."""

    def __call__(self, x, kernel_size, stride):
        return x

    def __getattr__(self, name):
        raise RuntimeError(name)


class Named(OddFunction):
    __name__ = 7


@pytest.mark.parametrize("make", [OddFunction, Named, lambda: print, lambda: np.max, lambda: dict])
def test_odd_functions_get_a_verdict(make):
    require_a_verdict(exercises.check("max-pool2d", make()))
    require_a_verdict(exercises.check("output-size", make()))


def test_a_file_stays_open():
    with open(__file__) as file:  # it has a `detach`, as tensors do
        exercises.check("output-size", file)
        assert file.readable()


def test_a_short_answer_is_not_spoken_of_as_code():
    for make in (deep_list, endless_list, lambda: range(10**9), Broken):
        message = exercises.check("output-size", make()).message
        assert not re.search(r"called itself|function|shape|loop", message), message


def test_an_iterator_is_read_once_and_no_further_than_an_answer_is_long():
    read = []
    verdict = exercises.check("output-size", (read.append(n) or n for n in itertools.count()))
    assert verdict.status == "error" and "10 000" in verdict.message
    assert read == [*range(10_001)]


@pytest.mark.parametrize("answer", [5, 5.0, np.float64(3), np.array(4), float("nan")])
@pytest.mark.parametrize("id", ANSWERS)
def test_a_single_number_gets_a_verdict(id, answer):
    require_a_verdict(exercises.check(id, answer))


def test_a_single_number_is_no_list_of_pixels():
    assert "A plain list of pixels" in exercises.check("dropped-cells", 5).message


@pytest.mark.parametrize("result", [49, np.array(49.0), "49", (), [], None, ([1], [2], [3])])
def test_one_number_where_two_results_are_asked_gets_a_verdict(result):
    assert not exercises.check("separable-max", lambda x, kernel_size: result).passed
