"""Exercises that say why an answer is wrong.

    from pooling_lab import exercises
    exercises.show("output-size")              the task, its stars and minutes
    exercises.check("output-size", answer)     a Verdict: rich text, and data
    exercises.hint("output-size")              the next hint, the last nearly the answer
    exercises.solution("output-size")          a worked solution, recorded as seen
    exercises.personal("output-size", student="s1234567", course="dl-2026")

    exercises.reads(my_max_pool2d, (5, 6), 2, 2)    which cells each output of a function reads

How to add one: `pooling_lab.exercises.checking`.
"""

from . import content  # noqa: F401  (its modules add the exercises)
from .checking import Task, check, hint, personal, seen, show, solution
from .display import Note, Verdict
from .exercise import Exercise, UnknownNumbers, get, ids
from .reading import reads

__all__ = [
    "Exercise",
    "Note",
    "Task",
    "UnknownNumbers",
    "Verdict",
    "check",
    "get",
    "hint",
    "ids",
    "personal",
    "reads",
    "seen",
    "show",
    "solution",
]
