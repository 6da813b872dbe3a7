"""The import path of user code; paths.h says what it is."""

import site
import sys


def set_paths(folders, venv, packages, system):
    """`packages`: of the venv, or ''; `system`: those of the system are seen beside them."""
    sys.dont_write_bytecode = True
    # Python's own library ends where the system's packages, which `site` added, begin.
    installed = site.getsitepackages()
    end = next((i for i, path in enumerate(sys.path) if path in installed), len(sys.path))
    rest = sys.path[end:]
    del sys.path[end:]
    sys.path += [path for path in folders if path not in sys.path]
    if venv:
        sys.prefix = sys.exec_prefix = venv
        site.addsitedir(packages)
    if system:
        sys.path += [path for path in rest if path not in sys.path]
