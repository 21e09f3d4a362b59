"""Print, for every exercise, how many wrong answers were tried, rejected and named, and how long.

python tests/exercises/report.py
"""

import statistics
import time

from test_exercises import ALL, SOLUTIONS, exercises, mistaken, real_pairs, singles, tasks


def timed(call):
    started = time.perf_counter()
    result = call()
    return result, 1000 * (time.perf_counter() - started)


def row(id):
    times, counts = [], []
    for wrongs in (singles(exercises.get(id)), None):
        tried = rejected = named = 0
        for task in tasks(id)[: None if wrongs else 3]:
            for wrong in wrongs or real_pairs(task):
                verdict, took = timed(lambda: task.check(mistaken(task, wrong)))  # noqa: B023
                times.append(took)
                tried += 1
                rejected += not verdict.passed
                named += set(verdict.misconceptions) == wrong
        counts.append((tried, rejected, named))
    right = SOLUTIONS.get(id, [exercises.show(id).exercise.solution])
    refused = sum(not exercises.check(id, one).passed for one in SOLUTIONS.get(id, []))
    return id, len(exercises.get(id).misconceptions), *counts, len(right), refused, times


HEADINGS = (
    "exercise",
    "misconceptions",
    "tried, rejected, named",
    "two at once",
    "right, refused",
    "median ms, worst ms",
)


def main():
    print("|", " | ".join(HEADINGS), "|")
    print("|---" * len(HEADINGS), "|", sep="")
    for id in ALL:
        name, known, alone, both, right, refused, times = row(id)
        median, worst = statistics.median(times), max(times)
        cells = (name, known, alone, both, (right, refused), (round(median, 1), round(worst, 1)))
        print("|", " | ".join(str(cell).strip("()") for cell in cells), "|")


if __name__ == "__main__":
    main()
