"""Comprehensions and generators that are used up at once: loops in a scope of their own."""

from _kaspr_calls import mutates
from _kaspr_emit import Untranslated, leave
from _kaspr_flow import bound


class Comprehensions:
    def _ListComp(self, node):
        return self.comprehension(node, "list", lambda made: self._add(node, "list-append", made))

    def _SetComp(self, node):
        return self.comprehension(node, "set", lambda made: self._add(node, "set-add", made))

    def _DictComp(self, node):
        def add(made):
            key, value = self.expression(node.key), self.expression(node.value)
            self.apply(node, "dict-put", made, key, value)

        return self.comprehension(node, "dict", add)

    def _add(self, node, name, made):
        self.apply(node, name, made, self.expression(node.elt))

    def comprehension(self, node, make, add):
        """A new container; `add` emits what adds to it for the innermost loop."""
        first = self.first_iterable(node)
        made = self.apply(node, make)

        def body():
            add(made)
            return []

        self.loops(node, first, [], body)
        return made

    def first_iterable(self, node):
        """That of the outermost loop, which belongs to the scope around."""
        self.sources = []
        first = self.consumed(node.generators[0].iter)
        if self.sources and mutates([getattr(node, "elt", node)]):
            raise Untranslated(node, "a comprehension that may change what it goes over")
        return first

    def loops(self, node, first, carried, body):
        """The loops of a comprehension, in a scope of its own. `body` emits what the innermost one
        does with each item, and gives what it carries on, or None where it left."""
        outer = self.env, self.maybe, self.local, self.inside_comprehension
        self.env, self.maybe = dict(self.env), set(self.maybe)
        self.local = self.local | bound(g.target for g in node.generators)
        self.inside_comprehension = True
        try:
            return self._loop(node.generators, first, carried, body)
        finally:
            self.env, self.maybe, self.local, self.inside_comprehension = outer

    def _loop(self, generators, iterable, carried, body):
        generator = generators[0]
        if generator.is_async:
            raise Untranslated(generator.target, "'async for'")
        if iterable is None:
            iterable = self.consumed(generator.iter)
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
            values = body()
            if values is not None:
                self.emit.line(leave("continue", values))

    @staticmethod
    def for_head(item, iterable, params, carried):
        pairs = ", ".join(f"{p} = {c}" for p, c in zip(params, carried))
        return f"for {item} in {iterable}" + (f" with {pairs}" if pairs else "")
