"""The global names that a compiled program binds and reads, as CPython itself resolves them."""

import dis


def nested_code(code):
    pending = [code]
    while pending:
        code = pending.pop(0)
        yield code
        pending.extend(c for c in code.co_consts if hasattr(c, "co_code"))


def all_names(code):
    return {name for inner in nested_code(code) for name in inner.co_names}


def bound(code):
    """The global names that a program binds, in any of its functions."""
    names = set()
    for inner in nested_code(code):
        for i in dis.get_instructions(inner):
            if i.opname == "STORE_GLOBAL" or i.opname == "STORE_NAME" and inner is code:
                names.add(i.argval)
    return names


def looked_up(code):
    """(name, place) of each global name that a program reads."""
    for inner in nested_code(code):
        own = set()
        if inner is not code:
            own = {i.argval for i in dis.get_instructions(inner) if i.opname == "STORE_NAME"}
            if own:
                own |= {"__module__", "__qualname__", "__name__"}
        for i in dis.get_instructions(inner):
            if i.opname in ("LOAD_GLOBAL", "LOAD_NAME") and i.argval not in own:
                p = i.positions
                if p is not None and p.lineno is not None and p.col_offset is not None:
                    yield i.argval, (p.lineno, p.col_offset, p.end_lineno, p.end_col_offset)
