"""Exceptions: raised, caught where their class is known, and what runs in the end."""

import ast

from _kaspr_emit import Untranslated
from _kaspr_flow import bound, live_before, read

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
    "UnboundLocalError": ("UnboundLocalError",),
    "UnicodeError": ("UnicodeError",),
    "ValueError": ("UnicodeError", "ValueError"),
    "ZeroDivisionError": ("ZeroDivisionError",),
    "Exception": (),
    "BaseException": (),
}
# What only CPython raises: whatever would raise it is left to CPython.
FOREIGN = frozenset(
    "json.JSONDecodeError ImportError MemoryError NotImplementedError OSError RecursionError "
    "StopIteration".split()
)
RAISED = frozenset(EXCEPTIONS) - frozenset(
    "ArithmeticError LookupError BaseException UnicodeError".split()
)


class Tries:
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

    def _Try(self, node, live):
        handlers = [handler for handler in node.handlers if self._types(handler) != []]
        if len(handlers) < len(node.handlers):
            parts = (node.body, node.orelse) if handlers else ([*node.body, *node.orelse], [])
            tried = ast.Try(parts[0], handlers, parts[1], node.finalbody)
            node = ast.copy_location(tried, node)
        if not node.handlers and not node.finalbody:
            return self.block(node.body, live)
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

    def _types(self, handler):
        """The classes that it names, without those that only CPython raises; None: all."""
        if handler.type is None:
            return None
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return [kind for kind in types if not self._is_foreign(kind)]

    def _is_foreign(self, kind):
        builtin = isinstance(kind, ast.Name) and kind.id not in self.local
        if builtin and self.scope.is_builtin(kind.id):
            return kind.id in FOREIGN
        return self.path(kind) in FOREIGN

    def _kinds(self, handler):
        types = self._types(handler)
        if types is None:
            return ""
        names = [self.exception_name(kind) for kind in types]
        if "Exception" in names or "BaseException" in names:
            return ""
        kinds = {kind for name in names for kind in EXCEPTIONS[name]}
        return ", ".join(sorted(kinds))

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
