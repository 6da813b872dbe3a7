// Which function of a block is called, whether it can be, and how often the block runs: a table
// each, in Python's words.

#include "python/check/check.h"

#include "lane.h"

namespace kaspr::python {
namespace {

struct Looked {
  std::string entrypoint;
  bool per_call = false;
  std::string said;
};

Looked LookAt(const std::string& block, const std::string& init = "",
              const std::string& entrypoint = "") {
  Agent agent;
  if (!init.empty()) agent.Init(init);
  agent.Map("op", block, entrypoint).Output("out");
  std::string said = agent.Check();
  const ir::Function& function = agent.function("op");
  return {function.entrypoint, function.per_call, std::move(said)};
}

TEST(Check, ChoosesTheFunction) {
  struct Row {
    const char* block;
    const char* init;
    const char* chosen;
    const char* said;  // a part of it; "" means nothing at all
  };
  const Row rows[] = {
      {"def f(v):\n  return v\n", "", "f", ""},
      {"async def f(v):\n  return v\n", "", "f", ""},
      {"def a(v):\n  return b(v)\ndef b(v):\n  return v\n", "", "a", "several functions: 'a', 'b'"},
      {"from json import dumps\ndef f(v):\n  return dumps(v)\n", "", "f",
       "Kaspr would call 'dumps'"},
      {"import json\ndef f(v):\n  return json.dumps(v)\n", "", "f", ""},
      {"class A:\n  pass\ndef f(v):\n  return v\n", "", "f", "Kaspr would call 'A'"},
      {"def f(v):\n  return v\n", "def helper(): pass\n", "f", "Kaspr would call 'helper' of init"},
      {"def f(v):\n  return v\n", "LIMIT = 3\nseen = {}\n", "f", ""},
      {"f = lambda v: v\n", "", "f", ""},
      {"class Box:\n  def __init__(self, v): pass\n", "", "Box", ""},
      {"from functools import partial\nf = partial(int, base=16)\n", "", "f", "K0308"},
      {"from lib import handler\n", "", "handler", ""},
      {"from lib import make\nf = make()\n", "", "f", "K0308"},
      {"from lib import make\nf = make()\ng = make()\n", "", "", "K0308"},
      {"N = 3\ndef f(v):\n  return N\n", "", "f", ""},
      {"if True:\n  def f(v): return 1\nelse:\n  def f(v): return 2\n", "", "f", "runs again"},
      {"N = 3\n", "", "", "defines no function"},
      {"import json\n", "", "", "defines no function"},
      {"# later\n", "", "", "defines no function"},
      {"from lib import *\n", "", "", "runs again"},
  };
  for (const Row& row : rows) {
    const Looked looked = LookAt(row.block, row.init);
    EXPECT_EQ(looked.entrypoint, row.chosen) << row.block;
    if (*row.said == '\0') {
      EXPECT_EQ(looked.said.find("error"), std::string::npos) << row.block << looked.said;
      EXPECT_EQ(looked.said.find("Kaspr"), std::string::npos) << row.block << looked.said;
    } else {
      EXPECT_NE(looked.said.find(row.said), std::string::npos) << row.block << looked.said;
    }
  }
}

TEST(Check, TakesEntrypointsOfTheBlockAndOfInit) {
  const std::string block = "N = 1\ndef f(v):\n  return v\ndef g(v):\n  return v\n";
  const std::string init = "import os\ndef shared(v):\n  return v\ndef pair(a, b):\n  return a\n";
  EXPECT_EQ(LookAt(block, init, "g").said, "");
  EXPECT_EQ(LookAt(block, init, "shared").said, "");
  auto said = [&](const char* entrypoint) { return LookAt(block, init, entrypoint).said; };
  EXPECT_NE(said("N").find("error[K0303]: entrypoint is not a function: 'N'"), std::string::npos);
  EXPECT_NE(said("os").find("error[K0303]"), std::string::npos);
  EXPECT_NE(said("h").find("error[K0303]: entrypoint is not defined"), std::string::npos);
  EXPECT_NE(said("share").find("did you mean 'shared'?"), std::string::npos) << said("share");
  EXPECT_NE(said("pair").find("error[K0304]: 'pair' wants 2 arguments"), std::string::npos);
}

TEST(Check, KnowsWhatAFunctionCanTake) {
  struct Row {
    const char* signature;
    bool good;
  };
  const Row rows[] = {
      {"v", true},         {"v, /", true},   {"v, n=1", true},    {"*args", true},
      {"v, **more", true}, {"v=None", true}, {"v, *, n=1", true}, {"*, v=1, **k", false},
      {"", false},         {"v, n", false},  {"v, *, n", false},  {"**k", false},
      {"a, b, /", false},  {"*, v", false},  {"v, /, n", false},  {"v, n, *rest", false},
  };
  for (const Row& row : rows) {
    const std::string block = fmt::format("def f({}):\n  return 1\n", row.signature);
    EXPECT_EQ(LookAt(block).said.find("K0304") == std::string::npos, row.good) << block;
    const std::string lambda = fmt::format("f = lambda {}: 1\n", row.signature);
    EXPECT_EQ(LookAt(lambda).said.find("K0304") == std::string::npos, row.good) << lambda;
  }
  EXPECT_EQ(
      LookAt("import functools\n@functools.cache\ndef f(a, b):\n  return a\n").said.find("K0304"),
      std::string::npos);
}

struct Frequency {
  const char* why;  // "" where the block runs once
  const char* block;
  const char* init = "";
};

// clang-format off
const Frequency kFrequencies[] = {
    // Imports, functions, plain classes and constants.
    {"", "import re, json as j\nfrom datetime import datetime, timezone\ndef f(v):\n  return v\n"},
    {"", "'''doc'''\nN = 2 ** 63 - 1\nT = (1, 'a', (None, -1.5))\nB = b'x' b'y'\ndef f(v):\n  return N\n"},
    {"", "N: int = 3\ndef f(v: dict, *, n: int = 3) -> 'dict':\n  return v\n"},
    {"", "import re\nP = re.compile('[a-z]+')\nS = frozenset(['a', 'b'])\ndef f(v):\n  return P.match(v) or v in S\n"},
    {"", "from decimal import Decimal\nCENT = Decimal('0.01')\ndef f(v):\n  return CENT\n"},
    {"", "import operator\nOPS = {'+': operator.add, 'd': divmod}\ndef f(v):\n  return {k: o(*v) for k, o in OPS.items()}\n"},
    {"", "def helper(v):\n  return v\ndef f(v):\n  return [helper(x) for x in v] + sorted(v, key=helper) + list(map(helper, v))\n"},
    {"", "def f(v):\n  def inner(x):\n    nonlocal v\n    v = x\n    return v\n  return inner(1)\n"},
    {"", "class Bad(Exception):\n  pass\ndef f(v):\n  try:\n    raise Bad(v)\n  except Bad as e:\n    return 1\n"},
    {"", "class P:\n  kind = 'p'\n  def __init__(self, n): self.n = n\n  @property\n  def twice(self): return self.n * 2\ndef f(v):\n  return P(v).twice\n"},
    {"", "RATES = {'DE': 19, 'FR': 20}\ndef f(v):\n  return RATES.get(v, 0) + RATES['DE'] + len(RATES) if v in RATES else sum(RATES.values())\n"},
    {"", "ALLOWED = ['a', 'b']\ndef f(v):\n  for a in ALLOWED:\n    if a == v: return [*ALLOWED]\n"},
    {"", "WORDS = ['a']\ndef f(WORDS):\n  WORDS.append(1)\n  return WORDS\n"},
    {"", "def f(v):\n  stats['n'] += 1\n  return v\n", "stats = {'n': 0}\n"},
    {"", "def f(v):\n  return LIMIT\n", "LIMIT = 3\ndef reset():\n  global N\n  N = 1\nN = 0\n"},
    {"", "def f(v):\n  return [context['event'].key for _ in v]\n"},
    // Work at the top level.
    {"computed", "import time\nT = time.time()\ndef f(v):\n  return T\n"},
    {"runs again", "print('hello')\ndef f(v):\n  return v\n"},
    {"runs again", "for i in range(3):\n  pass\ndef f(v):\n  return v\n"},
    {"runs again", "try:\n  import ujson\nexcept ImportError:\n  import json\ndef f(v):\n  return v\n"},
    {"computed", "N = 1 / 0\ndef f(v):\n  return N\n"},
    {"computed", "S = {i: i * i for i in range(3)}\ndef f(v):\n  return S[v]\n"},
    {"again", "KEY = context['event'].key\ndef f(v):\n  return KEY\n"},
    {"again", "C = context\ndef f(v):\n  return C\n"},
    {"runs again", "N = 1\ndel N\ndef f(v):\n  return v\n"},
    {"changes something", "import os\nos.environ['A'] = 'b'\ndef f(v):\n  return v\n"},
    {"changes something", "A, B = 1, 2\ndef f(v):\n  return A\n"},
    // State that a fresh block would not have.
    {"rebinds", "N = 0\ndef f(v):\n  global N\n  N += 1\n  return N\n"},
    {"default", "def f(v, seen=[]):\n  seen.append(v)\n  return seen\n"},
    {"default", "def f(v, c=context):\n  return v\n"},
    {"may be changed", "SEEN = []\ndef f(v):\n  SEEN.append(v)\n  return v\n"},
    {"may be changed", "SEEN = {}\ndef f(v):\n  SEEN[v] = 1\n  return v\n"},
    {"may be changed", "EMPTY = {}\ndef f(v):\n  return EMPTY\n"},
    {"may be changed", "EMPTY = {}\ndef f(v):\n  x = EMPTY\n  x['n'] = 1\n  return x\n"},
    {"may be changed", "A = [1]\ndef f(v):\n  return (lambda: A)()\n"},
    {"made", "NESTED = {'a': [1]}\ndef f(v):\n  return NESTED['a']\n"},
    {"used as a value", "def f(v):\n  f.count = getattr(f, 'count', 0) + 1\n  return f.count\n"},
    {"used as a value", "def g(v):\n  return v\ndef f(v):\n  return g if v else None\n"},
    {"decorator", "import functools\n@functools.cache\ndef f(v):\n  return v\n"},
    {"class", "class C:\n  n = 0\ndef f(v):\n  C.n += 1\n  return C.n\n"},
    {"class", "class C:\n  pass\ndef f(v):\n  c = C()\n  type(c).n = 1\n  return 1\n"},
    {"made again", "class C:\n  seen = []\ndef f(v):\n  return C().seen\n"},
    {"base", "from enum import Enum\nclass E(Enum):\n  A = 1\ndef f(v):\n  return E.A\n"},
    {"kept", "class C:\n  pass\ndef f(v):\n  kept.append(C())\n  return isinstance(kept[0], C)\n", "kept = []\n"},
    {"look at the block", "def f(v):\n  globals()['n'] = v\n  return 1\n"},
    {"look at the block", "def f(v):\n  exec('n = 1', f.__globals__)\n  return 1\n"},
    {"look at the block", "import sys\ndef f(v):\n  return sys._getframe().f_globals\n"},
    {"another event", "def f(v):\n  return lambda: context['event'].key\n"},
    {"another event", "def f(v):\n  return list(x for x in [lambda: context])\n"},
    {"rebind 'N'", "def f(v):\n  tick()\n  return N\n", "N = 0\ndef tick():\n  global N\n  N += 1\n"},
    {"rebind 'N'", "def f(v):\n  return N\n", "N = 0\ndef tick():\n  globals()['N'] = 1\n"},
    {"", "def f(v):\n  return P.match(v)\nP = re.compile('a')\n", "import re\n"},
    {"computed", "D = Decimal('1')\ndef f(v):\n  return D\n", "def Decimal(x): return [x]\n"},
    {"may be changed", "A = [1]\ndef f(v):\n  return sorted(A)\n", "def sorted(x): return x\n"},
    {"may be changed", "A = {'a': 1}\ndef f(v):\n  return {**A, 'all': A}\n"},
    // What is kept, changed or read behind the block's back.
    {"may be changed", "A = [1]\ndef f(v):\n  return max(A, v)\n"},
    {"may be changed", "A = [1]\ndef f(v):\n  return sum([], A)\n"},
    {"", "A = [1]\ndef f(v):\n  return max(A) + sum(A, v)\n"},
    {"may be changed", "A = [1]\ndef f(v):\n  len = v.keep\n  return len(A)\n"},
    {"may be changed", "A = [1]\ndef add(x):\n  x.append(1)\n  return x\ndef f(v):\n  return [A for A in add(A)]\n"},
    {"may change 'A'", "A = [1]\nclass E:\n  def __radd__(self, a):\n    a.append(1)\ndef f(v):\n  return A + E()\n"},
    {"may change a class", "class C:\n  n = 0\n  @classmethod\n  def tick(self):\n    self.n += 1\n    return self.n\ndef f(v):\n  return C.tick()\n"},
    {"may change a class", "class C:\n  n = 0\ndef f(v):\n  self = type(C())\n  self.n += 1\n  return self.n\n"},
    {"may change a class", "class C:\n  n = 0\ndef f(v):\n  type.__setattr__(type(C()), 'n', C.n + 1)\n  return C.n\n"},
    {"may change a class", "class C:\n  def m(self):\n    return self.m.__dict__\ndef f(v):\n  return C().m()\n"},
    {"look at the block", "class C:\n  n: int = 0\ndef f(v):\n  return C.__annotations__\n"},
    {"look at the block", "n: int = 0\ndef f(v):\n  return __annotations__\n"},
    {"look at the block", "import builtins as b\ndef f(v):\n  return b.globals()\n"},
    {"look at the block", "def f(v):\n  return getattr(v, '__globals__')\n"},
    {"rebind", "def f(v):\n  tick()\n  return N\n", "N = 0\nG = locals()\ndef tick():\n  G['N'] += 1\n"},
    {"kept", "class C:\n  pass\ndef f(v):\n  return keep(C())\n", "def keep(x, kept=[]):\n  kept.append(x)\n"},
    {"kept", "class C:\n  pass\ndef f(v):\n  return keep(C())\n", "def keep(x):\n  keep.x = x\n"},
    {"kept", "class C:\n  pass\ndef f(v):\n  return keep(C())\n", "def keep(x):\n  global last\n  last = x\n"},
    {"another event", "def f(v):\n  kept.append(g())\ndef g():\n  yield context\n", "kept = []\n"},
    {"another event", "def f(v):\n  kept.append(g() for _ in v)\ndef g():\n  return context\n", "kept = []\n"},
    {"another event", "def f(v):\n  kept.append(lambda: g())\ndef g():\n  return context\n", "kept = []\n"},
    {"another event", "def f(v):\n  kept.append(map(g, v))\ndef g(x):\n  return context\n", "kept = []\n"},
    {"another event", "import asyncio\nasync def f(v):\n  asyncio.create_task(g())\nasync def g():\n  return context\n"},
    {"", "async def f(v):\n  return await g()\nasync def g():\n  return context\n"},
    {"", "def f(v):\n  yield from g()\ndef g():\n  yield context\n"},
    {"import of *", "from math import *\ndef f(v):\n  return sin(v)\n"},
};
// clang-format on

TEST(Check, RunsABlockOnceOnlyWhereNobodyCanTell) {
  for (const Frequency& row : kFrequencies) {
    const Looked looked = LookAt(row.block, row.init, "f");
    EXPECT_EQ(looked.per_call, *row.why != '\0') << row.block << looked.said;
    EXPECT_NE(looked.said.find(row.why), std::string::npos) << row.block << looked.said;
    EXPECT_EQ(looked.said.find("error["), std::string::npos) << row.block << looked.said;
  }
}

TEST(Check, FindsNamesThatNothingDefines) {
  struct Row {
    const char* block;
    const char* init;
    const char* said;
  };
  const Row rows[] = {
      {"def f(v):\n  return datetime.now()\n", "", "add 'from datetime import datetime' above"},
      {"def f(v):\n  return json.dumps(v)\n", "", "add 'import json' above the function"},
      {"TAX = 1\ndef f(v):\n  return TAXES\n", "", "did you mean 'TAX'?"},
      {"def f(v):\n  return LIMIT\n", "LIMIT = 1\n", ""},
      {"def f(v):\n  return made\n", "def init():\n  global made\n  made = 1\n", ""},
      {"def f(v):\n  x = [y for y in v]\n  return len(x), __name__, context\n", "", ""},
      {"def f(v):\n  import json\n  return json.dumps(v)\n", "", ""},
      {"def f(v):\n  try:\n    return unknown\n  except NameError:\n    return 1\n", "", ""},
      {"class A:\n  x: int = 1\n  y = x\ndef f(v):\n  return A.y\n", "", ""},
      {"from os.path import *\ndef f(v):\n  return join(v)\n", "", ""},
  };
  for (const Row& row : rows) {
    const std::string said = LookAt(row.block, row.init, "f").said;
    EXPECT_EQ(said.find("K0310") != std::string::npos, *row.said != '\0') << row.block << said;
    EXPECT_NE(said.find(row.said), std::string::npos) << row.block << said;
  }
}

TEST(Check, RunsInitsOwnFunctionOnlyWithoutArguments) {
  auto entrypoint = [](const std::string& init, const std::string& named = "") {
    Agent agent;
    agent.Init(init, named).Map("f", "def f(v):\n  return v\n").Output("out");
    const std::string said = agent.Check();
    return agent.function("init").entrypoint +
           (said.find("error[") != std::string::npos ? " error" : "");
  };
  EXPECT_EQ(entrypoint("def init():\n  pass\n"), "init");
  EXPECT_EQ(entrypoint("async def init(n=1):\n  pass\n"), "init");
  EXPECT_EQ(entrypoint("def init(app):\n  pass\n"), "");
  EXPECT_EQ(entrypoint("def setup():\n  pass\n"), "");
  EXPECT_EQ(entrypoint("def setup():\n  pass\n", "setup"), "setup");
  EXPECT_EQ(entrypoint("def setup(app):\n  pass\n", "setup"), "setup error");
  EXPECT_EQ(entrypoint("def setup():\n  pass\n", "other"), "other error");
}

TEST(Check, SurvivesProgramsThatAreTooDeep) {
  const std::string sum = "def f(v):\n  return " + [] {
    std::string text = "1";
    for (int i = 0; i < 20'000; ++i) text += " + v";
    return text;
  }() + "\n";
  LookAt(sum);
  EXPECT_NE(LookAt("def f(v):\n  return " + std::string(500, '(') + "\n").said.find("K0301"),
            std::string::npos);
}

// What a block is warned of; "" where there is nothing to say. Rows of silence are false alarms.
struct Suspect {
  const char* code;
  const char* block;
  const char* init = "";
};

std::string Said(Agent& agent, const Suspect& row) {
  if (*row.init != '\0') agent.Init(row.init);
  return agent.Check();
}

void ExpectOnly(const std::string& said, const Suspect& row) {
  for (const char* code : {"K0310", "K0311", "K0312", "K0313", "K0314"}) {
    EXPECT_EQ(said.find(code) != std::string::npos, std::string_view(code) == row.code)
        << row.block << said;
  }
}

// clang-format off
const Suspect kAnswers[] = {
    {"K0311", "def f(v):\n  return True\n"},
    {"K0311", "def f(v):\n  v['a'] == 1\n"},
    {"K0311", "def f(v):\n  if v:\n    return\n  store(v)\n", "def store(v): pass\n"},
    {"K0311", "def f(v):\n  if v:\n    return 0\n  else:\n    return ''\n"},
    {"K0311", "def f(v):\n  if v:\n    return False\n"},
    {"K0311", "def f(v):\n  if v:\n    return 1\n  else:\n    return 2\n"},
    {"K0311", "async def f(v):\n  return {}\n"},
    {"K0311", "f = lambda v: v == 'a' or 'b'\n"},
    {"K0311", "def f(v):\n  return v['a'] > 1,\n"},
    {"K0311", "def f(v):\n  return lambda: v\n"},
    {"K0311", "def f(v):\n  return (x for x in v)\n"},
    {"K0311", "def f(v):\n  return not ()\n"},
    {"K0311", "def f(v):\n  return [v]\n"},
    {"K0312", "def f(v):\n  yield v\n"},
    {"K0312", "async def f(v):\n  yield v\n"},
    {"", "def f(v):\n  return v['a'] == 1\n"},
    {"", "def f(v):\n  if v:\n    return True\n"},
    {"", "def f(v):\n  if v:\n    return True\n  return False\n"},
    {"", "def f(v):\n  for x in v:\n    if x:\n      return True\n"},
    {"", "def f(v):\n  try:\n    return True\n  except KeyError:\n    pass\n"},
    {"", "def f(v):\n  if 'a' not in v:\n    raise ValueError\n  return True\n"},  // a check
    {"", "def f(v):\n  print(v)\n  return True\n"},                              // a tap
    {"", "def f(v):\n  raise NotImplementedError\n"},
    {"", "ON = False\ndef f(v):\n  return ON\n"},  // a switch
    {"", "def f(v):\n  return v and True\n"},
    {"", "def f(v):\n  return [*v]\n"},
    {"", "def f(v):\n  return {**v}\n"},
    {"", "def f(v):\n  def g():\n    yield 1\n  return any(g())\n"},
    {"", "def f(v):\n  return [x for x in v]\n"},
};
const Suspect kBlocking[] = {
    {"K0313", "import time\nasync def f(v):\n  time.sleep(1)\n"},
    {"K0313", "from time import sleep\nasync def f(v):\n  sleep(1)\n"},
    {"K0313", "import time as t\nasync def f(v):\n  t.sleep(1)\n"},
    {"K0313", "async def f(v):\n  import time\n  time.sleep(1)\n"},
    {"K0313", "async def f(v):\n  requests.post('http://x')\n", "import requests\n"},
    {"K0313", "import urllib.request\nasync def f(v):\n  urllib.request.urlopen('http://x')\n"},
    {"K0313", "from urllib import request\nasync def f(v):\n  request.urlopen('http://x')\n"},
    {"K0313", "async def f(v):\n  s.get('http://x')\n", "import requests\ns = requests.Session()\n"},
    {"K0313", "async def f(v):\n  return input()\n"},
    {"K0313", "import subprocess\nasync def f(v):\n  return [subprocess.run(x) for x in v]\n"},
    {"K0313", "import time\nasync def g():\n  time.sleep(1)\nasync def f(v):\n  await g()\n"},
    {"", "import time\ndef f(v):\n  time.sleep(1)\n"},
    {"", "import asyncio\nasync def f(v):\n  await asyncio.sleep(1)\n"},
    {"", "import asyncio, time\nasync def f(v):\n  await asyncio.to_thread(time.sleep, 1)\n"},
    {"", "import asyncio, time\nasync def f(v):\n  def g():\n    time.sleep(1)\n  await asyncio.to_thread(g)\n"},
    {"", "import time\nasync def f(v):\n  return await v.run(lambda: time.sleep(1))\n"},
    {"", "class time:\n  def sleep(s): pass\nasync def f(v):\n  time.sleep(1)\n"},
    {"", "async def f(v):\n  time = v\n  time.sleep(1)\n"},
    {"", "async def f(time):\n  time.sleep(1)\n", "import time\n"},
    {"", "async def f(input):\n  return input\n"},
};
const Suspect kShadows[] = {
    {"K0314", "def sum(v):\n  return sum(v['a'])\n"},
    {"K0314", "def filter(v):\n  return list(filter(None, v))\n"},
    {"K0314", "def f(v):\n  max = max(v)\n  return max\n"},
    {"K0314", "def f(v):\n  len = 3\n  return len(v)\n"},
    {"K0314", "list = [1]\ndef f(v):\n  return list(v)\n"},
    {"K0314", "def f(list):\n  return list(list)\n"},
    {"K0314", "def round(v):\n  return v\ndef f(v):\n  return round(v, 2)\n"},
    {"", "def filter(v):\n  return v['a']\n"},
    {"", "def map(v):\n  return [x for x in v]\n"},
    {"", "def f(v):\n  id = v['id']\n  return id\n"},
    {"", "def f(v):\n  id = 3\n  return {'id': id}\n"},
    {"", "def f(v, type=None):\n  return type\n"},
    {"", "def format(v):\n  return {k: format(x) for k, x in v.items()} if v else v\n"},
    {"", "def format(v):\n  if not v:\n    return v\n  return format(v[1:])\n"},
    {"", "def apply(filter, v):\n  return filter(v)\ndef f(v):\n  return apply(bool, v)\n"},
    {"", "def f(v):\n  filter = make()\n  return filter(v)\n", "def make(): pass\n"},
    {"", "def f(v):\n  def next(x):\n    return x\n  return next(v)\n"},
    {"", "def round(v):\n  return v\ndef f(v):\n  return round(v)\n"},
    {"", "from math import pow\ndef f(v):\n  return pow(v, 2)\n"},
    {"", "def f(v):\n  return [sum(v) for v in v]\n"},
};
const Suspect kNames[] = {
    {"K0310", "def f(v):\n  return w\n"},
    {"K0310", "def f(v, w=W):\n  return w\n"},
    {"K0310", "class A:\n  x = 1\n  def m(self):\n    return x\ndef f(v):\n  return A\n"},
    {"K0310", "def f(v):\n  return [y for x in v]\n"},
    {"", "def f(v):\n  return [x + y for x in v for y in x if x]\n"},
    {"", "class A:\n  x = 1\n  y = x\n  z = __qualname__\n  def m(self):\n    return __class__\ndef f(v):\n  return A\n"},
    {"", "class A:\n  xs = [1]\n  ys = [x for x in xs]\ndef f(v):\n  return A\n"},
    {"", "def g():\n  global n\n  n = 1\ndef f(v):\n  g()\n  return n\n"},
    {"", "def f(v):\n  return n\n", "def init():\n  global n\n  n = 1\n"},
    {"", "def f(v):\n  n = 0\n  def g():\n    nonlocal n\n    n += 1\n  g()\n  return n\n"},
    {"", "def f(v):\n  return context['event'], __name__, __builtins__, NotImplemented, __debug__\n"},
    {"", "from lib import *\ndef f(v):\n  return anything\n"},
    {"", "def f(v):\n  return anything\n", "from lib import *\n"},
    {"", "x = 1\ndel x\ndef f(v):\n  return v\n"},
    {"", "try:\n  json\nexcept NameError:\n  import json\ndef f(v):\n  return json\n"},
    {"", "import sys\nif sys.version_info > (3, 9):\n  def g(v): return v\nelse:\n  h = 1\ndef f(v):\n  return g(v) or h\n"},
    {"", "try:\n  import orjson\nexcept ImportError:\n  orjson = None\ndef f(v):\n  return orjson\n"},
    {"", "for i in range(3):\n  pass\nwith open('x') as h:\n  pass\ndef f(v):\n  return i, h\n"},
    {"", "def f(v):\n  return (n := v), n\n"},
    {"", "def f(v):\n  match v:\n    case {'a': a, **rest}:\n      return a, rest\n    case [b, *c]:\n      return b, c\n"},
    {"", "def f(v):\n  return anything\n", "exec('anything = 1')\n"},
    {"", "def f(v):\n  return anything\n", "globals()['anything'] = 1\n"},
    {"", "def f(v):\n  return anything\n", "locals().update(anything=1)\n"},
    {"", "from __future__ import annotations\ndef f(v: Order) -> Order:\n  return v\n"},
    {"", "def f(v: 'Order'):\n  return v\n"},
    {"", "x: int\ndef f(v):\n  return __annotations__\n"},
};
// clang-format on

TEST(Check, WarnsOfConstantAnswers) {
  for (const Suspect& row : kAnswers) {
    Agent filter, predicate, map;
    filter.Filter("f", row.block).Output("out");
    ExpectOnly(Said(filter, row), row);
    predicate.Output("out", {.predicate = row.block});
    ExpectOnly(Said(predicate, row), row);
    map.Map("f", row.block).Output("out");
    ExpectOnly(Said(map, row), {"", row.block});
  }
}

TEST(Check, NamesTheSelectorsThatAreNeverReached) {
  Agent agent;
  agent.Output("out", {.predicate = "def f(v): pass\n",
                       .key = "def k(v): return 1\n",
                       .headers = "def h(v): return {}\n"});
  EXPECT_NE(agent.Check().find("the key selector of 'out' and the headers selector of 'out' never"),
            std::string::npos)
      << agent.Check();
}

TEST(Check, WarnsOfCallsThatBlock) {
  for (const Suspect& row : kBlocking) {
    Agent agent;
    agent.Map("f", row.block, "f").Output("out");
    ExpectOnly(Said(agent, row), row);
  }
}

TEST(Check, WarnsOfShadowedBuiltins) {
  for (const Suspect& row : kShadows) {
    Agent agent;
    agent.Map("f", row.block).Output("out");
    ExpectOnly(Said(agent, row), row);
  }
}

TEST(Check, WarnsOfNamesThatNothingDefines) {
  for (const Suspect& row : kNames) {
    Agent agent;
    agent.Map("f", row.block, "f").Output("out");
    ExpectOnly(Said(agent, row), row);
  }
}

}  // namespace
}  // namespace kaspr::python
