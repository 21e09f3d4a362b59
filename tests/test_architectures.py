"""The tables against torch (shapes, weights, multiply-adds, bytes) and against the literature."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from pooling_lab.architectures import (
    POOLING_CENSUS,
    Architecture,
    Conv,
    Dense,
    Flatten,
    GlobalAverage,
    Pool,
    Residual,
    Row,
    alexnet,
    resnet50,
    vgg16,
    walk,
)
from pooling_lab.geometry import output_size
from pooling_lab.training import build

NETWORKS = {
    "VGG16": (vgg16(), 224),
    "AlexNet": (alexnet(), 224),
    "ResNet-50": (resnet50(), 224),
    "VGG16 on a ragged size, 3×3 windows": (vgg16(pools=4, pool_kernel=3), 95),
    "VGG16 with a global average": (vgg16(head="gap"), 64),
}


class Seen(NamedTuple):
    """What torch makes of a network in one forward pass, by the names of its modules."""

    outputs: dict[str, torch.Tensor]
    parameters: dict[str, int]
    multiply_adds: dict[str, int]


FULL_SIZE = ("VGG16", "ResNet-50")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[pytest.mark.slow] if name in FULL_SIZE else [])
        for name in NETWORKS
    ],
)
def walked_and_run(request) -> tuple[list[Row], Seen]:
    network, size = NETWORKS[request.param]
    model = build(network, size)
    outputs: dict[str, torch.Tensor] = {"input": torch.zeros(1, 3, size, size)}
    for name, module in model.named_modules():
        module.register_forward_hook(lambda *seen, name=name: outputs.update({name: seen[2]}))
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(outputs["input"])
    parameters = {n: sum(p.numel() for p in m.parameters()) for n, m in model.named_modules()}
    flops = counter.get_flop_counts()
    adds = {n: sum(flops.get(f"Sequential.{n}", {}).values()) // 2 for n in outputs}
    return walk(network, size), Seen(outputs, parameters, adds)


def table(rows: list[Row], value: str) -> dict[str, Any]:
    return {row.name: getattr(row, value) for row in rows if row.kind != "add"}


def rows_of(network: Architecture, **where: Any) -> dict[str, Row]:
    return {row.name: row for row in walk(network, **where)}


# -- against torch ---------------------------------------------------------------------------


def test_every_shape_is_the_one_a_hook_sees(walked_and_run):
    rows, seen = walked_and_run
    assert {r.name: r.shape for r in rows} == {
        r.name: tuple(seen.outputs[r.name].shape[1:]) for r in rows
    }


def test_every_layer_learns_as_many_numbers_as_its_module_holds(walked_and_run):
    rows, seen = walked_and_run
    counted = {name: seen.parameters.get(name, 0) for name in table(rows, "parameters")}
    assert table(rows, "parameters") == counted
    assert sum(r.parameters for r in rows) == seen.parameters[""]


def test_every_multiply_add_is_one_that_torch_counts(walked_and_run):
    rows, seen = walked_and_run
    counted = {name: seen.multiply_adds[name] for name in table(rows, "multiply_adds")}
    assert table(rows, "multiply_adds") == counted


def test_every_output_weighs_what_its_tensor_does_unless_it_is_a_view(walked_and_run):
    rows, seen = walked_and_run
    for row in rows:
        tensor = seen.outputs[row.name]
        weight = 0 if row.kind == "flatten" else tensor.numel() * tensor.element_size()
        assert row.activation_bytes == weight, row.name


def test_the_receptive_field_of_a_residual_stack_is_what_gradients_reach():
    network = Architecture(
        "three blocks",
        "made up",
        63,
        (
            ("stem", Conv(1, 5, 2, 2)),
            ("one", Residual((("a", Conv(1)), ("b", Conv(1))))),
            (
                "two",
                Residual((("a", Conv(1, 1, 2, 0)), ("b", Conv(1))), (("p", Conv(1, 1, 2, 0)),)),
            ),
            ("three", Residual((("a", Conv(1, 1, 1, 0)),), (("p", Conv(1, 5, 1, 2)),))),
        ),
    )
    model = build(network)
    for parameter in model.parameters():
        torch.nn.init.ones_(parameter)  # all positive: no path is shut by a ReLU or cancelled
    x = torch.ones(1, 3, 63, 63, requires_grad=True)
    model(x)[0, 0, 8, 8].backward()
    columns = x.grad[0, 0].sum(0).nonzero().flatten()
    (*_, last) = walk(network)
    assert (last.receptive_field, last.jump) == (37, 4)
    assert columns.max() - columns.min() + 1 == last.receptive_field


# -- against the literature ------------------------------------------------------------------


def total(rows: list[Row], value: str, *kinds: str) -> int:
    return sum(getattr(row, value) for row in rows if not kinds or row.kind in kinds)


VGG, VGG_UNPOOLED = walk(vgg16()), walk(vgg16(pools=0))
FC6 = rows_of(vgg16())["fc6"]
FIGURES = [
    ("VGG16: parameters", total(VGG, "parameters"), 138_357_544),
    ("VGG16: parameters of the convolutions", total(VGG, "parameters", "conv"), 14_714_688),
    ("VGG16: weights of the first dense layer", FC6.weights, 102_760_448),
    ("VGG16: the same with biases", FC6.parameters, 102_764_544),
    ("VGG16: without pool 5", rows_of(vgg16(pools=4))["fc6"].weights, 4 * 102_760_448),
    ("VGG16: parameters of the pools", total(VGG, "parameters", "pool"), 0),
    ("VGG16: G multiply-adds, convolutions", total(VGG, "multiply_adds", "conv"), 15.347e9),
    ("VGG16: G multiply-adds, dense", total(VGG, "multiply_adds", "dense"), 0.1236e9),
    ("VGG16: bytes of all outputs", total(VGG, "activation_bytes"), 60.95e6),
    ("VGG16 unpooled: multiply-adds", total(VGG_UNPOOLED, "multiply_adds", "conv"), 738.1e9),
    ("AlexNet: parameters, two towers", total(walk(alexnet()), "parameters"), 60_965_224),
    ("AlexNet: multiply-adds", total(walk(alexnet()), "multiply_adds"), 724.4e6),
    ("ResNet-50: parameters", total(walk(resnet50()), "parameters"), 25_557_032),
    (
        "ResNet-50: multiply-adds, the paper's 3.8 G",
        total(walk(resnet50()), "multiply_adds"),
        3.86e9,
    ),
]


@pytest.mark.parametrize(("name", "found", "expected"), FIGURES, ids=[f[0] for f in FIGURES])
def test_the_published_figure_of(name, found, expected):
    assert found == (expected if isinstance(expected, int) else pytest.approx(expected, rel=1e-3))


def test_without_pools_vgg16_multiplies_48_times_as_much_and_stores_14_times_as_much():
    adds = [total(rows, "multiply_adds", "conv") for rows in (VGG_UNPOOLED, VGG)]
    stored = [total(rows, "activation_bytes") for rows in (VGG_UNPOOLED, VGG)]
    assert round(adds[0] / adds[1]) == 48
    assert round(stored[0] / stored[1]) == 14


def test_pooling_is_three_hundredths_of_a_percent_of_vgg16s_operations():
    share = total(VGG, "pool_operations") / total(VGG, "multiply_adds")
    assert round(100 * share, 2) == 0.03


def test_the_peak_of_a_forward_pass_through_vgg16_is_26_megabytes():
    weights = [row.activation_bytes for row in VGG]
    assert round(max(a + b for a, b in pairwise(weights)) / 1e6) == 26


AFTER_POOLS = [
    ("pool1", (64, 112, 112), 6, 2),
    ("pool2", (128, 56, 56), 16, 4),
    ("pool3", (256, 28, 28), 44, 8),
    ("pool4", (512, 14, 14), 100, 16),
    ("pool5", (512, 7, 7), 212, 32),
]


def test_shapes_receptive_fields_and_jumps_after_the_pools_of_vgg16():
    pools = [row for row in VGG if row.kind == "pool"]
    assert [(r.name, r.shape, r.receptive_field, r.jump) for r in pools] == AFTER_POOLS


@pytest.mark.parametrize(
    ("network", "layer", "reach"),
    [(alexnet(), "pool5", (195, 32)), (resnet50(), "conv5_3", (483, 32))],
    ids=["AlexNet", "ResNet-50"],
)
def test_the_receptive_field_published_by_araujo_and_others_for(network, layer, reach):
    row = rows_of(network)[layer]
    assert (row.receptive_field, row.jump) == reach


def test_the_planes_of_alexnet_are_those_of_its_figure():
    sides = [row.shape[1] for row in walk(alexnet()) if len(row.shape) == 3]
    assert sides == [224, 55, 27, 27, 13, 13, 13, 13, 6]


def test_torchvisions_alexnet_is_what_the_docstring_says_of_it():
    pool = Pool(3, 2)
    convs = [Conv(64, 11, 4, 2), pool, Conv(192, 5, 1, 2), pool, Conv(384), Conv(256), Conv(256)]
    dense = [pool, Flatten(), Dense(4096), Dense(4096), Dense(1000)]
    stack = tuple((str(i), layer) for i, layer in enumerate(convs + dense))
    assert total(walk(replace(alexnet(), stack=stack)), "parameters") == 61_100_840


def moved_stride(layer: Any) -> Any:
    """Move the stride of a bottleneck to its 3×3 convolution, as torchvision does."""
    if not isinstance(layer, Residual):
        return layer
    (narrow_name, narrow), (name, conv), widen = layer.main
    moved = (narrow_name, replace(narrow, stride=1)), (name, replace(conv, stride=narrow.stride))
    return replace(layer, main=(*moved, widen))


def test_torchvisions_resnet50_is_what_the_docstring_says_of_it():
    paper = resnet50()
    later = replace(paper, stack=tuple((name, moved_stride(layer)) for name, layer in paper.stack))
    assert total(walk(later), "multiply_adds") == pytest.approx(4.09e9, rel=1e-3)
    assert total(walk(later), "parameters") == total(walk(paper), "parameters")
    assert rows_of(later)["conv5_3"].receptive_field == 427


# -- what if ---------------------------------------------------------------------------------

WHAT_IF = [
    ("a smaller image", {}, 96, (512, 3, 3), 212),
    ("an image that does not divide: rows are lost", {}, 100, (512, 3, 3), 212),
    ("a photo that is not square", {}, (480, 640), (512, 15, 20), 212),
    ("two pools", {"pools": 2}, 224, (512, 56, 56), 88),
    ("no pools", {"pools": 0}, 224, (512, 224, 224), 27),
    ("overlapping windows", {"pool_kernel": 3}, 224, (512, 6, 6), 243),
    ("windows that do not move on", {"pool_stride": 1}, 224, (512, 219, 219), 32),
]


@pytest.mark.parametrize(
    ("change", "size", "shape", "field"), [w[1:] for w in WHAT_IF], ids=[w[0] for w in WHAT_IF]
)
def test_vgg16_with(change, size, shape, field):
    (last,) = [row for row in walk(vgg16(**change), size) if row.kind == "flatten"]
    before = walk(vgg16(**change), size)[-5]
    assert (before.shape, before.receptive_field) == (shape, field)
    assert last.shape == (shape[0] * shape[1] * shape[2],)


def test_with_a_global_average_the_classifier_weighs_the_same_whatever_the_pools():
    weights = {total(walk(vgg16(pools=n, head="gap")), "weights", "dense") for n in range(6)}
    assert weights == {512 * 1000}


def test_a_global_average_has_no_receptive_field_to_state_because_it_may_see_everything():
    row = rows_of(vgg16(head="gap"))["average"]
    assert (row.receptive_field, row.jump, row.pool_operations) == (None, None, 512 * 48)


def small(*layers: Any) -> Architecture:
    return Architecture(
        "small", "made up", 8, tuple((f"layer{i}", x) for i, x in enumerate(layers))
    )


MISTAKES = [
    ("half a pool", lambda: vgg16(pools=2.5), TypeError, "pools must be a whole number"),
    ("a sixth pool", lambda: vgg16(pools=6), ValueError, "pools must be at most 5, got 6"),
    ("no window", lambda: vgg16(pool_kernel=0), ValueError, "pool_kernel must be at least 1"),
    ("no step", lambda: vgg16(pool_stride=0), ValueError, "pool_stride must be at least 1"),
    ("another head", lambda: vgg16(head="top"), ValueError, '"flatten" or "gap", got \'top\''),
    ("a size of text", lambda: walk(vgg16(), "224"), TypeError, "size must be a whole number"),
    ("an image too small", lambda: walk(vgg16(), 16), ValueError, "pool5: no window fits"),
    ("dense on a plane", lambda: walk(small(Dense(3))), ValueError, "layer0: a dense layer reads"),
    (
        "a convolution behind the end of the plane",
        lambda: walk(small(GlobalAverage(), Conv(3))),
        ValueError,
        r"layer1: a conv layer reads \(C, H, W\), not shape \(3,\)",
    ),
    (
        "branches that do not fit",
        lambda: walk(small(Residual((("a", Conv(3, stride=2)),)))),
        ValueError,
        r"layer0: cannot add \(3, 4, 4\) of the main branch and \(3, 8, 8\)",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_the_error_names_layer_and_argument_for(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_tables_do_not_need_torch():
    code = "import pooling_lab.architectures, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- the census ------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [vgg16(), alexnet(), resnet50()], ids=lambda n: n.name)
def test_the_census_says_what_the_table_has_for(network):
    pools = [layer for _, layer in network.stack if isinstance(layer, Pool)]
    averages = [layer for _, layer in network.stack if isinstance(layer, GlobalAverage)]
    uses = {use.kind: use for use in POOLING_CENSUS if use.network == network.name}
    assert uses["max"].layers == len(pools)
    for pool in pools:
        assert uses["max"][4:7] == (pool.kernel_size, pool.stride, pool.padding)
    assert ("global average" in uses) == bool(averages)


SIZES = [
    ("LeNet-5", "average", [28, 14], [10, 5]),
    ("AlexNet", "max", [55, 27], [27, 13], [13, 6]),
    ("GoogLeNet", "max", [112, 56], [56, 28], [28, 14], [14, 7]),
    ("GoogLeNet", "average", [14, 4]),
    ("U-Net", "max", [568, 284], [280, 140], [136, 68], [64, 32]),
    ("ResNet-50", "max", [112, 56]),
    ("DenseNet-121", "max", [112, 56]),
    ("DenseNet-121", "average", [56, 28], [28, 14], [14, 7]),
]


@pytest.mark.parametrize("case", SIZES, ids=[f"{case[0]} {case[1]}" for case in SIZES])
def test_the_census_gives_the_sizes_printed_in_the_paper_of(case):
    name, kind, *sizes = case
    use = next(u for u in POOLING_CENSUS if (u.network, u.kind) == (name, kind))
    for before, after in sizes:
        window = use.kernel_size, use.stride, use.padding
        assert output_size(before, *window, ceil_mode=use.ceil_mode) == after


def test_what_the_census_says_of_claim_21():
    windows = [use for use in POOLING_CENSUS if use.kernel_size]
    maxima = sum(use.layers for use in windows if use.kind == "max")
    assert (maxima, sum(use.layers for use in windows)) == (27, 34)
    padded = [use for use in windows if use.padding]
    assert {use.kernel_size for use in padded} == {3}  # 2×2 windows are never padded
    assert sum(use.layers for use in padded) == 11  # nine of them in GoogLeNet's modules
    assert {use.kind for use in POOLING_CENSUS if use.year > 2016} == {"global average"}
