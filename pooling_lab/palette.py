"""The one palette: of pictures, explorers, plots, verdicts and reports.

No two things are told apart by colour alone, and what stands on a page that may be light or dark
has one colour that is seen on both.
"""

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1b1b1b",
    "muted": "#565656",
    "line": "#767676",
    "read": "#fff0c2",
    "read-edge": "#b45309",
    "best": "#ffc861",
    "here": "#cfe6fa",
    "here-edge": "#0063a8",
    "pad": "#efefef",
    "error": "#a3150f",
}
DARK = {
    "paper": "#181a1f",
    "ink": "#f2f2f2",
    "muted": "#b8b8b8",
    "line": "#8c8c8c",
    "read": "#4a380e",
    "read-edge": "#f0a742",
    "best": "#7d5400",
    "here": "#123f63",
    "here-edge": "#6cb8f5",
    "pad": "#2c2f36",
    "error": "#ff9c94",
}
# Lines in plots: after Okabe and Ito (2008), darkened until each stands 3:1 out from white.
SERIES = ("#0072b2", "#d55e00", "#007f5f", "#aa3377", "#7a6a00", "#1b1b1b")
# What an answer came to, and edges of cells, on light pages and dark ones.
VERDICTS = {
    "passed": "#1a8f3c",
    "wrong": "#d1495b",
    "not attempted": "#808080",
    "error": "#b7791f",
}
NEUTRAL = VERDICTS["not attempted"]
# Parts of a bar in a report, on white.
SHARES = {
    "right": LIGHT["here"],
    "partly right": "#e8f3fc",
    "wrong": LIGHT["best"],
    "not attempted": LIGHT["paper"],
    "waits for a person": "#e4e4e4",
}
