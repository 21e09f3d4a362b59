"""Inputs at the edge of what a task allows, that no drawing hits for sure; written by hand.

`add_cases.py` appends them to ``cases.json``. Of each function that slides a window there are gaps
between windows and cells that no window reaches; where the task says so, whole numbers as int64
and as uint8 (`np.zeros_like(x)` cuts fractions off, sums wrap at 256). Their numbers are few and
small: a case may become the one that a student is shown.
"""

import numpy as np

LOW = np.array([[-7, 4, -2, 9, -5], [3, -8, 6, -1, 2], [-4, 5, -9, 8, 1], [7, -3, 0, -6, -11]])
HIGH = np.array([[7, 4, 2, 9, 5], [3, 8, 6, 1, 2], [4, 5, 9, 8, 1], [7, 3, 10, 6, 11]])
PHOTO = 5 * np.array([[40, 7, 50, 31, 2], [9, 44, 36, 5, 28], [12, 25, 3, 49, 17]], np.uint8)
WIDE = np.array([[-2, 5, 1, -6, 3, 8, -4], [7, -1, 4, 2, -9, 6, 0], [3, 1, -5, 8, 2, -7, 9]]) / 2
GRADIENT = np.array([[3.5, -2.5]])

# A stride of 3 leaves a gap of one column between windows of 2, and columns over at the edge.
GAPS = {"kernel_size": 2, "stride": 3}
POOLED = [
    {"x": LOW, "kernel_size": 2, "stride": 2},
    {"x": PHOTO, "kernel_size": 2, "stride": 1},
    {"x": WIDE, **GAPS},
    {"x": WIDE[:, :6], **GAPS},
    {"x": WIDE[:2, :5], **GAPS},  # no cells over
]
SENT_BACK = [
    {"grad_output": GRADIENT, "x": LOW[:3], "kernel_size": 2, "stride": 2},
    {"grad_output": GRADIENT, "x": PHOTO[:2], "kernel_size": 2, "stride": 2},
    {"grad_output": GRADIENT, "x": WIDE, **GAPS},
    {"grad_output": GRADIENT, "x": WIDE[:, :6], **GAPS},
    {"grad_output": GRADIENT, "x": WIDE[:2, :5], **GAPS},  # no cells over
]

EDGES = {
    "max-pool2d": POOLED[2:],
    "avg-pool2d": POOLED,
    "min-pool2d": POOLED,
    "max-backward": SENT_BACK,
    "avg-backward": SENT_BACK,
    "mixed-pool2d": [
        {"x": LOW, "kernel_size": 2, "alpha": 0.3},
        {"x": PHOTO, "kernel_size": 2, "alpha": 0.3},
        {"x": WIDE, "kernel_size": 2, "alpha": 0},
        {"x": WIDE, "kernel_size": 2, "alpha": 1},
    ],
    "find-the-bug": [
        {"x": LOW, "kernel_size": 3, "stride": 2, "padding": 1},
        {"x": PHOTO, "kernel_size": 3, "stride": 2, "padding": 1},
        {"x": HIGH / 2, "kernel_size": 3, "stride": 2, "padding": 1},
        {"x": 20 + HIGH / 2, "kernel_size": 4, "stride": 3, "padding": 2},
        {"x": WIDE[:, :6] - 5, **GAPS, "padding": 1},
    ],
    "separable-max": [
        {"x": LOW, "kernel_size": 3},
        {"x": PHOTO, "kernel_size": 2},
        {"x": WIDE[:, :4], "kernel_size": 1},
    ],
    "global-pooling": [
        {"x": LOW[None, None]},
        {"x": PHOTO.reshape(1, 3, 1, 5)},
        {"x": PHOTO.reshape(3, 1, 5, 1)},
        {"x": np.array([2.5, -1.5]).reshape(2, 1, 1, 1)},
        {"x": np.array([2.5]).reshape(1, 1, 1, 1)},
    ],
    "layout-nhwc": [
        {"x": LOW.reshape(1, 4, 5, 1)},
        {"x": np.stack([PHOTO, 255 - PHOTO], axis=-1)[None]},
        {"x": np.stack([WIDE[:2, :4], WIDE[1:, 3:]])[..., None]},
        {"x": WIDE[:2, :4].reshape(1, 2, 2, 2)},
    ],
    "dial": [
        {"x": abs(LOW).reshape(2, 2, 5), "p": 2},
        {"x": abs(LOW).reshape(1, 4, 5), "p": 1},
        # A channel far dimmer than another: scaled by the largest number of all it becomes 0.
        {"x": np.array([[[1, 0.5], [0.25, 0]], [[0.01, 0.005], [0, 0.0025]]]), "p": 200},
    ],
    "adaptive-bins": [{"size": 29, "bins": 7}, {"size": 25, "bins": 11}],
}
