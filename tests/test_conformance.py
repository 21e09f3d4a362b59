"""Cases that others wrote: PyTorch's own samples for its pooling functions, and ONNX's node cases.

All pass but those in the tables `OURS`, `ACCEPTED_BY_US` and `NOT_EXPRESSED`, each with its reason.
"""

from __future__ import annotations

import importlib
import math
import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import pooling_lab
from pooling_lab import gradients

# --- PyTorch ------------------------------------------------------------------------------

FUNCTIONS = [
    f"nn.functional.{kind}_pool{axes}d"
    for kind in ("max", "avg", "adaptive_max", "adaptive_avg")
    for axes in (1, 2)
] + ["nn.functional.max_unpool1d", "nn.functional.max_unpool2d"]

OURS = {  # what a sample asks: why the answer is ours, not torch's
    "padding alone": "a dilated window that reads only padding has no position; torch gives one "
    "outside the plane, we give −1",
    "size 0": "an output without a cell is refused: it is always a mistake in a lesson",
}


@pytest.fixture(scope="module")
def op_db():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # thousands of tiny planes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal import common_methods_invocations

    yield common_methods_invocations.op_db
    torch.set_num_threads(threads)


class Call(NamedTuple):
    """A sample as our function takes it: two axes, and arguments by name."""

    x: np.ndarray
    arguments: dict[str, Any]
    axes: int

    def run(self, name: str):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            out = getattr(pooling_lab, name)(self.x, **self.arguments)
        parts = out if isinstance(out, tuple) else (out,)
        return [part[..., 0, :] if self.axes == 1 else part for part in parts]

    def send_back(self, name: str, grad: np.ndarray) -> np.ndarray:
        arguments = {k: v for k, v in self.arguments.items() if k != "return_indices"}
        back = getattr(gradients, f"{name}_backward")
        if self.axes == 2:
            return back(grad, self.x, **arguments)
        return back(grad[..., None, :], self.x, **arguments)[..., 0, :]


NAMES = {
    "max_pool": "kernel_size stride padding dilation ceil_mode return_indices",
    "avg_pool": "kernel_size stride padding ceil_mode count_include_pad divisor_override",
    "adaptive_max_pool": "output_size return_indices",
    "adaptive_avg_pool": "output_size",
    "max_unpool": "indices kernel_size stride padding output_size",
}


def as_call(op_name: str, sample) -> tuple[str, Call]:
    """Return our function's name, and the sample as a call of it: a line is a plane of one row."""
    kind, axes = op_name.removeprefix("nn.functional.")[:-2], int(op_name[-2])
    given = dict(zip(NAMES[kind].split(), sample.args, strict=False)) | sample.kwargs
    x = sample.input.detach().numpy()
    arguments = {k: v.numpy() if isinstance(v, torch.Tensor) else v for k, v in given.items()}
    if axes == 1:
        x = x[..., None, :]
        arguments = {k: _one_row(k, v) for k, v in arguments.items()}
    return f"{kind}2d", Call(x, arguments, axes)


def _one_row(name: str, value: Any) -> Any:
    if name == "indices":
        return value[..., None, :]
    if name not in ("kernel_size", "stride", "padding", "dilation", "output_size"):
        return value
    if value is None or (isinstance(value, tuple | list) and not value):
        return value
    number = value[-1] if isinstance(value, tuple | list) else value
    return (0 if name == "padding" else 1, number)


def answers(op, sample, x) -> list[torch.Tensor]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = op(x, *sample.args, **sample.kwargs)
    return list(out) if isinstance(out, tuple) else [out]


def why_ours(theirs, axes: int) -> str | None:
    if 0 in theirs[0].shape[-axes:]:
        return "size 0"
    if torch.isneginf(theirs[0]).any():
        return "padding alone"
    return None


def same(ours: np.ndarray, theirs: np.ndarray) -> bool:
    return ours.shape == theirs.shape and bool(
        np.allclose(ours, theirs, rtol=1e-10, atol=1e-12, equal_nan=True)
    )


def samples(op_db, name):
    for op in op_db:
        if op.name == name:
            for sample in op.sample_inputs("cpu", torch.float64, requires_grad=False):
                yield op, sample


@pytest.mark.parametrize("name", FUNCTIONS)
def test_pytorchs_samples(op_db, name):
    """Each sample gives torch's numbers, and the gradient torch sends back is ours."""
    judged, seen = 0, set()
    for op, sample in samples(op_db, name):
        x = sample.input.detach().requires_grad_()
        theirs = answers(op, sample, x)
        ours_name, call = as_call(name, sample)
        difference = why_ours(theirs, call.axes)
        seen |= {difference} - {None}
        if difference == "size 0":
            with pytest.raises(ValueError, match="at least 1"):
                call.run(ours_name)
            continue
        for ours, their in zip(call.run(ours_name), theirs, strict=True):
            numbers = their.detach().numpy()
            if difference == "padding alone" and numbers.dtype.kind == "i":
                where = np.isneginf(theirs[0].detach().numpy())
                assert (ours[where] == -1).all()
                ours, numbers = ours[~where], numbers[~where]
            assert same(ours, numbers), sample
        if difference is None and hasattr(gradients, f"{ours_name}_backward"):
            grad = torch.linspace(-1, 2, theirs[0].numel(), dtype=x.dtype).reshape_as(theirs[0])
            theirs[0].backward(grad)
            assert same(call.send_back(ours_name, grad.numpy()), x.grad.numpy()), sample
        judged += 1
    assert judged >= 4
    assert seen <= set(OURS)


ACCEPTED_BY_US = {  # what torch refuses and we do not: why
    "nn.functional.adaptive_avg_pool2d": {"Input dimension": "a plane alone is fine: (..., H, W)"},
    "nn.functional.adaptive_max_pool2d": {"Input dimension": "a plane alone is fine: (..., H, W)"},
}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.endswith("2d")])
def test_what_pytorch_refuses_we_refuse(op_db, name):
    for op in (op for op in op_db if op.name == name and op.error_inputs_func):
        for case in op.error_inputs("cpu"):
            _, call = as_call(name, case.sample_input)
            reasons = ACCEPTED_BY_US.get(name, {})
            if any(case.error_regex.startswith(said) for said in reasons):
                call.run(name.removeprefix("nn.functional."))
            else:
                with pytest.raises((TypeError, ValueError)):
                    call.run(name.removeprefix("nn.functional."))


@pytest.mark.parametrize("p", [1, 1.5, 2, 3])
@pytest.mark.parametrize("window", [(3,), (2, 1), (3, 2)])
def test_samples_of_the_norm_module(p, window):
    """LPPool2d has no samples among the functions; its module's are a 7×7 plane, taken here."""
    x = np.abs(np.random.default_rng(0).normal(size=(1, 3, 7, 7)))
    theirs = torch.nn.LPPool2d(p, *window)(torch.tensor(x)).numpy()
    np.testing.assert_allclose(pooling_lab.lp_pool2d(x, p, *window), theirs, rtol=1e-10)


# --- ONNX ---------------------------------------------------------------------------------

OPERATORS = {
    "MaxPool": "maxpool",
    "AveragePool": "averagepool",
    "GlobalMaxPool": "globalmaxpool",
    "GlobalAveragePool": "globalaveragepool",
    "LpPool": "lppool",
    "MaxUnpool": "maxunpool",
}
NOT_EXPRESSED = {  # what a node may ask and our functions, like torch's, do not take: why
    "three axes": "we pool planes",
    "padding on one side": "padding is the same on both sides, as in PyTorch; pad x yourself",
    "wide padding": "padding is at most half of the kernel, as in PyTorch",
    "dilated average": "torch's average has no dilation",
    "dilated norm": "torch's norm has no dilation",
    "column-major positions": "positions count row by row",
    "unpooling to a wanted size": "positions count in the plane that is asked for, as in PyTorch; "
    "ONNX counts them in the plane of the usual size",
}


class Node(NamedTuple):
    """A node case: what is computed, from what, and what must come out."""

    name: str
    operator: str
    asked: dict[str, Any]
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]


def node_cases() -> list[Node]:
    """Let ONNX's own scripts write their cases, and take them down."""
    onnx = pytest.importorskip("onnx", reason="the extra `test` brings it")
    cases = importlib.import_module("onnx.backend.test.case.node")
    found: list[Node] = []

    def take(node, inputs, outputs, name, **_):
        asked = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        found.append(Node(name, node.op_type, asked, list(inputs), list(outputs)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cases, "expect", take)
        for module in OPERATORS.values():
            path = f"onnx.backend.test.case.node.{module}"
            patch.delitem(sys.modules, path, raising=False)
            importlib.import_module(path)
    return [case for case in found if case.operator in OPERATORS]


def not_expressed(node: Node) -> str | None:
    asked = node.asked
    if node.inputs[0].ndim > 4:
        return "three axes"
    if _padding(node) is None:
        return "padding on one side"
    if any(p > k // 2 for p, k in zip(_padding(node), asked.get("kernel_shape", []), strict=False)):
        return "wide padding"
    dilated = max(asked.get("dilations", [1])) > 1
    if node.operator == "AveragePool" and dilated:
        return "dilated average"
    if node.operator == "LpPool" and dilated:
        return "dilated norm"
    if node.operator == "MaxUnpool" and len(node.inputs) > 2:
        return "unpooling to a wanted size"
    if asked.get("storage_order"):
        return "column-major positions"
    return None


def _padding(node: Node) -> tuple[int, ...] | None:
    """Return the padding along each axis, or None where its two sides differ."""
    asked, axes = node.asked, node.inputs[0].ndim - 2
    strides = asked.get("strides", [1] * axes)
    if asked.get("auto_pad", b"NOTSET") in (b"SAME_UPPER", b"SAME_LOWER"):
        both = [
            max(0, (math.ceil(n / s) - 1) * s + k - n)
            for n, k, s in zip(
                node.inputs[0].shape[2:], asked["kernel_shape"], strides, strict=True
            )
        ]
        return None if any(total % 2 for total in both) else tuple(total // 2 for total in both)
    pads = asked.get("pads", [0] * 2 * axes)
    return tuple(pads[:axes]) if pads[:axes] == pads[axes:] else None


def computed(node: Node) -> list[np.ndarray]:
    x, asked = node.inputs[0], node.asked
    line = x.ndim == 3

    def plane(numbers, alone):
        return tuple([alone, *numbers] if line else numbers)

    if line:
        x = x[:, :, None]
    if node.operator == "GlobalMaxPool":
        return [pooling_lab.global_max_pool2d(x)]
    if node.operator == "GlobalAveragePool":
        return [pooling_lab.global_avg_pool2d(x)]
    window = {
        "kernel_size": plane(asked["kernel_shape"], 1),
        "stride": plane(asked.get("strides", [1] * len(asked["kernel_shape"])), 1),
    }
    if node.operator == "LpPool":
        out = pooling_lab.lp_pool2d(x, asked.get("p", 2), **window)
        return [out[:, :, 0] if line else out]
    window["padding"] = plane(_padding(node), 0)
    if node.operator == "MaxUnpool":
        return [pooling_lab.max_unpool2d(x, node.inputs[1], **window)]
    window["ceil_mode"] = bool(asked.get("ceil_mode", 0))
    if node.operator == "AveragePool":
        window["count_include_pad"] = bool(asked.get("count_include_pad", 0))
        out = pooling_lab.avg_pool2d(x, **window)
        return [out[:, :, 0] if line else out]
    window["dilation"] = plane(asked.get("dilations", [1] * len(asked["kernel_shape"])), 1)
    out = pooling_lab.max_pool2d(x, **window, return_indices=True)[: len(node.outputs)]
    return [part[:, :, 0] if line else part for part in out]


def test_onnxs_node_cases():
    expressed, seen = [], set()
    for node in node_cases():
        reason = not_expressed(node)
        if reason:
            seen.add(reason)
            continue
        expressed.append(node.name)
        for ours, theirs in zip(computed(node), node.outputs, strict=True):
            # the tolerance of ONNX's own runner: some cases state four decimals
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-7, err_msg=node.name)
            assert ours.dtype == theirs.dtype, node.name
    assert seen == set(NOT_EXPRESSED)
    assert len(expressed) >= 25
