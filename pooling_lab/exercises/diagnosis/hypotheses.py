"""What every hypothesis about a task leads to, worked out once and held against answers at once.

Somebody may have a misconception, or two; may have changed one thing in the worked solution; may
have left out a factor, taken other windows, or put other cells together. What each gives for the
numbers of a task is known before anybody answers.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..compare import Candidates, Value, alike_among, numbers_in
from ..exercise import Case, Exercise, answers_of, per_case
from ..seeded_random import Stream
from . import by_hand, formulas
from .chance import MOST_BY_CHANCE, ends_near, within
from .edits import FEW, SMALL, Edit, edited, told_of
from .explain import solution_edits
from .known import AVERAGED_WITH_ZEROS, Wrong, pairs


class Matches(NamedTuple):
    """What gives an answer, each kind by itself; beyond the list only where it is silent."""

    ids: Sequence[str]  # misconceptions and slips
    nearly: Sequence[tuple[str, int]] = ()  # to how many digits it is that of a misconception
    edits: Sequence[Edit] = ()
    changes: Sequence[formulas.Change] = ()
    grids: Sequence[by_hand.OfGrid] = ()
    groups: Sequence[by_hand.OfGroups] = ()
    pairs: Sequence[Wrong] = ()
    sure: bool = True  # whether grids and groups like that seldom come about by chance


@dataclass(frozen=True)
class Generated:
    """What is generated from the worked solution of a task, and from two misconceptions."""

    edits: Mapping[tuple[bool, bool], Candidates[Edit]]  # by how much an answer holds
    pairs: Candidates[Wrong]
    sums: formulas.Sums | None
    layout: by_hand.Layout | None
    groups: Candidates[by_hand.OfGroups]
    windows: Mapping[tuple[int, ...], by_hand.OneWindow]
    grids: dict[tuple[int, ...], list[Candidates[by_hand.OfGrid]]]  # by the shape of an answer
    by_chance: set[by_hand.OfGrid | by_hand.OfGroups]  # what too many answers would be


@dataclass(frozen=True)
class Hypotheses:
    """What leads where in one task.

    ``sure`` are the misconceptions and slips that are told for certain: the more answers near the
    right one they explain together, the fewer these are. Of ``chance`` they leave so much.
    """

    exercise: Exercise
    case: Case
    right: Value
    stories: Candidates[str]
    sure: frozenset[str]
    chance: float

    def matching(self, value: Value, elsewhere: bool = False) -> Matches:
        """Return what gives an answer.

        Parameters
        ----------
        value
            A wrong answer.
        elsewhere
            Whether it holds the right numbers in other places: then no other cells were read.
        """
        if self.exercise.unordered and isinstance(value, np.ndarray) and value.ndim == 1:
            value = np.sort(value)
        ids = self.stories.equal_to(value)
        ids += alike_among(self.exercise.misconceptions, value, self.right)
        if ids:
            return Matches(ids)
        near = self.stories.rounded_to(value)
        made = self.generated
        many = (value.size if isinstance(value, np.ndarray) else len(value)) >= FEW
        small = not many and isinstance(value, np.ndarray) and bool((abs(value) < SMALL).all())
        edits = made.edits[many, small].alike(value)
        pairs = made.pairs.equal_to(value) if many else []
        if not isinstance(value, np.ndarray):
            return Matches((), near, edits, pairs=pairs)
        changes = formulas.of(made.sums, value) if made.sums else []
        if made.layout is None:
            return Matches((), near, edits, changes, pairs=pairs)
        if value.shape not in made.grids:
            made.grids[value.shape] = by_hand.grids_of(made.layout, value.shape)
            if value.shape == made.layout.right.shape and len(made.grids[value.shape]) == 1:
                made.by_chance.update(self._by_chance(made.grids[value.shape][0], made.groups))
        planes = []
        for plane, candidates in zip(made.layout.planes, made.grids[value.shape], strict=False):
            planes.append(candidates.equal_to(value[plane]))
        enough = many or (value.size != 2 and value.shape != made.layout.right.shape)
        groups = made.groups.equal_in_order(value) if enough and not elsewhere else []
        grids = by_hand.of_all_planes(made.layout, planes) if planes and all(planes) else []
        sure = made.by_chance.isdisjoint((*grids[:1], *groups[:1]))
        return Matches((), near, edits, changes, grids, groups, pairs, sure)

    @functools.cached_property
    def generated(self) -> Generated:
        """What is generated; few answers need it."""
        exercise, case = self.exercise, self.case
        table = edited(() if exercise.fits else solution_edits(exercise.id), case)
        both = pairs(exercise) if _listed(exercise) else []
        paired = [(who, exercise.outcome(case, who)) for who in both]
        layout = None if exercise.fits else by_hand.layout(exercise, case)
        return Generated(
            {
                (many, small): Candidates(told_of(table, self.right, many, small, self.chance))
                for many, small in ((True, False), (False, False), (False, True))
            },
            Candidates([(who, value) for who, value in paired if value is not None]),
            None if exercise.formula is None else formulas.sums_of(exercise.formula, case),
            layout,
            Candidates(() if layout is None else by_hand.groups_of(layout)),
            {} if layout is None else by_hand.windows_of(layout),
            {},
            set(),
        )

    def _by_chance(
        self, grids: Candidates[by_hand.OfGrid], groups: Candidates[by_hand.OfGroups]
    ) -> Iterator[by_hand.OfGrid | by_hand.OfGroups]:
        """Yield the grids and groups that are not told for certain, what differs most first."""
        shape = np.shape(np.asarray(self.right))
        found: list[tuple[by_hand.OfGrid | by_hand.OfGroups, np.ndarray]] = []
        labels: list[by_hand.OfGrid | by_hand.OfGroups] = [*grids.labels, *groups.labels]
        for way, value in zip(labels, (*grids.values, *groups.values), strict=True):
            if np.size(np.asarray(value)) == np.prod(shape):
                found.append((way, np.asarray(value).reshape(shape)))
        found.sort(key=lambda one: one[0].cost)
        told, _ = within(self.chance, [value for _, value in found], self.right)
        for at, (way, _) in enumerate(found):
            if at not in told:
                yield way


@per_case
def hypotheses(exercise: Exercise, case: Case) -> Hypotheses:
    """Return what leads where in a task."""
    found: list[tuple[str, Value | None]] = []
    if _listed(exercise):
        found += [(one, exercise.outcome(case, {one})) for one in exercise.misconceptions]
    if _listed(exercise) and {*exercise.misconceptions} >= AVERAGED_WITH_ZEROS:
        found.append(("mean-for-max", exercise.outcome(case, AVERAGED_WITH_ZEROS)))
    made = answers_of([one.answers for one in exercise.slips.values()], case)
    found += zip(exercise.slips, made, strict=True)
    stories = [
        (id, in_order(exercise, value))
        for id, value in found
        if value is not None and (numbers_in(value) or exercise.unordered)
    ]
    right = exercise.outcome(case)
    assert right is not None
    if exercise.fits is not None:
        return Hypotheses(exercise, case, right, Candidates(stories), _sure(exercise, case), 0)
    values = dict(reversed(stories))  # the first of one name
    ids = [one for one in (*exercise.misconceptions, *exercise.slips) if one in values]
    told, left = within(MOST_BY_CHANCE, [values[one] for one in ids], right)
    sure = frozenset(one for at, one in enumerate(ids) if at in told)
    return Hypotheses(exercise, case, right, Candidates(stories), sure, left)


DRAWN = 200  # answers near a right one


def _sure(exercise: Exercise, case: Case) -> frozenset[str]:
    """Return what is told for certain where many answers are right: what random ones seldom fit."""
    right, stream = exercise.outcome(case), Stream("near", exercise.id)
    if exercise.unordered or not isinstance(right, np.ndarray):
        return frozenset({*exercise.misconceptions, *exercise.slips})
    fits: dict[str, int] = dict.fromkeys((*exercise.misconceptions, *exercise.slips), 0)
    for turn in range(DRAWN):  # all numbers wrong, then all but one right
        near = np.array([stream.integer(*ends) for ends in ends_near(right)], float)
        alone = np.arange(right.size) == stream.integer(0, right.size - 1)
        answer = np.where(alone, near, right.ravel()) if turn % 2 else near
        for one in exercise.judge(answer.reshape(right.shape), case).fitting:
            fits[one] += 1
    rarest_first = sorted(fits, key=fits.__getitem__)
    shares = itertools.accumulate(fits[one] / DRAWN for one in rarest_first)
    both = zip(rarest_first, shares, strict=True)
    half = MOST_BY_CHANCE / 2  # the right numbers in another order are told as well
    return frozenset(one for one, share in both if share <= half)


def _listed(exercise: Exercise) -> bool:
    """Tell whether what a misconception leads to is one answer, and not any of many."""
    return exercise.mistaken is not None and (exercise.fits is None or exercise.unordered)


def in_order(exercise: Exercise, value: Value) -> Value:
    """Return an answer as it is; sorted, where its order does not matter."""
    free = exercise.unordered and isinstance(value, np.ndarray)
    return np.sort(np.asarray(value), axis=None) if free else value
