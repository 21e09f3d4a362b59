"""The window over a real photo: what is left of it, at its true size and enlarged."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from pooling_lab.data import PHOTOS, load_photo
from pooling_lab.drawing import Label, Picture, photo, photo_image, photo_png
from pooling_lab.explorers.explorer import Explorer, Frame
from pooling_lab.explorers.pools import (
    PLAIN,
    Function,
    Guarded,
    axes_of,
    formula,
    pool_controls,
    run,
    size_of,
)

VALUES = {"kernel_size": (1, 2, 3, 4, 6, 8), "stride": (1, 2, 4, 8)}
LONGEST_SIDE = 224  # px
COLOURS = 64  # of a photo shown: all 72 frames together must stay small


def photo_explorer(
    x: str | ArrayLike = "astronaut",
    pool: str | Function = "max",
    *,
    kernel_size: int = 2,
    stride: int | None = None,
    controls: Sequence[str] = ("pool", "kernel_size", "stride"),
) -> Explorer:
    """Return sliders over a real photo: what pooling leaves of it, and how much smaller it is.

    A gray photo is shown as it is. A coloured one is pooled in all its colours and then shown in
    the 64 that come nearest.

    Parameters
    ----------
    x
        The name of a photo that `load_photo` knows, the path of a file (drawn smaller where a
        side is longer than 224 pixels), or pixels from 0 to 255 of shape
        ``(H, W)`` (gray) or ``(H, W, 3)`` (red, green, blue), as a rule 224 × 224.
    pool
        ``"max"``, ``"average"``, ``"min"``, or a function of your own as in
        `window_explorer`; it is given one colour at a time, as float64.
    kernel_size, stride
        Where the controls start; ``stride=None`` means the kernel size.
    controls
        The controls to show. Without ``"stride"`` the stride follows the kernel size.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no photo and leads to none, or ``pool`` or ``controls`` is none of the above.

    Examples
    --------
    >>> explorer = photo_explorer("camera", controls=["kernel_size"])
    >>> explorer.frame.summary
    'max pooling: 224 × 224 becomes 112 × 112, 25 % of the pixels kept'
    """
    pixels = _pixels(x) if isinstance(x, str | Path) else np.array(x)
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"x must be a photo (H, W) or (H, W, 3), got shape {pixels.shape}")
    start = {"kernel_size": kernel_size, "stride": stride, **PLAIN}
    guarded = Guarded(pool) if callable(pool) else None
    chosen = pool_controls(pool, start, controls, VALUES)

    def frames_of(pixels: NDArray[Any]) -> Callable[..., Frame]:
        colours = _colours(pixels)
        before = photo(photo_png(pixels, colours), f"input {size_of(pixels)}")

        def frame(**settings: Any) -> Frame:
            kind = settings.pop("pool")
            return _frame(pixels, before, colours, guarded or kind, kind, settings)

        return frame

    return Explorer(
        "Photo explorer",
        chosen,
        frames_of(pixels),
        photo=lambda data: frames_of(_read(io.BytesIO(data))),
    )


def _colours(pixels: NDArray[Any]) -> int | Image.Image:
    """Return one palette for all frames of a photo, which is quick.

    A drawing of few colours has no use for it: pooled, it may have others than before.
    """
    image = photo_image(pixels).convert("RGB")
    return COLOURS if image.getcolors(COLOURS) else image.quantize(COLOURS)


def _pixels(x: str | Path) -> NDArray[Any]:
    """Load a photo of the course by its name, any other from its file."""
    if isinstance(x, str) and x in PHOTOS:
        return load_photo(x)
    if not Path(x).expanduser().is_file():
        raise ValueError(f"x must be one of {', '.join(PHOTOS)} or a photo's file, got {str(x)!r}")
    return _read(Path(x).expanduser())


def _read(file: Path | io.BytesIO) -> NDArray[Any]:
    """Read a photo the right way up, small enough for its frames to travel."""
    try:
        image = ImageOps.exif_transpose(Image.open(file))
    except UnidentifiedImageError as error:
        raise ValueError(f"x must be a photo: {error}") from None
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = image.convert("L" if image.mode in ("1", "L", "I;16") else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return np.asarray(image)


def _frame(
    x: NDArray[Any],
    before: Picture,
    colours: int | Image.Image,
    pool: str | Guarded,
    kind: str,
    settings: dict[str, Any],
) -> Frame:
    notes = formula(axes_of(x, settings))[1:]
    try:
        y = _pooled(x, pool, settings)
    except ValueError as error:
        none = Picture([Label(0, -8, "no output")], "no output")
        return Frame(f"{kind} pooling: no output", [before, none, none], (), notes, str(error))
    kept = 100 * y.shape[0] * y.shape[1] / (x.shape[0] * x.shape[1])
    summary = f"{kind} pooling: {size_of(x)} becomes {size_of(y)}, {kept:.3g} % of the pixels kept"
    zoom = min(x.shape[0] / y.shape[0], x.shape[1] / y.shape[1])
    pixels = photo_png(y, colours)
    after = photo(pixels, f"output {size_of(y)}")
    return Frame(summary, [before, after, photo(pixels, f"enlarged × {zoom:.3g}", zoom)], (), notes)


def _pooled(x: NDArray[Any], pool: str | Guarded, settings: dict[str, Any]) -> NDArray[Any]:
    planes = x[..., None] if x.ndim == 2 else x
    colours = [run(pool, plane.astype(float), settings) for plane in np.moveaxis(planes, -1, 0)]
    return np.stack(colours, axis=-1).reshape(*colours[0].shape, *x.shape[2:])
