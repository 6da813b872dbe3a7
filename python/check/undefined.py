"""Names that nothing defines, as CPython itself resolves them."""

import ast
import builtins
import keyword
import sys

from _kaspr_blocks import nearest
from _kaspr_lookups import all_names, bound, looked_up
from _kaspr_scopes import locals_of

UNDEFINED = 310

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


# What may bind or look up any name.
ANY_NAME = frozenset(("exec", "eval", "globals", "__builtins__", "__import__"))


def undefined(check, init, checks):
    """Warns of each name once."""
    blocks = [check] if init is None else [check, init]
    if any(block.names.star or may_bind_any(block.code) for block in blocks):
        return
    if "NameError" in all_names(check.code):
        return  # somebody knows
    known = {"context", "__builtins__", "__annotations__", *dir(builtins)}
    known.update(*(bound(block.code) for block in blocks))
    where, label = "in this block, nor in init", "each record that comes here fails"
    if check.role == "init":
        where, label = "in init", "this line fails"
    seen = set()
    for name, place in looked_up(check.code):
        if name in known or name in seen:
            continue
        if check.is_full():
            return
        seen.add(name)
        near = known | locals_around(check.tree, place)
        advice = advice_on(name, near, [other for other in checks if other is not check])
        check.warn(UNDEFINED, f"'{name}' is not defined {where}", place, label, *advice)


def may_bind_any(code):
    """True if a program may bind names that cannot be seen in it."""
    reflects = ANY_NAME & all_names(code) or {"locals", "vars"} & set(code.co_names)
    return bool(reflects)


def advice_on(name, known, others):
    for other in others:
        if other.names is not None and name in other.names:
            return [f"it is a name of {other.words}: what several blocks use belongs in init"]
    near = [k for k in known if not k.startswith("__") and not keyword.iskeyword(k)]
    if close := nearest(name, near):
        return [close]
    if statement := IMPORTS.get(name) or (name in sys.stdlib_module_names and f"import {name}"):
        return [f"add '{statement}' above the function"]
    return []


def locals_around(tree, place):
    """The local names of the functions around a place: what a misspelt name may have meant."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            begin = (node.lineno, node.col_offset)
            if begin <= place[:2] < (node.end_lineno, node.end_col_offset):
                names |= locals_of(node)
    return names
