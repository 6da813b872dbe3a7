"""Filters and predicates whose answer is the same for every value, and sinks that do nothing."""

import ast

from _kaspr_blocks import folds, place_of
from _kaspr_choice import name_place
from _kaspr_scopes import locals_of, own_nodes

CONSTANT, GENERATOR = 311, 312

# What a function that always answers yes may be there for.
EFFECTS = (ast.Raise, ast.Assert, ast.Global, ast.Nonlocal, ast.Delete)


def constant_answers(check, chosen, checks):
    node = chosen.node
    if chosen.kind not in ("function", "lambda") or getattr(node, "decorator_list", None):
        return
    if yields(node):
        check.warn(
            GENERATOR,
            f"{check.words} yields, and a generator is true whatever it yields",
            name_place(chosen, check.text),
            "answer with 'return'",
        )
        return
    answer = Answer(node, check.names)
    if answer.truth is None:
        return
    place = name_place(chosen, check.text)
    if answer.returned is not None:
        place = place_of(answer.returned)
    check.warn(CONSTANT, *words_of(check, answer, checks, place))


def idle_generators(check, chosen):
    """A sink that yields: nobody takes what it yields, so nothing of it runs."""
    if chosen.kind == "function" and not chosen.node.decorator_list and yields(chosen.node):
        check.warn(
            GENERATOR,
            f"{check.words} yields, and nobody takes what a sink yields, so it never runs",
            name_place(chosen, check.text),
            "do the work without 'yield'",
        )


def yields(node):
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in own_nodes(node))


def words_of(check, answer, checks, place):
    if answer.function is not None:
        message = f"{check.words} is always true: '{answer.function}' is a function, and not called"
        return message, place, f"write '{answer.function}(...)'"
    if answer.truth:
        what = "operation" if check.role == "filter" else "predicate"
        message = f"{check.words} is true for every value"
        return message, place, f"look at the value, or leave the {what} out"
    label = "look at the value"
    if answer.returned is None:
        label = "no 'return' gives another answer"
    if answer.has_no_return:
        label = "it has no 'return', so its answer is None: add one"
    return f"{check.words} is false for every value", place, label, never_reached(check, checks)


def never_reached(check, checks):
    if check.role == "filter":
        return "nothing behind it ever runs"
    owner = check.words.removeprefix("the predicate of ")
    never = [other.words for other in checks if other.words.endswith(f" selector of {owner}")]
    if not never:
        return "nothing is ever sent there"
    run = "runs" if len(never) == 1 else "run"
    return f"nothing is ever sent there: {' and '.join(never)} never {run}"


class Answer:
    """What a function always answers: `truth`, None if that is not known. `returned` is the one
    expression that it returns, `function` the function that this names, which is then true."""

    def __init__(self, node, names):
        self.names = names
        self.local = locals_of(node)
        self.function = None
        self.truth = None
        if isinstance(node, ast.Lambda):
            returns = [node.body]
            falls = False
        else:
            returns = [part.value for part in own_nodes(node) if isinstance(part, ast.Return)]
            falls = may_fall_off(node.body)
        self.returned = returns[0] if len(returns) == 1 else None
        self.has_no_return = not returns
        self._judge(node, returns, falls)

    def _judge(self, node, returns, falls):
        truths = {False if value is None else self._truth(value) for value in returns}
        if falls:
            truths.add(False)
        if len(truths) != 1:
            return
        self.truth = truths.pop()
        if self.truth and has_effects(node):
            self.truth = None
        if isinstance(self.returned, ast.Name):
            self.function = self.returned.id

    def _truth(self, node):
        if folds(node):
            return bool(eval(compile(ast.Expression(node), "<constant>", "eval")))
        if isinstance(node, (ast.Lambda, ast.GeneratorExp)):
            return True
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            truth = self._truth(node.operand)
            return None if truth is None else not truth
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return truth_of_items(node.elts)
        if isinstance(node, ast.Dict):
            return truth_of_items(node.values) if None not in node.keys else None
        if isinstance(node, ast.BoolOp):
            truths = [self._truth(value) for value in node.values]
            decides = isinstance(node.op, ast.Or)
            if decides in truths:
                return decides
            return None if None in truths else not decides
        if isinstance(node, ast.Name) and node.id not in self.local:
            known = self.names.get(node.id)
            return True if known is not None and known.kind == "function" else None
        return None


def truth_of_items(items):
    if not items:
        return False
    return True if any(not isinstance(item, ast.Starred) for item in items) else None


def has_effects(node):
    """True if a call of the function may do more than answer."""
    answering = set()
    for part in own_nodes(node):
        if isinstance(part, ast.Return) and part.value is not None:
            answering.update(map(id, ast.walk(part.value)))
    if isinstance(node, ast.Lambda):
        answering.update(map(id, ast.walk(node.body)))
    for part in own_nodes(node):
        if isinstance(part, EFFECTS):
            return True
        if isinstance(part, (ast.Call, ast.Await)) and id(part) not in answering:
            return True
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not isinstance(part.ctx, ast.Load):
            return True
    return False


def may_fall_off(body):
    """True unless the end of a function's statements surely cannot be reached."""
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return False
    if isinstance(last, ast.If):
        return not last.orelse or may_fall_off(last.body) or may_fall_off(last.orelse)
    return True
