"""What CPython knows of a block without running it.

`check_agent` looks at init and the other blocks of one agent and returns one report each:

    {"entrypoint": the name to call or "", "per_call": bool, "findings": [...]}

A finding is (code, severity, message, place, label, notes, also), with place = (line, column,
end_line, end_column), lines from 1, columns in bytes from 0; None is the whole block, "entrypoint"
is what the spec says there. `also` are other places of the block that matter: [(place, label)].
"""

import ast
import warnings

from _kaspr_blocks import Names, place_of
from _kaspr_choice import Choice
from _kaspr_once import why_per_call
from _kaspr_origins import Origins
from _kaspr_suspects import suspects
from _kaspr_undefined import undefined

SYNTAX, WARNING, SLOW = 301, 307, 308
MOST_FINDINGS = 100  # of a block: more than anybody reads at once


def check_agent(blocks):
    """blocks: [(role, words, text, entrypoint)], role 'init', 'operation', 'filter' (an operation
    too), 'predicate', 'sink' or 'selector'."""
    checks = [Check(*block) for block in blocks]
    init = next((check for check in checks if check.role == "init"), None)
    for check in checks:
        check.run(None if check is init else init, checks)
    return [
        {"entrypoint": check.entrypoint, "per_call": check.per_call, "findings": check.findings}
        for check in checks
    ]


class Check:
    def __init__(self, role, words, text, entrypoint):
        self.role = role
        self.words = words  # "operation 'price'"
        self.text = text
        self.entrypoint = entrypoint
        self.per_call = False
        self.findings = []
        self.tree = self.code = self.names = None
        self._compile()

    def error(self, code, message, place, label="", *notes):
        self.findings.append((code, "error", message, place, label, list(notes), []))

    def is_full(self):
        return len(self.findings) >= MOST_FINDINGS

    def warn(self, code, message, place, label="", *notes, also=()):
        if self.is_full():
            return
        self.findings.append((code, "warning", message, place, label, list(notes), list(also)))

    def remark(self, code, message, place, *notes):
        self.findings.append((code, "remark", message, place, "", list(notes), []))

    def is_operation(self):
        return self.role in ("operation", "filter")

    # Compiling.

    def _compile(self):
        nul = self.text.find("\0")
        if nul >= 0:
            return self.error(
                SYNTAX,
                "Python syntax error: source code cannot contain null bytes",
                self.place_of_character(nul),
                "this is a NUL character",
            )
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("ignore")
                warnings.simplefilter("always", SyntaxWarning)
                self.code = compile(self.text, "<block>", "exec", dont_inherit=True)
            self.tree = ast.parse(self.text)
            self.names = Names(self.tree)
        except SyntaxError as e:
            self.code = None
            return self.error(SYNTAX, f"Python syntax error: {e.msg}", self._place_of_error(e))
        except (RecursionError, MemoryError):
            self.code = None
            return self.error(SYNTAX, "Python syntax error: the program is nested too deeply", None)
        except (ValueError, OverflowError) as e:
            self.code = None
            return self.error(SYNTAX, f"Python syntax error: {e}", None)
        for warning in caught:
            self.warn(WARNING, f"Python warns: {warning.message}", self._line(warning.lineno))

    def place_of_character(self, index):
        line = self.text.count("\n", 0, index)
        start = self.text.rfind("\n", 0, index) + 1
        column = len(self.text[start:index].encode())
        return (line + 1, column, line + 1, column + 1)

    def _line(self, number):
        """A line without its indentation."""
        lines = self.text.splitlines() or [""]
        line = lines[min(number, len(lines)) - 1]
        text = line.strip()
        column = len(line[: len(line) - len(line.lstrip())].encode())
        return (number, column, number, column + max(len(text.encode()), 1))

    def _place_of_error(self, e):
        lines = self.text.split("\n")
        if not e.lineno or e.lineno > len(lines):
            return self._line(len(self.text.splitlines()) or 1)
        if isinstance(e, TabError) or e.msg.startswith(("unindent", "unexpected indent")):
            return self._line(e.lineno)  # CPython points at the end of the line, or before it
        line = lines[e.lineno - 1]
        # With a continued line, CPython's text holds the lines before it too.
        text = (e.text or "").rstrip("\r\n").rpartition("\n")[2]
        if not e.offset or e.offset < 1 or text not in line:
            return self._line(e.lineno)  # an expression of an f-string, with columns of its own
        begin = len(line[: e.offset - 1].encode())
        end = begin + 1
        if e.end_lineno == e.lineno and e.end_offset and e.end_offset > e.offset:
            end = len(line[: e.end_offset - 1].encode())
        return (e.lineno, begin, e.lineno, end)

    # Looking.

    def run(self, init, checks):
        if self.code is None or (init is not None and init.code is None):
            return
        choice = Choice(self, init)
        if self.role == "init":
            choice.of_init()
        else:
            choice.of_value()
        undefined(self, init, checks)
        origins = Origins(self.tree, self.names, init and init.tree, init and init.names)
        if not any(severity == "error" for _, severity, *_ in self.findings):
            try:
                suspects(self, origins, checks)
            except RecursionError:
                pass  # what is nested so deeply is not looked at
        if self.is_operation():
            self._how_often(origins, init)

    def _how_often(self, origins, init):
        reason = why_per_call(self.tree, origins, init and init.tree)
        if reason is None:
            return
        self.per_call = True
        node, why = reason
        self.warn(
            SLOW,
            f"the whole block of {self.words} runs again for every event, which is slow",
            place_of(node),
            why,
            "what is made once belongs in init, what is made for each event in the function",
        )
