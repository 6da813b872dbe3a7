"""Whether what a block makes can carry a trace from one call to the next (D2).

Everything that the block's top level binds is new for each call in Kaspr. `find` looks at each use
of those names inside the block's functions, and raises at the first by which a call could leave
something behind: a container that is changed, a function or class that is kept.
"""

import ast

from _kaspr_blocks import dotted, folds
from _kaspr_origins import REFLECTING_ATTRIBUTES, REFLECTION
from _kaspr_scopes import uses

# Builtins that look at what they are given, and let it go.
READERS = frozenset(
    "all any dict enumerate filter float frozenset int isinstance issubclass len list map max min "
    "range repr reversed round set sorted str sum tuple zip".split()
)
LAZY_READERS = frozenset(("enumerate", "filter", "map", "reversed", "zip"))
READING_METHODS = frozenset(
    "copy count difference get index intersection isdisjoint issubset issuperset items keys "
    "symmetric_difference union values".split()
)

LATER = "what is made here may be called when 'context' is another event's"


class Observable(Exception):
    """Running the block once could be observed: at `node`, for the reason `why`."""

    def __init__(self, node, why):
        self.node = node
        self.why = why


class Escapes:
    """Of a block whose top level only binds; `containers` are the lists, dicts and sets of it."""

    def __init__(self, tree, origins, containers, init_keeps):
        self.tree = tree
        self.origins = origins
        self.names = origins.names
        self.containers = containers
        self.init_keeps = init_keeps
        self.local = frozenset()  # the names of the functions around the use that is looked at
        self.has_classes = any(name.kind == "class" for name in self.names)

    def find(self):
        looked_up = list(uses(self.tree))
        for use in looked_up:
            self._use(use)
        if any(is_free_context(use, self.names) for use in looked_up):
            for use in looked_up:
                self._later(use)
        if self.has_classes:
            self._instances()

    def _use(self, use):
        node, parents = use.node, use.parents
        self.local = use.local
        if isinstance(node, ast.Global):
            raise Observable(
                node, "a function rebinds a name of the block, which is gone after each call"
            )
        if isinstance(node, ast.Attribute):
            if node.attr in REFLECTING_ATTRIBUTES:
                raise Observable(node, "this can look at the block itself")
            return
        if isinstance(node, ast.Constant):
            if node.value in REFLECTING_ATTRIBUTES:
                raise Observable(node, "this can look at the block itself")
            return
        name = node.id
        if self.origins.imported.get(name) == "builtins":
            raise Observable(node, "this can look at the block itself")
        if name in REFLECTION and name not in self.names:
            raise Observable(node, "this can look at the block itself")
        if name == "context" and name not in self.names and use.outlives:
            raise Observable(node, LATER)
        if name not in self.names:
            if (
                name in self.origins.rebound
                or self.origins.init_reflects
                and self.origins.init_names is not None
                and name in self.origins.init_names
            ):
                raise Observable(node, f"init's functions rebind '{name}'")
            return
        kind = self.names.get(name).kind
        if name in self.containers:
            self._read_only(node, parents)
        elif kind in ("function", "lambda"):
            self._call_only(node, parents)
        elif kind == "class":
            self._class_only(node, parents)

    def _later(self, use):
        """Raises if what reads `context` may still run when this call is over."""
        known = isinstance(use.node, ast.Name) and self.names.get(use.node.id)
        if not known or known.kind not in ("function", "lambda", "class"):
            return
        parent, above = use.parents[-1], use.parents[-2]
        called = isinstance(parent, ast.Call) and parent.func is use.node
        lazily = isinstance(parent, ast.Call) and dotted(parent.func) in LAZY_READERS
        ends = called and (
            isinstance(above, (ast.Await, ast.YieldFrom))
            or isinstance(above, (ast.For, ast.AsyncFor))
            and above.iter is parent
        )
        if use.outlives or lazily or not ends and suspends(known.node):
            raise Observable(use.node, LATER)

    def _read_only(self, node, parents):
        parent, above = parents[-1], parents[-2] if len(parents) > 1 else None
        if self.has_classes and (
            isinstance(parent, ast.BinOp)
            or isinstance(parent, ast.Compare)
            and not all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops)
        ):
            raise Observable(node, f"an operator of a class may change '{node.id}'")
        reads = (
            isinstance(parent, ast.Subscript)
            and parent.value is node
            and isinstance(parent.ctx, ast.Load)
            or isinstance(
                parent, (ast.Compare, ast.BinOp, ast.UnaryOp, ast.Starred, ast.FormattedValue)
            )
            or isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension))
            and parent.iter is node
            or isinstance(parent, (ast.If, ast.While, ast.IfExp))
            and parent.test is node
            or isinstance(parent, ast.Dict)
            and any(key is None and value is node for key, value in zip(parent.keys, parent.values))
            or isinstance(parent, ast.keyword)
            and parent.arg is None
            or isinstance(parent, ast.Attribute)
            and parent.attr in READING_METHODS
            and isinstance(above, ast.Call)
            and above.func is parent
            or isinstance(parent, ast.Call)
            and parent.func is not node
            and self._reads(parent.func)
            and not returns_argument(parent, node)
        )
        if not reads:
            raise Observable(
                node, f"'{node.id}' may be changed or kept here, and is new for each call"
            )

    def _reads(self, function):
        if isinstance(function, ast.Attribute) and function.attr == "join":
            return isinstance(function.value, ast.Constant)
        return self._is_reader(function)

    def _is_reader(self, function):
        return (
            isinstance(function, ast.Name)
            and function.id in READERS
            and self._is_builtin(function.id)
        )

    def _is_builtin(self, name):
        return name not in self.local and self.origins.is_builtin(name)

    def _call_only(self, node, parents):
        parent, above = parents[-1], parents[-2] if len(parents) > 1 else None
        called = isinstance(parent, ast.Call) and (
            parent.func is node or self._is_reader(parent.func)
        )
        as_key = (
            isinstance(parent, ast.keyword)
            and parent.arg == "key"
            and isinstance(above, ast.Call)
            and (
                self._is_reader(above.func)
                or isinstance(above.func, ast.Attribute)
                and above.func.attr == "sort"
            )
        )
        if not called and not as_key:
            raise Observable(
                node, f"the function '{node.id}' is used as a value, and is new for each call"
            )

    def _class_only(self, node, parents):
        parent = parents[-1]
        inside = (
            isinstance(parent, ast.Call)
            and (parent.func is node or self._is_reader(parent.func))
            or isinstance(parent, ast.Attribute)
            and isinstance(parent.ctx, ast.Load)
            or isinstance(parent, (ast.Raise, ast.MatchClass, ast.ClassDef))
            or any(
                isinstance(p, ast.ExceptHandler) and inside_of(node, p.type) for p in parents[-2:]
            )
            or any(isinstance(p, ast.arg) for p in parents)
            or isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef))
            and parent.returns is node
            or isinstance(parent, ast.AnnAssign)
            and parent.annotation is node
            or any(isinstance(p, ast.Tuple) for p in parents[-1:])
            and self._is_reader(getattr(parents[-2], "func", None))
        )
        if not inside:
            raise Observable(
                node, f"the class '{node.id}' is used as a value, and is new for each call"
            )

    def _instances(self):
        """What could tell that two calls share a class."""
        first = next(name for name in self.names if name.kind == "class")
        if self.init_keeps:
            raise Observable(
                first.node,
                f"objects of '{first.name}' may be kept in what init made, and the class is new "
                "for each call",
            )
        plain_self = is_plain_self(self.tree)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr in ("__setattr__", "__delattr__"):
                raise Observable(node, "this may change a class, which is new for each call")
            if isinstance(node, ast.Attribute) and node.attr == "__dict__":
                if dotted(node.value) != "self" or not plain_self:
                    raise Observable(node, "this may change a class, which is new for each call")
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                if dotted(node.value) != "self" or not plain_self:
                    raise Observable(node, "this may change a class, which is new for each call")
            if isinstance(node, ast.Name) and node.id in ("setattr", "delattr"):
                raise Observable(node, "this may change a class, which is new for each call")


def inside_of(node, tree):
    return tree is not None and any(part is node for part in ast.walk(tree))


def is_free_context(use, names):
    return isinstance(use.node, ast.Name) and use.node.id == "context" and "context" not in names


def suspends(definition):
    """True if a call of it, or of something in it, may make what runs only later."""
    kinds = (ast.AsyncFunctionDef, ast.Yield, ast.YieldFrom, ast.GeneratorExp)
    return any(isinstance(part, kinds) for part in ast.walk(definition))


def returns_argument(call, node):
    """True of max(X, y), min(X, y) and sum(y, X), whose result may be X itself."""
    if dotted(call.func) in ("max", "min"):
        return len(call.args) > 1
    return dotted(call.func) == "sum" and call.args[0] is not node


def is_plain_self(tree):
    """True if `self` is never anything but the first parameter of a plain method."""
    methods = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            methods.update(
                id(part.args.args[0])
                for part in node.body
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
                and part.args.args
                and all(dotted(d) == "property" for d in part.decorator_list)
                and part.name not in ("__new__", "__init_subclass__", "__class_getitem__")
            )
    return not any(
        isinstance(node, ast.arg)
        and node.arg == "self"
        and id(node) not in methods
        or isinstance(node, ast.Name)
        and node.id == "self"
        and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )


def keeps_state(tree, names):
    """True if init binds anything that could keep an object of an event."""
    if names is None:
        return False
    if any(name.kind not in ("module", "imported", "function", "constant") for name in names):
        return True
    for node in ast.walk(tree):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return True
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            if node.decorator_list or not all(d is None or folds(d) for d in defaults):
                return True
    return False
