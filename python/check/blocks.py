"""What the top level of a block binds.

A block is looked at, never run. `Names` says of each name what it is as far as that can be known:

    function, lambda, class   defined here; `node` is the definition
    partial                   surely callable
    constant, container       surely not callable
    module, imported          what an import binds
    unknown                   anything else
"""

import ast
import dis
from dataclasses import dataclass

CALLABLE = ("function", "lambda", "class", "partial")
NOT_CALLABLE = ("constant", "container", "module")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Name:
    name: str
    kind: str
    node: ast.AST


class Names:
    """The names of a block's top level, in the order in which they are first bound."""

    def __init__(self, tree):
        self.by_name = {}
        self.star = False  # 'from x import *': any name may exist
        for statement in top_level(tree):
            self._statement(statement)

    def __contains__(self, name):
        return name in self.by_name

    def __iter__(self):
        return iter(self.by_name.values())

    def get(self, name):
        return self.by_name.get(name)

    def functions(self):
        return [name for name in self if name.kind == "function"]

    def _bind(self, name, kind, node):
        # A dict keeps the place of the first binding and the value of the last, as globals do.
        self.by_name[name] = Name(name, kind, node)

    def _statement(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._bind(node.name, "function", node)
        elif isinstance(node, ast.ClassDef):
            self._bind(node.name, "class", node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self._bind(alias.asname or alias.name.partition(".")[0], "module", alias)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*":
                    self.star = True
                    continue
                self._bind(alias.asname or alias.name, "imported", alias)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.by_name.pop(target.id, None)
        else:
            self._expressions(node)

    def _expressions(self, node):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self._bind(target.id, self._kind(node.value), node.value)
        for name in stored_names(node):
            if name not in self.by_name:
                self._bind(name, "unknown", node)

    def _kind(self, value):
        if isinstance(value, ast.Lambda):
            return "lambda"
        if isinstance(
            value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
        ):
            return "container"
        if isinstance(value, ast.Call) and dotted(value.func).endswith("partial"):
            return "partial"
        if isinstance(value, ast.Name) and value.id in self.by_name:
            return self.by_name[value.id].kind
        return "constant" if folds(value) else "unknown"


def top_level(tree):
    """The statements that run when the block does, also inside if, for, with and try."""
    pending = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, SCOPES):
            continue
        inner = [
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        ]
        pending.extend(reversed(inner))


def stored_names(node):
    """The names that a statement binds itself: not in the statements or scopes inside it."""
    names = []
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.ExceptHandler) and node.name:
        names.append(node.name)
    pending = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    while pending:
        child = pending.pop()
        if isinstance(child, SCOPES):
            continue
        if isinstance(child, ast.Name) and isinstance(child.ctx, (ast.Store, ast.Del)):
            names.append(child.id)
        elif isinstance(child, (ast.MatchAs, ast.MatchStar)) and child.name:
            names.append(child.name)
        elif isinstance(child, ast.MatchMapping) and child.rest:
            names.append(child.rest)
        if isinstance(child, COMPREHENSIONS):
            pending.extend(n for n in ast.walk(child) if isinstance(n, ast.NamedExpr))
        elif not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            pending.extend(ast.iter_child_nodes(child))
    return names


def place_of(node):
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def dotted(node):
    """'a.b.c' of an attribute of a name, else ''."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def folds(node):
    """True if CPython's compiler makes a constant of the expression."""
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, (ast.UnaryOp, ast.BinOp, ast.Tuple)):
        return False
    code = compile(ast.Expression(node), "<constant>", "eval")
    return all(
        i.opname in ("RESUME", "LOAD_CONST", "RETURN_VALUE") for i in dis.get_instructions(code)
    )


def nearest(name, candidates):
    import difflib

    close = difflib.get_close_matches(name, candidates, 1)
    return f"did you mean '{close[0]}'?" if close else ""
