// How far two words are apart by slips of the hand: what "did you mean" is made of.
#pragma once

#include <string_view>

namespace reeve::chainload {

// The least number of letters put in, left out, replaced, or swapped with a neighbour (optimal string alignment).
// Words are compared by their first 128 letters.
unsigned typing_distance(std::string_view from, std::string_view to);

} // namespace reeve::chainload
