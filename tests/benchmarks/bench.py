"""How fast the pooling functions are, as ratios to others on the same machine in the same run.

Run by `make bench`. Every contender gets one thread and the same memory; their calls take turns,
round by round, and the medians are compared. 0.50 means that we take half of their time. Before
anything is timed, the answers are compared.

The bar: no slower than torch on the same memory layout, forward, and within 3 times torch on a
4 x 4 map. The last line names every case that misses it. The other columns are what more one
could ask for. Needs the extra `bench`.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import math
import statistics
import time
import warnings
from typing import NamedTuple

import cv2
import numpy as np
import scipy.ndimage
import skimage.measure
import torch
from torch.nn import functional

import pooling_lab
from pooling_lab import gradients

torch.set_num_threads(1)
cv2.setNumThreads(1)


class Case(NamedTuple):
    """A pooling layer and the array it runs on; a kernel of 0 is a global pooling."""

    shape: tuple[int, ...]
    kernel: int
    stride: int
    padding: int = 0

    def __str__(self):
        size = "x".join(map(str, self.shape))
        if not self.kernel:
            return f"{size} global"
        pad = f" p{self.padding}" if self.padding else ""
        return f"{size} {self.kernel}/{self.stride}{pad}"


TINY = Case((1, 1, 4, 4), 2, 2)
CASES = [
    Case((1, 64, 224, 224), 2, 2),
    Case((1, 64, 224, 224), 3, 2, 1),
    Case((1, 512, 28, 28), 2, 2),
    Case((1, 1, 1024, 1024), 2, 2),
    Case((1, 1, 1024, 1024), 31, 1, 15),
    Case((8, 64, 56, 56), 3, 1, 1),
    Case((32, 2048, 7, 7), 0, 0),
    Case((1, 3, 224, 224), 2, 2),
    TINY,
]
LAYOUTS = ("contiguous", "channels_last")
PEERS = ("torch", "OpenCV", "SciPy", "scikit-image", "copy")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21, help="calls of each contender")
    parser.add_argument("--only", default="", help="only the cases whose line contains this")
    options = parser.parse_args()
    missed = []
    print(f"{'forward, float32':38}{'ours, ms':>10}" + "".join(f"{p:>14}" for p in PEERS))
    for case, kind, layout in lines():
        name = f"{case} {kind} {layout}"
        if options.only in name:
            times = measure(forward(case, kind, layout), options.rounds, case is TINY)
            show(name, times)
            bar = 3 if case is TINY else 1
            if times["ours"] > bar * times["torch"]:
                missed.append(f"{name} ({times['ours'] / times['torch']:.2f} of torch)")
    print(f"\n{'backward, float32':38}{'ours, ms':>10}{'torch':>14}")
    for case, kind, layout in lines():
        name = f"{case} {kind} {layout}"
        if options.only in name:
            show(name, measure(backward(case, kind, layout), options.rounds, case is TINY))
    print("\nMissed bars: " + ("; ".join(missed) or "none"))


def lines():
    for case in CASES:
        for kind in ("max", "avg"):
            for layout in LAYOUTS:
                if layout == "contiguous" or case.shape[1] > 1:
                    yield case, kind, layout


def measure(contenders, rounds, tiny):
    """Return the median time of each contender in seconds; they take turns."""
    repeats = 1000 if tiny else 1
    times = {name: [] for name in contenders}
    for call in contenders.values():
        call()
    for _ in range(rounds):
        for name, call in contenders.items():
            start = time.perf_counter()
            for _ in range(repeats):
                call()
            times[name].append((time.perf_counter() - start) / repeats)
    return {name: statistics.median(taken) for name, taken in times.items()}


def show(name, times):
    peers = [peer for peer in PEERS if peer in times or len(times) > 2]
    ratios = (f"{times['ours'] / times[p]:14.2f}" if p in times else f"{'–':>14}" for p in peers)
    print(f"{name:38}{times['ours'] * 1e3:10.4f}" + "".join(ratios), flush=True)


# --- the same array for everybody ---------------------------------------------------------------


def arrays(case, layout):
    """Return the same memory as a NumPy array and as a torch tensor."""
    x = torch.rand(case.shape, generator=torch.Generator().manual_seed(0))
    if layout == "channels_last":
        x = x.contiguous(memory_format=torch.channels_last)
    return x.numpy(), x


def forward(case, kind, layout):
    x, tensor = arrays(case, layout)
    contenders = {"ours": ours(case, kind, x), "torch": theirs(case, kind, tensor)}
    target = np.empty_like(x)
    contenders["copy"] = lambda: np.copyto(target, x)
    for name, make in (
        ("OpenCV", opencv),
        ("SciPy", scipy_filter),
        ("scikit-image", skimage_block),
    ):
        call = make(case, kind, x, layout)
        if call:
            contenders[name] = call
    answer = contenders["ours"]()
    for name, call in contenders.items():
        if name != "copy":
            np.testing.assert_allclose(answer, call(), rtol=1e-4, err_msg=name)
    return contenders


def ours(case, kind, x):
    if not case.kernel:
        pool = getattr(pooling_lab, f"global_{kind}_pool2d")
        return lambda: pool(x)
    pool = getattr(pooling_lab, f"{kind}_pool2d")
    return lambda: pool(x, *case[1:])


def theirs(case, kind, tensor):
    if not case.kernel:
        pool = getattr(functional, f"adaptive_{kind}_pool2d")
        return lambda: pool(tensor, 1)
    pool = getattr(functional, f"{kind}_pool2d")
    return lambda: pool(tensor, *case[1:])


def each_plane(x, pool):
    """Call ``pool`` on every plane: these libraries have no batches."""
    planes = x.reshape(-1, *x.shape[-2:])
    return lambda: np.stack([pool(plane) for plane in planes]).reshape(
        *x.shape[:-2], *size(x, pool)
    )


def size(x, pool):
    return pool(x[0, 0]).shape


def opencv(case, kind, x, layout):
    """Return `resize` by area for averages that tile, else `dilate` and `blur`, then slices."""
    if not case.kernel or layout != "contiguous":
        return None
    kernel, step = (case.kernel, case.kernel), case.stride
    anchor = (-1, -1) if case.padding else (0, 0)
    if kind == "max":
        box = np.ones(kernel, np.uint8)
        return each_plane(x, lambda p: cv2.dilate(p, box, anchor=anchor)[::step, ::step])
    if case.kernel == case.stride:
        smaller = (x.shape[-1] // step, x.shape[-2] // step)
        return each_plane(x, lambda p: cv2.resize(p, smaller, interpolation=cv2.INTER_AREA))
    border = cv2.BORDER_CONSTANT
    return each_plane(
        x, lambda p: cv2.blur(p, kernel, anchor=anchor, borderType=border)[::step, ::step]
    )


def scipy_filter(case, kind, x, layout):
    if not case.kernel or x.size > 2e6 or layout != "contiguous":
        return None  # takes seconds
    step, origin = case.stride, 0 if case.padding else -(case.kernel // 2)
    edge = -math.inf if kind == "max" else 0.0
    name = "maximum_filter" if kind == "max" else "uniform_filter"
    filtered = getattr(scipy.ndimage, name)
    options = {"mode": "constant", "cval": edge, "origin": origin}
    return each_plane(x, lambda p: filtered(p, case.kernel, **options)[::step, ::step])


def skimage_block(case, kind, x, layout):
    if case.kernel != case.stride or not case.kernel or layout != "contiguous":
        return None
    block, reduce = (1, 1, case.kernel, case.kernel), np.max if kind == "max" else np.mean
    return lambda: skimage.measure.block_reduce(x, block, reduce)


def backward(case, kind, layout):
    x, tensor = arrays(case, layout)
    leaf = tensor.clone(memory_format=torch.preserve_format).requires_grad_()
    output = theirs(case, kind, leaf)()
    grad = torch.rand_like(output)
    name = f"global_{kind}" if not case.kernel else kind
    pool = getattr(gradients, f"{name}_pool2d_backward")
    window = case[1:] if case.kernel else ()
    grad_output = grad.numpy()
    contenders = {
        "ours": lambda: pool(grad_output, x, *window),
        "torch": lambda: torch.autograd.grad(output, leaf, grad, retain_graph=True)[0],
    }
    np.testing.assert_allclose(contenders["ours"](), contenders["torch"](), rtol=1e-4)
    return contenders


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
