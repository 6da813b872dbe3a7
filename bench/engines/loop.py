"""What a person would write without a framework: a loop over the functions of a spec.

`make(steps, outputs)` gives a function from a list of bytes to what is sent of them, (output, key
or None, value) each. A step is ("map" or "filter", program), an output (predicate, key, value),
programs or None.
"""

import json
from inspect import isgeneratorfunction


def function(program):
    if program is None:
        return None
    scope = {}
    exec(program, scope)
    return next(v for k, v in scope.items() if k != "__builtins__" and callable(v))


def make(steps, outputs):
    steps = [(kind == "filter", function(program)) for kind, program in steps]
    outputs = [(i, *map(function, programs)) for i, programs in enumerate(outputs)]
    loads, dumps = json.loads, json.dumps

    def send(value, sent):
        for output, predicate, key, select in outputs:
            if predicate is None or predicate(value):
                name = None if key is None else key(value).encode()
                chosen = value if select is None else select(value)
                sent.append((output, name, dumps(chosen).encode()))

    def run(lines):
        sent = []
        for line in lines:
            try:
                value = loads(line)
                for is_filter, step in steps:
                    result = step(value)
                    if not is_filter:
                        value = result
                    elif not result:
                        break
                else:
                    send(value, sent)
            except Exception:
                pass  # this record is skipped
        return sent

    def run_items(lines):
        sent = []
        for line in lines:
            try:
                for value in steps[0][1](loads(line)):
                    send(value, sent)
            except Exception:
                pass
        return sent

    if not isgeneratorfunction(steps[0][1]):
        return run
    assert len(steps) == 1
    return run_items
