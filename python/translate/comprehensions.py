"""Comprehensions and generators that are used up at once: loops in a scope of their own."""

import ast

from _kaspr_emit import Untranslated, leave
from _kaspr_flow import bound


def parts_of(node):
    """What runs while a comprehension goes over its first iterable."""
    made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    tests = [test for generator in node.generators for test in generator.ifs]
    return [*made, *tests, *(generator.iter for generator in node.generators[1:])]


class Comprehensions:
    """`self.running` is what runs in the comprehensions around."""

    def _ListComp(self, node):
        return self.comprehension(node, "list", lambda made: self.add_item(node, "list-append", made))

    def _SetComp(self, node):
        return self.comprehension(node, "set", lambda made: self.add_item(node, "set-add", made))

    def _DictComp(self, node):
        def add(made):
            key, value = self.expression(node.key), self.expression(node.value)
            self.apply(node, "dict-put", made, key, value)

        return self.comprehension(node, "dict", add)

    def add_item(self, node, name, made):
        self.apply(node, name, made, self.expression(node.elt))

    def comprehension(self, node, make, add):
        """A new container; `add` emits what adds to it for the innermost loop."""
        first = self.first_iterable(node)
        made = self.apply(node, make)

        def body(_):
            add(made)
            return []

        self.loops(node, first, [], body)
        return made

    def first_iterable(self, node):
        """That of the outermost loop, which belongs to the scope around."""
        return self._iterable(node.generators[0].iter, [*self.running, *parts_of(node)])

    def _iterable(self, node, running):
        """What is gone over; of a generator what that one goes over."""
        if isinstance(node, ast.GeneratorExp):
            return self._iterable(node.generators[0].iter, [*running, *parts_of(node)])
        if self.holds_generator(node) and (self.in_try or self.mutates([node, *running])):
            raise Untranslated(node, "a generator among others")
        self.sources = []
        iterable = self.consumed(node)
        if self.sources and self.mutates(running):
            raise Untranslated(node, "a comprehension that may change what it goes over")
        return iterable

    def loops(self, node, first, carried, body):
        """The loops of a comprehension, in a scope of its own. `body` is given what the innermost
        one carries, emits what it does with each item, and gives what it carries on, or None where
        it left."""
        outer, running = self.enter_scope(node), self.running
        self.running = [*running, *parts_of(node)]
        try:
            return self._loop(node.generators, first, carried, body)
        finally:
            self.running = running
            self.leave_scope(outer)

    def enter_scope(self, node):
        """Of a comprehension; gives what `leave_scope` wants."""
        outer = self.env, self.maybe, self.local, self.inside_comprehension
        self.env, self.maybe = dict(self.env), set(self.maybe)
        self.local = self.local | bound(g.target for g in node.generators)
        self.inside_comprehension = True
        return outer

    def leave_scope(self, outer):
        self.env, self.maybe, self.local, self.inside_comprehension = outer

    def _loop(self, generators, iterable, carried, body):
        generator = generators[0]
        if generator.is_async:
            raise Untranslated(generator.target, "'async for'")
        if iterable is None:
            iterable = self._iterable(generator.iter, self.running)
        if isinstance(generator.iter, ast.GeneratorExp):
            return self._loop_over_generator(generators, iterable, carried, body)
        item, params = self.emit.fresh(), [self.emit.fresh() for _ in carried]
        head = len(self.emit.lines)
        self.emit.open(self.for_head(item, iterable, params, carried))
        self.assign(generator.target, item)
        self._filtered(generator.ifs, generators[1:], params, body)
        ended = [self.emit.fresh() for _ in carried]
        self.emit.between("else" + (" " + ", ".join(ended) if ended else ""))
        self.emit.line(leave("give", ended))
        results = [self.emit.fresh() for _ in carried]
        self.emit.close(head, results)
        return results

    def _loop_over_generator(self, generators, iterable, carried, body):
        """The loops of the generator; what it makes is an item of this one."""
        generator = generators[0]
        env, maybe, local = self.env, self.maybe, self.local

        def turn(params):
            item = self.expression(generator.iter.elt)
            inside = self.env, self.maybe, self.local
            self.env, self.maybe, self.local = dict(env), set(maybe), local
            self.assign(generator.target, item)
            self._filtered(generator.ifs, generators[1:], params, body)
            self.env, self.maybe, self.local = inside

        return self.loops(generator.iter, iterable, carried, turn)

    def _filtered(self, tests, generators, params, body):
        """The rest of a turn: ends it with a continue."""
        if tests:
            test = self.expression(tests[0])
            self.emit.open(f"if {test}")
            env, maybe = dict(self.env), set(self.maybe)
            self._filtered(tests[1:], generators, params, body)
            self.env, self.maybe = env, maybe
            self.emit.between("else")
            self.emit.line(leave("continue", params))
            self.emit.close()
        elif generators:
            self.emit.line(leave("continue", self._loop(generators, None, params, body)))
        else:
            values = body(params)
            if values is not None:
                self.emit.line(leave("continue", values))

    @staticmethod
    def for_head(item, iterable, params, carried):
        pairs = ", ".join(f"{p} = {c}" for p, c in zip(params, carried))
        return f"for {item} in {iterable}" + (f" with {pairs}" if pairs else "")
