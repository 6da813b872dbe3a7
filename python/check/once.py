"""Whether running a block once could be told from running it for every call (D2).

Kaspr runs an operation's block again for each call. Running it once is the same only if nothing
that the block makes can carry a trace from one call to the next. `why_per_call` looks for the first
thing that might; when in doubt it says so, since running again is always right.
"""

import ast

from _kaspr_blocks import COMPREHENSIONS, dotted, folds
from _kaspr_scopes import uses

# Modules whose attributes are the same objects at every call.
FIXED_MODULES = frozenset(
    "collections datetime decimal enum fractions functools hashlib itertools json math operator re "
    "statistics string typing uuid".split()
)
# Calls that make an immutable value of constants.
FIXED_CALLS = frozenset(
    "frozenset re.compile decimal.Decimal datetime.timedelta datetime.date "
    "fractions.Fraction".split()
)
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
REFLECTION = frozenset(("globals", "eval", "exec", "__builtins__", "__annotations__"))
REFLECTING_ATTRIBUTES = frozenset(
    "__annotations__ __globals__ __code__ __defaults__ __kwdefaults__ __closure__ __subclasses__ "
    "f_globals f_back f_locals gi_frame cr_frame ag_frame _getframe currentframe".split()
)
PLAIN_DECORATORS = frozenset(("staticmethod", "classmethod", "property"))


LATER = "what is made here may be called when 'context' is another event's"


class Observable(Exception):
    """Running the block once could be observed: at `node`, for the reason `why`."""

    def __init__(self, node, why):
        self.node = node
        self.why = why


def why_per_call(tree, names, init_tree, init_names):
    """None, or (node, why)."""
    try:
        Block(tree, names, init_tree, init_names).check()
    except Observable as e:
        return e.node, e.why
    except RecursionError:
        return tree.body[0], "this is too deeply nested to be looked at"
    return None


class Block:
    def __init__(self, tree, names, init_tree, init_names):
        self.tree = tree
        self.names = names
        self.init_names = init_names
        self.rebound, self.init_reflects = rebound_names(init_tree)
        self.init_keeps = keeps_state(init_tree, init_names)
        self.containers = set()
        self.local = frozenset()  # the names of the functions around the use that is looked at
        self.has_classes = any(name.kind == "class" for name in names)
        self.imported = {}  # name -> what it stands for: "re", "datetime.timedelta"
        for statement in init_tree.body if init_tree is not None else ():
            self._import(statement)
        for name in self.rebound:
            self.imported.pop(name, None)

    def check(self):
        for statement in self.tree.body:
            self._statement(statement)
        looked_up = list(uses(self.tree))
        for use in looked_up:
            self._use(use)
        if any(is_free_context(use, self.names) for use in looked_up):
            for use in looked_up:
                self._later(use)
        if self.has_classes:
            self._instances()

    # The top level.

    def _statement(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(alias.name == "*" for alias in node.names):
                raise Observable(node, "what an import of * binds is not known")
            self._import(node)
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

    def _import(self, node):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.imported[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _function(self, node, decorators):
        for decorator in node.decorator_list:
            if dotted(decorator) not in decorators or not self._is_builtin(dotted(decorator)):
                raise Observable(decorator, "a decorator is called again each time")
        self._parameters(node.args)
        if node.returns is not None:
            self._annotation(node.returns)

    def _parameters(self, arguments):
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None and not self._immutable(default):
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
                if part.value is not None and not self._immutable(part.value):
                    raise Observable(part.value, "this is made again each time")
            elif isinstance(part, ast.Assign):
                if not self._immutable(part.value):
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
        elif self._is_container(value):
            if len(targets) > 1 or self.names.get(targets[0].id).node is not value:
                raise Observable(value, "this is made again each time")
            self.containers.add(targets[0].id)
        elif not self._immutable(value):
            made = (
                "is computed"
                if isinstance(value, (ast.Call, ast.BinOp, *COMPREHENSIONS))
                else "is made"
            )
            raise Observable(value, f"this {made} again for every event")

    def _is_container(self, node):
        if isinstance(node, ast.Dict):
            return all(k is not None and self._immutable(k) for k in node.keys) and all(
                map(self._immutable, node.values)
            )
        return isinstance(node, (ast.List, ast.Set)) and all(map(self._immutable, node.elts))

    def _immutable(self, node):
        if folds(node):
            return True
        if isinstance(node, ast.Tuple):
            return all(map(self._immutable, node.elts))
        if isinstance(node, ast.Name):
            return self._fixed_name(node.id)
        if isinstance(node, ast.Attribute):
            return self._origin(node).partition(".")[0] in FIXED_MODULES
        if isinstance(node, ast.Call) and not node.keywords:
            return self._origin(node.func) in FIXED_CALLS and all(
                map(self._fixed_argument, node.args)
            )
        return False

    def _fixed_argument(self, node):
        if isinstance(node, (ast.List, ast.Set)):
            return all(map(folds, node.elts))
        return folds(node) or isinstance(node, ast.Attribute) and self._immutable(node)

    def _fixed_name(self, name):
        if name == "context":
            return False
        known = self.names.get(name)
        if known is not None:
            return known.kind in ("constant", "module", "imported")
        return name not in self.rebound

    def _origin(self, node):
        """What an imported name stands for: 'td' is 'datetime.timedelta'; of a builtin its name."""
        path = dotted(node)
        first, _, rest = path.partition(".")
        known = self.names.get(first) or self.init_names and self.init_names.get(first)
        if known is None:
            return "" if rest else path
        if known.kind not in ("module", "imported") or first not in self.imported:
            return ""
        return f"{self.imported[first]}.{rest}" if rest else self.imported[first]

    # Uses of the block's names inside its functions.

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
        if self.imported.get(name) == "builtins":
            raise Observable(node, "this can look at the block itself")
        if name in REFLECTION and name not in self.names:
            raise Observable(node, "this can look at the block itself")
        if name == "context" and name not in self.names and use.outlives:
            raise Observable(node, LATER)
        if name not in self.names:
            if (
                name in self.rebound
                or self.init_reflects
                and self.init_names is not None
                and name in self.init_names
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
        if name in self.local:
            return False
        return name not in self.names and (self.init_names is None or name not in self.init_names)

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


def rebound_names(tree):
    """The names of init that its functions rebind, and whether they may rebind any."""
    names, reflects = set(), False
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif isinstance(node, ast.Name) and node.id in (*REFLECTION, "locals", "vars"):
            reflects = True
        elif isinstance(node, ast.alias) and node.name == "builtins":
            reflects = True
        elif isinstance(node, ast.Constant) and node.value in REFLECTING_ATTRIBUTES:
            reflects = True
        elif isinstance(node, ast.Attribute) and node.attr in REFLECTING_ATTRIBUTES:
            reflects = True
    return names, reflects
