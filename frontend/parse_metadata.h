#pragma once

// `metadata` of any kind of document, and the app that it belongs to.
//
//   metadata: {name: orders, kaspr.io/app: shop}     Metadata::app()->value == "shop"

#include "frontend/parse_fields.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// The app is a label; where the older page has it directly below `metadata`, or it was written as
// an annotation, it becomes the label.
void ParseMetadata(FieldReader& fields, const Slot& slot, Metadata& metadata);

}  // namespace kaspr::frontend
