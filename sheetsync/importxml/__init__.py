"""Google's IMPORT formulas outside Google: a formula and a page in, rows of typed cells out.

    from sheetsync import importxml

    html = "<ul><li>1.031</li><li>969</li></ul>"
    importxml.evaluate('=IMPORTXML("https://example.com/"; "//li"; "nl_NL")', html).values
        [[1031], [969]]

Nothing is fetched here, and there is no bound in time: `Worker` evaluates in a process of its own
that is killed at its deadline. Where there is no value, `NoValue` says why (``reason``,
``message``, ``hint``) and what a sheet would show (``cell``: ``#N/A``, ``#REF!``, …).
"""

from __future__ import annotations

from sheetsync.importxml.call import CellOf, Import, to_import
from sheetsync.importxml.cells import Cell, Value
from sheetsync.importxml.choices import Choices
from sheetsync.importxml.content import Content
from sheetsync.importxml.evaluate import evaluate
from sheetsync.importxml.failure import NoValue, Reason
from sheetsync.importxml.formula import Formula, Reference, parse_formula
from sheetsync.importxml.result import Result
from sheetsync.importxml.worker import Worker

__all__ = [
    "Cell",
    "CellOf",
    "Choices",
    "Content",
    "Formula",
    "Import",
    "NoValue",
    "Reason",
    "Reference",
    "Result",
    "Value",
    "Worker",
    "evaluate",
    "parse_formula",
    "to_import",
]
