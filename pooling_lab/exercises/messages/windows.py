"""What is said about windows: which cells are read instead of which, and what to try."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from ..diagnosis.counts import Counted
from ..diagnosis.makes import Makes
from ..diagnosis.measured import Measured, Setting
from ..diagnosis.reads import Axis, axes_of, box_of
from ..display import Grid, number
from ..exercise import Exercise
from .counts import of_counts

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


def weighed(exercise: Exercise, found: Measured, asked: str) -> tuple[list[str], tuple[Grid, ...]]:
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
    carried = _whole_map(found, names)
    lines = [
        f"Each of your numbers is a weighted sum of cells. At {at} these cells count so much "
        f"({', '.join(names)}): {told}{more}; asked is {asked} of "
        f"{cells_name(one.asked.of(place), names)}.",
        *(
            carried
            or [
                "No weighted sum gives that. Which line of yours adds up, or averages?"
                if found.asked != Makes("mean")
                else "By what do you divide, and how many cells does a window hold?"
                if np.array_equal(here != 0, one.asked.of(place)) and np.ptp(here[here != 0]) == 0
                else "Where does your code give a cell more weight than another, or bring in one "
                "from outside the window?"
            ]
        ),
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
            return ["Its windows are right; only an axis is missing, or one too many."]
        have, want = cells_name(read.of(start), names), cells_name(asked.of(wanted), names)
        if have != want:
            lines.append(
                f"The first number of {whose} is made of {have}; it should be made of {want}."
            )
    elif place is not None:
        at = place_name(place, output_names(exercise, len(place)))
        have, want = cells_name(read.of(place), names), cells_name(asked.of(place), names)
        if have != want:
            lines.append(f"At {at} of {whose} your window reads {have}; it should read {want}.")
    return lines + _pattern(exercise, found, whose, counted)


def _pattern(exercise: Exercise, found: Measured, whose: str, counted: Counted | None) -> list[str]:
    """Say what the windows that are not where they should be have in common, and what to try."""
    one = found.settings[0]
    names = axis_names(exercise, one.read.input)
    whole = _whole_map(found, names)
    if whole:
        return whole
    if len(one.read.output) != len(one.asked.output):
        return ["Which axes are to be gone in the result, and which are to stay?"]
    counts = _counts(exercise, found, whose)
    if counts and counted is not None and counted.wrong and first_difference(one) is None:
        return [*counts, *of_counts(counted)]
    if all(map(_transposed, found.settings)):
        return [f"Rows and columns of {whose} are swapped. Which of the two comes first?"]
    read, asked = axes_of(one.read), axes_of(one.asked)
    if read is None or asked is None:
        return counts or ["Print the cells that your code takes for that place."]
    lines = _steps_everywhere(names, found) + _names_of_sizes(found) + counts
    asks = any(line.endswith("?") for line in lines)
    return [*lines[:3], *([] if asks else [_what_to_try(exercise, found)])]


def _transposed(one: Setting) -> bool:
    """Tell whether each output reads what the one with row and column swapped should."""
    read, asked = one.read, one.asked
    if len(read.output) != 2 or read.output != asked.output[::-1]:
        return False
    return all((read.of((i, j)) == asked.of((j, i))).all() for i, j in np.ndindex(read.output))


def _mixed(one: Setting, names: Sequence[str]) -> str:
    """Return the axis of which each output reads all, and should read one; "" if there is none."""
    read, asked = one.read, one.asked
    if len(names) < 3 or len(read.output) != len(asked.output):
        return ""
    places = np.ndindex(*np.minimum(read.output, asked.output))
    both = [(box_of(read.of(place)), box_of(asked.of(place))) for place in places]
    off = {
        tuple(
            name
            for name, n, m, size in zip(names, a.shape, b.shape, read.input, strict=True)
            if n != m and (n, m) == (size, 1)
        )
        if a is not None and b is not None and sum(map(operator.ne, a.shape, b.shape)) == 1
        else ()
        for a, b in both
    }
    axes = off.pop() if off else ()
    return axes[0] if not off and len(axes) == 1 else ""


def _whole_map(found: Measured, names: Sequence[str]) -> list[str]:
    """Say what all windows have in common, in everything that was measured."""
    settings = found.settings
    mixed = {_mixed(one, names) for one in settings}
    if len(mixed) == 1 and "" not in mixed:
        return [f"Each number is made of all {mixed.pop()}s. Which axes does a window keep apart?"]
    if all(one.read.cells.all() and len(one.read.cells) > 1 for one in settings):
        return [
            "Every number of the result depends on the whole map. Where does your code cut the "
            "window out?"
        ]
    wide = any(min(one.read.output[-2:], default=0) > 1 for one in settings)
    if wide and all((one.read.cells == one.read.cells[0]).all() for one in settings):
        return ["All your numbers are made of the same cells. Where is each window cut out?"]
    if any(one.read.cells.shape != one.asked.cells.shape for one in settings):
        return []
    if all((one.read.cells == (np.cumsum(one.asked.cells, axis=0) > 0)).all() for one in settings):
        return [
            "Each window also reads what the windows before it have read: something is carried "
            "over from one window to the next. What has to begin anew with each?"
        ]
    if "padding" in settings[0].case:
        return _padding(found)
    return []


def _padding(found: Measured) -> list[str]:
    """Say what the windows that reach into the padding read, where the others are right."""
    padded = [one for one in found.settings if one.case["padding"]]
    if padded and all(map(_padded_after, padded)):
        return [
            "Your first window starts at the first row and column of the map, as if all the "
            "padding stood behind the last ones. On which sides does it belong?"
        ]
    one = found.settings[0]
    reads, right = one.read.cells, one.asked.cells
    counts, agree = right.sum(axis=1), (reads == right).all(axis=1)
    inner = counts == counts.max()
    if inner.all() or not agree[inner].all() or agree[~inner].any():
        return []
    edge, more = reads[~inner], (reads & right)[~inner].sum(axis=1) == counts[~inner]
    if not edge.any() and found.shown is not None:
        won = np.unique(found.shown[0].ravel()[~inner])
        if len(won) == 1:
            return [
                f"Every window that reaches into the padding gives {number(float(won[0]))}, "
                "whatever the map holds: what stands in your frame wins against every number. What "
                "would never win there?"
            ]
    if more.all():
        return [
            "Only the windows that reach into the padding do so: they read more of the map than "
            "lies in them. What stands in your frame, and where do such windows start and end?"
        ]
    return ["Only the windows that reach into the padding do so. What stands in your frame?"]


def _padded_after(one: Setting) -> bool:
    """Tell whether window (i, j) starts at row i·stride, as if no padding stood before it."""
    k, s = one.case["kernel_size"], one.case["stride"]
    if len(one.read.output) != 2 or len(one.read.input) != 2:
        return False
    for i, j in np.ndindex(one.read.output):
        wanted = np.zeros(one.read.input, bool)
        wanted[i * s : i * s + k, j * s : j * s + k] = True
        if (one.read.of((i, j)) != wanted).any():
            return False
    return True


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
        return [f"{said} The windows that are there are the right ones, and the rest is missing."]
    more = _one_too_many(exercise, one)
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
    return [said + (why if sticks_out else more)]


def _one_too_many(exercise: Exercise, one: Setting) -> str:
    """Say what the first of the numbers reads that should not be there."""
    places = np.ndindex(one.read.output)
    place = next(
        (at for at in places if any(n >= m for n, m in zip(at, one.asked.output, strict=True))),
        None,
    )
    if place is None:
        return ""
    at = place_name(place, output_names(exercise, len(place)))
    cells = cells_name(one.read.of(place), axis_names(exercise, one.read.input))
    return f" The one at {at}, which should not be there, reads {cells}."


def _steps_everywhere(names: Sequence[str], found: Measured) -> list[str]:
    """Say how windows move on, where nothing that was measured says otherwise."""
    told: list[list[str]] = []
    for one in found.settings:
        read, asked = axes_of(one.read), axes_of(one.asked)
        if one is not found.settings[0] and not one.read.cells.any(axis=1).all():
            continue  # where an output reads nothing, there is no telling
        if read is None or asked is None:
            return []
        steps = _steps(names, read, asked, one)
        comparable = [
            a.step is not None and b.step is not None for a, b in zip(read, asked, strict=True)
        ]
        told += [steps] if steps or any(comparable) else []
    return told[0] if told and all(told) else []


def _steps(
    names: Sequence[str], read: Sequence[Axis], asked: Sequence[Axis], one: Setting
) -> list[str]:
    axes = [*zip(names, read, asked, strict=True)]
    off = [
        (name, a.step, b.step)
        for name, a, b in axes
        if a.step is not None and b.step is not None and a.step != b.step
    ]
    stops = [
        (name, a.stops[0], size)
        for (name, a, b), size in zip(axes, one.read.input, strict=True)
        if len({*a.stops}) == 1 < len(a.stops)
        and len({*b.stops}) > 1
        # What ends with a map no wider than one window says nothing of the slice.
        and not a.stops[0] == size <= one.case.get("kernel_size", 0)
    ]
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
        return [_same_end(*stops[0], one.case.get("kernel_size"))]
    if not off:
        return []
    moves = " and ".join(plural(step, name) for name, step, _ in off)
    wanted = " and ".join(str(step) for *_, step in off)
    return [f"From one window to the next it moves on by {moves}, and not by {wanted}."]


def _same_end(name: str, stop: int, size: int, kernel_size: int | None) -> str:
    """Say that all windows end at one place, and what leads to that."""
    said = f"All windows end at the same {name}, wherever they start."
    if stop == kernel_size and stop < size:
        return f"{said} In `x[a:b]` both ends count from the start of the map."
    if stop == size:
        return (
            f"{said} Either a slice has no end of its own there, or an array is changed while it "
            "is still read. Which is it in yours?"
        )
    return said


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


def _what_to_try(exercise: Exercise, found: Measured) -> str:
    """Say where to look; why a window is too short is said where all that was measured shows it."""
    one = found.settings[0]
    read, asked = axes_of(one.read), axes_of(one.asked)
    assert read is not None and asked is not None
    pairs = [*zip(read, asked, strict=True)]
    later = {
        a.starts[0] - b.starts[0] == b.step
        for a, b in pairs
        if a.starts[0] > b.starts[0] and (a.step is None or a.step > 0)
    }
    if later:
        ranges = " `range(n)` begins with 0, `range(1, n)` with 1." * (later == {True})
        return f"Where does the first window start?{ranges}"
    if _one_off(found):
        return "A slice and a `range` stop before their end: `x[1:4]` holds three cells."
    if any(a.step != b.step for a, b in pairs if a.step is not None and b.step is not None):
        return "Where does window (i, j) start, in rows and in columns?"
    if any(a.length != b.length for a, b in pairs):
        return "How many rows and how many columns does your slice take for that place?"
    both = zip(output_names(exercise, len(read)), one.read.output, one.asked.output, strict=False)
    off = [name for name, n, m in both if n != m]
    if off and {*off} <= {"row", "column"}:
        return "Count by hand how many windows fit whole, down and across."
    if off:
        return f"Which line of yours decides how many {off[0]}s there are?"
    return "Print the rows and columns that your slice takes for that place."


def _one_off(found: Measured) -> bool:
    """Tell whether windows of several sizes are all one cell too short, or all one too long."""
    off, sizes = set(), set()
    for one in found.settings:
        read, asked = axes_of(one.read), axes_of(one.asked)
        if read is None or asked is None:
            return False
        for a, b in zip(read, asked, strict=True):
            if a.starts[:1] != b.starts[:1] or a.length is None or b.length is None:
                return False
            off.add(a.length - b.length)
            sizes |= {b.length} if a.length != b.length else set()
    return len(sizes) > 1 and off - {0} in ({-1}, {1})
