"""What the names that a block sees stand for, and which values can never change."""

import ast

from _kaspr_blocks import dotted, folds

# Modules whose attributes are the same objects at every call.
FIXED_MODULES = frozenset(
    "collections datetime decimal enum fractions functools hashlib itertools json math operator re "
    "statistics string typing uuid".split()
)
# Calls that make an immutable value of constants.
FIXED_CALLS = frozenset(
    "frozenset re.compile decimal.Decimal datetime.timedelta datetime.date "
    "fractions.Fraction".split()
)
# What can look at a block, or change it, by any name.
REFLECTION = frozenset(("globals", "eval", "exec", "__builtins__", "__annotations__"))
REFLECTING_ATTRIBUTES = frozenset(
    "__annotations__ __globals__ __code__ __defaults__ __kwdefaults__ __closure__ __subclasses__ "
    "f_globals f_back f_locals gi_frame cr_frame ag_frame _getframe currentframe".split()
)


class Origins:
    def __init__(self, tree, names, init_tree, init_names):
        self.trees = [tree] if init_tree is None else [init_tree, tree]
        self.names = names
        self.init_names = init_names
        self.rebound, self.init_reflects = rebound_names(init_tree)
        self.imported = {}  # name -> what it stands for: "re", "datetime.timedelta"
        for statement in init_tree.body if init_tree is not None else ():
            self.imported.update(imports(statement))
        for name in self.rebound:
            self.imported.pop(name, None)
        for statement in tree.body:
            self.imported.update(imports(statement))

    def of(self, node):
        """'td' is 'datetime.timedelta'; a builtin is its name; '' is unknown."""
        path = dotted(node)
        first, _, rest = path.partition(".")
        known = self.names.get(first) or self.init_names and self.init_names.get(first)
        if known is None:
            return "" if rest else path
        if known.kind not in ("module", "imported") or first not in self.imported:
            return ""
        return f"{self.imported[first]}.{rest}" if rest else self.imported[first]

    def is_builtin(self, name):
        return name not in self.names and (self.init_names is None or name not in self.init_names)

    def immutable(self, node):
        if folds(node):
            return True
        if isinstance(node, ast.Tuple):
            return all(map(self.immutable, node.elts))
        if isinstance(node, ast.Name):
            return self._fixed_name(node.id)
        if isinstance(node, ast.Attribute):
            return self.of(node).partition(".")[0] in FIXED_MODULES
        if isinstance(node, ast.Call) and not node.keywords:
            return self.of(node.func) in FIXED_CALLS and all(map(self._fixed_argument, node.args))
        return False

    def container_of_immutables(self, node):
        if isinstance(node, ast.Dict):
            return all(k is not None and self.immutable(k) for k in node.keys) and all(
                map(self.immutable, node.values)
            )
        return isinstance(node, (ast.List, ast.Set)) and all(map(self.immutable, node.elts))

    def _fixed_argument(self, node):
        if isinstance(node, (ast.List, ast.Set)):
            return all(map(folds, node.elts))
        return folds(node) or isinstance(node, ast.Attribute) and self.immutable(node)

    def _fixed_name(self, name):
        if name == "context":
            return False
        known = self.names.get(name)
        if known is not None:
            return known.kind in ("constant", "module", "imported")
        return name not in self.rebound


def imports(statement):
    """What the names that a statement imports stand for."""
    imported = {}
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            imported[name] = alias.name if alias.asname else name
    elif isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            imported[alias.asname or alias.name] = f"{statement.module}.{alias.name}"
    return imported


def rebound_names(tree):
    """The names of init that its functions rebind, and whether they may rebind any."""
    names, reflects = set(), False
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Global):
            names.update(node.names)
        elif isinstance(node, ast.Name) and node.id in (*REFLECTION, "locals", "vars"):
            reflects = True
        elif isinstance(node, ast.alias) and node.name == "builtins":
            reflects = True
        elif isinstance(node, ast.Constant) and node.value in REFLECTING_ATTRIBUTES:
            reflects = True
        elif isinstance(node, ast.Attribute) and node.attr in REFLECTING_ATTRIBUTES:
            reflects = True
    return names, reflects
