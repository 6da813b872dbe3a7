#!/usr/bin/env python3
"""The command line as a user meets it, above all when something is wrong: messages, exit codes, and
that no record that could be processed is lost.

    run_test.py KASPRC
"""

import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

KASPRC = ""
DEADLINE = 60  # seconds; for what should happen at once

ECHO = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: {name}
spec:
  input:
    topic:
      name: in
  output:
    topics:
    - name: out
  processors:
    pipeline: [work]
    operations:
    - name: work
      map:
        python: |
{python}
"""


def agent(*lines, name="worker"):
    return ECHO.format(name=name, python="\n".join(f"          {line}" for line in lines))


SAME = agent("def work(value):", "    return value")
ENDLESS = agent("def work(value):", "    if value == 'endless':", "        while True:",
                "            yield value", "    yield value")
BUSY = agent("def work(value):", "    while value == 'endless':", "        pass", "    return value")
STUBBORN = agent("def work(value):", "    while value == 'endless':", "        try:",
                 "            while True: pass", "        except BaseException:",
                 "            pass", "    return value")


class Kasprc(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def kasprc(self, *arguments, exit_code=0, **options):
        process = subprocess.run([KASPRC, *map(str, arguments)], capture_output=True, text=True,
                                 timeout=DEADLINE, cwd=self.folder, check=False, **options)
        self.assertEqual(process.returncode, exit_code, process.stderr)
        return process

    def start(self, *arguments, **options):
        process = subprocess.Popen([KASPRC, *map(str, arguments)], cwd=self.folder,
                                   stderr=subprocess.PIPE, **options)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def until(self, condition):
        deadline = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            select.select([], [], [], 0.01)


class CommandLine(Kasprc):
    def test_version_and_help(self):
        self.assertRegex(self.kasprc("version").stdout, r"^kasprc \d+\.\d+\.\d+\n$")
        self.assertIn("check", self.kasprc("help").stdout)
        self.assertIn("--records-out", self.kasprc("help", "run").stdout)

    def test_wrong_usage_is_2(self):
        spec = self.write("a.yaml", SAME)
        values = self.write("in.txt", "1\n")
        for arguments, words in [
            ([], "subcommand"),
            (["chekc", "-f", spec], "chekc"),
            (["check"], "--file"),
            (["compile", "-f", spec, "--emit", "irr"], "irr"),
            (["run", "-f", spec], "nothing to read"),
            (["run", "-f", spec, "--source", "in"], "'in' is not TOPIC="),
            (["run", "-f", spec, "--source", f"inn={values}"], "no agent reads this topic"),
            (["run", "-f", spec, "--source", f"in={values}", "--sink", "o=-"], "no agent writes"),
            (["run", "-f", spec, "--source", f"in={values}", "--partitions", "in=0"], "1 to"),
            (["run", "-f", "-", "--source", "in=-"], "only one thing"),
            (["run", "-f", spec, "--source", f"in={values}", "--sink", f"out={values}"],
             "is read, so it cannot be written"),
            (["run", "-f", spec, "--source", f"in={values}", "--report", "./a.yaml"],
             "'./a.yaml' is read"),
            (["run", "-f", spec, "--source", f"in={values}", "--sink", "out=-", "--sink",
              "out=out.txt"], "written already"),
        ]:
            with self.subTest(arguments=arguments):
                process = self.kasprc(*arguments, exit_code=2, input=SAME)
                self.assertIn(words, process.stderr)
                self.assertEqual(process.stdout, "")
        self.assertEqual(values.read_text(encoding="utf-8"), "1\n")

    def test_files_that_cannot_be_read_are_74(self):
        (self.folder / "empty").mkdir()
        spec = self.write("a.yaml", SAME)
        for command in (["check"], ["compile"], ["graph"], ["run", "--source", "in=/dev/null"]):
            for path, words in [("none.yaml", "cannot read 'none.yaml': No such file or directory"),
                                ("empty", "no *.yaml or *.yml in directory 'empty'")]:
                with self.subTest(command=command, path=path):
                    process = self.kasprc(*command, "-f", path, exit_code=74)
                    self.assertIn(words, process.stderr)
        self.assertIn("cannot read 'none.txt'",
                      self.kasprc("run", "-f", spec, "--source", "in=none.txt",
                                  exit_code=74).stderr)
        self.assertIn("cannot write '/none/out.txt'",
                      self.kasprc("run", "-f", spec, "--source", "in=/dev/null", "--sink",
                                  "out=/none/out.txt", exit_code=74).stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become someone who may not read")
    def test_unreadable_directory_is_74(self):
        (self.folder / "secret").mkdir(mode=0o700)
        self.folder.chmod(0o755)
        process = self.kasprc("check", "-f", "secret", exit_code=74, user=65534)
        self.assertIn("cannot read directory 'secret': Permission denied", process.stderr)

    def test_specs_that_cannot_be_used(self):
        for name, text, words in [
            ("empty.yaml", "", "K0105"),
            ("broken.yaml", "a: [1\nb: }", "error[K01"),
            ("types.yaml", SAME.replace("pipeline: [work]", "pipeline: work"), "K0202"),
        ]:
            with self.subTest(name=name):
                self.write(name, text)
                self.assertIn(words, self.kasprc("check", "-f", name, exit_code=1).stderr)
                self.assertIn(words, self.kasprc("compile", "-f", name, exit_code=78).stderr)
                self.assertIn(words, self.kasprc("run", "-f", name, "--source", "in=/dev/null",
                                                 exit_code=78).stderr)

    def test_check_speaks_json(self):
        self.write("a.yaml", SAME.replace("metadata:", "metdata:"))
        found = json.loads(self.kasprc("check", "-f", "a.yaml", "--json", exit_code=1).stdout)
        first = found["diagnostics"][0]
        self.assertEqual({**first, "notes": [], "message": ""},
                         {"severity": "error", "code": "K0204", "message": "", "file": "a.yaml",
                          "line": 3, "column": 1, "end_line": 3, "end_column": 8, "notes": []})

    def test_strict_makes_errors_of_warnings(self):
        (self.folder / "loop.yaml").write_text(
            "agents: [{name: a, input: {topic: {name: t}}, output: {topics: [{name: t}]}}]\n",
            encoding="utf-8")
        self.assertIn("warning[K0217]", self.kasprc("check", "-f", "loop.yaml").stderr)
        said = self.kasprc("check", "-f", "loop.yaml", "--strict", exit_code=1).stderr
        self.assertIn("error[K0217]", said)
        self.assertIn("= a warning, and an error by '--strict'", said)
        self.assertIn("1 error in loop.yaml", said)
        found = json.loads(self.kasprc("check", "-f", "loop.yaml", "--strict", "--json",
                                       exit_code=1).stdout)["diagnostics"]
        self.assertEqual(["remark", "error"], [d["severity"] for d in found])

    def test_explain_prints_codes_and_fields(self):
        self.assertIn("K0203: the pipeline", self.kasprc("explain", "K0203").stdout)
        self.assertIn("spec.input.take.within\n", self.kasprc("explain", "take.within").stdout)
        wrong = self.kasprc("explain", "take.witin", exit_code=2)
        self.assertIn("did you mean 'take.within'?", wrong.stderr)

    def test_explain_takes_a_topic_or_specs(self):
        spec = self.write("a.yaml", SAME)
        for arguments, words in [
            ([], "explain what? Give a code (K0203), a field (input.take), or -f FILE"),
            (["K0203", "-f", spec], "give one of the two"),
            (["K0203", "--json"], "--json goes with specs: give -f FILE"),
            (["K0203", "--require-native", "work"], "--require-native goes with specs"),
        ]:
            with self.subTest(arguments=arguments):
                process = self.kasprc("explain", *arguments, exit_code=2)
                self.assertIn(words, process.stderr)
                self.assertEqual(process.stdout, "")
        self.kasprc("explain", "-f", "none.yaml", exit_code=74)
        self.write("b.yaml", SAME.replace("pipeline: [work]", "pipeline: work"))
        self.kasprc("explain", "-f", "b.yaml", exit_code=78)

    def test_remarks_are_for_check_and_no_mistake(self):
        self.write("a.yaml", SAME.replace("  input:", "  inputs:"))
        process = self.kasprc("check", "-f", "a.yaml")
        self.assertIn("remark[K0219]", process.stderr)
        self.assertTrue(process.stderr.endswith("\n\nno mistakes in a.yaml\n"), process.stderr)
        found = json.loads(self.kasprc("check", "-f", "a.yaml", "--json").stdout)["diagnostics"]
        self.assertEqual([(remark["severity"], remark["line"], remark["notes"][0])
                          for remark in found], [("remark", 6, "read as 'input'")])
        self.assertEqual(self.kasprc("compile", "-f", "a.yaml").stderr, "")
        self.assertIn("\n  input:\n",
                      self.kasprc("compile", "-f", "a.yaml", "--emit", "spec").stdout)

    def test_stages_are_shown(self):
        self.write("a.yaml", SAME.replace("[work]", "[work, work]"))
        for stage, words in [("spec", "kind: KasprAgent"), ("ir", "map %in @work"),
                             ("ir-opt", "stage %in"), ("plan", "node 1  lane")]:
            self.assertIn(words, self.kasprc("compile", "-f", "a.yaml", "--emit", stage).stdout)
        self.assertIn("map %in @work",
                      self.kasprc("compile", "-f", "a.yaml", "--emit", "ir-opt", "--disable-pass",
                                  "fuse-stages").stdout)
        self.assertIn("# after fuse-stages",
                      self.kasprc("compile", "-f", "a.yaml", "--print-after", "fuse-stages").stderr)


MIXED = """\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: orders
  labels:
    kaspr.io/app: shop
spec:
  input:
    topic:
      name: in
  output:
    topics:
    - name: priced
      keySelector:
        python: |
          def key(value):
              return value["user"]
  processors:
    pipeline: [price, clean, audit]
    operations:
    - name: price
      map:
        python: |
          def price(value):
              return {**value, "total": value["amount"] * value["qty"]}
    - name: clean
      map:
        python: |
          import textwrap
          def clean(value):
              return {**value, "note": textwrap.shorten(value["note"], 80)}
    - name: audit
      topicSend:
        name: audit
        passThrough: true
        predicate:
          python: |
            def is_large(value):
                return open("limit").read() < value
---
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: totals
  labels:
    kaspr.io/app: shop
spec:
  input:
    topic:
      name: priced
  output:
    topics:
    - name: totals
  processors:
    pipeline: [price]
    operations:
    - name: price
      map:
        python: |
          def total(value):
              return value["total"]
"""


class Explain(Kasprc):
    """What runs each function; the goldens have more of the text."""

    def setUp(self):
        super().setUp()
        self.write("a.yaml", MIXED)

    def explain(self, *arguments, exit_code=0):
        return self.kasprc("explain", "-f", "a.yaml", *arguments, exit_code=exit_code)

    def test_json(self):
        app = json.loads(self.explain("--json").stdout)
        self.assertEqual(app["app"], "shop")
        self.assertEqual(app["summary"], {"functions": 5, "translated": 3})
        orders, totals = app["agents"]
        self.assertEqual((orders["name"], totals["name"]), ("orders", "totals"))
        self.assertEqual(orders["parts"], [{"reason": "'clean' runs in Python"}])
        self.assertEqual(totals["parts"], [{"reason": ""}])
        self.assertEqual(orders["remarks"],
                         [{"pass": "dead-fields",
                           "message": "'price' keeps its write of .total: 'clean' runs in Python"},
                          {"pass": "fuse-stages", "message": "3 operations run as one stage"}])
        self.assertEqual([(one["name"], one["role"], one["operation"], one["translated"])
                          for one in orders["functions"]],
                         [("price", "operation", "price", True),
                          ("clean", "operation", "clean", False),
                          ("audit.when", "selector", "audit", False),
                          ("priced.key", "selector", None, True)])
        self.assertEqual(totals["functions"],
                         [{"name": "price", "role": "operation", "operation": "price",
                           "translated": True, "engine": "llvm", "reason": "",
                           "calls_python": [], "reads": [".total"], "writes": [],
                           "raises": ["KeyError", "TypeError"],
                           "event": False, "returns_argument": False, "file": "a.yaml",
                           "line": 59, "column": 17}])
        price, clean, *_ = orders["functions"]
        self.assertEqual((price["engine"], price["reason"]), ("python", "'clean' runs in Python"))
        self.assertEqual(clean["engine"], "python")
        self.assertIn("textwrap.shorten", clean["reason"])
        for key in ("reads", "writes", "raises", "event", "returns_argument"):
            self.assertIsNone(clean[key], "it is not known")
        # At the token itself.
        line = MIXED.splitlines()[clean["line"] - 1]
        self.assertTrue(line[clean["column"] - 1:].startswith("textwrap.shorten("), clean)

    def test_required_is_translated(self):
        whole = self.explain().stdout
        for names in (["totals/price"], ["price"], ["priced.key", "orders/price"]):
            with self.subTest(names=names):
                given = [word for name in names for word in ("--require-native", name)]
                process = self.explain(*given)
                self.assertEqual((process.stdout, process.stderr), (whole, ""))
                summary = self.kasprc("compile", "-f", "a.yaml", *given).stdout
                self.assertIn("totals: priced -> totals, 1 operation", summary)

    def test_required_is_not_translated(self):
        for name, said in [("clean", "error[K0607]: 'orders/clean' is not translated: "),
                           ("orders/clean", "error[K0607]: 'orders/clean' is not translated: "),
                           ("audit", "error[K0607]: 'orders/audit.when' is not translated: "),
                           ("audit.when", "error[K0607]: 'orders/audit.when' is not translated: ")]:
            with self.subTest(name=name):
                process = self.explain("--require-native", "price", "--require-native", name,
                                       exit_code=1)
                self.assertTrue(process.stderr.startswith(said), process.stderr)
                self.assertRegex(process.stderr, r"\n  --> a\.yaml:\d+:\d+\n")
                self.assertIn("agent totals", process.stdout)
                for verb in ("compile", "run"):
                    other = self.kasprc(verb, "-f", "a.yaml", "--require-native", name, exit_code=1)
                    self.assertEqual((other.stdout, other.stderr), ("", process.stderr))
        self.assertIn('"summary"', self.explain("--json", "--require-native", "clean",
                                                exit_code=1).stdout)

    def test_required_is_not_there(self):
        for name, said in [("prize", "'prize'; did you mean 'price'?"),
                           ("totals/clean", "'totals/clean'"), ("orders", "'orders'"),
                           ("priced", "'priced'")]:
            with self.subTest(name=name):
                process = self.explain("--require-native", "clean", "--require-native", name,
                                       exit_code=2)
                self.assertIn("error: no operation or selector is called " + said, process.stderr)
                self.assertEqual(process.stdout, "")
                for verb in ("compile", "run"):
                    other = self.kasprc(verb, "-f", "a.yaml", "--require-native", name, exit_code=2)
                    self.assertEqual((other.stdout, other.stderr), ("", process.stderr))


class Pictures(Kasprc):
    def dot(self, script):
        """A PATH on which `dot` is this script."""
        path = self.write("bin-dot", f"#!/bin/sh\n{script}\n")
        (self.folder / "bin").mkdir()
        path.chmod(0o755)
        path.rename(self.folder / "bin/dot")
        return {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    def test_texts(self):
        self.write("a.yaml", SAME)
        self.assertIn("digraph", self.kasprc("graph", "-f", "a.yaml", "-o", "dot").stdout)
        self.assertTrue(self.kasprc("graph", "-f", "a.yaml", "-o", "mermaid").stdout.startswith(
            "flowchart LR\n"))
        self.assertIn("──▶ out", self.kasprc("graph", "-f", "-", input=SAME).stdout)
        self.assertFalse(json.loads(self.kasprc("graph", "-f", "a.yaml", "-o", "json").stdout)["fields"])
        self.write("b.yaml", MIXED)
        for form in ("text", "dot", "mermaid", "svg", "json", "html"):
            fields = self.kasprc("graph", "-f", "b.yaml", "-o", form, "--fields").stdout
            self.assertNotEqual(fields, self.kasprc("graph", "-f", "b.yaml", "-o", form).stdout, form)

    def test_svg_is_xml_with_the_names_of_the_app(self):
        self.write("a.yaml", SAME.replace("work]", "'<b> & \"q\"']")
                   .replace("name: work\n", "name: '<b> & \"q\"'\n"))
        process = self.kasprc("graph", "-f", "a.yaml", "-o", "svg")
        texts = [text.text for text in
                 xml.etree.ElementTree.fromstring(process.stdout.encode()).iter(
                     "{http://www.w3.org/2000/svg}text")]
        self.assertEqual(sorted(texts), ["in", 'map <b> & "q"', "out", "worker"])
        self.assertEqual(process.stderr, "")

    def test_svg_without_graphviz_is_74(self):
        self.write("a.yaml", SAME)
        process = self.kasprc("graph", "-f", "a.yaml", "-o", "svg", exit_code=74,
                              env={"PATH": str(self.folder)})
        self.assertEqual(process.stderr,
                         "error: cannot draw svg: running 'dot' failed: No such file or directory\n"
                         "Install graphviz, or take its input with -o dot.\n")
        self.assertEqual(process.stdout, "")

    def test_graphviz_that_fails_is_74(self):
        self.write("a.yaml", SAME)
        for script, why in [("echo half; echo no plugin >&2; echo more >&2; exit 3",
                             "exit code 3, no plugin"), ("kill -9 $$", "exit code 137")]:
            with self.subTest(script=script):
                process = self.kasprc("graph", "-f", "a.yaml", "-o", "svg", exit_code=74,
                                      env=self.dot(script))
                self.assertIn(f"'dot' failed: {why}\nInstall", process.stderr)
                self.assertEqual(process.stdout, "")
            shutil.rmtree(self.folder / "bin")

    def test_no_side_waits_for_the_other(self):
        name = "n" * 300_000  # more than a pipe holds, both ways
        self.write("a.yaml", SAME.replace("work]", f"{name}]").replace("name: work\n",
                                                                      f"name: {name}\n"))
        talks = self.kasprc("graph", "-f", "a.yaml", "-o", "svg", env=self.dot(
            "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; cat")).stdout
        self.assertEqual(talks.strip("\0"),
                         self.kasprc("graph", "-f", "a.yaml", "-o", "dot").stdout)
        shutil.rmtree(self.folder / "bin")
        self.assertEqual(self.kasprc("graph", "-f", "a.yaml", "-o", "svg",
                                     env=self.dot("echo deaf")).stdout, "deaf\n")


class Run(Kasprc):
    def test_values_from_stdin_to_stdout(self):
        self.write("a.yaml", SAME)
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              input='{"a":1}\n2')
        self.assertEqual(process.stdout, '{"a": 1}\n2\n')
        self.assertRegex(process.stderr,
                         r"^worker: 2 in, 2 out, 0 dropped by filters, 0 failed, \d+\.\d s\n$")

    def test_records_keep_key_partition_and_order(self):
        spec = SAME.replace("    - name: out\n", "    - name: out\n      keySelector:\n"
                            "        python: |\n          def key(value): return str(value)\n")
        self.write("a.yaml", spec)
        records = [{"topic": "in", "partition": i % 3, "key": None, "value": str(i)}
                   for i in range(3000)]
        self.write("in.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        self.kasprc("run", "-f", "a.yaml", "--records", "in.jsonl", "--records-out", "out.jsonl",
                    "--partitions", "in=3", "--partitions", "out=5", "--report", "report.json")
        written = [json.loads(line) for line in self.read("out.jsonl")]
        self.assertEqual(len(written), 3000)
        self.assertEqual({record["partition"] for record in written}, set(range(5)))
        for source in range(3):
            for target in range(5):
                values = [int(record["value"]) for record in written
                          if record["partition"] == target and int(record["value"]) % 3 == source]
                self.assertEqual(values, sorted(values))
        report = json.loads("".join(self.read("report.json")))
        self.assertEqual(report["agents"]["worker"],
                         {"in": 3000, "out": 3000, "filtered": 0, "failed": 0, "native": 3000,
                          "python": 0})
        self.assertEqual(report["exit"], "end")

    def test_lines_that_are_no_records_are_reported_and_the_rest_is_run(self):
        self.write("a.yaml", SAME)
        self.write("in.jsonl", '{"topic": "in", "value": "1"}\n'
                               'nonsense\n'
                               '{"topic": "in"}\n'
                               '{"topic": "in", "value": "2", "part": 1}\n'
                               '{"topic": "in", "value": "3", "partition": 9}\n'
                               '{"topic": "other", "value": "4"}\n'
                               '{"topic": "in", "value": {"a": 1}}\n'
                               '\n'
                               '{"topic": "in", "value": "5"}')
        process = self.kasprc("run", "-f", "a.yaml", "--records", "in.jsonl", "--sink", "out=-",
                              exit_code=74)
        self.assertEqual(process.stdout, "1\n5\n")
        for words in ["in.jsonl:2: not a JSON object", "in.jsonl:3: 'value' is missing",
                      "in.jsonl:4: unknown field 'part'", "in.jsonl:5: partition 9 of topic 'in'",
                      "in.jsonl:6: no agent reads topic 'other'", "in.jsonl:7: 'value' is neither"]:
            self.assertIn(words, process.stderr)

    def test_records_that_fail_do_not_hold_up_the_others(self):
        self.write("a.yaml", agent("def work(value):", "    return 10 // value"))
        self.write("in.txt", "\n".join(["5", "nope", "0", "{}", "2", '"x"', "", "1"]))
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=in.txt", "--sink", "out=-",
                              "--report", "report.json")
        self.assertEqual(process.stdout, "2\n5\n10\n")
        report = json.loads("".join(self.read("report.json")))
        self.assertEqual(report["agents"]["worker"]["in"], 8)
        self.assertEqual(report["agents"]["worker"]["failed"], 5)

    def test_an_init_that_fails_is_78(self):
        spec = SAME.replace("    operations:", "    init:\n      python: |\n        import os\n"
                            "        raise RuntimeError('Missing MY_VAR')\n    operations:")
        self.write("a.yaml", spec)
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              exit_code=78, input="1\n")
        self.assertIn("RuntimeError: Missing MY_VAR", process.stderr)
        self.assertIn("a.yaml:17:", process.stderr)
        self.assertEqual(process.stdout, "")

    def test_what_users_print_is_talk(self):
        self.write("a.yaml", agent("def work(value):", "    print('seen', value)",
                                   "    return value"))
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              input="1\n")
        self.assertEqual(process.stdout, "1\n")
        self.assertIn("seen 1", process.stderr)

    def test_outputs_that_go_nowhere_are_named(self):
        self.write("a.yaml", SAME)
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", input="1\n")
        self.assertIn("warning: the records of topic 'out' go nowhere", process.stderr)

    def test_an_agent_without_python_copies_bytes(self):
        spec = ("apiVersion: kaspr.io/v1alpha1\nkind: KasprAgent\nmetadata: {name: copy}\nspec:\n"
                "  input: {topic: {name: in, valueSerializer: raw}}\n"
                "  output: {topics: [{name: out}]}\n")
        self.write("a.yaml", spec)
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              "--report", "report.json", input="not json\n{ }\n")
        self.assertEqual(process.stdout, "not json\n{ }\n")
        report = json.loads("".join(self.read("report.json")))
        self.assertEqual(report["agents"]["copy"]["native"], 2)

    def test_topics_chosen_at_run_time(self):
        route = agent("def work(value):", "    return value", name="route").replace(
            "    - name: out\n", "    - nameSelector:\n        python: |\n"
            "          def name(value): return value.split()[0]\n")
        reader = SAME.replace("name: in\n", "name: a\n").replace("name: out\n", "name: done\n")
        self.write("a.yaml", f"{route}---\n{reader}")
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "done=-",
                              "--sink", "b=b.txt", "--partitions", "b=2",
                              input='"a 1"\n"b 2"\n"c 3"\n"a 4"\n"not/legal"\n')
        self.assertEqual(process.stdout, '"a 1"\n"a 4"\n')
        self.assertEqual(self.read("b.txt"), ['"b 2"'])
        self.assertIn("agent 'route' chooses topics at run time", process.stderr)
        self.assertIn("ValueError: a topic cannot be named 'not/legal'", process.stderr)
        self.assertIn("route: 5 in, 4 out", process.stderr)

    def test_pickle_has_to_be_allowed(self):
        spec = SAME.replace("name: out\n", "name: out\n      valueSerializer: pickle\n")
        self.write("a.yaml", spec)
        self.kasprc("check", "-f", "a.yaml")
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", exit_code=78)
        self.assertIn("needs 'run --allow-pickle'", process.stderr)
        back = SAME.replace("name: in\n", "name: in\n      valueSerializer: pickle\n")
        self.write("back.yaml", back)
        process = self.kasprc("run", "-f", "a.yaml", "--allow-pickle", "--source", "in=-",
                              "--sink", "out=out.txt", input='{"a": [1, null]}\n"x"\nnull\n')
        process = self.kasprc("run", "-f", "back.yaml", "--allow-pickle", "--source",
                              "in=out.txt", "--sink", "out=-")
        self.assertEqual(process.stdout, '{"a": [1, null]}\n"x"\nnull\n')

    def test_one_core_is_enough(self):
        self.write("a.yaml", SAME)
        core = {min(os.sched_getaffinity(0))}
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              input="1\n2\n", preexec_fn=lambda: os.sched_setaffinity(0, core))
        self.assertEqual(process.stdout, "1\n2\n")

    def test_a_large_fan_out_is_streamed_in_order(self):
        self.write("a.yaml", agent("def work(value):", "    for i in range(50_000):",
                                   "        yield [value, i]"))
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=-",
                              input="1\n2\n")
        expected = [f"[{value}, {i}]" for value in (1, 2) for i in range(50_000)]
        self.assertEqual(process.stdout.splitlines(), expected)


class Ends(Kasprc):
    def test_a_closed_pipe_is_74(self):
        self.write("a.yaml", SAME)
        self.write("in.txt", "1\n" * 200_000)
        process = self.start("run", "-f", "a.yaml", "--source", "in=in.txt", "--sink", "out=-",
                             stdout=subprocess.PIPE)
        process.stdout.close()
        self.assertEqual(process.wait(DEADLINE), 74)
        self.assertIn(b"error: cannot write stdout: Broken pipe", process.stderr.read())

    def test_a_full_disk_is_74(self):
        self.write("a.yaml", SAME)
        process = self.kasprc("run", "-f", "a.yaml", "--source", "in=-", "--sink",
                              "out=/dev/full", input="1\n", exit_code=74)
        self.assertIn("cannot write '/dev/full': No space left on device", process.stderr)

    def open_run(self, spec, *arguments):
        """A run that reads from a pipe, which stays open."""
        self.write("a.yaml", spec)
        return self.start("run", "-f", "a.yaml", "--source", "in=-", "--sink", "out=out.txt",
                          "--report", "report.json", *arguments, stdin=subprocess.PIPE)

    def report(self):
        return json.loads("".join(self.read("report.json")))

    def written(self, lines):
        return lambda: (self.folder / "out.txt").exists() and len(self.read("out.txt")) >= lines

    def test_values_come_out_while_the_pipe_is_open(self):
        process = self.open_run(SAME)
        for i in range(1, 4):
            process.stdin.write(b"%d\n" % i)
            process.stdin.flush()
            self.until(self.written(i))
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(self.read("out.txt"), ["1", "2", "3"])

    def test_a_signal_ends_cleanly_with_everything_read(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                process = self.open_run(SAME)
                process.stdin.write(b"1\n2\n3\n")
                process.stdin.flush()
                self.until(self.written(3))
                process.send_signal(number)
                self.assertEqual(process.wait(DEADLINE), 0)
                process.stdin.close()
                self.assertEqual(self.read("out.txt"), ["1", "2", "3"])
                self.assertEqual(self.report()["agents"]["worker"]["in"], 3)
                self.assertEqual(self.report()["exit"], "signal")
                (self.folder / "out.txt").unlink()

    def setUp(self):
        super().setUp()
        self.ticks = {}

    def forced(self, spec, number, signals, expected):
        process = self.open_run(spec)
        process.stdin.write(b'1\n2\n')
        process.stdin.flush()
        self.until(self.written(2))
        process.stdin.write(b'"endless"\n3\n')
        process.stdin.flush()
        self.until(lambda: self.busy(process.pid))
        for _ in range(signals):
            process.send_signal(number)
            time_of_signal = time.monotonic()
            # The second one counts only once the first was taken.
            self.until(lambda start=time_of_signal: time.monotonic() > start + 0.5)
        self.assertEqual(process.wait(DEADLINE), expected)
        process.stdin.close()
        self.assertEqual(self.read("out.txt")[:2], ["1", "2"])
        self.assertEqual(self.report()["agents"]["worker"]["in"], 2)
        self.assertEqual(self.report()["exit"], "signal")

    def busy(self, pid):
        """Has the process used 0.2 s of processor time since it was asked first?"""
        ticks = int(pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[13])
        self.ticks.setdefault(pid, ticks)
        return ticks > self.ticks[pid] + 20

    def test_a_generator_that_never_ends_is_cut_short_by_a_second_signal(self):
        self.forced(ENDLESS, signal.SIGINT, 2, 130)

    def test_a_loop_that_never_ends_is_cut_short_by_a_second_signal(self):
        self.forced(BUSY, signal.SIGTERM, 2, 143)

    def test_a_record_that_does_not_finish_is_cut_short_after_a_while(self):
        self.forced(BUSY, signal.SIGINT, 1, 130)

    def test_code_that_swallows_the_interrupt_is_left_behind(self):
        self.forced(STUBBORN, signal.SIGINT, 2, 130)

    def test_an_init_that_never_ends_is_cut_short(self):
        spec = SAME.replace("    operations:", "    init:\n      python: |\n        while True: pass\n"
                            "    operations:")
        process = self.open_run(spec)
        self.until(lambda: self.busy(process.pid))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(DEADLINE), 130)
        process.stdin.close()


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
