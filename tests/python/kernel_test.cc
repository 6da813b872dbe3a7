#include "python/kernel.h"

#include "lane.h"

namespace kaspr::python {
namespace {

constexpr const char* kEcho = "def f(v):\n  return v\n";

TEST(Kernel, MapsFiltersAndWritesJson) {
  Agent agent;
  agent.Filter("even", "def even(v):\n  return v['n'] % 2 == 0\n")
      .Map("tag", "def tag(v):\n  return {**v, 'tag': 'é'}\n")
      .Output("out");
  EXPECT_EQ(agent.Run({R"({"n":1})", R"({"n":2})", R"({"n":4})"}),
            "out {\"n\": 2, \"tag\": \"\\u00e9\"}\nout {\"n\": 4, \"tag\": \"\\u00e9\"}\n");
  EXPECT_EQ(agent.outcomes, "ddd");
  EXPECT_EQ(agent.filtered, 1u);
  EXPECT_EQ(agent.said, "");
}

TEST(Kernel, WithoutOperationsIsTheIdentity) {
  Agent agent;
  agent.Output("out");
  EXPECT_EQ(agent.Run({"1", "[ 2 ]"}), "out 1\nout [2]\n");
}

TEST(Kernel, CallsInTheOrderOfTheReference) {
  Agent agent;
  agent.Init("calls = []\n")
      .Map("f", "def f(v):\n  for i in (1, 2):\n    calls.append(f'f{i}')\n    yield i\n")
      .Map("g", "def g(v):\n  calls.append(f'g{v}')\n  yield v * 10\n  yield v * 10 + 1\n")
      .Map("h", "def h(v):\n  calls.append(f'h{v}')\n  return v\n")
      .Output("out",
              {.value = "def value(v):\n  calls.append(f'send{v}')\n  return list(calls)\n"});
  const std::string sent = agent.Run({"0"});
  EXPECT_TRUE(
      sent.ends_with("[\"f1\", \"g1\", \"h10\", \"h11\", \"send10\", \"send11\", \"f2\", "
                     "\"g2\", \"h20\", \"h21\", \"send20\", \"send21\"]\n"))
      << sent;
}

TEST(Kernel, EvaluatesSelectorsInOrder) {
  Agent agent;
  auto note = [](const std::string& name, const std::string& result) {
    return fmt::format("def {0}(v):\n  v.append('{0}')\n  return {1}\n", name, result);
  };
  agent.Map("f", kEcho)
      .Output("out", {.predicate = note("predicate", "True"),
                      .key = note("key", "'-'.join(v)"),
                      .value = note("value", "list(v)"),
                      .partition = note("partition", "True"),
                      .headers = note("headers", "{'h': ' '.join(v)}")});
  EXPECT_EQ(agent.Run({"[]"}),
            "out/1 predicate-key: [\"predicate\", \"key\", \"value\"] "
            "h=predicate key value partition headers\n");
}

TEST(Kernel, FansOutGeneratorsOnly) {
  Agent agent;
  agent.Map("f", "async def f(v):\n  yield v\n  yield [v]\n")
      .Map("g", "async def g(v):\n  yield v\n  yield None\n")
      .Output("out");
  EXPECT_EQ(agent.Run({"1"}), "out 1\nout null\nout [1]\nout null\n");
  Agent list;
  list.Map("f", "def f(v):\n  return [v, v]\n").Map("g", "def g(v):\n  return (x for x in v)\n");
  list.Output("out");
  EXPECT_EQ(list.Run({"1"}), "out 1\nout 1\n");
}

TEST(Kernel, KeepsWhatWasSentBeforeAFailure) {
  Agent agent;
  agent.Map("f", "def f(v):\n  yield 1\n  yield 0\n")
      .Map("g", "def g(v):\n  return 10 // v\n")
      .Output("out");
  EXPECT_EQ(agent.Run({"0", "0"}), "out 10\nout 10\n");
  EXPECT_EQ(agent.outcomes, "ff");
  EXPECT_EQ(agent.failures.Kinds().size(), 1u);
  EXPECT_EQ(agent.failures.Kinds()[0].count, 2u);
  EXPECT_EQ(agent.failures.Kinds()[0].summary,
            "ZeroDivisionError integer division or modulo by zero in 'g'");
}

TEST(Kernel, ShowsAFailureAtItsLine) {
  Agent agent;
  agent
      .Map("price",
           "def price(value):\n  value['total'] = value['amount'] * value['qty']\n  return value\n")
      .Output("out");
  value::Batch batch = agent.MakeBatch();
  batch.Add({.key = "u-204", .value = R"({"amount": 1})", .headers = {}, .offset = 17});
  EXPECT_EQ(agent.RunBatch(batch), "");
  EXPECT_EQ(agent.said,
            R"(error[K0601]: operation 'price' failed: KeyError: 'qty'
 --> orders.yaml:3:40 (python of operation 'price', line 2)
  |
3 |     value['total'] = value['amount'] * value['qty']
  |                                        ^^^^^^^^^^^^
  = record orders/0 at offset 17, key "u-204": skipped; further ones like it are only counted
)");
}

TEST(Kernel, ShowsWhoCalledAHelperOfInit) {
  Agent agent;
  agent.Init("def tax(v):\n  return v['rate']\n")
      .Map("price", "def price(v):\n  return tax(v)\n")
      .Output("out");
  agent.Run({"{}"});
  EXPECT_EQ(agent.said,
            R"(error[K0601]: operation 'price' failed: KeyError: 'rate'
 --> orders.yaml:3:12 (python of init, line 2)
  |
3 |     return v['rate']
  |            ^^^^^^^^^
  |
6 |     return tax(v)
  |            ------ called from here
  = record orders/0 at offset 0: skipped; further ones like it are only counted
)");
}

TEST(Kernel, ShowsFailuresOfDecodingEncodingAndSelectors) {
  Agent agent;
  agent.Map("f", kEcho)
      .Output("out", {.key = "def key(v):\n  return v['id']\n",
                      .partition = "def p(v):\n  return v.get('p')\n"});
  EXPECT_EQ(agent.Run({"{", R"({"id": 7})", R"({"id": "x", "p": "1"})", "{}", R"({"id": "x"})"}),
            "out x: {\"id\": \"x\"}\n");
  EXPECT_EQ(agent.outcomes, "ffffd");
  std::vector<std::string> summaries;
  for (const auto& kind : agent.failures.Kinds()) summaries.push_back(kind.summary);
  EXPECT_EQ(summaries,
            (std::vector<std::string>{
                "JSONDecodeError Expecting property name enclosed in double quotes: line 1 co... "
                "in the value",
                "TypeError the raw serializer takes text or bytes, not 'int' in the key for 'out'",
                "TypeError a partition is an int or None, not 'str' in the partition selector of "
                "'out'",
                "KeyError 'id' in the key selector of 'out'"}));
}

TEST(Kernel, TreatsEveryExceptionAsAFailure) {
  Agent agent;
  agent
      .Map("f", R"(
import asyncio, sys

class Mute(Exception):
  def __str__(self): raise ValueError()

def deeper(n):
  return deeper(n + 1) + 1

def f(v):
  if v == 'exit': sys.exit(3)
  if v == 'interrupt': raise KeyboardInterrupt
  if v == 'cancel': raise asyncio.CancelledError
  if v == 'deep': return deeper(0)
  if v == 'stop': return next(iter(()))
  if v == 'memory': raise MemoryError
  if v == 'mute': raise Mute
  if v == 'exit later': return leave()
  return v

async def leave():
  await asyncio.sleep(0)
  sys.exit(4)
)",
           "f")
      .Output("out");
  EXPECT_EQ(agent.Run({R"("exit")", R"("interrupt")", R"("cancel")", R"("deep")", R"("stop")",
                       R"("memory")", R"("mute")", R"("exit later")", "1"}),
            "out 1\n");
  EXPECT_EQ(agent.outcomes, "ffffffffd");
}

TEST(Kernel, RunsInitOnceAndSharesItsNames) {
  Agent agent;
  agent
      .Init(
          "seen = ['block']\nLIMIT = 5\n\nasync def init():\n  seen.append(context['app'].conf.id)"
          "\n")
      .Map("f", "def f(v):\n  seen.append(v)\n  return [seen[:], LIMIT, __name__]\n")
      .Output("out");
  EXPECT_EQ(agent.Run({"1", "2"}),
            "out [[\"block\", \"shop\", 1], 5, \"builtins\"]\n"
            "out [[\"block\", \"shop\", 1, 2], 5, \"builtins\"]\n");
}

TEST(Kernel, DoesNotStartWhenInitFails) {
  Agent agent;
  agent.Init("URL = 'x'\nPORT = int(URL)\n").Map("f", kEcho).Output("out");
  EXPECT_EQ(agent.Run({"1"}),
            R"(error[K0606]: init failed: ValueError: invalid literal for int() with base 10: 'x'
 --> orders.yaml:3:10 (python of init, line 2)
  |
3 |   PORT = int(URL)
  |          ^^^^^^^^
)");
}

TEST(Kernel, FlushesWhatAnEventMayNotHold) {
  Agent agent;
  agent.Map("f", "def f(v):\n  yield from range(v)\n").Output("out");
  agent.Run({"25000"});
  EXPECT_GE(agent.delivery.flushed, 20000u);
  EXPECT_EQ(agent.delivery.largest, 10000u);
  Agent large;
  large.Map("f", "def f(v):\n  for i in range(10):\n    yield 'x' * 900_000\n").Output("out");
  large.Run({"0"});
  EXPECT_GE(large.delivery.flushed, 8u);
  EXPECT_EQ(large.delivery.largest, 4u);
}

constexpr const char* kOdd = "def odd(v):\n  return v % 2 == 1\n";

// What goes on behind a topicSend, for an odd value and an even one, and what is sent.
std::string BehindSend(const Agent::SendOptions& options, bool predicate) {
  Agent agent;
  agent.Send("audit", "side", options, {.predicate = predicate ? kOdd : ""})
      .Map("show",
           "def show(v):\n  if isinstance(v, tuple):\n    return [v[0], v[1]['offset']]\n"
           "  return v['offset'] if isinstance(v, dict) else f'same {v}'\n")
      .Output("out");
  const std::string sent = agent.Run({"1", "2"});
  return sent + agent.said;
}

TEST(Kernel, WhatGoesOnBehindATopicSend) {
  EXPECT_EQ(BehindSend({}, false), "side 1\nside 2\n");
  EXPECT_EQ(BehindSend({.pass_through = true}, false),
            "side 1\nout \"same 1\"\nside 2\nout \"same 2\"\n");
  EXPECT_EQ(BehindSend({.ack = true}, false), "side 1\nout 0\nside 2\nout 1\n");
  EXPECT_EQ(BehindSend({.pass_through = true, .ack = true}, false),
            "side 1\nout [1, 0]\nside 2\nout [2, 1]\n");
  EXPECT_EQ(BehindSend({}, true), "side 1\n");
  EXPECT_EQ(BehindSend({.pass_through = true}, true), "side 1\nout \"same 1\"\nout \"same 2\"\n");
  EXPECT_EQ(BehindSend({.ack = true}, true), "side 1\nout 0\n");
  EXPECT_EQ(BehindSend({.pass_through = true, .ack = true}, true),
            "side 1\nout [1, 0]\nout \"same 2\"\n");
}

TEST(Kernel, AReportHasTheKeysOfTheReference) {
  Agent agent;
  agent.Send("audit", "side", {.ack = true})
      .Map("show", "def show(v):\n  return [[*v.items()], v['topic_partition'].topic]\n")
      .Output("out");
  EXPECT_EQ(agent.Run({"1"}),
            "side 1\nout [[[\"topic\", \"side\"], [\"partition\", 0], [\"topic_partition\", "
            "[\"side\", 0]],"
            " [\"offset\", 0], [\"timestamp\", 1700000000000], [\"timestamp_type\", 0],"
            " [\"log_start_offset\", null]], \"side\"]\n");
}

TEST(Kernel, ADeliveryThatFailsIsAnExceptionAndWhatWasDeliveredStays) {
  Agent agent;
  agent.Map("f", "def f(v):\n  yield v\n  yield v + 1\n")
      .Send("plain", "plain", {.pass_through = true})
      .Send("acked", "acked", {.pass_through = true, .ack = true},
            {.predicate = "def two(v):\n  return v == 2\n"})
      .Output("out");
  agent.delivery.error = "the broker said no";
  EXPECT_EQ(agent.Run({"1", "5"}),
            "plain 1\nout 1\nplain 2\nacked 2\nplain 5\nout 5\nplain 6\nout 6\n");
  EXPECT_EQ(agent.outcomes, "fd");
  EXPECT_EQ(agent.failures.Kinds()[0].summary,
            "DeliveryError the broker said no in the record for 'acked'");
}

TEST(Kernel, AnAcknowledgedOutputWaitsAndChangesNothingElse) {
  Agent agent;
  ir::Destination acked;
  acked.topic = "acked";
  acked.ack = true;
  agent.Map("f", kEcho).Output("first").Output(acked).Output("last");
  EXPECT_EQ(agent.Run({"1"}), "first 1\nacked 1\nlast 1\n");
}

TEST(Kernel, AStopWhileItWaitsEndsTheEvent) {
  Agent agent;
  agent.Map("f", "def f(v):\n  while True:\n    yield v\n")
      .Send("acked", "acked", {.pass_through = true, .ack = true})
      .Output("out");
  agent.delivery.lost = true;
  EXPECT_EQ(agent.Run({"1", "2"}), "acked 1\n");  // what was handed on, and did not arrive
  EXPECT_EQ(agent.outcomes, "ii");
  EXPECT_EQ(agent.said, "");
}

TEST(Kernel, TheNameSelectorChoosesATopicForEachValue) {
  Agent agent;
  agent.Map("f", kEcho)
      .Output("by-kind", {.name = "async def name(v):\n  return v and 'k.' + v\n"});
  EXPECT_EQ(agent.Run({R"("a")", R"("b")", "null", R"("")", R"("a b")", R"("a")"}),
            "k.a \"a\"\nk.b \"b\"\nk.a \"a\"\n");
  EXPECT_EQ(agent.outcomes, "ddfffd");
  std::vector<std::string> summaries;
  for (const auto& kind : agent.failures.Kinds()) summaries.push_back(kind.summary);
  EXPECT_EQ(summaries.size(), 1u);
  EXPECT_EQ(agent.failures.Kinds()[0].count, 3u);
  EXPECT_EQ(summaries[0],
            "ValueError the name of a topic is a str that is not empty, not None in the name "
            "selector of 'by-kind'");
}

TEST(Kernel, HandsOnWhatManyEventsHoldTogether) {
  Agent agent;
  agent.Map("f", "def f(v):\n  yield 'x' * 900_000\n  yield v\n").Output("out");
  const std::string sent = agent.Run({"1", "2", "3", "4", "5", "6"});
  EXPECT_GE(agent.delivery.flushed, 10u);  // after the fifth event more than 4 MiB are staged
  EXPECT_EQ(sent.size(), 6 * (900'000 + std::string("out \"\"\nout 6\n").size()));
  EXPECT_EQ(agent.outcomes, "dddddd");
}

TEST(Kernel, StopsWhereABatchCannotBeHandedOn) {
  Agent agent;
  agent.Map("f", "def f(v):\n  for i in range(5):\n    yield 'x' * 900_000\n").Output("out");
  agent.delivery.lost = true;
  agent.Run({"1", "2"});
  EXPECT_EQ(agent.outcomes, "di");  // two parts may be on their way
}

TEST(Kernel, RefusesWhatKafkaRefuses) {
  Agent agent;
  agent.Map("f", "def f(v):\n  return 'x' * v if v else None\n")
      .Output("out", {}, ir::Serializer::kRaw, ir::Serializer::kRaw);
  EXPECT_EQ(agent.Run({"1000001", "0", "1"}), "out x\n");
  EXPECT_EQ(agent.outcomes, "ffd");
  EXPECT_EQ(
      agent.failures.Kinds()[0].summary,
      "MessageSizeTooLargeError it has 1,000,001 bytes, a topic takes 1,000,000 in the record "
      "for 'out'");
  EXPECT_EQ(agent.failures.Kinds()[1].summary,
            "ValueError it has neither key nor value in the record for 'out'");
}

TEST(Kernel, SaysWhatContextHasInPlaceOfWhatItHasNot) {
  Agent agent;
  agent
      .Map("look", R"(
def look(path):
  found = context[path[0]]
  try:
    for name in path[1:]:
      found = getattr(found, name)
  except AttributeError as error:
    return str(error)
  return found
)")
      .Output("out");
  value::Batch batch = agent.MakeBatch();
  const auto look = [&](const char* path) {
    batch.Add({.key = "key", .value = path, .timestamp = 1500});
  };
  look(R"(["event", "message", "tp"])");
  look(R"(["event", "message", "tp", "topic"])");
  look(R"(["event", "message", "serialized_key_size"])");
  look(R"(["event", "message", "checksum"])");
  look(R"(["event", "message", "timestamp_type"])");
  look(R"(["event", "acked"])");
  look(R"(["event", "app", "conf", "id"])");
  look(R"(["event", "send"])");
  look(R"(["event", "ack"])");
  look(R"(["event", "message", "refcount"])");
  look(R"(["app", "topic"])");
  look(R"(["app", "monitor"])");
  look(R"(["app", "conf", "broker"])");
  EXPECT_EQ(agent.RunBatch(batch),
            R"(out ["orders", 0]
out "orders"
out 3
out null
out 0
out false
out "shop"
out "context['event'] has no 'send' here, only acked, app, headers, key, message, value; to send records, use 'output' or an operation with 'topicSend'"
out "context['event'] has no 'ack' here, only acked, app, headers, key, message, value; a record is acknowledged when all that it caused is delivered"
out "context['event'].message has no 'refcount' here, only acked, checksum, headers, key, offset, partition, serialized_key_size, serialized_value_size, timestamp, timestamp_type, topic, tp, value"
out "context['app'] has no 'topic' here, only conf, log; to send records, use 'output' or an operation with 'topicSend'"
out "context['app'] has no 'monitor' here, only conf, log"
out "context['app'].conf has no 'broker' here, only id, name"
)");
}

TEST(Kernel, WritesHeadersAsTheyAreGiven) {
  Agent agent;
  agent.Map("f", kEcho).Output("out", {.headers = R"(
def headers(v):
  return {
    "pairs": [("a", b"\xff"), ["a", "\u00e9"], ("b", None)],
    "items": {"a": "1"}.items(),
    "dict": {"a": b"1", "b": "2"},
    "number": {"a": 1},
    "name": [(b"a", b"1")],
    "text": "a",
  }.get(v)
)"});
  EXPECT_EQ(agent.Run({R"("pairs")", R"("dict")", R"("none")"}),
            "out \"pairs\" a=\xff a=\u00e9 b=(none)\nout \"dict\" a=1 b=2\nout \"none\"\n");
  EXPECT_EQ(agent.Run({R"("items")", R"("number")", R"("name")", R"("text")"}), "");
  EXPECT_EQ(agent.outcomes, "ffff");
}

TEST(Kernel, ShowsTheRecordInContext) {
  Agent agent;
  agent
      .Map("f", R"(
def f(v):
  event = context["event"]
  m = event.message
  context["note"] = 1
  return [sorted(context), event.key, event.value is v, event.headers, m.topic, m.partition,
          m.offset, m.timestamp, m.headers, m.key, m.value]
)")
      .Map("g", "def g(v):\n  return [*v, 'note' in context]\n")
      .Output("out");
  value::Batch batch = agent.MakeBatch();
  const value::Header headers[] = {{"a", "1"}, {"a", "2"}, {"b", std::nullopt}};
  batch.Add({.key = "k", .value = "[1]", .headers = headers, .offset = 3, .timestamp = 1500});
  EXPECT_EQ(agent.RunBatch(batch),
            "out [[\"app\", \"event\", \"note\"], \"b'k'\", true, {\"a\": \"b'2'\", \"b\": null}, "
            "\"orders\", 0, 3, 1.5, [[\"a\", \"b'1'\"], [\"a\", \"b'2'\"], [\"b\", null]], "
            "\"b'k'\", \"b'[1]'\", false]\n");
}

// Filters that go by two fields, and a map that takes three: what is told of events, whoever fails,
// is the same as where all of a value is made at once.
TEST(Kernel, TellsNoThinValueFromAWholeOne) {
  const std::vector<std::string> values = {
      R"({"kind": "a", "n": 3, "in": {"x": [1], "y": 2}, "rest": [1, 2]})",
      R"({"kind": "b", "n": 3})",
      R"({"n": 3, "rest": 1})",
      R"({"kind": "a", "n": "3"})",
      R"({"kind": "a", "n": 4, "in": [5]})",
      R"({"kind": "a", "n": 0, "in": {}})",
      R"(["kind"])",
      R"(null)",
  };
  const auto run = [&](bool thin, bool context) {
    Agent agent;
    agent.translated = true;
    agent.Filter("kind", "def f(v):\n  return v['kind'] == 'a'\n")
        .Filter("n", "def f(v):\n  return v['n'] > 1\n")
        .Map("in", "def f(v):\n  return {'x': v['in']['x'], 'n': v['n']}\n");
    if (context) {
      agent.Map("who", R"(
def f(v):
  value = context["event"].value
  return [v["x"] is value["in"]["x"], list(value), v]
)");
    }
    agent.Output("out");
    EXPECT_TRUE(agent.Start()) << agent.said;
    value::Batch batch = agent.MakeBatch();
    for (const std::string& value : values) batch.Add({.value = value});
    if (thin) agent.kernel().Prepare(batch);
    const std::string sent = agent.RunBatch(batch);
    return fmt::format("{}{} {}\n{}", sent, agent.outcomes, agent.filtered, agent.said);
  };
  const std::string expected = run(false, false);
  EXPECT_EQ(expected.find("out {\"x\": [1], \"n\": 3}\nddfffdff 2\n"), 0U) << expected;
  EXPECT_EQ(run(true, false), expected);
  const std::string with_context = run(false, true);
  EXPECT_EQ(with_context.find("out [true, [\"kind\", \"n\", \"in\", \"rest\"], "), 0U)
      << with_context;
  EXPECT_EQ(run(true, true), with_context);
}

// What the block itself calls `context` is that for the call that it runs for.
TEST(Kernel, LetsABlockNameItsOwnContext) {
  Agent agent;
  agent.Map("f",
            "seen = [len(context)]\ncontext = {'own': 1}\n"
            "def f(v):\n  seen.append(v)\n  return [seen, sorted(context)]\n");
  agent.Output("out",
               {.key = "context = {'k': 1}\ndef f(v):\n  return '-'.join(sorted(context))\n"});
  EXPECT_EQ(agent.Run({"1", "2"}),
            "out k: [[2, 1], [\"own\"]]\nout app-event: [[2, 2], [\"own\"]]\n");
}

// Nobody has to look at `context`, and who does not may be without.
TEST(Kernel, RunsWithoutTheContextThatInitDeleted) {
  Agent agent;
  agent.Init("del context\n").Map("f", "def f(v):\n  return v\n");
  agent.Map("g", "def g(v):\n  return [v, sorted(context)]\n").Output("out");
  EXPECT_EQ(agent.Run({"1"}), "out [1, [\"app\", \"event\"]]\n");
}

// What a worker read ahead is the same value as what the lane reads; what it could not read, or
// what would take too much memory, the lane reads.
TEST(Kernel, RunsPreparedBatches) {
  std::string zeros;
  for (int i = 0; i < 100; ++i) zeros += ",0";
  const std::vector<std::string> values = {R"({"a":[1,2.5,"x"]})", "NaN", "[1", "[0" + zeros + "]",
                                           R"({"a": "\u00e9", "a": 2})"};
  Agent agent;
  agent.Map("f", "def f(v):\n  return [v]\n").Output("out");
  const std::string expected = agent.Run(values);
  const std::string outcomes = agent.outcomes;
  EXPECT_EQ(outcomes, "ddfdd");
  value::Batch batch = agent.MakeBatch();
  for (const std::string& value : values) batch.Add({.value = value});
  batch.Add({.value = {}});
  agent.kernel().Prepare(batch);
  std::string prepared;
  for (const value::Event& event : batch.events) prepared += event.document == nullptr ? '-' : '+';
  EXPECT_EQ(prepared, "+-----");
  EXPECT_EQ(agent.RunBatch(batch), expected + "out [null]\n");
  EXPECT_EQ(agent.outcomes, outcomes + "d");
}

}  // namespace
}  // namespace kaspr::python
