"""Check the types of the explorers' JavaScript with the TypeScript that npm has installed here.

Nothing is downloaded: on a machine without it, which is a student's, this says so and goes on.
Where CI is set it fails instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMPILER = HERE / "node_modules" / "typescript" / "lib" / "tsc.js"


def main() -> int:
    """Return 0 if the types are right, or nobody can tell."""
    node = shutil.which("node")
    if node and COMPILER.is_file():
        return subprocess.run([node, str(COMPILER), "-p", str(HERE)], check=False).returncode
    missing = "node is not on the PATH" if not node else "TypeScript is not installed here"
    print(f"The types of the JavaScript are not checked: {missing} (npm ci in {HERE.name}/).")
    return int(os.environ.get("CI", "").lower() not in ("", "0", "false"))


if __name__ == "__main__":
    sys.exit(main())
