"""A course on pooling layers: opens it, lists it, checks the set-up, starts a lesson again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import course

COMMANDS = ("lab", "contents", "check", "reset", "hosted")


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands and return the exit code; without a name it is ``lab``."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words = ["lab", *words]
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    if rest and options.command != "lab":
        parser.error(f"unknown words: {' '.join(rest)}")
    try:
        return _run(options, rest)
    except course.CourseError as problem:
        print(problem, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pooling-lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser(
        "lab", help="make your copies and open JupyterLab where you left it (also without a name)"
    )
    contents = commands.add_parser("contents", help="list the lessons and what you have done")
    commands.add_parser("check", help="look whether everything the course needs is there")
    reset = commands.add_parser("reset", help="start one lesson again; your old copy is kept")
    reset.add_argument("lesson", help="the lesson's number, for instance 02")
    hosted = commands.add_parser(
        "hosted", help="write the lessons for Colab and Kaggle, each with a cell that installs"
    )
    hosted.add_argument("folder", type=Path, help="where to; made if it is not there")
    for command in (lab, contents, reset):
        command.add_argument(
            "--folder", type=Path, help=f"where you work (usually {course.usual_folder()})"
        )
    return parser


def _run(options: argparse.Namespace, rest: list[str]) -> int:
    if options.command == "check":
        return 0 if course.check_setup() else 1
    if options.command == "hosted":
        for path in course.write_hosted(course.originals(), options.folder):
            print(path)
        return 0
    home = course.find_home(options.folder)
    if options.command == "lab":
        return course.open_lab(rest, home)
    print(course.reset(options.lesson, home) if options.command == "reset" else course.table(home))
    return 0


if __name__ == "__main__":
    sys.exit(main())
