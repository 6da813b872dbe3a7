"""Which names the functions of a block look up in its globals, and where."""

import ast

from _kaspr_blocks import COMPREHENSIONS, SCOPES, stored_names


# Builtins that look at every item of what they are given before they return.
EAGER = frozenset("all any dict frozenset list max min set sorted sum tuple".split())


class Use:
    """What a function of the block does that matters: a name that it looks up in its globals, a
    'global', an attribute of anything, a text."""

    def __init__(self, node, parents, local, outlives):
        self.node = node
        self.parents = parents
        self.local = local  # names that are not the block's here
        self.outlives = outlives  # inside of a function that may be called after the call is over


def uses(tree):
    """Every use inside the block's functions and classes, with its parents, innermost last."""
    for statement in tree.body:
        yield from _uses(statement, (tree,), frozenset(), 0)


def _uses(node, parents, local, depth):
    if isinstance(node, (ast.Global, ast.Attribute)) or is_text(node):
        yield Use(node, parents, local, depth > 1)
    elif isinstance(node, ast.Name) and node.id not in local:
        if isinstance(node.ctx, ast.Load):
            yield Use(node, parents, local, depth > 1)
        return
    inner, inside = local, depth
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        inner, inside = local | locals_of(node), depth + 1
    elif isinstance(node, COMPREHENSIONS):
        inner = local | {name for g in node.generators for name in stored_names(g)}
        if (
            isinstance(node, ast.GeneratorExp)
            and depth > 0
            and not is_used_up(parents[-1], local)
        ):
            inside = depth + 1
        # The first iterable belongs to the scope around a comprehension.
        first = node.generators[0]
        yield from _uses(first.iter, (*parents, node, first), local, depth)
    for field, value in ast.iter_fields(node):
        # Decorators, defaults and annotations belong to the scope around a function.
        own = field in ("body", "generators", "elt", "key", "value") or not isinstance(node, SCOPES)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST) and not is_first_iterable(child, parents):
                yield from _uses(
                    child, (*parents, node), inner if own else local, inside if own else depth
                )


def is_first_iterable(node, parents):
    """Of a comprehension that is the last of `parents`."""
    return isinstance(parents[-1], COMPREHENSIONS) and parents[-1].generators[0].iter is node


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_used_up(call, local):
    """True if the call takes all of a generator expression before it returns."""
    if not isinstance(call, ast.Call):
        return False
    if isinstance(call.func, ast.Attribute):
        return call.func.attr == "join" and is_text(call.func.value)
    return isinstance(call.func, ast.Name) and call.func.id in EAGER and call.func.id not in local


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


def own_nodes(function):
    """What is in a function's body, in no order; of the functions and classes inside it only
    themselves."""
    pending = list(function.body) if isinstance(function.body, list) else [function.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, SCOPES):
            pending.extend(ast.iter_child_nodes(node))
