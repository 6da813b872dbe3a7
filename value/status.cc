#include "value/status.h"

#include "base/check.h"

namespace kaspr::value {

const char* StatusName(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kBail:
      return "bail";
    case Status::kAssertionError:
      return "AssertionError";
    case Status::kAttributeError:
      return "AttributeError";
    case Status::kIndexError:
      return "IndexError";
    case Status::kKeyError:
      return "KeyError";
    case Status::kNameError:
      return "NameError";
    case Status::kOverflowError:
      return "OverflowError";
    case Status::kRuntimeError:
      return "RuntimeError";
    case Status::kStopIteration:
      return "StopIteration";
    case Status::kTypeError:
      return "TypeError";
    case Status::kUnboundLocalError:
      return "UnboundLocalError";
    case Status::kUnicodeError:
      return "UnicodeError";
    case Status::kValueError:
      return "ValueError";
    case Status::kZeroDivisionError:
      return "ZeroDivisionError";
    case Status::kException:
      return "Exception";
  }
  KASPR_UNREACHABLE("status");
}

std::optional<Status> StatusFromName(std::string_view name) {
  for (const Status status : StatusesOf(kAnyException)) {
    if (name == StatusName(status)) return status;
  }
  return std::nullopt;
}

std::vector<Status> StatusesOf(Raises raises) {
  std::vector<Status> statuses;
  for (uint32_t i = 0; i < kStatuses; ++i) {
    if (Has(raises, static_cast<Status>(i))) statuses.push_back(static_cast<Status>(i));
  }
  return statuses;
}

}  // namespace kaspr::value
