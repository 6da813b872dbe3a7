#include "value/primitives.h"

#include <algorithm>
#include <vector>

#include "value/semantics/functions.h"

namespace kaspr::value {

namespace {

constexpr uint8_t kMany = Primitive::kMany;
constexpr Effect kMakes = Effect::kMakes, kChanges = Effect::kChanges, kClock = Effect::kClock;

constexpr Types kNone = TypesOf(Tag::kNone), kBool = TypesOf(Tag::kBool);
constexpr Types kInt = TypesOf(Tag::kInt), kBigInt = TypesOf(Tag::kBigInt);
constexpr Types kFloat = TypesOf(Tag::kFloat), kNumber = kInt | kBigInt | kFloat;
constexpr Types kStr = TypesOf(Tag::kStr), kBytes = TypesOf(Tag::kBytes);
constexpr Types kTuple = TypesOf(Tag::kTuple), kList = TypesOf(Tag::kList);
constexpr Types kSequence = kStr | kBytes | kTuple | kList;
constexpr Types kDict = TypesOf(Tag::kDict), kSet = TypesOf(Tag::kSet);
constexpr Types kRange = TypesOf(Tag::kRange);
constexpr Types kAny = static_cast<Types>(~TypesOf(Tag::kUnbound));

constexpr Raises kAttributeError = Only(Status::kAttributeError);
constexpr Raises kIndexError = Only(Status::kIndexError);
constexpr Raises kKeyError = Only(Status::kKeyError);
constexpr Raises kOverflowError = Only(Status::kOverflowError);
constexpr Raises kTypeError = Only(Status::kTypeError);
constexpr Raises kUnboundLocalError = Only(Status::kUnboundLocalError);
constexpr Raises kValueError = Only(Status::kValueError);
constexpr Raises kZeroDivisionError = Only(Status::kZeroDivisionError);
constexpr Raises kConversion = kValueError | kOverflowError;
constexpr Raises kLookup = kTypeError | kIndexError | kKeyError;

// Name, function, fewest and most arguments, what it may give and raise.
constexpr Primitive kPrimitives[] = {
    // Operators.
    {"add", semantics::Add, 2, 2, kNumber | kSequence, kTypeError, kMakes},
    {"sub", semantics::Subtract, 2, 2, kNumber | kSet, kTypeError, kMakes},
    {"mul", semantics::Multiply, 2, 2, kNumber | kSequence, kTypeError, kMakes},
    {"truediv", semantics::TrueDivide, 2, 2, kFloat, kTypeError | kZeroDivisionError},
    {"floordiv", semantics::FloorDivideBy, 2, 2, kNumber, kTypeError | kZeroDivisionError},
    {"mod", semantics::Modulo, 2, 2, kNumber | kStr, kTypeError | kValueError | kZeroDivisionError},
    {"pow", semantics::Power, 2, 2, kNumber, kTypeError | kOverflowError | kZeroDivisionError},
    {"lshift", semantics::LeftShift, 2, 2, kInt, kTypeError | kValueError},
    {"rshift", semantics::RightShift, 2, 2, kInt, kTypeError | kValueError},
    {"bitand", semantics::BitAnd, 2, 2, kInt | kBool | kSet, kTypeError, kMakes},
    {"bitor", semantics::BitOr, 2, 2, kInt | kBool | kSet | kDict, kTypeError, kMakes},
    {"bitxor", semantics::BitXor, 2, 2, kInt | kBool | kSet, kTypeError, kMakes},
    {"neg", semantics::Negate, 1, 1, kNumber, kTypeError},
    {"pos", semantics::Positive, 1, 1, kNumber, kTypeError},
    {"invert", semantics::Invert, 1, 1, kInt, kTypeError},
    {"not", semantics::Not, 1, 1, kBool, 0},
    {"eq", semantics::EqualTo, 2, 2, kBool, 0},
    {"ne", semantics::NotEqualTo, 2, 2, kBool, 0},
    {"lt", semantics::LessThan, 2, 2, kBool, kTypeError},
    {"le", semantics::LessOrEqual, 2, 2, kBool, kTypeError},
    {"gt", semantics::GreaterThan, 2, 2, kBool, kTypeError},
    {"ge", semantics::GreaterOrEqual, 2, 2, kBool, kTypeError},
    {"in", semantics::IsIn, 2, 2, kBool, kTypeError},
    {"is", semantics::Is, 2, 2, kBool, 0},
    {"getitem", semantics::GetItem, 2, 2, kAny, kLookup},
    {"getslice", semantics::GetSlice, 1, 4, kSequence, kTypeError | kValueError, kMakes},
    {"setitem", semantics::SetItem, 3, 3, kNone, kTypeError | kIndexError, kChanges},
    {"delitem", semantics::DeleteItem, 2, 2, kNone, kLookup, kChanges},
    {"iadd", semantics::InPlaceAdd, 2, 2, kNumber | kSequence, kTypeError, kChanges},
    {"imul", semantics::InPlaceMultiply, 2, 2, kNumber | kSequence, kTypeError, kChanges},
    {"isub", semantics::InPlaceSubtract, 2, 2, kNumber | kSet, kTypeError, kChanges},
    {"iand", semantics::InPlaceAnd, 2, 2, kInt | kBool | kSet, kTypeError, kChanges},
    {"ior", semantics::InPlaceOr, 2, 2, kInt | kBool | kSet | kDict, kTypeError, kChanges},
    {"ixor", semantics::InPlaceXor, 2, 2, kInt | kBool | kSet, kTypeError, kChanges},
    // Displays, comprehensions, f-strings.
    {"list", semantics::DisplayList, 0, kMany, kList, 0, kMakes},
    {"tuple", semantics::DisplayTuple, 0, kMany, kTuple, 0},
    {"set", semantics::DisplaySet, 0, kMany, kSet, kTypeError, kMakes},
    {"dict", semantics::DisplayDict, 0, kMany, kDict, kTypeError, kMakes},
    {"list-append", semantics::ListAppend, 2, 2, kNone, 0, kChanges},
    {"list-assign", semantics::ListAssign, 2, 2, kNone, kTypeError | kAttributeError, kChanges},
    {"list-extend", semantics::ListExtend, 2, 2, kNone, kTypeError, kChanges},
    {"set-add", semantics::SetAdd, 2, 2, kNone, kTypeError, kChanges},
    {"set-update", semantics::SetUpdate, 2, 2, kNone, kTypeError, kChanges},
    {"dict-put", semantics::DictPut, 3, 3, kNone, kTypeError, kChanges},
    {"dict-update", semantics::DictUpdate, 2, 2, kNone, kTypeError, kChanges},
    {"concat", semantics::Concat, 0, kMany, kStr, kTypeError},
    {"format", semantics::Format, 1, 2, kStr, kTypeError | kValueError},
    {"percent", semantics::Percent, 2, 2, kStr, kTypeError | kValueError},
    // Names and loops of the translation.
    {"bound", semantics::Bound, 1, 1, kAny, kUnboundLocalError},
    {"mapping", semantics::Mapping, 1, 1, kNone, kTypeError},
    {"changes", semantics::Changes, 1, 1, kInt, 0, kMakes},
    {"unchanged", semantics::Unchanged, 2, 2, kNone, 0, kMakes},
    // Conversions.
    {"str", semantics::ToStr, 0, 1, kStr, 0},
    {"repr", semantics::ToRepr, 1, 1, kStr, 0},
    {"ascii", semantics::ToAscii, 1, 1, kStr, 0},
    {"json-dumps", semantics::JsonDumps, 1, 1, kStr, kTypeError | kValueError},
    {"json-loads", semantics::JsonLoads, 1, 1, kAny, kTypeError, kMakes},
    {"int", semantics::ToInt, 0, 1, kInt | kBigInt, kTypeError | kValueError | kOverflowError},
    {"int-base", semantics::ToIntOfBase, 2, 2, kInt | kBigInt, kTypeError | kValueError},
    {"float", semantics::ToFloat, 0, 1, kFloat, kTypeError | kValueError},
    {"bool", semantics::ToBool, 0, 1, kBool, 0},
    {"list-of", semantics::ToList, 0, 1, kList, kTypeError, kMakes},
    {"tuple-of", semantics::ToTuple, 0, 1, kTuple, kTypeError},
    {"set-of", semantics::ToSet, 0, 1, kSet, kTypeError, kMakes},
    {"frozenset-of", semantics::ToFrozenSet, 0, 1, kSet, kTypeError, kMakes},
    {"dict-of", semantics::ToDict, 0, 1, kDict, kTypeError | kValueError, kMakes},
    {"iter-list", semantics::IterList, 1, 1, kList, kTypeError, kMakes},
    // Built-in functions.
    {"len", semantics::Length, 1, 1, kInt, kTypeError},
    {"abs", semantics::Absolute, 1, 1, kNumber, kTypeError},
    {"round", semantics::Round, 1, 1, kInt | kBigInt, kTypeError | kValueError | kOverflowError},
    {"round-digits", semantics::RoundToDigits, 2, 2, kNumber,
     kTypeError | kValueError | kOverflowError},
    {"min", semantics::Min, 1, kMany, kAny, kTypeError | kValueError},
    {"max", semantics::Max, 1, kMany, kAny, kTypeError | kValueError},
    {"min-of", semantics::MinOf, 1, 2, kAny, kTypeError | kValueError},
    {"max-of", semantics::MaxOf, 1, 2, kAny, kTypeError | kValueError},
    {"min-by", semantics::MinBy, 2, 3, kAny, kTypeError | kValueError},
    {"max-by", semantics::MaxBy, 2, 3, kAny, kTypeError | kValueError},
    {"sum", semantics::SumFrom, 1, 1, kAny, kTypeError, kMakes},
    {"sum-start", semantics::SumFrom, 2, 2, kAny, kTypeError, kMakes},
    {"any", semantics::Any, 1, 1, kBool, kTypeError},
    {"all", semantics::All, 1, 1, kBool, kTypeError},
    {"sorted", semantics::Sorted, 1, 2, kList, kTypeError, kMakes},
    {"sort-by", semantics::SortBy, 2, 3, kList, kTypeError, kMakes},
    {"reversed", semantics::Reversed, 1, 1, kList, kTypeError, kMakes},
    {"enumerate", semantics::Enumerate, 1, 2, kList, kTypeError, kMakes},
    {"zip", semantics::Zip, 0, kMany, kList, kTypeError, kMakes},
    {"zip-of", semantics::ZipOf, 1, 1, kList, kTypeError, kMakes},
    {"range", semantics::MakeRange, 1, 3, kRange, kTypeError | kValueError, kMakes},
    {"divmod", semantics::DivideModulo, 2, 2, kTuple, kTypeError | kZeroDivisionError},
    {"ord", semantics::Ordinal, 1, 1, kInt, kTypeError},
    {"chr", semantics::Chr, 1, 1, kStr, kTypeError},
    {"hex", semantics::Hex, 1, 1, kStr, kTypeError},
    {"oct", semantics::Oct, 1, 1, kStr, kTypeError},
    {"bin", semantics::Bin, 1, 1, kStr, kTypeError},
    {"isinstance", semantics::IsInstance, 1, kMany, kBool, 0},
    {"type-name", semantics::TypeName, 1, 1, kStr, 0},
    {"unpack", semantics::Unpack, 2, 2, kTuple, kTypeError | kValueError},
    {"unpack-star", semantics::UnpackStar, 3, 3, kTuple, kTypeError | kValueError, kMakes},
    // Of Python's library: math.
    {"math-floor", semantics::MathFloor, 1, 1, kInt | kBigInt, kTypeError | kConversion},
    {"math-ceil", semantics::MathCeil, 1, 1, kInt | kBigInt, kTypeError | kConversion},
    {"math-trunc", semantics::MathTrunc, 1, 1, kInt | kBigInt, kTypeError | kConversion},
    {"math-isnan", semantics::MathIsNan, 1, 1, kBool, kTypeError},
    {"math-isinf", semantics::MathIsInf, 1, 1, kBool, kTypeError},
    {"math-isfinite", semantics::MathIsFinite, 1, 1, kBool, kTypeError},
    {"math-fabs", semantics::MathFabs, 1, 1, kFloat, kTypeError},
    {"math-sqrt", semantics::MathSqrt, 1, 1, kFloat, kTypeError | kValueError},
    {"math-exp", semantics::MathExp, 1, 1, kFloat, kTypeError | kOverflowError},
    {"math-log", semantics::MathLog, 1, 2, kFloat, kTypeError | kValueError | kZeroDivisionError},
    {"math-log2", semantics::MathLog2, 1, 1, kFloat, kTypeError | kValueError},
    {"math-log10", semantics::MathLog10, 1, 1, kFloat, kTypeError | kValueError},
    {"math-sin", semantics::MathSin, 1, 1, kFloat, kTypeError | kValueError},
    {"math-cos", semantics::MathCos, 1, 1, kFloat, kTypeError | kValueError},
    {"math-tan", semantics::MathTan, 1, 1, kFloat, kTypeError | kValueError},
    {"math-asin", semantics::MathAsin, 1, 1, kFloat, kTypeError | kValueError},
    {"math-acos", semantics::MathAcos, 1, 1, kFloat, kTypeError | kValueError},
    {"math-atan", semantics::MathAtan, 1, 1, kFloat, kTypeError},
    {"math-atan2", semantics::MathAtan2, 2, 2, kFloat, kTypeError},
    {"math-radians", semantics::MathRadians, 1, 1, kFloat, kTypeError},
    {"math-degrees", semantics::MathDegrees, 1, 1, kFloat, kTypeError},
    {"math-pow", semantics::MathPow, 2, 2, kFloat, kTypeError | kConversion},
    {"math-fmod", semantics::MathFmod, 2, 2, kFloat, kTypeError | kValueError},
    {"math-copysign", semantics::MathCopySign, 2, 2, kFloat, kTypeError},
    // Of Python's library: hashlib, time, uuid, and datetimes as microseconds since 1970.
    {"md5", semantics::Md5, 0, 1, kBytes, kTypeError},
    {"md5-hex", semantics::Md5Hex, 0, 1, kStr, kTypeError},
    {"sha1", semantics::Sha1, 0, 1, kBytes, kTypeError},
    {"sha1-hex", semantics::Sha1Hex, 0, 1, kStr, kTypeError},
    {"sha224", semantics::Sha224, 0, 1, kBytes, kTypeError},
    {"sha224-hex", semantics::Sha224Hex, 0, 1, kStr, kTypeError},
    {"sha256", semantics::Sha256, 0, 1, kBytes, kTypeError},
    {"sha256-hex", semantics::Sha256Hex, 0, 1, kStr, kTypeError},
    {"sha384", semantics::Sha384, 0, 1, kBytes, kTypeError},
    {"sha384-hex", semantics::Sha384Hex, 0, 1, kStr, kTypeError},
    {"sha512", semantics::Sha512, 0, 1, kBytes, kTypeError},
    {"sha512-hex", semantics::Sha512Hex, 0, 1, kStr, kTypeError},
    {"blake2b", semantics::Blake2b, 0, 1, kBytes, kTypeError},
    {"blake2b-hex", semantics::Blake2bHex, 0, 1, kStr, kTypeError},
    {"time", semantics::Time, 0, 0, kFloat, 0, kClock},
    {"time-ns", semantics::TimeNs, 0, 0, kInt, 0, kClock},
    {"uuid4", semantics::Uuid4, 0, 0, kStr, 0, kClock},
    {"utc-now", semantics::UtcNow, 0, 0, kInt, 0, kClock},
    {"utc-from-timestamp", semantics::UtcFromTimestamp, 1, 1, kInt,
     kTypeError | kValueError | kOverflowError},
    {"utc-year", semantics::UtcYear, 1, 1, kInt, 0},
    {"utc-month", semantics::UtcMonth, 1, 1, kInt, 0},
    {"utc-day", semantics::UtcDay, 1, 1, kInt, 0},
    {"utc-hour", semantics::UtcHour, 1, 1, kInt, 0},
    {"utc-minute", semantics::UtcMinute, 1, 1, kInt, 0},
    {"utc-second", semantics::UtcSecond, 1, 1, kInt, 0},
    {"utc-microsecond", semantics::UtcMicrosecond, 1, 1, kInt, 0},
    {"utc-weekday", semantics::UtcWeekday, 1, 1, kInt, 0},
    {"utc-midnight", semantics::UtcMidnight, 1, 1, kInt, 0},
    {"utc-shift", semantics::UtcShift, 2, 2, kInt, kOverflowError},
    {"utc-isoformat", semantics::UtcIsoFormat, 1, 1, kStr, 0},
    {"utc-date", semantics::UtcDate, 1, 1, kStr, 0},
    {"utc-time", semantics::UtcTime, 2, 2, kStr, 0},
    {"utc-strftime", semantics::UtcStrFTime, 2, 2, kStr, 0},
    // Methods of lists, dicts and sets.
    {".get", semantics::MethodGet, 2, 3, kAny, kTypeError | kAttributeError},
    {".keys", semantics::MethodKeys, 1, 1, kList, kAttributeError, kMakes},
    {".values", semantics::MethodValues, 1, 1, kList, kAttributeError, kMakes},
    {".items", semantics::MethodItems, 1, 1, kList, kAttributeError, kMakes},
    {".pop", semantics::MethodPop, 1, 3, kAny, kLookup | kAttributeError, kChanges},
    {".popitem", semantics::MethodPopItem, 1, 1, kTuple, kKeyError | kAttributeError, kChanges},
    {".setdefault", semantics::MethodSetDefault, 2, 3, kAny, kTypeError | kAttributeError,
     kChanges},
    {".update", semantics::MethodUpdate, 2, 2, kNone, kTypeError | kAttributeError, kChanges},
    {".copy", semantics::MethodCopy, 1, 1, kList | kDict | kSet, kAttributeError, kMakes},
    {".clear", semantics::MethodClear, 1, 1, kNone, kAttributeError, kChanges},
    {".append", semantics::MethodAppend, 2, 2, kNone, kAttributeError, kChanges},
    {".extend", semantics::MethodExtend, 2, 2, kNone, kTypeError | kAttributeError, kChanges},
    {".insert", semantics::MethodInsert, 3, 3, kNone, kTypeError | kAttributeError, kChanges},
    {".remove", semantics::MethodRemove, 2, 2, kNone,
     kTypeError | kKeyError | kValueError | kAttributeError, kChanges},
    {".reverse", semantics::MethodReverse, 1, 1, kNone, kAttributeError, kChanges},
    {".sort", semantics::MethodSort, 1, 2, kNone, kAttributeError, kChanges},
    {".add", semantics::MethodAdd, 2, 2, kNone, kTypeError | kAttributeError, kChanges},
    {".discard", semantics::MethodDiscard, 2, 2, kNone, kTypeError | kAttributeError, kChanges},
    {".union", semantics::MethodUnion, 1, kMany, kSet, kTypeError | kAttributeError, kMakes},
    {".intersection", semantics::MethodIntersection, 1, kMany, kSet, kTypeError | kAttributeError,
     kMakes},
    {".difference", semantics::MethodDifference, 1, kMany, kSet, kTypeError | kAttributeError,
     kMakes},
    {".symmetric_difference", semantics::MethodSymmetricDifference, 2, 2, kSet,
     kTypeError | kAttributeError, kMakes},
    {".intersection_update", semantics::MethodIntersectionUpdate, 2, 2, kNone,
     kTypeError | kAttributeError, kChanges},
    {".difference_update", semantics::MethodDifferenceUpdate, 2, 2, kNone,
     kTypeError | kAttributeError, kChanges},
    {".issubset", semantics::MethodIsSubset, 2, 2, kBool, kTypeError | kAttributeError},
    {".issuperset", semantics::MethodIsSuperset, 2, 2, kBool, kTypeError | kAttributeError},
    {".isdisjoint", semantics::MethodIsDisjoint, 2, 2, kBool, kTypeError | kAttributeError},
    // Methods of text, and of sequences.
    {".index", semantics::MethodIndex, 2, 4, kInt, kTypeError | kValueError | kAttributeError},
    {".count", semantics::MethodCount, 2, 4, kInt, kTypeError | kAttributeError},
    {".find", semantics::MethodFind, 2, 4, kInt, kTypeError | kAttributeError},
    {".rfind", semantics::MethodRFind, 2, 4, kInt, kTypeError | kAttributeError},
    {".rindex", semantics::MethodRIndex, 2, 4, kInt, kTypeError | kValueError | kAttributeError},
    {".startswith", semantics::MethodStartsWith, 2, 4, kBool, kTypeError | kAttributeError},
    {".endswith", semantics::MethodEndsWith, 2, 4, kBool, kTypeError | kAttributeError},
    {".removeprefix", semantics::MethodRemovePrefix, 2, 2, kStr, kTypeError | kAttributeError},
    {".removesuffix", semantics::MethodRemoveSuffix, 2, 2, kStr, kTypeError | kAttributeError},
    {".replace", semantics::MethodReplace, 3, 4, kStr, kTypeError | kAttributeError},
    {".partition", semantics::MethodPartition, 2, 2, kTuple,
     kTypeError | kValueError | kAttributeError},
    {".rpartition", semantics::MethodRPartition, 2, 2, kTuple,
     kTypeError | kValueError | kAttributeError},
    {".strip", semantics::MethodStrip, 1, 2, kStr, kTypeError | kAttributeError},
    {".lstrip", semantics::MethodLStrip, 1, 2, kStr, kTypeError | kAttributeError},
    {".rstrip", semantics::MethodRStrip, 1, 2, kStr, kTypeError | kAttributeError},
    {".split", semantics::MethodSplit, 1, 3, kList, kTypeError | kValueError | kAttributeError,
     kMakes},
    {".rsplit", semantics::MethodRSplit, 1, 3, kList, kTypeError | kValueError | kAttributeError,
     kMakes},
    {".splitlines", semantics::MethodSplitLines, 1, 2, kList, kAttributeError, kMakes},
    {".join", semantics::MethodJoin, 2, 2, kStr, kTypeError | kAttributeError},
    {".lower", semantics::MethodLower, 1, 1, kStr, kAttributeError},
    {".upper", semantics::MethodUpper, 1, 1, kStr, kAttributeError},
    {".casefold", semantics::MethodCaseFold, 1, 1, kStr, kAttributeError},
    {".swapcase", semantics::MethodSwapCase, 1, 1, kStr, kAttributeError},
    {".capitalize", semantics::MethodCapitalize, 1, 1, kStr, kAttributeError},
    {".title", semantics::MethodTitle, 1, 1, kStr, kAttributeError},
    {".isdigit", semantics::MethodIsDigit, 1, 1, kBool, kAttributeError},
    {".isdecimal", semantics::MethodIsNumeric, 1, 1, kBool, kAttributeError},
    {".isnumeric", semantics::MethodIsNumeric, 1, 1, kBool, kAttributeError},
    {".isalpha", semantics::MethodIsAlpha, 1, 1, kBool, kAttributeError},
    {".isalnum", semantics::MethodIsAlnum, 1, 1, kBool, kAttributeError},
    {".isspace", semantics::MethodIsSpace, 1, 1, kBool, kAttributeError},
    {".isupper", semantics::MethodIsUpper, 1, 1, kBool, kAttributeError},
    {".islower", semantics::MethodIsLower, 1, 1, kBool, kAttributeError},
    {".istitle", semantics::MethodIsTitle, 1, 1, kBool, kAttributeError},
    {".isidentifier", semantics::MethodIsIdentifier, 1, 1, kBool, kAttributeError},
    {".isascii", semantics::MethodIsAscii, 1, 1, kBool, kAttributeError},
    {".zfill", semantics::MethodZFill, 2, 2, kStr, kTypeError | kAttributeError},
    {".ljust", semantics::MethodLJust, 2, 3, kStr, kTypeError | kAttributeError},
    {".rjust", semantics::MethodRJust, 2, 3, kStr, kTypeError | kAttributeError},
    {".center", semantics::MethodCenter, 2, 3, kStr, kTypeError | kAttributeError},
    {".format", semantics::MethodFormat, 1, kMany, kStr,
     kTypeError | kValueError | kIndexError | kAttributeError},
    {".encode", semantics::MethodEncode, 1, 2, kBytes, kAttributeError},
    {".decode", semantics::MethodDecode, 1, 2, kStr, kAttributeError},
    // Methods of numbers.
    {".is_integer", semantics::IsInteger, 1, 1, kBool, kAttributeError},
    {".bit_length", semantics::BitLength, 1, 1, kInt, kAttributeError},
};

const std::vector<Primitive>& Sorted() {
  static const std::vector<Primitive> sorted = [] {
    std::vector<Primitive> all(std::begin(kPrimitives), std::end(kPrimitives));
    std::sort(all.begin(), all.end(),
              [](const Primitive& a, const Primitive& b) { return a.name < b.name; });
    return all;
  }();
  return sorted;
}

}  // namespace

std::span<const Primitive> Primitives() {
  return Sorted();
}

const Primitive* FindPrimitive(std::string_view name) {
  const std::vector<Primitive>& all = Sorted();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name,
                       [](const Primitive& a, std::string_view b) { return a.name < b; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

}  // namespace kaspr::value
