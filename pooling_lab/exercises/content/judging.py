"""Exercises about telling things apart: from a plot, and from a pooled map (lessons 05, 11)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, keeping
from ..misconceptions import usual
from ..seeded_random import Stream


def _blocks(image: np.ndarray) -> np.ndarray:
    """View an 8×8 image as 4×4 blocks of four cells."""
    return image.reshape(4, 2, 4, 2).swapaxes(1, 2).reshape(4, 4, 4)


def pools_agree(a: np.ndarray, b: np.ndarray) -> tuple[bool, bool]:
    """Tell whether max pooling, and whether average pooling, gives the same for two images."""
    one, other = _blocks(a), _blocks(b)
    same_mean = np.array_equal(one.mean(axis=2), other.mean(axis=2))
    return np.array_equal(one.max(axis=2), other.max(axis=2)), same_mean


def draw_image(stream: Stream) -> Case:
    """Draw an image whose 2×2 blocks hold one cell of ink, or none."""
    one_inked = np.eye(4)[[stream.integer(0, 3) for _ in range(16)]]
    one_inked[stream.shuffled(range(16))[: stream.integer(4, 10)]] = 0
    return {"x": one_inked.reshape(4, 4, 2, 2).swapaxes(1, 2).reshape(8, 8)}


def badly_broken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    """Draw what somebody with these mistakes takes for an image that fools max pooling."""
    if "shifted" in wrong:
        return np.roll(x, 1, axis=1)
    if "average-broken" in wrong:
        return _blocks(x)[:, :, ::-1].reshape(4, 4, 2, 2).swapaxes(1, 2).reshape(8, 8)
    if "too-few-cells" in wrong:
        more = np.argwhere(break_max_pooling(x) != x)[:4]
        return x + np.isin(np.arange(64), more @ [8, 1]).reshape(8, 8)
    return break_max_pooling(x)


def _is_image(answer: np.ndarray) -> bool:
    return np.shape(answer) == (8, 8) and bool(np.isin(answer, (0, 1)).all())


def _break_fits(answer: np.ndarray, wrong: Mistakes, x: np.ndarray) -> bool:
    if not _is_image(answer):
        return False
    same_max, same_mean = pools_agree(answer, x)
    if "shifted" in wrong:
        return not same_max and np.array_equal(answer, np.roll(x, 1, axis=1))
    changed = int((answer != x).sum())
    if "average-broken" in wrong:
        return same_max and same_mean and changed > 0
    return same_max and not same_mean and (0 < changed < 8) == ("too-few-cells" in wrong)


def _break_gives(answer: np.ndarray, x: np.ndarray) -> str:
    """Say what the two pools make of an image, beside what they make of ``x``."""
    if answer.shape != (8, 8):
        sizes = " × ".join(map(str, answer.shape)) or "a single number"
        return f"An image has 8 rows of 8 cells; yours is {sizes}."
    if not _is_image(answer):
        odd = answer[~np.isin(answer, (0, 1))][0]
        return f"The cells of an image are each 0 or 1; yours also holds {odd:g}."
    pooled, wanted = _blocks(answer).max(axis=2), _blocks(x).max(axis=2)
    if (pooled != wanted).any():
        row, column = np.argwhere(pooled != wanted)[0]
        gives = f"gives {pooled[row, column]:g} at cell ({row}, {column})"
        return f"Max pooling {gives} and {wanted[row, column]:g} for `x`; the two must agree."
    changed = int((answer != x).sum())
    told = "cannot either" if pools_agree(answer, x)[1] else "can"
    return (
        f"Max pooling cannot tell it from `x`, average pooling {told}; cells that differ: "
        f"{changed}, wanted at least 8."
    )


def _t_with(spread: Callable[[np.ndarray], float]) -> Callable[..., tuple[float, str]]:
    def slipped(a: np.ndarray, b: np.ndarray) -> tuple[float, str]:
        t = float((a - b).mean() / spread(a - b))
        return t, "told" if abs(t) > 2.776 else "cannot be told"

    return slipped


_PLOT_SLIPS = {
    "root-of-n-minus-one": Slip(
        "The standard deviation was divided by the root of n − 1. The n − 1 is in the standard "
        "deviation already: by the root of which number is the error of a mean smaller?",
        _t_with(lambda d: float(d.std(ddof=1) / 2)),
    ),
    "divided-by-n": Slip(
        "The standard deviation was divided by n. The mean of n numbers is steadier by a root: "
        "which one?",
        _t_with(lambda d: float(d.std(ddof=1) / 5)),
    ),
    "mean-difference": Slip(
        "That is the mean difference itself, in percent. How large is it beside its standard "
        "error?",
        _t_with(lambda d: 1.0),
    ),
    "wrong-word": Slip(
        "The number is right, and the word does not follow from it. Hold it against 2.776, "
        "without its sign.",
        lambda a, b: (
            read_the_plot(a, b)[0],
            "cannot be told" if read_the_plot(a, b)[1] == "told" else "told",
        ),
    ),
}

# --- read-the-plot --------------------------------------------------------------------------


def read_the_plot(a: np.ndarray, b: np.ndarray) -> tuple[float, str]:
    """Divide the mean difference by its standard error, and hold it against 2.776."""
    difference = a - b
    t = difference.mean() / (difference.std(ddof=1) / len(difference) ** 0.5)
    return float(t), "told" if abs(t) > 2.776 else "cannot be told"


def _plot_mistaken(wrong: Mistakes, a: np.ndarray, b: np.ndarray) -> tuple[float, str]:
    ddof = 0 if "n-for-n-minus-one" in wrong else 1
    apart = (a.var(ddof=ddof) + b.var(ddof=ddof)) ** 0.5
    spread = apart if "pairs-ignored" in wrong else (a - b).std(ddof=ddof)
    t = (a - b).mean() / (spread / (1 if "sd-for-se" in wrong else len(a) ** 0.5))
    told = abs(t) > 2.776 or "any-difference-told" in wrong
    return float(t), "told" if told else "cannot be told"


def _plot_draw(stream: Stream) -> Case:
    b = 80 + stream.grid(5, low=0, high=120) / 10
    return {"a": b + stream.grid(5, low=-20, high=60) / 10, "b": b}


add(
    Exercise(
        id="read-the-plot",
        title="Five seeds: can it be told?",
        lesson="11",
        stars=2,
        minutes=8,
        task="`a` and `b` are test accuracies (percent) of two networks, trained with the same "
        "five seeds in the same order. How many standard errors is the mean difference a − b away "
        'from zero? Beyond 2.776 it counts as told (95 %). Do not round: write `(t, "told")` or '
        '`(t, "cannot be told")`.',
        stub="answer = None",
        draws={1: keeping(_plot_draw, lambda a, b: 0.2 < abs(read_the_plot(a, b)[0]) < 2.6)},
        solution=read_the_plot,
        mistaken=_plot_mistaken,
        slips=_PLOT_SLIPS,
        misconceptions=usual(
            "pairs-ignored", "sd-for-se", "n-for-n-minus-one", "any-difference-told"
        ),
        hints=(
            "Look at the five differences. Their standard error is their standard deviation "
            "(with n − 1) divided by √n.",
            "`d.mean() / (d.std(ddof=1) / 5**0.5)`, then compare with 2.776.",
        ),
    )
)

# --- break-it -------------------------------------------------------------------------------


def break_max_pooling(x: np.ndarray) -> np.ndarray:
    """Fill every block that has ink: its maximum stays, its average does not."""
    any_ink = x.reshape(4, 2, 4, 2).max(axis=(1, 3))
    return np.kron(any_ink, np.ones((2, 2)))


add(
    Exercise(
        id="break-it",
        title="Draw an image that fools max pooling",
        lesson="05",
        stars=2,
        minutes=8,
        task="`x` is an image of 8×8, with 1 for ink and 0 for paper. Draw another one, as a list "
        "of rows: 2×2 max pooling with stride 2 must not tell the two apart, average pooling must, "
        "and at least 8 cells must differ. Many answers are right.",
        stub="answer = None",
        draws={1: draw_image},
        solution=break_max_pooling,
        mistaken=badly_broken,
        fits=_break_fits,
        gives=_break_gives,
        misconceptions=usual("shifted", "average-broken", "too-few-cells"),
        hints=(
            "Max pooling asks each block whether there is ink; the average asks how much.",
            "Leave empty blocks empty, and put more ink into the others.",
        ),
    )
)
