"""Which function of a block is called (D1, D3), and whether it can take what it is given."""

from _kaspr_blocks import CALLABLE, NOT_CALLABLE, nearest, place_of

NO_FUNCTION, ENTRYPOINT, PARAMETERS, SEVERAL, OTHER_CHOICE = 302, 303, 304, 305, 306


class Choice:
    """Of `check`'s block, which sees the names of `init`. Says what is wrong through `check`, and
    sets its entrypoint."""

    def __init__(self, check, init):
        self.check = check
        self.init = init
        self.names = check.names

    def of_init(self):
        """The function that runs after the block, if any (D3)."""
        if self.check.entrypoint:
            chosen = self._named()
            if chosen is not None:
                self._takes(chosen, 0, place="entrypoint")
        elif (
            (found := self.names.get("init"))
            and found.kind == "function"
            and required(found.node) == []
        ):
            self.check.entrypoint = "init"

    def of_value(self):
        """The function that is called with each value (D1)."""
        if self.check.entrypoint:
            chosen = self._named()
            if chosen is not None:
                self._takes(chosen, 1, place=None if chosen.name in self.names else "entrypoint")
            return
        functions = self.names.functions()
        certain = functions or [name for name in self.names if name.kind in CALLABLE]
        maybe = [name for name in self.names if name.kind == "unknown"]
        maybe = maybe or [name for name in self.names if name.kind == "imported"]
        if certain:
            self._settle(certain[0], functions)
        elif maybe:
            # Only running it can tell; if there is a choice, the first that is callable.
            self.check.entrypoint = maybe[0].name if len(maybe) == 1 else ""
        elif not self.names.star:
            self.check.error(
                NO_FUNCTION,
                f"the python of {self.check.words} defines no function",
                self._first_token(),
                "write 'def name(value): ...'",
            )

    def _first_token(self):
        text, tree = self.check.text, self.check.tree
        if tree.body:
            return place_of(tree.body[0])
        comment = len(text) - len(text.lstrip())
        return self.check.place_of_character(comment) if text.strip() else None

    def _settle(self, chosen, functions):
        self.check.entrypoint = chosen.name
        if not self._takes(chosen, 1):
            return
        kaspr = self._choice_of_kaspr()
        notes = []
        if kaspr is not None and kaspr[0] != chosen.name:
            notes.append(
                f"Kaspr would call '{kaspr[0]}'{kaspr[1]}; "
                f"'entrypoint: {chosen.name}' makes both the same"
            )
        if len(functions) > 1:
            names = ", ".join(f"'{name.name}'" for name in functions)
            self.check.warn(
                SEVERAL,
                f"the python of {self.check.words} defines several functions: {names}",
                name_place(chosen, self.check.text),
                "this one is called, the first; 'entrypoint' says so or chooses another",
                *notes,
            )
        elif notes:
            self.check.remark(
                OTHER_CHOICE,
                f"{self.check.words} calls '{chosen.name}', the first function of its own block",
                name_place(chosen, self.check.text),
                *notes,
            )

    def _choice_of_kaspr(self):
        """(name, where): the first callable of init's names and then the block's."""

        def callable_in(names):
            for name in names:
                if name.kind in CALLABLE or name.kind == "imported" and not name.name.isupper():
                    return name.name
            return None

        sees_init = self.check.is_operation() and self.init is not None
        if sees_init and (name := callable_in(self.init.names)):
            return name, " of init"
        name = callable_in(self.names)
        return (name, "") if name else None

    def _named(self):
        """What the spec's entrypoint names, or None after an error."""
        name = self.check.entrypoint
        visible = [self.names] if self.init is None else [self.names, self.init.names]
        found = next((names.get(name) for names in visible if name in names), None)
        if found is None:
            if any(names.star for names in visible):
                return None
            where = "in init" if self.check.role == "init" else "in this block, nor in init"
            known = [n.name for names in visible for n in names if n.kind not in NOT_CALLABLE]
            self.check.error(
                ENTRYPOINT,
                f"entrypoint is not defined {where}: '{name}'",
                "entrypoint",
                nearest(name, known) or "name a function of this block",
            )
        elif found.kind in NOT_CALLABLE:
            self.check.error(
                ENTRYPOINT,
                f"entrypoint is not a function: '{name}'",
                "entrypoint",
                "name a function of this block",
            )
            found = None
        return found

    def _takes(self, chosen, count, place=None):
        """False, and an error, if the function cannot take `count` positional arguments."""
        node = chosen.node
        if chosen.kind not in ("function", "lambda") or getattr(node, "decorator_list", None):
            return True
        needed = required(node)
        arguments = node.args
        most = len(arguments.posonlyargs) + len(arguments.args)
        keywords = [a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d is None]
        place = place or name_place(chosen, self.check.text)
        title = f"'{chosen.name}'"
        if keywords:
            wants = ", ".join(f"'{k}'" for k in keywords)
            message = f"{title} needs an argument by keyword, which nobody gives: {wants}"
            label = "give it a default"
        elif len(needed) > count:
            wants = ", ".join(f"'{n}'" for n in needed)
            gets = "one, the value" if count else "none"
            number = f"{len(needed)} argument{'s' * (len(needed) > 1)}"
            message = f"{title} wants {number} but gets {gets}: {wants}"
            label = "give the others a default" if count else "write it without parameters"
        elif count > most and arguments.vararg is None:
            message = f"{title} takes no argument but gets the value"
            label = "write 'lambda value: ...'"
            if chosen.kind == "function":
                label = f"write 'def {chosen.name}(value):'"
        else:
            return True
        self.check.error(PARAMETERS, message, place, label)
        return False


def required(function):
    """The names of the positional parameters without a default."""
    positional = [*function.args.posonlyargs, *function.args.args]
    return [a.arg for a in positional[: len(positional) - len(function.args.defaults)]]


def name_place(name, text):
    """Where a definition says its name."""
    node = name.node
    if name.kind not in ("function", "class"):
        return place_of(node)
    line = text.split("\n")[node.lineno - 1].encode()
    at = line.find(name.name.encode(), node.col_offset + 3)
    if at < 0:
        return (node.lineno, node.col_offset, node.lineno, node.col_offset + 3)
    return (node.lineno, at, node.lineno, at + len(name.name.encode()))
