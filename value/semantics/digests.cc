// hashlib's digests of bytes, by the same library as CPython's: what it refuses, as md5 where FIPS
// rules, CPython refuses in its own words.

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

enum class Hash : uint8_t { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512, kBlake2b };

constexpr const char* kNames[] = {"MD5",      "SHA1",     "SHA2-224",   "SHA2-256",
                                  "SHA2-384", "SHA2-512", "BLAKE2B-512"};

// Looked up once; null: OpenSSL has none of that name.
template <Hash hash>
const EVP_MD* Fetched() {
  static const EVP_MD* const fetched =
      EVP_MD_fetch(nullptr, kNames[static_cast<size_t>(hash)], nullptr);
  return fetched;
}

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

struct Digest {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
};

template <Hash hash>
Status Take(Arguments arguments, Digest& digest) {
  const Value data = arguments.empty() ? Value::Bytes("") : arguments[0];
  if (!data.Is(Tag::kBytes)) return TypeError(data);
  // Kept by each thread: to make one takes longer than a short digest.
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const EVP_MD* type = Fetched<hash>();
  const bool done = type != nullptr && context != nullptr &&
                    EVP_DigestInit_ex2(context.get(), type, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), data.text, data.size) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.bytes, &digest.size) == 1;
  return done ? Status::kOk : Status::kBail;
}

template <Hash hash>
Status Bytes(Heap& heap, Arguments arguments, Value& result) {
  Digest digest;
  const Status status = Take<hash>(arguments, digest);
  if (status != Status::kOk) return status;
  const std::span<char> text = heap.NewText(digest.size);
  std::copy_n(digest.bytes, digest.size, text.data());
  return Give(Value::Bytes({text.data(), text.size()}), result);
}

template <Hash hash>
Status Hex(Heap& heap, Arguments arguments, Value& result) {
  constexpr char kDigits[] = "0123456789abcdef";
  Digest digest;
  const Status status = Take<hash>(arguments, digest);
  if (status != Status::kOk) return status;
  const std::span<char> text = heap.NewText(size_t{2} * digest.size);
  for (size_t i = 0; i < digest.size; ++i) {
    text[2 * i] = kDigits[digest.bytes[i] >> 4];
    text[2 * i + 1] = kDigits[digest.bytes[i] & 0xF];
  }
  return Give(Value::Str({text.data(), text.size()}, Value::kAscii), result);
}

}  // namespace

Status Md5(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kMd5>(heap, arguments, result);
}
Status Md5Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kMd5>(heap, arguments, result);
}
Status Sha1(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kSha1>(heap, arguments, result);
}
Status Sha1Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kSha1>(heap, arguments, result);
}
Status Sha224(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kSha224>(heap, arguments, result);
}
Status Sha224Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kSha224>(heap, arguments, result);
}
Status Sha256(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kSha256>(heap, arguments, result);
}
Status Sha256Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kSha256>(heap, arguments, result);
}
Status Sha384(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kSha384>(heap, arguments, result);
}
Status Sha384Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kSha384>(heap, arguments, result);
}
Status Sha512(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kSha512>(heap, arguments, result);
}
Status Sha512Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kSha512>(heap, arguments, result);
}
Status Blake2b(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Bytes<Hash::kBlake2b>(heap, arguments, result);
}
Status Blake2bHex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Hex<Hash::kBlake2b>(heap, arguments, result);
}

}  // namespace kaspr::value::semantics
