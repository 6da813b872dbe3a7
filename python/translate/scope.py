"""What the global names of a block stand for, as far as it is sure without running anything."""

import ast

from _kaspr_blocks import top_level
from _kaspr_emit import Untranslated
from _kaspr_origins import REFLECTION


class Scope:
    """The globals that a function of a block sees: the block's, over those of init."""

    def __init__(self, tree, names, init_tree, init_names, origins):
        self.layers = [(tree, names)]
        if init_tree is not None:
            self.layers.append((init_tree, init_names))
        self.origins = origins

    def layer(self, name):
        """The part that binds the name, or None: it is a builtin, or nothing."""
        return next((layer for layer in self.layers if name in layer[1]), None)

    def is_builtin(self, name):
        return self.layer(name) is None

    def function(self, name):
        """The one definition of a function of this name, or None."""
        layer = self.layer(name)
        if layer is None:
            return None
        bindings = _bindings(layer[0], name)
        if len(bindings) != 1 or not isinstance(bindings[0], ast.FunctionDef):
            return None
        return None if self._is_rebound(name) else bindings[0]

    def constant(self, name):
        """The expression of a name that is bound once, or None."""
        layer = self.layer(name)
        bindings = _bindings(layer[0], name)
        if len(bindings) != 1 or self._is_rebound(name):
            return None
        node = bindings[0]
        plain = (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
        )
        return node.value if plain else None

    def _is_rebound(self, name):
        """May a function bind it anew?"""
        return any(
            isinstance(node, ast.Global) and name in node.names
            for tree, _ in self.layers
            for node in ast.walk(tree)
        )

    def check(self, node):
        """Raises where nothing is sure of any name."""
        for tree, names in self.layers:
            if names.star:
                raise Untranslated(node, "a 'from ... import *' may bind any name")
            for inner in ast.walk(tree):
                if isinstance(inner, ast.Name) and inner.id in REFLECTION:
                    raise Untranslated(node, f"'{inner.id}' may bind any name")


def _bindings(tree, name):
    """The top level's statements that bind the name."""
    return [
        statement
        for statement in top_level(tree)
        if any(
            isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load)
            for n in _own(statement)
        )
        or getattr(statement, "name", None) == name
        or isinstance(statement, (ast.Import, ast.ImportFrom))
        and any((a.asname or a.name.partition(".")[0]) == name for a in statement.names)
    ]


def _own(statement):
    """The nodes of a statement that are not in a statement or scope inside it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt))
