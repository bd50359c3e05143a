"""The same JavaScript in fewer letters: no comments, no line ends, one or two letters for a name.

For the saver's source only, which keeps to this: every statement ends in ; or }, no template
strings, no names in {braces} without a colon, no two signs of + or - in a row. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count, pairwise
from string import ascii_letters

#: A slash begins a pattern where a value is due: behind these, with a space or without.
_PATTERN = r"/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*"
_TOKEN = re.compile(
    rf"""(?P<drop>//[^\n]*|/\*[^*]*\*/|\s+)
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<regex>(?<=[(=,:&|?!]){_PATTERN}|(?<=[(=,:&|?!]\ ){_PATTERN})
    |(?P<word>[\w$]+)
    |(?P<sign>=>|\.\.\.|.)""",
    re.VERBOSE,
)
_Token = tuple[str, str]


def shortened(code: str) -> str:
    """Return ``code`` as one line that does the same."""
    tokens = [(m.lastgroup or "", m[0]) for m in _TOKEN.finditer(code) if m.lastgroup != "drop"]
    tokens = _joined(tokens)
    names = _names(tokens)
    words = [
        names.get(text, text) if kind == "word" and not _is_key(tokens, at) else text
        for at, (kind, text) in enumerate(tokens)
    ]
    spaced = (
        a + " " if re.match(r"[\w$]", a[-1]) and re.match(r"[\w$]", b) else a
        for a, b in pairwise([*words, ";"])
    )
    return "".join(spaced).replace(";}", "}")


def _joined(tokens: list[_Token]) -> list[_Token]:
    """``const a = 1; const b = 2;`` as one statement, and texts that + joins as one text."""
    found: list[_Token] = []
    begun = [""]  # the first word of the statement, for each bracket that is open
    ended = ""  # that of the statement before
    for kind, text in tokens:
        last = [each for _, each in found[-2:]]
        if text == "const" == ended and last[-1:] == [";"]:
            found[-1] = ("sign", ",")
        elif kind == "text" and last[1:] == ["+"] and text[0] == last[0][0] == "'":
            found[-2:] = [("text", last[0][:-1] + text[1:])]
        else:
            found.append((kind, text))
        begun[-1] = begun[-1] or text
        if text in ("(", "[", "{"):
            begun.append("")
        elif text in (")", "]", "}"):
            begun.pop()
        if text == ";" or (text == "}" and begun[-1] != "const"):
            ended, begun[-1] = begun[-1], ""
    return found


def _is_key(tokens: list[_Token], at: int) -> bool:
    """After a dot, or before the colon in {key: value}."""
    before = tokens[at - 1][1] if at else ""
    after = tokens[at + 1][1] if at + 1 < len(tokens) else ""
    return before == "." or (after == ":" and before in ("{", ","))


def _names(tokens: list[_Token]) -> dict[str, str]:
    """The shortest names for those that occur most often."""
    declared = set(_declared(tokens))
    words = Counter(t for i, (k, t) in enumerate(tokens) if k == "word" and not _is_key(tokens, i))
    free = (name for name in _short() if name not in words.keys() - declared)
    return {name: next(free) for name, _ in words.most_common() if name in declared}


def _short() -> Iterator[str]:
    for size in count():
        for letter in ascii_letters:
            yield f"{letter}{size or ''}"


def _declared(tokens: list[_Token]) -> Iterator[str]:
    """The names after const and let, in a catch, and those of parameters."""
    depth: list[int] = []
    for at, (_, text) in enumerate(tokens):
        after = [t for _, t in tokens[at + 1 : at + 3]]
        if text in "([{":
            depth.append(at)
        elif text in ")]}" and depth:
            start = depth.pop()
            lead = tokens[start - 1][1] if start else ""
            made = after[:1] == ["="] and after[1:] != ["="] and lead == ","  # , [b, c] = d
            if after[:1] == ["=>"] or lead in ("const", "let", "catch") or made:
                yield from (t for kind, t in tokens[start:at] if kind == "word")
        elif after[:1] == ["=>"] or (at and tokens[at - 1][1] in ("const", "let")):
            yield text
        elif at and tokens[at - 1][1] == "," and after[:1] == ["="] and after[1:] != ["="]:
            yield text  # const a = 1, b = 2
