"""What is no mistake for CPython and yet none of what its author meant: warnings."""

from _kaspr_answers import constant_answers, idle_generators
from _kaspr_blocking import blocking_calls
from _kaspr_shadows import shadowed_builtins


def suspects(check, origins, checks):
    chosen = check.names.get(check.entrypoint)
    if check.role in ("filter", "predicate") and chosen is not None:
        constant_answers(check, chosen, checks)
    if check.role == "sink" and chosen is not None:
        idle_generators(check, chosen)
    blocking_calls(check, origins)
    shadowed_builtins(check, chosen)
