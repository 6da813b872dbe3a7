#include "runtime/copy_kernel.h"

#include <fmt/format.h>

#include "base/check.h"

namespace kaspr::runtime {

namespace {

// Bytes skip every codec; only None (a tombstone) is encoded, in the way of each.
class CopyKernel final : public ir::Kernel {
 public:
  CopyKernel(const ir::Agent& agent, ir::FailureLog& failures)
      : agent_(agent), failures_(failures) {
    for (const ir::Target& target : ir::TargetsOf(agent)) outputs_.push_back(target.destination);
  }

  void Run(value::Batch& batch, ir::Emitter&) override {
    for (value::Event& event : batch.events) {
      event.outcome = value::Outcome::kDone;
      for (uint32_t i = 0; i < outputs_.size(); ++i) {
        if (Send(batch, event, i)) continue;
        event.outcome = value::Outcome::kFailed;
        break;
      }
    }
  }

 private:
  bool Send(value::Batch& batch, const value::Event& event, uint32_t index) {
    value::Send send{.output = index, .value = event.message.value};
    if (!send.value && outputs_[index]->value == ir::Serializer::kJson) send.value = "null";
    if (!send.value && outputs_[index]->value == ir::Serializer::kBinary) {
      return Fail(batch, event, index, "it has no value, which binary cannot write");
    }
    const auto error = batch.StageInPlace(send);
    if (!error) return true;
    return Fail(batch, event, index, value::Describe(*error));
  }

  bool Fail(const value::Batch& batch, const value::Event& event, uint32_t index,
            std::string_view why) {
    const std::string& topic = outputs_[index]->topic;
    failures_.Report(agent_.name, fmt::format("{}:{}", index, why), [&] {
      Diagnostic diagnostic{
          .severity = Severity::kError,
          .code = Code::kSendRefused,
          .message = fmt::format("a record for '{}' cannot be sent: {}", topic, why),
          .labels = {{OutputPlace(index), ""}},
          .notes = {fmt::format("record {}/{} at offset {}: skipped; further ones like it are only "
                                "counted",
                                batch.topic, batch.partition, event.message.offset)},
      };
      return std::pair(fmt::format("{} in the record for '{}'", why, topic), std::move(diagnostic));
    });
    return false;
  }

  Span OutputPlace(uint32_t index) const {
    for (const ir::Node& node : agent_.nodes) {
      const auto* output = std::get_if<ir::Output>(&node.op);
      if (output != nullptr && &output->destination == outputs_[index]) return node.place.span;
    }
    KASPR_UNREACHABLE("an output is a node");
  }

  const ir::Agent& agent_;
  ir::FailureLog& failures_;
  std::vector<const ir::Destination*> outputs_;
};

}  // namespace

std::unique_ptr<ir::Kernel> MakeCopyKernel(const ir::Agent& agent, ir::FailureLog& failures) {
  return std::make_unique<CopyKernel>(agent, failures);
}

}  // namespace kaspr::runtime
