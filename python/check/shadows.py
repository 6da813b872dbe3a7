"""Names of builtins that a block gives to something else, and then calls as if it had not."""

import ast
import builtins

from _kaspr_blocks import COMPREHENSIONS, folds, place_of
from _kaspr_choice import name_place
from _kaspr_scopes import locals_of, own_nodes, uses

SHADOWED = 314

BUILTINS = frozenset(
    name for name in dir(builtins) if callable(getattr(builtins, name)) and name[0].islower()
)
# Between a function and a call in it, these may keep the call from being made.
CONDITIONS = (ast.If, ast.IfExp, ast.BoolOp, ast.While, ast.For, ast.AsyncFor, ast.Try, ast.Match)


def shadowed_builtins(check, chosen):
    for call, name, what, place in found(check, chosen):
        check.warn(
            SHADOWED,
            f"'{name}' is {what} here, not Python's '{name}'",
            place_of(call.func),
            also=[(place, "give this another name")],
        )


def found(check, chosen):
    """(call, name, what it is, where) of each call that cannot mean what is called."""
    ends = {}
    for use in uses(check.tree):
        if isinstance(use.node, ast.Name) and use.node.id in BUILTINS:
            known = check.names.get(use.node.id)
            call = use.parents[-1]
            if known is None or not isinstance(call, ast.Call) or call.func is not use.node:
                continue
            if known.kind in ("constant", "container"):
                yield call, known.name, "a value of this block", place_of(known.node)
            elif known.kind == "function" and means_another(known.node, call, use.parents, ends):
                place = name_place(known, check.text)
                yield call, known.name, "a function of this block", place
    for node in ast.walk(check.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from found_locals(node)
    if chosen is not None and chosen.kind in ("function", "lambda"):
        yield from found_value(chosen.node)


def means_another(function, call, parents, ends):
    """True if a call by a function's name cannot be meant for it: it does not fit, or would never
    end."""
    if any(isinstance(a, ast.Starred) for a in call.args) or function.decorator_list:
        return False
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    named = {*positional, *(a.arg for a in arguments.kwonlyargs)}
    if arguments.vararg is None and len(call.args) > len(positional):
        return True
    given = {keyword.arg for keyword in call.keywords}
    if arguments.kwarg is None and None not in given and given - named:
        return True
    return function in parents and always_calls(function, call, parents, ends)


def always_calls(function, call, parents, ends):
    """`ends` remembers where each function may first end."""
    between = parents[parents.index(function) + 1 :]
    conditional = (*CONDITIONS, *COMPREHENSIONS, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    if any(isinstance(node, conditional) for node in between):
        return False
    if function not in ends:
        ways_out = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)
        lines = [part.end_lineno for part in own_nodes(function) if isinstance(part, ways_out)]
        ends[function] = min(lines, default=call.lineno)
    return ends[function] >= call.lineno


def found_value(function):
    """Calls of the value that a block's function is given."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    name = parameters[0].arg if parameters else ""
    if name not in BUILTINS or name in stored(function):
        return
    for call in calls(function):
        if call.func.id == name:
            yield call, name, "the value", place_of(parameters[0])


def found_locals(function):
    """Calls of local variables that surely hold nothing that can be called, or nothing yet."""
    parameters = locals_of(ast.Lambda(function.args, None))
    values = {}
    for part in own_nodes(function):
        if isinstance(part, ast.Assign):
            for target in part.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append((target, part.value))
    for name in BUILTINS & values.keys() - parameters:
        if len(values[name]) != stored(function).count(name):
            continue  # also bound by something else
        own = [call for call in calls(function) if call.func.id == name]
        if own and all(is_data(v) or calls_itself(v, name) for _, v in values[name]):
            for call in own:
                yield call, name, "a local variable", place_of(values[name][0][0])


def is_data(node):
    displays = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.JoinedStr, ast.Compare, ast.BinOp)
    return folds(node) or isinstance(node, (*displays, *COMPREHENSIONS))


def calls_itself(node, name):
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == name
        for part in ast.walk(node)
    )


def calls(function):
    return [
        part
        for part in own_nodes(function)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    ]


def stored(function):
    """The names that a function binds itself, as often as it does; an import or definition too."""
    names = []
    for part in own_nodes(function):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            names.append(part.id)
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(part.name)
        elif isinstance(part, ast.alias):
            names.append(part.asname or part.name.partition(".")[0])
        elif isinstance(part, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and part.name:
            names.append(part.name)
        elif isinstance(part, (ast.Global, ast.Nonlocal)):
            names.extend(part.names)
    return names
