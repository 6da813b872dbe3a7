#include "jit/constant_pool.h"

#include <algorithm>

#include "ir/expr/constants.h"
#include "value/json_write.h"

namespace kaspr::jit {

using value::Tag;
using value::Value;

namespace {

// Does json.dumps write it as it is, between quotes?
bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

}  // namespace

std::string ConstantPool::Name(std::string_view kind, std::string_view text, const void* address) {
  constexpr size_t kLongest = 24;
  std::string name = std::string(kind) + ".";
  for (const char c : text.substr(0, kLongest)) name += c >= ' ' && c <= '~' && c != '"' ? c : '?';
  const auto taken = [&](const Symbol& symbol) { return symbol.name == name; };
  if (std::ranges::any_of(symbols_, taken) || text.empty() || text.size() > kLongest) {
    name += "#" + std::to_string(symbols_.size());
  }
  symbols_.push_back({name, address});
  return name;
}

Value ConstantPool::Str(const std::string& text) {
  if (!IsPlain(text)) return heap_.NewStr(text);
  const Value quoted = heap_.NewStr('"' + text + '"');
  return Value::Str(quoted.str().substr(1, text.size()), Value::kAscii | Value::kQuoted);
}

Value ConstantPool::ValueOf(const ir::Literal& literal, std::string& symbol) {
  symbol.clear();
  if (literal.tag == Tag::kStr) {
    Text& text = texts_[literal.text];
    if (text.symbol.empty()) {
      text.value = Str(literal.text);
      text.symbol = Name("text", literal.text, text.value.text);
    }
    symbol = text.symbol;
    return text.value;
  }
  const Value value = ir::MakeConstant(heap_, literal);
  switch (value.tag) {
    case Tag::kUnbound:
    case Tag::kNone:
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kFloat:
      break;
    default:
      symbol = Name("constant", "", value.data);
  }
  return value;
}

std::string ConstantPool::KeyOf(const ir::Literal& str) {
  std::string& symbol = keys_[str.text];
  if (symbol.empty()) {
    std::string text;
    arrays_.push_back({value::MakeConstantKey(ValueOf(str, text))});
    symbol = Name("key", str.text, arrays_.back().data());
  }
  return symbol;
}

std::string ConstantPool::KeysOf(std::span<const ir::Literal* const> strs) {
  std::vector<value::ConstantKey>& keys = arrays_.emplace_back();
  std::string text;
  for (const ir::Literal* str : strs) keys.push_back(value::MakeConstantKey(ValueOf(*str, text)));
  return Name("keys", "", keys.data());
}

std::string ConstantPool::FieldsOf(std::span<const ir::Literal* const> strs) {
  std::vector<std::string_view>& texts = fields_.emplace_back();
  value::JsonWriter writer;
  for (const ir::Literal* str : strs) {
    writer.Clear();
    writer.Raw(texts.empty() ? "{" : ", ");
    writer.Utf8(str->text);
    writer.Raw(": ");
    texts.push_back(heap_.NewStr(writer.bytes()).str());
  }
  texts.push_back(strs.empty() ? "{}" : "}");
  return Name("fields", "", texts.data());
}

std::string ConstantPool::TextOf(std::string_view text) {
  std::string symbol;
  ValueOf({.tag = Tag::kStr, .text = std::string(text)}, symbol);
  return symbol;
}

}  // namespace kaspr::jit
