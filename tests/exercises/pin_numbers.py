"""Write pinned_numbers.json: what 60 students were given, by every version of every exercise.

    python tests/exercises/pin_numbers.py

It adds what is new, an exercise, a version or stored cases, and refuses to change what is there:
whoever changes numbers changes them in the middle of somebody's course. A new version is the way
(see `pooling_lab.exercises.checking`).
"""

import hashlib
import json
from pathlib import Path

from pooling_lab import exercises
from pooling_lab.exercises.cases import cases, encoded
from pooling_lab.exercises.exercise import VERSIONS

PINNED = Path(__file__).with_name("pinned_numbers.json")
STUDENTS = [f"s{1234567 + 89 * number}" for number in range(60)]
COURSES = ("dl-2026", "pooling-2026", "")
SECRET = "an instructor's"


def personal(id, version, student):
    course = COURSES[STUDENTS.index(student) % len(COURSES)]
    return exercises.personal(id, student, course, numbers=version)


def digest(cases):
    text = json.dumps([encoded(case) for case in cases], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def given(id, version, student):
    """Return the numbers of a student, and for a function the inputs drawn for it, hidden too."""
    task = personal(id, version, student)
    if task.exercise.kind == "answer":
        return [task.numbers]
    return [task.numbers, *task.cases(SECRET)[len(cases(id)) + 1 :]]


def pinned(id, version):
    every = [case for student in STUDENTS for case in given(id, version, student)]
    sample = encoded(personal(id, version, STUDENTS[0]).numbers)
    return {"sample": sample, "sha256": digest(every)}


def main():
    kept = json.loads(PINNED.read_text(encoding="utf-8")) if PINNED.exists() else {}
    for id in exercises.ids():
        entry = kept.setdefault(id, {"stored": [], "versions": {}})
        entry["stored"] += [digest([case]) for case in cases(id)[len(entry["stored"]) :]]
        for version in VERSIONS:
            new = pinned(id, version)
            if entry["versions"].setdefault(str(version), new) != new:
                raise SystemExit(f"version {version} of {id} was given out with other numbers")
    lines = ",\n".join(f"{json.dumps(id)}: {json.dumps(kept[id])}" for id in sorted(kept))
    PINNED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
