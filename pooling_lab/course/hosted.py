"""Lessons for machines that others keep, Colab and Kaggle: the first cell installs the package.

The lessons themselves stay clean; these variants are made from them, by
``pooling-lab hosted FOLDER``.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from pooling_lab.course.copies import fresh_notebook
from pooling_lab.course.files import make_folder, put_in_place
from pooling_lab.course.lessons import lesson_files
from pooling_lab.course.ways import PACKAGE

# torch is named as it is there: a version of another build would be gigabytes, and often slower.
INSTALL = """\
# On Colab or Kaggle: installs the course's package, and leaves this machine's torch as it is.
import importlib.metadata

torch = importlib.metadata.version("torch")
%pip install --quiet "{package}[lessons]=={version}" "torch=={{torch}}"
"""


def write_hosted(originals: Path, folder: Path) -> list[Path]:
    """Write every lesson into ``folder`` with a first cell that installs the package.

    Returns
    -------
    list of Path
        What was written, in teaching order.

    Raises
    ------
    CourseError
        If the folder cannot be made.
    """
    make_folder(folder)
    written = []
    for original in lesson_files(originals):
        notebook = fresh_notebook(original.read_bytes())
        notebook["cells"].insert(0, _install_cell())
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        put_in_place(folder / original.name, text.encode("utf-8"))
        written.append(folder / original.name)
    return written


def _install_cell() -> dict[str, Any]:
    source = INSTALL.format(package=PACKAGE, version=metadata.version(PACKAGE))
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "install-pooling-lab",
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }
