"""What is said about windows: which cells are read instead of which, and what to try."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..diagnosis.counts import Counted
from ..diagnosis.measured import Measured, Setting
from ..diagnosis.reads import Axis, axes_of, box_of
from ..display import Grid, number
from ..exercise import Exercise
from .formulas import of_counts

AXES = ("image", "channel", "row", "column")


def axis_names(exercise: Exercise, shape: Sequence[int]) -> tuple[str, ...]:
    """Return what the axes of an input are called, each in the singular."""
    names = tuple(name.removesuffix("s") for name in exercise.input_axes)
    return names if len(names) == len(shape) else AXES[4 - len(shape) :]


def output_names(exercise: Exercise, dimensions: int) -> tuple[str, ...]:
    """Return what the axes of an output are called, each in the singular."""
    names = tuple(name.removesuffix("s") for name in exercise.axes or AXES[4 - dimensions :])
    return names if len(names) == dimensions else ()


def place_name(place: Sequence[int], names: Sequence[str]) -> str:
    """Say where an output is: “row 0, column 1”."""
    if len(names) != len(place):
        return f"place ({', '.join(map(str, place))})"
    return ", ".join(f"{name} {at}" for name, at in zip(names, place, strict=True))


def plural(count: int, name: str) -> str:
    """Write a count with its noun: “1 row”, “2 rows”."""
    return f"{count} {name}{'s' * (count != 1)}"


def span(name: str, start: int, stop: int, size: int | None = None) -> str:
    """Say which cells along an axis: “rows 0–2”, “row 1”."""
    if size is not None and size > 1 and (start, stop) == (0, size):
        return f"all {size} {name}s"
    return f"{name} {start}" if stop - start == 1 else f"{name}s {start}–{stop - 1}"


def cells_name(marks: np.ndarray, names: Sequence[str]) -> str:
    """Say which cells are marked, as a box where they fill one."""
    if not marks.any():
        return "no cell at all"
    box = box_of(marks)
    if box is None:
        where = np.argwhere(marks)
        if len(where) > 6:
            return f"{len(where)} cells that do not lie side by side"
        listed = ", ".join(f"({', '.join(map(str, at))})" for at in where)
        return f"the cells {listed} (as {', '.join(names)})"
    sizes = marks.shape if marks.ndim > 2 else (None,) * marks.ndim
    parts = [
        span(name, a, b, size)
        for name, a, b, size in zip(names, box.start, box.stop, sizes, strict=True)
        if (size or 2) > 1
    ]
    return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def first_difference(one: Setting) -> tuple[int, ...] | None:
    """Return the first output that reads other cells than asked; None if there is none."""
    read, asked = one.read, one.asked
    if len(read.output) != len(asked.output):
        return None
    for place in np.ndindex(*np.minimum(read.output, asked.output)):
        if (read.of(place) != asked.of(place)).any():
            return place
    return None


def drawn(one: Setting, name: str = "x") -> tuple[Grid, ...]:
    """Return the window asked and the window read, to be drawn side by side."""
    place = first_difference(one)
    if place is None or len(one.read.input) != 2:
        return ()
    x = np.asarray(one.case[name], float)
    at = place_name(place, AXES[2:]) if len(place) == 2 else place_name(place, ())
    return (
        Grid(f"{name}, the window asked for {at}", x, chosen=one.asked.of(place)),
        Grid(f"{name}, the cells that yours reads", x, chosen=one.read.of(place)),
    )


def weighed(exercise: Exercise, found: Measured) -> tuple[list[str], tuple[Grid, ...]]:
    """Say how much each cell counts for an output, where all outputs are weighted sums."""
    one, weights = found.settings[0], found.weights
    assert weights is not None
    place = next(
        (
            at
            for at in np.ndindex(*np.minimum(one.read.output, one.asked.output))
            if not _averages(weights, one, at)
        ),
        tuple(0 for _ in one.read.output),
    )
    names = axis_names(exercise, one.read.input)
    here = weights[int(np.ravel_multi_index(place, one.read.output))].reshape(one.read.input)
    at = place_name(place, output_names(exercise, len(place)))
    cells = np.argwhere(here)[:MOST_WEIGHTS]
    told = ", ".join(f"({', '.join(map(str, c))}) {number(here[tuple(c)])}" for c in cells)
    more = "" if np.count_nonzero(here) <= MOST_WEIGHTS else " …"
    carried = _whole_map(one, names)
    lines = [
        f"Each of your numbers is a weighted sum of cells. At {at} these cells count so much "
        f"({', '.join(names)}): {told}{more}; asked are {cells_name(one.asked.of(place), names)}, "
        "all alike.",
        carried
        or "Where does your code give a cell more weight than another, or bring in one from "
        "outside the window?",
    ]
    x = np.asarray(one.case["x"], float)
    if len(one.read.input) != 2:
        return lines, ()
    return lines, (
        Grid(f"x, the window asked for {at}", x, chosen=one.asked.of(place)),
        Grid("how much each cell counts in yours", here, chosen=here != 0),
    )


MOST_WEIGHTS = 9


def _averages(weights: np.ndarray, one: Setting, place: tuple[int, ...]) -> bool:
    here = weights[int(np.ravel_multi_index(place, one.read.output))]
    asked = one.asked.of(place).ravel()
    return bool(np.allclose(here, asked / asked.sum()))


def of_reads(
    exercise: Exercise, found: Measured, whose: str, counted: Counted | None = None
) -> list[str]:
    """Say which cells are read instead of which, how the windows differ, and what to try."""
    one = found.settings[0]
    names = axis_names(exercise, one.read.input)
    read, asked, place = one.read, one.asked, first_difference(one)
    lines = []
    if len(read.output) != len(asked.output):
        start, wanted = (tuple(0 for _ in shape) for shape in (read.output, asked.output))
        same = len(read.cells) == len(asked.cells) and (read.cells == asked.cells).all()
        if same:
            return ["Its numbers are right; only an axis is missing, or one too many."]
        lines.append(
            f"The first number of {whose} is made of {cells_name(read.of(start), names)}; it "
            f"should be made of {cells_name(asked.of(wanted), names)}."
        )
    elif place is not None:
        at = place_name(place, output_names(exercise, len(place)))
        lines.append(
            f"At {at} of {whose} your window reads {cells_name(read.of(place), names)}; it should "
            f"read {cells_name(asked.of(place), names)}."
        )
    return lines + _pattern(exercise, found, whose, counted)


def _pattern(exercise: Exercise, found: Measured, whose: str, counted: Counted | None) -> list[str]:
    """Say what the windows that are not where they should be have in common, and what to try."""
    one = found.settings[0]
    whole = _whole_map(one, axis_names(exercise, one.read.input))
    if whole:
        return [whole]
    if len(one.read.output) != len(one.asked.output):
        return ["Which axes are to be gone in the result, and which are to stay?"]
    counts = _counts(exercise, found, whose)
    if counts and counted is not None and counted.wrong and first_difference(one) is None:
        return [*counts, *of_counts(counted)]
    if _transposed(one):
        return [f"Rows and columns of {whose} are swapped. Which of the two comes first?"]
    read, asked = axes_of(one.read), axes_of(one.asked)
    if read is None or asked is None:
        return counts or ["Print the cells that your code takes for that place."]
    names = axis_names(exercise, one.read.input)
    lines = _steps(names, read, asked) + _names_of_sizes(found) + counts
    return [*lines[:3], _what_to_try(read, asked, one)]


def _transposed(one: Setting) -> bool:
    """Tell whether each output reads what the one with row and column swapped should."""
    read, asked = one.read, one.asked
    if len(read.output) != 2 or read.output != asked.output[::-1]:
        return False
    return all((read.of((i, j)) == asked.of((j, i))).all() for i, j in np.ndindex(read.output))


def _mixed(one: Setting, names: Sequence[str]) -> str:
    """Return the axis of which all is read, and only one should be; "" if there is no such."""
    place = first_difference(one)
    if place is None or len(names) < 3:
        return ""
    read, asked = box_of(one.read.of(place)), box_of(one.asked.of(place))
    if read is None or asked is None:
        return ""
    off = [
        name
        for name, n, m, size in zip(names, read.shape, asked.shape, one.read.input, strict=True)
        if n != m and (n, m) == (size, 1)
    ]
    same = sum(n == m for n, m in zip(read.shape, asked.shape, strict=True))
    return off[0] if len(off) == 1 and same == len(names) - 1 else ""


def _whole_map(one: Setting, names: Sequence[str]) -> str:
    reads, right = one.read.cells, one.asked.cells
    mixed = _mixed(one, names)
    if mixed:
        return f"Each number is made of all {mixed}s. Which axes does a window keep apart?"
    if reads.all() and len(reads) > 1:
        return (
            "Every number of the result depends on the whole map. Where does your code cut the "
            "window out?"
        )
    if reads.shape != right.shape:
        return ""
    if (reads == (np.cumsum(right, axis=0) > 0)).all():
        return (
            "Each window also reads what the windows before it have read: something is carried "
            "over from one window to the next. What has to begin anew with each?"
        )
    counts = right.sum(axis=1)
    inner, agree = counts == counts.max(), (reads == right).all(axis=1)
    at_the_edge = agree[inner].all() and not agree[~inner].any() and not inner.all()
    if "padding" in one.case and at_the_edge:
        return (
            "Only the windows that reach into the padding do so: what stands in your frame is "
            "taken from the map itself. What would never win there?"
        )
    return ""


def _counts(exercise: Exercise, found: Measured, whose: str) -> list[str]:
    """Say how many windows there are along each axis, and how many there should be."""
    one = found.settings[0]
    names = output_names(exercise, len(one.asked.output))
    if one.read.output == one.asked.output or not names:
        return []
    both = [*zip(names, one.read.output, one.asked.output, strict=True)]
    have = " and ".join(plural(n, name) for name, n, m in both if n != m)
    want = " and ".join(str(m) for _, n, m in both if n != m)
    said = f"{whose[0].upper()}{whose[1:]} has {have}; there should be {want}."
    if first_difference(one) is None and all(n <= m for _, n, m in both):
        return [f"{said} What is there is right, and the rest is missing."]
    axes, asked = axes_of(one.read), axes_of(one.asked)
    sticks_out = (
        axes is not None
        and asked is not None
        and any(
            len(a.starts) > len(b.starts)
            and (a.starts[: len(b.starts)], a.stops[: len(b.stops)]) == (b.starts, b.stops)
            and a.stops[-1] == size
            and a.stops[-1] - a.starts[-1] < (b.length or 0)
            for a, b, size in zip(axes, asked, one.read.input, strict=True)
        )
    )
    why = " The last window sticks out of the map, and such a one is left out here."
    return [said + why * sticks_out]


def _steps(names: Sequence[str], read: Sequence[Axis], asked: Sequence[Axis]) -> list[str]:
    axes = [*zip(names, read, asked, strict=True)]
    off = [
        (name, a.step, b.step)
        for name, a, b in axes
        if a.step is not None and b.step is not None and a.step != b.step
    ]
    stops = [n for n, a, b in axes if len({*a.stops}) == 1 < len(a.stops) and len({*b.stops}) > 1]
    starts = [n for n, a, b in axes if len({*a.starts}) == 1 < len({*a.stops})]
    if starts:
        return [f"All windows start at the same {starts[0]}, and each is larger than the last."]
    turned = [name for name, step, wanted in off if step == -wanted]
    if turned:
        return [f"The {turned[0]}s come in reverse order."]
    if any(step == 0 for _, step, _ in off):
        same = " and ".join(f"{name}s" for name, step, _ in off if step == 0)
        return [f"Every window reads the same {same}."]
    if stops:
        return [
            f"All windows end at the same {stops[0]}, wherever they start. In `x[a:b]` both ends "
            "count from the start of the map."
        ]
    if not off:
        return []
    moves = " and ".join(plural(step, name) for name, step, _ in off)
    wanted = " and ".join(str(step) for *_, step in off)
    return [f"From one window to the next it moves on by {moves}, and not by {wanted}."]


def _names_of_sizes(found: Measured) -> list[str]:
    """Say it when windows are as wide as another argument says, in everything measured."""

    def as_wide(one: Setting, argument: str) -> bool:
        size, axes = one.case.get(argument), axes_of(one.read)
        if axes is None or size is None or size == one.case.get("kernel_size"):
            return False
        return all(axis.length == size for axis in axes[-2:])

    for argument in ("stride", "padding"):
        if all(as_wide(one, argument) for one in found.settings) and len(found.settings) > 1:
            return [f"Your window is as high and as wide as `{argument}` says."]
    return []


def _what_to_try(read: Sequence[Axis], asked: Sequence[Axis], one: Setting) -> str:
    pairs = [*zip(read, asked, strict=True)]
    if any(a.starts[0] > b.starts[0] and (a.step is None or a.step > 0) for a, b in pairs):
        return "Where does the first window start? `range(n)` begins with 0, `range(1, n)` with 1."
    if any(abs(a.length - b.length) == 1 for a, b in pairs if a.length and b.length):
        return "A slice and a `range` stop before their end: `x[1:4]` holds three cells."
    if any(a.step != b.step for a, b in pairs if a.step is not None and b.step is not None):
        return "Where does window (i, j) start, in rows and in columns?"
    if one.read.output != one.asked.output:
        return "Count by hand how many windows fit whole, down and across."
    return "Print the rows and columns that your slice takes for that place."
