"""pooling_lab: every pooling layer of the course, readable, tested, and quick to import.

The functions on NumPy arrays are here at once. What needs more than NumPy waits in its own
room until it is asked for: `pooling_lab.drawing`, `pooling_lab.explorers`,
`pooling_lab.exercises`, `pooling_lab.training`.
"""

from .geometry import adaptive_bins, conv_output_size, output_size, receptive_fields
from .gradients import (
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d_backward,
    avg_pool2d_backward,
    global_avg_pool2d_backward,
    global_max_pool2d_backward,
    lp_pool2d_backward,
    max_pool2d_backward,
    min_pool2d_backward,
    stochastic_pool2d_backward,
)
from .pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    gem_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    lp_pool2d,
    max_pool2d,
    max_unpool2d,
    min_pool2d,
    mixed_pool2d,
    spatial_pyramid_pool2d,
    stochastic_pool2d,
)

__version__ = "0.1.0"
__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "adaptive_bins",
    "adaptive_max_pool2d",
    "adaptive_max_pool2d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "blur_pool2d",
    "conv_output_size",
    "gem_pool2d",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "max_unpool2d",
    "min_pool2d",
    "min_pool2d_backward",
    "mixed_pool2d",
    "output_size",
    "receptive_fields",
    "spatial_pyramid_pool2d",
    "stochastic_pool2d",
    "stochastic_pool2d_backward",
]
