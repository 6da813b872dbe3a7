#pragma once

// The bytes of a YAML file, before anybody parses them: what the YAML library would accept and
// garble (UTF-16, bytes that are not UTF-8, NUL) is refused here, at its place.

#include "base/diagnostics.h"

namespace kaspr::frontend {

// False: an error was reported.
bool CheckBytes(const SourceFile& file, Diagnostics& diagnostics);

// The bytes of a byte order mark at the start of the text: 3 or 0.
uint32_t ByteOrderMark(std::string_view text);

}  // namespace kaspr::frontend
