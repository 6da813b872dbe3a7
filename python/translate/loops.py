"""Loops: what a turn leaves to the next one is what they carry."""

import ast

from _kaspr_emit import Untranslated, leave
from _kaspr_flow import bound, live_before, read


class Loop:
    def __init__(self, names, live):
        self.names = names  # that it carries
        self.live = live  # at its head, and behind it
        self.broken = False  # by a break


class Loops:
    def _For(self, node, live):
        generator = self._generator_of(node)
        self.sources = []
        iterable = self.consumed(generator.generators[0].iter if generator else node.iter)
        watched = self.watch(node, [*node.body, *([generator] if generator else [])])
        loop = self._carried(node, bound([node.target]), live, generator)
        begin = self.values_of(loop.names)
        item, params = self.emit.fresh(), self._fresh(loop.names)
        self.emit.at(node)
        head = len(self.emit.lines)
        self.emit.open(self.for_head(item, iterable, params, begin))
        outer = self._enter(loop, params)
        self.check_watched(node, watched)
        if generator is None:
            self.assign(node.target, item)
            self._turn(node, loop)
        else:
            self._generated_turn(node, generator, item, loop, params)
        ended = self._fresh(loop.names)
        self.emit.between("else" + (" " + ", ".join(ended) if ended else ""))
        self._leave(outer, loop, ended)
        self.check_watched(node, watched)  # CPython looks for one more item
        if not self.block(node.orelse, live):
            self.emit.line(leave("give", self.values_of(loop.names)))
        results = self._fresh(loop.names)
        self.emit.close(head, results)
        self._leave(outer, loop, results)

    def _generator_of(self, node):
        """That a loop goes over, or None. It runs turn by turn, and sees what a turn changes."""
        if self.holds_generator(node.iter):
            raise Untranslated(node.iter, "a generator among others")
        if not isinstance(node.iter, ast.GeneratorExp):
            return None
        first = node.iter.generators[0]
        lazy = isinstance(first.iter, ast.GeneratorExp) or self.holds_generator(first.iter)
        if lazy or len(node.iter.generators) > 1 or first.is_async:
            raise Untranslated(node.iter, "a loop over a generator of several loops")
        return node.iter

    def _generated_turn(self, node, generator, item, loop, params):
        clause = generator.generators[0]
        outer = self.enter_scope(generator)
        self.assign(clause.target, item)
        for test in clause.ifs:
            self.emit.open(f"if {self.expression(test)}")
        made = self.expression(generator.elt)
        self.leave_scope(outer)
        self.assign(node.target, made)
        self._turn(node, loop)
        for _ in clause.ifs:
            self.emit.between("else")
            self.emit.line(leave("continue", params))
            self.emit.close()

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

    def _carried(self, node, targets, live, generator=None):
        """The loop, with the names that a turn leaves to the next one or to what is behind it."""
        parts = [*node.body, *node.orelse]
        test = [node.test] if isinstance(node, ast.While) else []
        made = read([generator]) if generator else frozenset()
        behind = live | live_before(node.orelse, live, live)
        head = (live_before(node.body, behind, behind) | read(test)) - targets | made
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
