#include "value/iteration.h"

#include <span>
#include <string_view>

#include "base/check.h"

namespace kaspr::value {

namespace {

constexpr uint32_t kNoChanges = 0;

}  // namespace

Iteration::Iteration(Heap& heap, Value over) : heap_(heap), over_(over) {
  changes = &kNoChanges;
  if (over.Is(Tag::kList)) {
    const std::span<const Value> all = heap.Items(*over.list);
    kind = Kind::kItems;
    items = all.data();
    count = all.size();
    changes = &over.list->changes;
  } else if (over.Is(Tag::kTuple)) {
    kind = Kind::kItems;
    items = over.items;
    count = over.size;
  } else if (over.Is(Tag::kRange)) {
    kind = Kind::kRange;
    count = static_cast<uint64_t>(over.range->size);
  } else if (over.Is(Tag::kDict)) {
    heap.Entries(*over.dict);
    changes = &over.dict->changes;
  }
  changes_before = *changes;
}

Status Iteration::Next(Value& item, bool& more) noexcept {
  more = false;
  if (*changes != changes_before) return Status::kBail;
  switch (over_.tag) {
    case Tag::kTuple:
    case Tag::kList:
      more = next_ < count;
      if (more) item = items[next_++];
      return Status::kOk;
    case Tag::kDict:
      for (const auto entries = heap_.Entries(*over_.dict); next_ < entries.size() && !more;) {
        item = entries[next_++].key;
        more = !item.Is(Tag::kUnbound);
      }
      return Status::kOk;
    case Tag::kSet:
      if (over_.set->size > 1) return Status::kBail;  // in Python's order
      for (const auto entries = over_.set->entries(); next_ < entries.size() && !more;) {
        item = entries[next_++].key;
        more = !item.Is(Tag::kUnbound);
      }
      return Status::kOk;
    case Tag::kRange:
      more = next_ < count;
      if (more) item = Value::Int(over_.range->start + over_.range->step * int64_t(next_++));
      return Status::kOk;
    case Tag::kStr:
      return NextCharacter(item, more);
    case Tag::kBytes:
      more = next_ < over_.size;
      if (more) item = Value::Int(static_cast<unsigned char>(over_.text[next_++]));
      return Status::kOk;
    case Tag::kUnbound:
    case Tag::kObject:
      return Status::kBail;
    case Tag::kNone:
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kBigInt:
    case Tag::kFloat:
      return Status::kTypeError;
  }
  KASPR_UNREACHABLE("tag");
}

Status Iteration::NextCharacter(Value& item, bool& more) {
  const std::string_view text = over_.str();
  more = next_ < text.size();
  if (!more) return Status::kOk;
  size_t end = next_ + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  item = Value::Str(text.substr(next_, end - next_), end - next_ == 1 ? Value::kAscii : 0);
  next_ = end;
  return Status::kOk;
}

}  // namespace kaspr::value
