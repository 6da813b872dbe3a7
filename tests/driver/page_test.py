#!/usr/bin/env python3
"""`graph -o html` in a real browser, and `-o json` beside it: that the page opens from a file without network
and complaints, that everything in it can be clicked and reached by keys, says what the JSON says, can be read
in dark and in light and at the width of a phone, and that no name of a user is ever code.

    page_test.py KASPRC
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from chromium import Chromium  # noqa: E402

KASPRC = ""
DESK, PHONE = (1440, 900), (390, 844)

EVIL = "</script><script>window.hacked = 1</script><img src=http://x.invalid onerror='window.hacked = 1'>"
HOSTILE = f"""\
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: evil
  labels:
    kaspr.io/app: app
spec:
  input:
    topic:
      pattern: "{EVIL}"
  output:
    topics:
    - name: out
    sinks:
    - name: "{EVIL} \\u2028 \\""
      python: |
        def keep(value):
            pass
  processors:
    pipeline: ["{EVIL}", "{{{{script}}}}"]
    operations:
    - name: "{EVIL}"
      map:
        python: |
          def f(value):
              return "{EVIL} <!-- <script> \\\\u003c"
    - name: "{{{{script}}}}"
      filter:
        python: |
          def f(value):
              return value
"""

AGENT = """\
---
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata: {{name: a{index}, labels: {{kaspr.io/app: large}}}}
spec:
  input: {{topic: {{name: [{inputs}]}}}}
  output: {{topics: [{outputs}]}}
  processors:
    pipeline: [{names}]
    operations:
{operations}
"""
OPERATION = "    - {{name: o{index}, map: {{python: 'def f(value): return value'}}}}"


def large_app():
    """Forty agents of five operations; their topics make long ways, many branches and a circle."""
    text = ""
    for i in range(40):
        inputs = [f"t{i // 2}"] + ([f"t{i // 3}"] if i % 5 == 2 else []) + (["t39"] if i == 0 else [])
        outputs = [f"t{i + 1}"] + ([f"side{i}"] if i % 4 == 0 else [])
        text += AGENT.format(index=i, inputs=", ".join(dict.fromkeys(inputs)),
                             outputs=", ".join(f"{{name: {name}}}" for name in outputs),
                             names=", ".join(f"o{k}" for k in range(5)),
                             operations="\n".join(OPERATION.format(index=k) for k in range(5)))
    return text


# JavaScript that the tests ask pages.
SHOWN = "[...document.querySelectorAll('.node')].filter(n => n.offsetParent !== null)"
PANEL = "(() => { const p = document.getElementById('panel'); return p.hidden ? null : p.innerText; })()"
FOCUS = "document.activeElement.dataset.id || document.activeElement.id || document.activeElement.tagName"

# Pairs of boxes of one plan that overlap, and buttons whose text does not fit.
FLAWS = """
[...document.querySelectorAll('.canvas')].flatMap(canvas => {
  const flaws = [];
  const boxes = [...canvas.querySelectorAll('.box')].map(b => [b.innerText, b.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0);
  boxes.forEach(([a, r], i) => boxes.slice(i + 1).forEach(([b, s]) => {
    if (r.left < s.right && s.left < r.right && r.top < s.bottom && s.top < r.bottom) flaws.push('overlap: ' + a + ' / ' + b);
  }));
  const whole = canvas.getBoundingClientRect();
  for (const [name, r] of boxes) {
    if (r.left < whole.left || r.right > whole.right || r.top < whole.top || r.bottom > whole.bottom) flaws.push('outside: ' + name);
  }
  for (const n of canvas.querySelectorAll('.node')) {
    if (n.scrollWidth > n.clientWidth + 2 || n.scrollHeight > n.clientHeight + 2) flaws.push('clipped: ' + n.innerText);
  }
  return flaws;
})
"""

# Texts with too little contrast (WCAG AA) to what is behind them.
FAINT = """
(() => {
  const paint = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return paint.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const seen = [...document.querySelectorAll('body *')].filter(e => e.offsetParent !== null &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim() !== ''));
  return [seen.length, seen.filter(e => {
    const a = light(rgba(getComputedStyle(e).color)), b = light(behind(e));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map(e => e.className + ': ' + e.textContent)];
})()
"""

# What sticks out of the window, but for what scrolls by itself.
WIDE = """
[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, pre') && e.offsetParent !== null &&
  (e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5)).map(e => e.outerHTML.slice(0, 80))
"""


class Page(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.browser = cls.enterClassContext(Chromium())

    def graph(self, spec, form, *options):
        process = subprocess.run([KASPRC, "graph", "-f", spec, "-o", form, *options], capture_output=True,
                                 text=True, cwd=ROOT, check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        return process.stdout

    def open(self, spec, size=DESK, fields=False, **options):
        path = self.folder / "page.html"
        more = ["--fields"] if fields else []
        path.write_text(self.graph(spec, "html", *more), encoding="utf-8")
        page = self.browser.open(path.as_uri(), *size, **options)
        self.addCleanup(self.expect_quiet, page, path.as_uri())
        return page

    def expect_quiet(self, page, url):
        self.assertEqual(page.console, [])
        self.assertEqual(page.requests, [url])

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def click(self, page, plan, thing):
        """With the mouse, at the middle of it; what is there must be it."""
        found = page.evaluate(f"""(() => {{
          const node = document.querySelector('section[data-plan={plan}] [data-id="{thing}"]');
          node.scrollIntoView({{block: 'center', inline: 'center'}});
          const {{left, right, top, bottom}} = node.getBoundingClientRect();
          const [x, y] = [(left + right) / 2, (top + bottom) / 2];
          return [x, y, node.contains(document.elementFromPoint(x, y))];
        }})()""")
        self.assertTrue(found[2], f"{plan} {thing} is covered")
        page.click(*found[:2])
        return page.evaluate(PANEL)


class Shows(Page):
    def test_json_is_consistent(self):
        for spec in ("examples/fraud", "examples/orders", "tests/golden/specs/topic-send.yaml",
                     self.write("hostile.yaml", HOSTILE), self.write("large.yaml", large_app())):
            app = json.loads(self.graph(spec, "json"))
            functions = {agent["name"]: {one["name"]: one for one in agent["functions"]}
                         for agent in app["agents"]}
            for agent in app["agents"]:
                for one in agent["functions"]:
                    self.assertEqual(one["engine"], "python" if one["reason"] else "llvm")
                    self.assertTrue(one["expr"] or one["reason"])
                    for key in ("reads", "writes", "raises", "event", "returns_argument"):
                        self.assertEqual(one[key] is None, one["expr"] == "")
            for plan in (app["written"], app["optimized"]):
                nodes = [node for agent in plan["agents"] for node in agent["nodes"]]
                steps = [step for node in nodes for step in node.get("steps", [])]
                ids = [thing["id"] for thing in plan["topics"] + plan["agents"] + nodes + steps]
                self.assertEqual(len(ids), len(set(ids)))
                for edge in plan["edges"]:
                    self.assertLessEqual({edge["from"], edge["to"]}, set(ids))
                for agent in plan["agents"]:
                    for node in agent["nodes"]:
                        known = functions[agent["name"]]
                        self.assertLessEqual(set(node["functions"]), set(known))
                        engines = {known[name]["engine"] for name in node["functions"]}
                        expected = "python" if "python" in engines else "llvm" if engines else "native"
                        self.assertEqual(node["engine"], expected)

    def test_every_node_says_what_the_json_says(self):
        spec = "examples/fraud"
        app = json.loads(self.graph(spec, "json"))
        yaml = (ROOT / spec / "fraud.yaml").read_text(encoding="utf-8").splitlines()
        page = self.open(spec)
        programs = {agent["name"]: {one["name"]: one for one in agent["functions"]}
                    for agent in app["agents"]}
        clicked = 0
        for plan in ("written", "optimized"):
            for agent in app[plan]["agents"]:
                nodes = [(node, agent) for node in agent["nodes"]]
                nodes += [(step, agent) for node in agent["nodes"] for step in node.get("steps", [])]
                for node, _ in nodes:
                    said = self.click(page, plan, node["id"])
                    self.assertIn(node["kind"], said)
                    self.assertIn(node["engine"], said)
                    self.assertIn(f"fraud.yaml:{node['line']}", said)
                    for line in node["ir"].splitlines() + node["label"]:
                        self.assertIn(line.strip(), said)
                    for name in node["functions"]:
                        one = programs[agent["name"]][name]
                        for line in one["python"].splitlines() + one["expr"].splitlines():
                            self.assertIn(line, said)
                        self.assertIn(f"Runs in Python: {one['reason']}" if one["reason"] else "needs no CPython", said)
                    # Each line of a program stands beside the number of its line in the file.
                    lines = page.evaluate("[...document.querySelectorAll('#panel .line')]"
                                          ".map(l => [Number(l.dataset.line), l.textContent])")
                    for number, text in lines:
                        self.assertEqual(yaml[number - 1].strip(), text.strip())
                    clicked += 1
                said = self.click(page, plan, agent["id"])
                self.assertIn(f"agent {agent['name']}", said)
                for remark in next(one for one in app["agents"]
                                   if one["name"] == agent["name"])["remarks"]:
                    self.assertIn(remark["message"], said)
        self.assertEqual(clicked, page.evaluate("document.querySelectorAll('.node').length")
                         - 2 * (5 + len(app["written"]["topics"]) + 1))  # + failed records
        self.assertIn("Written by scoring", self.click(page, "written", self.topic(app, "alerts")))
        said = page.evaluate(PANEL)
        self.assertIn("Read by review, blocking", said)
        self.assertIsNone(self.click(page, "written", self.topic(app, "alerts")), "the second click closes")

    @staticmethod
    def topic(app, name):
        return next(one["id"] for one in app["written"]["topics"] if one["name"] == name)

    def test_remarks_of_check_stand_at_the_function(self):
        page = self.open("tests/golden/specs/per-call.yaml")
        functions = json.loads(self.graph("tests/golden/specs/per-call.yaml", "json"))["agents"][0]["functions"]
        slow = next(one for one in functions if one["per_call"] and one["remarks"])
        ids = page.evaluate(f"{SHOWN}.map(n => [n.closest('section').dataset.plan, n.dataset.id])")
        said = [self.click(page, *one) for one in ids]
        with_remark = [text for text in said if text and slow["remarks"][0]["message"] in text]
        self.assertTrue(with_remark)
        self.assertIn("This block runs again for every call.", with_remark[0])

    def test_a_stage_is_a_box_around_its_operations(self):
        page = self.open("examples/fraud")
        inside = page.evaluate("""[...document.querySelectorAll('.stage')].map(stage => {
          const outer = stage.getBoundingClientRect();
          return [...stage.querySelectorAll('.step .node')].map(n => [n.querySelector('.name').textContent,
            n.getBoundingClientRect().left > outer.left && n.getBoundingClientRect().bottom < outer.bottom]);
        })""")
        self.assertEqual(inside, [[["settled", True], ["audit", True], ["euros", True]],
                                  [["score", True], ["rounded", True]],
                                  [["paid", True], ["sum", True]]])

    def test_engines_differ_without_colour(self):
        styles = []
        for spec in ("examples/fraud", "tests/golden/specs/orders.yaml"):
            styles += self.open(spec).evaluate("""
              [...document.querySelectorAll('.steps .node:not(.stage > .node), .outs .node:not(.plain)')]
                .filter(n => n.querySelector('.badge')).map(n =>
                  [n.querySelector('.badge').textContent, getComputedStyle(n).borderTopStyle].join(' '))""")
        self.assertEqual(set(styles), {"native solid", "llvm solid", "python dashed"})

    def test_what_is_translated_is_shown_as_ir(self):
        page = self.open("tests/golden/specs/orders.yaml")
        said = self.click(page, "written", "a0_2")
        self.assertIn("llvm calls what needs no CPython", said)
        self.assertIn("price translated", said)
        self.assertIn('  %2 = mul %0 %1\n  %3 = setitem value "total" %2', said)
        self.assertNotIn("Runs in Python", said)
        page = self.open("tests/golden/specs/page-take.yaml")
        said = self.click(page, "written", "a0_1")
        self.assertIn("python calls Python", said)
        self.assertIn("Runs in Python: 'take' makes lists on the lane", said)
        self.assertIn("batch-process translated", said)

    def test_effects_are_told(self):
        page = self.open("tests/golden/specs/orders.yaml")
        said = self.click(page, "written", "a0_2")
        effects = page.evaluate("document.querySelector('#panel .effects').innerText").split("\n")
        self.assertEqual([text for text in effects if text],
                         ["Reads", ".amount .qty", "Writes", ".total", "May raise",
                          "KeyError TypeError", "Returns", "its argument"], said)
        page = self.open("tests/golden/specs/per-call.yaml")
        self.assertIn("What it reads, writes and may raise is unknown.", self.click(page, "written", "a0_1"))

    FLOWS = """[...document.querySelectorAll('section[data-plan=optimized] .flow')]
      .filter(flow => flow.offsetParent !== null).map(flow => flow.innerText)"""

    def test_fields_stand_on_the_ways_on_request(self):
        page = self.open("tests/golden/specs/orders.yaml")
        self.assertEqual(page.evaluate(self.FLOWS), [])
        heights = "document.querySelector('section[data-plan=optimized] .agent').offsetHeight"
        before = page.evaluate(heights)
        self.assertEqual(page.evaluate("document.getElementById('fields').getAttribute('aria-pressed')"), "false")
        page.evaluate("document.getElementById('fields').focus()")
        page.press("Enter")
        self.assertEqual(page.evaluate("document.getElementById('fields').getAttribute('aria-pressed')"), "true")
        self.assertEqual(page.evaluate(self.FLOWS),
                         ["reads .status", "reads .amount .qty", "writes .total", "reads .country", "reads .user"])
        self.assertGreater(page.evaluate(heights), before)
        self.assertEqual(page.evaluate(FLAWS), [])
        # In the order of the plan, between what they lead from and to.
        between = page.evaluate("""(() => {
          const rows = [...document.querySelectorAll('section[data-plan=optimized] .stage > :is(.step, .flow)')]
            .map(one => one.getBoundingClientRect());
          return rows.length === 7 && rows.every((row, i) => i === 0 || rows[i - 1].bottom + 8 < row.top);
        })()""")
        self.assertTrue(between)
        page.press(" ")
        self.assertEqual(page.evaluate(self.FLOWS), [])
        self.assertEqual(page.evaluate(heights), before)

    def test_fields_can_be_there_from_the_start(self):
        for spec in ("examples/fraud", self.write("hostile.yaml", HOSTILE)):
            for size in (DESK, PHONE):
                page = self.open(spec, size=size, fields=True)
                self.assertEqual(page.evaluate("document.getElementById('fields').getAttribute('aria-pressed')"), "true")
                self.assertEqual(page.evaluate(self.FLOWS) != [], spec == "examples/fraud")
                self.assertEqual(page.evaluate(FLAWS), [])
                self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), size[0])

    def test_what_is_open_stays_open_and_marked(self):
        page = self.open("examples/fraud")
        said = self.click(page, "optimized", "a0_1_1")
        page.evaluate("document.getElementById('fields').click()")
        self.assertEqual(page.evaluate(PANEL), said)
        self.assertEqual(page.evaluate("document.querySelectorAll('.node.chosen').length"), 1)
        self.assertEqual(page.evaluate("document.querySelectorAll('.edge.near').length"), 1)
        self.assertIn("scoring", self.click(page, "optimized", "a1"))

    def test_the_same_thing_is_marked_in_the_other_plan(self):
        page = self.open("examples/fraud")
        self.click(page, "optimized", "a0_1_1")
        self.assertEqual(page.evaluate("[...document.querySelectorAll('.twin')].map(n => "
                                       "[n.closest('section').dataset.plan, n.dataset.id])"),
                         [["written", "a0_2"], ["optimized", "a0_1"]])
        self.assertEqual(page.evaluate("document.querySelectorAll('.edge.near').length"), 1)

    def test_the_text_is_there_too(self):
        page = self.open("examples/fraud")
        page.evaluate("document.querySelector('#text').open = true")
        self.assertEqual(page.evaluate("document.querySelector('#text pre').textContent"),
                         self.graph("examples/fraud", "text"))


class Looks(Page):
    def test_light_and_dark_can_be_read(self):
        grounds = {}
        for dark in (False, True):
            page = self.open("examples/fraud", dark=dark, fields=True)
            self.click(page, "optimized", "a1_1")
            page.evaluate("document.querySelector('#text').open = true")
            grounds[dark] = page.evaluate("getComputedStyle(document.body).backgroundColor")
            texts, faint = page.evaluate(FAINT)
            self.assertGreater(texts, 150)
            self.assertEqual(faint, [])
        self.assertNotEqual(grounds[False], grounds[True])

    def test_nothing_overlaps_or_is_clipped(self):
        apps = ["examples/fraud", "examples/orders", "tests/golden/specs/topic-send.yaml",
                "tests/golden/specs/group-by.yaml", "tests/golden/specs/selectors.yaml",
                self.write("large.yaml", large_app()), self.write("hostile.yaml", HOSTILE)]
        for spec in apps:
            with self.subTest(spec=spec):
                page = self.open(spec)
                self.assertGreater(page.evaluate("document.querySelectorAll('.box').length"), 3)
                self.assertEqual(page.evaluate(FLAWS), [])

    def test_edges_lead_from_and_to_what_they_join(self):
        for spec, fields in (("examples/fraud", False), ("examples/fraud", True),
                             (self.write("large.yaml", large_app()), False)):
            page = self.open(spec, fields=fields)
            plan = json.loads(self.graph(spec, "json"))["optimized"]
            internal = {topic["id"] for topic in plan["topics"] if topic["internal"]}
            # What two boxes have to do with each other is an edge; what is within an agent is its order.
            expected = sorted([edge["from"], edge["to"]] for edge in plan["edges"]
                              if (edge["from"][0], edge["to"][0]) != ("a", "a")
                              and not internal & {edge["from"], edge["to"]})
            ends = page.evaluate("""(() => {
              const canvas = document.querySelector('section[data-plan=optimized] .canvas');
              const zoom = Number(canvas.style.zoom || 1), whole = canvas.getBoundingClientRect();
              const rect = (id, box) => {
                const node = canvas.querySelector(`[data-id=${id}]`);
                return (box ? node.closest('.box') : node).getBoundingClientRect();
              };
              const near = ([x, y], a, b) => Math.abs(x - a) < 3 && Math.abs(y - b) < 3;
              return [...canvas.querySelectorAll('.edge')].map(edge => {
                const {from, to} = edge.dataset;
                const at = p => [whole.left + p.x * zoom, whole.top + p.y * zoom];
                const start = at(edge.getPointAtLength(0)), end = at(edge.getPointAtLength(edge.getTotalLength()));
                const f = rect(/^a\\d+$/.test(from) ? from + '_failed' : from), t = rect(to, true);
                const starts = near(start, (f.left + f.right) / 2, f.bottom) || near(start, f.right, (f.top + f.bottom) / 2);
                return starts && near(end, (t.left + t.right) / 2, t.top) ? [from, to] : ['astray', from, to];
              });
            })()""")
            self.assertGreater(len(ends), 12)
            self.assertEqual(sorted(ends), expected)

    def test_on_a_phone_only_the_graph_scrolls_sideways(self):
        for spec in ("examples/fraud", self.write("hostile.yaml", HOSTILE)):
            for dark in (False, True):
                page = self.open(spec, size=PHONE, dark=dark)
                for opened in (False, True):
                    if opened:
                        page.evaluate("document.querySelector('#text').open = true")
                        self.assertTrue(self.click(page, "optimized", "a0_1"))
                    self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE[0])
                    self.assertEqual(page.evaluate(WIDE), [])

    def test_on_a_phone_one_plan_is_shown_and_the_sheet_hides_not_its_node(self):
        page = self.open("examples/fraud", size=PHONE)
        plans = f"[...new Set({SHOWN}.map(n => n.closest('section').dataset.plan))]"
        self.assertEqual(page.evaluate(plans), ["optimized"])
        first = page.evaluate(f"{SHOWN}[0].getBoundingClientRect().toJSON()")
        self.assertTrue(0 <= first["left"] and first["right"] <= PHONE[0], "it begins in sight")
        page.evaluate("document.querySelector('.tabs [data-plan=written]').click()")
        self.assertEqual(page.evaluate(plans), ["written"])
        self.assertEqual(page.evaluate(FLAWS), [])
        for thing in page.evaluate(f"{SHOWN}.map(n => n.dataset.id)"):
            page.press("Escape")
            self.assertTrue(self.click(page, "written", thing))
            self.assertTrue(page.evaluate("""(() => {
              const {left, right, top, bottom} = document.querySelector('.node.chosen').getBoundingClientRect();
              return top >= 0 && left >= 0 && right <= innerWidth &&
                bottom <= document.getElementById('panel').getBoundingClientRect().top;
            })()"""), thing)

    def test_who_wants_no_motion_gets_none(self):
        moves = "getComputedStyle(document.querySelector('.node')).transitionDuration"
        self.assertEqual(self.open("examples/orders", still=True).evaluate(moves), "0s")
        self.assertNotEqual(self.open("examples/orders").evaluate(moves), "0s")


class Keys(Page):
    def test_tab_reaches_everything_in_both_plans(self):
        page = self.open("examples/fraud")
        every = page.evaluate(f"{SHOWN}.map(n => n.closest('section').dataset.plan + n.dataset.id)")
        reached = []
        for _ in range(len(every) + 8):
            page.press("Tab")
            reached.append(page.evaluate("(() => { const a = document.activeElement, s = a.closest('section');"
                                         " return a.dataset.id ? s.dataset.plan + a.dataset.id : null; })()"))
        self.assertEqual([one for one in reached if one][:len(every)], every)

    def test_enter_and_space_open_and_escape_comes_back(self):
        page = self.open("examples/fraud")
        page.evaluate("document.querySelector('section[data-plan=written] [data-id=a0_1]').focus()")
        for key in ("Enter", " "):
            page.press(key)
            self.assertIn("payment[\"status\"]", page.evaluate(PANEL))
            self.assertEqual(page.evaluate(FOCUS), "panel-title")
            page.press("Escape")
            self.assertIsNone(page.evaluate(PANEL))
            self.assertEqual(page.evaluate(FOCUS), "a0_1")
        self.assertEqual(page.evaluate("document.querySelectorAll('.chosen, .twin, .near[d]').length"), 0)

    def test_focus_is_seen(self):
        page = self.open("examples/fraud")
        for _ in range(3):
            page.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.className.includes('node')"), True)
        self.assertEqual(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid")

    def test_arrows_go_to_the_neighbour(self):
        page = self.open("examples/fraud")
        page.evaluate("document.querySelector('section[data-plan=optimized] [data-id=a0_1_0]').focus()")
        for key, expected in [("ArrowDown", "a0_1_1"), ("ArrowDown", "a0_1_2"), ("ArrowUp", "a0_1_1")]:
            page.press(key)
            self.assertEqual(page.evaluate(FOCUS), expected)
        page.evaluate("document.querySelector('section[data-plan=written] [data-id=a1_4]').focus()")
        page.press("ArrowRight")
        self.assertEqual(page.evaluate(FOCUS), "a1_5")
        page.press("ArrowLeft")
        self.assertEqual(page.evaluate(FOCUS), "a1_4")
        # From the topmost node every node is somewhere along the arrows.
        reached = page.evaluate("document.querySelectorAll('section[data-plan=written] .node').length")
        self.assertEqual(self.walk(page), reached)

    @staticmethod
    def walk(page):
        seen, waiting = set(), [page.evaluate("document.querySelector('section[data-plan=written] .node').dataset.id")]
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            for key in ("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"):
                page.evaluate(f"document.querySelector('section[data-plan=written] [data-id=\"{here}\"]').focus()")
                page.press(key)
                waiting.append(page.evaluate(FOCUS))
        return len(seen)

    def test_names_and_roles_are_told(self):
        page = self.open("examples/fraud")
        self.click(page, "written", "a0_1")
        tree = page.call("Accessibility.getFullAXTree")["nodes"]
        told = [(node.get("role", {}).get("value"), node.get("name", {}).get("value"))
                for node in tree if not node["ignored"]]
        self.assertIn(("button", "filter settled llvm"), [(role, " ".join(sorted(
            (name or "").split(), key=["filter", "settled", "llvm"].index)) if role == "button" and
            set((name or "").split()) == {"filter", "settled", "llvm"} else name) for role, name in told])
        self.assertIn(("dialog", "filter settled"), told)
        self.assertIn(("region", "Graph as written"), told)
        self.assertIn(("heading", "fraud"), told)


class Hostile(Page):
    def test_names_are_never_code(self):
        path = self.write("hostile.yaml", HOSTILE)
        page = self.open(path)
        ids = page.evaluate(f"{SHOWN}.map(n => [n.closest('section').dataset.plan, n.dataset.id])")
        self.assertGreater(len(ids), 10)
        said = [self.click(page, *one) for one in ids]
        self.assertTrue(any(EVIL in text for text in said if text))
        self.assertEqual(page.evaluate("typeof window.hacked"), "undefined")
        self.assertEqual(page.evaluate("document.querySelectorAll('img').length"), 0)
        self.assertEqual(page.evaluate("document.scripts.length"), 2)
        self.assertEqual(page.evaluate("JSON.parse(document.getElementById('data').textContent)"),
                         json.loads(self.graph(path, "json")))
        self.assertEqual(page.evaluate("document.querySelector('h1').textContent"),
                         "app")
        self.assertIn("{{script}}", page.evaluate("document.querySelector('#text pre').textContent"))

    def test_the_page_lets_nothing_else_run_or_load(self):
        path = self.folder / "page.html"
        path.write_text(self.graph("examples/orders", "html"), encoding="utf-8")
        page = self.browser.open(path.as_uri(), *DESK)
        page.evaluate("""document.body.insertAdjacentHTML('beforeend',
          '<img src="http://127.0.0.1:9/x.png" onerror="window.hacked = 1">')""")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))")
        page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
        self.assertEqual(page.evaluate("typeof window.hacked"), "undefined")
        self.assertGreaterEqual(len(page.console), 3, "each is refused by the policy")
        for said in page.console:
            self.assertIn("Content Security Policy", said)


if __name__ == "__main__":
    KASPRC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
