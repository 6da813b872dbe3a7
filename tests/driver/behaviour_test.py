#!/usr/bin/env python3
"""What agents do when their Python is awkward: functions that wait, fail, never end, or get in each
other's way; batches, channels and regrouped records among them.

    behaviour_test.py KASPRC
"""

import json
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

KASPRC = ""
DEADLINE = 120  # seconds; for what should happen at once
DEAD = {"onError": {"policy": "deadLetter", "topic": "dead"}}


def python(code):
    return {"python": textwrap.dedent(code)}


def operation(code, kind="map"):
    """An operation that is called as its last function is."""
    name = re.findall(r"^(?:async )?def (\w+)", textwrap.dedent(code), re.MULTILINE)[-1]
    return {"name": name, kind: {**python(code), "entrypoint": name}}


def keep(code):
    return operation(code, "filter")


def group_by(code):
    return operation(code, "groupBy")


def topic(name, **selectors):
    return {"name": name, **{key: python(value) for key, value in selectors.items()}}


# pylint: disable-next=too-many-arguments
def agent(*operations, name="worker", read="in", write="out", init="", **kasprc):
    """An agent, as JSON, which is YAML. `read` is a topic or a whole input, `write` a topic or a
    whole output."""
    operations = [operation(step) if isinstance(step, str) else step for step in operations]
    processors = {"pipeline": [step["name"] for step in operations],
                  "operations": list({step["name"]: step for step in operations}.values())}
    if init:
        processors["init"] = python(init)
    spec = {"input": {"topic": {"name": read}} if isinstance(read, str) else read,
            "output": {"topics": [{"name": write}]} if isinstance(write, str) else write,
            "processors": processors}
    if kasprc:
        spec["kasprc"] = kasprc
    return {"apiVersion": "kaspr.io/v1alpha1", "kind": "KasprAgent",
            "metadata": {"name": name, "labels": {"kaspr.io/app": "shop"}}, "spec": spec}


def isolated(spec):
    spec["spec"]["isolatedPartitions"] = True
    return spec


def taking(size, within="1h", read="in", **more):
    return {"topic": {"name": read}, "take": {"max": size, "within": within}, **more}


def record(value, read="in", **more):
    return {"topic": read, "value": json.dumps(value), **more}


class Ran:
    """What came of a run."""

    def __init__(self, process, records, report):
        self.stderr = process.stderr
        self.records = records
        self.report = report

    def of(self, name):
        return [record for record in self.records if record["topic"] == name]

    def values(self, name="out"):
        return [json.loads(record["value"]) for record in self.of(name)]

    def dead_headers(self):
        return [dict(record["headers"]) for record in self.of("dead")]

    def count(self, what, name="worker"):
        return self.report["agents"][name][what]


class Behaviour(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def path(self, name):
        return self.folder / name

    def command(self, agents, *flags):
        self.path("app.yaml").write_text("\n---\n".join(map(json.dumps, agents)), encoding="utf-8")
        return [KASPRC, "run", "-f", "app.yaml", "--records-out", "out.jsonl", "--report",
                "report.json", *flags]

    def ran(self, process):
        out, report = self.path("out.jsonl"), self.path("report.json")
        lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
        return Ran(process, [json.loads(line) for line in lines],
                   json.loads(report.read_text(encoding="utf-8")) if report.exists() else {})

    def run_app(self, agents, records, exit_code=0, flags=()):
        """Runs the agents over values of 'in', or whole records, until the end."""
        records = [each if isinstance(each, dict) and "topic" in each else record(each)
                   for each in records]
        self.path("in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records),
                                         encoding="utf-8")
        agents = agents if isinstance(agents, list) else [agents]
        process = subprocess.run(self.command(agents, "--records", "in.jsonl", *flags),
                                 capture_output=True, text=True, timeout=DEADLINE,
                                 cwd=self.folder, check=False)
        self.assertEqual(process.returncode, exit_code, process.stderr)
        return self.ran(process)

    def start(self, agents, *flags):
        """A run that is still going on; it reads what `feed` gives it."""
        process = subprocess.Popen(self.command(agents, *flags), cwd=self.folder,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for clean_up in (process.stderr.close, process.stdin.close, process.wait,
                         process.kill):
            self.addCleanup(clean_up)
        return process

    def feed(self, process, *values):
        process.stdin.write("".join(json.dumps(value) + "\n" for value in values))
        process.stdin.flush()

    def until(self, condition):
        deadline = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            select.select([], [], [], 0.01)


class Parts(Behaviour):
    """What is given only the parts of a value that it looks at: nobody can tell."""

    def test_a_handler_that_looks_at_its_exception_looks_at_all(self):
        found = keep("""
            def found(value):
                try:
                    return value["a"] > 1
                except KeyError as e:
                    return len(value) > 1 and str(e) == "'a'"
            """)
        values = [{"a": 2, "b": 1}, {"a": 1, "b": 1}, {"b": 1, "c": 2}, {"b": 1}]
        ran = self.run_app(agent(found), values)
        self.assertEqual(ran.values(), [values[0], values[2]])

    def test_what_yields_says_what_it_says_of_all(self):
        each = """
            def each(value):
                yield value["a"]
                value["a"].append(0)
                yield {"sum": value["a"] + value["b"]}
                yield value["c"]["d"]
            """
        small = keep("""
            def small(value):
                return len(value) < 4
            """)
        values = [{"a": [1], "b": [2], "c": {"d": "x", "e": 1}, "z": 1}, {"a": [1], "b": [2], "c": 3},
                  {"b": [3], "z": [4]}, {"a": [1, 2, 3, 4], "b": "b"}]
        ran = self.run_app(agent(each, small, **DEAD), values)
        self.assertEqual(ran.values(), [[1], {"sum": [1, 0, 2]}, "x", [1], {"sum": [1, 0, 2]}])
        self.assertEqual([(d["kasprc.exception"], d["kasprc.message"]) for d in ran.dead_headers()],
                         [("TypeError", "'int' object is not subscriptable"), ("KeyError", "'a'"),
                          ("TypeError", 'can only concatenate list (not "str") to list')])
        second = keep("""
            def second(value):
                return "a" in value
            """)
        ran = self.run_app(agent(second, each, small, **DEAD), values)
        self.assertEqual(ran.values(), [[1, 0], {"sum": [1, 0, 2]}, "x"])
        self.assertEqual([d["kasprc.exception"] for d in ran.dead_headers()], ["TypeError"] * 2)


class Waiting(Behaviour):
    """Functions that wait."""

    def test_other_agents_go_on(self):
        first = agent("""
            import asyncio, builtins
            async def wait(value):
                while not hasattr(builtins, 'seen'):
                    await asyncio.sleep(0)
                return [value, builtins.seen]
            """, name="first")
        second = agent("""
            import builtins
            def show(value):
                builtins.seen = value
                return value
            """, name="second", read="other", write="done")
        ran = self.run_app([first, second], [1, record(2, "other")])
        self.assertEqual(ran.values(), [[1, 2]])

    def test_isolated_partitions_go_on(self):
        meet = """
            async def meet(value):
                order.append(f'+{value}')
                if value == 'a':
                    began.set()
                    await met.wait()
                else:
                    await began.wait()
                    met.set()
                order.append(f'-{value}')
                return ' '.join(order)
            """
        init = "import asyncio\norder = []\nbegan, met = asyncio.Event(), asyncio.Event()\n"
        ran = self.run_app(isolated(agent(meet, init=init)),
                           [record("a", partition=0), record("b", partition=1)],
                           flags=["--partitions", "in=2"])
        # whoever comes first, and whichever is written first: each waits for the other
        self.assertIn(max(ran.values(), key=len), ("+a +b -b -a", "+b +a -b -a"))

    def test_one_event_of_an_agent_at_a_time(self):
        alone = """
            import asyncio
            async def alone(value):
                assert value[1] == 0
                here.append(value)
                most = len(here)
                for _ in range(5):
                    await asyncio.sleep(0)
                    most = max(most, len(here))
                here.remove(value)
                return most
            """
        ran = self.run_app(agent("""
            import asyncio
            async def before(value):
                here.append(value)
                await asyncio.sleep(0.001)
                here.remove(value)
                return [value, len(here)]
            """, group_by("def key(value): return str(value)"), alone, init="here = []\n"),
                           [record(i, partition=i % 3) for i in range(30)],
                           flags=["--partitions", "in=3"])
        self.assertEqual(ran.values(), [1] * 30)

    def test_context_is_the_events_own_after_a_wait(self):
        look = """
            import asyncio
            def here():
                return context['event'].message.partition
            async def nested():
                await asyncio.sleep(0)
                return here()
            async def look(value):
                seen = [value, here()]
                await asyncio.sleep(0.001 * value)
                return seen + [here(), await nested(), await asyncio.create_task(nested()), here()]
            """
        selector = """
            import asyncio
            async def select(value):
                before = context['event'].message.partition
                await asyncio.sleep(0)
                return f"{value[0]} {before} {context['event'].message.partition}"
            """
        ran = self.run_app(isolated(agent(look, write={"topics": [topic(
            "out", keySelector=selector, predicate=selector, headersSelector="""
                async def headers(value):
                    return {'at': str(context['event'].message.partition)}
                """)]})), [record(i % 3, partition=i % 3) for i in range(30)],
                           flags=["--partitions", "in=3"])
        self.assertEqual(len(ran.records), 30)
        for each in ran.records:
            at = json.loads(each["value"])[0]
            self.assertEqual((each["value"], each["key"], each["headers"]),
                             (json.dumps([at] * 6), f"{at} {at} {at}", [["at", str(at)]]))

    def test_tasks_of_init_run_with_and_without_events(self):
        spec = agent("""
            import asyncio
            async def work(value):
                seen = len(ticks)
                while len(ticks) == seen:
                    await asyncio.sleep(0)
                return [value, asyncio.get_running_loop() is loop]
            """, init="""
            import asyncio
            ticks, loop = [], None
            async def tick():
                while True:
                    ticks.append(1)
                    if len(ticks) == 3:
                        open('ticks', 'w').close()
                    await asyncio.sleep(0.001)
            async def init():
                global loop, task
                loop = asyncio.get_running_loop()
                task = asyncio.create_task(tick())
            """)
        process = self.start([spec], "--source", "in=-")
        self.until(self.path("ticks").exists)
        self.feed(process, 1, 2)
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(self.ran(process).values(), [[1, True], [2, True]])

    def test_asyncio_works(self):
        ran = self.run_app(agent("""
            import asyncio, time
            async def double(value):
                await asyncio.sleep(0)
                return value * 2
            async def work(value):
                out = [await asyncio.gather(double(1), double(2))]
                try:
                    async with asyncio.timeout(0.001):
                        await asyncio.sleep(60)
                except TimeoutError:
                    out.append('timeout')
                try:
                    await asyncio.wait_for(asyncio.sleep(60), 0.001)
                except TimeoutError:
                    out.append('wait_for')
                out.append(await asyncio.to_thread(lambda: value))
                async with lock, asyncio.TaskGroup() as group:
                    await queue.put(value)
                    task = group.create_task(double(await queue.get()))
                return out + [task.result()]
            """, """
            def task(value):
                queue.put_nowait(value)
                return asyncio.create_task(queue.get())
            """, """
            def future(value):
                future = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_soon(future.set_result, value)
                return future
            """, """
            class Later:
                def __init__(self, value): self.value = value
                def __await__(self):
                    yield
                    return self.value
            def later(value):
                return Later(value)
            """, """
            import types
            @types.coroutine
            def old(value):
                yield
                return value
            """, init="import asyncio\nlock = asyncio.Lock()\nqueue = asyncio.Queue()\n"), [7, 8])
        self.assertEqual(ran.values(),
                         [[[2, 4], "timeout", "wait_for", v, 2 * v] for v in (7, 8)])

    def test_what_cannot_be_awaited_fails_alone(self):
        ran = self.run_app(agent("""
            import asyncio
            async def one(value):
                return value
            class NoIterator:
                def __await__(self): return 5
            class Fails:
                def __await__(self): raise KeyError('x')
            def work(value):
                if value == 'run': return asyncio.run(one(value))
                if value == 'loop': return asyncio.get_event_loop().run_until_complete(one(value))
                if value == 'first': kept.append(one(value)); return kept[0]
                if value == 'twice': return kept[0]
                if value == 'iterator': return NoIterator()
                if value == 'fails': return Fails()
                return value
            """, init="kept = []\n", **DEAD),
                           ["run", "loop", "first", "twice", "iterator", "fails", "good"])
        self.assertEqual(ran.values(), ["first", "good"])
        self.assertEqual(
            [(dead["kasprc.exception"], dead["kasprc.message"]) for dead in ran.dead_headers()],
            [("RuntimeError", "asyncio.run() cannot be called from a running event loop"),
             ("RuntimeError", "This event loop is already running"),
             ("RuntimeError", "cannot reuse already awaited coroutine"),
             ("TypeError", "__await__() returned non-iterator of type 'int'"),
             ("KeyError", "'x'")])

    def test_tasks_that_raise_end_nothing_else(self):
        for what in ("ValueError(1)", "SystemExit(3)", "KeyboardInterrupt()", "GeneratorExit()",
                     "asyncio.CancelledError()"):
            with self.subTest(what):
                ran = self.run_app(agent(f"""
                    import asyncio
                    async def bad():
                        raise {what}
                    async def work(value):
                        if value == 'left':
                            tasks.append(asyncio.create_task(bad()))
                            await asyncio.sleep(0.001)
                        if value == 'task':
                            await asyncio.create_task(bad())
                        if value == 'gather':
                            await asyncio.gather(bad(), bad())
                        if value == 'group':
                            async with asyncio.TaskGroup() as group:
                                group.create_task(bad())
                                await asyncio.sleep(60)
                        if value == 'wait_for':
                            await asyncio.wait_for(bad(), 60)
                        if value == 'raise':
                            raise {what}
                        return value
                    """, init="tasks = []\n"),
                                   ["left", "task", "gather", "wait_for", "raise", "good"])
                self.assertEqual(ran.values(), ["left", "good"])
                self.assertEqual(ran.count("failed"), 4)

    def test_a_cancelled_task_is_the_business_of_its_event(self):
        ran = self.run_app(agent("""
            import asyncio
            async def work(value):
                if value == 'unseen':
                    asyncio.current_task().cancel()
                if value == 'seen':
                    asyncio.current_task().cancel()
                    await asyncio.sleep(0)
                if value == 'timeout':
                    try:
                        async with asyncio.timeout(0.001):
                            await asyncio.sleep(60)
                    except TimeoutError:
                        pass
                if value == 'all':
                    for task in asyncio.all_tasks():
                        task.cancel()
                if value == 'wait':
                    await asyncio.sleep(0)
                return value
            """), ["unseen", "wait", "seen", "timeout", "all", "timeout", "wait"])
        self.assertEqual(ran.values(), ["unseen", "wait", "timeout", "all", "timeout", "wait"])
        self.assertEqual(ran.count("failed"), 1)

    def test_generators_anywhere(self):
        ran = self.run_app(agent("""
            import asyncio
            async def first(value):
                for i in range(2):
                    await asyncio.sleep(0)
                    yield value * 10 + i
            """, """
            def second(value):
                yield value
                yield -value
            """, keep("""
            import asyncio
            async def odd(value):
                await asyncio.sleep(0)
                return value % 2
            """), """
            import asyncio
            async def third(value):
                yield value
                await asyncio.sleep(0)
                yield str(value)
            """), [1, 2])
        self.assertEqual(ran.values(), [11, "11", -11, "-11", 21, "21", -21, "-21"])
        self.assertEqual(ran.count("filtered"), 4)


class Endless(Behaviour):
    """`kasprc.timeout`: what never ends fails, and the next record runs."""

    CODES = {
        "loop": """
            def work(value):
                while value == 'x': pass
                return value
            """,
        "swallows": """
            def work(value):
                while value == 'x':
                    try:
                        while True: pass
                    except BaseException: pass
                return value
            """,
        "waits": """
            import asyncio
            async def work(value):
                if value == 'x': await asyncio.Future()
                return value
            """,
        "waits and swallows": """
            import asyncio
            async def work(value):
                while value == 'x':
                    try:
                        await asyncio.sleep(60)
                    except BaseException: pass
                return value
            """,
        "waits at its end": """
            import asyncio
            async def work(value):
                try:
                    if value == 'x': await asyncio.sleep(60)
                finally:
                    while value == 'x': await asyncio.sleep(0)
                return value
            """,
        "yields": """
            import asyncio
            async def work(value):
                while value == 'x':
                    await asyncio.sleep(0.01)
                    yield 'half'
                yield value
            """,
        "a call of C": """
            import time
            def work(value):
                if value == 'x': time.sleep(0.5)
                return value
            """,
        "a task of its own": """
            import asyncio
            async def busy():
                while True: pass
            async def work(value):
                if value == 'x': await asyncio.gather(busy(), asyncio.sleep(60))
                return value
            """,
    }

    def test_what_never_ends_fails(self):
        for name, code in self.CODES.items():
            with self.subTest(name):
                ran = self.run_app(agent(code, timeout="200ms", **DEAD), ["a", "x", "b"])
                self.assertEqual([v for v in ran.values() if v != "half"], ["a", "b"])
                self.assertEqual(
                    [(d["kasprc.operation"], d["kasprc.exception"], d["kasprc.message"])
                     for d in ran.dead_headers()],
                    [("work", "TimeoutError", "it ran longer than 'kasprc.timeout' allows")])

    def test_an_exception_whose_text_never_ends(self):
        ran = self.run_app(agent("""
            class Endless(Exception):
                def __str__(self):
                    while True: pass
            def work(value):
                if value == 'x': raise Endless
                return value
            """, timeout="200ms", **DEAD), ["a", "x", "b"])
        self.assertEqual(ran.values(), ["a", "b"])
        self.assertEqual([d["kasprc.exception"] for d in ran.dead_headers()], ["Endless"])

    def test_other_partitions_go_on(self):
        ran = self.run_app(isolated(agent("""
            import asyncio
            async def work(value):
                if value == 'x': await asyncio.Future()
                return value
            """, timeout="500ms")), [record("x", partition=0), record("a", partition=0),
                                     record("b", partition=1)], flags=["--partitions", "in=2"])
        self.assertEqual(ran.values(), ["b", "a"])

    def test_a_retry(self):
        ran = self.run_app(agent("""
            def work(value):
                tries.append(value)
                while value == 'x' and tries.count('x') < 3: pass
                return tries.count(value)
            """, init="tries = []\n", timeout="200ms",
                                 onError={"policy": "retry", "attempts": 3}), ["a", "x", "b"])
        self.assertEqual(ran.values(), [1, 3, 1])
        self.assertEqual(ran.count("failed"), 0)


class Failing(Behaviour):
    """What functions raise, where, and what becomes of it."""

    RAISES = {
        "SystemExit": "raise SystemExit(3)", "KeyboardInterrupt": "raise KeyboardInterrupt",
        "CancelledError": "import asyncio; raise asyncio.CancelledError",
        "GeneratorExit": "raise GeneratorExit", "MemoryError": "raise MemoryError",
        "RecursionError": "deeper()", "Mute": "raise Mute", "NoText": "raise NoText",
        "ExceptionGroup": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])",
        "BaseExceptionGroup": "raise BaseExceptionGroup('g', [KeyboardInterrupt()])",
        "ValueError": r"raise ValueError('\ud800 \0')", "KeyError": "raise KeyError('x' * 2_000_000)",
    }
    INIT = f"""
        class Mute(BaseException):
            def __str__(self): raise SystemExit(9)
            __repr__ = __str__
        class NoText(Exception):
            def __str__(self): return 5
        def deeper(): return deeper()
        raises = {RAISES!r}
        """
    SHAPES = {
        "def": "def work(value):\n    if value in raises: exec(raises[value])\n    return value\n",
        "async def": "import asyncio\nasync def work(value):\n    await asyncio.sleep(0)\n"
                     "    if value in raises: exec(raises[value])\n    return value\n",
        "generator": "def work(value):\n    yield value\n"
                     "    if value in raises: exec(raises[value])\n",
        "async generator": "async def work(value):\n    yield value\n"
                           "    if value in raises: exec(raises[value])\n",
    }

    def test_whatever_is_raised_the_next_record_runs(self):
        values = [value for what in self.RAISES for value in (what, "good")]
        for shape, code in self.SHAPES.items():
            for before in ([], ["def before(value): return value"]):
                with self.subTest(shape=shape, before=before):
                    ran = self.run_app(agent(*before, code, init=self.INIT, **DEAD), values)
                    # A later generator is drained before its first value is sent.
                    sent = values if "generator" in shape and not before else ["good"] * 12
                    self.assertEqual(ran.values(), sent)
                    self.assertEqual([d["kasprc.exception"] for d in ran.dead_headers()],
                                     list(self.RAISES))
                    self.assertEqual(ran.count("failed"), 12)
        messages = {d["kasprc.exception"]: d["kasprc.message"] for d in ran.dead_headers()}
        self.assertEqual((messages["Mute"], messages["NoText"], messages["ValueError"]),
                         ("", "", "\\ud800 \0"))
        self.assertLess(len(messages["KeyError"]), 40_000)

    def test_a_dead_letter_is_the_record_as_it_came(self):
        added = lambda what, offset: [
            ["kasprc.agent", "worker"], ["kasprc.operation", what[0]],
            ["kasprc.exception", what[1]], ["kasprc.message", what[2]], ["kasprc.topic", "in"],
            ["kasprc.partition", "0"], ["kasprc.offset", str(offset)]]
        work = ("work", "KeyError", "'é'")
        decode = ("decode", "JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")
        own = [["a", "b"], ["kasprc.agent", "x"], ["n", None], ["bin", {"base64": "/w=="}]]
        records = [{"key": {"base64": "/wA="}, "value": "1", "headers": own},
                   {"key": "k", "value": None}, {"key": None, "value": None},
                   {"key": None, "value": ""}]
        ran = self.run_app(agent("def work(value): raise KeyError('é')", **DEAD),
                           [{"topic": "in", **each} for each in records])
        self.assertEqual(ran.of("dead"), [
            {"topic": "dead", "partition": 0, "key": each["key"], "value": each["value"],
             "headers": each.get("headers", []) + added(decode if each["value"] == "" else work, i)}
            for i, each in enumerate(records)])

    def test_a_use_has_the_name_of_its_operation(self):
        spec = agent("""
            def half(value):
                if value % 2: raise ValueError(value)
                return value // 2
            """, **DEAD)
        spec["spec"]["processors"]["pipeline"] = ["half"] * 3
        ran = self.run_app(spec, [8, 4, 2, 1])
        self.assertEqual([d["kasprc.operation"] for d in ran.dead_headers()], ["half"] * 3)

    def places(self, policy):
        """An agent that fails wherever a value says so."""
        boom = lambda at, then="value": f"def at(value):\n    boom(value, '{at}')\n    return {then}\n"
        out = topic("out", predicate=boom("output predicate", "True"),
                    keySelector=boom("output key", "None"),
                    valueSelector=boom("output value", "object() if value == 'output encode' else "
                                       "'x' * 2_000_000 if value == 'output large' else value"),
                    partitionSelector=boom("output partition", "0"),
                    headersSelector=boom("output headers", "{'a': 5 if value == 'output header' "
                                         "else None}"))
        chosen = {"nameSelector": python(boom("output name", "'chosen'"))}
        channel = {"name": "c", "predicate": python(boom("output channel", "True")),
                   "valueSelector": python(boom("output channel value"))}
        sinks = [{"name": "s", **python(boom("output sink"))},
                 {"name": "t", **python("import asyncio\nasync def at(value):\n"
                                        "    boom(value, 'output async sink')\n")}]
        send = {"name": "sent", "passThrough": True, "predicate": python(boom("send predicate", "True")),
                "keySelector": python(boom("send key", "None"))}
        ask = {"name": "acked", "passThrough": True, "ack": True,
               "valueSelector": python(boom("ask value", "'x' * 2_000_000 if value == 'ask large' "
                                            "else value"))}
        return agent("""
            def work(value):
                boom(value, 'work begin')
                yield value
                boom(value, 'work end')
            """, keep("def keep(value): return boom(value, 'keep it')"),
                     {"name": "send", "topicSend": send}, {"name": "ask", "topicSend": ask},
                     "def first(value): return value[0]",
                     write={"topics": [out, chosen], "channels": [channel], "sinks": sinks}, init="""
            class Boom(Exception): pass
            def boom(value, at):
                if value == at: raise Boom(at)
                return True
            """, onError=policy)

    def test_every_place_where_something_can_fail(self):
        places = ["work begin", "keep it", "send predicate", "send key", "ask value", "ask large"]
        places += [f"output {what}" for what in (
            "predicate", "key", "value", "partition", "headers", "header", "encode", "large", "name",
            "channel", "channel value", "sink", "async sink")]
        places.append("work end")
        receiver = agent("def get(value): return value", name="receiver",
                         read={"channel": {"name": "c"}}, write="got")
        values = [value for place in places for value in (place, "good")]
        dead = {"policy": "deadLetter", "topic": "dead"}
        retry = {"policy": "retry", "attempts": 2, "backoff": "1ms", "then": "deadLetter",
                 "topic": "dead"}
        for policy in (dead, retry, {"policy": "skip"}):
            with self.subTest(policy):
                ran = self.run_app([self.places(policy), receiver], values)
                failed = [] if policy["policy"] == "skip" else places
                self.assertEqual([d["value"] for d in ran.of("dead")], list(map(json.dumps, failed)))
                self.assertEqual([d["kasprc.operation"] for d in ran.dead_headers()],
                                 [place.split()[0] for place in failed])
                for name, first in [("sent", "ask value"), ("acked", "output predicate"),
                                    ("out", "output name"), ("chosen", "output channel"),
                                    ("got", "output sink")]:
                    sent = ran.values(name)
                    self.assertEqual(sent.count("good"), len(places))
                    # What somebody waited for is delivered with each attempt.
                    self.assertEqual([v for v in dict.fromkeys(sent) if v != "good"],
                                     places[places.index(first):])
                self.assertEqual(ran.values("out").count("work end"), 1)
                self.assertEqual((ran.count("in"), ran.count("failed")), (40, 20))

    def test_a_retry_parks_its_partition_only(self):
        work = (keep("def some(value): return value['n'] != 3"), """
            def work(value):
                value['n'] += 100
                tries.append(value['n'])
                yield [value['n'], tries.count(value['n'])]
                if value['n'] == 102 or value['n'] == 101 and tries.count(101) < 3:
                    raise ValueError(tries.count(value['n']))
            """)
        records = [record({"n": n}, partition=partition)
                   for n, partition in [(1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 1), (7, 2)]]
        for split in (False, True):
            spec = agent(*work, init="tries = []\n", onError={
                "policy": "retry", "attempts": 3, "backoff": "300ms", "then": "deadLetter",
                "topic": "dead"})
            ran = self.run_app(isolated(spec) if split else spec, records,
                               flags=["--partitions", "in=3"])
            values = ran.values()
            self.assertEqual(values[3:], [[101, 3], [104, 1]])
            self.assertEqual(sorted(values[:3]), [[105, 1], [106, 1], [107, 1]])
            self.assertEqual([(d["value"], d["headers"][3][1]) for d in ran.of("dead")],
                             [('{"n": 2}', "3")])
            self.assertEqual([ran.count(what) for what in ("in", "out", "filtered", "failed")],
                             [7, 6, 1, 1])

    def test_a_stop_lets_others_finish(self):
        stops = agent("""
            def work(value):
                yield value
                if value == 3: raise ValueError('no')
                yield -value
            """, onError={"policy": "stop"})
        other = agent("""
            import asyncio
            async def same(value):
                await asyncio.sleep(0.1)
                return value
            """, name="other", read="more", write="done")
        ran = self.run_app([stops, other], [1, 2, 3, 4] + [record(i, "more") for i in range(3)],
                           exit_code=1)
        self.assertEqual(ran.values(), [1, -1, 2, -2])
        self.assertEqual(ran.values("done"), [0, 1, 2])
        self.assertEqual((ran.count("in"), ran.count("failed"), ran.report["exit"]), (3, 1, "stop"))

    def test_a_stop_waits_for_no_retry(self):
        for split in (False, True):
            spec = agent("def work(value): raise ValueError", onError={
                "policy": "retry", "attempts": 2, "backoff": "1h", "then": "stop"})
            broken = {"topic": "in", "partition": 1, "value": "{"}  # which is not tried again
            ran = self.run_app(isolated(spec) if split else spec, [record(1, partition=0), broken],
                               exit_code=1, flags=["--partitions", "in=2"])
            self.assertEqual((ran.count("failed"), ran.report["exit"]), (1, "stop"))

    def test_a_dead_letter_that_finds_no_room_ends_the_run(self):
        spec = agent("def work(value): raise ValueError('no')", **DEAD)
        spec["spec"]["output"]["topics"].append(
            {"name": "dead", "declare": True, "config": {"max.message.bytes": "100"}})
        ran = self.run_app(spec, [1, 2], exit_code=74)
        self.assertIn("'dead'", ran.stderr)
        self.assertEqual(ran.of("dead"), [])


class Batches(Behaviour):
    """`take`."""

    BATCH = "def work(batch): return batch"

    def test_sizes(self):
        for size, count, expected in [(3, 7, [[0, 1, 2], [3, 4, 5], [6]]), (1, 2, [[0], [1]]),
                                      (100, 2, [[0, 1]]), (2, 0, [])]:
            ran = self.run_app(agent(self.BATCH, read=taking(size)), range(count))
            self.assertEqual(ran.values(), expected)
            self.assertEqual((ran.count("in"), ran.count("failed")), (count, 0))

    def test_within_counts_from_the_first(self):
        process = self.start([agent(self.BATCH, read=taking(5, within="1s"))], "--source", "in=-")
        self.feed(process, 1, 2)
        self.until(lambda: self.ran(process).records)
        self.feed(process, 3)
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(sum(self.ran(process).values(), []), [1, 2, 3])

    def test_a_signal_runs_what_was_gathered(self):
        echo = agent("def echo(value): return value", name="echo", write="echoes")
        process = self.start([agent(self.BATCH, read=taking(5)), echo], "--source", "in=-")
        self.feed(process, 1, 2, 3)
        self.until(lambda: len(self.ran(process).of("echoes")) == 3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(self.ran(process).values(), [[1, 2, 3]])
        self.assertEqual(self.ran(process).count("in"), 3)

    def test_a_count_ends_with_what_was_gathered(self):
        for read, expected in [("in", [0, 1, 2, 3, 4, 5, 6]),
                               (taking(5), [[0, 1, 2, 3, 4], [5, 6]])]:
            ran = self.run_app(agent(self.BATCH, read=read), range(20), flags=["--until", "count:7"])
            self.assertEqual(ran.values(), expected)
            self.assertEqual(ran.count("in"), 7)

    def test_context_has_the_events_of_the_batch(self):
        ran = self.run_app(agent("""
            def look(batch):
                return [[event.value, event.key and event.key.decode(), event.message.partition,
                         event.message.offset, event.headers.get('h', b'').decode()]
                        for event in context['event']]
            """, read=taking(4)), [
                record(0, partition=0, headers=[["h", "x"]]), record(1, partition=1, key="k"),
                record(2, partition=0), record(3, partition=1), record(4, partition=0)],
                           flags=["--partitions", "in=2"])
        self.assertEqual(sorted(sum(ran.values(), [])), [
            [0, None, 0, 0, "x"], [1, "k", 1, 0, ""], [2, None, 0, 1, ""], [3, None, 1, 1, ""],
            [4, None, 0, 2, ""]])
        self.assertEqual([len(batch) for batch in ran.values()], [4, 1])

    def test_isolated_partitions_have_their_own(self):
        ran = self.run_app(isolated(agent(self.BATCH, read=taking(2))),
                           [record(i, partition=i % 2) for i in range(7)],
                           flags=["--partitions", "in=2"])
        self.assertEqual(sorted(ran.values()), [[0, 2], [1, 3], [4, 6], [5]])

    def test_filters_generators_and_what_cannot_be_read(self):
        ran = self.run_app(agent(keep("def full(batch): return len(batch) == 3"), """
            async def each(batch):
                for value in batch:
                    yield value
                if 3 in batch: raise ValueError
            """, keep("def even(value): return value % 2 == 0"), group_by("def key(value): return 'k'"),
                                 "def after(value): return [value, context['event'].message.offset]",
                                 read=taking(3), **DEAD),
                           [0, 1, {"topic": "in", "value": "{"}, 2, 3, 4, 5, 6])
        self.assertEqual(ran.values(), [[0, 0], [2, 1]])
        self.assertEqual(sorted(d["value"] for d in ran.of("dead")), ["3", "4", "5", "{"])
        # filtered: a batch and a value; failed: a record and a batch
        self.assertEqual([ran.count(what) for what in ("in", "filtered", "failed")], [8, 2, 2])

    def test_policies(self):
        code = """
            def work(batch):
                yield batch[0]
                batch.append('changed')
                tries.append(batch[0])
                if batch[0] == 2 and tries.count(2) < 3: raise ValueError(tries.count(2))
                yield batch
            """
        all_of = lambda first: [first, [first, first + 1, "changed"]]
        retry = {"policy": "retry", "backoff": "1ms"}
        for policy, middle, dead, failed in [
                ({"policy": "skip"}, [2], [], 1),
                ({"policy": "deadLetter", "topic": "dead"}, [2], ["2", "3"], 1),
                ({**retry, "attempts": 3}, all_of(2), [], 0),
                ({**retry, "attempts": 2, "then": "deadLetter", "topic": "dead"}, [2], ["2", "3"], 1),
                ({"policy": "stop"}, None, [], 1)]:
            with self.subTest(policy):
                stops = middle is None
                ran = self.run_app(agent(code, read=taking(2), init="tries = []\n", onError=policy),
                                   range(6), exit_code=1 if stops else 0)
                self.assertEqual(ran.values(),
                                 all_of(0) + ([] if stops else middle + all_of(4)))
                self.assertEqual([d["value"] for d in ran.of("dead")], dead)
                self.assertEqual((ran.count("in"), ran.count("failed")), (4 if stops else 6, failed))

    def test_a_part_that_retries_does_not_hold_up_the_batches(self):
        ran = self.run_app(agent("def each(batch): yield from batch",
                                 group_by("def key(value): return str(value)"), """
            def after(value):
                tries.append(value)
                if value == 1 and tries.count(1) < 3: raise ValueError
                return value
            """, read=taking(2, within="10ms"), init="tries = []\n",
                                 onError={"policy": "retry", "backoff": "200ms"}), range(5))
        self.assertEqual(sorted(ran.values()), [0, 1, 2, 3, 4])
        self.assertEqual(ran.count("failed"), 0)


def sending(code, *receivers, **more):
    """An agent that sends to channel c, and those who read it and write to out0, out1..."""
    return [agent(code, name="sender", write={"channels": [{"name": "c"}]}, **more)] + [
        receiver if isinstance(receiver, dict) else
        agent(receiver, name=f"receiver{i}", read={"channel": {"name": "c"}}, write=f"out{i}")
        for i, receiver in enumerate(receivers)]


class Channels(Behaviour):
    def test_each_receiver_has_its_own_values_in_order(self):
        grow = """
            def grow(value):
                kept.append(value)
                for i in range(3):
                    value.append(i)
                    yield value
                value.clear()
            """
        slow = """
            import asyncio
            async def work(value):
                value.append('slow')
                await asyncio.sleep(0)
                return value
            """
        fast = "def work(value):\n    value.append('fast')\n    return value\n"
        ran = self.run_app(sending(grow, slow, fast, init="kept = []\n"),
                           [record([i], partition=i % 2) for i in range(40)],
                           flags=["--partitions", "in=2"])
        for name, word in [("out0", "slow"), ("out1", "fast")]:
            for partition in (0, 1):
                self.assertEqual(
                    [value for value in ran.values(name) if value[0] % 2 == partition],
                    [[i, *range(n), word] for i in range(partition, 40, 2) for n in (1, 2, 3)])

    def test_plain_data_is_copied_and_the_rest_is_passed_on(self):
        copied = ["{1, 2}", "frozenset({(1, 2)})", "(1, [2])", "{(1, 2): {3}}", "nested(500)",
                  "[None] * 100_000", "{'a': shared, 'b': shared}", "cycle()", "ring()"]
        as_it_is = ["Mine(a=[1])", "Point(1, [2])", "b'x'", "bytearray(b'x')", "None", "1.5",
                    "10 ** 50", "collections.OrderedDict(a=1)", "lambda: 1", "object"]
        make = f"""
            import collections
            class Mine(dict): pass
            Point = collections.namedtuple('Point', 'x y')
            def nested(depth):
                value = []
                for _ in range(depth): value = [value]
                return value
            def cycle():
                value = {{}}
                value['self'] = value
                return value
            def ring():
                value = [1]
                value.append((value,))
                return value
            def send(text):
                shared = [1]
                sent.append(eval(text, globals(), {{'shared': shared}}))
                yield sent[-1]
            """
        look = """
            def work(value):
                original = sent[len(seen)]
                seen.append(value)
                same = [type(value) is type(original), value is original]
                if isinstance(value, dict) and 'b' in value:
                    same.append(value['a'] is value['b'] and value['a'] is not original['a'])
                elif isinstance(value, dict) and 'self' in value:
                    same.append(value['self'] is value)
                elif isinstance(value, list) and len(value) == 2:
                    same.append(value[1][0] is value)
                elif not isinstance(value, list):
                    same.append(value == original)
                return same
            """
        init = "import builtins\nsent = builtins.__dict__.setdefault('sent', [])\nseen = []\n"
        app = sending(make, agent(look, name="receiver", init=init, read={"channel": {"name": "c"}}),
                      init=init)
        ran = self.run_app(app, copied + as_it_is)
        for text, seen in zip(copied + as_it_is, ran.values(), strict=True):
            with self.subTest(text):
                self.assertEqual(seen[:2], [True, text in as_it_is])
                self.assertNotIn(False, seen[2:])

    def test_a_value_that_is_too_deep_fails(self):
        ran = self.run_app(sending("""
            def send(depth):
                value = []
                for _ in range(depth): value = [value]
                yield value
                yield 'after'
            """, "def work(value): return value if value == 'after' else 'deep'", **DEAD),
                           [10, 100_000, 20])
        self.assertEqual(ran.values("out0"), ["deep", "after"] * 2)
        self.assertEqual([d["kasprc.exception"] for d in ran.dead_headers()], ["RecursionError"])

    def test_values_that_change_while_they_are_copied(self):
        ran = self.run_app(sending("""
            class Key:
                def __hash__(self):
                    if armed: armed.pop()()
                    return 1
            armed = []
            def send(value):
                inner = {Key(): [value], 1: [2]}
                value = {'inner': inner, 'list': [inner, [3]]}
                armed.append(lambda: (value.clear(), inner.clear()))
                return value
            """, "def work(value): return isinstance(value, dict)"), range(20))
        self.assertEqual(ran.values("out0"), [True] * 20)

    def test_a_chain(self):
        link = lambda name, code, read, write, **more: agent(
            code, name=name, read={"channel": {"name": read}},
            write={"channels": [{"name": write}]}, **more)
        app = [agent("def a(v):\n    yield v\n    yield v + 1\n", name="a",
                     write={"channels": [{"name": "ab"}]}),
               link("b", "async def b(v):\n    yield v * 10\n    yield v * 10 + 1\n", "ab", "bc"),
               link("c", "def c(v):\n    if v % 2: raise ValueError(v)\n    return v\n", "bc", "cd",
                    **DEAD),
               agent("def d(v):\n    m = context['event'].message\n    return [v, m.topic, m.key, "
                     "m.partition, m.offset, m.timestamp]\n", name="d",
                     read={"channel": {"name": "cd"}})]
        ran = self.run_app(app, [record(1, key="k", headers=[["a", "b"]], timestamp=1000),
                                 record(5, timestamp=2000)])
        self.assertEqual(ran.values(), [[v, None, None, 0, -1, at]
                                        for v, at in [(10, 1.0), (20, 1.0), (50, 2.0), (60, 2.0)]])
        self.assertEqual(
            [(d.get("key"), d["value"], h.get("a"), h["kasprc.agent"], h["kasprc.message"],
              h["kasprc.topic"], h["kasprc.offset"])
             for d, h in zip(ran.of("dead"), ran.dead_headers())],
            [("k", "1", "b", "c", "11", "in", "0"), ("k", "1", "b", "c", "21", "in", "0"),
             (None, "5", None, "c", "51", "in", "1"), (None, "5", None, "c", "61", "in", "1")])
        self.assertEqual([ran.count("in", name) for name in "abcd"], [2, 4, 8, 4])

    def test_a_sender_that_fails_after_it_sent(self):
        code = "def send(v):\n    yield v\n    if v == 2: raise ValueError\n"
        retry = {"policy": "retry", "backoff": "1ms"}
        for policy, expected in [({"policy": "skip"}, [1, 2, 3]), (retry, [1, 2, 3]),
                                 ({"policy": "stop"}, [1])]:
            ran = self.run_app(sending(code, "def work(v): return v", onError=policy), [1, 2, 3],
                               exit_code=0 if len(expected) > 1 else 1)
            self.assertEqual(ran.values("out0"), expected)

    def test_a_receiver_that_retries_gets_fresh_copies_and_parks_its_partition(self):
        receiver = agent("""
            def work(value):
                value.append(len(value))
                tries.append(value[0])
                if value[0] == 1 and tries.count(1) < 3: raise ValueError
                return value
            """, name="receiver", init="tries = []\n", read={"channel": {"name": "c"}},
                         onError={"policy": "retry", "backoff": "200ms"})
        ran = self.run_app(sending("def send(value): return [value]", receiver),
                           [record(n, partition=n // 3) for n in (1, 2, 3, 4)],
                           flags=["--partitions", "in=2"])
        self.assertEqual(ran.values(), [[3, 1], [4, 1], [1, 1], [2, 1]])
        self.assertEqual(ran.count("failed", "receiver"), 0)

    def test_a_receiver_that_stops(self):
        receiver = agent("""
            import asyncio
            async def work(value):
                await asyncio.sleep(0)
                if value == 3: raise ValueError
                return value
            """, name="receiver", read={"channel": {"name": "c"}}, onError={"policy": "stop"})
        ran = self.run_app(sending("def send(value): return value", receiver), range(6), exit_code=1)
        self.assertEqual(ran.values(), [0, 1, 2])
        self.assertEqual((ran.count("in", "receiver"), ran.count("failed", "receiver")), (4, 1))

    def test_a_large_fan_out_does_not_pile_up(self):
        init = "import resource\ndef peak(): return resource.getrusage(0).ru_maxrss\nbefore = peak()\n"
        last = agent("def work(value): return value[0] == 199_999 and peak() - before", init=init,
                     name="receiver", read={"channel": {"name": "c"}})
        send = "def send(size):\n    for i in range(size): yield [i] * 1000\n"
        ran = self.run_app(sending(send, last), [200_000])
        self.assertEqual(len(ran.records), 200_000)
        self.assertLess(ran.values()[-1], 1_000_000)  # KiB; all of them take 1,600,000

    def test_a_large_fan_out_into_a_larger_batch(self):
        batches = agent("def work(batch): return len(batch)", name="receiver",
                        read={"channel": {"name": "c"}, "take": {"max": 100_000, "within": "1h"}})
        ran = self.run_app(sending("def send(size): yield from range(size)", batches), [35_000])
        self.assertEqual(ran.values(), [35_000])

    def test_batches_of_a_channel(self):
        batches = lambda code, **more: agent(
            code, name="receiver", init="tries = []\n",
            read={"channel": {"name": "c"}, "take": {"max": 2, "within": "1h"}}, **more)
        send = "def send(value): yield from value"
        ran = self.run_app(sending(send, batches("""
            def work(batch):
                if 3 in batch: raise ValueError
                return batch
            """, **DEAD)), [[1, 2], [3], [4], [5]])
        self.assertEqual(ran.values(), [[1, 2], [5]])
        self.assertEqual([(d["value"], h["kasprc.agent"], h["kasprc.offset"])
                          for d, h in zip(ran.of("dead"), ran.dead_headers())],
                         [("[3]", "receiver", "1"), ("[4]", "receiver", "2")])
        ran = self.run_app(sending(send, batches("""
            def work(batch):
                batch[0].append('x')
                tries.append(1)
                if len(tries) < 3: raise ValueError
                return batch
            """, onError={"policy": "retry", "backoff": "1ms"})), [[[1], [2]], [[3]]])
        self.assertEqual(ran.values(), [[[1, "x"], [2]], [[3, "x"]]])

    def test_a_forced_stop_in_between(self):
        for code in ("def work(value):\n    open('runs', 'w').close()\n    while True: pass\n",
                     "import asyncio\nasync def work(value):\n    open('runs', 'w').close()\n"
                     "    await asyncio.Future()\n"):
            app = sending("def send(value):\n    for i in range(25_000): yield [value, i]\n", code)
            process = self.start(app, "--source", "in=-")
            self.feed(process, 1, 2, 3)
            self.until(self.path("runs").exists)
            self.path("runs").unlink()
            process.send_signal(signal.SIGTERM)  # a second one is not needed: nothing goes on
            self.assertEqual(process.wait(DEADLINE), 128 + signal.SIGTERM)
            self.assertNotIn("ERROR", process.stderr.read())  # as sanitizers say it
            self.assertEqual(self.ran(process).of("out0"), [])


class GroupBy(Behaviour):
    def test_keys(self):
        good = {"'s'": b"s", r"b'\xff\0'": b"\xff\0", "None": None, "5": b"5",
                "(1, 'a')": b'[1, "a"]', "True": b"true", "1.5": b"1.5", "float('nan')": b"NaN",
                "''": b"", "b''": b"", "{'a': [1]}": b'{"a": [1]}', "'\u00e9'": "\u00e9".encode()}
        bad = ["object()", r"'\ud800'", "1 / 0"]
        ran = self.run_app(agent(group_by("def key(text): return eval(text)"), """
            def after(value):
                message = context['event'].message
                return [value, repr(context['event'].key), message.topic, message.offset]
            """, **DEAD), [record(text, headers=[["a", "b"]]) for text in [*good, *bad]])
        self.assertEqual(ran.values(), [
            [text, repr(key), "shop-worker-key-repartition", i]
            for i, (text, key) in enumerate(good.items())])
        self.assertEqual([(d["value"], d["headers"][0]) for d in ran.of("dead")],
                         [(json.dumps(text), ["a", "b"]) for text in bad])
        self.assertEqual([(d["kasprc.operation"], d["kasprc.exception"])
                          for d in ran.dead_headers()],
                         [("key", "TypeError"), ("key", "UnicodeEncodeError"),
                          ("key", "ZeroDivisionError")])

    def test_values_go_through_json(self):
        good = {"(1, 2)": [1, 2], "{1: 2}": {"1": 2}, "decimal.Decimal(1)": "1"}
        bad = ["object()", "'x' * 2_000_000", "{'a': len}"]
        ran = self.run_app(agent("import decimal\ndef make(text): return eval(text)",
                                 group_by("def key(value): return 'k'"),
                                 "def after(value): return value", **DEAD), [*good, *bad])
        self.assertEqual(ran.values(), list(good.values()))
        self.assertEqual([(d["kasprc.operation"], d["kasprc.exception"])
                          for d in ran.dead_headers()],
                         [("key", "TypeError"), ("key", "MessageSizeTooLargeError"),
                          ("key", "TypeError")])

    def test_two_of_them_and_a_failure_in_between(self):
        ran = self.run_app(agent("def split(v):\n    yield v\n    yield v + 10\n",
                                 group_by("def third(v): return str(v % 3)"), """
            def plus(v):
                yield v
                if v == 11: raise ValueError('behind')
                yield v + 100
            """, keep("def odd(v): return v % 2"), group_by("def last(v): return v % 10"), **DEAD),
                           [record(i, partition=i % 3) for i in range(6)],
                           flags=["--partitions", "in=3"])
        self.assertEqual(sorted(ran.values()), [1, 3, 5, 11, 13, 15, 101, 103, 105, 113, 115])
        self.assertEqual([(d["key"], d["value"], len(d["headers"])) for d in ran.of("dead")],
                         [("2", "11", 7)])
        self.assertEqual(ran.dead_headers()[0]["kasprc.topic"], "shop-worker-third-repartition")
        self.assertEqual([ran.count(what) for what in ("in", "filtered", "failed")], [6, 12, 1])

    def test_policies_behind_it(self):
        steps = (group_by("def key(v): return str(v)"), """
            def after(v):
                tries.append(v)
                if v == 2 and tries.count(2) < 3: raise ValueError
                return [v, tries.count(v)]
            """)
        ran = self.run_app(agent(*steps, init="tries = []\n",
                                 onError={"policy": "retry", "backoff": "1ms"}), range(4))
        self.assertEqual(ran.values(), [[0, 1], [1, 1], [2, 3], [3, 1]])
        self.assertEqual(ran.count("failed"), 0)
        ran = self.run_app(agent(*steps, init="tries = []\n", onError={"policy": "stop"}), range(4),
                           exit_code=1)
        self.assertEqual(ran.values(), [[0, 1], [1, 1]])
        self.assertEqual(ran.count("failed"), 1)


class Sinks(Behaviour):
    def test_sinks_see_every_value_in_order(self):
        sinks = ["import asyncio\nasync def later(value):\n    await asyncio.sleep(0)\n"
                 "    got.append(['later', value])\n",
                 "def now(value):\n    got.append(['now', value, context['event'].message.offset])\n"
                 "    if value == 1: raise ValueError\n",
                 "def never(value):\n    if value == [2]: yield value\n",
                 "def last(value):\n    got.append(['last'])\n"]
        ran = self.run_app(agent("def work(value): return [got] if value == 3 else value",
                                 init="got = []\n", write={
            "topics": [{"name": "out"}],
            "sinks": [{"name": f"s{i}", **python(code)} for i, code in enumerate(sinks)]},
                                 **DEAD), [0, 1, [2], 3])
        self.assertEqual(ran.values()[:3], [0, 1, [2]])
        self.assertEqual(ran.values()[3], [[["later", 0], ["now", 0, 0], ["later", 1], ["now", 1, 1],
                                            ["later", [2]], ["now", [2], 2]]])
        # What yields is a generator that nobody runs: it fails rather than do nothing.
        self.assertEqual([d["kasprc.exception"] for d in ran.dead_headers()],
                         ["TypeError", "ValueError", "TypeError", "TypeError"])
        self.assertIn("the sink 's2' yields", ran.stderr)


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
