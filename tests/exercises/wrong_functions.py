"""Wrong functions as students type them, with the name under which a class report counts each.

A name of None: rejected, and under which name is left open.
"""

import numpy as np
import torch
import torch.nn.functional as F


def blocks(reduce, rounding=lambda a, b: a // b):
    """Four-line pooling with a mistake to be put in."""

    def pool(x, k, s):
        rows, columns = rounding(len(x) - k, s) + 1, rounding(len(x[0]) - k, s) + 1
        y = np.zeros((rows, columns))
        for i in range(rows):
            for j in range(columns):
                y[i, j] = reduce(x[i * s : i * s + k, j * s : j * s + k])
        return y

    return pool


def starting_at(low):
    def reduce(window):
        best = low
        for value in window.flat:
            if value > best:
                best = value
        return best

    return reduce


def without_stride_in_the_slice(reduce):
    def pool(x, k, s):
        y = np.zeros(((len(x) - k) // s + 1, (len(x[0]) - k) // s + 1))
        for i, j in np.ndindex(y.shape):
            y[i, j] = reduce(x[i : i + k, j : j + k])
        return y

    return pool


def into(dtype, reduce):
    return lambda x, k, s: blocks(reduce)(x, k, s).astype(dtype)


def reshaped(how):
    def pool(x, k, s):
        rows, columns = x.shape[0] // k, x.shape[1] // k
        x = x[: rows * k, : columns * k].reshape(rows, k, columns, k)
        return getattr(x, how)(axis=(1, 3))

    return pool


def returns_inside_the_loop(x, k, s):
    y = []
    for i in range(0, len(x) - k + 1, s):
        y.append([x[i : i + k, j : j + k].max() for j in range(0, len(x[0]) - k + 1, s)])
        return y


def width_from_the_rows(x, k, s):
    n = (len(x) - k) // s + 1
    return [[x[i * s :, j * s :][:k, :k].max(initial=-1e99) for j in range(n)] for i in range(n)]


def padded_with(value):
    def pool(x, k, s, p):
        return blocks(np.max)(np.pad(x, p, constant_values=value), k, s)

    return pool


def on_the_right_and_below_only(x, k, s, p):
    return blocks(np.max)(np.pad(x, ((0, 2 * p), (0, 2 * p)), constant_values=-np.inf), k, s)


def mean_of_pixels(x, k, s, p):
    return blocks(np.nanmean)(np.pad(x.astype(float), p, constant_values=np.nan), k, s)


def abs_first(x, k, s, p):
    return -blocks(np.max)(np.pad(abs(x), p), k, s)


def two_loops(x, k):
    first = np.array([[max(r[j : j + k]) for j in range(len(r) - k + 1)] for r in x])
    second = [[x[i : i + k, j : j + k].max() for j in range(len(x[0]) - k + 1)] for i in range(1)]
    return first, second


def rows_pass(x, k):
    return np.max([x[:, u : u + x.shape[1] - k + 1] for u in range(k)], axis=0)


def columns_pass(x, k):
    return np.max([x[u : u + len(x) - k + 1] for u in range(k)], axis=0)


def passes(x, k, reduce):
    first = np.array([[reduce(r[j : j + k]) for j in range(len(r) - k + 1)] for r in x])
    return first, np.array([[reduce(c[i : i + k]) for c in first.T] for i in range(len(x) - k + 1)])


def slices_too_few(x, k):
    def along(a):
        return np.max([a[:, u : u + a.shape[1] - k + 1] for u in range(k - 1)], axis=0)

    return along(x), along(along(x).T).T


def backward(place):
    """Walk over the outputs and let ``place`` do something with the gradient."""

    def pool(g, x, k, s):
        grad = np.zeros(x.shape)
        for i, j in np.ndindex(g.shape):
            place(grad, x, i * s, j * s, k, g[i, j], (i, j))
        return grad

    return pool


def to_the_max(put):
    def place(grad, x, i, j, k, g, _):
        u, v = np.unravel_index(x[i : i + k, j : j + k].argmax(), (k, k))
        put(grad, i, j, u, v, g)

    return backward(place)


def assign(grad, i, j, u, v, g):
    grad[i + u, j + v] = g


def without_the_corner(grad, i, j, u, v, g):
    grad[u, v] += g


def to_every_tie(grad, x, i, j, k, g, _):
    window = x[i : i + k, j : j + k]
    grad[i : i + k, j : j + k] += g * (window == window.max())


def shared_by_ties(grad, x, i, j, k, g, _):
    mask = x[i : i + k, j : j + k] == x[i : i + k, j : j + k].max()
    grad[i : i + k, j : j + k] += g * mask / mask.sum()


def to_the_last_tie(grad, x, i, j, k, g, _):
    best, at = -np.inf, None
    for u, v in np.ndindex(k, k):
        if x[i + u, j + v] >= best:
            best, at = x[i + u, j + v], (i + u, j + v)
    grad[at] += g


def to_the_smallest(grad, x, i, j, k, g, _):
    u, v = np.unravel_index(x[i : i + k, j : j + k].argmin(), (k, k))
    grad[i + u, j + v] += g


def to_the_last_cell(grad, x, i, j, k, g, _):
    grad[i + k - 1, j + k - 1] += g


def added(grad, i, j, u, v, g):
    grad[i + u, j + v] += g


sent_on = to_the_max(added)


def whole_window(share, add=True):
    def place(grad, x, i, j, k, g, _):
        old = grad[i : i + k, j : j + k] if add else 0
        grad[i : i + k, j : j + k] = old + share(g, k)

    return backward(place)


def no_stride(grad, x, i, j, k, g, at):
    i, j = at
    grad[i : i + k, j : j + k] += g / k**2


def unpooled(put):
    def unpool(y, indices, height, width):
        out = np.zeros((height, width))
        for i, j in np.ndindex(y.shape):
            put(out, y[i, j], indices[i, j], i, j)
        return out

    return unpool


def put_back(y, indices, height, width):
    out = np.zeros(height * width)
    out[indices.ravel()] = y.ravel()
    return out.reshape(height, width)


def fill_block(out, value, index, i, j):
    out[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = value


def fill_corner(out, value, index, i, j):
    out[2 * i, 2 * j] = value


def column_major(out, value, index, i, j):
    out[index % len(out), index // len(out)] = value


def added_one(out, value, index, i, j):
    out.flat[(index + 1) % out.size] = value


def mixed(blend, largest=np.max):
    return lambda x, k, alpha: blend(blocks(largest)(x, k, k), blocks(np.mean)(x, k, k), alpha)


def blend(high, mean, alpha):
    return alpha * high + (1 - alpha) * mean


def moved_and_pooled(before, after, pool=lambda x: F.max_pool2d(x, 2)):
    return lambda x: after(pool(torch.tensor(before(x)))).numpy()


def nothing(x):
    return x


def one_count(x, mask):
    return (x * mask[..., None]).sum(1) / mask.sum(1).mean()


def reversed_mask(x, mask):
    padding = 1 - mask[..., None]
    return (x * padding).sum(1) / np.maximum(padding.sum(1), 1)


def channel_by_channel(x):
    corners = np.stack([x[i::2, j::2] for i in (0, 1) for j in (0, 1)], -1)
    return corners.reshape(*corners.shape[:2], -1)


WRONG = {
    "masked-mean": [
        ("one count for all", one_count, "one-count-for-all"),
        ("the padding", reversed_mask, "mask-reversed"),
        (
            "the largest",
            lambda x, mask: [one[kept > 0].max(0) for one, kept in zip(x, mask, strict=True)],
            "max-for-mean",
        ),
        ("all cells", lambda x, mask: x.mean(axis=1), "mask-ignored"),
        ("zeros counted", lambda x, mask: (x * mask[..., None]).mean(1), "padding-counted"),
        ("sums", lambda x, mask: np.einsum("nlc,nl->nc", x, mask), "sum-for-mean"),
        ("the last cell", lambda x, mask: x[:, -1], None),
        ("the first cell", lambda x, mask: x[:, 0], None),
        ("over channels", lambda x, mask: (x * mask[..., None]).mean(2), None),
        ("the whole batch", lambda x, mask: x[mask > 0].mean(0), None),
    ],
    "patch-merging": [
        ("channel by channel", channel_by_channel, "channel-by-channel"),
        (
            "quarters",
            lambda x: np.concatenate([q for h in np.split(x, 2) for q in np.split(h, 2, 1)], -1),
            "quarters-for-neighbours",
        ),
        (
            "the largest",
            lambda x: np.max([x[i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0),
            "pooled",
        ),
        ("reshaped", lambda x: x.reshape(len(x) // 2, x.shape[1] // 2, -1), "reshaped-not-moved"),
        (
            "down first",
            lambda x: np.concatenate([x[::2, ::2], x[1::2, ::2], x[::2, 1::2], x[1::2, 1::2]], -1),
            "order-of-swin",
        ),
        ("top left alone", lambda x: x[::2, ::2], None),
        ("rows alone", lambda x: np.concatenate([x[::2], x[1::2]], -1), None),
        ("along the rows", lambda x: np.concatenate([x[::2, ::2], x[1::2, 1::2]], 0), None),
        (
            "averages",
            lambda x: (x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4,
            None,
        ),
        (
            "right to left",
            lambda x: np.concatenate([x[i::2, j::2] for i in (0, 1) for j in (1, 0)], -1),
            None,
        ),
    ],
    "avg-pool2d": [
        ("the first cell", blocks(lambda w: w[0, 0]), "first-cell"),
        ("the last cell", blocks(lambda w: w[-1, -1]), "last-cell"),
        ("transposed", lambda x, k, s: blocks(np.mean)(x, k, s).T, "rows-columns-swapped"),
        ("stride 1", lambda x, k, s: blocks(np.mean)(x, k, 1), "stride-ignored"),
        ("divided by one less", blocks(lambda w: w.sum() / (w.size - 1)), "wrong-divisor"),
        ("divided by 5", blocks(lambda w: w.sum() / 5), "wrong-divisor"),
        ("filled an integer array", into(int, np.mean), "fraction-lost"),
        ("whole-number division", blocks(lambda w: w.sum() // w.size), "fraction-lost"),
        ("rounded", blocks(lambda w: round(w.mean())), "fraction-lost"),
        ("divided by k", lambda x, k, s: blocks(np.sum)(x, k, s) / k, "side-not-squared"),
        ("divided by 4", lambda x, k, s: blocks(np.sum)(x, k, s) / 4, "always-four"),
        ("divided by nothing", blocks(np.sum), "sum-for-mean"),
        ("kept max from lesson 03", blocks(np.max), "max-for-mean"),
        (
            "stride forgotten in the slice",
            without_stride_in_the_slice(np.mean),
            "stride-only-counted",
        ),
        ("a reshape", reshaped("mean"), "stride-is-kernel"),
        (
            "torch without a stride",
            lambda x, k, s: F.avg_pool2d(torch.tensor(x)[None], k),
            None,
        ),
        ("the median", blocks(np.median), None),
        ("rounded up", blocks(np.mean, lambda a, b: -(-a // b)), "ceil-for-floor"),
        ("one window short", blocks(np.mean, lambda a, b: a // b - 1), "forgot-plus-one"),
    ],
    "max-pool2d": [
        ("the sum", blocks(np.sum), "sum-for-max"),
        ("the smallest", blocks(np.min), "min-for-max"),
        ("stride 1", lambda x, k, s: blocks(np.max)(x, k, 1), "stride-ignored"),
        ("started at 0", blocks(starting_at(0)), "started-at-zero"),
        ("started at −1", blocks(starting_at(-1)), "finite-start"),
        ("started at −999", blocks(starting_at(-999)), "finite-start"),
        ("started at −99999", blocks(starting_at(-99999)), "finite-start"),
        ("started at −1e9", blocks(starting_at(-1e9)), "finite-start"),
        ("started at the smallest int32", blocks(starting_at(-(2**31))), "finite-start"),
        ("stride forgotten", without_stride_in_the_slice(np.max), "stride-only-counted"),
        ("a reshape", reshaped("max"), "stride-is-kernel"),
        ("an integer array", into(int, np.max), "fraction-lost"),
        ("the largest by size", blocks(lambda w: max(w.flat, key=abs)), "sign-ignored"),
        ("the last cell", blocks(lambda w: w[-1, -1]), "last-cell"),
        (
            "a stride",
            lambda x, k, s: x[: len(x) - k + 1 : s, : len(x[0]) - k + 1 : s],
            "first-cell",
        ),
        ("the mean", blocks(np.mean), "mean-for-max"),
        ("the median", blocks(np.median), None),
        ("return in the loop", returns_inside_the_loop, None),
        ("width from the rows", width_from_the_rows, None),
        ("transposed", lambda x, k, s: blocks(np.max)(x, k, s).T, "rows-columns-swapped"),
        ("one window short", blocks(np.max, lambda a, b: a // b - 1), "forgot-plus-one"),
        ("one window more", blocks(np.max, lambda a, b: -(-a // b)), None),
        ("only the largest of all", lambda x, k, s: x.max(), None),
    ],
    "find-the-bug": [
        ("the mean of real pixels", mean_of_pixels, "mean-for-max"),
        ("as it was", padded_with(0), "zero-padding"),
        ("−1", padded_with(-1), "pad-not-low-enough"),
        ("−99", padded_with(-99), "pad-not-low-enough"),
        ("−1e9", padded_with(-1e9), "pad-not-low-enough"),
        (
            "the mean of the map",
            lambda x, k, s, p: padded_with(x.mean())(x, k, s, p),
            "pad-not-low-enough",
        ),
        (
            "the largest pixel",
            lambda x, k, s, p: padded_with(x.max())(x, k, s, p),
            "pad-not-low-enough",
        ),
        ("+∞", padded_with(np.inf), None),
        ("no padding", lambda x, k, s, p: blocks(np.max)(x, k, s), "padding-ignored"),
        ("padding on one side", on_the_right_and_below_only, None),
        ("absolute values", abs_first, None),
        (
            "a mean",
            lambda x, k, s, p: F.avg_pool2d(torch.tensor(x)[None], k, s, p),
            None,
        ),
    ],
    "separable-max": [
        ("averages", lambda x, k: passes(x, k, np.mean), "mean-for-max"),
        ("started at 0", lambda x, k: passes(x, k, starting_at(0)), "started-at-zero"),
        ("started at −999", lambda x, k: passes(x, k, starting_at(-999)), "finite-start"),
        ("the end alone", lambda x, k: columns_pass(rows_pass(x, k), k), "end-result-only"),
        ("torch alone", lambda x, k: F.max_pool2d(torch.tensor(x)[None], k, 1), "end-result-only"),
        (
            "both are torch's",
            lambda x, k: [F.max_pool2d(torch.tensor(x)[None], k, 1)[0]] * 2,
            "both-at-once",
        ),
        (
            "columns first",
            lambda x, k: (columns_pass(x, k), rows_pass(columns_pass(x, k), k)),
            "columns-first",
        ),
        ("both from x", lambda x, k: (rows_pass(x, k), columns_pass(x, k)), "second-pass-alone"),
        ("range(k − 1)", slices_too_few, None),
        ("one row of the end", two_loops, None),
        ("the first pass alone", rows_pass, None),
        ("three arrays", lambda x, k: (x, rows_pass(x, k), columns_pass(rows_pass(x, k), k)), None),
    ],
    "average-as-convolution": [
        (
            "1/k",
            lambda c, k: np.eye(c)[:, :, None, None] * np.full((k, k), 1 / k),
            "side-not-squared",
        ),
        ("1", lambda c, k: np.eye(c)[:, :, None, None] * np.ones((k, k)), "sum-for-mean"),
        ("everywhere", lambda c, k: np.full((c, c, k, k), 1 / k**2), "channels-added"),
        ("everywhere, shared", lambda c, k: np.ones((c, c, k, k)) / (c * k * k), "channels-pooled"),
        ("one kernel", lambda c, k: np.full((k, k), 1 / k**2), "one-kernel"),
        ("one kernel in four axes", lambda c, k: np.full((1, 1, k, k), 1 / k**2), "one-kernel"),
        ("groups", lambda c, k: torch.full((c, 1, k, k), 1 / k**2), "one-kernel-each"),
        ("groups, transposed", lambda c, k: torch.full((1, c, k, k), 1 / k**2), None),
        ("whole-number division", lambda c, k: np.zeros((c, c, k, k)) + 1 // k**2, "all-zeros"),
        ("identity kernels", lambda c, k: np.multiply.outer(np.ones((c, c)), np.eye(k)) / k, None),
    ],
    "dial": [
        ("(x·p)", lambda x, p: (x * p).mean((1, 2)) / p, "power-ignored"),
        ("root without brackets", lambda x, p: (x**p).mean((1, 2)) ** 1 / p, "root-by-dividing"),
        ("no root", lambda x, p: (x**p).mean((1, 2)), "root-forgotten"),
        ("a norm", lambda x, p: (x**p).sum((1, 2)) ** (1 / p), "sum-for-mean"),
        ("a square root", lambda x, p: np.sqrt((x**p).mean((1, 2))), None),
        ("over everything", lambda x, p: (x**p).mean() ** (1 / p), "channels-pooled"),
        ("channels last", lambda x, p: (x**p).mean((0, 1)) ** (1 / p), "wrong-axes"),
        ("one axis", lambda x, p: (x**p).mean(-1) ** (1 / p), None),
        ("the maximum", lambda x, p: x.max((1, 2)), "max-for-mean"),
        ("root before the mean", lambda x, p: ((x**p) ** (1 / p)).mean((1, 2)), None),
        ("p-th power of e", lambda x, p: np.log(np.exp(p * x).mean((1, 2))) / p, None),
    ],
    "min-pool2d": [
        ("started at 255", blocks(lambda w: min(255, w.min())), "started-high"),
        ("the first cell", blocks(lambda w: w[0, 0]), "first-cell"),
        ("the last cell", blocks(lambda w: w[-1, -1]), "last-cell"),
        ("an integer array", into(int, np.min), "fraction-lost"),
        ("transposed", lambda x, k, s: blocks(np.min)(x, k, s).T, "rows-columns-swapped"),
        ("stride 1", lambda x, k, s: blocks(np.min)(x, k, 1), "stride-ignored"),
        ("one window more", blocks(np.min, lambda a, b: -(-a // b)), "ceil-for-floor"),
        ("max of lesson 03", blocks(np.max), "max-for-min"),
        (
            "one sign",
            lambda x, k, s: F.max_pool2d(-torch.tensor(x * 1.0)[None], k, s),
            "sign-not-restored",
        ),
        ("the other sign", lambda x, k, s: -blocks(np.max)(x, k, s), "sign-not-turned"),
        (
            "−x of a photo",
            lambda x, k, s: -blocks(np.max)(-x, k, s) % (256 if x.dtype == np.uint8 else 1e9),
            None,
        ),
        (
            "signs in uint8",
            lambda x, k, s: -into(x.dtype, np.max)(-x, k, s),
            "sign-wraps",
        ),
        ("255 − x", lambda x, k, s: 255 - blocks(np.max)(255 - x, k, s) + 1, None),
        ("started at 0", blocks(lambda w: min(0, w.min())), "started-low"),
        ("the mean", blocks(np.mean), None),
        ("stride forgotten", without_stride_in_the_slice(np.min), "stride-only-counted"),
        ("a reshape", reshaped("min"), "stride-is-kernel"),
    ],
    "mixed-pool2d": [
        ("transposed", lambda *case: mixed(blend)(*case).T, "rows-columns-swapped"),
        ("started at 0", mixed(blend, starting_at(0)), "started-at-zero"),
        ("started at −999", mixed(blend, starting_at(-999)), "finite-start"),
        ("reversed", mixed(lambda high, mean, a: a * mean + (1 - a) * high), "share-reversed"),
        ("half", mixed(lambda high, mean, a: (high + mean) / 2), "share-ignored"),
        ("1 − alpha forgotten", mixed(lambda high, mean, a: a * high + mean), "average-whole"),
        ("both with alpha", mixed(lambda high, mean, a: a * (high + mean)), None),
        ("the maximum", mixed(lambda high, mean, a: high), "max-for-mean"),
        ("the average", mixed(lambda high, mean, a: mean), "mean-for-max"),
        ("by chance", mixed(lambda high, mean, a: high if a > 0.5 else mean), None),
        (
            "a sum",
            lambda x, k, a: a * blocks(np.max)(x, k, k) + (1 - a) * blocks(np.sum)(x, k, k),
            "sum-for-mean",
        ),
        (
            "ceil mode",
            lambda x, k, a: (
                a * F.max_pool2d(torch.tensor(x)[None], k, ceil_mode=True)
                + (1 - a) * F.avg_pool2d(torch.tensor(x)[None], k, ceil_mode=True)
            ),
            None,
        ),
        (
            "stride 1",
            lambda x, k, a: a * blocks(np.max)(x, k, 1) + (1 - a) * blocks(np.mean)(x, k, 1),
            "stride-ignored",
        ),
    ],
    "max-backward": [
        ("the smallest", backward(to_the_smallest), "min-for-max"),
        ("the last cell", backward(to_the_last_cell), "wrong-cell"),
        ("stride forgotten", lambda g, x, k, s: sent_on(g, x, k, 1), "stride-ignored"),
        ("an integer array", lambda *case: sent_on(*case).astype(int), "rounded"),
        ("= for +=", to_the_max(assign), "overwritten"),
        ("without the corner", to_the_max(without_the_corner), "index-in-window"),
        ("every tie", backward(to_every_tie), "every-tie"),
        ("ties share", backward(shared_by_ties), "ties-share"),
        ("the last tie", backward(to_the_last_tie), "last-tie"),
        ("average's", whole_window(lambda g, k: g / k**2), "spread-evenly"),
        ("to all", whole_window(lambda g, k: g), None),
        (
            "ones",
            lambda g, x, k, s: to_the_max(assign)(np.ones(g.shape), x, k, s),
            None,
        ),
        (
            "a count in place of the gradient",
            to_the_max(lambda grad, i, j, u, v, g: np.add.at(grad, (i + u, j + v), 1)),
            "gradient-ignored",
        ),
        (
            "the value of x too",
            backward(lambda grad, x, i, j, k, g, _: to_every_tie(grad, x, i, j, k, g * x[i, j], _)),
            None,
        ),
        (
            "divmod swapped",
            to_the_max(lambda grad, i, j, u, v, g: np.add.at(grad, (i + v, j + u), g)),
            "rows-columns-swapped",
        ),
    ],
    "avg-backward": [
        ("divided by one less", whole_window(lambda g, k: g / (k**2 - 1)), "wrong-divisor"),
        ("not divided", whole_window(lambda g, k: g), "not-divided"),
        ("divided by k", whole_window(lambda g, k: g / k), "side-not-squared"),
        ("= for +=", whole_window(lambda g, k: g / k**2, add=False), "overwritten"),
        ("ones", whole_window(lambda g, k: 1 / k**2), "gradient-ignored"),
        ("stride forgotten", backward(no_stride), "stride-ignored"),
        (
            "max's",
            to_the_max(added),
            "max-for-mean",
        ),
        ("divided by 4", whole_window(lambda g, k: g / 4), "always-four"),
        (
            "spread over the map",
            lambda g, x, k, s: np.full(x.shape, g.sum() / x.size),
            None,
        ),
        ("whole numbers", whole_window(lambda g, k: g // k**2), "fraction-lost"),
    ],
    "unpool": [
        ("an integer array", lambda *case: put_back(*case).astype(int), "fraction-lost"),
        (
            "twice the size",
            lambda y, i, h, w: np.resize(put_back(y, i, h, w), (2 * len(y), 2 * y.shape[1])),
            "twice-the-size",
        ),
        ("a whole block", unpooled(fill_block), "spread-over-window"),
        ("the corner", unpooled(fill_corner), "top-left"),
        ("column by column", unpooled(column_major), "counted-down"),
        ("one too far", unpooled(added_one), None),
        (
            "shape swapped",
            lambda y, indices, h, w: unpooled(lambda o, v, n, *_: o.put(n, v))(y, indices, w, h),
            "rows-columns-swapped",
        ),
        (
            "positions for values",
            unpooled(lambda out, value, index, i, j: out.put(index, index)),
            "index-for-value",
        ),
        (
            "ones for values",
            unpooled(lambda out, value, index, i, j: out.put(index, 1)),
            None,
        ),
        ("flat", lambda y, i, h, w: np.bincount(i.ravel(), y.ravel(), h * w), None),
        (
            "added up",
            lambda y, i, h, w: unpooled(lambda o, v, n, *_: o.put(n, v))(y, i, h, w) + y.min(),
            None,
        ),
    ],
    "global-pooling": [
        ("axes 1 and 2", lambda x: x.mean(axis=(1, 2)), "channels-last-misread"),
        ("axes 0 and 1", lambda x: x.mean(axis=(0, 1)), "wrong-axes"),
        ("axes 1 and 3", lambda x: x.mean(axis=(1, 3)), None),
        ("the last axis", lambda x: x.mean(-1), "column-left"),
        ("axis 2", lambda x: x.mean(2), "row-left"),
        ("everything", lambda x: x.mean(), None),
        ("one per image", lambda x: [one.mean() for one in x], "channels-pooled"),
        ("one per channel", lambda x: x.mean((0, 2, 3)), "batch-pooled"),
        (
            "the maximum",
            lambda x: F.adaptive_max_pool2d(torch.tensor(x), 1)[..., 0, 0],
            None,
        ),
        ("keepdims", lambda x: x.mean((2, 3), keepdims=True), "axes-kept"),
        ("torch as it comes", lambda x: F.adaptive_avg_pool2d(torch.tensor(x), 1), None),
        ("a sum", lambda x: x.sum((2, 3)), "sum-for-mean"),
        ("whole-number division", lambda x: x.sum((2, 3)) // x[0, 0].size, "fraction-lost"),
        ("images and channels swapped", lambda x: x.mean((2, 3)).T, None),
        ("divided by the height", lambda x: x.sum((2, 3)) / x.shape[2], "side-not-squared"),
    ],
    "adaptive-bins": [
        (
            "the rest in the last bin",
            lambda n, o: [
                (i * (n // o), n if i == o - 1 else (i + 1) * (n // o)) for i in range(o)
            ],
            "rest-in-last-bin",
        ),
        (
            "both rounded up",
            lambda n, o: [(-(-i * n // o), -(-(i + 1) * n // o)) for i in range(o)],
            "bins-ceiled",
        ),
        (
            "lengths",
            lambda n, o: [(i * n // o, -(-(i + 1) * n // o) - i * n // o) for i in range(o)],
            "length-for-stop",
        ),
        (
            "n // o",
            lambda n, o: [(i * (n // o), (i + 1) * (n // o)) for i in range(o)],
            "equal-bins",
        ),
        (
            "linspace, cut off",
            lambda n, o: [(int(i * n / o), int((i + 1) * n / o)) for i in range(o)],
            "bins-floored",
        ),
        (
            "linspace, rounded",
            lambda n, o: [(round(i * n / o), round((i + 1) * n / o)) for i in range(o)],
            "bins-rounded",
        ),
        (
            "+ 1",
            lambda n, o: [(i * n // o, (i + 1) * n // o + 1) for i in range(o)],
            "stop-plus-one",
        ),
        (
            "the cells",
            lambda n, o: [list(range(i * n // o, -(-(i + 1) * n // o))) for i in range(o)],
            "cells-for-bins",
        ),
        (
            "array_split",
            lambda n, o: [(int(a[0]), int(a[-1]) + 1) for a in np.array_split(np.arange(n), o)],
            "split-without-overlap",
        ),
        (
            "last cell included",
            lambda n, o: [(i * n // o, -(-(i + 1) * n // o) - 1) for i in range(o)],
            "stop-included",
        ),
        (
            "starts and stops apart",
            lambda n, o: [
                [i * n // o for i in range(o)],
                [-(-(i + 1) * n // o) for i in range(o)],
            ],
            "ends-apart",
        ),
        (
            "ceil width",
            lambda n, o: [(i * -(-n // o), min(n, (i + 1) * -(-n // o))) for i in range(o)],
            "wide-bins",
        ),
        ("starts alone", lambda n, o: [i * n // o for i in range(o)], None),
        (
            "fractions kept",
            lambda n, o: [(i * n / o, (i + 1) * n / o) for i in range(o)],
            "ends-not-rounded",
        ),
    ],
    "layout-nhwc": [
        (
            "started at 0",
            moved_and_pooled(
                lambda x: np.moveaxis(x, 3, 1),
                lambda y: y.movedim(1, 3),
                lambda x: F.max_pool2d(x, 2).clamp(min=0),
            ),
            "started-at-zero",
        ),
        ("nothing moved", moved_and_pooled(nothing, nothing), "channels-last-misread"),
        (
            "not moved back",
            moved_and_pooled(lambda x: np.moveaxis(x, 3, 1), nothing),
            "order-not-restored",
        ),
        (
            "reshape",
            moved_and_pooled(
                lambda x: x.reshape(len(x), x.shape[3], x.shape[1], x.shape[2]),
                lambda y: y.permute(0, 2, 3, 1),
            ),
            "reshaped-not-moved",
        ),
        (
            "x.T",
            moved_and_pooled(lambda x: x.transpose(0, 3, 2, 1), lambda y: y.permute(0, 2, 3, 1)),
            "rows-columns-swapped",
        ),
        (
            "moved back the wrong way",
            moved_and_pooled(lambda x: np.moveaxis(x, 3, 1), lambda y: y.permute(0, 3, 2, 1)),
            "rows-columns-swapped",
        ),
        (
            "average",
            moved_and_pooled(
                lambda x: np.moveaxis(x, 3, 1),
                lambda y: y.movedim(1, 3),
                lambda x: F.avg_pool2d(x, 2),
            ),
            None,
        ),
        ("every second pixel", lambda x: x[:, :-1:2, :-1:2], "first-cell"),
        (
            "stride 1",
            moved_and_pooled(
                lambda x: np.moveaxis(x, 3, 1),
                lambda y: y.movedim(1, 3),
                lambda x: F.max_pool2d(x, 2, 1),
            ),
            "stride-ignored",
        ),
        (
            "ceil mode",
            moved_and_pooled(
                lambda x: np.moveaxis(x, 3, 1),
                lambda y: y.movedim(1, 3),
                lambda x: F.max_pool2d(x, 2, ceil_mode=True),
            ),
            "ceil-for-floor",
        ),
        ("the first image", lambda x: moved_and_pooled(nothing, nothing)(x)[0], None),
        (
            "reshaped back",
            lambda x: (
                F.max_pool2d(torch.tensor(x).movedim(3, 1), 2)
                .contiguous()
                .reshape(len(x), x.shape[1] // 2, x.shape[2] // 2, x.shape[3])
            ),
            "reshaped-back",
        ),
    ],
}
