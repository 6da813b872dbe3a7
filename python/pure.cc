#include "python/pure.h"

#include <Python.h>

#include <algorithm>

#include "base/check.h"

namespace kaspr::python {

namespace {

struct Row {
  const char* path;
  std::string_view methods, attributes;
};

// Those of objects of a type. Of a datetime: only if its zone is none, or a datetime.timezone.
constexpr Row kTypes[] = {
    {"re.Pattern", "match search fullmatch sub subn split findall", "pattern flags groups"},
    {"re.Match", "group groups groupdict start end span expand __getitem__",
     "string re pos endpos lastindex lastgroup"},
    {"re.RegexFlag", "", ""},
    {"datetime.datetime",
     "strftime isoformat timestamp date time weekday isoweekday toordinal __sub__ __lt__ __le__ "
     "__gt__ __ge__ __eq__ __ne__ __str__ __format__",
     "year month day hour minute second microsecond fold tzinfo"},
    {"datetime.date",
     "strftime isoformat weekday isoweekday toordinal __sub__ __lt__ __le__ __gt__ __ge__ __eq__ "
     "__ne__ __str__ __format__",
     "year month day"},
    {"datetime.time", "strftime isoformat __str__ __format__",
     "hour minute second microsecond fold tzinfo"},
    {"datetime.timedelta",
     "total_seconds __sub__ __add__ __lt__ __le__ __gt__ __ge__ __eq__ __ne__ __str__",
     "days seconds microseconds"},
    {"datetime.timezone", "", ""},
};

// Those of a class or module itself. None of them looks at the clock.
constexpr Row kOwners[] = {
    {"datetime.datetime", "fromisoformat strptime fromtimestamp fromordinal", ""},
    {"datetime.date", "fromisoformat fromtimestamp fromordinal", ""},
    {"datetime.time", "fromisoformat", ""},
    {"datetime.timedelta", "", ""},
    {"datetime", "", "datetime date time timedelta timezone"},
    {"re", "match search fullmatch sub subn split findall escape compile",
     "I IGNORECASE M MULTILINE S DOTALL X VERBOSE A ASCII"},
};

Ref Checked(Ref object) {
  if (!object) PyErr_Print();
  KASPR_CHECK(object, "Python's library is not there");
  return object;
}

// "re", "re.Pattern"
Ref Import(std::string_view path) {
  const size_t dot = path.find('.');
  Ref module = Checked(Ref::Own(PyImport_ImportModule(std::string(path.substr(0, dot)).c_str())));
  if (dot == std::string_view::npos) return module;
  const std::string name(path.substr(dot + 1));
  return Checked(Ref::Own(PyObject_GetAttrString(module.get(), name.c_str())));
}

template <class Visit>
void ForEachWord(std::string_view words, const Visit& visit) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    visit(std::string(words.substr(0, end)));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool IsOneOf(PyObject* object, const std::vector<Ref>& objects) {
  return std::ranges::any_of(objects, [&](const Ref& one) { return one.get() == object; });
}

PyObject* TypeOf(PyObject* object) {
  return reinterpret_cast<PyObject*>(Py_TYPE(object));
}

}  // namespace

Pure::Pure()
    : date_time_(Import("datetime.datetime")),
      time_(Import("datetime.time")),
      delta_(Import("datetime.timedelta")),
      zone_(Import("datetime.timezone")) {
  const auto add = [](Members& members, const std::string& name) -> Member& {
    Member& member = members[name];
    if (!member.name) member.name = Checked(Ref::Own(PyUnicode_InternFromString(name.c_str())));
    return member;
  };
  for (const Row& row : kTypes) {
    types_.push_back(Import(row.path));
    const auto own = [&](Member& member) {
      member.types.push_back(Ref::Share(types_.back().get()));
    };
    ForEachWord(row.methods, [&](const std::string& name) { own(add(methods_, name)); });
    ForEachWord(row.attributes, [&](const std::string& name) { own(add(attributes_, name)); });
  }
  for (const Row& row : kOwners) {
    PyObject* owner = owners_.emplace_back(Import(row.path)).get();
    const auto own = [&](Member& member, const std::string& name) {
      Ref genuine;
      if (PyModule_CheckExact(owner)) {
        genuine = Checked(Ref::Own(PyObject_GetAttrString(owner, name.c_str())));
      }
      member.owners.push_back({Ref::Share(owner), std::move(genuine)});
    };
    ForEachWord(row.methods, [&](const std::string& name) { own(add(methods_, name), name); });
    ForEachWord(row.attributes,
                [&](const std::string& name) { own(add(attributes_, name), name); });
  }
}

const Pure::Member* Pure::Find(const Members& members, std::string_view name) {
  const auto found = members.find(name);
  return found == members.end() ? nullptr : &found->second;
}

bool Pure::Has(const Member& member, PyObject* object) {
  if (IsOneOf(TypeOf(object), member.types)) return true;
  return std::ranges::any_of(member.owners, [&](const Member::Owner& owner) {
    if (owner.object.get() != object) return false;
    if (!owner.genuine) return true;
    PyObject* now = PyDict_GetItemWithError(PyModule_GetDict(object), member.name.get());
    return now == owner.genuine.get();
  });
}

bool Pure::Knows(PyObject* object, bool& is_true) const {
  is_true = true;  // but for a timedelta of nothing
  if (IsOneOf(TypeOf(object), types_)) {
    if (TypeOf(object) == delta_.get()) is_true = PyObject_IsTrue(object) == 1;
    return HasKnownZone(object);
  }
  return IsOneOf(object, owners_);
}

// Another class of zones may be the user's, and a datetime calls it.
bool Pure::HasKnownZone(PyObject* object) const {
  if (TypeOf(object) != date_time_.get() && TypeOf(object) != time_.get()) return true;
  const Ref zone = Ref::Own(PyObject_GetAttrString(object, "tzinfo"));
  return zone && (zone.get() == Py_None || TypeOf(zone.get()) == zone_.get());
}

}  // namespace kaspr::python
