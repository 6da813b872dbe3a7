"""What is no mistake for CPython and yet none of what its author meant: warnings."""

from _kaspr_answers import constant_answers
from _kaspr_blocking import blocking_calls
from _kaspr_shadows import shadowed_builtins


def suspects(check, origins, checks):
    chosen = check.names.get(check.entrypoint)
    if check.role in ("filter", "predicate") and chosen is not None:
        constant_answers(check, chosen, checks)
    blocking_calls(check, origins)
    shadowed_builtins(check, chosen)
