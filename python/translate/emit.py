"""The text of an ir::Expr, as it is made."""

import math


class Untranslated(Exception):
    """Why a function stays in Python, and the node that says so."""

    def __init__(self, node, why):
        super().__init__(why)
        self.node = node
        self.why = why


UNBOUND = "-"


class Emitter:
    """Lines of a function. Operands are texts: '%3', 'value', '"a"', '-' for what is unbound."""

    def __init__(self):
        self.lines = []
        self.depth = 1
        self._values = 0
        self._place = ""

    def fresh(self):
        self._values += 1
        return f"%{self._values}"

    def at(self, node):
        """What comes next was written there."""
        self._place = f" at {node.lineno}:{node.col_offset + 1}"

    def line(self, text):
        self.lines.append("  " * self.depth + text + self._place)

    def apply(self, name, *operands):
        result = self.fresh()
        self.line(" ".join([f"{result} = {name}", *operands]))
        return result

    def open(self, head):
        """The first line of what has regions; `close` ends it."""
        self.lines.append("  " * self.depth + head + self._place + " {")
        self.depth += 1

    def unless(self, test, otherwise):
        """Goes on where the test is true, and leaves with this line where it is not."""
        self.open(f"if {test}")
        self.line("give")
        self.between("else")
        self.line(otherwise)
        self.close()

    def between(self, text):
        self.lines.append("  " * (self.depth - 1) + f"}} {text} {{")

    def close(self, head_index=None, results=()):
        """The last line; what it gives is known only now."""
        self.depth -= 1
        self.lines.append("  " * self.depth + "}")
        if results:
            head = self.lines[head_index]
            indent = "  " * self.depth
            self.lines[head_index] = f"{indent}{', '.join(results)} = {head[len(indent):]}"


def leave(word, values):
    return f"{word} {', '.join(values)}" if values else word


def constant(node, value):
    """The operand of a Python constant."""
    if value is None or value is True or value is False:
        return repr(value)
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:
            raise Untranslated(node, "an int of thousands of digits") from None
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Untranslated(node, "a text with a lone surrogate") from None
        return _quoted(value)
    if isinstance(value, bytes) and value.isascii():
        return "0b" + _quoted(value.decode())
    if isinstance(value, tuple):
        return f"({', '.join(constant(node, item) for item in value)})"
    if isinstance(value, list):
        return f"[{', '.join(constant(node, item) for item in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(constant(node, item) for item in value))}}}"
    if isinstance(value, dict):
        pairs = [f"{constant(node, key)}: {constant(node, item)}" for key, item in value.items()]
        return f"{{{', '.join(pairs) or ':'}}}"
    raise Untranslated(node, f"a constant of type '{type(value).__name__}'")


def _float(value):
    if math.isnan(value):
        return "0nan"
    if math.isinf(value):
        return "0inf" if value > 0 else "-0inf"
    return repr(value).replace("+", "")


def _quoted(text):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"%s"' % "".join(
        escapes.get(c) or (f"\\x{ord(c):02x}" if c < " " or c == "\x7f" else c) for c in text
    )

