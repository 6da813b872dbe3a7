"""Modules of Python's library that have primitives, and whether anybody puts something else in them.

A name stands for what an import binds, and that is the library's own if nothing replaced it. What a
block says is looked at here, and what the modules hold when a graph is translated. At run time it is
taken for granted: that none of the user's own modules, which blocks import, changes a module of
Python's library.
"""

import ast
import importlib
import math
import sys

HASHES = frozenset("md5 sha1 sha224 sha256 sha384 sha512 blake2b".split())
MATH = frozenset(
    "floor ceil trunc isnan isinf isfinite fabs sqrt exp log log2 log10 sin cos tan asin acos atan "
    "atan2 radians degrees pow fmod copysign".split()
)
CONSTANTS = {f"math.{name}": getattr(math, name) for name in "pi e tau inf nan".split()}
KNOWN = frozenset(
    "datetime.UTC datetime.datetime datetime.timedelta datetime.timezone hashlib.new json.dumps "
    "json.loads json.JSONDecodeError time.time time.time_ns uuid.uuid4".split()
)
KNOWN |= {f"hashlib.{name}" for name in HASHES} | {f"math.{name}" for name in MATH} | set(CONSTANTS)
MODULES = frozenset(path.partition(".")[0] for path in KNOWN)  # that functions may import
KNOWN |= frozenset(f"re.{name}" for name in "match search fullmatch sub subn split findall escape compile".split())
KNOWN |= frozenset(("datetime.date", "datetime.time"))

# What may change an attribute without naming it.
CHANGING_NAMES = frozenset("setattr delattr vars __import__".split())
CHANGING_ATTRIBUTES = frozenset(
    "__dict__ __setattr__ __delattr__ modules reload import_module".split()
)
CHANGING_MODULES = frozenset("ctypes freezegun gc importlib mock time_machine unittest".split())

_first = {}  # "time.time" -> what it was when it was first asked for


class Changes:
    """What the blocks of a graph may do to modules: all of them, for they share the modules."""

    def __init__(self, texts):
        self.attributes = set()  # that somebody binds, of whatever
        self.any = ""  # what may bind any
        for text in texts:
            for node in ast.walk(ast.parse(text)):
                self._look(node)

    def _look(self, node):
        if isinstance(node, ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                self.attributes.add(node.attr)
            elif node.attr in CHANGING_ATTRIBUTES:
                self.any = node.attr
        elif isinstance(node, ast.Name) and node.id in CHANGING_NAMES:
            self.any = node.id
        elif isinstance(node, ast.Import):
            self._import([alias.name for alias in node.names])
        elif isinstance(node, ast.ImportFrom):
            self._import([node.module or ""])
            self.any = next((a.name for a in node.names if a.name in CHANGING_ATTRIBUTES), self.any)

    def _import(self, modules):
        tops = {module.partition(".")[0] for module in modules}
        self.any = next(iter(sorted(tops & CHANGING_MODULES)), self.any)

    def why(self, path):
        """Why what a path begins with may be something else than Python's, or ''."""
        known = ".".join(path.split(".")[:2])
        if known not in KNOWN:
            return ""
        changed = next((part for part in path.split(".")[1:] if part in self.attributes), "")
        if changed:
            return f"'{changed}' of '{path}' may be changed"
        if self.any:
            return f"'{self.any}' may change '{path}'"
        return "" if _is_genuine(known) else f"'{path}' was changed"


def _is_genuine(path):
    """Is it what it was, and from where it should be?"""
    module, _, name = path.partition(".")
    if path in CONSTANTS:
        return getattr(sys.modules.get(module), name, None) is CONSTANTS[path]
    if path not in _first:
        found = getattr(importlib.import_module(module), name, None)
        home = getattr(found, "__module__", None) or type(found).__module__
        homes = module, f"_{module}", "_blake2"
        _first[path] = found if home.partition(".")[0] in homes else None
    return _first[path] is not None and getattr(sys.modules.get(module), name, None) is _first[path]
