"""Loops: what a turn leaves to the next one is what they carry."""

import ast

from _kaspr_calls import mutates
from _kaspr_emit import Untranslated, leave
from _kaspr_flow import bound, live_before, read


class Loop:
    def __init__(self, names, live):
        self.names = names  # that it carries
        self.live = live  # at its head, and behind it
        self.broken = False  # by a break


class Loops:
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
