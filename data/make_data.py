"""Make the files of this folder again from the packages that carry their originals.

    pip install scikit-image==0.26.0 scikit-learn==1.9.1 pillow==13.0.0
    python data/make_data.py photos digits

None of these is needed to take the course: what they gave is stored here. The pixels and the
numbers come out the same with any version; the bytes of a PNG also depend on the compressor,
so its sha256 is that of the versions above.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

HERE = Path(__file__).parent


def photos() -> dict[str, Pixels]:
    """Return the pixels of each photo: the original 512×512, and 224×224 made from it."""
    from skimage import data

    originals = {"astronaut": data.astronaut(), "camera": data.camera()}
    small = {f"{name}_224.png": halved(photo) for name, photo in originals.items()}
    return {f"{name}_512.png": photo for name, photo in originals.items()} | small


def halved(photo: Pixels) -> Pixels:
    """Cut 448×448 (rows 0–447, columns 32–479) and average each 2×2 block, halves upward."""
    blocks = photo[:448, 32:480].reshape(224, 2, 224, 2, -1)
    return ((blocks.sum(axis=(1, 3)) + 2) // 4).astype(np.uint8).squeeze()


def digits() -> dict[str, Pixels]:
    """Return one row per digit: its 64 ink counts, row by row, then its label."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return {"digits.csv": np.column_stack([bunch.data, bunch.target]).astype(np.uint8)}


def write(path: Path, array: Pixels) -> None:
    """Store a table of numbers as text, anything else as a PNG."""
    if path.suffix == ".csv":
        with path.open("w", newline="\n") as lines:  # the same bytes on Windows
            np.savetxt(lines, array, fmt="%d", delimiter=",")
        return
    from PIL import Image

    Image.fromarray(array).save(path, optimize=True)


if __name__ == "__main__":
    for part in sys.argv[1:]:
        for name, array in {"photos": photos, "digits": digits}[part]().items():
            write(HERE / name, array)
