"""The worked solution with one thing changed, and which changes give exactly what was answered.

Changes are made in the solution's syntax tree (a term left out, a factor, a division rounded
otherwise, …), in its arguments (as if stride were 1, two of them swapped), and in its result
(another unit, entries swapped). They are bounded by their number, never by time; no power is made.
Changes that lead to the same numbers everywhere are one, under the name of the most usual.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import itertools
import operator
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import Value, plain, same
from ..exercise import Case, answers_of
from .chance import within

Function = Callable[..., Any]

MOST_EDITS = 1200  # of one solution
DRAWS = 5  # cases on which edits are held against each other
FEW = 4  # numbers: with fewer, an answer is matched by chance too easily for the rarer edits

# How usual a change is: what is lower is told first, and of few numbers only what is usual.
USUAL, COMMON, RARE, RAREST = 1, 2, 3, 4


@dataclass(frozen=True)
class Edit:
    """One change of a worked solution, as data.

    Attributes
    ----------
    kind
        What was changed: ``"term"``, ``"factor"``, ``"argument"``, …
    old, new
        The code that was there, and what stands there instead (may be empty).
    rank
        How usual it is, from `USUAL` to `RAREST`.
    function
        The changed solution: a function of the case.
    """

    kind: str
    old: str
    new: str
    rank: int
    function: Function

    @functools.cached_property
    def cost(self) -> float:
        """How unusual it is, more finely than its rank says."""
        kind = f"as-if-{self.new}" if self.kind == "as-if" and self.new in "01" else self.kind
        fine = COSTS.get(kind)
        return fine if fine is not None and self.rank <= COMMON else float(self.rank) + 0.05

    def outcome(self, case: Case) -> Value | None:
        """Return what the changed solution gives; None where that is no answer."""
        return answers_of([self.function], case)[0]


# --- the syntax tree --------------------------------------------------------------------------

Change = tuple[str, str, str, int, ast.AST]  # kind, old, new, rank, the node that takes its place


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [*arguments], [])


def _constant(value: object) -> ast.Constant:
    return ast.Constant(value)  # type: ignore[arg-type]


def _of_sum(node: ast.BinOp) -> Iterator[Change]:
    left, right, whole = _text(node.left), _text(node.right), _text(node)
    minus = isinstance(node.op, ast.Sub)
    yield "term", right, "minus" if minus else "plus", USUAL, node.left
    if not minus:
        yield "term", left, "plus", USUAL, node.right
    other = ast.Add() if minus else ast.Sub()
    yield (
        "sign",
        right,
        "plus" if minus else "minus",
        USUAL,
        ast.BinOp(node.left, other, node.right),
    )
    yield "twice", right, whole, COMMON, ast.BinOp(node, node.op, node.right)
    yield "magnitude", whole, "", COMMON, _call("abs", node)
    if not minus:
        product = ast.BinOp(node.left, ast.Mult(), node.right)
        yield "multiplied", left, right, COMMON, product


def _of_product(node: ast.BinOp) -> Iterator[Change]:
    left, right = _text(node.left), _text(node.right)
    yield "factor", right, "", USUAL, node.left
    yield "factor", left, "", USUAL, node.right
    yield "added", left, right, COMMON, ast.BinOp(node.left, ast.Add(), node.right)
    for factor in (node.left, node.right):
        yield "squared", _text(factor), "", RAREST, ast.BinOp(node, ast.Mult(), factor)
    yield "divided", left, right, RARE, ast.BinOp(node.left, ast.Div(), node.right)


def _of_division(node: ast.BinOp) -> Iterator[Change]:
    left, right, whole = _text(node.left), _text(node.right), _text(node)
    yield "divisor", right, left, USUAL, node.left
    exact = ast.BinOp(node.left, ast.Div(), node.right)
    floor = ast.BinOp(node.left, ast.FloorDiv(), node.right)
    if isinstance(node.op, ast.FloorDiv):
        yield "not-rounded", whole, "", USUAL, exact
    else:
        yield "floored", whole, "", USUAL, floor
    negative = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right)
    yield "ceiled", whole, "", USUAL, ast.UnaryOp(ast.USub(), negative)
    yield "nearest", whole, "", COMMON, _call("round", exact)
    yield "turned", left, right, COMMON, ast.BinOp(node.right, node.op, node.left)
    yield (
        "multiplied-not-divided",
        left,
        right,
        COMMON,
        ast.BinOp(node.left, ast.Mult(), node.right),
    )
    yield "subtracted-not-divided", left, right, RARE, ast.BinOp(node.left, ast.Sub(), node.right)


def _of_power(node: ast.BinOp) -> Iterator[Change]:
    left, right = _text(node.left), _text(node.right)
    yield "power", left, right, USUAL, node.left
    yield "times-not-power", left, right, USUAL, ast.BinOp(node.left, ast.Mult(), node.right)
    if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Div):
        over = node.right
        yield (
            "root-by-dividing",
            left,
            _text(over),
            USUAL,
            ast.BinOp(ast.BinOp(node.left, ast.Pow(), over.left), ast.Div(), over.right),
        )
        yield (
            "power-not-root",
            left,
            _text(over.right),
            COMMON,
            ast.BinOp(node.left, ast.Pow(), over.right),
        )
        yield "square-root", left, right, COMMON, ast.BinOp(node.left, ast.Pow(), _constant(0.5))


def _of_binary(node: ast.BinOp, _: Sequence[str]) -> Iterator[Change]:
    if isinstance(node.op, ast.Add | ast.Sub):
        yield from _of_sum(node)
    elif isinstance(node.op, ast.Mult):
        yield from _of_product(node)
    elif isinstance(node.op, ast.FloorDiv | ast.Div):
        yield from _of_division(node)
    elif isinstance(node.op, ast.Pow):
        yield from _of_power(node)


def _of_constant(node: ast.Constant, _: Sequence[str]) -> Iterator[Change]:
    if type(node.value) is not int:
        return
    for value in {node.value + 1, node.value - 1, 0, 1, 2, 3, 4, 2 * node.value} - {node.value}:
        if value >= 0:
            yield "constant", str(node.value), str(value), COMMON, _constant(value)


def _of_name(node: ast.Name, names: Sequence[str]) -> Iterator[Change]:
    if not isinstance(node.ctx, ast.Load) or node.id not in names:
        return
    for other in names:
        if other != node.id:
            yield "variable", node.id, other, RARE, ast.Name(other, ast.Load())
    for value in (0, 1):
        yield "value", node.id, str(value), COMMON, _constant(value)
    for sign, op in (("+ 1", ast.Add()), ("- 1", ast.Sub())):
        new = ast.BinOp(node, op, _constant(1))
        yield "one-off", node.id, sign, COMMON, new
    twice, half = ast.Mult(), ast.FloorDiv()
    yield "doubled", node.id, "", RAREST, ast.BinOp(node, twice, _constant(2))
    yield "halved", node.id, "", RAREST, ast.BinOp(node, half, _constant(2))
    yield "squared", node.id, "", RAREST, ast.BinOp(node, ast.Mult(), node)


METHODS = ("max", "min", "mean", "sum", "argmax", "argmin", "std", "var")


def _of_attribute(node: ast.Attribute, _: Sequence[str]) -> Iterator[Change]:
    if node.attr in METHODS:
        for other in METHODS:
            if other != node.attr:
                new = ast.Attribute(node.value, other, node.ctx)
                yield "operation", node.attr, other, USUAL, new


def _of_call(node: ast.Call, _: Sequence[str]) -> Iterator[Change]:
    if len(node.args) == 2 and not any(isinstance(one, ast.Starred) for one in node.args):
        a, b = node.args
        swapped = ast.Call(node.func, [b, a], node.keywords)
        yield "swapped", _text(a), _text(b), COMMON, swapped
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "range":
        listed = _call("list", node)
        for kind, cut in (
            ("without-first", ast.Slice(_constant(1))),
            ("without-last", ast.Slice(None, _constant(-1))),
        ):
            yield kind, _text(node), "", COMMON, ast.Subscript(listed, cut, ast.Load())
        at = min(1, len(node.args) - 1)
        more = [*node.args]
        more[at] = ast.BinOp(more[at], ast.Add(), _constant(1))
        yield "one-more", _text(node), "", COMMON, ast.Call(node.func, more, node.keywords)
    if name in ("abs", "float", "sorted", "sum") and node.args:
        yield "call", name, "", COMMON, node.args[0]
    for at, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            rest = [one for i, one in enumerate(node.keywords) if i != at]
            yield "keyword", ast.unparse(keyword), "", COMMON, ast.Call(node.func, node.args, rest)


def _of_compare(node: ast.Compare, _: Sequence[str]) -> Iterator[Change]:
    if len(node.ops) == 1:
        for op in (ast.Gt, ast.GtE, ast.Lt, ast.LtE, ast.NotIn, ast.In):
            kinds = isinstance(node.ops[0], ast.In | ast.NotIn), op in (ast.In, ast.NotIn)
            if kinds[0] == kinds[1] and not isinstance(node.ops[0], op):
                new = ast.Compare(node.left, [op()], node.comparators)
                yield "comparison", _text(node), _text(new), COMMON, new


def _of_choice(node: ast.IfExp, _: Sequence[str]) -> Iterator[Change]:
    yield "always", _text(node.test), "yes", COMMON, node.body
    yield "always", _text(node.test), "no", COMMON, node.orelse


def _of_step(node: ast.AugAssign, _: Sequence[str]) -> Iterator[Change]:
    yield "step", _text(node), "", USUAL, ast.Pass()
    for op in (ast.Add, ast.Mult, ast.Sub):
        if not isinstance(node.op, op):
            new = ast.AugAssign(node.target, op(), node.value)
            yield "step-otherwise", _text(node), _text(new), COMMON, new


def _of_list(node: ast.List | ast.Tuple, _: Sequence[str]) -> Iterator[Change]:
    items = node.elts
    if not isinstance(node.ctx, ast.Load) or len(items) < 2:
        return
    kind = type(node)
    for i, item in enumerate(items):
        yield (
            "item",
            _text(item),
            str(i),
            USUAL,
            kind([one for j, one in enumerate(items) if j != i], node.ctx),
        )
    for i, j in itertools.combinations(range(len(items)), 2):
        order = [*items]
        order[i], order[j] = order[j], order[i]
        yield "items-swapped", _text(items[i]), _text(items[j]), USUAL, kind(order, node.ctx)
    if len(items) > 2:
        yield "reversed", _text(node), "", USUAL, kind(items[::-1], node.ctx)


def _of_loop(node: ast.For, _: Sequence[str]) -> Iterator[Change]:
    if len(node.body) > 1:
        new = copy.copy(node)
        new.body = node.body[::-1]
        yield "order", _text(node.body[0]), _text(node.body[1]), COMMON, new
    for change in _repeated(node.body):
        new = copy.copy(node)
        new.body = change[1]
        yield "step-twice", change[0], "", COMMON, new


def _repeated(body: list[ast.stmt]) -> Iterator[tuple[str, list[ast.stmt]]]:
    for i, one in enumerate(body):
        if isinstance(one, ast.AugAssign):
            yield _text(one), [*body[: i + 1], one, *body[i + 1 :]]


CHANGES: dict[type[ast.AST], Callable[[Any, Sequence[str]], Iterator[Change]]] = {
    ast.BinOp: _of_binary,
    ast.Constant: _of_constant,
    ast.Name: _of_name,
    ast.Attribute: _of_attribute,
    ast.Call: _of_call,
    ast.Compare: _of_compare,
    ast.IfExp: _of_choice,
    ast.AugAssign: _of_step,
    ast.List: _of_list,
    ast.Tuple: _of_list,
    ast.For: _of_loop,
}


def _sites(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield every place in a tree: a node, one of its fields, and where it is within a list."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "op", "ctx", "func_name"):
            continue
        for at, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                yield node, name, at if isinstance(value, list) else None
                yield from _sites(child)


# A number is neither cut, nor called, nor asked for its shape: `0[i:j]`, `(x + 1)(…)`.
NO_OBJECT = (ast.Constant,)
_OF_AN_OBJECT: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Subscript: ("value",),
    ast.Attribute: ("value",),
    ast.Call: ("func",),
}


def _in_the_tree(solution: Function) -> Iterator[Edit]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(solution)))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = function.body[isinstance(function.body[0], ast.Expr) :]  # no docstring
    stored = [
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
    names = [*dict.fromkeys([one.arg for one in function.args.args] + stored)]
    names = [name for name in names if name not in _lists(function)]  # none within itself
    seen = {ast.unparse(tree)}
    for parent, field, at in [*_sites(ast.Module(function.body, []))]:
        place = getattr(parent, field)
        node = place if at is None else place[at]
        changes = CHANGES.get(type(node))
        for kind, old, new, rank, other in changes(node, names) if changes else ():
            if isinstance(other, NO_OBJECT) and field in _OF_AN_OBJECT.get(type(parent), ()):
                continue
            _put(parent, field, at, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, at, node)
            if text not in seen:
                seen.add(text)
                made = _made(text, solution)
                if made is not None:
                    yield Edit(kind, old, new, rank, made)


def _lists(function: ast.FunctionDef) -> set[str]:
    """Return the names of lists that the function fills."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.ListComp)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _put(parent: ast.AST, field: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


def _made(text: str, solution: Function) -> Function | None:
    """Return the changed solution; None where Python itself says that it makes no sense."""
    names = dict(solution.__globals__)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `1[0]` and the like: Python knows that it is nonsense
            code = compile(text, f"<{solution.__name__}, changed>", "exec")
        exec(code, names)
    except (SyntaxError, SyntaxWarning, ValueError, TypeError):
        return None
    made: Function = names[solution.__name__]
    return made


# --- arguments and results ------------------------------------------------------------------


def _in_the_arguments(solution: Function, case: Case) -> Iterator[Edit]:
    def with_other(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Function:
        return lambda **given: solution(**{**given, **change(given)})

    numbers = [name for name, value in case.items() if isinstance(value, int | float)]
    for name in numbers:
        for value in (0, 1, 2, 3, 4):
            rank = USUAL if value < 2 else COMMON
            change = functools.partial(_to_value, name, value)
            yield Edit("as-if", name, str(value), rank, with_other(change))
        yield Edit("as-if-minus", name, "", USUAL, with_other(functools.partial(_minus, name)))
        for step in (1, -1):
            change = functools.partial(_moved, name, step)
            yield Edit("as-if-off", name, f"{step:+}", COMMON, with_other(change))
        yield Edit("as-if-doubled", name, "", RAREST, with_other(functools.partial(_times, name)))
    for a, b in itertools.permutations(numbers, 2):
        yield Edit("as-if-other", a, b, RARE, with_other(functools.partial(_other, a, b)))
    for a, b in itertools.combinations(case, 2):
        if type(case[a]) is type(case[b]) and np.shape(case[a]) == np.shape(case[b]):
            both = with_other(functools.partial(_both, a, b))
            yield Edit("arguments-swapped", a, b, USUAL, both)
    for name in case:
        if np.ndim(case[name]):
            for kind, turn in OF_ARRAYS.items():
                each = with_other(functools.partial(_turned, name, turn))
                yield Edit(f"array-{kind}", name, "", COMMON, each)
    lists = [name for name in case if np.ndim(case[name]) == 1]
    if len(lists) > 1:
        for kind, turn in OF_ARRAYS.items():
            every = with_other(functools.partial(_all_turned, tuple(lists), turn))
            yield Edit(f"array-{kind}", " and ".join(lists), "", COMMON, every)


def _to_value(name: str, value: int, given: dict[str, Any]) -> dict[str, Any]:
    return {name: value}


def _minus(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {name: -given[name]}


def _moved(name: str, step: int, given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] + step}


def _times(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return {name: 2 * given[name]}


def _other(a: str, b: str, given: dict[str, Any]) -> dict[str, Any]:
    return {a: given[b]}


def _both(a: str, b: str, given: dict[str, Any]) -> dict[str, Any]:
    return {a: given[b], b: given[a]}


def _turned(name: str, turn: Callable[[Any], Any], given: dict[str, Any]) -> dict[str, Any]:
    return {name: turn(given[name])}


def _all_turned(
    names: tuple[str, ...], turn: Callable[[Any], Any], given: dict[str, Any]
) -> dict[str, Any]:
    return {name: turn(given[name]) for name in names}


OF_ARRAYS: dict[str, Callable[[Any], Any]] = {
    "magnitudes": lambda v: np.abs(v),
    "negated": lambda v: -np.asarray(v),
    "transposed": lambda v: np.asarray(v).T,
    "rows-reversed": lambda v: np.asarray(v)[::-1],
    "columns-reversed": lambda v: np.asarray(v)[..., ::-1],
    "sorted": lambda v: np.sort(v),
    "without-first": lambda v: v[1:],
    "without-last": lambda v: v[:-1],
    "first-alone": lambda v: v[:1],
    "last-alone": lambda v: v[-1:],
    "clipped": lambda v: np.maximum(v, 0),
    "largest-alone": lambda v: np.array([np.max(v)]),
    "smallest-alone": lambda v: np.array([np.min(v)]),
    "all-two": lambda v: np.full_like(np.asarray(v), 2),
}

UNITS = (2, 4, 8, 16, 32, 10, 100, 1000, 1024, 10**6, 2**20)


def _in_the_result(solution: Function, case: Case) -> Iterator[Edit]:
    def changed(change: Callable[[Any], Any]) -> Function:
        def function(**given: Any) -> Any:
            value = plain(solution(**given))
            return change(value)

        return function

    right = plain(solution(**case))
    if isinstance(right, np.ndarray) and right.ndim == 1:
        for name in [n for n, v in case.items() if isinstance(v, int | float)]:
            before = functools.partial(_with_argument, solution, name)
            yield Edit("argument-too", name, "", USUAL, before)
    if isinstance(right, tuple):
        if len(right) == 2:
            yield Edit("result-swapped", "", "", USUAL, changed(lambda v: v[::-1]))
            yield Edit("result-alone", "", "1", USUAL, changed(lambda v: v[0]))
            yield Edit("result-alone", "", "2", USUAL, changed(lambda v: v[1]))
        return
    if not isinstance(right, np.ndarray):
        return
    units = UNITS if right.size == 1 or right.ndim > 1 else UNITS[2:]
    for unit in units:
        rank = USUAL if unit in (4, 8, 1000, 1024, 10**6, 2**20) else COMMON
        yield Edit("unit", "times", str(unit), rank, changed(functools.partial(np.multiply, unit)))
        over = changed(functools.partial(_over, unit))
        yield Edit("unit", "over", str(unit), RAREST if unit == 2 else rank, over)
    for step in (1, -1):
        yield Edit("all-off", "", f"{step:+}", COMMON, changed(functools.partial(np.add, step)))
    yield Edit("result-negated", "", "", COMMON, changed(np.negative))
    for kind, rounding in (("cut", np.floor), ("rounded", np.rint)):
        yield Edit(f"result-{kind}", "", "", COMMON, changed(rounding))
    if right.ndim >= 1 and right.size > 1:
        yield from _rearranged(right, changed)


def _with_argument(solution: Function, name: str, **given: Any) -> Any:
    return [given[name], *np.ravel(solution(**given))]


def _over(unit: int, value: np.ndarray) -> np.ndarray:
    return value / unit


def _rearranged(
    right: np.ndarray, changed: Callable[[Callable[[Any], Any]], Function]
) -> Iterator[Edit]:
    """Yield edits in which the right numbers stand in other places, or some are missing."""
    count = len(right)
    yield Edit("result-reversed", "", "", USUAL, changed(lambda v: v[::-1]))
    yield Edit("result-sorted", "", "", COMMON, changed(np.sort))
    if right.ndim == 1:
        for i, j in itertools.combinations(range(min(count, 6)), 2):
            swap = changed(functools.partial(_exchanged, i, j))
            yield Edit("entries-swapped", str(i + 1), str(j + 1), USUAL, swap)
        for at in range(min(count, 6)):
            yield Edit("entry-alone", str(at + 1), "", USUAL, changed(operator.itemgetter(at)))
            yield Edit(
                "entry-missing", str(at + 1), "", USUAL, changed(functools.partial(_dropped, at))
            )
        yield Edit("entries-added", "", "", COMMON, changed(np.sum))
        yield Edit("entries-multiplied", "", "", COMMON, changed(np.prod))
        return
    yield Edit("result-flat", "", "", USUAL, changed(np.ravel))
    yield Edit("result-transposed", "", "", USUAL, changed(lambda v: np.swapaxes(v, -1, -2)))
    yield Edit("columns-reversed", "", "", USUAL, changed(lambda v: v[..., ::-1]))
    yield Edit("result-turned", "", "", COMMON, changed(lambda v: v[..., ::-1, ::-1]))
    for axes in itertools.permutations(range(right.ndim)):
        if axes != tuple(range(right.ndim)) and right.ndim > 2:
            move = changed(functools.partial(_moved_axes, axes))
            yield Edit("axes-moved", "", " ".join(map(str, axes)), USUAL, move)
    for axis in range(right.ndim):
        for how in (np.sum, np.max, np.mean):
            less = changed(functools.partial(_collapsed, how, axis))
            yield Edit("axis-collapsed", how.__name__, str(axis), COMMON, less)
        if right.shape[axis] > 1:
            first = changed(functools.partial(_taken, axis))
            yield Edit("axis-first", str(axis), "", COMMON, first)
    yield Edit("columns-first", "", "", COMMON, changed(lambda v: v.T.ravel()))


def _exchanged(i: int, j: int, value: np.ndarray) -> np.ndarray:
    value = value.copy()
    value[[i, j]] = value[[j, i]]
    return value


def _dropped(at: int, value: np.ndarray) -> np.ndarray:
    return np.delete(value, at)


def _moved_axes(axes: tuple[int, ...], value: np.ndarray) -> np.ndarray:
    return value.transpose(axes)


def _collapsed(how: Callable[..., Any], axis: int, value: np.ndarray) -> Any:
    return how(value, axis=axis)


def _taken(axis: int, value: np.ndarray) -> np.ndarray:
    return np.take(value, 0, axis)


# --- which of them ----------------------------------------------------------------------------


def edits_of(ways: Sequence[Function], cases: Sequence[Case]) -> tuple[Edit, ...]:
    """Return the edits of a solution that differ from it and from each other on these cases.

    Parameters
    ----------
    ways
        The worked solution, and other ways to write it.
    cases
        Some inputs; where two edits agree on all of them, the more usual one stays.
    """
    solution = ways[0]
    every = itertools.chain(
        _in_the_arguments(solution, cases[0]),
        _in_the_result(solution, cases[0]),
        *map(_in_the_tree, ways),
    )
    edits = [*itertools.islice(every, MOST_EDITS)]
    functions = [solution, *(edit.function for edit in edits)]
    made = [answers_of(functions, case) for case in cases]
    right, *prints = zip(*[[*map(_print_of, row)] for row in made], strict=True)
    kept: dict[tuple[bytes, ...], Edit] = {}
    for edit, told in zip(edits, prints, strict=True):
        if told == right or not any(told):
            continue
        if told not in kept or edit.rank < kept[told].rank:
            kept[told] = edit
    return tuple(sorted(kept.values(), key=lambda edit: edit.rank))


def _print_of(value: Value | None) -> bytes:
    if value is None:
        return b""
    if isinstance(value, np.ndarray):
        with np.errstate(all="ignore"):
            digits = np.where(np.isfinite(value), value, 0.5)
            scale = 10.0 ** (9 - np.ceil(np.log10(np.maximum(abs(digits), 1e-12))))
            return str(value.shape).encode() + (np.rint(digits * scale) / scale).tobytes()
    if isinstance(value, tuple):
        return b"|".join(map(_print_of, value))
    return value.encode()


def matching(
    edits: Sequence[Edit], cases: Sequence[Case], seen: Sequence[Value | None]
) -> list[Edit]:
    """Return the edits that give exactly what was seen, for every case; the first case first."""
    left = list(edits)
    for case, value in zip(cases, seen, strict=True):
        left = [edit for edit in left if _gives(edit, case, value)]
        if not left:
            break
    return left


def _gives(edit: Edit, case: Case, value: Value | None) -> bool:
    made = edit.outcome(case)
    if made is None or value is None:
        return made is None and value is None
    return shape_of(made) == shape_of(value) and same(made, value)


def edited(edits: Sequence[Edit], case: Case) -> list[tuple[Edit, Value]]:
    """Return what all edits give for a case, the most usual first."""
    made = answers_of([edit.function for edit in edits], case)
    both = zip(edits, made, strict=True)
    found = [(edit, value) for edit, value in both if value is not None]
    return sorted(found, key=lambda one: one[0].cost)


def shape_of(value: Value) -> tuple[Any, ...]:
    """Return the shape of an answer, kinds of its parts included."""
    if isinstance(value, np.ndarray):
        return value.shape
    return tuple(map(shape_of, value)) if isinstance(value, tuple) else ("word",)


# --- which of them are told ---------------------------------------------------------------------

ALIKE = 0.4  # costs closer than this are told side by side
SMALL = 1000
LOOSE = ("as-if", "as-if-off", "arguments-swapped", "one-off", "constant", "value")
COSTS = {
    **dict.fromkeys(("as-if-0", "as-if-1", "term", "factor", "divisor"), 1.0),
    **dict.fromkeys(("result-swapped", "result-reversed", "entries-swapped"), 1.0),
    **dict.fromkeys(("ceiled", "floored", "not-rounded", "arguments-swapped"), 1.1),
    **dict.fromkeys(("sign", "operation", "item", "step", "entry-missing"), 1.2),
    "as-if-minus": 2.1,
    "as-if": 1.9,
    "constant": 2.0,
    "value": 1.9,
    **dict.fromkeys(("added", "multiplied", "magnitude", "nearest"), 1.7),
    **dict.fromkeys(("as-if-off", "one-off", "twice", "turned"), 2.5),
    **dict.fromkeys(("array-sorted", "array-magnitudes"), 1.6),
}


def told_of(
    table: Sequence[tuple[Edit, Value]], right: Value, many: bool, small: bool, most: float
) -> list[tuple[Edit, Value]]:
    """Return which edits may be told of an answer: the less it holds, the more usual they are.

    Parameters
    ----------
    table
        All edits, and what they give.
    right
        The right answer.
    many, small
        Whether the answer holds as many numbers as `FEW`; whether all of fewer are `SMALL`.
    most
        Of the answers near the right one, which share they may explain.
    """
    dearest = 5.0 if many else 2.6
    left = [
        (edit, value)
        for edit, value in table
        if not (small and edit.kind in LOOSE and edit.new not in ("0", "1"))
    ]
    left = [one for one in left if one[0].cost <= dearest]
    told, _ = within(most, [value for _, value in left], right)
    costs = [edit.cost for at, (edit, _) in enumerate(left) if at not in told]
    if not costs:
        return left
    form = shape_of(right)
    return [one for one in left if one[0].cost < min(costs) or shape_of(one[1]) != form]
