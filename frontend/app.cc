#include "frontend/app.h"

#include <algorithm>

namespace kaspr::frontend {

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
