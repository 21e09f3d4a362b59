"""How long a verdict takes, in seconds of one processor: for wrong functions, and for answers.

The wrong functions are those that the tests keep (`wrong_functions`), the answers those
of every misconception. What is remembered between two checks (edits of the worked solutions, what
those read) is there before anything is timed, as it is for a class.

The bar: 0.05 s for answers and 0.3 s for code as the median, 2 s as the worst of all.

python tests/benchmarks/verdict_times.py
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # torch's other threads spin while they wait

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "exercises"))

from test_exercises import ANSWERS, CODE, mistaken, singles
from wrong_functions import WRONG

from pooling_lab import exercises


def of_functions(id):
    return [function for _, function, _ in WRONG[id]]


def of_answers(id):
    task = exercises.show(id)
    return [mistaken(task, wrong) for wrong in singles(task.exercise)]


def timed(id, answer):
    started = time.process_time()  # other work on the machine does not count
    exercises.check(id, answer)
    return time.process_time() - started


def main():
    print("| exercise | verdicts | median, s | worst, s |\n|---|---|---|---|")
    missed = []
    for ids, answers, bar in ((ANSWERS, of_answers, 0.05), (CODE, of_functions, 0.3)):
        every = []
        for id in ids:
            given = answers(id)
            for answer in given[:1]:
                timed(id, answer)
            times = [timed(id, answer) for answer in given]
            if times:
                print(
                    f"| {id} | {len(times)} | {statistics.median(times):.3f} | {max(times):.3f} |"
                )
            every += times
        median, worst = statistics.median(every), max(every)
        kind = "functions" if ids is CODE else "answers"
        print(f"| **all {kind}** | {len(every)} | {median:.3f} | {worst:.3f} |")
        missed += [kind] * (median > bar or worst > 2)
    print("\nMissed bars: " + ("; ".join(missed) or "none"))


if __name__ == "__main__":
    main()
