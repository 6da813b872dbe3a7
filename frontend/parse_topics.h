#pragma once

// What an agent reads from and writes to: `input` and `output` of a spec, and `topicSend`.

#include "frontend/parse_fields.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

void ParseInput(FieldReader& fields, const Slot& slot, Input& input);
void ParseOutput(FieldReader& fields, const Slot& slot, Output& output);
void ParseTopicSend(FieldReader& fields, const Slot& slot, TopicSendOp& send);

// {python: ..., entrypoint: ...} behind a key; Target is PythonBlock or MaybeBlock.
std::optional<PythonBlock> ReadBlock(FieldReader& fields, const Slot& slot);
Read Block(FieldReader& fields, MaybeBlock& target);

// The keys of a block, for mappings that have others too.
std::vector<Key> BlockKeys(FieldReader& fields, PythonBlock& block);

}  // namespace kaspr::frontend
