"""Interactive pictures, each made by one function: see their docstrings."""

from pooling_lab.explorers.adaptive import adaptive_explorer
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Reduction, Step
from pooling_lab.explorers.gradient import gradient_explorer
from pooling_lab.explorers.photo import photo_explorer
from pooling_lab.explorers.receptive_field import receptive_field_explorer
from pooling_lab.explorers.shift import shift_explorer
from pooling_lab.explorers.stochastic import stochastic_explorer
from pooling_lab.explorers.vgg16 import vgg16_explorer
from pooling_lab.explorers.window import window_explorer

__all__ = [
    "Control",
    "Explorer",
    "Frame",
    "Reduction",
    "Step",
    "adaptive_explorer",
    "gradient_explorer",
    "photo_explorer",
    "receptive_field_explorer",
    "shift_explorer",
    "stochastic_explorer",
    "vgg16_explorer",
    "window_explorer",
]
