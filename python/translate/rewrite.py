"""Calls that are other words for something that is translated anyway: map(f, xs) is a generator, and
format(x, ".2f") an f-string. Where a name that is called may not be the builtin, nothing is done.
"""

import ast
import string

from _kaspr_kinds import Kinds

ITEM = "an item"  # a name that no program has


def rewritten(trees):
    """The trees of all blocks of an agent, changed."""
    imported, bound = set(), set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imported |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        else:
            bound |= set(Kinds.bound_by(node))
    rewriter = _Rewriter(imported | bound, imported - bound)
    return [ast.fix_missing_locations(rewriter.visit(tree)) for tree in trees]


class _Rewriter(ast.NodeTransformer):
    """`taken` are the names that somebody binds, `modules` those that only imports bind."""

    def __init__(self, taken, modules):
        self.taken = taken
        self.modules = modules

    def visit_Call(self, node):
        self.generic_visit(node)
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            return node
        if isinstance(node.func, ast.Name) and node.func.id not in self.taken:
            made = getattr(self, "_builtin_" + node.func.id, _nothing)(node)
        elif isinstance(node.func, ast.Attribute):
            made = getattr(self, "_method_" + node.func.attr, _nothing)(node)
        else:
            made = None
        return node if made is None else ast.copy_location(made, node)

    # What goes over items.

    def _builtin_map(self, node):
        function, *iterables = node.args or [None]
        if node.keywords or not iterables or len(iterables) > 1 and "zip" in self.taken:
            return None
        names = self._parameters(function, len(iterables))
        if names is None:
            return None
        over = iterables[0] if len(iterables) == 1 else _call("zip", iterables)
        return _generator(self._result(function, names), names, over, [], "map")

    def _builtin_filter(self, node):
        if node.keywords or len(node.args) != 2:
            return None
        function, over = node.args
        keeps = isinstance(function, ast.Constant) and function.value is None
        names = [ITEM] if keeps else self._parameters(function, 1)
        if names is None:
            return None
        item = ast.Name(names[0], ast.Load())
        test = item if keeps else self._result(function, names)
        return _generator(item, names, over, [test], "filter")

    def _builtin_next(self, node):
        """next(iter(x), default)"""
        made = node.args[0] if node.args else None
        if _is_call_of(made, "iter") and "iter" not in self.taken and len(made.args) == 1:
            item = ast.Name(ITEM, ast.Load())
            node.args[0] = ast.copy_location(
                _generator(item, [ITEM], made.args[0], [], "iter"), made
            )
        return node

    def _method_fromkeys(self, node):
        """dict.fromkeys(keys, constant)"""
        of_dict = isinstance(node.func.value, ast.Name) and node.func.value.id == "dict"
        value = node.args[1] if len(node.args) == 2 else ast.Constant(None)
        plain = isinstance(value, ast.Constant) and len(node.args) in (1, 2) and not node.keywords
        if not of_dict or "dict" in self.taken or not plain:
            return None
        return ast.DictComp(
            ast.Name(ITEM, ast.Load()), value, [_clause([ITEM], node.args[0], [])]
        )

    def _parameters(self, function, count):
        """Names for what a function is called with, or None: it is not sure what it is."""
        if isinstance(function, ast.Lambda):
            arguments = function.args
            names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
            others = arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.defaults
            own_scope = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)
            binds = any(isinstance(inner, own_scope) for inner in ast.walk(function.body))
            return None if any(others) or binds or len(names) != count else names
        return [f"{ITEM} {i}" for i in range(count)] if self._is_fixed(function) else None

    def _is_fixed(self, function):
        """Does it name the same function each time, as far as it names one at all?"""
        if isinstance(function, ast.Attribute):
            root = function.value
            named = isinstance(root, ast.Name)
            return named and (root.id in self.modules or root.id == "str" and "str" not in self.taken)
        return isinstance(function, ast.Name)

    @staticmethod
    def _result(function, names):
        if isinstance(function, ast.Lambda):
            return function.body
        return ast.Call(function, [ast.Name(name, ast.Load()) for name in names], [])

    # Keys by which to compare.

    def _builtin_sorted(self, node):
        """key=str.lower, as a lambda"""
        for keyword in node.keywords:
            named = isinstance(keyword.value, (ast.Name, ast.Attribute))
            names = self._parameters(keyword.value, 1) if named and keyword.arg == "key" else None
            if names is not None:
                parameters = ast.arguments([], [ast.arg(names[0])], None, [], [], None, [])
                body = self._result(keyword.value, names)
                keyword.value = ast.copy_location(ast.Lambda(parameters, body), keyword.value)
        return node

    _builtin_min = _builtin_max = _method_sort = _builtin_sorted

    # Text and numbers.

    def _builtin_format(self, node):
        """format(x, ".2f")"""
        value, *spec = node.args or [None]
        spec = spec[0] if spec else None
        if isinstance(spec, ast.Constant) and isinstance(spec.value, str):
            spec = ast.copy_location(ast.JoinedStr([spec]), spec)
        fits = len(node.args) in (1, 2) and not node.keywords
        if not fits or spec is not None and not isinstance(spec, ast.JoinedStr):
            return None
        return ast.JoinedStr([ast.copy_location(ast.FormattedValue(value, -1, spec), node)])

    def _builtin_pow(self, node):
        if node.keywords or len(node.args) != 2:
            return None
        return ast.BinOp(node.args[0], ast.Pow(), node.args[1])

    def _method_split(self, node):
        """split(sep=",", maxsplit=1)"""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        receiver = node.func.value
        module = isinstance(receiver, ast.Name) and receiver.id in self.modules
        if module or list(given) not in (["sep"], ["maxsplit"], ["sep", "maxsplit"]):
            return None
        if len(node.args) > 1 or node.args and "sep" in given:
            return None
        arguments = [*node.args, *([given["sep"]] if "sep" in given else [])]
        if "maxsplit" in given:
            arguments = [*(arguments or [ast.Constant(None)]), given["maxsplit"]]
        return ast.Call(node.func, arguments, [])

    _method_rsplit = _method_split

    def _method_format(self, node):
        """"{a} {b}".format(a=1, b=2), by position"""
        template = node.func.value
        text = template.value if isinstance(template, ast.Constant) else None
        if not node.keywords or not isinstance(text, str):
            return None
        places = {keyword.arg: len(node.args) + i for i, keyword in enumerate(node.keywords)}
        try:
            text = _by_position(text, len(node.args), places)
        except ValueError:
            return None
        func = ast.Attribute(ast.copy_location(ast.Constant(text), template), "format", ast.Load())
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        return ast.Call(ast.copy_location(func, node.func), arguments, [])


def _by_position(template, count, places):
    """Of a template whose fields are plain names, or numbers below `count`, or nothing. Raises
    ValueError."""
    parts, automatic = [], 0
    for literal, field, spec, conversion in string.Formatter().parse(template):
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        if field is None:
            continue
        if field in places:
            index = places[field]
        elif field == "" or field.isascii() and field.isdigit():
            index = int(field or automatic)
            automatic += 1
        else:
            raise ValueError
        if "{" in spec or field not in places and index >= count:
            raise ValueError
        conversion = f"!{conversion}" if conversion else ""
        parts.append(f"{{{index}{conversion}{':' + spec if spec else ''}}}")
    fields = {field for _, field, _, _ in string.Formatter().parse(template)} - {None, *places}
    if "" in fields and len(fields) > 1:
        raise ValueError  # which mixes the two
    return "".join(parts)


def _nothing(_):
    return None


def _is_call_of(node, name):
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    return called and node.func.id == name and not node.keywords


def _call(name, arguments):
    return ast.Call(ast.Name(name, ast.Load()), arguments, [])


def _clause(names, over, tests):
    targets = [ast.Name(name, ast.Store()) for name in names]
    target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
    return ast.comprehension(target, over, tests, 0)


def _generator(item, names, over, tests, word):
    made = ast.GeneratorExp(item, [_clause(names, over, tests)])
    made.written_as = word
    return made
