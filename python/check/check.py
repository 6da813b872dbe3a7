"""What CPython knows of a block without running it.

`check_agent` looks at init and the other blocks of one agent and returns one report each:

    {"entrypoint": the name to call or "", "per_call": bool, "findings": [...]}

A finding is (code, severity, message, place, label, notes), with place = (line, column, end_line,
end_column), lines from 1, columns in bytes from 0; None is the whole block, "entrypoint" is what
the spec says there.
"""

import ast
import builtins
import keyword
import sys
import warnings

from _kaspr_blocks import CALLABLE, NOT_CALLABLE, Names
from _kaspr_lookups import all_names, bound, looked_up
from _kaspr_once import why_per_call
from _kaspr_scopes import locals_of

SYNTAX, NO_FUNCTION, ENTRYPOINT, PARAMETERS = 301, 302, 303, 304
SEVERAL, OTHER_CHOICE, WARNING, SLOW, UNDEFINED = 305, 306, 307, 308, 310

IMPORTS = {
    "datetime": "from datetime import datetime",
    "date": "from datetime import date",
    "timedelta": "from datetime import timedelta",
    "timezone": "from datetime import timezone",
    "Decimal": "from decimal import Decimal",
    "Enum": "from enum import Enum",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque",
    "namedtuple": "from collections import namedtuple",
    "dataclass": "from dataclasses import dataclass",
    "partial": "from functools import partial",
    "lru_cache": "from functools import lru_cache",
    "uuid4": "from uuid import uuid4",
    "sleep": "from time import sleep",
    "Any": "from typing import Any",
    "Optional": "from typing import Optional",
}


def check_agent(blocks):
    """blocks: [(role, words, text, entrypoint)], role 'init', 'operation' or 'selector'."""
    checks = [Check(*block) for block in blocks]
    init = next((check for check in checks if check.role == "init"), None)
    for check in checks:
        check.run(None if check is init else init, checks)
    return [
        {"entrypoint": check.entrypoint, "per_call": check.per_call, "findings": check.findings}
        for check in checks
    ]


class Check:
    def __init__(self, role, words, text, entrypoint):
        self.role = role
        self.words = words  # "operation 'price'"
        self.text = text
        self.entrypoint = entrypoint
        self.per_call = False
        self.findings = []
        self.tree = self.code = self.names = None
        self._compile()

    def error(self, code, message, place, label="", *notes):
        self.findings.append((code, "error", message, place, label, list(notes)))

    def warn(self, code, message, place, label="", *notes):
        self.findings.append((code, "warning", message, place, label, list(notes)))

    # Compiling.

    def _compile(self):
        nul = self.text.find("\0")
        if nul >= 0:
            return self.error(
                SYNTAX,
                "Python syntax error: source code cannot contain null bytes",
                self._place_of_character(nul),
                "this is a NUL character",
            )
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("ignore")
                warnings.simplefilter("always", SyntaxWarning)
                self.code = compile(self.text, "<block>", "exec", dont_inherit=True)
            self.tree = ast.parse(self.text)
            self.names = Names(self.tree)
        except SyntaxError as e:
            self.code = None
            return self.error(SYNTAX, f"Python syntax error: {e.msg}", self._place_of_error(e))
        except (RecursionError, MemoryError):
            self.code = None
            return self.error(SYNTAX, "Python syntax error: the program is nested too deeply", None)
        except (ValueError, OverflowError) as e:
            self.code = None
            return self.error(SYNTAX, f"Python syntax error: {e}", None)
        for warning in caught:
            self.warn(WARNING, f"Python warns: {warning.message}", self._line(warning.lineno))

    def _place_of_character(self, index):
        line = self.text.count("\n", 0, index)
        start = self.text.rfind("\n", 0, index) + 1
        column = len(self.text[start:index].encode())
        return (line + 1, column, line + 1, column + 1)

    def _line(self, number):
        """A line without its indentation."""
        lines = self.text.splitlines() or [""]
        line = lines[min(number, len(lines)) - 1]
        text = line.strip()
        column = len(line[: len(line) - len(line.lstrip())].encode())
        return (number, column, number, column + max(len(text.encode()), 1))

    def _place_of_error(self, e):
        lines = self.text.split("\n")
        if not e.lineno or e.lineno > len(lines):
            return self._line(len(self.text.splitlines()) or 1)
        if isinstance(e, TabError) or e.msg.startswith(("unindent", "unexpected indent")):
            return self._line(e.lineno)  # CPython points at the end of the line, or before it
        line = lines[e.lineno - 1]
        # With a continued line, CPython's text holds the lines before it too.
        text = (e.text or "").rstrip("\r\n").rpartition("\n")[2]
        if not e.offset or e.offset < 1 or text not in line:
            return self._line(e.lineno)  # an expression of an f-string, with columns of its own
        begin = len(line[: e.offset - 1].encode())
        end = begin + 1
        if e.end_lineno == e.lineno and e.end_offset and e.end_offset > e.offset:
            end = len(line[: e.end_offset - 1].encode())
        return (e.lineno, begin, e.lineno, end)

    # Looking.

    def run(self, init, checks):
        if self.code is None or (init is not None and init.code is None):
            return
        if self.role == "init":
            self._choose_init()
        else:
            self._choose(init)
        self._undefined(init, checks)
        if self.role == "operation":
            self._how_often(init)

    def _choose_init(self):
        """The function that runs after the block, if any (D3)."""
        if self.entrypoint:
            chosen = self._named(None)
            if chosen is not None:
                self._takes(chosen, 0, place="entrypoint")
        elif (
            (found := self.names.get("init"))
            and found.kind == "function"
            and required(found.node) == []
        ):
            self.entrypoint = "init"

    def _choose(self, init):
        """The function that is called with each value (D1)."""
        if self.entrypoint:
            chosen = self._named(init)
            if chosen is not None:
                self._takes(chosen, 1, place=None if chosen.name in self.names else "entrypoint")
            return
        functions = self.names.functions()
        certain = functions or [name for name in self.names if name.kind in CALLABLE]
        maybe = [name for name in self.names if name.kind == "unknown"]
        maybe = maybe or [name for name in self.names if name.kind == "imported"]
        if certain:
            self._settle(certain[0], functions, init)
        elif maybe:
            # Only running it can tell; if there is a choice, the first that is callable.
            self.entrypoint = maybe[0].name if len(maybe) == 1 else ""
        elif not self.names.star:
            first = self.tree.body[0] if self.tree.body else None
            place = None
            if first is not None:
                place = (first.lineno, first.col_offset, first.end_lineno, first.end_col_offset)
            elif self.text.strip():
                place = self._place_of_character(len(self.text) - len(self.text.lstrip()))
            self.error(
                NO_FUNCTION,
                f"the python of {self.words} defines no function",
                place,
                "write 'def name(value): ...'",
            )

    def _settle(self, chosen, functions, init):
        self.entrypoint = chosen.name
        if not self._takes(chosen, 1):
            return
        kaspr = self._choice_of_kaspr(init)
        notes = []
        if kaspr is not None and kaspr[0] != chosen.name:
            notes.append(
                f"Kaspr would call '{kaspr[0]}'{kaspr[1]}; "
                f"'entrypoint: {chosen.name}' makes both the same"
            )
        if len(functions) > 1:
            names = ", ".join(f"'{name.name}'" for name in functions)
            self.warn(
                SEVERAL,
                f"the python of {self.words} defines several functions: {names}",
                name_place(chosen, self.text),
                "this one is called, the first; 'entrypoint' says so or chooses another",
                *notes,
            )
        elif notes:
            self.findings.append(
                (
                    OTHER_CHOICE,
                    "remark",
                    f"{self.words} calls '{chosen.name}', the first function of its own block",
                    name_place(chosen, self.text),
                    "",
                    notes,
                )
            )

    def _choice_of_kaspr(self, init):
        """(name, where): the first callable of init's names and then the block's."""

        def callable_in(names):
            for name in names:
                if name.kind in CALLABLE or name.kind == "imported" and not name.name.isupper():
                    return name.name
            return None

        if self.role == "operation" and init is not None and (name := callable_in(init.names)):
            return name, " of init"
        name = callable_in(self.names)
        return (name, "") if name else None

    def _named(self, init):
        """What the spec's entrypoint names, or None after an error."""
        found = self.names.get(self.entrypoint) or (init and init.names.get(self.entrypoint))
        if found is None:
            if self.names.star or (init is not None and init.names.star):
                return None
            where = "in init" if self.role == "init" else "in this block, nor in init"
            visible = [*self.names, *(init.names if init is not None else ())]
            known = [n.name for n in visible if n.kind not in NOT_CALLABLE]
            label = nearest(self.entrypoint, known)
            self.error(
                ENTRYPOINT,
                f"entrypoint is not defined {where}: '{self.entrypoint}'",
                "entrypoint",
                label,
            )
        elif found.kind in NOT_CALLABLE:
            self.error(
                ENTRYPOINT,
                f"entrypoint is not a function: '{self.entrypoint}'",
                "entrypoint",
                "name a function of this block",
            )
            found = None
        return found

    def _takes(self, chosen, count, place=None):
        """False, and an error, if the function cannot take `count` positional arguments."""
        node = chosen.node
        if chosen.kind not in ("function", "lambda") or getattr(node, "decorator_list", None):
            return True
        needed = required(node)
        arguments = node.args
        most = len(arguments.posonlyargs) + len(arguments.args)
        keywords = [a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d is None]
        place = place or name_place(chosen, self.text)
        title = f"'{chosen.name}'"
        if keywords:
            wants = ", ".join(f"'{k}'" for k in keywords)
            message = f"{title} needs an argument by keyword, which nobody gives: {wants}"
            label = "give it a default"
        elif len(needed) > count:
            wants = ", ".join(f"'{n}'" for n in needed)
            gets = "one, the value" if count else "none"
            number = f"{len(needed)} argument{'s' * (len(needed) > 1)}"
            message = f"{title} wants {number} but gets {gets}: {wants}"
            label = "give the others a default" if count else "write it without parameters"
        elif count > most and arguments.vararg is None:
            message = f"{title} takes no argument but gets the value"
            label = "write 'lambda value: ...'"
            if chosen.kind == "function":
                label = f"write 'def {chosen.name}(value):'"
        else:
            return True
        self.error(PARAMETERS, message, place, label)
        return False

    def _undefined(self, init, checks):
        """Warns of names that nothing defines, as CPython itself resolves them."""
        if self.names.star or (init is not None and init.names.star):
            return
        known = {"context", "__builtins__", "__annotations__", *dir(builtins)} | bound(self.code)
        if init is not None:
            known |= bound(init.code)
        seen = {"NameError"} if "NameError" in all_names(self.code) else set()
        if seen or {"exec", "globals"} & all_names(self.code):
            return
        for name, place in looked_up(self.code):
            if name in known or name in seen:
                continue
            seen.add(name)
            where = "in init" if self.role == "init" else "in this block, nor in init"
            self.warn(
                UNDEFINED,
                f"'{name}' is not defined {where}",
                place,
                "each record that comes here fails" if self.role != "init" else "this line fails",
                *self._advice(name, known | locals_around(self.tree, place), checks),
            )

    def _advice(self, name, known, checks):
        for other in checks:
            if other is not self and other.names is not None and name in other.names:
                return [f"it is a name of {other.words}: what several blocks use belongs in init"]
        near = [k for k in known if not k.startswith("__") and not keyword.iskeyword(k)]
        if close := nearest(name, near):
            return [close]
        if statement := IMPORTS.get(name) or (name in sys.stdlib_module_names and f"import {name}"):
            return [f"add '{statement}' above the function"]
        return []

    def _how_often(self, init):
        reason = why_per_call(self.tree, self.names, init and init.tree, init and init.names)
        if reason is None:
            return
        self.per_call = True
        node, why = reason
        place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        self.warn(
            SLOW,
            f"the whole block of {self.words} runs again for every event, which is slow",
            place,
            why,
            "what is made once belongs in init, what is made for each event in the function",
        )


def required(function):
    """The names of the positional parameters without a default."""
    positional = [*function.args.posonlyargs, *function.args.args]
    return [a.arg for a in positional[: len(positional) - len(function.args.defaults)]]


def name_place(name, text):
    """Where a definition says its name."""
    node = name.node
    if name.kind not in ("function", "class"):
        return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    line = text.split("\n")[node.lineno - 1].encode()
    at = line.find(name.name.encode(), node.col_offset + 3)
    if at < 0:
        return (node.lineno, node.col_offset, node.lineno, node.col_offset + 3)
    return (node.lineno, at, node.lineno, at + len(name.name.encode()))


def locals_around(tree, place):
    """The local names of the functions around a place: what a misspelt name may have meant."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            begin = (node.lineno, node.col_offset)
            if begin <= place[:2] < (node.end_lineno, node.end_col_offset):
                names |= locals_of(node)
    return names


def nearest(name, candidates):
    import difflib

    close = difflib.get_close_matches(name, candidates, 1)
    return f"did you mean '{close[0]}'?" if close else ""
