#pragma once

// Where the predicates of outputs compare one field with texts, looks it up once for all of them.
//
//   output %in topic "mail" [when: @mail.when]     # value["channel"] == "email"
//   output %in topic "text" [when: @text.when]     # value["channel"] in ("sms", "push")
//
//   expr @route {
//     fn @route(value) {
//       %0 = getitem value "channel"
//       %1 = .get {"email": 1, "sms": 2, "push": 2} %0 0
//       return %1
//     }
//   }

#include "ir/passes.h"

namespace kaspr::ir {

bool RouteOutputs(Graph& graph, PassContext& context);

}  // namespace kaspr::ir
