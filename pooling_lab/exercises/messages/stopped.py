"""What is said when code stopped, ran for too long, or gave nothing that can be read."""

from __future__ import annotations

from ..diagnosis import Attempt
from ..guarded_run import MEMORY_LIMIT, TIME_LIMIT, Outcome, Trouble
from .calls import call

STOPPED = {
    "TimeUp": (
        f"It was still running after {TIME_LIMIT:g} seconds and was interrupted{{where}}.",
        "Either a loop there never comes to its end, or it does far more work than it needs.",
        "Look at what has to change for that loop to stop, and print it once per turn.",
    ),
    "RecursionError": (
        "It called itself again and again until Python gave up{where}.",
        "A function that calls itself needs a case in which it stops, and each call must come "
        "nearer to it.",
    ),
    "MemoryError": (
        f"It asked for more than {MEMORY_LIMIT // 2**30} GiB of memory{{where}}.",
        "The input has only a few numbers, so an array there has far too large a shape.",
        "Print the shape before you make the array.",
    ),
    "SystemExit": (
        "It wanted to end the program or to wait for the keyboard: {text}{where}.",
        "It was kept from that, since it would stop the whole notebook. Return the result instead.",
    ),
    "WrongSignature": (
        "It could not be called: {text}.",
        "The check calls {call}: the names are free, their number and order are not.",
    ),
    "NotNumbers": (
        "The result cannot be read as numbers: {text}.",
        "Return a number, a list of lists, a NumPy array or a torch tensor.",
    ),
    "TooMany": (
        "The result holds {text}, and the task asks for far fewer.",
        "Print its shape: where does it become so large?",
    ),
    "NoOrder": (
        "The result is {text}, and that keeps neither an order nor what comes twice.",
        "Return a list, a tuple or an array instead.",
    ),
    "Emptied": (
        "{call} looked for the largest or smallest of no numbers at all{where}.",
        "A window or slice there is empty: it starts beyond the last row or column, or it ends "
        "where it starts or before.",
        "Print its first and last row and column, and the array's shape: which of them is too far?",
    ),
    "NoTensor": (
        "{call} stopped with {kind}: {text}{where}.",
        "What comes in is a NumPy array, and torch works with tensors: `torch.from_numpy(x)` makes "
        "one, of the same dtype.",
    ),
}
PAPER = {
    "NotNumbers": (
        "Your answer cannot be read as numbers: {text}.",
        "Write a number, or a list of numbers in square brackets, as the task says.",
    ),
    "TooMany": (
        "Your answer holds {text}, and the task asks for far fewer.",
        "The end of the task says how many numbers to write.",
    ),
    "TimeUp": (
        f"Your answer could not be read within {TIME_LIMIT:g} seconds.",
        "Write a number, or a list of numbers in square brackets, as the task says.",
    ),
    "NoOrder": (
        "Your answer is in curly brackets. That makes a set, which keeps neither an order nor "
        "what comes twice.",
        "Use round or square brackets instead.",
    ),
}
_RAISED = (
    "{call} stopped with {kind}: {text}{where}.",
    "Call your function with that input yourself, and print what stands in that line before it "
    "stops.",
)
_LIVES_ON = (
    "It is within one long call that cannot be interrupted and goes on in the background; "
    "*Kernel → Restart* ends it."
)
_LIBRARY_WORDS = {
    # NumPy, Python, Python from 3.12 on, torch
    "Emptied": (
        *("zero-size array", "empty sequence", "argument is empty", "Expected reduction dim"),
    ),
    # torch calls `x.size()`, which is a number of NumPy's
    "NoTensor": (
        *("'int' object is not callable (within torch)", "must be Tensor, not numpy.ndarray"),
        "'numpy.ndarray' object has no attribute 'dim'",
    ),
}


def stopped(attempt: Attempt, at: int) -> list[str]:
    """Return what is said about code that gave no result for input number ``at``."""
    outcome, case = attempt.outcomes[at], attempt.cases[at]
    trouble = outcome.trouble or Trouble("", "")
    words = {
        "kind": trouble.kind,
        "text": trouble.text or "no message",
        "where": _where(trouble),
        "call": call(attempt.exercise, case) if attempt.is_code else "",
    }
    texts = STOPPED if attempt.is_code else PAPER
    otherwise = _RAISED if attempt.is_code else PAPER["NotNumbers"]
    lines = [line.format(**words) for line in texts.get(_kind(trouble), otherwise)]
    if attempt.run.lives_on:
        lines.append(_LIVES_ON)
    return lines + printed(outcome)


def _kind(trouble: Trouble) -> str:
    """Return what to say about it: a library's words for an empty window help nobody."""
    for kind, texts in _LIBRARY_WORDS.items():
        if any(words in trouble.text for words in texts):
            return kind
    return trouble.kind


def _where(trouble: Trouble) -> str:
    if trouble.line is None:
        return ""
    source = f": `{trouble.source}`" if trouble.source else ""
    return f", in line {trouble.line}{source}"


def printed(outcome: Outcome) -> list[str]:
    """Return the line about what was printed, if anything was."""
    text = " ⏎ ".join(outcome.printed.split("\n")).strip(" ⏎")
    return [f"It printed: {text[:150]}{'…' * (len(text) > 150)}"] if text else []
