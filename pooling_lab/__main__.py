"""What `make lab` and `make reset` call, and what a Windows user types instead."""

from __future__ import annotations

import argparse
import sys

from . import course


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three commands and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pooling_lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lab", help="make your own copies and open JupyterLab on lesson 00")
    commands.add_parser("check", help="look whether everything the course needs is there")
    reset = commands.add_parser("reset", help="start one lesson again; your old copy is kept")
    reset.add_argument("lesson", help="the lesson's number, for instance 02")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "lab":
        parser.error(f"unknown words: {' '.join(rest)}")
    try:
        if options.command == "lab":
            return course.open_lab(rest)
        if options.command == "reset":
            print(course.reset(options.lesson))
            return 0
        return 0 if course.check_setup() else 1
    except course.CourseError as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
