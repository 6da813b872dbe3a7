#include "driver/transport.h"

#include "runtime/local/topics.h"

namespace kaspr::driver {

Transport::Transport() = default;
Transport::~Transport() = default;

}  // namespace kaspr::driver
