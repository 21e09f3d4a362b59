"""What Jupyter starts in place of a submission's kernel: it shuts itself in and becomes the kernel.

It is run as a script, once for each submission, and so imports only what comes with Python: with
the course's package it took as long as the kernel itself. The command is made in `sandbox`; what is
known only now is put into it: the file with the kernel's addresses, and the submission's folder.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence

MEMORY = 4 * 2**30  # bytes of data for each process
LARGEST_FILE = 2**30  # bytes that may be written to one file
END_OF_OPTIONS = "--"


def here(command: Sequence[str], connection_file: str, folder: str) -> list[str]:
    """Return a command for bubblewrap in which these two can be written to, and are at hand.

    Parameters
    ----------
    command
        The command without them; bubblewrap's options end with ``--``.
    connection_file
        What holds the addresses at which Jupyter expects the kernel; empty if there is none.
    folder
        Where the submission lies; the kernel starts in there.
    """
    end = command.index(END_OF_OPTIONS)
    writable = [one for one in (folder, connection_file) if one]
    binds = [part for one in writable for part in ("--bind", one, one)]
    return [*command[:end], *binds, "--chdir", folder, *command[end:]]


def main(connection_file: str, *command: str) -> None:
    """Become the kernel."""
    for what, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_FSIZE, LARGEST_FILE)):
        resource.setrlimit(what, (most, most))
    start = here(command, connection_file, os.getcwd())
    os.execvp(start[0], start)


if __name__ == "__main__":
    main(*sys.argv[1:])
