"""Which names statements bind and read, and in what order: what SSA needs to know of a function."""

import ast

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound(nodes):
    """The names that the statements or expressions bind in their own scope."""
    names = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
        if isinstance(node, SCOPES):
            continue
        if isinstance(node, COMPREHENSIONS):
            pending.extend(n for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
            continue
        pending.extend(ast.iter_child_nodes(node))
    return names


def read(nodes):
    """The names that are read somewhere in them, in inner scopes too."""
    names = set()
    for node in (n for root in nodes for n in ast.walk(root)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def live_before(statements, live, jumps=frozenset()):
    """The names whose values may be read by the statements, or behind them where `live` are, or
    where a break or continue goes, where `jumps` are."""
    for statement in reversed(statements):
        live = _live_before(statement, live, jumps)
    return live


def _live_before(node, live, jumps):
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        plain = {t.id for t in targets if isinstance(t, ast.Name) and node.value is not None}
        return (live - plain) | read([node])
    if isinstance(node, ast.AugAssign):
        return live | read([node])
    if isinstance(node, (ast.Return, ast.Raise)):
        return read([node])
    if isinstance(node, (ast.Break, ast.Continue)):
        return set(jumps)
    if isinstance(node, ast.If):
        body, orelse = (live_before(part, live, jumps) for part in (node.body, node.orelse))
        return body | orelse | read([node.test])
    return live | read([node])
