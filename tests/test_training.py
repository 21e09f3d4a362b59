"""The torch layers against pooling_lab, the networks' promises, and a loop that repeats itself."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel
from torch import nn

import pooling_lab
from pooling_lab import training
from pooling_lab.architectures import Architecture, Dense, Flatten, alexnet
from pooling_lab.training import (
    DOWNSAMPLING,
    HEADS,
    BlurPool,
    DetachedMean,
    MixedPool,
    SmallUNet,
    StochasticPool,
    WeightedMean,
    build,
    digit_sets,
    fit,
    move_anywhere,
    predict,
    predictions_kept,
    refit_batch_norm,
    repeatable,
    small_cnn,
    train_digits,
    train_segmentation,
)

RELU_MAPS = np.maximum(np.random.default_rng(0).normal(size=(2, 3, 8, 8)), 0).astype(np.float32)
IMAGES = np.random.default_rng(1).random((60, 16, 16), np.float32)
LABELS = np.arange(60) % 10


def weights_of(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def run_layer(layer: nn.Module, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return layer.eval()(torch.from_numpy(x)).numpy()


# -- the layers that torch has not -----------------------------------------------------------

SAME_AS = [
    ("blur", BlurPool(3), pooling_lab.blur_pool2d),
    ("mixed", MixedPool(), lambda x: pooling_lab.mixed_pool2d(x, 2, alpha=0.5)),
    (
        "stochastic after training",
        StochasticPool(),
        lambda x: pooling_lab.stochastic_pool2d(x, 2, training=False),
    ),
]


@pytest.mark.parametrize(
    ("layer", "function"), [case[1:] for case in SAME_AS], ids=[case[0] for case in SAME_AS]
)
def test_the_torch_layer_computes_what_pooling_lab_computes(layer, function):
    np.testing.assert_allclose(run_layer(layer, RELU_MAPS), function(RELU_MAPS), rtol=1e-5)


def test_attention_with_a_query_of_zeros_is_the_global_average():
    x = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    pool = training.AttentionPool(3)
    assert torch.allclose(pool(x), x.mean(dim=(-2, -1)), atol=1e-6)
    assert torch.allclose(pool(x), training.ScaledAverage(3)(x), atol=1e-6)


def test_attention_takes_the_whole_cell_that_fits_its_query():
    x = torch.tensor([[1.0, 7, 5, 5], [0, 1, 0, 2]]).reshape(1, 2, 2, 2)
    pool = training.AttentionPool(2)
    with torch.no_grad():
        pool.query.copy_(torch.tensor([100.0, 0]))
    assert pool(x).tolist() == [[7, 1]]
    assert pool.weights(x).tolist() == [[0, 1, 0, 0]]


def test_attention_agrees_with_torch():
    generator = torch.Generator().manual_seed(0)
    x, query = torch.randn(1, 6, 3, 3, generator=generator), torch.randn(6, generator=generator)
    pool = training.AttentionPool(6)
    with torch.no_grad():
        pool.query.copy_(query)
    tokens = x.flatten(2).transpose(1, 2)
    theirs = nn.functional.scaled_dot_product_attention(query[None, None], tokens, tokens)
    assert torch.allclose(pool(x), theirs[0], atol=1e-6)


def test_both_readers_of_a_map_learn_as_many_numbers_from_the_same_start():
    runs = [training.train_reader(reader, steps=1) for reader in training.READERS]
    sizes = {sum(p.numel() for p in run.model.parameters()) for run in runs}
    assert sizes == {24_058 + 64}
    with pytest.raises(ValueError, match="reader must be one of 'average', 'attention', got 'max'"):
        training.train_reader("max")


def test_stochastic_pooling_has_a_twin_that_gives_its_mean_while_training_too():
    x = torch.from_numpy(RELU_MAPS)
    twin = WeightedMean().train()
    assert torch.equal(twin(x), StochasticPool().eval()(x))
    assert torch.equal(twin(x), twin.eval()(x))


def test_the_twin_without_draws_has_their_mean_and_their_mean_gradient():
    x = torch.from_numpy(RELU_MAPS).requires_grad_()
    assert torch.allclose(DetachedMean().train()(x), StochasticPool().eval()(x))
    (own,) = torch.autograd.grad(DetachedMean()(x).sum(), x)
    total, draws = torch.zeros_like(x), 4000
    with repeatable(0):
        for _ in range(draws):
            total += torch.autograd.grad(StochasticPool().train()(x).sum(), x)[0]
    alive = x > 0
    assert (total / draws - own)[alive].abs().max() < 0.04
    (other,) = torch.autograd.grad(WeightedMean()(x).sum(), x)
    assert (other - own)[alive].abs().max() > 0.3  # why the plain weighted mean is no twin


def test_the_weighted_mean_passes_the_gradient_that_its_docstring_says():
    a = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], requires_grad=True)
    m, total = 30 / 10, 10
    (found,) = torch.autograd.grad(WeightedMean()(a).sum(), a)
    assert torch.allclose(found, (2 * a - m) / total)
    assert torch.allclose(torch.autograd.grad(DetachedMean()(a).sum(), a)[0], a / total)


def test_max_then_blur_is_a_maximum_at_every_cell_and_a_blur_that_keeps_every_second():
    layer = nn.Sequential(*DOWNSAMPLING["max then blur"](3))
    expected = pooling_lab.blur_pool2d(pooling_lab.max_pool2d(RELU_MAPS, 2, stride=1))
    np.testing.assert_allclose(run_layer(layer, RELU_MAPS), expected, rtol=1e-5)


def test_stochastic_pooling_draws_cells_as_often_as_they_are_large():
    window = torch.tensor([[0.0, 1.0], [3.0, 4.0]]).repeat(1, 1, 100, 100)
    with repeatable(0):
        drawn = StochasticPool().train()(window)
    shares = [(drawn == value).float().mean().item() for value in (0, 1, 3, 4)]
    assert shares[0] == 0
    np.testing.assert_allclose(shares[1:], [1 / 8, 3 / 8, 4 / 8], atol=0.02)


def test_stochastic_pooling_of_a_window_without_activation_is_zero():
    nothing = torch.zeros(1, 1, 4, 4)
    assert (StochasticPool().train()(nothing) == 0).all()
    assert (StochasticPool().eval()(nothing) == 0).all()


def test_stochastic_pooling_sends_the_gradient_to_the_drawn_cell_alone():
    x = torch.from_numpy(RELU_MAPS).requires_grad_()
    with repeatable(0):
        drawn = StochasticPool().train()(x)
    drawn.sum().backward()
    assert x.grad.sum() == drawn.numel()
    received = x[x.grad > 0].sort().values
    assert torch.equal(received, drawn.flatten().sort().values)


def test_mixed_pooling_learns_its_share():
    layer = MixedPool()
    layer(torch.from_numpy(RELU_MAPS)).sum().backward()
    assert layer.logit.grad != 0
    assert weights_of(layer) == 1


# -- the networks ----------------------------------------------------------------------------


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("kind", DOWNSAMPLING)
def test_every_kind_halves_the_plane_twice_and_gives_ten_logits(kind, head):
    model, x = small_cnn(kind, head), torch.from_numpy(IMAGES[:3, None])
    sides = [model[: i + 1](x).shape[-1] for i in range(5)]
    assert (sides[1], sides[3]) == ((16, 16) if kind == "none" else (8, 4))
    assert model(x).shape == (3, 10)


def test_all_fixed_kinds_have_the_same_weights_under_a_global_average():
    weights = {kind: weights_of(small_cnn(kind)) for kind in DOWNSAMPLING}
    fixed = ("max", "average", "blur", "max then blur", "stride", "none", "stochastic")
    fixed += ("weighted mean", "detached")
    assert {weights[kind] for kind in fixed} == {weights["max"]}
    assert weights["mixed"] == weights["max"] + 2
    assert weights["extra stride"] == weights["extra max"] > weights["max"]


def test_unpooled_flatten_heads_have_sixteen_times_the_weights():
    heads = [weights_of(small_cnn(kind, "flatten").head) - 10 for kind in ("none", "max")]
    assert heads[0] == 16 * heads[1]


U_NETS = [(True, "repeat"), (True, "bilinear")]
U_NETS += [(False, way) for way in training.UPSAMPLING]


@pytest.mark.parametrize(("skips", "upsampling"), U_NETS)
def test_all_u_nets_have_the_same_number_of_weights_to_within_one_percent(skips, upsampling):
    first = weights_of(SmallUNet(True))
    assert 1 <= weights_of(SmallUNet(skips, upsampling)) / first < 1.01


@pytest.mark.parametrize(("skips", "upsampling"), U_NETS)
def test_the_u_net_gives_a_logit_for_every_pixel(skips, upsampling):
    assert SmallUNet(skips, upsampling)(torch.zeros(2, 1, 32, 20)).shape == (2, 1, 32, 20)


def test_a_u_net_that_unpools_puts_every_number_where_its_maximum_was():
    model, x = SmallUNet(False, "indices"), torch.rand(1, 12, 8, 8)
    half, found = nn.functional.max_pool2d(x, 2, return_indices=True)
    back = model._double(half, x, found)
    assert torch.equal(back[back != 0], x[back != 0])
    assert torch.equal(nn.functional.max_pool2d(back, 2), half)


def test_only_skips_let_a_single_pixel_speak_for_itself():
    x = torch.zeros(1, 1, 16, 16, requires_grad=True)
    reach = {}
    for skips in (True, False):
        model = SmallUNet(skips).eval()
        for module in (model.down1, model.down2, model.bottom):
            nn.init.zeros_(module[0].weight)  # nothing passes but what skips add later
        nn.init.ones_(model.down1[0].weight)
        x.grad = None
        model(x + 1)[0, 0, 8, 8].backward()
        reach[skips] = int((x.grad != 0).sum())
    assert reach[True] > reach[False] == 0


def test_a_network_from_its_table_has_the_same_weights_for_the_same_seed():
    table = Architecture("two layers", "made up", 4, (("f", Flatten()), ("d", Dense(5))))
    first, again, other = (build(table, seed=seed).d[0].weight for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_activations_neither_die_nor_explode_in_a_built_network():
    x = np.random.default_rng(0).random((1, 3, 224, 224), np.float32)
    logits = predict(build(alexnet()), x)
    assert 0.1 < logits.std() < 10


def test_passing_dense_layers_are_a_networks_own_whenever_they_are_made():
    table = Architecture("two layers", "made up", 4, (("f", Flatten()), ("d", Dense(1100))))
    network, again = (build(table, seed=3, keep_dense=False) for _ in range(2))
    x = torch.randn(2, 3, 4, 4)
    with torch.no_grad():
        first = network(x)
        assert torch.equal(first, network(x)) and torch.equal(first, again(x))
        weights = torch.cat([*network.d.parts()])
    assert weights.shape == (1100, 48)
    assert abs(float(weights.std()) - (2 / 48) ** 0.5) < 0.01
    expected = torch.relu(x.flatten(1) @ weights.T)
    torch.testing.assert_close(first, expected)
    assert sum(p.numel() for p in network.parameters()) == 1100 * 49
    assert not torch.equal(first, build(table, seed=4, keep_dense=False)(x))


# -- the loop --------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (train_digits("stochastic", seed=s, steps=5) for s in (0, 0, 1))
    assert first.losses.tolist() == again.losses.tolist() != other.losses.tolist()
    assert first.test_accuracy == again.test_accuracy


def test_the_project_measures_on_digits_that_nothing_else_has_seen():
    assert len(digit_sets(split="project")[1].labels) == 300
    usual, last = (train_digits(steps=2, split=split) for split in ("test", "project"))
    assert usual.losses.tolist() == last.losses.tolist()
    assert (300 * last.test_accuracy) % 1 == pytest.approx(0, abs=1e-6)


def test_training_leaves_the_state_and_the_threads_of_torch_alone():
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    train_digits(steps=2)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_training_learns_and_leaves_the_network_ready_to_predict():
    model = small_cnn()
    losses = fit(model, IMAGES, LABELS, steps=60)
    assert losses[-10:].mean() < 0.5 * losses[:5].mean()
    assert not model.training


def test_the_learning_rate_rises_and_ends_at_zero():
    shares = [training._share_of_rate(step, 100) for step in range(100)]
    assert shares[0] == pytest.approx(0.1)
    assert max(shares) == shares[9]
    assert shares[-1] < 0.001
    assert shares[9:] == sorted(shares[9:], reverse=True)


def test_what_a_network_draws_for_itself_moves_no_digit_of_its_batches():
    seen: dict[str, list[list[float]]] = {"quiet": [], "loud": []}

    class Spy(nn.Linear):
        def __init__(self, name: str) -> None:
            super().__init__(1, 2)
            self.name = name

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen[self.name].append(x.flatten().tolist())
            if self.name == "loud":
                torch.rand(7)
            return super().forward(x[:, :, 0, 0])

    numbers = np.arange(20, dtype=np.float32).reshape(20, 1, 1)
    for name in seen:
        fit(Spy(name), numbers, np.zeros(20, np.int64), steps=3, batch_size=5)
    assert seen["quiet"] == seen["loud"]


def test_a_centred_digit_goes_anywhere_whole():
    image = np.zeros((1, 16, 16), np.float32)
    image[0, 4:12, 4:12] = np.arange(1, 65).reshape(8, 8)
    batch = training.as_batch(np.repeat(image, 2000, axis=0))
    moved = move_anywhere(batch, torch.Generator().manual_seed(0)).numpy()[:, 0]
    first = np.array([np.argwhere(one)[0] for one in moved])
    for one, (row, column) in zip(moved, first, strict=True):
        assert np.array_equal(one[row : row + 8, column : column + 8], image[0, 4:12, 4:12])
    assert set(map(tuple, first.tolist())) == {(i, j) for i in range(9) for j in range(9)}


def test_digits_drawn_anew_are_not_where_they_were():
    seen = []
    middle = digit_sets(centred=True)[0].images

    def spy(batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        moved = move_anywhere(batch, generator)
        seen.append(moved.sum((0, 1)))
        return moved

    fit(small_cnn(), middle, np.zeros(200, np.int64), steps=2, augment=spy)
    assert not torch.equal(seen[0], seen[1])


def test_gathered_anew_the_statistics_are_those_of_the_images():
    model = small_cnn("average")
    refit_batch_norm(model, IMAGES)
    norm = model.stage1[1]
    with torch.no_grad():
        first = model.stage1[0](training.as_batch(IMAGES))
    torch.testing.assert_close(norm.running_mean, first.mean((0, 2, 3)))
    torch.testing.assert_close(norm.running_var, first.var((0, 2, 3)))
    assert not model.training
    assert not norm.training


def test_training_sees_every_image_at_most_once_in_a_batch():
    seen = []

    class Spy(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.flatten().tolist())
            return super().forward(x[:, :, 0, 0])

    numbers = np.arange(20, dtype=np.float32).reshape(20, 1, 1)
    fit(Spy(1, 2), numbers, np.zeros(20, np.int64), steps=3, batch_size=20)
    assert [sorted(batch) for batch in seen] == [list(range(20))] * 3
    assert seen[0] != seen[1]


def test_predictions_do_not_depend_on_the_batches_they_are_made_in(monkeypatch):
    model = small_cnn().train()
    whole = predict(model, IMAGES)
    monkeypatch.setattr(training, "BATCH", 7)
    np.testing.assert_allclose(predict(model, IMAGES), whole, atol=1e-5)
    np.testing.assert_array_equal(predict(model, IMAGES[:, None]), predict(model, IMAGES))


def test_a_network_that_counts_ink_keeps_all_predictions_and_one_that_looks_at_a_cell_does_not():
    images = np.zeros((40, 16, 16), np.float32)
    images[np.arange(40), 5, np.arange(40) % 8 + 4] = 1  # one dot, somewhere on row 5
    count = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 10))
    assert predictions_kept(count, images) == 1

    class Column(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum((1, 2))

    assert predictions_kept(Column(), images) == 0.5  # up and down change nothing


MISTAKES = [
    ("another kind", lambda: small_cnn("median"), ValueError, "kind must be one of 'max', 'ave"),
    ("another head", lambda: small_cnn("max", "dense"), ValueError, "head must be one of 'gap',"),
    ("an odd canvas", lambda: small_cnn(canvas=18), ValueError, "a multiple of 4, got 18"),
    ("half a canvas", lambda: small_cnn(canvas=8.5), TypeError, "canvas must be a whole number"),
    ("other places", lambda: train_digits(places="left"), ValueError, "places must be one of 'fix"),
    (
        "skips and indices",
        lambda: SmallUNet(True, "indices"),
        ValueError,
        "upsampling must be one of 'repeat', 'bilinear', got 'indices'",
    ),
    ("no steps", lambda: train_digits(steps=0), ValueError, "steps must be at least 1, got 0"),
    (
        "a label too few",
        lambda: fit(small_cnn(), IMAGES, LABELS[1:]),
        ValueError,
        "targets must be one for each of the 60 images, got 59",
    ),
    (
        "an experiment nobody made",
        lambda: training.load_results("guess"),
        ValueError,
        "name must be one of 'family', 'information', 'reading', 'segmentation'",
    ),
    (
        "a column nobody measured",
        lambda: training.load_results("family", colour="red"),
        ValueError,
        "column must be one of 'places', 'head', 'kind'",
    ),
    (
        "a kind that did not run",
        lambda: training.load_results("family", kind="median"),
        ValueError,
        "kind must be one of .* here, got 'median'",
    ),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_the_error_says_what_came_and_what_is_allowed_for(call, error, message):
    with pytest.raises(error, match=message):
        call()


# -- what a notebook sees --------------------------------------------------------------------


def test_outside_a_notebook_nothing_is_shown(capfd):
    train_digits(steps=2)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_in_a_notebook_the_bar_shows_the_steps_and_leaves_nothing_behind():
    code = "from pooling_lab.training import train_digits; train_digits('none', steps=30); None"
    manager, client = start_new_kernel()
    messages: list[dict] = []
    try:
        client.execute_interactive(code, output_hook=messages.append, timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    shown = [m for m in messages if m["msg_type"] not in ("status", "execute_input")]
    first, *updates = shown
    assert first["msg_type"] == "display_data"
    assert {m["msg_type"] for m in updates} == {"update_display_data"}
    nothing = {"text/plain": "", "text/html": ""}
    assert first["content"]["data"] == updates[-1]["content"]["data"] == nothing
    assert "of 30, loss" in updates[0]["content"]["data"]["text/plain"]
    assert 'max="30"' in updates[0]["content"]["data"]["text/html"]


# -- what it costs ---------------------------------------------------------------------------

# The kernel's own figure: `ru_maxrss` of a child begins with the peak of its parent.
PEAK = """
def peak():
    with open("/proc/self/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0])
"""
HEAVIEST = """
from pooling_lab.architectures import vgg16
from pooling_lab.training import build, predict, train_digits, train_segmentation
import numpy as np
train_digits("none", "flatten", steps=3)
train_segmentation(steps=3)
predict(build(vgg16()), np.zeros((1, 3, 224, 224)))
print(peak())
"""


LESSON_10 = """
import torch
from matplotlib import pyplot
from torch.utils.flop_counter import FlopCounterMode
from pooling_lab import drawing, explorers
from pooling_lab.architectures import vgg16
from pooling_lab.training import build
network, maps = build(vgg16(), seed=0, keep_dense=False), {}
for name, module in network.named_children():
    module.register_forward_hook(lambda _, inputs, out, name=name: maps.update({name: out}))
with torch.no_grad(), FlopCounterMode(display=False) as counter:
    network(torch.zeros(1, 3, 224, 224))
    for part in network.fc6.parts():
        torch.nn.functional.conv2d(maps["pool5"], part.view(-1, 512, 7, 7))
assert counter.get_flop_counts()["Sequential.fc6"], "counted under its own name"
print(peak())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_vgg16_is_walked_through_in_less_than_800_megabytes():
    """A class of thirty on one machine feels it; with dense layers that stay it is 1.4 GB."""
    run = subprocess.run([sys.executable, "-c", PEAK + LESSON_10], capture_output=True, check=True)
    assert int(run.stdout) * 1024 < 800e6


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_heaviest_networks_of_the_course_stay_under_two_gigabytes():
    run = subprocess.run([sys.executable, "-c", PEAK + HEAVIEST], capture_output=True, check=True)
    assert int(run.stdout) < 2_000_000  # KiB


@pytest.mark.slow
def test_one_seed_live_is_as_good_as_the_stored_ones():
    assert train_digits("max").test_accuracy > 0.8
    assert train_digits("stride").test_accuracy < 0.65


@pytest.mark.slow
def test_what_strides_find_depends_on_the_phase_of_their_grid_not_on_the_distance():
    model = train_digits("stride", places="centred").model
    images = digit_sets(centred=True)[1].images
    before = predict(model, images).argmax(1)
    kept = {n: (predict(model, np.roll(images, n, -1)).argmax(1) == before).mean() for n in (1, 4)}
    assert kept[4] > 0.85
    assert kept[1] < 0.6


@pytest.mark.slow
def test_one_seed_of_the_u_net_live_finds_most_of_the_ink():
    assert train_segmentation().iou > 0.6
