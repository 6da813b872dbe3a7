#include "driver/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/diagnostics.h"
#include "ir/passes.h"
#include "python/paths.h"
#include "runtime/kafka/config.h"

namespace kaspr::driver {

namespace {

// "TOPIC=REST" split at the first '='.
std::pair<std::string, std::string> SplitTopic(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw CLI::ValidationError(fmt::format("'{}' is not TOPIC=...", text));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

CLI::callback_t TopicFiles(std::vector<TopicFile>& files) {
  return [&files](const CLI::results_t& values) {
    for (const std::string& value : values) {
      auto [topic, path] = SplitTopic(value);
      files.push_back({std::move(topic), std::move(path)});
    }
    return true;
  };
}

CLI::callback_t Partitions(std::map<std::string, int32_t>& partitions) {
  return [&partitions](const CLI::results_t& values) {
    for (const std::string& value : values) {
      const auto [topic, text] = SplitTopic(value);
      int32_t count = 0;
      const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
      if (code != std::errc() || end != text.data() + text.size() || count < 1 ||
          count > kMostPartitions) {
        throw CLI::ValidationError(
            fmt::format("'{}': a topic has 1 to {} partitions", value, kMostPartitions));
      }
      partitions[topic] = count;
    }
    return true;
  };
}

// "end", "count:N", or a time: "500ms", "30s", "5m", "2h".
CLI::callback_t UntilText(Until& until) {
  return [&until](const CLI::results_t& values) {
    const std::string& text = values.back();
    if (text == "end") {
      until.kind = Until::Kind::kEnd;
      return true;
    }
    const bool counts = text.starts_with("count:");
    const char* begin = text.data() + (counts ? std::strlen("count:") : 0);
    size_t number = 0;
    const auto [rest, code] = std::from_chars(begin, text.data() + text.size(), number);
    const std::string_view unit(rest, static_cast<size_t>(text.data() + text.size() - rest));
    const std::map<std::string_view, size_t> units{
        {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
    const auto found = units.find(unit);
    constexpr size_t kMost = 1'000'000'000'000;
    if (code != std::errc() || number < 1 || number > kMost ||
        (counts ? !unit.empty() : found == units.end())) {
      throw CLI::ValidationError(
          fmt::format("'{}' is not end, count:N, or a time as in 30s, 5m", text));
    }
    until.kind = counts ? Until::Kind::kCount : Until::Kind::kTime;
    until.records = number;
    if (!counts) until.time = std::chrono::milliseconds(number * found->second);
    return true;
  };
}

CLI::callback_t Properties(std::vector<std::pair<std::string, std::string>>& properties) {
  return [&properties](const CLI::results_t& values) {
    for (const std::string& value : values) {
      const size_t equals = value.find('=');
      if (equals == std::string::npos || equals == 0) {
        throw CLI::ValidationError(fmt::format("'{}' is not PROPERTY=VALUE", value));
      }
      std::string name = value.substr(0, equals);
      if (const std::string why = runtime::RefuseProperty(name); !why.empty()) {
        throw CLI::ValidationError(why);
      }
      properties.emplace_back(std::move(name), value.substr(equals + 1));
    }
    return true;
  };
}

CLI::callback_t Jit(Options& options) {
  return [&options](const CLI::results_t& values) {
    const std::string& text = values.back();
    const std::map<std::string_view, Options::Jit> engines{{"auto", Options::Jit::kAuto},
                                                           {"eval", Options::Jit::kEval},
                                                           {"off", Options::Jit::kOff},
                                                           {"verify", Options::Jit::kVerify}};
    const size_t colon = text.find(':');
    const auto found = engines.find(text.substr(0, colon));
    bool good = found != engines.end();
    if (good && colon != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [rest, code] = std::from_chars(text.data() + colon + 1, end, options.verified);
      good = found->second == Options::Jit::kVerify && code == std::errc() && rest == end &&
             options.verified > 0 && options.verified <= 1;
    }
    if (!good) {
      throw CLI::ValidationError(fmt::format(
          "'{}' is not auto, eval, off, verify, or verify:RATE with a rate up to 1", text));
    }
    options.jit = found->second;
    return true;
  };
}

void AddKafka(CLI::App* run, Options& options) {
  run->add_option("--brokers", options.brokers, "Run on Kafka: where to find the cluster")
      ->type_name("HOST:PORT,...");
  run->add_option("--app", options.app, "The app's name, which is its consumer group")
      ->type_name("NAME");
  run->add_option("--config", options.config, "Properties of the Kafka clients, name=value lines")
      ->type_name("FILE");
  run->add_option("-X", Properties(options.properties), "A property of the Kafka clients")
      ->type_name("PROPERTY=VALUE")
      ->take_all();
}

void AddFiles(CLI::App* command, Options& options) {
  command->add_option("-f,--file", options.files, "A spec: a file, a directory, or - for stdin")
      ->required()
      ->type_name("FILE|DIR|-");
}

void AddPasses(CLI::App* command, Options& options) {
  std::vector<std::string> names;
  for (const ir::Pass& pass : ir::Passes()) names.emplace_back(pass.name);
  command->add_option("--disable-pass", options.disabled_passes, "Leave an optimization out")
      ->check(CLI::IsMember(names))
      ->type_name("NAME");
  command->add_option("--print-after", options.print_after, "Print the graph that a pass changed")
      ->check(CLI::IsMember(names))
      ->type_name("NAME");
}

void AddPython(CLI::App* command, Options& options) {
  command
      ->add_option("--python-path", options.python_path,
                   "Import from here too, after the specs' own folders")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  command->add_option("--venv", options.venv, "Import the packages of a virtual environment")
      ->check([](const std::string& path) { return python::CheckVenv(path); })
      ->type_name("DIR");
}

void AddRequireNative(CLI::App* command, Options& options) {
  command
      ->add_option("--require-native", options.require_native,
                   "Fail unless an operation or selector is translated: price, orders/price, "
                   "priced.key")
      ->type_name("NAME");
}

// Of a code or field, or of specs: never both.
void AddExplain(CLI::App* explain, Options& options) {
  CLI::Option* topic = explain->add_option("topic", options.topic, "A code, or a field of the spec")
                           ->type_name("CODE|FIELD");
  AddFiles(explain, options);
  CLI::Option* files = explain->get_option("--file")->required(false);
  AddPasses(explain, options);
  AddPython(explain, options);
  explain->add_flag("--json", options.json, "What runs each function, as JSON");
  AddRequireNative(explain, options);
  explain->final_callback([=] {
    if (topic->count() > 0 && files->count() > 0) {
      throw CLI::ValidationError(
          "explain takes a code or field, or specs with -f: give one of the two");
    }
    if (topic->count() == 0 && files->count() == 0) {
      throw CLI::ValidationError(
          "explain what? Give a code (K0203), a field (input.take), or -f FILE");
    }
    for (const CLI::Option* option : explain->get_options()) {
      if (option == topic || option->count() == 0 || files->count() > 0) continue;
      throw CLI::ValidationError(option->get_name() + " goes with specs: give -f FILE");
    }
  });
}

void AddRun(CLI::App* run, Options& options) {
  AddFiles(run, options);
  run->add_option("--source", TopicFiles(options.sources), "Read a topic's values, one a line")
      ->type_name("TOPIC=FILE|-")
      ->take_all();
  run->add_option("--records", options.records, "Read whole records, JSON lines")
      ->type_name("FILE|-");
  run->add_option("--sink", TopicFiles(options.sinks), "Write a topic's values, one a line")
      ->type_name("TOPIC=FILE|-")
      ->take_all();
  run->add_option("--records-out", options.records_out, "Write whole records, JSON lines")
      ->type_name("FILE|-");
  run->add_option("--partitions", Partitions(options.partitions), "How many a topic has (1)")
      ->type_name("TOPIC=N")
      ->take_all();
  run->add_option("--until", UntilText(options.until),
                  "When to stop: at the end of what is there (files: always), after N records, "
                  "after a time")
      ->type_name("end|count:N|30s");
  run->add_option("--report", options.report, "Write what was done as JSON, at the end")
      ->type_name("FILE");
  run->add_option("--jit", Jit(options),
                  "What runs functions that need no CPython: machine code (auto), an interpreter "
                  "(eval), CPython all the same (off), or machine code and CPython, until they "
                  "differ (verify, or verify:0.01 of the events)")
      ->type_name("auto|eval|off|verify[:RATE]");
  run->add_option("--jit-symbols", options.jit_symbols,
                  "Tell perf (/tmp/perf-PID.map) or gdb the names of the machine code")
      ->check(CLI::IsMember({"perf", "gdb"}))
      ->type_name("perf|gdb");
  run->add_flag("--allow-pickle", options.allow_pickle,
                "Let specs use the serializer 'pickle', which runs code of whoever wrote a record");
  AddPython(run, options);
  AddKafka(run, options);
  AddPasses(run, options);
  AddRequireNative(run, options);
}

// An unknown command, which CLI11 would only call a missing one.
bool RefuseUnknownCommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string_view given = argv[1];
  if (std::find(names.begin(), names.end(), given) != names.end()) return false;
  const std::string near = Nearest(given, {names.begin(), names.end()});
  fmt::print(stderr, "error: unknown command '{}'{}\nRun 'kasprc help' for the commands.\n", given,
             near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  return true;
}

// "kasprc help run" is "kasprc run --help".
std::vector<std::string> Arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  return arguments;
}

}  // namespace

std::optional<Options> ParseOptions(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app("kasprc compiles KasprAgent specs and runs them.", "kasprc");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  app.footer("'kasprc help COMMAND' says more about a command.");

  CLI::App* check = app.add_subcommand("check", "Find mistakes in specs without running them");
  AddFiles(check, options);
  AddPython(check, options);
  check->add_flag("--json", options.json, "Diagnostics as JSON on stdout");
  check->add_flag("--strict", options.strict, "Warnings are errors");

  CLI::App* compile = app.add_subcommand("compile", "Compile specs, and show what they become");
  AddFiles(compile, options);
  compile
      ->add_option("--emit", options.emit,
                   "What to show: spec, ir, expr, ir-opt, plan, native, llvm or asm")
      ->check(CLI::IsMember({"spec", "ir", "expr", "ir-opt", "plan", "native", "llvm", "asm"}))
      ->type_name("STAGE");
  compile->add_flag("--locs", options.places, "With ir, expr, ir-opt: where each part was written");
  compile->add_flag("--time", options.time, "How long each phase took, on stderr");
  AddPasses(compile, options);
  AddPython(compile, options);
  AddRequireNative(compile, options);

  CLI::App* explain = app.add_subcommand(
      "explain",
      "Say more about a diagnostic (K0203) or a field (input.take), or what runs each function");
  AddExplain(explain, options);

  CLI::App* graph = app.add_subcommand("graph", "Draw the app: topics, agents, operations");
  AddFiles(graph, options);
  options.drawing = "text";
  graph
      ->add_option(
          "-o,--output", options.drawing,
          "text, mermaid, dot, json, html: a page in one file, or svg, which Graphviz makes")
      ->check(CLI::IsMember({"text", "dot", "mermaid", "svg", "html", "json"}))
      ->type_name("FORMAT");
  graph->add_flag("--fields", options.fields, "With the fields that functions read and write");

  CLI::App* run = app.add_subcommand("run", "Run specs, on Kafka or on local files");
  AddRun(run, options);
  CLI::App* test = app.add_subcommand("test", "Run cases written beside the specs, *_test.yaml");
  test->add_option("-f,--file", options.files, "Cases: a file, or a directory")
      ->required()
      ->type_name("FILE|DIR");
  AddPython(test, options);
  CLI::App* version = app.add_subcommand("version", "Print the version");
  app.add_subcommand("help", "Explain a command");

  if (RefuseUnknownCommand(app, argc, argv)) {
    exit_code = kExitUsage;
    return std::nullopt;
  }
  try {
    app.parse(Arguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? kExitOk : kExitUsage;
    return std::nullopt;
  }
  options.verb = *check     ? Verb::kCheck
                 : *compile ? Verb::kCompile
                 : *explain ? Verb::kExplain
                 : *graph   ? Verb::kGraph
                 : *test    ? Verb::kTest
                 : *version ? Verb::kVersion
                            : Verb::kRun;
  return options;
}

}  // namespace kaspr::driver
