#include "ir/parse_parts.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace kaspr::ir {
namespace {

using Kind = Token::Kind;

// `topic "a", "b"`, `pattern "^a\\."` or `channel "a"`.
bool TakeSource(TokenReader& in, Input& input) {
  if (in.AcceptWord("pattern")) {
    return in.TakeText(Kind::kString, "a pattern in quotes", input.pattern);
  }
  if (in.AcceptWord("channel")) {
    return in.TakeText(Kind::kString, "the name of a channel in quotes", input.channel);
  }
  if (!in.AcceptWord("topic")) return in.Fail("'topic', 'pattern' or 'channel'");
  do {
    std::string topic;
    if (!in.TakeText(Kind::kString, "the name of a topic in quotes", topic)) return false;
    input.topics.push_back(std::move(topic));
  } while (in.AcceptMark(","));
  return true;
}

// `100 5s`
bool TakeLists(TokenReader& in, Input::Take& take) {
  return in.TakeNumber(1, INT64_MAX, take.max) && in.TakeDuration(take.within);
}

// `stop`, `dead-letter "dead"`, or the word that a retry begins with.
bool TakeAction(TokenReader& in, OnError& on_error, ErrorAction& action) {
  const auto known = ErrorActionFromName(in.token().text);
  if (in.token().kind != Kind::kWord || !known) {
    return in.Fail("'skip', 'dead-letter', 'retry' or 'stop'");
  }
  action = *known;
  in.AcceptWord(ErrorActionName(action));
  return action != ErrorAction::kDeadLetter ||
         in.TakeText(Kind::kString, "the topic of dead letters in quotes", on_error.topic);
}

// `stop`, `retry 3 100ms then dead-letter "dead"`.
bool TakeOnError(TokenReader& in, OnError& on_error) {
  if (!TakeAction(in, on_error, on_error.policy)) return false;
  if (on_error.policy != ErrorAction::kRetry) return true;
  int64_t attempts = 0;
  if (!in.TakeNumber(1, UINT32_MAX, attempts)) return false;
  on_error.attempts = static_cast<uint32_t>(attempts);
  return in.TakeDuration(on_error.backoff) && in.Expect(Kind::kWord, "then") &&
         TakeAction(in, on_error, on_error.then);
}

bool TakeCount(TokenReader& in, std::optional<int32_t>& count) {
  int64_t number = 0;
  if (!in.TakeNumber(1, INT32_MAX, number)) return false;
  count = static_cast<int32_t>(number);
  return true;
}

// `"cleanup.policy=compact" "retention.ms=3600000"`: one at least.
bool TakeConfig(TokenReader& in, DeclaredTopic& topic) {
  do {
    std::string text;
    if (!in.TakeText(Kind::kString, "a property and its value in quotes, as \"name=value\"",
                     text)) {
      return false;
    }
    const size_t sign = std::min(text.find('='), text.size());
    topic.config.emplace_back(text.substr(0, sign), text.substr(std::min(sign + 1, text.size())));
  } while (in.token().kind == Kind::kString);
  return true;
}

}  // namespace

bool TakeInput(TokenReader& in, Input& input) {
  const auto take = [&](const Token& name) {
    if (name.text == "key") return in.TakeSerializer(input.key);
    if (name.text == "value") return in.TakeSerializer(input.value);
    if (name.text == "take") return TakeLists(in, input.take.emplace());
    return in.UnknownAttribute(name, "'key', 'value', 'take' or 'isolated'");
  };
  return TakeSource(in, input) && in.Attributes(take, {{"isolated", input.isolated_partitions}});
}

bool TakeAgentAttributes(TokenReader& in, Agent& agent) {
  return in.Attributes([&](const Token& name) {
    if (name.text == "on-error") return TakeOnError(in, agent.on_error);
    if (name.text == "timeout") return in.TakeDuration(agent.timeout);
    return in.UnknownAttribute(name, "'on-error' or 'timeout'");
  });
}

bool TakeDeclaredTopic(TokenReader& in, DeclaredTopic& topic) {
  return in.TakeText(Kind::kString, "the name of the topic in quotes", topic.name) &&
         in.Attributes([&](const Token& name) {
           if (name.text == "partitions") return TakeCount(in, topic.partitions);
           if (name.text == "replicas") return TakeCount(in, topic.replicas);
           if (name.text == "config") return TakeConfig(in, topic);
           return in.UnknownAttribute(name, "'partitions', 'replicas' or 'config'");
         });
}

}  // namespace kaspr::ir
