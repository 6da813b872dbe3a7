#pragma once

// Every diagnostic has a stable code, printed as K and four digits. A range per concern; a released
// code is never given another meaning. A test demands a golden for each (tests/golden/diagnostics).

#include <cstdint>

namespace kaspr {

enum class Code : uint16_t {
  // K01xx: YAML
  kYamlSyntax = 101,        // the text is not YAML
  kYamlEncoding = 102,      // not UTF-8
  kYamlControl = 103,       // a control character
  kYamlTooLarge = 104,      // more bytes, values or levels than may be
  kYamlEmpty = 105,         // a file without a document
  kYamlTab = 106,           // a tab as indentation
  kYamlUnclosed = 107,      // a quote or bracket that is never closed
  kYamlDuplicateKey = 108,  // a key twice in one mapping
  kYamlAlias = 109,         // an alias of nothing, of itself, or of too much
  kYamlTag = 110,           // a tag other than !!str, !!seq and !!map
  kYamlMerge = 111,         // '<<' with something else than mappings
  kYamlKey = 112,           // a key that is not a text, or has no ':'
  kYamlDirective = 113,     // a directive that nobody knows (warning)
  // K02xx: the spec
  kMissingKey = 201,        // a key that must be there
  kWrongType = 202,         // a list where a mapping belongs, a number where a text belongs
  kUnknownOperation = 203,  // the pipeline names an operation that is not declared
  kUnknownKey = 204,        // a key that this mapping does not have
  kUnknownWord = 205,       // not one of the words that a field takes: a serializer, a policy
  kUnknownKind = 206,       // a kind or apiVersion that is none of ours
  kBadName = 207,           // a name that Kubernetes, Kafka or Python would refuse
  kBadNumber = 208,         // a number out of its range
  kBadDuration = 209,       // not a duration with a unit
  kBadPattern = 210,        // not a regular expression
  kDuplicateName = 211,     // two agents, operations or parameters of one name
  kConflict = 212,          // two keys of which only one may be there
  kUnusedOperation = 213,   // an operation that the pipeline does not use (warning)
  kNoEffect = 214,          // a key that does nothing beside the others (warning)
  kNotSupported = 215,      // understood, but this version cannot do it yet
  kDifferentApps = 216,     // documents of different apps in one run
  kReadsOwnOutput = 217,    // an agent reads a topic that it writes (warning)
  kPickleNotAllowed = 218,  // 'pickle', and the run does not allow it
  kOtherSpelling = 219,     // an older spelling, or another form, that was normalised (remark)
  kUnwrittenChannel = 220,  // a channel that is read, and that no agent writes (warning)
  kUnreadChannel = 221,     // a channel that is written, and that no agent reads (warning)
  kChannelCycle = 222,      // an output to a channel from which values come back to it
  kTopicMadeTwice = 223,    // two declarations of one topic that differ
  kNeverReached = 240,      // an operation or output behind one that lets nothing on (warning)
  kOtherSerializer = 241,   // a topic that is written with one serializer and another (warning)
  kTopicCycle = 242,        // agents that feed one another in a circle (warning)
  // K03xx: Python blocks
  kPythonSyntax = 301,      // CPython does not compile it
  kNoFunction = 302,        // a block that defines no function
  kBadEntrypoint = 303,     // 'entrypoint' names nothing, or something that cannot be called
  kBadParameters = 304,     // a function that cannot take its one value
  kSeveralFunctions = 305,  // several functions and none is named (warning)
  kOtherFunction = 306,     // Kaspr would call another one (remark)
  kPythonWarning = 307,     // CPython warns of it (warning)
  kSlowBlock = 308,         // a block that has to run for every event (warning)
  kUndefinedName = 310,     // a name that nothing defines (warning)
  kConstantAnswer = 311,    // a filter or predicate with one answer for every value (warning)
  kGeneratorAnswer = 312,   // a filter, predicate or sink that yields (warning)
  kBlockingCall = 313,      // a call in an async function that stops everything (warning)
  kShadowedBuiltin = 314,   // a call of what has a builtin's name, meant for the builtin (warning)
  // K04xx: graphs and their text
  kGraphSyntax = 401,     // graph text that does not parse
  kGraphReference = 402,  // a node or function that the agent does not have
  kGraphRepeated = 403,   // two agents, nodes or functions of one name
  kGraphShape = 404,      // nodes that do not make a graph, or say too little
  kGraphRole = 405,       // a function in a place for which it was not made
  // K05xx: cases of `kasprc test`
  kCaseSpecs = 501,       // no spec for the cases, or a spec in their place
  kCaseTopic = 502,       // a topic that no agent has, or that has to be named
  kCaseValue = 503,       // a value that YAML reads otherwise than JSON, or broken base64
  kCaseFlag = 504,        // a flag that a case cannot give
  kCasePartitions = 505,  // some records of a topic name their partition and some do not
  // K06xx: failures while running
  kOperationFailed = 601,  // the Python of an operation raised
  kSelectorFailed = 602,   // the Python of a selector or predicate raised, or gave a wrong type
  kDecodeFailed = 603,     // the key or value of a record is not what its serializer says
  kEncodeFailed = 604,     // a key or value cannot be written by its serializer
  kSendRefused = 605,      // no Kafka would take the record
  kInitFailed = 606,       // init, or the top level of an operation's block, raised at the start
  kNotNative = 607,        // what --require-native names runs in Python
};

}  // namespace kaspr
