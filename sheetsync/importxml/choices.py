"""What Google's documents leave open, each a choice with its default and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Children = Literal["columns", "joined"]
Tree = Literal["either", "browser", "written"]
Names = Literal["prefixed", "local"]
Blanks = Literal["kept", "dropped"]
Counts = Literal["whole", "decimal"]
UnknownLocale = Literal["refused", "sheet"]
Merged = Literal["once", "repeated"]
Items = Literal["all", "dozen"]
DOZEN = 12


@dataclass(frozen=True, slots=True)
class Choices:
    """How to read where no document of Google's says how.

    * ``children`` – an element with others inside: a column for each of them and for each run of
      text between (``columns``: users report text "spread over several cells"), or one cell
      (``joined``).
    * ``tree`` – the tree that browsers build, which adds ``tbody`` and missing rows (``browser``),
      the page as it is written (``written``), or the second where the first has no match
      (``either``: formulas written from the page's source and from a browser's inspector both
      work).
    * ``names`` – ``name()`` with its prefix, as XPath has it (``prefixed``), or without
      (``local``).
    * ``blanks`` – a match without text is a blank row (``kept``: two columns of one page stay side
      by side), or none (``dropped``).
    * ``counts`` – a number that XPath works out: 2 (``whole``) or 2.0 (``decimal``).
    * ``unknown_locale`` – a locale code that Unicode's CLDR does not have is an error
      (``refused``: a number read in the wrong locale is a wrong number), or the sheet's locale is
      used (``sheet``).
    * ``merged`` – a merged cell of a table has its text once, top left, as in a sheet (``once``),
      or in every place (``repeated``).
    * ``items`` – IMPORTFEED without ``num_items`` gives all that the feed has (``all``: nothing is
      left out unsaid), or the first twelve (``dozen``: a manual says that Google gives "about a
      dozen, not all").
    """

    children: Children = "columns"
    tree: Tree = "either"
    names: Names = "prefixed"
    blanks: Blanks = "kept"
    counts: Counts = "whole"
    unknown_locale: UnknownLocale = "refused"
    merged: Merged = "once"
    items: Items = "all"
