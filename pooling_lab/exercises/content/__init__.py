"""The exercises, one module per theme; importing a module adds its exercises."""

from . import (
    averages,
    backward,
    fields,
    forward,
    judging,
    maps,
    networks,
    sizes,
    transformers,
    weights,
)

__all__ = [
    "averages",
    "backward",
    "fields",
    "forward",
    "judging",
    "maps",
    "networks",
    "sizes",
    "transformers",
    "weights",
]
