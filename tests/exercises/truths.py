"""What a verdict on a function says, held against itself and against what was measured."""

import collections
import re

import numpy as np

from pooling_lab.exercises import checking
from pooling_lab.exercises.compare import results
from pooling_lab.exercises.diagnosis import diagnose, rerun
from pooling_lab.exercises.guarded_run import here, own_functions

PAIRS = (  # what is read, made or sent, beside what should be
    r"your window reads (.+?); it should read (.+?)\.(?:\s|$)",
    r"is made of (.+?); it should be made of (.+?)\.(?:\s|$)",
    r" goes to (.+?); it belongs to (.+?)\.(?:\s|$)",
    r"What you make of each window is (.+?); asked is (.+?)\.(?:\s|$)",
    r"what you make of the cells you read is (.+?); asked is (.+?)\.(?:\s|$)",
    r"moves on by (.+?), and not by (.+?)\.(?:\s|$)",
)
SHAPES = (r"[Ii]ts shape is (\([^)]*\))", r"[Yy]ours has \d+ ax[ei]s, (\([^)]*\))")
# What stands there whatever came out: nothing is supposed.
OBSERVED = {*rerun.SEEN, "library", "no-return", "changes-input", "stopped"}


def attempt_at(id, function):
    """Return what a function did in an exercise, as a check sees it."""
    task = checking._standard(id)
    cases = task.cases()
    with own_functions(), np.errstate(all="ignore"):
        did = here(function, ())(cases)
    return checking.Attempt(task.exercise, function, cases, did, here(function, ()))


def told(id, function):
    """Return the attempt, what is found, and the verdict."""
    attempt = attempt_at(id, function)
    with np.errstate(all="ignore"):
        found = diagnose(attempt)
        return attempt, found, checking.verdict(attempt, found)


def contradictions(attempt, found, verdict):
    """Return what is wrong with a verdict, whatever the function does."""
    text, faults = verdict.message, []
    for pattern in PAIRS:
        faults += [f"the same twice: {a}" for a, b in re.findall(pattern, text) if a == b]
    for have, want in re.findall(r"[Rr]esult(?: \d)? has (.+?); there should be (.+?)\.", text):
        if re.findall(r"\d+", have) == re.findall(r"\d+", want):
            faults.append(f"as many as there should be: {have}")
    sentences = re.split(r"(?<=[.?!])\s+|\n", text)
    counted = collections.Counter(one for one in sentences if len(one) > 12)
    faults += [f"said twice: {one}" for one, times in counted.items() if times > 1]
    if found.at is not None and attempt.values[found.at] is not None:
        value = attempt.values[found.at]
        shapes = {str(np.shape(one)) for one in (value, *results(value)) if _is_array(one)}
        for pattern in SHAPES:
            faults += [
                f"no such shape: {one}" for one in re.findall(pattern, text) if one not in shapes
            ]
    if verdict.explained and verdict.status == "wrong" and not reproduced(attempt, found):
        faults.append("explained, and not reproduced")
    return faults


def reproduced(attempt, found):
    """Tell whether what was found, run again, gives every number of every result."""
    if found.kind in OBSERVED:
        return True
    tried = [at for at in range(len(attempt.outcomes)) if attempt.values[at] is not None]
    return any(
        all(_alike(how(at), attempt.values[at]) for at in tried)
        for how in rerun.reruns(attempt, found.kind, {**found.facts, "ids": found.ids})
    )


def _is_array(value):
    return isinstance(value, np.ndarray)


def _alike(made, value):
    if isinstance(value, tuple):
        return len(results(made)) == len(value) and all(map(_alike, results(made), value))
    if made is None or np.size(made) != np.size(value):
        return False
    a, b = np.ravel(made), np.ravel(value)
    largest = abs(b[np.isfinite(b)]).max(initial=0)
    return np.allclose(a, b, rtol=2e-5, atol=2e-7 * largest + 1e-12, equal_nan=True)
