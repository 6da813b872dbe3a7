// What is different at each call: the clock, and random numbers of the system.

#include <pthread.h>
#include <sys/random.h>

#include <atomic>
#include <cerrno>
#include <ctime>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

constexpr int64_t kNanoseconds = 1'000'000'000;  // of a second

int64_t Now() {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kNanoseconds + now.tv_nsec;
}

// How often this process came out of a fork: a child must not give what its parent gives.
std::atomic<unsigned> forks = 0;

unsigned Forks() {
  static const int watched = pthread_atfork(nullptr, nullptr, [] { ++forks; });
  return watched == 0 ? forks.load(std::memory_order_relaxed) : 0;
}

// 16 random bytes, of many that were asked for at once. Null: the system has none.
const unsigned char* RandomBytes() {
  constexpr size_t kTaken = 16;
  struct Pool {
    unsigned char bytes[256];  // so many come at once, or none do
    size_t used = sizeof bytes;
    unsigned forks = 0;
  };
  thread_local Pool pool;
  if (pool.used == sizeof pool.bytes || pool.forks != Forks()) {
    pool.forks = Forks();
    ssize_t got = 0;
    do {
      got = getrandom(pool.bytes, sizeof pool.bytes, 0);
    } while (got < 0 && errno == EINTR);
    if (got != sizeof pool.bytes) return nullptr;
    pool.used = 0;
  }
  pool.used += kTaken;
  return pool.bytes + pool.used - kTaken;
}

}  // namespace

// time.time(), which divides as CPython does.
Status Time(Heap&, Arguments, Value& result) noexcept {
  const int64_t now = Now();
  const bool whole = now % kNanoseconds == 0;
  return Give(Value::Float(whole ? static_cast<double>(now / kNanoseconds)
                                 : static_cast<double>(now) / kNanoseconds),
              result);
}

// time.time_ns()
Status TimeNs(Heap&, Arguments, Value& result) noexcept {
  return Give(Value::Int(Now()), result);
}

// datetime.now(timezone.utc), as microseconds since 1970.
Status UtcNow(Heap&, Arguments, Value& result) noexcept {
  return Give(Value::Int(Now() / 1000), result);
}

// str(uuid.uuid4())
Status Uuid4(Heap& heap, Arguments, Value& result) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  const unsigned char* bytes = RandomBytes();
  if (bytes == nullptr) return Status::kBail;
  const std::span<char> text = heap.NewText(36);
  char* out = text.data();
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
    unsigned byte = bytes[i];
    if (i == 6) byte = (byte & 0x0F) | 0x40;  // version 4
    if (i == 8) byte = (byte & 0x3F) | 0x80;  // the variant of RFC 4122
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 0xF];
  }
  return Give(Value::Str({text.data(), text.size()}, Value::kAscii), result);
}

}  // namespace kaspr::value::semantics
