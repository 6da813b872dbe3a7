"""Statements to operations of an ir::Expr. Names become values: what a branch or a loop changes, and
somebody reads later, is what it gives."""

import ast

from _kaspr_emit import Emitter, Untranslated, leave
from _kaspr_expressions import BINARY, Expressions
from _kaspr_flow import bound, live_before
from _kaspr_loops import Loops
from _kaspr_matches import Matches
from _kaspr_scope import default_of, plain_parameters
from _kaspr_tries import Tries

MOST_NODES = 2_000  # of a function
IN_PLACE = {
    ast.Add: "iadd",
    ast.Mult: "imul",
    ast.BitOr: "ior",
    ast.BitAnd: "iand",
    ast.Sub: "isub",
    ast.BitXor: "ixor",
}


class Function(Loops, Matches, Tries, Expressions):
    def __init__(self, definition, scope, functions, primitives, inside_try):
        self.definition = definition
        self.scope = scope
        self.functions = functions
        self.primitives = primitives
        self.emit = Emitter()
        self.parameters = plain_parameters(definition)
        self.env = {name: name for name in self.parameters}
        self.maybe = set()
        self.local = frozenset(bound(definition.body)) | frozenset(self.parameters)
        self.generator = any(isinstance(n, ast.Yield) for n in ast.walk(definition))
        self.in_try = inside_try
        self.inside_comprehension = False
        self.at_once, self.sources, self.running = set(), [], []
        self.loop = None
        self.finals = []  # (statements, the loop around) of the finally parts around
        self.nodes = 0
        self.flags = 0
        self.owned = 0  # names that no program has
        self.find_kinds()
        self.find_objects()
        if definition.decorator_list:
            raise Untranslated(definition.decorator_list[0], "a decorator")

    def count(self, node):
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Untranslated(node, "a function of this size")

    def translate(self, name, arguments):
        """The text. `arguments`: how many parameters it is called with; others have defaults."""
        missing = self.parameters[arguments:]
        defaults = self.definition.args.defaults
        for parameter, default in zip(missing, defaults[len(defaults) - len(missing) :]):
            self.env[parameter] = default_of(default)
        if not self.block(self.definition.body, frozenset()):
            self.emit.line("return None")
        shown = ", ".join(self.parameters[:arguments])
        head = f"fn @{name}({shown}) {'yields ' if self.generator else ''}{{"
        return "\n".join([head, *self.emit.lines, "}"])

    # Blocks.

    def block(self, statements, live):
        """True if nothing runs behind it. `live`: the names that are read behind it."""
        jumps = self.loop.live if self.loop else frozenset()
        for i, statement in enumerate(statements):
            self.count(statement)
            self.emit.at(statement)
            after = live_before(statements[i + 1 :], live, jumps)
            method = getattr(self, "_" + type(statement).__name__, None)
            if method is None:
                raise Untranslated(statement, f"uses '{_keyword(statement)}', which only CPython has")
            if method(statement, after):
                return True
        return False

    def bind(self, name, value):
        self.env[name] = value
        self.maybe.discard(name)

    def assign(self, target, value):
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            starred = [i for i, item in enumerate(target.elts) if isinstance(item, ast.Starred)]
            if starred:
                counts = str(starred[0]), str(len(target.elts) - starred[0] - 1)
                items = self.apply(target, "unpack-star", value, *counts)
            else:
                items = self.apply(target, "unpack", value, str(len(target.elts)))
            for i, item in enumerate(target.elts):
                part = item.value if isinstance(item, ast.Starred) else item
                self.assign(part, self.apply(item, "getitem", items, str(i)))
        elif isinstance(target, ast.Subscript):
            container, key = self.place(target)
            self.apply(target, "setitem", container, key, value)
        else:
            raise Untranslated(target, "a target of this kind")

    def place(self, target):
        """The container and the key of a subscript that is changed."""
        name = target.value
        if isinstance(name, ast.Name) and name.id not in self.local:
            raise Untranslated(target, f"changes '{name.id}', which others see")
        container = self.expression(target.value)
        if isinstance(target.slice, ast.Slice):
            raise Untranslated(target, "a slice that is changed")
        return container, self.expression(target.slice)

    # Statements: each gives True if nothing runs behind it.

    def _Pass(self, node, live):
        pass

    def _Expr(self, node, live):
        if isinstance(node.value, ast.Yield):
            return self._yield(node.value)
        if not isinstance(node.value, ast.Constant):
            self.expression(node.value)

    def _yield(self, node):
        if self.in_try:
            raise Untranslated(node, "'yield' in a try")
        value = "None" if node.value is None else self.expression(node.value)
        self.emit.at(node)
        self.emit.line(f"yield {value}")

    def _Assign(self, node, live):
        unpacked = len(node.targets) == 1 and isinstance(node.targets[0], (ast.Tuple, ast.List))
        if unpacked and isinstance(node.value, ast.GeneratorExp):
            value = self.zipped(node.value)
        else:
            value = self._assigned(node.targets[0], node.value)
        for target in node.targets:
            self.assign(target, value)

    def _AnnAssign(self, node, live):
        if node.value is not None:
            self.assign(node.target, self._assigned(node.target, node.value))

    def _assigned(self, target, value):
        of_kind = isinstance(target, ast.Name) and target.id in self.kinds
        return self.stand_in(value) if of_kind else self.expression(value)

    def _AugAssign(self, node, live):
        if type(node.op) not in BINARY:
            raise Untranslated(node, "the operator '@='")
        name = IN_PLACE.get(type(node.op), BINARY[type(node.op)])
        if name not in self.primitives:
            name = BINARY[type(node.op)]
        target = node.target
        if isinstance(target, ast.Name):
            if target.id not in self.local:
                raise Untranslated(target, f"changes '{target.id}', which others see")
            old = self.expression(ast.copy_location(ast.Name(target.id, ast.Load()), target))
            self.bind(target.id, self.apply(node, name, old, self.expression(node.value)))
        elif isinstance(target, ast.Subscript):
            container, key = self.place(target)
            old = self.apply(target, "getitem", container, key)
            new = self.apply(node, name, old, self.expression(node.value))
            self.apply(target, "setitem", container, key, new)
        else:
            raise Untranslated(target, "a target of this kind")

    def _Delete(self, node, live):
        for target in node.targets:
            if not isinstance(target, ast.Subscript):
                raise Untranslated(target, "'del' of a name")
            self.apply(target, "delitem", *self.place(target))

    def _Return(self, node, live):
        value = "None" if node.value is None else self.expression(node.value)
        self._run_finals(None)
        self.emit.at(node)
        self.emit.line("return None" if self.generator else f"return {value}")
        return True

    def _Assert(self, node, live):
        test = self.expression(node.test)
        self.emit.open(f"if {test}")
        self.emit.line("give")
        self.emit.between("else")
        if node.msg is not None:
            self.expression(node.msg)
        self.emit.line("raise AssertionError")
        self.emit.close()

    def _If(self, node, live):
        test = self.expression(node.test)
        names = sorted(bound(node.body + node.orelse) & live)
        return self.branches(
            node, f"if {test}", [("", node.body), ("else", node.orelse)], names, live
        )

    def branches(self, node, head, parts, names, live):
        """Regions of which one runs, or one after the other fails: all begin with the same names."""
        self.emit.at(node)
        index = len(self.emit.lines)
        self.emit.open(head)
        before, maybe = self.env, self.maybe
        after, all_end = set(), True
        for between, part in parts:
            if between:
                self.emit.between(between)
            self.env, self.maybe = dict(before), set(maybe)
            statements = part if isinstance(part, list) else None
            ended = self.block(statements, live) if statements is not None else part()
            if not ended:
                self.emit.line(leave("give", self.values_of(names)))
                after |= self.maybe
                all_end = False
        self.env, self.maybe = dict(before), set(maybe)
        results = [] if all_end else [self.emit.fresh() for _ in names]
        self.emit.close(index, results)
        for name, result in zip(names, results):
            self.bind(name, result)
        self.maybe |= after & set(names)
        return all_end


def _keyword(node):
    return {
        ast.FunctionDef: "def",
        ast.AsyncFunctionDef: "async def",
        ast.ClassDef: "class",
        ast.AsyncFor: "async for",
        ast.AsyncWith: "async with",
        ast.ImportFrom: "import",
        ast.TryStar: "except*",
    }.get(type(node), type(node).__name__.lower())
