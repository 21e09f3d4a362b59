"""Add to cases.json what is missing: a new exercise, or cases that reject a new mistake; pin it.

    python tests/exercises/add_cases.py            every exercise
    python tests/exercises/add_cases.py max-pool2d     one

Run it after an exercise, a misconception, a wrong function of the tests or one of `edge_cases` was
added. It only ever appends: what is stored has been given out, and stays pinned (`pin_numbers`).
"""

import json
import sys

import pin_numbers
from discriminating_cases import missing
from edge_cases import EDGES
from test_exercises_accepted import ONCE_ACCEPTED
from wrong_functions import WRONG

from pooling_lab import exercises
from pooling_lab.exercises import cases as stored_cases
from pooling_lab.exercises.cases import STORED, decoded, encoded
from pooling_lab.exercises.seeded_random import Stream


def wrong_functions(id):
    exercise = exercises.get(id)
    names = [*exercise.draw(Stream("names", id))]
    slips = [
        lambda *given, how=slip.answers: how(**dict(zip(names, given, strict=True)))
        for slip in exercise.slips.values()
        if exercise.kind == "code"
    ]
    listed = [row[1] for rows in (WRONG, ONCE_ACCEPTED) for row in rows.get(id, [])]
    return slips + listed


def not_in(cases, edges):
    return [case for case in map(encoded, edges) if case not in cases]


def as_text(stored):
    def lines(cases):
        return ",\n".join(json.dumps(case) for case in cases)

    return (
        "{\n" + ",\n".join(f'"{id}": [\n{lines(stored[id])}\n]' for id in sorted(stored)) + "\n}\n"
    )


def main():
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    for id in sys.argv[1:] or exercises.ids():
        exercise, cases = exercises.get(id), stored.setdefault(id, [])
        before = len(cases)
        if cases:  # the first is the example of the task, and is searched for
            cases += not_in(cases, EDGES.get(id, []))
        cases += [
            encoded(case)
            for case in missing(exercise, [decoded(case) for case in cases], wrong_functions(id))
        ]
        cases += not_in(cases, EDGES.get(id, []))
        print(f"{id}: {len(cases) - before} added, {len(cases)} in all")
    STORED.write_text(as_text(stored), encoding="utf-8")
    stored_cases._stored.cache_clear()
    stored_cases.cases.cache_clear()
    pin_numbers.main()


if __name__ == "__main__":
    main()
