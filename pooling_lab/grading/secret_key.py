"""The instructor's secret, from which hidden cases are drawn."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_in(path: Path) -> str:
    """Return the secret that a file holds; make one, and the file, where there is none.

    Parameters
    ----------
    path
        The file; only its owner may read it. Whoever grades the same class on another machine
        copies it there, so that the hidden cases are the same.

    Returns
    -------
    str
        64 hexadecimal digits, unless somebody has written a secret of their own.
    """
    if not path.exists():
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    return path.read_text().strip()
