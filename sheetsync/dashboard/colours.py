"""The colours of the dashboard, the same wherever it lives; the legend of the guide names them."""

from __future__ import annotations

#: Yellow is typed by the team, grey is written by sheetsync.
YELLOW, PALE_YELLOW, GREY, RULE = "#FFE699", "#FFF9E3", "#E7E6E6", "#BFBFBF"
TYPED, WRITTEN, COMPUTED, MUTED, DIM = "#1F4E9E", "#595959", "#000000", "#D9D9D9", "#404040"
#: The one accent, and the signals: colours that nearly everybody can tell apart.
ACCENT, UP, DOWN = "#0B5394", "#0B5394", "#B45F06"
LATE, LATE_TEXT, WAITS = "#FCE5CD", "#7F4A0A", "#EFEFEF"
#: Of the lines in a chart.
LINES = ("#0B5394", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
