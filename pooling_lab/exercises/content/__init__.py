"""The exercises, one module per theme; importing a module adds its exercises."""

from . import (
    averages,
    backward,
    fields,
    forward,
    images,
    maps,
    networks,
    seeds,
    shapes,
    sizes,
    transformers,
    weights,
    windows,
)

__all__ = [
    "averages",
    "backward",
    "fields",
    "forward",
    "images",
    "maps",
    "networks",
    "seeds",
    "shapes",
    "sizes",
    "transformers",
    "weights",
    "windows",
]
