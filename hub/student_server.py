"""What the hub starts for each user, as that user: the lessons first, then Jupyter's server.

It is installed as `bin/pooling-hub-server` beside the course, and needs nothing of the clone.
"""

import os
import sys
from pathlib import Path

from pooling_lab import course


def bring_lessons(folder: Path) -> None:
    """Copy the lessons, as `pooling-lab` does at home: what somebody has changed stays."""
    try:
        for line in course.copy_lessons(course.find_home(folder)):
            print(line, flush=True)
    except (course.CourseError, OSError) as problem:  # the server starts all the same
        print(f"The lessons were not brought: {problem}", file=sys.stderr, flush=True)


def main() -> None:
    """Prepare, and become the server."""
    os.umask(0o077)
    root = os.environ.get("JUPYTERHUB_ROOT_DIR", "")
    if root:  # a course's own user
        os.chdir(root)
    else:
        bring_lessons(Path.home() / "pooling_course")
    # The default is too long for the name of a socket.
    os.environ["JUPYTER_RUNTIME_DIR"] = str(Path.home() / ".jupyter-run")
    os.environ.update(course.lab_environment())
    command = [sys.executable, "-m", "jupyterhub.singleuser", *course.lab_options(), *sys.argv[1:]]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
