"""Solutions that are right for floats alone: called with floats, they are right everywhere."""

import functools

import numpy as np


def on_floats(function):
    """Turn the map into floats first. ``__wrapped__`` is the function without that line."""

    @functools.wraps(function)
    def with_floats(*case):
        return function(*[_float(value) for value in case])

    return with_floats


def _float(value):
    whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
    return value.astype(float) if whole else value
