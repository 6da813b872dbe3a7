#!/usr/bin/env python3
"""Where user code imports from: the specs' folders, --python-path, --venv.

    imports_test.py KASPRC
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

KASPRC = ""
DEADLINE = 120

AGENT = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: {name}
  labels: {{kaspr.io/app: app}}
spec:
  input: {{topic: {{name: {name}-in}}}}
  output: {{topics: [{{name: {name}-out}}]}}
  processors:
    pipeline: [work]
    init:
      python: |
{init}
    operations:
    - name: work
      map:
        python: |
{work}
"""


def indented(lines, width):
    return "\n".join(" " * width + line for line in lines)


def agent(*work, init=("pass",), name="worker"):
    return AGENT.format(name=name, init=indented(init, 8), work=indented(work, 10))


def importing(module, **options):
    """An agent whose values are what `module` calls itself."""
    return agent(f"import {module}", "def work(value):", f"    return {module}.NAME", **options)


class Scratch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.write("in.txt", "1\n")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def kasprc(self, *arguments, exit_code=0, cwd="."):
        process = subprocess.run([KASPRC, *map(str, arguments)], capture_output=True, text=True,
                                 timeout=DEADLINE, cwd=self.folder / cwd, check=False)
        self.assertEqual(process.returncode, exit_code, process.stderr)
        return process

    def run_agent(self, *arguments, name="worker", **options):
        return self.kasprc("run", *arguments, "--source", f"{name}-in={self.folder}/in.txt",
                           "--sink", f"{name}-out=-", **options)

    def answer(self, *arguments, **options):
        return json.loads(self.run_agent(*arguments, **options).stdout)


class Imports(Scratch):
    def test_from_the_specs_folder_and_not_from_the_current_one(self):
        self.write("app/agent.yaml", importing("shop"))
        self.write("app/shop.py", "NAME = 'beside the spec'")
        self.write("elsewhere/shop.py", "NAME = 'in the current folder'")
        for spec, cwd in [("../app/agent.yaml", "elsewhere"), ("../app", "elsewhere"),
                          ("agent.yaml", "app"), (".", "app")]:
            self.assertEqual(self.answer("-f", spec, cwd=cwd), "beside the spec")
        (self.folder / "app/shop.py").unlink()
        process = self.run_agent("-f", "../app/agent.yaml", cwd="elsewhere", exit_code=78)
        self.assertIn("ModuleNotFoundError: No module named 'shop'", process.stderr)

    def test_folders_of_several_specs_in_order_then_the_python_path(self):
        self.write("one/agent.yaml", agent("import first, second, third", "def work(value):",
                                           "    return [first.NAME, second.NAME, third.NAME]"))
        self.write("two/other.yaml", agent("def work(value):", "    return value", name="other"))
        for folder, modules in [("one", ["first"]), ("two", ["first", "second"]),
                                ("three", ["first", "second", "third"]), ("four", ["third"])]:
            for module in modules:
                self.write(f"{folder}/{module}.py", f"NAME = '{folder}'")
        self.assertEqual(
            self.answer("-f", "one/agent.yaml", "-f", "two", "--python-path", "three",
                        "--python-path", "four", "--sink", "other-out=/dev/null"),
            ["one", "two", "three"])

    def test_packages_and_what_chdir_does_not_change(self):
        self.write("app/agent.yaml", agent(
            "def work(value):", "    import os", "    os.chdir('/')", "    from shop.rules import vat",
            "    return vat()"))
        self.write("app/shop/__init__.py", "")
        self.write("app/shop/rules.py", "from .rates import RATE\ndef vat():\n    return RATE")
        self.write("app/shop/rates.py", "RATE = 19")
        self.assertEqual(self.answer("-f", "app"), 19)

    def test_init_imports(self):
        self.write("agent.yaml", agent("def work(value):", "    return shop.NAME",
                                       init=["import shop"]))
        self.write("shop.py", "NAME = 'of init'")
        self.assertEqual(self.answer("-f", "agent.yaml"), "of init")

    def test_a_failing_import_is_placed_at_its_line(self):
        self.write("shop.py", "def fail():\n    raise ValueError('not today')\nfail()")
        for text, place in [
            (agent("def work(value):", "    return value", init=["import json", "import shop"]),
             "agent.yaml:14:9 (python of init, line 2)"),
            (agent("import shop", "def work(value):", "    return value"),
             "agent.yaml:18:11 (python of operation 'work', line 1)"),
        ]:
            self.write("agent.yaml", text)
            process = self.run_agent("-f", "agent.yaml", exit_code=78)
            self.assertIn("ValueError: not today", process.stderr)
            self.assertIn(f"--> {place}", process.stderr)

    def test_pythons_own_library_is_not_shadowed(self):
        """Neither ours nor CPython's modules see what is beside a spec, whenever they import."""
        self.write("agent.yaml", agent(
            "import asyncio, queue", "async def work(value):", "    await asyncio.sleep(0)",
            "    return queue.Queue.__module__"))
        for module in ["asyncio", "json", "queue", "site", "selectors", "base64", "codec"]:
            self.write(f"{module}.py", "raise SystemExit('the wrong module')")
        self.assertEqual(self.answer("-f", "agent.yaml"), "queue")

    def test_no_bytecode_is_left_beside_a_spec(self):
        self.write("app/agent.yaml", importing("shop"))
        self.write("app/shop.py", "NAME = 1")
        self.run_agent("-f", "app")
        self.assertEqual(sorted(path.name for path in (self.folder / "app").iterdir()),
                         ["agent.yaml", "shop.py"])

    def test_check_and_compile_import_nothing(self):
        self.write("app/agent.yaml", importing("shop"))
        self.write("app/shop.py", "raise SystemExit('imported')")
        self.kasprc("check", "-f", "app", "--python-path", "app")
        self.kasprc("compile", "-f", "app", "--python-path", "app")

    def test_wrong_folders_are_wrong_usage(self):
        self.write("agent.yaml", importing("shop"))
        process = self.run_agent("-f", "agent.yaml", "--python-path", "nowhere", exit_code=2)
        self.assertIn("nowhere", process.stderr)

    def test_cases_have_the_same_options(self):
        self.write("app/agent.yaml", importing("shop"))
        self.write("lib/shop.py", "NAME = 'lib'")
        self.write("app/agent_test.yaml",
                   "cases: [{name: imports, send: [{value: 1}], expect: [{value: lib}]}]")
        self.kasprc("test", "-f", "app", "--python-path", "lib")
        self.kasprc("test", "-f", "app", exit_code=1)


class VirtualEnvironment(Scratch):
    def setUp(self):
        super().setUp()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder / "venv"],
                       check=True)
        [self.packages] = (self.folder / "venv" / "lib").glob("python*/site-packages")
        self.write("agent.yaml", importing("shop"))

    def test_its_packages_and_what_pth_files_name(self):
        (self.packages / "shop.py").write_text("import more\nNAME = more.NAME")
        (self.packages / "more.pth").write_text(f"{self.folder}/more\n")
        self.write("more/more.py", "import sys\nNAME = ['by pth', sys.prefix]")
        self.assertEqual(self.answer("-f", "agent.yaml", "--venv", "venv"),
                         ["by pth", str(self.folder / "venv")])
        self.run_agent("-f", "agent.yaml", exit_code=78)

    def test_the_system_is_seen_if_the_environment_says_so(self):
        """PyYAML is a package of the system here; the venv's own comes first."""
        self.write("agent.yaml", agent("from importlib.util import find_spec", "def work(value):",
                                       "    found = find_spec('yaml')",
                                       "    return found and found.origin"))
        with_venv = ["-f", "agent.yaml", "--venv", "venv"]
        self.assertIsNone(self.answer(*with_venv))
        config = self.folder / "venv" / "pyvenv.cfg"
        config.write_text(config.read_text().replace("system-site-packages = false",
                                                     "system-site-packages = true"))
        self.assertTrue(self.answer(*with_venv).endswith("dist-packages/yaml/__init__.py"))
        (self.packages / "yaml.py").write_text("")
        self.assertEqual(self.answer(*with_venv), str(self.packages / "yaml.py"))

    def test_the_specs_folder_comes_first(self):
        (self.packages / "shop.py").write_text("NAME = 'venv'")
        self.assertEqual(self.answer("-f", "agent.yaml", "--venv", "venv"), "venv")
        self.write("shop.py", "NAME = 'spec'")
        self.assertEqual(self.answer("-f", "agent.yaml", "--venv", "venv"), "spec")

    def test_one_of_another_python_or_none_is_wrong_usage(self):
        config = self.folder / "venv" / "pyvenv.cfg"
        good = config.read_text()
        for text, words in [
            (good.replace("version = 3.", "version = 3.9"), "is of Python 3.9"),
            ("version_info = 2.7.18.final.0\n", "is of Python 2.7, and kasprc runs Python 3."),
        ]:
            config.write_text(text)
            for verb in ["run", "check", "compile", "test"]:
                process = self.kasprc(verb, "-f", "agent.yaml", "--venv", "venv", exit_code=2)
                self.assertIn(words, process.stderr)
        process = self.kasprc("check", "-f", "agent.yaml", "--venv", ".", exit_code=2)
        self.assertIn("'.' is no virtual environment: it has no pyvenv.cfg", process.stderr)


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
