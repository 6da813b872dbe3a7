#pragma once

// How a document spells its keys. The code knows them as the resource has them, in camelCase; a
// definitions file of the runtime has the same words in snake_case.
//
//   Spelt("keySerializer", Spelling::kDefinitions)      "key_serializer"

#include <string>
#include <string_view>
#include <vector>

namespace kaspr::frontend {

enum class Spelling { kResource, kDefinitions };

std::string Spelt(std::string_view key, Spelling spelling);

// The one of `keys` that was probably meant by an unknown word, or "".
std::string Suggestion(std::string_view word, const std::vector<std::string_view>& keys);

}  // namespace kaspr::frontend
