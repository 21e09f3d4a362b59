"""Tables, written in one place: as HTML for verdicts and reports, as Markdown for lists of lessons.

What stands in a cell is HTML or Markdown already: who calls says what a text means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(html: str, style: str, tag: str = "td") -> str:
    """Return a cell of an HTML table."""
    return f"<{tag} style='{style}'>{html}</{tag}>"


def grid(rows: Iterable[Iterable[str]], caption: str = "", place: str = "") -> str:
    """Return an HTML table of cells in rows, without lines of its own.

    Parameters
    ----------
    rows
        The cells, each as `cell` writes it.
    caption
        What stands above it, as HTML.
    place
        How it stands on the page, as CSS.
    """
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    above = f"<caption style='text-align:left;white-space:nowrap'>{caption}</caption>"
    return (
        f"<table style='border-collapse:collapse;{place}'>{above if caption else ''}"
        f"<tbody>{body}</tbody></table>"
    )


def markdown(heads: Sequence[str], sides: str, rows: Iterable[Sequence[object]]) -> str:
    r"""Return a table in Markdown.

    Parameters
    ----------
    heads
        What stands above each column.
    sides
        A letter for each column: ``l`` for left, ``r`` for right, ``-`` for as it comes.
    rows
        What stands in each cell; a bar in it is written so that it ends no cell.

    Examples
    --------
    >>> print(markdown(["claim", "n"], "lr", [["a|b", 3], ["", 4]]))
    | claim | n |
    |:---|---:|
    | a\|b | 3 |
    | | 4 |
    """
    lines = {"l": ":---", "r": "---:", "-": "---"}
    above = [_line(heads), f"|{'|'.join(lines[side] for side in sides)}|"]
    return "\n".join([*above, *map(_line, rows)])


def _line(cells: Sequence[object]) -> str:
    texts = (str(one).replace("|", r"\|") for one in cells)
    return "".join(f"| {text} " if text else "| " for text in texts) + "|"
