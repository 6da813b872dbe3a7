#include "python/matcher.h"

#include <Python.h>

#include "base/check.h"

namespace kaspr::python {

namespace {

Ref Text(const std::string& text) {
  return Ref::Own(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

// The words of the exception that is set, which is then gone.
std::string TakeWords() {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  const Ref owned_type = Ref::Own(type), owned_value = Ref::Own(value);
  const Ref owned_traceback = Ref::Own(traceback);
  const Ref text = Ref::Own(value != nullptr ? PyObject_Str(value) : nullptr);
  const char* words = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (words == nullptr) PyErr_Clear();
  return words != nullptr && *words != '\0' ? words : "no regular expression";
}

bool Matches(PyObject* fullmatch, const std::string& topic) {
  const Ref name = Text(topic);
  const Ref match = Ref::Own(name ? PyObject_CallOneArg(fullmatch, name.get()) : nullptr);
  if (!match) PyErr_Clear();
  return match && match.get() != Py_None;
}

}  // namespace

Matcher::~Matcher() {
  interpreter_.Call([this] { fullmatch_.clear(); });
}

std::string Matcher::Add(const std::string& pattern) {
  std::string wrong;
  interpreter_.Call([&] {
    const Ref re = Ref::Own(PyImport_ImportModule("re"));
    const Ref text = Text(pattern);
    const Ref compiled =
        Ref::Own(re && text ? PyObject_CallMethod(re.get(), "compile", "O", text.get()) : nullptr);
    Ref fullmatch =
        Ref::Own(compiled ? PyObject_GetAttrString(compiled.get(), "fullmatch") : nullptr);
    if (fullmatch) {
      fullmatch_.insert_or_assign(pattern, std::move(fullmatch));
    } else {
      wrong = TakeWords();
    }
  });
  return wrong;
}

std::vector<bool> Matcher::Match(const std::string& pattern,
                                 const std::vector<std::string>& topics) {
  std::vector<bool> matched;
  interpreter_.Call([&] {
    const auto found = fullmatch_.find(pattern);
    KASPR_CHECK(found != fullmatch_.end(), "a pattern that was not added");
    for (const std::string& topic : topics) {
      matched.push_back(Matches(found->second.get(), topic));
    }
  });
  return matched;
}

}  // namespace kaspr::python
