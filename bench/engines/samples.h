#pragma once

// The documents that specs run over.

#include <string>
#include <vector>

namespace kaspr::bench {

using Lines = std::vector<std::string>;

Lines ReadSample(const std::string& file);  // of bench/

// 200 documents of 200 numbers, about 1,430 bytes each, the same ones every time.
Lines MakeReadings();

// Documents that are not written as Python writes them, each in a way of its own.
const Lines& OddDocuments();

// What may be wrong with an order that w2 would otherwise send on.
struct Dirt {
  const char* name;
  std::string (*spoil)(std::string order);
};
const std::vector<Dirt>& Dirts();

// As many lines as a batch has, of which every twentieth is an order that w2 sends on; those are
// spoilt, by one kind of dirt after the other, unless there is none.
Lines MakeMix(const Lines& orders, size_t count, const std::vector<Dirt>& dirts);
inline constexpr size_t kCleanPerDirty = 19;

}  // namespace kaspr::bench
