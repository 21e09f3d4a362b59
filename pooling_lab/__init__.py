"""pooling_lab: every pooling layer of the course, readable, tested, and quick to import.

The functions on NumPy arrays are here at once. What needs more than NumPy waits in its own
room until it is asked for: `pooling_lab.drawing`, `pooling_lab.explorers`,
`pooling_lab.exercises`, `pooling_lab.training`.
"""

from .geometry import adaptive_bins, conv_output_size, output_size, receptive_fields
from .gradients import *
from .gradients import __all__ as _backward
from .pooling import *
from .pooling import __all__ as _forward

__version__ = "0.1.0"
__all__ = [
    "adaptive_bins",
    "conv_output_size",
    "output_size",
    "receptive_fields",
    *_backward,
    *_forward,
]
