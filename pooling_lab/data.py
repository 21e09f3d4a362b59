"""The small real inputs of the course: two photos and 1,797 handwritten digits.

Where each file comes from and under which licence is told in ``data/README.md``. Every file is
checked against its sha256 before it is used, so that a number in a lesson cannot be off because
a file is.
"""

from __future__ import annotations

import hashlib
import operator
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SHA256 = {
    "astronaut_224.png": "5204f4fd548ff4681dee42cd01ce52d5f7c6607c84c457cae90dc30659c7a4bf",
    "astronaut_512.png": "e51090bfeb7d3f8562b9b5eef784a66003a023f54675083925727adbc072f2b6",
    "camera_224.png": "6ee22437d930960be36eba5660d10593708eef249f0bdea9cdcbe1f8935f27f0",
    "camera_512.png": "93c7b3e1e37533e585db07b1d9496657a43444cae70ca2590cbcdef7bfcb43a6",
    "digits.csv": "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
}
PHOTOS = ("astronaut", "camera")
PHOTO_SIZES = (224, 512)
DIGIT_SIZE = 8
FULL_INK = 16
SPLITS = {"train": (1, 3, 4), "test": (2, 5), "project": (0,)}  # places in the file, modulo 6
SCRAP_SIZE = 3


class Scattered(NamedTuple):
    """Digits on larger canvases, as `scattered_digits` draws them."""

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    clean: NDArray[np.float32]
    corners: NDArray[np.int64]


def load_photo(name: str = "astronaut", size: int = 224) -> NDArray[np.uint8]:
    """Return a real photo, as photos are stored: rows, columns, then colours.

    Parameters
    ----------
    name
        ``"astronaut"`` (in colour) or ``"camera"`` (gray).
    size
        Height and width in pixels: 224 or 512. The small one shows the middle of the large
        one, each pixel the average of 2×2.

    Returns
    -------
    ndarray of uint8
        0 (black) to 255: ``(size, size, 3)`` in colour, ``(size, size)`` in gray.

    Raises
    ------
    TypeError
        If the name is no text or the size no whole number.
    ValueError
        For another name or size.
    OSError
        If the file is missing or damaged; the message says how to restore it.

    Source: ``data/README.md`` names author and licence.

    Examples
    --------
    >>> load_photo("astronaut").shape, load_photo("camera", size=512).shape
    ((224, 224, 3), (512, 512))
    """
    _require_one_of(name, "name", PHOTOS)
    size = _whole(size, "size", 1)
    _require_one_of(size, "size", PHOTO_SIZES)
    from PIL import Image  # only those who look at a photo pay for its import

    with Image.open(_checked(f"{name}_{size}.png")) as picture:
        return np.array(picture)


def as_planes(photo: NDArray[Any]) -> NDArray[Any]:
    """Return a photo with its colours first, the order in which PyTorch and `pooling_lab` read.

    Parameters
    ----------
    photo
        ``(H, W, C)`` with C = 1, 3 or 4, or ``(H, W)``.

    Returns
    -------
    ndarray
        A view ``(C, H, W)`` on the same memory, C = 1 for a gray photo.

    Raises
    ------
    ValueError
        If the last axis cannot be colours, as in a photo that has its planes first already.

    Examples
    --------
    >>> as_planes(load_photo("astronaut")).shape, as_planes(load_photo("camera")).shape
    ((3, 224, 224), (1, 224, 224))
    """
    photo = np.asarray(photo)
    if photo.ndim == 2:
        return photo[np.newaxis]
    if photo.ndim != 3 or photo.shape[-1] not in (1, 3, 4):
        raise ValueError(f"photo must be (H, W) or (H, W, colours), got shape {photo.shape}")
    return np.moveaxis(photo, -1, 0)


def load_digits(*, project: bool = True) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the 1,797 handwritten digits of the UCI test set, and what they are.

    They are *already pooled*: each number counts the ink in one 4×4 block of a 32×32 bitmap.

    Parameters
    ----------
    project
        Whether the 300 digits that are kept apart for lesson 13 are among them.

    Returns
    -------
    images : ndarray of uint8, (1797, 8, 8) or (1497, 8, 8)
        Ink counts, 0 (paper) to 16 (all of the block is ink).
    labels : ndarray of int64, (1797,) or (1497,)
        The digit, 0 to 9.

    Raises
    ------
    TypeError
        If ``project`` is neither True nor False.
    OSError
        If the file is missing or damaged; the message says how to restore it.

    Source: Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49.

    Examples
    --------
    >>> images, labels = load_digits()
    >>> images.shape, int(images.max()), labels[:5].tolist()
    ((1797, 8, 8), 16, [0, 1, 2, 3, 4])
    >>> load_digits(project=False)[0].shape
    (1497, 8, 8)
    """
    _require_flag(project, "project")
    table = np.loadtxt(_checked("digits.csv"), dtype=np.uint8, delimiter=",")
    if not project:
        table = table[~np.isin(_place(table), SPLITS["project"])]
    return table[:, :-1].reshape(-1, DIGIT_SIZE, DIGIT_SIZE), table[:, -1].astype(np.int64)


def scattered_digits(
    count: int,
    canvas: int = 16,
    seed: int = 0,
    *,
    split: str = "train",
    centred: bool = False,
    noise: float = 0.0,
    clutter: int = 0,
) -> Scattered:
    """Place each of ``count`` digits somewhere on an empty canvas, the same for the same seed.

    Digit, place, clutter and noise are drawn apart: more noise moves no digit.

    Parameters
    ----------
    count
        How many canvases. Digits repeat only when there are no new ones left.
    canvas
        Height and width in cells, at least 8.
    seed
        A whole number of at least 0.
    split
        ``"train"`` (898 digits), ``"test"`` (599: every third of the file) or ``"project"`` (300:
        every sixth). The last are kept apart for lesson 13; no other result has seen them.
    centred
        Put every digit in the middle instead.
    noise
        Standard deviation of Gaussian noise on every cell, where full ink is 1.
    clutter
        How many 3×3 scraps of digits lie about on each canvas.

    Returns
    -------
    Scattered
        ``images`` (count, canvas, canvas) in float32, ink from 0 to 1 before the noise;
        ``labels`` (count,); ``clean``, the images without noise and clutter;
        ``corners`` (count, 2), row and column of each digit's first cell.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, as half a digit would be.
    ValueError
        If a number is too small, or ``split`` is another word.

    Examples
    --------
    >>> digits = scattered_digits(200, canvas=16, seed=1)
    >>> digits.images.shape, digits.labels.shape
    ((200, 16, 16), (200,))
    """
    count, canvas = _whole(count, "count", 1), _whole(canvas, "canvas", DIGIT_SIZE)
    seed, clutter = _whole(seed, "seed", 0), _whole(clutter, "clutter", 0)
    _require_one_of(split, "split", tuple(SPLITS))
    _require_flag(centred, "centred")
    _require_deviation(noise, "noise")
    choice, place, scraps, grain = np.random.default_rng(seed).spawn(4)

    ink, labels = _split(split)
    chosen = _draw(count, len(ink), choice)
    corners = _corners(count, canvas - DIGIT_SIZE, None if centred else place)
    clean = np.zeros((count, canvas, canvas), np.float32)
    _paste(clean, ink[chosen], corners)
    images = clean.copy()
    for _ in range(clutter):
        _paste(images, _scraps(ink, count, scraps), _corners(count, canvas - SCRAP_SIZE, scraps))
    images += np.float32(noise) * grain.standard_normal(images.shape, np.float32)
    return Scattered(images, labels[chosen], clean, corners)


def _split(split: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    images, labels = load_digits()
    kept: NDArray[np.bool_] = np.isin(_place(images), SPLITS[split])
    return images[kept].astype(np.float32) / np.float32(FULL_INK), labels[kept]


def _place(rows: NDArray[Any]) -> NDArray[np.int64]:
    """Return for each row of the file its place among six, which says whose digit it is."""
    return np.arange(len(rows)) % 6


def _draw(count: int, available: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw ``count`` of the ``available``, all of them once before any comes a second time."""
    rounds = -(-count // available)
    return np.concatenate([rng.permutation(available) for _ in range(rounds)])[:count]


def _corners(count: int, room: int, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """Return ``(count, 2)`` first cells between 0 and ``room``: the middle if nothing draws."""
    if rng is None:
        return np.full((count, 2), room // 2)
    return rng.integers(0, room + 1, size=(count, 2))


def _scraps(ink: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Cut a scrap out of the middle of each of ``count`` digits, where the strokes are."""
    digits = rng.integers(len(ink), size=(count, 1, 1))
    rows, columns = rng.integers(1, DIGIT_SIZE - SCRAP_SIZE, size=(2, count, 1, 1))
    scrap = np.arange(SCRAP_SIZE)
    return ink[digits, rows + scrap[:, np.newaxis], columns + scrap]


def _paste(
    canvases: NDArray[np.float32], pieces: NDArray[np.float32], corners: NDArray[np.int64]
) -> None:
    """Lay one piece on each canvas, in place; where both have ink the darker one stays."""
    height, width = pieces.shape[1:]
    for canvas, piece, (row, column) in zip(canvases, pieces, corners, strict=True):
        spot = canvas[row : row + height, column : column + width]
        np.maximum(spot, piece, out=spot)


def _folder() -> Path:
    """Return where the data lies: inside an installed package, or beside it in a clone."""
    package = Path(__file__).parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"


def _checked(name: str) -> Path:
    """Return the path of a data file after comparing its sha256, or say how to restore it."""
    path = _folder() / name
    if path.parent.name == "_data":
        mend = f'"{sys.executable}" -m pip install --force-reinstall --no-deps pooling-lab'
    else:
        mend = f"git checkout -- data/{name} (in the course's folder)"
    if not path.is_file():
        raise FileNotFoundError(f"data/{name} is missing from {path.parent}. Restore it: {mend}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256[name]:
        raise OSError(
            f"data/{name} is damaged: its sha256 starts with {found[:12]}, "
            f"expected {SHA256[name][:12]} ({path}). Restore it: {mend}"
        )
    return path


def _require_one_of(value: object, name: str, allowed: tuple[object, ...]) -> None:
    choices = ", ".join(map(repr, allowed))
    if type(value) is not type(allowed[0]):
        raise TypeError(f"{name} must be one of {choices}, not {type(value).__name__} {value!r}")
    if value not in allowed:
        raise ValueError(f"{name} must be one of {choices}, got {value!r}")


def _whole(value: Any, name: str, minimum: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__} {value!r}")
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {number}")
    return number


def _require_flag(value: object, name: str) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type(value).__name__} {value!r}")


def _require_deviation(value: object, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating):
        raise TypeError(f"{name} must be a number, not {type(value).__name__} {value!r}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a standard deviation, 0 or more, got {value!r}")
