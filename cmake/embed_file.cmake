# INPUT as a string_view of bytes in OUTPUT; hex, because string literals are limited in length.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${lines}")
file(WRITE ${OUTPUT} "#include <string_view>
namespace kaspr::embedded {
namespace {
constexpr char kBytes[] = {
${bytes}};
}
extern const std::string_view k_${NAME};
const std::string_view k_${NAME}(kBytes, sizeof(kBytes));
}  // namespace kaspr::embedded
")
