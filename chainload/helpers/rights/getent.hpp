// A question to getent(1), which knows the accounts of the whole machine (LDAP, systemd): a static program cannot
// load the NSS modules that do.
#pragma once

#include "chainload/unique_fd.hpp"

#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

class getent {
public:
    // Starts "getent DATABASE NAME", found by PATH of `environment`. One that is not there knows nobody.
    getent(const char* database, std::string_view name, char* const* environment);
    getent(const getent&) = delete;
    getent& operator=(const getent&) = delete;
    // Closes the answer and waits for the end: no child and no descriptor is left.
    ~getent();

    // Where the answer can be read; -1: there will be none.
    int answer() const { return answer_.get(); }

private:
    unique_fd answer_;
    pid_t child_ = -1;
};

} // namespace reeve::chainload
