"""What the rows of a class say: scores, questions, misconceptions, answers that belong together."""

from __future__ import annotations

import csv
import functools
import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import exercises, tables
from ..assignments import packed, unpacked
from ..exercises.checking import Task
from ..exercises.compare import Value
from ..exercises.display import marked_up
from ..palette import LIGHT, SHARES
from .gradebook import TIME, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def of(rows: Iterable[Row], assignment: str) -> list[Row]:
    """Return the rows of one assignment."""
    return [row for row in rows if row.assignment == assignment]


def assignments(rows: Iterable[Row]) -> list[str]:
    """Return which assignments there are."""
    return sorted({row.assignment for row in rows})


def ungraded(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Return student, assignment and reason for all that has no grade; broken files first."""
    found = {(r.student, r.assignment, r.reason) for r in rows if r.status == "not graded"}
    return sorted(found, key=lambda one: (one[2].startswith("nothing was"), *one))


MANY = 10  # students with the same note

# --- scores -------------------------------------------------------------------------------------


def _by_student(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.student].append(row)
    return found


def totals(rows: Iterable[Row]) -> dict[str, float]:
    """Return the points of each student whose every question is graded.

    Parameters
    ----------
    rows
        The rows of one assignment. Penalties for lateness are not in them.
    """
    return {
        student: sum(row.points for row in own if row.points is not None)
        for student, own in _by_student(rows).items()
        if all(row.points is not None for row in own)
    }


def totals_to_csv(rows: Sequence[Row], path: Path) -> None:
    """Write a line for each student and assignment; no points where a question has none.

    Parameters
    ----------
    rows
        The rows of all assignments. Penalties for lateness are not in them.
    path
        The file; it is overwritten.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("student", "assignment", "points", "max_points", "why_not"))
        for name in assignments(rows):
            done, part = totals(of(rows, name)), of(rows, name)
            for student, own in _by_student(part).items():
                why = next((row.reason or row.status for row in own if row.points is None), "")
                points = f"{done[student]:g}" if student in done else ""
                writer.writerow((student, name, points, f"{most(part):g}", why))


def waiting(rows: Iterable[Row]) -> dict[float, list[str]]:
    """Return who waits for a person to grade, by how many points are still open."""
    found: dict[float, list[str]] = defaultdict(list)
    for student, own in _by_student(rows).items():
        if missing := sum(row.max_points for row in own if row.status == "waits for a person"):
            found[missing].append(student)
    return found


def most(rows: Sequence[Row]) -> float:
    """Return how many points one assignment gives at most."""
    return sum({row.question: row.max_points for row in rows}.values())


def summary(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    """Return a line for each assignment: how many, and the scores of those graded completely.

    The columns are those of `SUMMARY`.
    """
    rows, lines = [*rows], []
    for name in assignments(rows):
        part = of(rows, name)
        done = sorted(totals(part).values())
        scores = (done[0], statistics.median(done), done[-1]) if done else ("–", "–", "–")
        missing = {student for student, _, _ in ungraded(part)}
        waits = sum(map(len, waiting(part).values()))
        lines.append((name, len(done), waits, len(missing), *scores, most(part)))
    return [tuple(f"{x:g}" if isinstance(x, float) else x for x in line) for line in lines]


SUMMARY = (
    *("assignment", "graded", "waiting for a person", "not graded"),
    *("lowest", "median", "highest", "of"),
)


def scores_in_words(rows: Iterable[Row]) -> str:
    """Say the same in a sentence for each assignment."""
    told = "{}: {} graded, from {} to {} of {} points, median {}."
    return " ".join(
        told.format(n, k, low, high, of, mid) for n, k, _, _, low, mid, high, of in summary(rows)
    )


def shares(rows: Iterable[Row]) -> dict[str, Counter[str]]:
    """Return how often each status came for each question, of those who were graded."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        counted = found.setdefault(row.question, Counter())
        counted.update([row.status] if row.status != "not graded" else [])
    return found


def times(rows: Iterable[Row]) -> list[datetime]:
    """Return when the submissions came in, as far as that is known."""
    when = {row.student: row.submitted for row in rows if row.submitted}
    return sorted(datetime.strptime(one, TIME) for one in when.values())


def times_in_words(when: Sequence[datetime]) -> str:
    """Say when the first, the middle and the last of them came in."""
    first, half, last = (when[i].strftime(TIME) for i in (0, len(when) // 2, -1))
    return f"{len(when)} handed in; the first {first}, half of them by {half}, the last {last}."


def notes(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Return student, assignment and note for all that was mended, left out or found odd.

    What was set by hand comes first. Where many have the same note, it is one line.
    """
    who: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for note in row.notes:
            who[row.assignment, note].add(row.student)
    lines = [
        (student, assignment, note)
        for (assignment, note), students in who.items()
        for student in (students if len(students) < MANY else [f"{len(students)} students"])
    ]
    return sorted(lines, key=lambda one: ("by hand" not in one[2], *one))


def waiting_for(rows: Iterable[Row]) -> list[tuple[str, str, str, str]]:
    """Return student, assignment, question and reason where the grading could not decide."""
    return [
        (row.student, row.assignment, row.question, row.reason)
        for row in rows
        if row.status == "waits for a person" and row.reason
    ]


# --- misconceptions -----------------------------------------------------------------------------


def misconceptions(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return who has each misconception, the commonest first."""
    who: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for one in row.misconceptions:
            who[one].add(row.student)
    return {one: sorted(who[one]) for one in sorted(who, key=lambda one: (-len(who[one]), one))}


def unexplained(rows: Iterable[Row]) -> list[tuple[str, str, str, str]]:
    """Return student, assignment, question and reason where no misconception says why.

    Code that stopped or ran on, cells that ended the kernel, and mistakes nobody has described.
    """
    return [
        (row.student, row.assignment, row.question, row.reason)
        for row in rows
        if row.status in ("wrong", "partly right") and row.reason and not row.misconceptions
    ]


# --- answers that belong together ---------------------------------------------------------------


class Alike(NamedTuple):
    """For one exercise, groups of students whose own numbers lead to one and the same answer."""

    assignment: str
    exercise: str
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Together:
    """Somebody whose answers are wrong for his own numbers, and right for another student's.

    Attributes
    ----------
    exercises
        For which exercises that is so.
    both
        For which of them the other one handed in the same.
    """

    student: str
    other: str
    assignment: str
    exercises: tuple[str, ...]
    both: tuple[str, ...]


def _short(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of short answers with numbers of one's own, by assignment and exercise."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.course and row.exercise and exercises.get(row.exercise).kind == "answer":
            found[row.assignment, row.exercise].append(row)
    return found


@functools.cache
def _task(exercise: str, student: str, course: str, numbers: int) -> Task:
    return exercises.personal(exercise, student, course, numbers=numbers)


def _own(row: Row) -> Task:
    return _task(row.exercise, row.id or row.student, row.course, row.numbers)


def alike(rows: Iterable[Row]) -> list[Alike]:
    """Return who shares the expected answer, so that equal answers there mean nothing."""
    found = []
    for (assignment, exercise), own in _short(rows).items():
        groups: dict[str, list[str]] = defaultdict(list)
        for row in own:
            task = _own(row)
            groups[packed(task.exercise.outcome(task.numbers))].append(row.student)
        found.append(Alike(assignment, exercise, tuple((*g,) for g in groups.values() if g[1:])))
    return [one for one in found if one.groups]


def together(rows: Iterable[Row]) -> list[Together]:
    """Return whose wrong answers are right for another student's numbers, most answers first.

    One such answer may be chance, most of all a short one. Several, for the same other student,
    hardly are. An answer that is right for several others stands beside the one who shares most.
    """
    found: dict[tuple[str, str, str], list[tuple[str, bool]]] = defaultdict(list)
    for (assignment, exercise), own in _short(rows).items():
        tasks = [(row, _own(row)) for row in own]
        for row in own:
            if row.answer and row.status == "wrong":
                value = unpacked(row.answer)
                for other in _fitting(row, value, tasks):
                    both = other.answer == row.answer
                    found[row.student, other.student, assignment].append((exercise, both))
    pairs = [
        Together(*key, tuple(one for one, _ in which), tuple(one for one, both in which if both))
        for key, which in found.items()
    ]
    pairs.sort(key=lambda p: (-len(p.exercises), -len(p.both), p.student, p.other))
    return [pair for i, pair in enumerate(pairs) if not _said(pair, pairs[:i])]


def _said(pair: Together, before: Iterable[Together]) -> bool:
    """Tell whether each answer of a pair stands in an earlier one: somebody else's is the same."""
    same = (p for p in before if (p.student, p.assignment) == (pair.student, pair.assignment))
    return {*pair.exercises} <= {one for p in same for one in p.exercises}


def _fitting(row: Row, value: Value | None, tasks: Iterable[tuple[Row, Task]]) -> list[Row]:
    """Return those others for whose numbers an answer is right.

    Where many answers are right, one may fit by chance: then the other must have given it too.
    """
    exercise = exercises.get(row.exercise)
    many = exercise.fits is not None and not exercise.unordered
    return [
        other
        for other, task in tasks
        if other.student != row.student
        and (other.answer == row.answer or not many)
        and exercise.explains(value, task.numbers)
    ]


# --- for the notebook ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows; whatever a student wrote stands in it as text."""

    heads: Sequence[str]
    lines: Collection[Sequence[object]]

    def __repr__(self) -> str:
        return "\n".join(" | ".join(map(str, one)) for one in [self.heads, *self.lines])

    def _repr_html_(self) -> str:
        texts = [[str(one) for one in row] for row in (self.heads, *self.lines)]
        rows = [
            [tables.cell(marked_up(text), _width(text), "td" if at else "th") for text in row]
            for at, row in enumerate(texts)
        ]
        return tables.grid(rows)


def _width(text: str) -> str:
    return f"text-align:left;white-space:{'normal' if len(text) > 24 else 'nowrap'}"


HATCHES = {  # no two are told apart by colour alone: each is hatched in its own way
    "right": "",
    "partly right": "..",
    "wrong": "//",
    "not attempted": "",
    "waits for a person": "xx",
}


def extremes(counted: Mapping[str, Counter[str]]) -> str:
    """Say which question fewest got right, and which most."""
    ordered = sorted(counted, key=lambda one: counted[one]["right"] / (counted[one].total() or 1))
    told = [f"{one} ({counted[one]['right']} of {counted[one].total()})" for one in ordered]
    return f"Fewest were right in {told[0]}, most in {told[-1]}."


def draw_shares(axes: Axes, counted: Mapping[str, Counter[str]]) -> None:
    """Draw a bar for each question, cut into what became of it; each part says how many."""
    from matplotlib.ticker import MaxNLocator

    axes.grid(False)
    axes.invert_yaxis()
    left = dict.fromkeys(counted, 0)
    for status, hatch in HATCHES.items():
        counts, starts = [c[status] for c in counted.values()], [*left.values()]
        bars = axes.barh([*counted], counts, left=starts, label=status, color=SHARES[status])
        for bar in bars:
            bar.set(hatch=hatch, edgecolor=LIGHT["muted"])
        for label in axes.bar_label(
            bars, [str(n) if n else "" for n in counts], label_type="center"
        ):
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
        left = {question: left[question] + c[status] for question, c in counted.items()}
    axes.set_xlim(0, 1.01 * max(1, *left.values()))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=3, frameon=False)


def draw_times(axes: Axes, when: Sequence[datetime]) -> None:
    """Draw how many had handed in by when, day by day."""
    import matplotlib.dates

    axes.step(np.array([when[0], *when], "datetime64[m]"), range(len(when) + 1), where="post")
    ticks = matplotlib.dates.AutoDateLocator(minticks=3, maxticks=9)
    axes.xaxis.set_major_locator(ticks)
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(ticks))


def draw_counts(axes: Axes, counts: Mapping[str, int]) -> None:
    """Draw a bar for each name, the first on top; each says how many."""
    from matplotlib.ticker import MaxNLocator

    axes.invert_yaxis()
    axes.grid(False, axis="y")
    bars = axes.barh([*counts], [*counts.values()], color=LIGHT["best"], edgecolor=LIGHT["muted"])
    axes.bar_label(bars, padding=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def draw_scores(axes: Axes, points: Collection[float], highest: float) -> None:
    """Draw how many students have how many points; each bar says how many."""
    from matplotlib.ticker import MaxNLocator

    step = max(1, round(highest / 10))
    edges = [*itertools.takewhile(lambda e: e <= highest + step, itertools.count(0, step))]
    counts, _ = np.histogram([*points], edges)
    bars = axes.bar(
        edges[:-1], counts, step, align="edge", edgecolor=LIGHT["muted"], color=LIGHT["here"]
    )
    axes.bar_label(bars, [str(int(n)) if n else "" for n in counts])
    axes.set_xticks(edges[::2])
    axes.set_ylim(0, 1.15 * max(1, *counts))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
