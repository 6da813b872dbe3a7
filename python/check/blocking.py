"""Calls in async functions that wait without 'await': nothing else runs in the meantime."""

import ast

from _kaspr_blocks import SCOPES, dotted, place_of, top_level
from _kaspr_origins import imports
from _kaspr_scopes import locals_of, own_nodes

BLOCKING = 313

SLEEP = "write 'await asyncio.sleep(...)'"
HTTP = "use an async client: httpx.AsyncClient, aiohttp"
PROCESS = "write 'await asyncio.create_subprocess_exec(...)'"
SOCKET = "write 'await asyncio.open_connection(...)'"
VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
CALLS = {
    "time.sleep": SLEEP,
    "input": "a stream has nobody to ask",
    "os.system": PROCESS,
    "urllib.request.urlopen": HTTP,
    "urllib.request.urlretrieve": HTTP,
    "socket.create_connection": SOCKET,
    "socket.getaddrinfo": "write 'await asyncio.get_running_loop().getaddrinfo(...)'",
    "socket.gethostbyname": "write 'await asyncio.get_running_loop().getaddrinfo(...)'",
    **{f"requests.{verb}": HTTP for verb in VERBS},
    **{f"httpx.{verb}": HTTP for verb in VERBS},
    **{
        f"subprocess.{name}": PROCESS
        for name in ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
    },
}
# What makes a client whose requests block.
CLIENTS = ("requests.Session", "requests.session", "httpx.Client")


def blocking_calls(check, origins):
    clients = clients_of(origins)
    for function, local in async_functions(check.tree):
        own_imports = {}
        for part in own_nodes(function):
            own_imports.update(imports(part))
        for part in own_nodes(function):
            if not isinstance(part, ast.Call):
                continue
            advice = CALLS.get(path_of(part.func, local, own_imports, origins))
            if advice is None and is_request(part.func, clients - local):
                advice = HTTP
            if advice is not None:
                warn(check, part.func, advice)


def warn(check, function, advice):
    name = dotted(function)
    notes = [] if name == "input" else [f"or, in a thread: 'await asyncio.to_thread({name}, ...)'"]
    check.warn(
        BLOCKING,
        f"'{name}' in an async function stops all agents until it is done",
        place_of(function),
        advice,
        *notes,
    )


def path_of(function, local, own_imports, origins):
    """What is called, as an import names it: 'requests.get'; '' where that is not known."""
    path = dotted(function)
    first, dot, rest = path.partition(".")
    if first in own_imports:
        return own_imports[first] + dot + rest
    if first in local:
        return ""
    return origins.of(function)


def is_request(function, clients):
    client, _, verb = dotted(function).rpartition(".")
    return client in clients and verb in VERBS


def clients_of(origins):
    """The names of the block's and init's top level that are clients."""
    clients = set()
    for tree in origins.trees:
        for statement in top_level(tree):
            if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
                continue
            if origins.of(statement.value.func) in CLIENTS:
                clients.update(t.id for t in statement.targets if isinstance(t, ast.Name))
    return clients


def async_functions(tree):
    """(function, the local names it sees) of each async function of a block."""
    pending = [(tree, frozenset())]
    while pending:
        node, local = pending.pop()
        for child in ast.iter_child_nodes(node):
            inner = local
            if isinstance(child, SCOPES) and not isinstance(child, ast.ClassDef):
                inner = local | locals_of(child)
            if isinstance(child, ast.AsyncFunctionDef):
                yield child, inner
            pending.append((child, inner))
