// How often this program has asked for memory by operator new.
#pragma once

#include <cstdint>

namespace reeve::tests {
std::uint64_t allocations();
}
