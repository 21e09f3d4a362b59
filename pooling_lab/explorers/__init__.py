"""Interactive pictures: `window_explorer` on a grid of numbers, `photo_explorer` on a photo."""

from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step
from pooling_lab.explorers.photo import photo_explorer
from pooling_lab.explorers.window import window_explorer

__all__ = ["Control", "Explorer", "Frame", "Step", "photo_explorer", "window_explorer"]
