"""Functions of the user as text of ir::Expr, or why they stay in Python.

`translate_agent` looks at all blocks of one agent, and gives for each

    {"expr": text or "", "why": text, "place": (line, column, end_line, end_column) or None}

with the place in the block, as check.py has it. Nothing of the user runs.
"""

import ast

from _kaspr_blocks import Names, place_of
from _kaspr_emit import Untranslated
from _kaspr_origins import Origins
from _kaspr_rewrite import rewritten
from _kaspr_scope import Scope
from _kaspr_statements import Function


def translate_agent(blocks, primitives, changes, asks_python):
    """blocks: [(name, role, text, entrypoint, per_call)] that compile, role 'init' or other;
    primitives: name -> (fewest, most) operands; changes: library.Changes, of all agents;
    asks_python: may CPython be asked for parts of functions?"""
    trees = rewritten([ast.parse(block[2]) for block in blocks])
    names = [Names(tree) for tree in trees]
    init = next((i for i, block in enumerate(blocks) if block[1] == "init"), None)
    results = []
    for i, (name, role, _, entrypoint, per_call) in enumerate(blocks):
        if role == "init":
            results.append(_result("", "init runs in CPython", None))
            continue
        above = (None, None, None) if init is None else (blocks[init][0], trees[init], names[init])
        origins = Origins(trees[i], names[i], *above[1:])
        scope = Scope(name, trees[i], names[i], above, origins, trees, changes, asks_python)
        results.append(_translate(scope, entrypoint, per_call, primitives))
    return results


def _result(expr, why, place):
    return {"expr": expr, "why": why, "place": place}


def _translate(scope, entrypoint, per_call, primitives):
    definition = scope.function(entrypoint)
    try:
        if definition is None:
            return _result("", scope.why_no_function(entrypoint), None)
        if per_call:
            return _result("", "its block runs again for every event", place_of(definition))
        scope.check(definition)
        return _result(Functions(scope, primitives).main(definition), "", None)
    except Untranslated as e:
        return _result("", e.why, place_of(e.node))
    except RecursionError:
        return _result("", "it is nested too deeply", None)


class Functions:
    """A function and those that it calls, each behind its callers."""

    def __init__(self, scope, primitives):
        self.scope = scope
        self.primitives = primitives
        self.texts = {}  # name -> text
        self.order = []  # callees first
        self.open = []  # those being translated
        self.has_try = any(isinstance(n, ast.Try) for tree, _ in scope.layers for n in ast.walk(tree))

    def main(self, definition):
        function = Function(definition, self.scope, self, self.primitives, False)
        needed = len(function.parameters) - len(definition.args.defaults)
        self.open.append(definition.name)
        text = function.translate(definition.name, max(needed, min(len(function.parameters), 1)))
        return "\n\n".join([text, *(self.texts[name] for name in reversed(self.order))]) + "\n"

    def require(self, definition, node):
        name = definition.name
        if name in self.open:
            raise Untranslated(node, "a function that calls itself")
        if name in self.texts:
            self.order.remove(name)  # behind this caller too
            self.order.insert(0, name)
            return
        function = Function(definition, self.scope, self, self.primitives, self.has_try)
        if function.generator:
            raise Untranslated(node, "a call of a generator")
        self.open.append(name)
        self.texts[name] = function.translate(name, len(function.parameters))
        self.open.pop()
        self.order.append(name)
