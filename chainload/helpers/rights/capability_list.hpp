// The lists of setpriv-caps: "+net_admin,-kill" changes a set, "net_admin,kill" is one.
#pragma once

#include "chainload/helpers/rights/capabilities.hpp"

namespace reeve::chainload {

// Applies a comma-separated list, from left to right: "+NAME" adds, "-NAME" removes, and "all" stands for all that
// are `possible`. If the first word has no sign, the set begins empty; a later one without sign adds; so "" and "-all"
// are the empty set. Returns the word that is neither; empty: all was understood.
std::string_view change_set(std::string_view list, capability_set possible, capability_set& set);

// The same with the names of securebits: noroot, no_setuid_fixup, keep_caps, no_cap_ambient_raise, and each with
// _locked. "all" are all but those that lock.
std::string_view change_securebits(std::string_view list, unsigned& bits);

} // namespace reeve::chainload
