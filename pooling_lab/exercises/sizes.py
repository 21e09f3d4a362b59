"""Exercises about shapes and output sizes (lessons 01 and 02)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from .exercise import Case, Exercise, Mistakes, add
from .streams import Stream
from .usual import count, slide, usual

# --- channels-apart -------------------------------------------------------------------------


def channels_apart(x: np.ndarray) -> list[list[list[float]]]:
    """Pool each channel by itself: its two 2×2 blocks give two numbers."""
    return [[[channel[:, :2].max(), channel[:, 2:].max()]] for channel in x]


def _channels_mistaken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    if "channels-last-misread" in wrong:
        x = np.moveaxis(x, -1, 0)  # now the window slides over channels and rows
    y = np.array([slide(wrong, channel, 2, 2) for channel in x])
    if "channels-last-misread" in wrong:
        y = np.moveaxis(y, 0, -1)
    if "channels-pooled" in wrong:
        y = y.max(axis=0, keepdims=True)
    return y[:1] if "one-channel" in wrong else y


add(
    Exercise(
        id="channels-apart",
        title="Three channels, one pooling layer",
        lesson="01",
        stars=1,
        minutes=4,
        task="`x` has 3 channels of 2 rows and 4 columns: its shape is (3, 2, 4). Max-pool it "
        "with kernel_size=2 and stride=2. Write the result as nested lists, channels first.",
        stub="answer = None",
        draw=lambda stream: {"x": stream.permuted(3, 2, 4, low=1, high=60)},
        solution=channels_apart,
        mistaken=_channels_mistaken,
        misconceptions=usual(
            *("channels-pooled", "channels-last-misread", "mean-for-max", "min-for-max"),
            *("first-cell", "last-cell", "stride-ignored"),
        )
        | {
            "one-channel": "That is the first channel alone. The layer does the same to every "
            "channel: how many channels come out when three go in?"
        },
        hints=(
            "Cover two of the channels with your hand, and pool the one that is left.",
            "A channel has two windows side by side, so it gives one row of two numbers.",
            "`[[[a, b]], [[c, d]], [[e, f]]]`: one row of two maxima for each channel.",
        ),
    )
)

# --- layout-nhwc ----------------------------------------------------------------------------


def pool_channels_last(x: np.ndarray, kernel_size: int) -> np.ndarray:
    """Move the channels before the rows and columns, pool, and move them back."""
    from pooling_lab import max_pool2d

    channels_first = np.moveaxis(x, -1, 1)
    return np.moveaxis(max_pool2d(channels_first, kernel_size), 1, -1)


def _nhwc_mistaken(wrong: Mistakes, x: np.ndarray, kernel_size: int) -> np.ndarray:
    n, height, width, channels = x.shape
    to, back = (0, 3, 1, 2), (0, 2, 3, 1)
    if "channels-last-misread" in wrong:
        to = back = (0, 1, 2, 3)
    if "rows-columns-swapped" in wrong:
        to = (0, 3, 2, 1)
    first = x.transpose(to)
    if "reshaped" in wrong:
        first = x.reshape(n, channels, height, width)
    planes = [[slide(wrong, plane, kernel_size, kernel_size) for plane in image] for image in first]
    return np.array(planes) if "not-moved-back" in wrong else np.array(planes).transpose(back)


def _nhwc_draw(stream: Stream) -> Case:
    n, height, width, channels = (stream.integer(*limits) for limits in _NHWC_LIMITS)
    x = stream.grid(n, height, width, channels, low=-20, high=40)
    return {"x": x, "kernel_size": stream.integer(2, min(3, height, width, channels))}


_NHWC_LIMITS = ((1, 2), (2, 5), (2, 5), (2, 4))

add(
    Exercise(
        id="layout-nhwc",
        title="Images that come channels-last",
        lesson="01",
        stars=2,
        minutes=8,
        task="`x` is a batch of images of shape (N, H, W, C), as photos come. Max-pool it with "
        "stride = kernel_size and return shape (N, H_out, W_out, C). The pooling itself may be "
        "pooling_lab's or torch's, which want (N, C, H, W).",
        stub="def pool_channels_last(x, kernel_size):\n    ...",
        draw=_nhwc_draw,
        solution=pool_channels_last,
        mistaken=_nhwc_mistaken,
        misconceptions=usual("channels-last-misread", "rows-columns-swapped", "mean-for-max")
        | {
            "reshaped": "`reshape` cuts the same row of numbers into other pieces: pixels of "
            "different colours end up in one channel. The axes have to be moved instead.",
            "not-moved-back": "The channels are still in second place. What has been moved to the "
            "front has to be moved back to the end.",
        },
        hints=(
            "Which axis is the channels in `x`, and which one do the pooling functions expect?",
            "`np.moveaxis(x, from, to)` moves one axis and keeps the order of the others.",
            "`np.moveaxis(x, -1, 1)`, pool, then `np.moveaxis(y, 1, -1)`.",
        ),
        forbidden=("pooling_lab.exercises",),
    )
)

# --- output-size ----------------------------------------------------------------------------


def output_size(height: int, width: int, kernel_size: int, stride: int, padding: int) -> list[int]:
    """Count the first window, then one more for each whole stride of room that is left."""
    return [(n + 2 * padding - kernel_size) // stride + 1 for n in (height, width)]


def _output_size_mistaken(wrong: Mistakes, height: int, width: int, **window: int) -> list[float]:
    sizes = [count(wrong, cells, **window) for cells in (height, width)]
    return sizes[::-1] if "rows-columns-swapped" in wrong else sizes


def _output_size_draw(stream: Stream) -> Case:
    height, width, kernel_size = (stream.integer(*ends) for ends in ((20, 120), (20, 120), (5, 12)))
    stride, padding = stream.integer(2, 4), stream.integer(2, kernel_size // 2)
    window = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    return {"height": height, "width": width, **window}


add(
    Exercise(
        id="output-size",
        title="How many windows fit?",
        lesson="02",
        stars=1,
        minutes=4,
        task="A map of {height} rows and {width} columns goes through a pooling layer with "
        "kernel_size={kernel_size}, stride={stride} and padding={padding} (and ceil_mode=False, "
        "PyTorch's default). How many rows and columns come out? Write `(rows, columns)`.",
        stub="answer = None",
        draw=_output_size_draw,
        solution=output_size,
        mistaken=_output_size_mistaken,
        misconceptions=usual(
            *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor"),
            *("fraction-kept", "stride-ignored", "stride-is-kernel", "window-not-subtracted"),
            "rows-columns-swapped",
        ),
        hints=(
            "How long is a column once there is padding at both ends?",
            "Put the first window at the very top. How many cells of room are left below it, and "
            "how many whole strides are in that room?",
            "floor((height + 2·padding − kernel_size) / stride) + 1, and the same for the width.",
        ),
    )
)

# --- choose-window --------------------------------------------------------------------------

Window = tuple[int, int, int]


def choose_window(size: int, wanted: int, smallest: int) -> Window:
    """Try windows of growing size until one gives the size that is wanted."""
    for kernel_size in range(smallest, size + 1):
        for stride in range(1, kernel_size + 1):
            for padding in range(kernel_size // 2 + 1):
                if (size + 2 * padding - kernel_size) // stride + 1 == wanted:
                    return kernel_size, stride, padding
    raise ValueError(f"no window turns {size} cells into {wanted}")


def _window_fits(answer: Any, wrong: Mistakes, size: int, wanted: int, smallest: int) -> bool:
    if np.shape(answer) != (3,) or any(number != int(number) for number in answer):
        return False
    kernel_size, stride, padding = map(int, answer)
    most = size if "padding-too-wide" in wrong else kernel_size // 2
    longest = size if "gaps" in wrong else kernel_size
    allowed = ("window-too-small" in wrong or kernel_size >= smallest) and 1 <= stride <= longest
    room = 0 <= padding <= most and 1 <= kernel_size <= size + 2 * padding
    return allowed and room and count(wrong, size, kernel_size, stride, padding) == wanted


def _window_mistaken(wrong: Mistakes, **case: int) -> Window | None:
    others: list[Mistakes] = [(), *((one,) for one in _WINDOW_MISTAKES if {one} != set(wrong))]
    tried = itertools.product(range(2, 14), range(1, 14), range(8))
    fitting = (window for window in tried if _window_fits(window, wrong, **case))
    alone = (w for w in fitting if not any(_window_fits(w, other, **case) for other in others))
    return choose_window(**case) if not wrong else next(alone, None)


def _window_draw(stream: Stream) -> Case:
    kernel_size, size = stream.integer(4, 11), stream.integer(40, 120)
    stride, padding = stream.integer(2, kernel_size), stream.integer(1, kernel_size // 2)
    wanted = (size + 2 * padding - kernel_size) // stride + 1
    return {"size": size, "wanted": wanted, "smallest": kernel_size - stream.integer(0, 1)}


_WINDOW_MISTAKES = {
    **usual("forgot-plus-one", "padding-once", "ceil-for-floor", "window-not-subtracted"),
    "padding-too-wide": "The padding is more than half the kernel. PyTorch refuses that: a window "
    "could then lie in the padding altogether.",
    "gaps": "The stride is larger than the kernel, so there are pixels between two windows that "
    "nobody looks at. The task rules that out.",
    "window-too-small": "The number of windows is right, but the kernel is smaller than the task "
    "allows. What happens to the others when you let it grow?",
}

add(
    Exercise(
        id="choose-window",
        title="A window for a wanted size",
        lesson="02",
        stars=2,
        minutes=6,
        task="A row of {size} pixels is to become a row of {wanted}. Choose a window: kernel_size "
        "at least {smallest}, stride no larger than kernel_size, padding no more than half of it. "
        "Write `(kernel_size, stride, padding)`. There may be several right answers.",
        stub="answer = None",
        draw=_window_draw,
        solution=choose_window,
        mistaken=_window_mistaken,
        misconceptions=_WINDOW_MISTAKES,
        hints=(
            "The stride is close to how many times fewer pixels are wanted. Start with that.",
            "Write the size formula with your stride, and see how much kernel_size and padding "
            "may still move before the floor jumps to another number.",
            "Let kernel_size be the smallest one allowed; try padding 0, then 1, then 2…",
        ),
        fits=_window_fits,
    )
)

# --- dropped-cells --------------------------------------------------------------------------


def dropped_cells(size: int, kernel_size: int, stride: int) -> list[int]:
    """Write down what each window reads; what is left has been read by none."""
    starts = range(0, size - kernel_size + 1, stride)
    read = {start + i for start in starts for i in range(kernel_size)}
    return [cell for cell in range(size) if cell not in read]


def _dropped_mistaken(wrong: Mistakes, size: int, kernel_size: int, stride: int) -> list[int]:
    windows = int(count(wrong, size, kernel_size, stride))
    step = kernel_size if "stride-is-kernel" in wrong else stride
    end = windows * step - step + kernel_size
    read = {i * step + cell for i in range(windows) for cell in range(kernel_size)}
    if "gaps-forgotten" in wrong:
        read |= set(range(end))
    if "tail-forgotten" in wrong:
        read |= set(range(end, size))
    one = 1 if "counted-from-one" in wrong else 0
    return [cell + one for cell in range(size) if cell not in read]


def _dropped_draw(stream: Stream) -> Case:
    kernel_size = stream.integer(2, 4)
    stride = kernel_size + stream.integer(1, 3)
    return {"size": stream.integer(14, 36), "kernel_size": kernel_size, "stride": stride}


add(
    Exercise(
        id="dropped-cells",
        title="Pixels nobody looks at",
        lesson="02",
        stars=2,
        minutes=5,
        task="A row has {size} pixels, numbered from 0. A window with kernel_size={kernel_size} "
        "moves over it with stride={stride}, without padding. Which pixels does no window read? "
        "Write their numbers as a list.",
        stub="answer = None",
        draw=_dropped_draw,
        solution=dropped_cells,
        mistaken=_dropped_mistaken,
        misconceptions=usual("forgot-plus-one", "ceil-for-floor", "stride-is-kernel")
        | {
            "gaps-forgotten": "Those are the pixels after the last window. The stride is larger "
            "than the kernel: what lies between two windows?",
            "tail-forgotten": "Those are the pixels between the windows. Where does the last "
            "window end, and where does the row?",
            "counted-from-one": "The pixels were numbered from 1. The first pixel has number 0, as "
            "in Python.",
        },
        hints=(
            "Write down the pixels of the first window, then those of the second.",
            "Between two windows there are stride − kernel_size pixels that neither reads.",
            "After the last window that fits whole there may be pixels left, too few for another.",
        ),
    )
)

# --- chain-sizes ----------------------------------------------------------------------------


def chain_sizes(size: int, first: int, second: int) -> list[int]:
    """Go layer by layer, and round down at each: the next layer never sees a fraction."""
    conv1 = size - first + 1
    pool1 = (conv1 - 2) // 2 + 1
    conv2 = pool1 + 2 - second + 1
    pool2 = (conv2 - 3) // 2 + 1
    return [conv1, pool1, conv2, pool2]


def _chain_mistaken(wrong: Mistakes, size: int, first: int, second: int) -> list[float]:
    sizes: list[float] = [size]
    for kernel_size, stride, padding in ((first, 1, 0), (2, 2, 0), (second, 1, 1), (3, 2, 0)):
        if stride == 1 and "convolution-keeps-size" in wrong:
            sizes.append(sizes[-1])
        elif stride == 2 and "halved" in wrong:
            sizes.append(sizes[-1] // 2)
        else:
            sizes.append(count(wrong, sizes[-1], kernel_size, stride, padding))
    return sizes[1:]


add(
    Exercise(
        id="chain-sizes",
        title="Odd sizes through a stack",
        lesson="02",
        stars=2,
        minutes=6,
        task="A row of {size} pixels goes through a convolution with kernel_size={first} (stride "
        "1, no padding), a 2/2 max pool, a convolution with kernel_size={second} (stride 1, "
        "padding 1) and a 3/2 max pool. Write the four sizes in order: `[a, b, c, d]`.",
        stub="answer = None",
        draw=lambda stream: {
            "size": stream.integer(40, 240),
            "first": stream.choice([3, 5, 7, 9]),
            "second": stream.choice([4, 5, 6, 7]),
        },
        solution=chain_sizes,
        mistaken=_chain_mistaken,
        misconceptions=usual(
            *("forgot-plus-one", "padding-once", "padding-ignored", "ceil-for-floor"),
            *("fraction-kept", "window-not-subtracted"),
        )
        | {
            "convolution-keeps-size": "The convolutions were taken to keep the size. They do so "
            "only when the padding makes up for the kernel: check each.",
            "halved": "The pools were taken to halve, whatever their kernel. A 3/2 window needs "
            "room for three pixels.",
        },
        hints=(
            "One layer at a time: what comes out of one is the size of the next.",
            "A convolution follows the same formula as a pool, with stride 1.",
            "Round down at each pool, before you go on.",
        ),
    )
)
