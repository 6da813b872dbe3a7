// Datetimes in UTC, which are no values of ours: an int stands for one, the microseconds since
// 1970 (python/translate/kinds.py). Whatever else is given here is left to CPython.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;
// Of the years 1 to 9999, in seconds.
constexpr int64_t kFirst = -62'135'596'800, kLast = 253'402'300'799;

struct Moment {
  unsigned year = 0, month = 0, day = 0;
  unsigned hour = 0, minute = 0, second = 0, microsecond = 0;
  unsigned weekday = 0;  // of Monday 0
  unsigned day_of_year = 0;
};

bool IsMoment(int64_t microseconds) {
  return microseconds >= kFirst * kSecond && microseconds < (kLast + 1) * kSecond;
}

bool TakeMoment(Value microseconds, Moment& moment) {
  if (!microseconds.Is(Tag::kInt) || !IsMoment(microseconds.integer)) return false;
  const int64_t all = microseconds.integer;
  const int64_t within = ((all % kDay) + kDay) % kDay;
  const std::chrono::sys_days day(std::chrono::days((all - within) / kDay));
  const std::chrono::year_month_day date(day);
  const std::chrono::sys_days first(date.year() / std::chrono::January / 1);
  moment.year = static_cast<unsigned>(static_cast<int>(date.year()));
  moment.month = static_cast<unsigned>(date.month());
  moment.day = static_cast<unsigned>(date.day());
  const auto second = static_cast<unsigned>(within / kSecond);
  moment.hour = second / 3600;
  moment.minute = second / 60 % 60;
  moment.second = second % 60;
  moment.microsecond = static_cast<unsigned>(within % kSecond);
  moment.weekday = std::chrono::weekday(day).iso_encoding() - 1;
  moment.day_of_year = static_cast<unsigned>((day - first).count()) + 1;
  return true;
}

// So many digits, with zeros in front.
char* Put(char* out, unsigned number, int digits) {
  for (int i = digits; i-- > 0; number /= 10) out[i] = static_cast<char>('0' + number % 10);
  return out + digits;
}

char* PutDate(char* out, const Moment& moment) {
  out = Put(out, moment.year, 4);
  *out++ = '-';
  out = Put(out, moment.month, 2);
  *out++ = '-';
  return Put(out, moment.day, 2);
}

char* PutSeconds(char* out, const Moment& moment) {
  out = Put(out, moment.hour, 2);
  *out++ = ':';
  out = Put(out, moment.minute, 2);
  *out++ = ':';
  return Put(out, moment.second, 2);
}

char* PutMicroseconds(char* out, const Moment& moment) {
  *out++ = '.';
  return Put(out, moment.microsecond, 6);
}

constexpr size_t kLongest = 40;  // of what stands in the buffer of those below

Status GiveText(Heap& heap, const char* begin, const char* end, Value& result) {
  const std::span<char> text = heap.NewText(static_cast<size_t>(end - begin));
  std::copy(begin, end, text.data());
  return Give(Value::Str({text.data(), text.size()}, Value::kAscii), result);
}

template <class Part>
Status GivePart(Arguments arguments, Part part, Value& result) {
  Moment moment;
  if (!TakeMoment(arguments[0], moment)) return Status::kBail;
  return Give(Value::Int(moment.*part), result);
}

// Seconds and microseconds of a float, rounded as CPython does: half goes to the even one.
Status Split(double timestamp, int64_t& seconds, int64_t& microseconds) {
  double whole = 0;
  double part = std::modf(timestamp, &whole) * kSecond;
  double rounded = std::round(part);
  if (std::fabs(part - rounded) == 0.5) rounded = 2.0 * std::round(part / 2.0);
  if (rounded >= kSecond) {
    rounded -= kSecond;
    whole += 1;
  } else if (rounded < 0) {
    rounded += kSecond;
    whole -= 1;
  }
  constexpr double kLimit = 9223372036854775808.0;
  if (std::fabs(whole) == kLimit) return Status::kBail;  // versions of CPython differ
  if (std::fabs(whole) > kLimit) return Status::kOverflowError;
  seconds = static_cast<int64_t>(whole);
  microseconds = static_cast<int64_t>(rounded);
  return Status::kOk;
}

}  // namespace

// datetime.fromtimestamp(timestamp, timezone.utc)
Status UtcFromTimestamp(Heap&, Arguments arguments, Value& result) noexcept {
  const Value timestamp = arguments[0];
  int64_t seconds = 0, microseconds = 0;
  if (timestamp.Is(Tag::kBigInt)) return Status::kOverflowError;
  if (IsInt(timestamp)) {
    seconds = timestamp.integer;
  } else if (!timestamp.Is(Tag::kFloat)) {
    return TypeError(timestamp);
  } else if (IsNan(timestamp)) {
    return Status::kValueError;
  } else if (const Status status = Split(timestamp.number, seconds, microseconds);
             status != Status::kOk) {
    return status;
  }
  if (seconds >= kFirst && seconds <= kLast) {
    return Give(Value::Int(seconds * kSecond + microseconds), result);
  }
  // Such a year does not exist, says datetime; of still others the C library says it first.
  constexpr int64_t kFar = 67'000'000'000'000'000;
  return seconds > -kFar && seconds < kFar ? Status::kValueError : Status::kBail;
}

Status UtcYear(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::year, result);
}
Status UtcMonth(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::month, result);
}
Status UtcDay(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::day, result);
}
Status UtcHour(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::hour, result);
}
Status UtcMinute(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::minute, result);
}
Status UtcSecond(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::second, result);
}
Status UtcMicrosecond(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::microsecond, result);
}
Status UtcWeekday(Heap&, Arguments arguments, Value& result) noexcept {
  return GivePart(arguments, &Moment::weekday, result);
}

// datetime + timedelta
Status UtcShift(Heap&, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0], by = arguments[1];
  if (!from.Is(Tag::kInt) || !IsMoment(from.integer) || !by.Is(Tag::kInt)) return Status::kBail;
  int64_t sum = 0;
  const bool fits = !__builtin_add_overflow(from.integer, by.integer, &sum) && IsMoment(sum);
  return fits ? Give(Value::Int(sum), result) : Status::kOverflowError;
}

// The midnight before.
Status UtcMidnight(Heap&, Arguments arguments, Value& result) noexcept {
  Moment moment;
  if (!TakeMoment(arguments[0], moment)) return Status::kBail;
  const int64_t all = arguments[0].integer;
  return Give(Value::Int(all - ((all % kDay) + kDay) % kDay), result);
}

// .isoformat()
Status UtcIsoFormat(Heap& heap, Arguments arguments, Value& result) noexcept {
  Moment moment;
  if (!TakeMoment(arguments[0], moment)) return Status::kBail;
  char text[kLongest];
  char* end = PutDate(text, moment);
  *end++ = 'T';
  end = PutSeconds(end, moment);
  if (moment.microsecond != 0) end = PutMicroseconds(end, moment);
  constexpr std::string_view kOffset = "+00:00";
  end = std::copy(kOffset.begin(), kOffset.end(), end);
  return GiveText(heap, text, end, result);
}

// .date().isoformat()
Status UtcDate(Heap& heap, Arguments arguments, Value& result) noexcept {
  Moment moment;
  if (!TakeMoment(arguments[0], moment)) return Status::kBail;
  char text[kLongest];
  return GiveText(heap, text, PutDate(text, moment), result);
}

// .time().isoformat(timespec)
Status UtcTime(Heap& heap, Arguments arguments, Value& result) noexcept {
  Moment moment;
  const Value timespec = arguments[1];
  if (!TakeMoment(arguments[0], moment) || !timespec.Is(Tag::kStr)) return Status::kBail;
  char text[kLongest];
  char* const seconds = PutSeconds(text, moment);
  char* const microseconds = PutMicroseconds(seconds, moment);
  const std::string_view wanted = timespec.str();
  if (wanted == "auto") {
    return GiveText(heap, text, moment.microsecond != 0 ? microseconds : seconds, result);
  }
  if (wanted == "hours") return GiveText(heap, text, text + 2, result);
  if (wanted == "minutes") return GiveText(heap, text, text + 5, result);
  if (wanted == "seconds") return GiveText(heap, text, seconds, result);
  if (wanted == "milliseconds") return GiveText(heap, text, seconds + 4, result);
  if (wanted == "microseconds") return GiveText(heap, text, microseconds, result);
  return Status::kBail;
}

namespace {

// What stands for the letter behind a '%'; null: it depends on the locale or on the C library.
char* PutDirective(char* out, char directive, const Moment& moment) {
  // Whether a year of three digits gets a zero in front is the C library's choice.
  if ((directive == 'Y' || directive == 'F') && moment.year < 1000) return nullptr;
  switch (directive) {
    case 'Y':
      return Put(out, moment.year, 4);
    case 'm':
      return Put(out, moment.month, 2);
    case 'd':
      return Put(out, moment.day, 2);
    case 'H':
      return Put(out, moment.hour, 2);
    case 'M':
      return Put(out, moment.minute, 2);
    case 'S':
      return Put(out, moment.second, 2);
    case 'f':
      return Put(out, moment.microsecond, 6);
    case 'j':
      return Put(out, moment.day_of_year, 3);
    case 'y':
      return Put(out, moment.year % 100, 2);
    case 'u':
      return Put(out, moment.weekday + 1, 1);
    case 'w':
      return Put(out, (moment.weekday + 1) % 7, 1);
    case 'F':
      return PutDate(out, moment);
    case 'T':
      return PutSeconds(out, moment);
    case 'R':
      return PutSeconds(out, moment) - 3;
    case '%':
      *out = '%';
      return out + 1;
    default:
      return nullptr;
  }
}

}  // namespace

// .strftime(format), of directives that mean the same everywhere
Status UtcStrFTime(Heap& heap, Arguments arguments, Value& result) noexcept {
  Moment moment;
  const Value format = arguments[1];
  if (!TakeMoment(arguments[0], moment) || !format.Is(Tag::kStr)) return Status::kBail;
  std::string text;
  const std::string_view from = format.str();
  for (size_t i = 0; i < from.size(); ++i) {
    const bool plain = static_cast<unsigned char>(from[i]) < 0x80 && from[i] != '\0';
    if (!plain || text.size() > kLongestText) return Status::kBail;
    if (from[i] != '%') {
      text += from[i];
      continue;
    }
    char put[kLongest];
    const char* end = i + 1 < from.size() ? PutDirective(put, from[++i], moment) : nullptr;
    if (end == nullptr) return Status::kBail;
    text.append(static_cast<const char*>(put), end);
  }
  return Give(heap.NewStr(text), result);
}

}  // namespace kaspr::value::semantics
