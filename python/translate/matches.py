"""`match`, as the ifs that it stands for.

    case {"id": int(i), "at": [x, *_]} if i > 0:    isinstance(it, dict) and "id" in it and ...

A case's names are bound when all of its pattern fits, and before its guard. Until then the parts of
the value have names of our own, which have a dot in them and no node that binds them: they are read
only where they are sure to be there.
"""

import ast

from _kaspr_emit import Untranslated

# Classes of which one pattern in the brackets means the whole value.
WHOLE = frozenset("bool bytes dict float frozenset int list set str tuple".split())


class Apply(ast.expr):
    """A primitive."""

    _fields = ("primitive", "operands")


class Own(ast.expr):
    """What a name of our own stands for."""

    _fields = ("name",)


class Keep(ast.expr):
    """Such a name, for a value."""

    _fields = ("name", "value")


class Bind(ast.expr):
    """A name that others see, for a value."""

    _fields = ("target", "value")


class After(ast.expr):
    """A test after steps, each of which is evaluated for what it does."""

    _fields = ("steps", "test")


class Sure(ast.stmt):
    """These names are bound here."""

    _fields = ("names",)


STEPS = (Keep, Bind)


class Matches:
    def _Match(self, node, live):
        subject = self._own_name()
        self.env[subject] = self.expression(node.subject)
        statements = []
        for case in reversed(node.cases):
            tests, captures = [], {}
            self._pattern(case.pattern, Own(subject), tests, captures)
            tests += [_bind(name, part) for name, part in captures.items()]
            tests += [case.guard] if case.guard is not None else []
            if all(isinstance(test, Bind) for test in tests):  # it fits whatever there is
                taken = [ast.Assign([test.target], test.value) for test in tests]
                statements = [*(_placed(t, case.pattern) for t in taken), *case.body]
            else:
                body = [Sure(sorted(captures)), *case.body] if captures else case.body
                statements = [_placed(ast.If(_all_of(tests), body, statements), case.pattern)]
        return self.block(statements, live)

    def _own_name(self):
        self.owned += 1
        return f"match.{self.owned}"

    def _kept(self, value, tests):
        name = self._own_name()
        tests.append(Keep(name, value))
        return Own(name)

    def _pattern(self, pattern, subject, tests, captures):
        """Adds what must be true or be done, and what the pattern's names stand for."""
        self.count(pattern)
        getattr(self, "_pattern_" + type(pattern).__name__)(pattern, subject, tests, captures)

    def _pattern_MatchValue(self, pattern, subject, tests, captures):
        tests.append(ast.Compare(subject, [ast.Eq()], [pattern.value]))

    def _pattern_MatchSingleton(self, pattern, subject, tests, captures):
        tests.append(Apply("is", [subject, ast.Constant(pattern.value)]))

    def _pattern_MatchAs(self, pattern, subject, tests, captures):
        if pattern.pattern is not None:
            self._pattern(pattern.pattern, subject, tests, captures)
        if pattern.name is not None:
            captures[pattern.name] = subject

    def _pattern_MatchOr(self, pattern, subject, tests, captures):
        """What a name stands for is known behind all ways: so it has a name that others see."""
        shared, ways = {}, []
        for way in pattern.patterns:
            own_tests, own_captures = [], {}
            self._pattern(way, subject, own_tests, own_captures)
            for name, part in own_captures.items():
                shared.setdefault(name, self._own_name())
                own_tests.append(_bind(shared[name], part))
            ways.append(_all_of(own_tests))
        self.local |= frozenset(shared.values())
        tests.append(ast.BoolOp(ast.Or(), ways))
        captures.update((name, Own(own)) for name, own in shared.items())

    def _pattern_MatchSequence(self, pattern, subject, tests, captures):
        parts = pattern.patterns
        count = len(parts)
        star = next((i for i, p in enumerate(parts) if isinstance(p, ast.MatchStar)), None)
        kinds = [ast.Constant(kind) for kind in ("list", "tuple", "range")]
        tests.append(Apply("isinstance", [subject, *kinds]))
        least = ast.Constant(count if star is None else count - 1)
        tests.append(Apply("eq" if star is None else "ge", [Apply("len", [subject]), least]))
        for i, part in enumerate(parts):
            if i == star:
                if part.name is not None:
                    bounds = [ast.Constant(i), ast.Constant(i + 1 - count or None)]
                    items = Apply("getslice", [subject, *bounds])
                    captures[part.name] = self._kept(Apply("list-of", [items]), tests)
            elif not _is_wildcard(part):
                index = ast.Constant(i if star is None or i < star else i - count)
                item = self._kept(Apply("getitem", [subject, index]), tests)
                self._pattern(part, item, tests, captures)

    def _pattern_MatchMapping(self, pattern, subject, tests, captures):
        tests.append(Apply("isinstance", [subject, ast.Constant("dict")]))
        for key, part in zip(pattern.keys, pattern.patterns):
            if not isinstance(key, ast.Constant):
                raise Untranslated(key, "a key in a pattern that is no constant")
            tests.append(Apply("in", [key, subject]))
            if not _is_wildcard(part):
                item = self._kept(Apply("getitem", [subject, key]), tests)
                self._pattern(part, item, tests, captures)
        if pattern.rest is not None:
            rest = self._kept(Apply("dict-of", [subject]), tests)
            for key in pattern.keys:
                self._kept(Apply("delitem", [rest, key]), tests)
            captures[pattern.rest] = rest

    def _pattern_MatchClass(self, pattern, subject, tests, captures):
        kind = pattern.cls
        known = isinstance(kind, ast.Name) and kind.id in WHOLE and kind.id not in self.local
        if not known or not self.scope.is_builtin(kind.id):
            raise Untranslated(kind, "a class in a pattern that is none of JSON's")
        if pattern.kwd_attrs or len(pattern.patterns) > 1:
            raise Untranslated(kind, "attributes in a pattern")
        tests.append(Apply("isinstance", [subject, ast.Constant(kind.id)]))
        for part in pattern.patterns:
            self._pattern(part, subject, tests, captures)

    # The nodes of our own.

    def _Apply(self, node):
        return self.apply(node, node.primitive, *self.expressions(node.operands))

    def _Own(self, node):
        return self.env[node.name]

    def _Keep(self, node):
        self.env[node.name] = self.expression(node.value)
        return "None"

    def _Bind(self, node):
        self.bind(node.target.id, self.expression(node.value))
        return "None"

    def _After(self, node):
        for step in node.steps:
            self.expression(step)
        return self.expression(node.test)

    def _Sure(self, node, live):
        self.maybe -= set(node.names)


def _bind(name, value):
    return Bind(ast.Name(name, ast.Store()), value)


def _all_of(tests):
    """One test of them and of the steps between."""
    found, steps = [], []
    for test in tests:
        if isinstance(test, STEPS):
            steps.append(test)
        else:
            found.append(After(steps, test) if steps else test)
            steps = []
    if steps or not found:
        true = ast.Constant(True)
        found.append(After(steps, true) if steps else true)
    return found[0] if len(found) == 1 else ast.BoolOp(ast.And(), found)


def _is_wildcard(pattern):
    return isinstance(pattern, ast.MatchAs) and pattern.name is None and pattern.pattern is None


def _placed(node, pattern):
    """What has no place yet stands where the pattern does."""
    for inner in ast.walk(node):
        if not hasattr(inner, "lineno"):
            ast.copy_location(inner, pattern)
    return node
