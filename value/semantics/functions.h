#pragma once

// The functions of the table in value/primitives.cc: what each means stands there, by name.

#include "value/primitives.h"

namespace kaspr::value::semantics {

// arithmetic.cc
Function Add, Subtract, Multiply, TrueDivide, FloorDivideBy, Modulo, Power, Negate, Positive,
    Absolute, DivideModulo, IsInteger;

// bits.cc
Function LeftShift, RightShift, BitAnd, BitOr, BitXor, Invert, BitLength;

// builtins.cc
Function Length, Min, Max, MinOf, MaxOf, MinBy, MaxBy, SumFrom, Any, All, IsInstance;

// clock.cc
Function Time, TimeNs, UtcNow, Uuid4;

// comparison.cc
Function EqualTo, NotEqualTo, LessThan, LessOrEqual, GreaterThan, GreaterOrEqual, Is;

// conversion.cc
Function Not, ToInt, ToIntOfBase, ToFloat, ToBool, Round, RoundToDigits, Ordinal, Chr, Hex, Oct,
    Bin, JsonLoads, MethodEncode, MethodDecode;

// datetimes.cc
Function UtcFromTimestamp, UtcYear, UtcMonth, UtcDay, UtcHour, UtcMinute, UtcSecond, UtcMicrosecond,
    UtcWeekday, UtcMidnight, UtcShift, UtcIsoFormat, UtcDate, UtcTime, UtcStrFTime;

// digests.cc
Function Md5, Md5Hex, Sha1, Sha1Hex, Sha224, Sha224Hex, Sha256, Sha256Hex, Sha384, Sha384Hex,
    Sha512, Sha512Hex, Blake2b, Blake2bHex;

// format.cc
Function Format;

// iteration.cc
Function InPlaceAdd, InPlaceMultiply, DisplayList, DisplayTuple, DisplaySet, ListAppend, ListAssign,
    ListExtend, SetAdd, SetUpdate, ToList, ToTuple, ToSet, ToFrozenSet, IterList, Sorted, SortBy,
    Reversed, Enumerate, Zip, ZipOf, MakeRange, Unpack, UnpackStar;

// mappings.cc
Function Mapping, DisplayDict, DictPut, DictUpdate, ToDict, MethodGet, MethodKeys, MethodValues,
    MethodItems, MethodPopItem, MethodSetDefault;

// math.cc
Function MathFloor, MathCeil, MathTrunc, MathIsNan, MathIsInf, MathIsFinite, MathFabs, MathSqrt,
    MathExp, MathLog, MathLog2, MathLog10, MathSin, MathCos, MathTan, MathAsin, MathAcos, MathAtan,
    MathAtan2, MathRadians, MathDegrees, MathPow, MathFmod, MathCopySign;

// methods.cc
Function MethodPop, MethodUpdate, MethodCopy, MethodClear, MethodAppend, MethodExtend, MethodInsert,
    MethodRemove, MethodReverse, MethodSort, MethodIndex, MethodCount;

// names.cc
Function Bound, Changes, Unchanged, TypeName;

// repr.cc
Function ToStr, ToRepr, ToAscii, JsonDumps;

// sequences.cc
Function IsIn;

// sets.cc
Function InPlaceSubtract, InPlaceAnd, InPlaceOr, InPlaceXor, MethodAdd, MethodDiscard, MethodUnion,
    MethodIntersection, MethodDifference, MethodSymmetricDifference, MethodIntersectionUpdate,
    MethodDifferenceUpdate, MethodIsSubset, MethodIsSuperset, MethodIsDisjoint;

// subscripts.cc
Function GetItem, GetSlice, SetItem, DeleteItem;

// templates.cc
Function Percent, MethodFormat;

// text_case.cc
Function MethodLower, MethodUpper, MethodCaseFold, MethodSwapCase, MethodCapitalize, MethodTitle,
    MethodIsDigit, MethodIsNumeric, MethodIsAlpha, MethodIsAlnum, MethodIsSpace, MethodIsUpper,
    MethodIsLower, MethodIsTitle, MethodIsIdentifier, MethodIsAscii, MethodZFill, MethodLJust,
    MethodRJust, MethodCenter;

// text_search.cc
Function MethodFind, MethodRFind, MethodRIndex, MethodStartsWith, MethodEndsWith,
    MethodRemovePrefix, MethodRemoveSuffix, MethodReplace, MethodPartition, MethodRPartition;

// text_split.cc
Function Concat, MethodStrip, MethodLStrip, MethodRStrip, MethodSplit, MethodRSplit,
    MethodSplitLines, MethodJoin;

}  // namespace kaspr::value::semantics
