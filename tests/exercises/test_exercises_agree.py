"""Whatever is said of a wrong function agrees with itself, and what explains it gives its numbers.

The functions are those of `wrong_without_a_name`, some that other tests know, and right ones with
one thing changed (`mutants`): what each does is not known here, so no words are expected.
"""

import numpy as np
import pytest
from mutants import made, mutants
from test_exercises import CODE, SOLUTIONS
from test_exercises_diagnosis import READS
from test_exercises_measured import KINDS
from truths import contradictions, told
from wrong_without_a_name import WRONG

from pooling_lab import exercises
from pooling_lab.exercises.seeded_random import Stream

MUTANTS, MOST_DRAWN = 3, 30  # of each exercise
OTHERS = [
    *(("avg-pool2d", name, function) for name, function, _ in READS),
    *((id, said, function) for id, function, said in KINDS),
]


def drawn_mutants(id):
    """Yield right functions with one thing changed, always the same ones."""
    stream = Stream("mutants", id)
    right = [exercises.get(id).solution, *SOLUTIONS[id]]
    named = [one for one in right if getattr(one, "__name__", "<lambda>") != "<lambda>"]
    texts = {one: [*mutants(one)] for one in named}
    for _ in range(MOST_DRAWN):
        function = stream.choice(named)
        text = stream.choice(texts[function])
        try:
            yield text, made(text, function)
        except Exception:  # what was changed may be no function any more
            continue


def faults_of(id, function):
    attempt, found, verdict = told(id, function)
    return "" if verdict.passed else "\n".join(contradictions(attempt, found, verdict)), verdict


@pytest.mark.parametrize("id, does, function", WRONG, ids=[f"{a}: {b}" for a, b, _ in WRONG])
def test_a_wrong_function_is_told_nothing_that_contradicts_itself(id, does, function):
    faults, verdict = faults_of(id, function)
    assert not verdict.passed and not faults, f"{faults}\n{verdict}"


@pytest.mark.parametrize("id, name, function", OTHERS, ids=[f"{a}: {b}" for a, b, _ in OTHERS])
def test_nor_are_those_of_other_tests(id, name, function):
    faults, verdict = faults_of(id, function)
    assert not faults, f"{faults}\n{verdict}"


@pytest.mark.parametrize("id", CODE)
def test_nor_is_a_right_function_with_one_thing_changed(id):
    wrong = 0
    for text, function in drawn_mutants(id):
        with np.errstate(all="ignore"):
            faults, verdict = faults_of(id, function)
        assert not faults, f"{faults}\n{text}\n{verdict}"
        wrong += verdict.status == "wrong"
        if wrong == MUTANTS:
            return
    pytest.fail(f"{wrong} of {MOST_DRAWN} changes made it wrong")


def test_there_are_four_wrong_functions_for_each_coded_exercise():
    counted = [id for id, *_ in WRONG]
    assert {*counted} == {*CODE} and min(map(counted.count, CODE)) >= 4


# --- one kind of mistake each, and the right words ------------------------------------------------


def pooled(x, k, s, p, frame):
    padded = np.pad(x.astype(float), p, constant_values=frame)
    return np.lib.stride_tricks.sliding_window_view(padded, (k, k))[::s, ::s].max(axis=(2, 3))


def twice_along_the_rows(x, k):
    def along(a):
        n = a.shape[1] - k + 1
        return np.max([a[:, u : u + n] for u in range(k)], axis=0) if n > 0 else a

    return along(x), along(along(x))


def in_a_map_twice_as_large(y, indices, height, width):
    out = np.zeros(4 * y.size)
    out[indices.ravel()] = y.ravel()
    return out.reshape(2 * y.shape[0], 2 * y.shape[1])


def whole_root(x, p):
    top = np.maximum(x.max(axis=(1, 2)), 1e-300)
    return top * ((x / top[:, None, None]) ** p).mean(axis=(1, 2)) ** (1 // p)


TOLD = [  # what it is, exercise, function, what is said, what is not
    (
        "an axis too many beside one of length 1",
        "min-pool2d",
        lambda x, k, s: np.lib.stride_tricks.sliding_window_view(x, (k, k))[::s, ::s].min(axis=-1),
        "Yours has 3 axes, (1, 1, 2)",
        "not the right number",
    ),
    (
        "blocks in a map of their own size",
        "avg-backward",
        lambda g, x, k, s: np.kron(g, np.ones((k, k))) / k**2,
        "`kernel_size` times as large as `grad_output`",
        "it belongs to",
    ),
    (
        "a map that is taken to be twice as large",
        "unpool",
        in_a_map_twice_as_large,
        "twice as high and as wide as `y`",
        "it belongs to",
    ),
    (
        "a frame of NaN",
        "find-the-bug",
        lambda x, k, s, p: pooled(x, k, s, p, np.nan),
        "gives NaN, whatever the map holds",
        "map itself",
    ),
    (
        "no advice about slices where another axis is the fault",
        "separable-max",
        twice_along_the_rows,
        "reads row 0 and columns 0–2",
        "stop before their end",
    ),
    ("1 // p", "dial", whole_root, "`1 // p`, which is 0", "maxima"),
    (
        "an average that uint8 cannot hold on its way",
        "global-pooling",
        lambda x: np.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3]),
        "An array or a sum of that dtype holds from 0 to 255",
        "axes",
    ),
    (
        "all kept cells of the batch in one row",
        "masked-mean",
        lambda x, mask: x[mask == 1].mean(axis=0),
        "one row for all sequences",
        "",
    ),
    (
        "counts along the channels",
        "masked-mean",
        lambda x, mask: (x * mask[..., None]).sum(1) / mask.sum(1),
        "the counts of the sequences lie along the channels",
        "",
    ),
    (
        "zeros taken for padding",
        "masked-mean",
        lambda x, mask: (
            (x * mask[..., None]).sum(1)
            / np.maximum(np.count_nonzero(x * mask[..., None], axis=1), 1)
        ),
        "kept cells that are not 0",
        "",
    ),
]


@pytest.mark.parametrize("does, id, function, said, not_said", TOLD, ids=[one[0] for one in TOLD])
def test_the_fault_is_told_and_no_other(does, id, function, said, not_said):
    verdict = exercises.check(id, function)
    assert verdict.status == "wrong" and said in verdict.message, verdict
    assert not not_said or not_said not in verdict.message, verdict
