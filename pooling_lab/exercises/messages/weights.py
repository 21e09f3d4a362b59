"""What is said about the weights of a convolution: which channels, which cells, how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..diagnosis.weights import ASKED, Weights
from ..display import number

_CHANNELS = {
    "all": "every output channel is made of all input channels",
    "reversed": "the channels come out in reverse order",
    "own-and-before": "an output channel is made of its own channel and of all before it",
    "own-and-after": "an output channel is made of its own channel and of all after it",
    "first-alone": "only the first channel comes through, the others are 0",
    "without-last": "the last channel is 0",
    "without-first": "the first channel is 0",
    "as-many-as-kernel": "only as many channels as `kernel_size` says come through, the others are "
    "0",
    "next": "an output channel is made of the next channel, and not of its own",
    "others": "an output channel is made of all channels but its own",
    "of-the-first": "every output channel is made of the first input channel",
    "to-the-first": "all input channels go into the first output channel",
    "one-output": "there is one output channel, which adds up all input channels",
    "one-input": "each output channel has weights for one input channel alone",
}
_KERNELS = {
    "middle": "the middle cell of each kernel",
    "middle-before": "the middle cell of each kernel",
    "first": "the first cell of each kernel",
    "last": "the last cell of each kernel",
    "diagonal": "the diagonal of each kernel",
    "first-row": "the first row of each kernel",
    "first-column": "the first column of each kernel",
}


def of_weights(found: Weights) -> list[str]:
    """Say what all weights have in common, as far as it is not what was asked."""
    lines = []
    if found.channels in _CHANNELS:
        lines.append(f"With your weights {_CHANNELS[found.channels]}.")
        lines.append("Pooling keeps channels apart. Of which input channel is each output made?")
    if found.kernel == "bell":
        lines.append("The cells in the middle of a kernel count more than those at its edge.")
        lines.append("In an average every cell of the window counts alike.")
    elif found.kernel in _KERNELS:
        lines.append(f"Only {_KERNELS[found.kernel]} is not 0.")
        lines.append("In an average every cell of the window counts alike.")
    if found.factor != ASKED.factor:
        lines.append(f"Each weight is {found.factor}.")
        lines.append("Put the same number into every cell of a window: what should come out?")
    return lines


def of_some_weights(facts: Mapping[str, Any]) -> list[str]:
    """Say what is certain: which channels are connected, how alike weights are, their sum."""
    if "inputs" in facts:
        told = ", ".join(map(str, facts["inputs"])) or "none"
        return [
            f"With your weights output channel {facts['output']} is made of input channel {told}.",
            "Pooling keeps channels apart. Of which input channel is each output made?",
        ]
    if "weights" in facts:
        return [
            f"In a kernel of yours the weights differ: {facts['weights']} of {facts['cells']} are "
            "not 0.",
            "In an average every cell of the window counts alike. What does that say of the "
            "weights?",
        ]
    return [
        f"The right channels are connected, and the weights of one output add up to "
        f"{number(facts['sum'])}.",
        "Put the same number into every cell of a window: what should come out?",
    ]
