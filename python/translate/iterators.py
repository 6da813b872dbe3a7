"""Generators, iterators and views. In CPython they give their items one by one, while others run; here
a list of them is made at once, where nobody can tell."""

import ast

from _kaspr_emit import Untranslated

ITERATORS = frozenset(("enumerate", "zip", "reversed"))
VIEWS = frozenset((".items", ".keys", ".values"))
MUTATING = frozenset(
    ".append .extend .insert .remove .pop .clear .sort .reverse .add .discard .update .setdefault "
    ".popitem .difference_update .intersection_update".split()
)


class Iterators:
    """`self.at_once` are the calls whose result nobody else sees; `self.sources` is what views and
    iterators were made of, None: of many."""

    def is_call_of(self, node, names):
        """Of one of these builtins?"""
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in names
            and node.func.id not in self.local
            and self.scope.is_builtin(node.func.id)
        )

    @staticmethod
    def is_view(node):
        method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        return method and "." + node.func.attr in VIEWS

    def _is_lazy(self, node):
        return (
            isinstance(node, ast.GeneratorExp)
            or self.is_call_of(node, ITERATORS)
            or self.is_view(node)
        )

    def mutates(self, nodes):
        """May they change a container?"""
        for node in (n for root in nodes for n in ast.walk(root)):
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, ast.AugAssign):
                return True
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute):
                if "." + node.func.attr in MUTATING:
                    return True
            elif not self.is_call_of(node, (getattr(node.func, "id", None),)):
                return True
        return False

    def used_up(self, node, name, result, *sources):
        """A view or an iterator stands for a list as long as nobody can tell."""
        if name in ITERATORS or name in VIEWS:
            if node not in self.at_once:
                raise Untranslated(node, f"'{name.lstrip('.')}' that is not used up at once")
            self.sources.extend(sources)
        return result

    def consumed(self, node):
        """An argument that the call uses up before anything else runs."""
        if isinstance(node, ast.Call):
            self.at_once.add(node)
        if isinstance(node, ast.GeneratorExp):
            return self.comprehension(
                node, "list", lambda made: self.add_item(node, "list-append", made)
            )
        return self.expression(node)

    def progressive(self, node):
        """The same, of a call that works while the generator runs: which of two exceptions comes
        first would show in a try."""
        if self.in_try and (isinstance(node, ast.GeneratorExp) or self.holds_generator(node)):
            raise Untranslated(node, "a generator, in a try")
        return self.consumed(node)

    def zipped(self, node):
        """The same, of what runs beside others, or stands between a generator and who uses it up."""
        if isinstance(node, ast.GeneratorExp) and self.mutates([node]):
            raise Untranslated(node, "a generator that may change something")
        return self.progressive(node)

    def viewed(self, node):
        """Of what has a length, and can be reversed: a view, but no iterator."""
        return self.consumed(node) if self.is_view(node) else self.expression(node)

    def holds_generator(self, node):
        """Is it enumerate(generator), or the like?"""
        return self.is_call_of(node, ITERATORS) and any(
            isinstance(argument, ast.GeneratorExp) or self.holds_generator(argument)
            for argument in node.args
        )

    def check_arguments(self, node):
        """What is lazy is used up when all arguments are there."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        lazy = next((i for i, argument in enumerate(given) if self._is_lazy(argument)), len(given))
        later = [argument for argument in given[lazy + 1 :] if not isinstance(argument, ast.Lambda)]
        if self.mutates(later):
            raise Untranslated(node, "an argument that may change what is gone over")

    def watch(self, node, running):
        """What the items were taken of, if these may change it."""
        if not self.sources or not self.mutates(running):
            return []
        if None in self.sources:
            raise Untranslated(node, "a loop that may change what it goes over")
        return [(source, self.apply(node, "changes", source)) for source in self.sources]

    def check_watched(self, node, watched):
        for source, changes in watched:
            self.apply(node, "unchanged", source, changes)
