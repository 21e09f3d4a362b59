"""Say what is wrong with the shape of an answer, without telling sizes that were asked for."""

from __future__ import annotations

import numpy as np

from ..compare import Value
from ..exercise import Exercise

AXES = ("images", "channels", "rows", "columns")
_ON_PAPER = ("one number", "a plain list of numbers", "a list of rows")


def trouble(exercise: Exercise, value: Value, right: Value | None) -> str:
    """Return a sentence or two about the shape, or nothing where the shape is not the trouble."""
    if right is None or exercise.gives:
        return ""
    if isinstance(value, tuple) and isinstance(right, tuple) and _comparable(value, right):
        return _in_a_part(exercise, value, right)
    if isinstance(value, tuple) or isinstance(right, tuple):
        return _parts(value, right)
    if isinstance(value, str) or isinstance(right, str):
        return ""
    if exercise.kind == "code":
        return _in_code(exercise, value, right)
    if right.ndim < 2 and value.ndim < 2:
        return _count(right.size, value.size)
    return _on_paper(exercise, value, right)


def _comparable(value: tuple[Value, ...], right: tuple[Value, ...]) -> bool:
    """Tell whether part stands beside part: numbers beside numbers, words beside words."""
    return len(value) == len(right) and all(
        isinstance(seen, str) == isinstance(wanted, str)
        and isinstance(seen, tuple) == isinstance(wanted, tuple)
        for seen, wanted in zip(value, right, strict=True)
    )


def _in_a_part(exercise: Exercise, value: tuple[Value, ...], right: tuple[Value, ...]) -> str:
    """Say which of several results has a wrong shape, if one has."""
    for i, (seen, wanted) in enumerate(zip(value, right, strict=True), 1):
        if isinstance(seen, np.ndarray) and isinstance(wanted, np.ndarray):
            trouble = _in_code(exercise, seen, wanted)
        else:
            continue
        if trouble:
            return f"In part {i}, {trouble[0].lower()}{trouble[1:]}"
    return ""


def _parts(value: Value, right: Value) -> str:
    """Compare an answer that has parts of different kinds, or should have."""
    kinds, seen = _kinds(right), _kinds(value)
    if not isinstance(right, tuple):
        if "a word" in seen:
            return ""
        shapes = [str(np.shape(np.asarray(one))) for one in value if isinstance(one, np.ndarray)]
        listed = f": {', '.join(shapes)}" if len(shapes) == len(value) else ""
        return f"Its parts do not all have the same shape{listed}."
    if len(kinds) != len(seen) and {*kinds} == {*seen} == {"an array"}:
        return f"The task asks for {len(kinds)} arrays, yours are {len(seen)}."
    if len(kinds) != len(seen) and {*kinds} == {"an array"}:
        return f"The task asks for {len(kinds)} results."
    return f"The task asks for {' and '.join(kinds)}, yours has {' and '.join(seen)}."


def _kinds(value: Value) -> list[str]:
    if isinstance(value, tuple):
        return [kind for part in value for kind in _kinds(part)[:1]]
    if isinstance(value, str):
        return ["a word"]
    return [("a number", "a list", "an array")[min(value.ndim, 2)]]


def _count(wanted: int, given: int) -> str:
    if wanted == given:
        return ""
    return f"The task asks for {wanted} number{'s' * (wanted != 1)}, yours has {given}."


def _in_code(exercise: Exercise, value: np.ndarray, right: np.ndarray) -> str:
    names = exercise.axes or AXES[len(AXES) - right.ndim :]
    if _outer(value.shape, right.ndim) == right.shape:
        return ""
    if value.ndim != right.ndim:  # those of length 1 are told, too: they may be the trouble
        axes = f"{value.ndim} {'axis' if value.ndim == 1 else 'axes'}, {value.shape};"
        given = f"Yours has {axes}" if value.ndim else "Yours is a single number;"
        asked = f"{right.ndim}: {', '.join(names)}" if right.ndim else "a single number"
        return f"{given} the task asks for {asked}."
    return _sizes(f"Its shape is {value.shape}", value.shape, right.shape, names)


def _outer(shape: tuple[int, ...], axes: int) -> tuple[int, ...]:
    """Drop leading axes of length 1 that are too many: they are free."""
    while len(shape) > axes and shape[0] == 1:
        shape = shape[1:]
    return shape


def _sizes(
    given: str, shape: tuple[int, ...], right: tuple[int, ...], names: tuple[str, ...]
) -> str:
    off = [name for name, n, m in zip(names, shape, right, strict=True) if n != m]
    if not off:
        return ""
    if sorted(shape) == sorted(right):
        order = ", then ".join(names)
        return f"{given}: the right sizes in the wrong places. The order is {order}."
    return f"{given}: that is not the right number of {' nor of '.join(off)}."


def _on_paper(exercise: Exercise, value: np.ndarray, right: np.ndarray) -> str:
    shape = _outer(value.shape, right.ndim)
    names = exercise.axes or AXES[len(AXES) - right.ndim :]
    if len(shape) == right.ndim:
        counts = (
            f"{n} {name[:-1] if n == 1 else name}" for n, name in zip(shape, names, strict=True)
        )
        return _sizes(f"It has {' and '.join(counts)}", shape, right.shape, names)
    nested = f"lists within lists, {right.ndim} deep ({', then '.join(names)})"
    asked = _ON_PAPER[right.ndim] if right.ndim < len(_ON_PAPER) else nested
    given = _ON_PAPER[len(shape)] if len(shape) < len(_ON_PAPER) else f"lists {len(shape)} deep"
    return f"That is {given}; the task asks for {asked}."
