"""Which names the functions of a block look up in its globals, and where."""

import ast

from _kaspr_blocks import COMPREHENSIONS, SCOPES, stored_names


class Use:
    """A name that a function of the block looks up in its globals, or an attribute of anything."""

    def __init__(self, node, parents, outlives):
        self.node = node
        self.parents = parents
        self.outlives = outlives  # inside of a function that may be called after the call is over


def uses(tree):
    """Every use inside the block's functions and classes, with its parents, innermost last."""
    for statement in tree.body:
        yield from _uses(statement, (tree,), frozenset(), 0)


def _uses(node, parents, local, depth):
    if isinstance(node, (ast.Global, ast.Attribute)):
        yield Use(node, parents, depth > 1)
    elif isinstance(node, ast.Name) and node.id not in local:
        if isinstance(node.ctx, ast.Load):
            yield Use(node, parents, depth > 1)
        return
    inner, inside = local, depth
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        inner, inside = local | locals_of(node), depth + 1
    elif isinstance(node, COMPREHENSIONS):
        inner = local | {name for g in node.generators for name in stored_names(g)}
        if (
            isinstance(node, ast.GeneratorExp)
            and depth > 0
            and not isinstance(parents[-1], ast.Call)
        ):
            inside = depth + 1
    for field, value in ast.iter_fields(node):
        # Decorators, defaults and annotations belong to the scope around a function.
        own = field in ("body", "generators", "elt", "key", "value") or not isinstance(node, SCOPES)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                yield from _uses(
                    child, (*parents, node), inner if own else local, inside if own else depth
                )


def locals_of(function):
    a = function.args
    names = {
        x.arg for x in [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg] if x is not None
    }
    if isinstance(function, ast.Lambda):
        return names
    outer = set()
    pending = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Global):
            outer.update(node.names)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        names.update(stored_names(node))
        if not isinstance(node, SCOPES):
            pending.extend(
                c
                for c in ast.iter_child_nodes(node)
                if isinstance(c, (ast.stmt, ast.ExceptHandler, ast.match_case))
            )
    return names - outer
