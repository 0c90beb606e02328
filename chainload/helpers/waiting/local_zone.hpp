// The zone of the local clock, as the C library reads it from TZ or /etc/localtime, for a chain whose variables are not
// (yet) the process's own.
#pragma once

#include "chainload/helpers/environment.hpp"

#include <cstdint>

namespace reeve::chainload {

class local_zone {
public:
    // While this object is there the C library sees `variables`.
    explicit local_zone(const environment& variables);
    ~local_zone();
    local_zone(const local_zone&) = delete;
    local_zone& operator=(const local_zone&) = delete;

    // TZ, if it names a zone that this machine does not know: the C library would take UTC, and say nothing.
    const char* unknown_name() const { return unknown_; }
    // A calendar's time_zone.
    static std::int64_t offset(std::int64_t instant);

private:
    char** before_;
    const char* unknown_ = nullptr;
};

} // namespace reeve::chainload
