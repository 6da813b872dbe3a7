#include "frontend/app.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr::frontend {
namespace {

// Finds what the app is called: the label of its documents, else its KasprApp, else its first
// agent.
class AppNameFinder {
 public:
  explicit AppNameFinder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void See(const Metadata& metadata) {
    if (const Field<std::string>* app = metadata.app()) Agree(label_, *app);
  }
  void See(const Resource& resource) {
    See(resource.metadata);
    if (resource.kind.value == "KasprApp") Agree(app_, resource.metadata.name);
  }
  std::string Of(const AppSpec& spec) const {
    if (label_) return label_->value;
    if (app_) return app_->value;
    return spec.agents.empty() ? "" : spec.agents.front().metadata.name.value;
  }

 private:
  void Agree(const Field<std::string>*& first, const Field<std::string>& name) {
    if (!first) first = &name;
    if (first->value == name.value) return;
    diagnostics_
        .Error(Code::kDifferentApps, fmt::format("a document of another app: '{}'", name.value),
               name.place.span)
        .Text("all files of a run are one app")
        .Label(first->place.span, "the first one is here");
  }

  Diagnostics& diagnostics_;
  const Field<std::string>* label_ = nullptr;
  const Field<std::string>* app_ = nullptr;
};

}  // namespace

std::string AppName(const AppSpec& spec, Diagnostics& diagnostics) {
  AppNameFinder finder(diagnostics);
  for (const Resource& resource : spec.resources) finder.See(resource);
  for (const AgentSpec& agent : spec.agents) finder.See(agent.metadata);
  return finder.Of(spec);
}

void ChooseApp(AppSpec& spec, std::string_view name) {
  const auto of = [&](const auto& document) {
    const Field<std::string>* app = document.metadata.app();
    return app != nullptr && app->value == name;
  };
  const auto of_another = [&](const auto& document) {
    return document.metadata.app() != nullptr && !of(document);
  };
  if (!std::any_of(spec.agents.begin(), spec.agents.end(), of)) return;
  std::erase_if(spec.agents, of_another);
  std::erase_if(spec.resources, of_another);
}

bool NamesApp(const AppSpec& spec) {
  const auto says = [](const auto& document) { return document.metadata.app() != nullptr; };
  return spec.agents.size() == 1 || std::any_of(spec.agents.begin(), spec.agents.end(), says) ||
         std::any_of(spec.resources.begin(), spec.resources.end(), [&](const Resource& resource) {
           return says(resource) || resource.kind.value == "KasprApp";
         });
}

}  // namespace kaspr::frontend
