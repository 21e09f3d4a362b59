"""Under which names a class report counts what was measured: one for a kind of mistake.

A name is the one that the same mistake has on paper, where it has one there, and it stays: reports
of earlier terms hold it. It follows from what was found beside what was asked: from the fields in
which the two differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from . import addresses, powers, weights
from .explain import Finding
from .reads import Reads, axes_of, box_of

Facts = Mapping[str, Any]


def of(found: Finding) -> tuple[str, ...]:
    """Return the names of what was found; none where it has no name of its own."""
    known: tuple[str, ...] = found.facts.get("ids", ())
    if known or not found.explained or found.kind not in DIFFERENCES:
        return known
    name = DIFFERENCES[found.kind](found.facts)
    return (name,) if name else ()


NAMES = {
    # what is made of a window
    "operation first": "first-cell",
    "operation last": "last-cell",
    "operation farthest-from-zero": "sign-ignored",
    "operation sum-over-side": "side-not-squared",
    "operation sum afterwards scaled other 1 / 4": "always-four",
    "operation max afterwards negated": "sign-not-turned",
    "operation mean other max": "share-reversed",
    "other sum": "sum-for-mean",
    **{f"afterwards {how}": "fraction-lost" for how in ("cut", "rounded", "floored", "ceiled")},
    "afterwards at-least-zero": "started-at-zero",
    "afterwards at-least": "finite-start",
    "afterwards at-most-zero": "started-low",
    "afterwards at-most": "started-high",
    "afterwards negated": "sign-not-restored",
    "afterwards half-and-half": "share-ignored",
    "afterwards second-whole": "average-whole",
    # how many windows there are
    "no-plus-one": "forgot-plus-one",
    "rounded-up": "ceil-for-floor",
    "step-1": "stride-ignored",
    "step-kernel": "stride-is-kernel",
    "size-over-kernel": "stride-is-kernel",
    "no-padding": "padding-ignored",
    "padding-once": "padding-once",
    "other-side": "rows-columns-swapped",
    # where gradients go, and maxima that are put back
    "place step-1": "stride-only-counted",
    "place corner": "index-in-window",
    "pick all-max": "every-tie",
    "pick all-max-shared": "ties-share",
    "pick last-max": "last-tie",
    "pick min": "min-for-max",
    "pick last": "wrong-cell",
    "pick max-transposed": "rows-columns-swapped",
    "pick whole factor 1/k²": "spread-evenly",
    "pick first-max factor 1": "max-for-mean",
    "factor 1": "not-divided",
    "factor 1/k": "side-not-squared",
    "factor 1/4": "always-four",
    "factor 1/(k²-1)": "wrong-divisor",
    "combined last": "overwritten",
    "combined first": "overwritten",
    "combined cut": "fraction-lost",
    "sends one": "gradient-ignored",
    "place first-of-window": "top-left",
    "place whole-window": "spread-over-window",
    "value position": "index-for-value",
    # weights, powers, bins
    "weights channels all": "channels-added",
    "weights channels all factor 1 / (channels·kernel_size²)": "channels-pooled",
    "weights factor 1": "sum-for-mean",
    "weights factor 1 / kernel_size": "side-not-squared",
    "whole sum": "sum-for-mean",
    "outer nothing": "root-forgotten",
    "inner max whole outer": "max-for-mean",
    "bins width-down width-down": "equal-bins",
    "bins width-down rest-last": "rest-in-last-bin",
    "bins width-up width-up-cut": "wide-bins",
    "bins down down": "bins-floored",
    "bins up up": "bins-ceiled",
    "bins nearest nearest": "bins-rounded",
    "bins not-rounded not-rounded": "ends-not-rounded",
    "bins down floor-plus-one": "stop-plus-one",
    "bins down down+1": "stop-plus-one",
    "bins down up-1": "stop-included",
    # a whole result or argument
    "axes-left": "axes-kept",
    "as-if stride 1": "stride-ignored",
    "as-if-other stride kernel_size": "stride-is-kernel",
    "as-if padding 0": "padding-ignored",
    "as-if alpha 1": "max-for-mean",
    "as-if alpha 0": "mean-for-max",
    "as-if p 1": "power-ignored",
    "result-transposed": "rows-columns-swapped",
    "arguments-swapped height width": "rows-columns-swapped",
    # which axes of a batch are collapsed, in place of rows and columns (2 and 3)
    "axes 1 2": "channels-last-misread",
    "axes 0 1": "wrong-axes",
    "axes 3": "column-left",
    "axes 2": "row-left",
    "axes 1 2 3": "channels-pooled",
    "axes 0 2 3": "batch-pooled",
}
UNNAMED = ("number", "scaled", "beyond", "around")  # fields that make no other kind of mistake


def _difference(found: Any, asked: Any) -> str:
    """Return the fields in which two of a kind differ: “pick whole factor 1/k²”."""
    if not dataclasses.is_dataclass(found) or type(found) is not type(asked):
        return ""
    both = [
        (f.name, getattr(found, f.name), getattr(asked, f.name)) for f in dataclasses.fields(found)
    ]
    off = [f"{name} {value}" for name, value, right in both if value != right]
    return " ".join(" ".join(one for one in off if one.split()[0] not in UNNAMED).split())


def _of_makes(facts: Facts) -> str:
    made, asked = facts["measured"].made, facts["measured"].asked
    off = _difference(made, asked)
    if off in NAMES or not off:
        return NAMES.get(off, "")
    if "afterwards scaled" in off:
        return "wrong-divisor" if asked.operation == "mean" else ""
    return f"{made.operation}-for-{asked.operation}" if off == f"operation {made.operation}" else ""


def _of_counts(facts: Facts) -> str:
    counted = facts["counts"]
    names = {NAMES.get(one, "") for one in counted.wrong} if counted is not None else set()
    return names.pop() if len(names) == 1 else ""


def _of_reads(facts: Facts) -> str:
    found = facts["measured"]
    if found.made != found.asked:
        return ""
    plain = [one for one in found.settings if min(one.read.input) > 1]
    axes = {_collapsed(one.read) for one in plain if _collapsed(one.asked) == "axes 2 3"}
    named = _of_counts(facts) or (NAMES.get(axes.pop(), "") if len(axes) == 1 else "")
    steps = [pair for one in found.settings for pair in _steps(one.read, one.asked)]
    return named or "stride-only-counted" * (bool(steps) and all(step == 1 for step in steps))


def _collapsed(reads: Reads) -> str:
    """Return which axes of its input the first output reads whole, where it reads all or one."""
    box = box_of(reads.of((0,) * len(reads.output)))
    sides = [*zip(box.shape, reads.input, strict=True)] if box else []
    whole = [str(axis) for axis, (cells, size) in enumerate(sides) if cells == size]
    return f"axes {' '.join(whole)}" if all(n in (1, size) for n, size in sides) else ""


def _steps(read: Reads, asked: Reads) -> list[int]:
    """Return by how much windows move along each axis along which they should move otherwise."""
    both = zip(axes_of(read) or (), axes_of(asked) or (), strict=False)
    return [a.step for a, b in both if a.step and b.step and a.step != b.step]


def _of_bins(facts: Facts) -> str:
    ends = [
        f"{name}{shift:+}" if shift else name for name, shift in (facts["start"], facts["stop"])
    ]
    return NAMES.get(f"bins {' '.join(ends)}", "")


def _of_edit(facts: Facts) -> str:
    edit = facts["edit"]
    off = " ".join(filter(None, (edit.kind, edit.old, edit.new)))
    return "fraction-lost" if edit.kind == "floored" else NAMES.get(off, "")


DIFFERENCES: Mapping[str, Callable[[Facts], str]] = {
    "makes": _of_makes,
    "reads": _of_reads,
    "counts": _of_counts,
    "rule": lambda facts: NAMES.get(_difference(facts["rule"], facts["asked"]), ""),
    "address": lambda facts: NAMES.get(_difference(facts["address"], addresses.ASKED), ""),
    "weights": lambda facts: NAMES.get(
        f"weights {_difference(facts['weights'], weights.ASKED)}", ""
    ),
    "powers": lambda facts: NAMES.get(_difference(facts["power"], powers.ASKED), ""),
    "bins": _of_bins,
    "form": lambda facts: NAMES.get(facts["form"], ""),
    "edit": _of_edit,
}
