"""Whether running a block once could be told from running it for every call (D2).

Kaspr runs an operation's block again for each call. Running it once is the same only if nothing
that the block makes can carry a trace from one call to the next. `why_per_call` looks for the first
thing that might, first in what the top level does, then in what becomes of the names it binds; when
in doubt it says so, since running again is always right.
"""

import ast

from _kaspr_blocks import COMPREHENSIONS, dotted
from _kaspr_escapes import Escapes, Observable, keeps_state

PLAIN_DECORATORS = frozenset(("staticmethod", "classmethod", "property"))


def why_per_call(tree, origins, init_tree):
    """None, or (node, why)."""
    try:
        block = TopLevel(origins)
        for statement in tree.body:
            block.check(statement)
        init_keeps = keeps_state(init_tree, origins.init_names)
        Escapes(tree, origins, block.containers, init_keeps).find()
    except Observable as e:
        return e.node, e.why
    except RecursionError:
        return tree.body[0], "this is too deeply nested to be looked at"
    return None


class TopLevel:
    """A block's top level may import, define plain functions and classes, and bind constants, or
    containers that `Escapes` then follows."""

    def __init__(self, origins):
        self.origins = origins
        self.names = origins.names
        self.containers = set()

    def check(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(alias.name == "*" for alias in node.names):
                raise Observable(node, "what an import of * binds is not known")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._function(node, ())
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, ast.Assign):
            self._assignment(node.targets, node.value)
        elif isinstance(node, ast.AnnAssign):
            self._annotation(node.annotation)
            if node.value is not None:
                self._assignment([node.target], node.value)
        elif not (
            isinstance(node, ast.Pass)
            or isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
        ):
            raise Observable(node, "this runs again each time")

    def _function(self, node, decorators):
        for decorator in node.decorator_list:
            if dotted(decorator) not in decorators or not self.origins.is_builtin(dotted(decorator)):
                raise Observable(decorator, "a decorator is called again each time")
        self._parameters(node.args)
        if node.returns is not None:
            self._annotation(node.returns)

    def _parameters(self, arguments):
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None and not self.origins.immutable(default):
                raise Observable(default, "a default that can change is made again each time")
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        for argument in every:
            if argument.annotation is not None:
                self._annotation(argument.annotation)

    def _annotation(self, node):
        for part in ast.walk(node):
            plain = (
                ast.Name,
                ast.Attribute,
                ast.Subscript,
                ast.Constant,
                ast.Tuple,
                ast.List,
                ast.BinOp,
            )
            if not isinstance(part, (*plain, ast.expr_context, ast.operator)):
                raise Observable(part, "this runs again each time")

    def _class(self, node):
        for extra in [*node.decorator_list, *node.keywords]:
            raise Observable(extra, "the class is made again by a call each time")
        for base in node.bases:
            known = self.names.get(dotted(base))
            own = known is not None and known.kind == "class"
            if not own and (known is not None or not is_plain_base(dotted(base))):
                raise Observable(base, "a class with such a base is made again each time")
        for part in node.body:
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._function(part, PLAIN_DECORATORS)
            elif isinstance(part, ast.AnnAssign):
                self._annotation(part.annotation)
                if part.value is not None and not self.origins.immutable(part.value):
                    raise Observable(part.value, "this is made again each time")
            elif isinstance(part, ast.Assign):
                if not self.origins.immutable(part.value):
                    raise Observable(part.value, "this is made again each time")
            elif not (
                isinstance(part, ast.Pass)
                or isinstance(part, ast.Expr)
                and isinstance(part.value, ast.Constant)
            ):
                raise Observable(part, "this runs again each time")

    def _assignment(self, targets, value):
        for target in targets:
            if not isinstance(target, ast.Name):
                raise Observable(target, "this changes something again each time")
        if isinstance(value, ast.Lambda):
            self._parameters(value.args)
        elif self.origins.container_of_immutables(value):
            if len(targets) > 1 or self.names.get(targets[0].id).node is not value:
                raise Observable(value, "this is made again each time")
            self.containers.add(targets[0].id)
        elif not self.origins.immutable(value):
            made = (
                "is computed"
                if isinstance(value, (ast.Call, ast.BinOp, *COMPREHENSIONS))
                else "is made"
            )
            raise Observable(value, f"this {made} again for every event")


def is_plain_base(name):
    base = (
        getattr(__builtins__, name, None)
        if not isinstance(__builtins__, dict)
        else __builtins__.get(name)
    )
    return (
        base is object
        or isinstance(base, type)
        and issubclass(base, (BaseException, int, float, str, dict, list))
    )
