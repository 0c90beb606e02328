// The settings of a service that differ from the default, as they stand in its directory.
#pragma once

#include <string>
#include <vector>

namespace reeve::svctl {

struct listed_setting {
    std::string name;
    std::string value;     // of a value file its content on one line; else empty: only its being there counts
    std::string otherwise; // the default, if it has one
    bool valid = true;     // false: the content is refused, so something else is in force
};

// Values other than the default, then flags and programs other than run, in the order of known_settings().
std::vector<listed_setting> settings_that_differ(int service_directory);

} // namespace reeve::svctl
