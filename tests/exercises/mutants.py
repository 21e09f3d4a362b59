"""Right functions with one thing changed, as students change it; nothing of `diagnosis.edits`.

Each change is made in the source of a worked or another right solution: an axis, a bound, an
argument, an operation, an index, a return that comes too early, a start, a dtype.
"""

import ast
import copy
import inspect
import textwrap

import numpy as np

REDUCED = ("max", "min", "mean", "sum", "argmax", "argmin", "median")
BOUNDS = ("range", "ndindex")


def _axes(node):
    """`axis=(2, 3)` → one of the two, others beside them, none."""
    if isinstance(node, ast.keyword) and node.arg == "axis":
        for other in (0, 1, -1, None):
            yield ast.keyword("axis", ast.Constant(other))
        if isinstance(node.value, ast.Tuple):
            yield ast.keyword("axis", node.value.elts[0])
            yield ast.keyword("axis", node.value.elts[-1])


def _bounds(node):
    """`range(n)` → `range(n - 1)`, `range(1, n)`; a step that is gone."""
    name = getattr(node.func, "id", getattr(node.func, "attr", "")) if _is(node, ast.Call) else ""
    if name in BOUNDS and node.args:
        last = ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))
        yield ast.Call(node.func, [*node.args[:-1], last], [])
        if name == "range" and len(node.args) == 1:
            yield ast.Call(node.func, [ast.Constant(1), *node.args], [])
        if len(node.args) > 1:
            yield ast.Call(node.func, node.args[:-1], [])
            yield ast.Call(node.func, node.args[::-1], [])


def _operations(node):
    """`.max(` → `.min(` and the others."""
    if _is(node, ast.Attribute) and node.attr in REDUCED:
        for other in REDUCED[:4]:
            if other != node.attr:
                yield ast.Attribute(node.value, other, node.ctx)


def _names(node):
    """i for j, kernel_size for stride, rows for columns."""
    for a, b in (
        *(("i", "j"), ("kernel_size", "stride"), ("k", "s"), ("rows", "columns")),
        *(("top", "left"), ("height", "width"), ("u", "v"), ("n", "c")),
    ):
        for one, other in ((a, b), (b, a)):
            if _is(node, ast.Name) and node.id == one and isinstance(node.ctx, ast.Load):
                yield ast.Name(other, node.ctx)


def _numbers(node):
    if _is(node, ast.Constant) and type(node.value) is int:
        yield from map(ast.Constant, (node.value + 1, node.value - 1))


def _sums(node):
    """A term or a factor that is gone, `//` for `/`, − for +."""
    if _is(node, ast.BinOp):
        yield node.left
        yield node.right
        for op in (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Div):
            if not isinstance(node.op, op):
                yield ast.BinOp(node.left, op(), node.right)


def _steps(node):
    """`+=` → `=`, `-=`."""
    if _is(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=1)
        yield ast.AugAssign(node.target, ast.Sub(), node.value)


def _early(node):
    """A loop that returns, or breaks, in its first turn."""
    if _is(node, ast.For):
        for last in (ast.Break(), ast.Continue()):
            yield ast.For(node.target, node.iter, [*node.body, last], [], lineno=1)
            yield ast.For(node.target, node.iter, [last, *node.body], [], lineno=1)


def _results(node):
    """What is returned: cut off, turned, with its signs turned, doubled, as whole numbers."""
    if _is(node, ast.Return) and node.value is not None:
        for text in ("({}).T", "({})[::-1]", "({})[1:]", "abs({})", "({}).astype(int)", "[{}]"):
            array = f"np.asarray({ast.unparse(node.value)}, float)"
            yield ast.Return(ast.parse(text.format(array), mode="eval").body)


def _comparisons(node):
    if _is(node, ast.Compare) and len(node.ops) == 1:
        for op in (ast.GtE, ast.Lt, ast.LtE, ast.Gt):
            if not isinstance(node.ops[0], op):
                yield ast.Compare(node.left, [op()], node.comparators)


def _is(node, kind):
    return isinstance(node, kind)


CHANGES = (
    *(_axes, _bounds, _operations, _names, _numbers, _sums, _steps, _early, _results),
    _comparisons,
)


def mutants(function):
    """Yield sources of a function with one thing changed."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    seen = {ast.unparse(tree)}
    for at, node in enumerate(ast.walk(tree)):
        for change in CHANGES:
            for number in range(len([*change(node)])):
                other = copy.deepcopy(tree)
                old = [*ast.walk(other)][at]
                new = [*change(old)][number]
                text = _replaced(other, old, new)
                if text and text not in seen:
                    seen.add(text)
                    yield text


def _replaced(tree, old, new):
    class Put(ast.NodeTransformer):
        def generic_visit(self, node):
            return new if node is old else super().generic_visit(node)

        def visit(self, node):
            return new if node is old else super().visit(node)

    try:
        return ast.unparse(ast.fix_missing_locations(Put().visit(tree)))
    except (AttributeError, TypeError, ValueError):
        return ""


def made(text, function):
    """Return the function that a source defines, with what the right one has around it."""
    names = {**function.__globals__, "np": np}
    exec(compile(text, f"<{function.__name__}, changed>", "exec"), names)
    return names[function.__name__]
