#include "python/outputs.h"

namespace kaspr::python {

Outputs::Outputs(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
                 const InitScope& scope) {
  for (const ir::Node& node : agent.nodes) {
    const auto* output = std::get_if<ir::Output>(&node.op);
    if (output == nullptr) continue;
    destinations_.emplace_back(state, agent, output->destination, node.place, app, scope);
  }
}

bool Outputs::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                   const Activity*& activity) const {
  for (const Destination& destination : destinations_) {
    Destination::Sent sent;
    if (!destination.Send(value, event, staging, activity, sent)) return false;
  }
  return true;
}

}  // namespace kaspr::python
