"""The prose about short answers: which single change of the worked solution gives them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..diagnosis import Diagnosis
from ..diagnosis.edits import Edit
from ..diagnosis.formulas import UNITS, Change
from ..display import Grid, number
from ..exercise import Case, Exercise
from ..misconceptions import TEXTS

_WORDS = {
    "max": "maximum",
    "min": "minimum",
    "mean": "average",
    "sum": "sum",
    "std": "standard deviation",
    "var": "variance",
    "argmax": "position of the maximum",
    "argmin": "position of the minimum",
}
_ARRAYS = {
    "magnitudes": "all minus signs of `{}` are dropped",
    "negated": "all signs of `{}` are turned",
    "transposed": "rows and columns of `{}` are swapped",
    "rows-reversed": "`{}` is read in reverse",
    "columns-reversed": "`{}` is read from right to left",
    "sorted": "`{}` is sorted first",
    "without-first": "the first entry of `{}` is left out",
    "without-last": "the last entry of `{}` is left out",
    "first-alone": "only the first entry of `{}` is used",
    "last-alone": "only the last entry of `{}` is used",
    "clipped": "negative numbers of `{}` are taken for 0",
    "largest-alone": "only the largest entry of `{}` is used",
    "smallest-alone": "only the smallest entry of `{}` is used",
    "all-two": "every entry of `{}` is taken for 2",
}


AXES_OF_RESULTS = ("images", "channels", "rows", "columns")


def _code(text: str) -> str:
    return text if text.isdigit() else f"`{text}`"


def _known(text: str, case: Case) -> bool:
    """Tell whether a piece of code holds nothing but what the task names."""
    names = {n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)}
    return names <= {*case} and len(text) <= 24


def clause(exercise: Exercise, edit: Edit, case: Case) -> tuple[str, str] | None:
    """Return a clause after “That is what comes out if …”, and what to try; None: no words."""
    kind, old, new = edit.kind, edit.old, edit.new
    try:
        named = not old or _known(old, case)
    except SyntaxError:
        named = False
    if kind in ("term", "factor", "divisor", "sign", "twice", "value", "constant"):
        return _of_part(kind, old, new, named)
    if kind in ("ceiled", "floored", "not-rounded", "nearest"):
        return _of_rounding(kind, old)
    if kind.startswith("as-if"):
        return _of_argument(kind, old, new, case)
    if kind.startswith("array-"):
        names = old.replace(" and ", "` and `")
        return _ARRAYS[kind.removeprefix("array-")].format(names), _NUMBERS
    if kind == "arguments-swapped":
        return f"`{old}` and `{new}` change places", _MEANING
    if kind == "operation":
        return f"the {_WORDS[new]} is taken in place of the {_WORDS[old]}", _TASK
    if kind in _RESULTS:
        return _RESULTS[kind].format(old, new), _ORDER
    if kind in ("unit", "all-off"):
        return None  # it would give the answer away
    if kind == "axis-first":
        axes = [*(exercise.axes or AXES_OF_RESULTS[-3:])]
        return f"of all {axes[int(old)]} only the first is there", _TASK
    if kind == "axis-collapsed":
        axes = [*(exercise.axes or AXES_OF_RESULTS[-3:])]
        how = {"sum": "added up", "max": "reduced to the largest", "mean": "averaged"}[old]
        return f"the {axes[int(new)]} are {how}", _TASK
    if kind == "argument-too":
        return f"the list begins with `{old}` itself", _ORDER
    if kind in ("without-first", "without-last", "one-more"):
        return _of_other(kind, old, new)
    if not named:
        return None
    return _of_other(kind, old, new)


_NUMBERS = "Go through the numbers of the task one by one: where does each of them come in?"
_MEANING = "Write down what each number of the task stands for, before you put it in."
_SMALL = "Do it by hand for the smallest numbers you can think of, and compare."
_TASK = "Read once more what the task asks to be done with the numbers."
_ORDER = "Read the end of the task once more: it says in which form and order to write."
_LINE = "Which line of yours does so? Print what it works with, and what it gives."
_ROUND = "What becomes of a part that does not fit whole?"

_RESULTS = {
    "result-swapped": "the two parts are written the other way round",
    "result-reversed": "the right result is written in reverse order: the last row or number first",
    "entries-swapped": "entries {0} and {1} change places",
    "result-sorted": "the right numbers are sorted",
    "result-transposed": "rows and columns of the right result are swapped",
    "columns-reversed": "each row of the right result is written from right to left",
    "result-turned": "the right result is turned upside down",
    "axes-moved": "the right numbers stand with their axes in another order",
    "entry-missing": "number {0} of the answer is missing",
    "entry-alone": "number {0} of the answer is written alone",
    "result-alone": "part {1} of the answer is written alone",
    "result-flat": "the right numbers are written in one row",
    "columns-first": "the right numbers are written down the columns",
}


def _of_part(kind: str, old: str, new: str, named: bool) -> tuple[str, str] | None:
    if not named:
        return None  # which of them it is cannot be said: that would fit many answers
    texts = {
        "term": f"{_code(old)} is not {'subtracted' if new == 'minus' else 'added'}",
        "factor": f"one factor {_code(old)} is missing",
        "divisor": f"one does not divide by {_code(old)}",
        "sign": f"{_code(old)} is {'added' if new == 'plus' else 'subtracted'} and not "
        f"{'subtracted' if new == 'plus' else 'added'}",
        "twice": f"{_code(old)} is counted twice",
        "value": f"{_code(old)} is taken for {new} in one place",
        "constant": f"there is a {new} in the place of a {old}",
    }
    return texts[kind], _NUMBERS if kind in ("term", "factor", "divisor") else _MEANING


def _of_rounding(kind: str, old: str) -> tuple[str, str]:
    up = old.startswith("-")  # the worked solutions round up by -(-a // b)
    texts = {
        "ceiled": f"a division is rounded {'down and not up' if up else 'up and not down'}",
        "floored": "a division is rounded down to a whole number",
        "not-rounded": "a division is not rounded",
        "nearest": "a division is rounded to the nearest whole number",
    }
    return texts[kind], _ROUND


def _of_argument(kind: str, old: str, new: str, case: Case) -> tuple[str, str]:
    value = number(case[old]) if isinstance(case[old], int | float) else ""
    if kind == "as-if":
        return f"`{old}` were {new} (here it is {value})", _NUMBERS
    if kind == "as-if-minus":
        return f"`{old}` is taken with the wrong sign", _SMALL
    if kind == "as-if-off":
        there = number(case[old] + int(new))
        return f"`{old}` were {there} (here it is {value})", _SMALL
    if kind == "as-if-doubled":
        return f"`{old}` is doubled", _SMALL
    return f"`{new}` is taken in place of `{old}`", _MEANING


def _of_other(kind: str, old: str, new: str) -> tuple[str, str] | None:
    texts = {
        "added": f"{_code(old)} and {_code(new)} are added and not multiplied",
        "multiplied": f"{_code(old)} and {_code(new)} are multiplied and not added",
        "magnitude": f"the sign of {_code(old)} is dropped",
        "power": f"the power `{new}` is not taken",
        "times-not-power": f"one multiplies by `{new}` in place of taking that power",
        "root-by-dividing": f"one divides in place of taking the power `{new}`",
        "one-off": f"{_code(old)} is taken for `{old} {new}`",
        "variable": f"`{new}` is taken in place of `{old}` in one place",
        "turned": f"{_code(old)} and {_code(new)} change places in a division",
        "item": f"{_code(old)} is left out",
        "items-swapped": f"{_code(old)} and {_code(new)} change places",
        "swapped": f"{_code(old)} and {_code(new)} change places",
        "doubled": f"`{old}` is doubled",
        "halved": f"`{old}` is halved",
        "squared": f"`{old}` is squared",
        "multiplied-not-divided": f"one multiplies by {_code(new)} and does not divide",
        "without-first": "the first turn of a loop is left out",
        "without-last": "the last turn of a loop is left out",
        "one-more": "a loop makes one turn too many",
        "order": "two steps of the loop change places",
        "step": "one step of the loop is left out",
    }
    return (texts[kind], _MEANING) if kind in texts else None


def of_edit(
    exercise: Exercise, edit: Edit, case: Case, names: Sequence[str] = ()
) -> list[str] | None:
    """Say which single change of the worked solution gives what was answered.

    What to try with a function is what is said on paper where such a mistake has a name.
    """
    found = clause(exercise, edit, case)
    if found is None:
        return None
    if exercise.kind == "code":
        tried = found[1] if found[1] in (_ROUND, _SMALL) else _LINE
        what_to_try = next((TEXTS[one] for one in names if one in TEXTS), tried)
        return [f"For every input it gives what comes out if {found[0]}.", what_to_try]
    return [f"That is exactly what comes out if {found[0]}.", found[1]]


def of_either(exercise: Exercise, edits: Sequence[Edit], case: Case) -> list[str] | None:
    """Say two changes side by side where the numbers cannot tell them apart."""
    found = [clause(exercise, edit, case) for edit in edits]
    if None in found:
        return None
    a, b = (one[0] for one in found if one is not None)
    return [
        f"That is what comes out if {a}, and also if {b}: these numbers cannot tell which.",
        _NUMBERS,
    ]


def of_another_order(facts: Mapping[str, Any]) -> list[str]:
    """Say that the right numbers stand in another order."""
    where = "with the two numbers of each pair swapped" if facts["pairs"] else "in another order"
    return [f"Your numbers would be right {where}.", _ORDER]


# --- sums of products --------------------------------------------------------------------------


def of_formula(changes: Sequence[Change], entries: Sequence[str]) -> list[str]:
    """Say which factor or term is left out, too many, or another one."""
    if changes[0].kind == "together":
        how = {"difference": "the first less the second", "sum": "the two, added up"}
        said = how.get(changes[0].what[0], "the first, divided by the second")
        return [f"That is {said}. The task asks for both.", _ORDER]
    if changes[0].kind == "rounded-count":
        return ["That is rounded, and a count is exact.", "Write the number in full."]
    if changes[0].kind == "unit-rounded":
        unit = UNITS[int(changes[0].what[0])]
        return [f"That is counted in {unit}, and rounded.", "Write the number in full."]
    clauses = [*dict.fromkeys(map(_of_change, changes))]
    part = changes[0].part
    start = "That is" if part is None or not entries else f"The wrong number, {entries[part]}, is"
    several = ", and also if " if len(clauses) == 2 else ", or if "
    return [f"{start} exactly what comes out if {several.join(clauses)}.", _NUMBERS]


def _of_change(change: Change) -> str:
    what, other = _product(change.what), _product(change.other)
    listed = _factors(change.what)
    are = "are" if len({*change.what}) > 1 else "is"
    texts = {
        "without": f"{listed} {are} missing from the product",
        "without-term": f"{what} is not added",
        "instead": f"{other} is taken in place of {what}",
        "added-instead": f"{other} is added in place of {what}",
        "too-many": f"the factor {what} is in a product that has none of it",
        "times": f"all of it is taken times {what}",
        "plus": f"{what} is added as well",
        "minus": f"{what} is taken off",
        "added": f"{listed} are added and not multiplied",
    }
    if change.kind == "unit":
        return f"it is counted in {UNITS[int(change.what[0])]}"
    return texts[change.kind]


def _factors(names: Sequence[str]) -> str:
    """Write factors: “`kernel_size` (both times) and `inputs`”."""
    texts = [_name(name) + " (both times)" * (n > 1) for name, n in Counter(names).items()]
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def _product(names: Sequence[str]) -> str:
    return " · ".join(_name(name) + "²" * (n > 1) for name, n in Counter(names).items())


def _name(name: str) -> str:
    return f"`{name}`" if name.isidentifier() else name


KINDS = ("edit", "either", "in-another-order", "formula")


def said(
    exercise: Exercise, found: Diagnosis, case: Case
) -> tuple[list[str], tuple[Grid, ...]] | None:
    """Return what is said about a short answer; None: there are no words."""
    if found.kind == "edit":
        lines = of_edit(exercise, found.facts["edit"], case, found.ids)
    elif found.kind == "either":
        lines = of_either(exercise, found.facts["edits"], case)
    elif found.kind == "formula":
        lines = of_formula(found.facts["changes"], exercise.entries)
    else:
        lines = of_another_order(found.facts)
    return (lines, ()) if lines else None
