"""Statements to operations of an ir::Expr. Names become values: what a branch or a loop changes, and
somebody reads later, is what it gives."""

import ast

from _kaspr_calls import default_of, mutates, plain_parameters
from _kaspr_emit import Emitter, Untranslated, leave
from _kaspr_expressions import BINARY, Expressions
from _kaspr_flow import bound, live_before, read

MOST_NODES = 2_000  # of a function
IN_PLACE = {
    ast.Add: "iadd",
    ast.Mult: "imul",
    ast.BitOr: "ior",
    ast.BitAnd: "iand",
    ast.Sub: "isub",
    ast.BitXor: "ixor",
}
EXCEPTIONS = {
    "AssertionError": ("AssertionError",),
    "AttributeError": ("AttributeError",),
    "ArithmeticError": ("OverflowError", "ZeroDivisionError"),
    "IndexError": ("IndexError",),
    "KeyError": ("KeyError",),
    "LookupError": ("IndexError", "KeyError"),
    "NameError": ("NameError", "UnboundLocalError"),
    "OverflowError": ("OverflowError",),
    "RuntimeError": ("RuntimeError",),
    "TypeError": ("TypeError",),
    "UnicodeError": ("UnicodeError",),
    "ValueError": ("UnicodeError", "ValueError"),
    "ZeroDivisionError": ("ZeroDivisionError",),
    "Exception": (),
    "BaseException": (),
}
RAISED = frozenset(EXCEPTIONS) - {"ArithmeticError", "LookupError", "BaseException", "UnicodeError"}


class Loop:
    def __init__(self, names, live):
        self.names = names  # that it carries
        self.live = live  # at its head, and behind it
        self.broken = False  # by a break


class Function(Expressions):
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
        self.at_once = set()  # calls whose result nobody else sees
        self.sources = []  # what views and iterators were made of
        self.loop = None
        self.finals = []  # (statements, the loop around) of the finally parts around
        self.nodes = 0
        self.flags = 0
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
        value = self.expression(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _AnnAssign(self, node, live):
        if node.value is not None:
            self.assign(node.target, self.expression(node.value))

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

    def _Raise(self, node, live):
        if node.exc is None or node.cause is not None:
            self.emit.line("bail")
            return True
        kind, arguments = node.exc, []
        if isinstance(kind, ast.Call):
            kind, arguments = kind.func, kind.args
            if node.exc.keywords:
                raise Untranslated(node.exc, "an exception with named arguments")
        name = self.exception_name(kind)
        if name not in RAISED:
            raise Untranslated(kind, "an exception that only CPython has")
        self.expressions(arguments)
        self.emit.at(node)
        self.emit.line(f"raise {name}")
        return True

    def exception_name(self, node):
        known = isinstance(node, ast.Name) and node.id in EXCEPTIONS
        if not known or node.id in self.local or not self.scope.is_builtin(node.id):
            raise Untranslated(node, "an exception that only CPython has")
        return node.id

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

    # Loops.

    def _For(self, node, live):
        self.sources = []
        iterable = self.consumed(node.iter)
        watched = self._watch(node)
        loop = self._carried(node, bound([node.target]), live)
        begin = self.values_of(loop.names)
        item, params = self.emit.fresh(), self._fresh(loop.names)
        self.emit.at(node)
        head = len(self.emit.lines)
        self.emit.open(self.for_head(item, iterable, params, begin))
        outer = self._enter(loop, params)
        self._check(node, watched)
        self.assign(node.target, item)
        self._turn(node, loop)
        ended = self._fresh(loop.names)
        self.emit.between("else" + (" " + ", ".join(ended) if ended else ""))
        self._leave(outer, loop, ended)
        self._check(node, watched)  # CPython looks for one more item
        if not self.block(node.orelse, live):
            self.emit.line(leave("give", self.values_of(loop.names)))
        results = self._fresh(loop.names)
        self.emit.close(head, results)
        self._leave(outer, loop, results)

    def _watch(self, node):
        """What the items were taken of, if the loop may change it."""
        if not self.sources or not mutates(node.body):
            return []
        if None in self.sources:
            raise Untranslated(node, "a loop that may change what it goes over")
        return [(source, self.apply(node, "changes", source)) for source in self.sources]

    def _check(self, node, watched):
        for source, changes in watched:
            self.apply(node, "unchanged", source, changes)

    def _While(self, node, live):
        loop = self._carried(node, frozenset(), live)
        # What is behind a loop that ended by itself may leave a loop around it.
        flag = self._flag() if node.orelse else None
        if flag is not None:
            loop.names.append(flag)
            self.env[flag] = "False"
        begin = self.values_of(loop.names)
        params = self._fresh(loop.names)
        pairs = ", ".join(f"{p} = {b}" for p, b in zip(params, begin))
        head = len(self.emit.lines)
        self.emit.open("loop" + (f" with {pairs}" if pairs else ""))
        outer = self._enter(loop, params)
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        if endless:
            self._turn(node, loop)
        else:
            self.emit.open(f"if {self.expression(node.test)}")
            before = dict(self.env), set(self.maybe)
            self._turn(node, loop)
            self.emit.between("else")
            self.env, self.maybe = before
            if flag is not None:
                self.env[flag] = "True"
            self.emit.line(leave("break", self.values_of(loop.names)))
            loop.broken = True
            self.emit.close()
        results = self._fresh(loop.names)
        self.emit.close(head, results)
        self._leave(outer, loop, results)
        if flag is None or not loop.broken:
            return not loop.broken
        return self._if_flag(node, flag, node.orelse, live)

    def _flag(self):
        """A name of our own, which stands among the others."""
        self.flags += 1
        return f"flag {self.flags}"

    def _if_flag(self, node, flag, statements, live):
        names = sorted(bound(statements) & live)
        parts = [("", statements), ("else", [])]
        return self.branches(node, f"if {self.env.pop(flag)}", parts, names, live)

    def _turn(self, node, loop):
        if not self.block(node.body, loop.live):
            self.emit.line(leave("continue", self.values_of(loop.names)))

    def _fresh(self, names):
        return [self.emit.fresh() for _ in names]

    def _carried(self, node, targets, live):
        """The loop, with the names that a turn leaves to the next one or to what is behind it."""
        parts = [*node.body, *node.orelse]
        test = [node.test] if isinstance(node, ast.While) else []
        behind = live | live_before(node.orelse, live, live)
        head = (live_before(node.body, behind, behind) | read(test)) - targets
        names = (bound([*parts, *test]) | targets) & self.local & (head | behind)
        return Loop(sorted(names), head | behind)

    def _enter(self, loop, params):
        """What is bound before a loop stays so; other names are what they were, in each turn."""
        outer = dict(self.env), set(self.maybe), self.loop
        self.loop = loop
        self.env.update(zip(loop.names, params))
        return outer

    def _leave(self, outer, loop, values):
        self.env, self.maybe, self.loop = dict(outer[0]), set(outer[1]), outer[2]
        self.env.update(zip(loop.names, values))

    def _Break(self, node, live):
        self._run_finals(self.loop)
        self.emit.line(leave("break", self.values_of(self.loop.names)))
        self.loop.broken = True
        return True

    def _Continue(self, node, live):
        self._run_finals(self.loop)
        self.emit.line(leave("continue", self.values_of(self.loop.names)))
        return True

    # Exceptions.

    def _Try(self, node, live):
        return self._with_finally(node, live) if node.finalbody else self._handled(node, live)

    def _with_finally(self, node, live):
        """Where an exception leaves the function, CPython runs all of it again. So the end is what
        runs behind the try, and in front of whatever else leaves it."""
        if self.in_try:
            raise Untranslated(node, "'finally' in a try")
        for inner in (n for statement in node.finalbody for n in ast.walk(statement)):
            if isinstance(inner, (ast.Return, ast.Break, ast.Continue, ast.Yield)):
                raise Untranslated(inner, "leaving a 'finally'")
        behind = live_before(node.finalbody, live, self._jumps()) | read(node.finalbody)
        self.finals.append((node.finalbody, self.loop))
        ended = self._handled(node, behind) if node.handlers else self.block(node.body, behind)
        self.finals.pop()
        return ended or self.block(node.finalbody, live)

    def _run_finals(self, loop):
        """What has to run before the function, or a loop, is left."""
        outer, in_try = self.finals, self.in_try
        while self.finals and (loop is None or self.finals[-1][1] is loop):
            body, self.finals = self.finals[-1][0], self.finals[:-1]
            if in_try:
                raise Untranslated(body[0], "leaving a try that has a 'finally'")
            self.block(body, loop.live if loop else frozenset())
        self.finals = outer

    def _jumps(self):
        return self.loop.live if self.loop else frozenset()

    def _handled(self, node, live):
        jumps = self._jumps()
        behind = live_before(node.orelse, live, jumps)
        self._check_handlers(node, behind, jumps)
        flag = self._flag()  # did it go well?
        parts = [("", lambda: self._tried(node, behind, flag))]
        for handler in node.handlers:
            kinds = self._kinds(handler)
            parts.append((f"except {kinds}".rstrip(), lambda h=handler: self._handler(h, live, flag)))
        inside = [*node.body, *(s for h in node.handlers for s in h.body)]
        names = sorted(bound(inside) & self.local & (behind | live))
        if node.orelse:
            names.append(flag)
        ended = self.branches(node, "try", parts, names, behind)
        if ended or not node.orelse:
            return ended
        return self._if_flag(node, flag, node.orelse, live)

    def _tried(self, node, live, flag):
        outer, self.in_try = self.in_try, True
        ended = self.block(node.body, live)
        self.in_try = outer
        self.env[flag] = "True"
        return ended

    def _handler(self, handler, live, flag):
        self.env[flag] = "False"
        if handler.name is not None and handler.name in read([self.definition]):
            self.emit.line("bail")  # the exception itself is looked at
            return True
        return self.block(handler.body, live)

    def _kinds(self, handler):
        if handler.type is None:
            return ""
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = [self.exception_name(kind) for kind in types]
        if "Exception" in names or "BaseException" in names:
            return ""
        return ", ".join(sorted({kind for name in names for kind in EXCEPTIONS[name]}))

    def _check_handlers(self, node, live, jumps):
        """A handler begins with the names as they were before the try: so nothing that it reads may
        be bound in the try, unless nothing can fail behind that."""
        last = node.body[-1]
        targets = getattr(last, "targets", None) or [getattr(last, "target", None)]
        plain = isinstance(last, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and all(
            isinstance(target, ast.Name) for target in targets
        )
        changed = bound(node.body[:-1] if plain else node.body)
        for handler in node.handlers:
            needed = live_before(handler.body, live, jumps) - {handler.name}
            for name in sorted(changed & needed):
                raise Untranslated(handler, f"'{name}' is bound in a try, and read where it failed")


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
