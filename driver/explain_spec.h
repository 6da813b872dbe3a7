#pragma once

// `kasprc explain -f`: what runs each operation and selector of an app, and why.
//
//   orders.yaml: app shop, 1 agent, 2 operations, 1 output
//
//   agent orders   orders -> priced
//     as written    as run           engine               reads     writes    may raise
//     filter paid   1  filter paid   python, translated   .status   -         -
//     map    clean  2  map    clean  python               unknown   unknown   unknown
//     priced.key       priced.key    python, translated   .user     -         KeyError TypeError
//
//     python, translated: 'clean' runs in Python
//     map    clean  python: calls re.sub, which only CPython has
//                   --> orders.yaml:41:32
//
//     fuse-stages   2 operations run as one stage
//
// `eval` is what `run --jit eval` runs without CPython (jit/native_part.h decides it).

#include <string>

#include "driver/options.h"
#include "driver/pipeline.h"

namespace kaspr::driver {

std::string ExplainText(const Compilation& compiled);

// docs/explain.md has the keys.
std::string ExplainJson(const Compilation& compiled);

int ExplainSpec(const Options& options);

}  // namespace kaspr::driver
