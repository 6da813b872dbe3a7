// JSON natively and by CPython's json: the same texts accepted, with the same values, and the same
// bytes written, from documents and from objects.
//
// KASPR_DOCUMENTS says how many of each are tried, KASPR_SEED with which seed.

#include <Python.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "environment.h"
#include "python/codec.h"
#include "python/state.h"
#include "random_json.h"

namespace kaspr::python {
namespace {

Interpreter& Lane() {
  static Interpreter interpreter;
  return interpreter;
}

uint64_t Count() {
  return FromEnvironment("KASPR_DOCUMENTS", 100'000);
}

uint64_t Seed() {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  fmt::print("seed {}\n", seed);
  return seed;
}

// The exception that is set, in full: "ValueError: Circular reference detected".
std::string TakeError() {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  Ref owned_type = Ref::Own(type), owned = Ref::Own(value), owned_traceback = Ref::Own(traceback);
  Ref text = Ref::Own(PyObject_Str(value));
  PyErr_Clear();
  Ref utf8 =
      Ref::Own(text ? PyUnicode_AsEncodedString(text.get(), "utf-8", "backslashreplace") : nullptr);
  PyErr_Clear();
  return fmt::format("{}: {}", reinterpret_cast<PyTypeObject*>(type)->tp_name,
                     utf8 ? PyBytes_AS_STRING(utf8.get()) : "?");
}

// json_oracle.py, on the lane.
class Oracle {
 public:
  Oracle() {
    std::ifstream file(KASPR_TESTS "/equivalence/json_oracle.py");
    std::stringstream text;
    text << file.rdbuf();
    module_ = LoadModule("json_oracle", text.str());
  }

  template <class... Arguments>
  Ref Call(const char* function, Arguments... arguments) {
    Ref callee = Get(function);
    PyObject* vector[] = {arguments...};
    return Ref::Own(PyObject_Vectorcall(callee.get(), vector, sizeof...(arguments), nullptr));
  }

  Ref Get(const char* name) { return Ref::Own(PyObject_GetAttrString(module_.get(), name)); }

  // What json's encoder writes, called as deep in the stack as ours is; or its exception.
  std::string Write(PyObject* value) {
    Ref zero = Ref::Own(PyLong_FromLong(0));
    Ref pieces = Call("encode", value, zero.get());
    if (!pieces) {
      const std::string error = TakeError();
      Ref markers = Get("markers");
      PyDict_Clear(markers.get());
      return error;
    }
    std::string text;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(pieces.get()); ++i) {
      text += PyUnicode_AsUTF8(PySequence_Fast_GET_ITEM(pieces.get(), i));
    }
    return text;
  }

 private:
  Ref module_;
};

std::string Write(ObjectWriter& writer, PyObject* value) {
  value::JsonWriter out;
  return writer.Write(value, out) ? std::string(out.bytes()) : TakeError();
}

struct Tally {
  uint64_t accepted = 0, declined = 0, errors = 0;
};

// What reads and writes.
struct Ours {
  explicit Ours(Ref special) : writer(std::move(special)) {}
  Codec& codec = *Lane().state().codec;
  value::JsonReader reader;
  ObjectWriter writer;
};

// A text of its exact size on the heap, so that a sanitizer sees who reads on.
std::unique_ptr<char[]> Exact(std::string_view text) {
  auto bytes = std::make_unique_for_overwrite<char[]>(text.size());
  std::copy(text.begin(), text.end(), bytes.get());
  return bytes;
}

// False: they differ, and why was said.
bool CheckDocument(Oracle& oracle, Ours& our, const std::string& text, bool plain, Tally& tally) {
  const std::unique_ptr<char[]> bytes = Exact(text);
  const std::string_view view(bytes.get(), text.size());
  const value::Document* document = our.reader.Read(view);
  ++(document != nullptr ? tally.accepted : tally.declined);
  Ref data = Ref::Own(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
  Ref theirs = oracle.Call("read", data.get());
  const std::string their_error = theirs ? "" : TakeError();
  Ref ours = our.codec.Decode(ir::Serializer::kJson, view);
  const std::string our_error = ours ? "" : TakeError();
  tally.errors += theirs ? 0 : 1;
  EXPECT_EQ(our_error, their_error);
  EXPECT_FALSE(document != nullptr && !theirs) << "accepts what CPython rejects";
  EXPECT_TRUE(document != nullptr || !plain) << "declines plain JSON";
  if (!ours || !theirs) return our_error == their_error;
  EXPECT_EQ(oracle.Call("same", ours.get(), theirs.get()).get(), Py_True) << "another value";
  PyErr_Clear();
  const std::string written = oracle.Write(theirs.get());
  EXPECT_EQ(Write(our.writer, ours.get()), written) << "from objects";
  if (document != nullptr) {
    value::JsonWriter out;
    value::WriteNode(out, *document, 0);
    EXPECT_EQ(out.bytes(), written) << "from the document";
    const bool canonical = document->nodes[0].Is(value::Node::kCanonical);
    EXPECT_FALSE(canonical && document->Source(document->nodes[0]) != written) << "not canonical";
  }
  return !testing::Test::HasFailure();
}

TEST(Json, ReadsAndWritesDocumentsAsCPythonDoes) {
  const uint64_t seed = Seed();
  Tally tally;
  Lane().Call([&] {
    Oracle oracle;
    Ours our(oracle.Get("special"));
    RandomJson json(seed);
    for (uint64_t i = 0; i < Count(); ++i) {
      const std::string text = json.Next();
      if (CheckDocument(oracle, our, text, json.plain(), tally)) continue;
      ADD_FAILURE() << "document " << i << " of seed " << seed << ": " << text;
      break;
    }
  });
  fmt::print("{} read natively, {} by CPython, {} no JSON\n", tally.accepted, tally.declined,
             tally.errors);
  EXPECT_GT(tally.accepted, Count() / 4);
  EXPECT_GT(tally.errors, Count() / 8);
}

TEST(Json, WritesObjectsAsCPythonDoes) {
  const uint64_t seed = Seed();
  uint64_t errors = 0;
  Lane().Call([&] {
    Oracle oracle;
    ObjectWriter writer(oracle.Get("special"));
    for (uint64_t i = 0; i < Count(); ++i) {
      Ref number = Ref::Own(PyLong_FromUnsignedLongLong(seed + i));
      // Writing may change them, so everyone gets his own.
      Ref mine = oracle.Call("make", number.get());
      Ref theirs = oracle.Call("make", number.get());
      ASSERT_TRUE(mine && theirs) << TakeError();
      const std::string expected = oracle.Write(theirs.get());
      const std::string text = Write(writer, mine.get());
      errors += expected.find("Error: ") != std::string::npos;
      ASSERT_EQ(text, expected) << "object of seed " << seed + i;
    }
  });
  fmt::print("{} could not be written\n", errors);
  EXPECT_GT(errors, Count() / 100);
}

}  // namespace
}  // namespace kaspr::python
