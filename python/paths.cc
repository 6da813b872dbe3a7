#include "python/paths.h"

#include <Python.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/check.h"
#include "python/object.h"
#include "python/state.h"

namespace kaspr::embedded {
extern const std::string_view k_paths_py;
}  // namespace kaspr::embedded

namespace kaspr::python {

namespace {

namespace fs = std::filesystem;

// Of the embedded CPython: "3.11".
std::string Version() {
  return fmt::format("{}.{}", PY_MAJOR_VERSION, PY_MINOR_VERSION);
}

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// pyvenv.cfg: `name = value` lines, names in any case.
std::map<std::string, std::string> ReadConfig(const fs::path& path) {
  std::map<std::string, std::string> config;
  std::ifstream in(path);
  std::string line;
  for (size_t lines = 0; lines < 1000 && std::getline(in, line); ++lines) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    std::string name = Trimmed(line.substr(0, equals));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    config[name] = Trimmed(line.substr(equals + 1));
  }
  return config;
}

// "3.11" of "3.11.2" or "3.11.2.final.0".
std::string MajorMinor(const std::string& version) {
  const size_t dot = version.find('.');
  return dot == std::string::npos ? version : version.substr(0, version.find('.', dot + 1));
}

fs::path PackagesOf(const fs::path& venv) {
  return venv / "lib" / ("python" + Version()) / "site-packages";
}

Ref Texts(const std::vector<std::string>& texts) {
  Ref list = Ref::Own(PyList_New(0));
  for (const std::string& text : texts) {
    Ref decoded = Ref::Own(PyUnicode_DecodeFSDefault(text.c_str()));
    KASPR_CHECK(decoded && PyList_Append(list.get(), decoded.get()) == 0, "no memory");
  }
  return list;
}

}  // namespace

std::string CheckVenv(const std::string& path) {
  std::error_code code;
  const fs::path config = fs::path(path) / "pyvenv.cfg";
  if (!fs::is_regular_file(config, code)) {
    return fmt::format("'{}' is no virtual environment: it has no pyvenv.cfg", path);
  }
  const auto values = ReadConfig(config);
  // `venv` says version, `virtualenv` and `uv` say version_info.
  const auto found =
      values.contains("version") ? values.find("version") : values.find("version_info");
  if (found != values.end() && MajorMinor(found->second) != Version()) {
    return fmt::format(
        "the virtual environment '{}' is of Python {}, and kasprc runs Python {}: make one with "
        "python{} -m venv",
        path, MajorMinor(found->second), Version(), Version());
  }
  if (!fs::is_directory(PackagesOf(path), code)) {
    return fmt::format("the virtual environment '{}' has no packages of Python {}: no '{}'", path,
                       Version(), PackagesOf(path).string());
  }
  return "";
}

void SetImportPaths(Interpreter& interpreter, const ImportPaths& paths) {
  std::string packages;
  bool system = true;
  if (!paths.venv.empty()) {
    packages = PackagesOf(paths.venv).string();
    const auto config = ReadConfig(fs::path(paths.venv) / "pyvenv.cfg");
    const auto found = config.find("include-system-site-packages");
    system = found != config.end() && found->second == "true";
  }
  interpreter.Call([&] {
    Ref module = LoadModule("_kaspr_paths", embedded::k_paths_py);
    Ref folders = Texts(paths.folders);
    Ref venv = Texts({paths.venv, packages});
    Ref done = Ref::Own(PyObject_CallMethod(
        module.get(), "set_paths", "OOOO", folders.get(), PyList_GET_ITEM(venv.get(), 0),
        PyList_GET_ITEM(venv.get(), 1), system ? Py_True : Py_False));
    if (!done) PyErr_Print();
    KASPR_CHECK(done, "the import path cannot be set");
  });
}

}  // namespace kaspr::python
