"""The family of small classifiers, trained once, on which most trained claims rest.

What halves the plane × what reads the map × how digits are placed × seeds. Ten seeds; twenty
where two networks may turn out *equal*. README.md tells the design.
"""

from __future__ import annotations

import math

import record
import torch
import torch.nn.functional as F
from torch import nn

from pooling_lab.data import Scattered, scattered_digits
from pooling_lab.training import (
    CANVAS,
    DigitRun,
    MixedPool,
    accuracy,
    digit_sets,
    predict,
    predictions_kept,
    refit_batch_norm,
    train_digits,
)

SEEDS, MORE_SEEDS = 10, 20
NOISE = 0.1  # standard deviation of the noise in the test; full ink is 1
LOTTERY = ("stochastic", "weighted mean")
WITHOUT_DRAWS = "detached"
EXTRA = ("extra stride", "extra max")
SAME_WORK = ("wide max", "narrow extra max")  # as many multiply-adds as "extra stride"

CELLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (  # places, head, kinds
    (
        "anew",
        "gap",
        ("max then blur", *LOTTERY, "stride", "wide stride", "max", "average", *EXTRA),
    ),
    (
        "fixed",
        "gap",
        ("max", "average", "max then blur", "stride", *EXTRA, *LOTTERY, "mixed", "none"),
    ),
    ("centred", "gap", ("stride", "none", "max", "average", "max then blur")),
    ("fixed", "flatten", ("max", "stride", "none")),
    ("anew", "flatten", ("average", "max")),
    ("centred", "flatten", ("average", "max")),
)
# Where two networks may turn out equal there are more seeds. That is where digits move or lie in
# the middle; where they stay at random places, kinds and heads are points apart.
MORE_PLACES = ("anew", "centred")

# Blocks that were asked for when the first results had been seen; README.md tells why. Each names
# places, head, kind and seeds. First the control of stochastic pooling whose gradient fits, and
# twenty seeds for both where digits stay.
Block = tuple[tuple[str, str, str, range], ...]
TEN, TWENTY = range(SEEDS), range(MORE_SEEDS)
DRAWS: Block = (
    ("fixed", "gap", "stochastic", range(SEEDS, MORE_SEEDS)),
    ("fixed", "gap", WITHOUT_DRAWS, TWENTY),
    ("anew", "gap", WITHOUT_DRAWS, TWENTY),
)
# Then max pools that work as much as the added stride, a stride that works as much as the max pool
# in all three trainings, and both heads without a pool where digits move.
EQUAL_WORK: Block = (
    *(("anew", "gap", kind, TWENTY) for kind in SAME_WORK),
    ("centred", "gap", "wide stride", TWENTY),
    *(("fixed", "gap", kind, TEN) for kind in ("wide stride", *SAME_WORK)),
    ("anew", "flatten", "stride", TWENTY),
    ("anew", "flatten", "none", TEN),
    ("anew", "gap", "none", TEN),
)


def plan() -> list[record.Row]:
    """Return the conditions of every row: three blocks, each seed by seed."""
    first = [
        (places, head, kind, seed)
        for seed in range(MORE_SEEDS)
        for places, head, kinds in CELLS
        for kind in kinds
        if seed < SEEDS or (places in MORE_PLACES and kind != "none")
    ]
    later = [
        (places, head, kind, seed)
        for block in (DRAWS, EQUAL_WORK)
        for seed in range(MORE_SEEDS)
        for places, head, kind, seeds in block
        if seed in seeds
    ]
    names = ("places", "head", "kind", "seed")
    return [dict(zip(names, row, strict=True)) for row in (*first, *later)]


def measure(places: str, head: str, kind: str, seed: int) -> dict[str, object]:
    """Train one network and ask it everything; the order leaves each answer undisturbed."""
    run = train_digits(kind, head, seed, places=places)
    train, test = digit_sets(seed, places == "centred")
    middle = digit_sets(seed, centred=True)[1].images
    return {
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "multiply_adds": multiply_adds(run.model),
        "final_loss": run.final_loss,
        "train_accuracy": run.train_accuracy,
        "test_accuracy": run.test_accuracy,
        "test_loss": loss_on(run.model, test),
        "kept_1": predictions_kept(run.model, middle),
        "kept_4": predictions_kept(run.model, middle, step=4),
        **shares(run.model),
        **refitted(run, train, test, places == "centred"),
    }


def multiply_adds(model: nn.Module) -> int:
    """Count the multiplications of all convolutions and dense layers for one image."""
    counted: list[int] = []

    def count(module: nn.Module, _: object, out: torch.Tensor) -> None:
        weight = module.get_parameter("weight")
        counted.append(out[0].numel() * weight[0].numel())

    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        model.eval()(torch.zeros(1, 1, CANVAS, CANVAS))
    for hook in hooks:
        hook.remove()
    return sum(counted)


def loss_on(model: nn.Module, test: Scattered) -> float:
    """Return the mean cross-entropy on the test digits, in nats."""
    logits = torch.from_numpy(predict(model, test.images))
    return F.cross_entropy(logits, torch.from_numpy(test.labels)).item()


def shares(model: nn.Module) -> dict[str, float]:
    """Return the learned shares of the maximum, first pool first; other kinds have none."""
    learned = [m.alpha.item() for m in model.modules() if isinstance(m, MixedPool)]
    alpha_1, alpha_2 = learned or (math.nan, math.nan)
    return {"alpha_1": alpha_1, "alpha_2": alpha_2}


def refitted(run: DigitRun, train: Scattered, test: Scattered, centred: bool) -> dict[str, float]:
    """Test where statistics no longer fit, and again after batch normalisation gathered them anew.

    Three states: as trained; under Gaussian noise that none has trained on (anew: on noisy
    training digits); with plain means in the place of the pools.
    """
    noisy_train, noisy_test = (
        scattered_digits(len(part.images), CANVAS, run.seed, split=s, centred=centred, noise=NOISE)
        for s, part in (("train", train), ("test", test))
    )
    trained = {name: value.clone() for name, value in run.model.state_dict().items()}

    def both(learned_from: Scattered, asked: Scattered) -> tuple[float, float]:
        before = accuracy(predict(run.model, asked.images), asked.labels)
        refit_batch_norm(run.model, learned_from.images)
        after = accuracy(predict(run.model, asked.images), asked.labels)
        run.model.load_state_dict(trained)
        return before, after

    _, again = both(train, test)
    noisy, noisy_again = both(noisy_train, noisy_test)
    mean, mean_again = math.nan, math.nan
    if run.kind in ("max", *LOTTERY, WITHOUT_DRAWS):
        run.model.down1, run.model.down2 = nn.AvgPool2d(2), nn.AvgPool2d(2)
        mean, mean_again = both(train, test)
    return {
        "refitted_accuracy": again,
        "noisy_accuracy": noisy,
        "noisy_refitted_accuracy": noisy_again,
        "mean_accuracy": mean,
        "mean_refitted_accuracy": mean_again,
    }


if __name__ == "__main__":
    record.run(plan(), measure, __file__)
