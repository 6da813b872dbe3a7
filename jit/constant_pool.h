#pragma once

// What generated code names of memory that is not its own: texts, keys, containers of constants.
//
// Each has a symbol, which reads like what it stands for: "text.DE", "key.amount". The pool must
// outlive the code, and all that the code returns.

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/expr/expr.h"
#include "value/constant_key.h"
#include "value/heap.h"

namespace kaspr::jit {

class ConstantPool {
 public:
  struct Symbol {
    std::string name;
    const void* address = nullptr;
  };

  // A constant's value; `symbol` names what its data points to, "" if that is no pointer.
  value::Value ValueOf(const ir::Literal& literal, std::string& symbol);
  // The name of a ConstantKey, and of several behind each other.
  std::string KeyOf(const ir::Literal& str);
  std::string KeysOf(std::span<const ir::Literal* const> strs);
  // Of the texts that a dict of these keys has as JSON (value::WriteFields).
  std::string FieldsOf(std::span<const ir::Literal* const> strs);
  // The name of a text that is no value: a path.
  std::string TextOf(std::string_view text);

  const std::vector<Symbol>& symbols() const { return symbols_; }

 private:
  std::string Name(std::string_view kind, std::string_view text, const void* address);
  value::Value Str(const std::string& text);

  value::Heap heap_;
  std::vector<Symbol> symbols_;
  struct Text {
    value::Value value;
    std::string symbol;
  };
  std::map<std::string, Text> texts_;
  std::map<std::string, std::string> keys_;  // their symbols
  std::deque<std::vector<value::ConstantKey>> arrays_;
  std::deque<std::vector<std::string_view>> fields_;
};

}  // namespace kaspr::jit
