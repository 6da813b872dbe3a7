#pragma once

// What the agents of an app send to one another, as far as the spec alone can tell.
//
//   WarnOfFlows(spec, diagnostics);
//
// Warns of what can never be reached (operations and outputs behind a 'topicSend' that lets nothing
// on), of topics that are written with one serializer and another, or written with one and read
// with another, and of agents that feed one another in a circle. Topics that are chosen at run
// time, or read by a pattern, are not followed. That an agent reads what it writes itself, or its
// own dead letters, is said in check_app.

#include "base/diagnostics.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

void WarnOfFlows(const AppSpec& spec, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
