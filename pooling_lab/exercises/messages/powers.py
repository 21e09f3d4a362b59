"""What is said about a mean with a power p: which mean it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..diagnosis.powers import OTHERS, From, Power
from ..display import number
from ..misconceptions import TEXTS

_INNER = {
    "power": "`x ** p`",
    "nothing": "`x`",
    "root": "`x ** (1 / p)`",
    "times-p": "`p * x`",
    "exp": "`exp(x)`",
    "exp-times-p": "`exp(p * x)`",
    "log": "`log(x)`",
    "log-a-little-more": "`log(x)`, a very small number added",
    "square": "`x ** 2`",
    "power-plus-1": "`x ** (p + 1)`",
    "power-minus-1": "`x ** (p - 1)`",
    "whole-power": "`x ** int(p)`",
    "undone": "`(x ** p) ** (1 / p)`",
}
_WHOLE = {
    "mean": "the average of {}",
    "sum": "the sum of {}",
    "sum-over-rows": "the sum of {} divided by the number of rows alone",
    "sum-over-columns": "the sum of {} divided by the number of columns alone",
    "sum-over-less": "the sum of {} divided by one less than there are cells",
    "max": "the largest of {}",
    "median": "the median of {}",
    "first-row": "the average of {} in the first row alone",
    "first-column": "the average of {} in the first column alone",
}
_OUTER = {
    "root": "{} to the power of `1 / p`",
    "nothing": "{}, without a root",
    "power": "{} to the power of `p`",
    "square-root": "the square root of {}, whatever p is",
    "cube-root": "the cube root of {}, whatever p is",
    "over-p": "{}, divided by p",
    "log": "the logarithm of {}",
    "log-over-p": "the logarithm of {}, divided by p",
    "exp": "the exponential of {}",
    "whole-root": "{} to the power of `1 // p`, which is 0 for every p above 1",
    "rounded-root": "{} to the power of `1 / p` rounded to two decimals",
    "rounded-once": "{} to the power of `1 / p` rounded to one decimal",
    "root-plus-1": "{} to the power of `1 / (p + 1)`",
    "root-minus-1": "{} to the power of `1 / (p − 1)`",
    "times-p": "{}, times p",
    "undone": "{}, to the power of p and then of `1 / p`",
}
_OTHERS = {
    "max": "the largest number",
    "min": "the smallest number",
    "median": "the median",
    "softmax": "an average with the weights of a softmax, `exp(p * x)`",
    "softmax-without-p": "an average with the weights of a softmax, `exp(x)`",
    "lehmer": "the sum of `x ** (p + 1)` divided by the sum of `x ** p` (a Lehmer mean)",
    "lehmer-below": "the sum of `x ** p` divided by the sum of `x ** (p − 1)` (a Lehmer mean)",
    "blend": "a blend of average and largest number, the average with the share 1 / p",
    "blend-turned": "a blend of average and largest number, the largest with the share 1 / p",
    "blend-up": "a blend of average and largest number, the average with the share 1 / p",
    "halfway": "half of the average and half of the largest number",
    "blend-next": "a blend of average and largest number, with p as the weight of the largest",
    "blend-next-turned": "a blend of average and largest number, with p as the weight of the "
    "average",
    "without-zeros": "the generalised mean of the numbers that are not 0: zeros are left out, also "
    "of the count",
    "of-rows-mean": "the generalised mean of each row, and then the plain average of these",
    "of-columns-mean": "the generalised mean of each column, and then the plain average of these",
    "of-rows-max": "the generalised mean of each row, and then the largest of these",
    "of-columns-max": "the generalised mean of each column, and then the largest of these",
    "of-row-means": "the plain average of each row, and then the generalised mean of these",
    "of-column-means": "the plain average of each column, and then the generalised mean of these",
    "half-precision": "the generalised mean in float16, which holds three digits and nothing "
    "beyond 65 504",
    "half-precision-powers": "the generalised mean of powers in float16, which holds three digits "
    "and nothing beyond 65 504",
}


def _power(one: Power) -> str:
    if one.inner in OTHERS:
        return _OTHERS[one.inner]
    inner = _WHOLE[one.whole].format(_INNER[one.inner])
    return _OUTER[one.outer].format(inner)


_SCALED = {
    "own-even-0": "A channel of zeros is divided by its largest number too, and 0 / 0 is NaN. What "
    "should come out for such a channel?",
    "not-multiplied": "Each channel is divided by its largest number first, and the result is not "
    "multiplied by it again. Put in a channel full of twos: whatever p is, what should come out?",
    "of-all": "All channels are divided by the largest number of all of them: beside a bright "
    "channel the powers of a dim one still become 0. By which number may each be divided?",
}


def of_powers(facts: Mapping[str, Any]) -> list[str]:
    """Say which mean is taken of each channel, and what to try."""
    one = facts["power"]
    if isinstance(one, From):
        side = "less than" if one.below else "at least"
        return [
            f"It is right but where p is {side} {number(one.p)}: "
            f"there it gives {_power(one.then)}.",
            "The task treats every p alike. Which line of yours tells them apart?",
        ]
    axes = ["Axes of length 1 are left over. Which axes are to be gone?"] * facts["axes"]
    scaled = [_SCALED[one.scaled]] if one.scaled in _SCALED else []
    if one.outer == "root" and one.whole == "mean" and one.inner == "power":
        return [*axes, *scaled] if one.scaled else [*axes, TEXTS["power-overflows"]]
    tried = [] if one.scaled == "not-multiplied" else [_what_to_try(one)]
    return [*axes, f"Of each channel yours gives {_power(one)}.", *scaled, *tried]


def _what_to_try(one: Power) -> str:
    if one.inner in OTHERS:
        return (
            "A generalised mean takes three steps: a power of every number, the average of all, a "
            "root. Which of them is another in yours?"
        )
    if one.whole.startswith("sum"):
        return "By how many numbers is a sum divided to make an average of a whole channel?"
    if one.whole != "mean":
        return "What is to be made of all the powers of a channel, before the root is taken?"
    if one.outer == "whole-root":
        return "`//` divides and rounds down. What is left of 1 / p then?"
    if one.inner == "whole-power":
        return "`int(p)` cuts the decimals off. What is left of p = 2.5?"
    if {one.inner, one.outer} <= {"nothing", "undone"}:
        return "That is the plain average for every p: a power is taken and undone at once."
    if (one.inner, one.outer) == ("root", "power"):
        return "Power and root have changed places: which of them makes large numbers count more?"
    if one.inner != "power":
        return "What makes large numbers count more before the average is taken?"
    if one.scaled:
        return "Which root undoes the power that was taken?"
    return "Put in a channel full of twos: whatever p is, what should come out?"
