#include "chainload/helpers/isolation/landlock_demand.hpp"

namespace reeve::chainload {

namespace {
using namespace landlock_access;

std::uint64_t access_of(char key) {
    return key == 'r'   ? read
           : key == 'w' ? write
           : key == 'x' ? run
           : key == 'b' ? bind
           : key == 'c' ? connect
                        : 0;
}
} // namespace

bool landlock_demand::add(char key, const char* value) {
    switch (key) {
    case 's': return strict = true;
    case 'i': return may_be_absent = true;
    case 'b':
    case 'c': rights.ports |= access_of(key); return is_port_list(value);
    case 'S':
        if (value != std::string_view("abstract-sockets") && value != std::string_view("signals"))
            return false;
        rights.scopes |= *value == 'a' ? abstract_sockets : signals;
        return true;
    default: rights.paths = all; return true;
    }
}

std::string_view landlock_demand::shortcoming(int abi) const {
    landlock_rights known = known_rights(abi, rights);
    if (abi == 0) return "this kernel has no Landlock, or it is off";
    if (known.ports != rights.ports) return "this kernel's Landlock has no rules for ports (Linux 6.7)";
    if (known.scopes != rights.scopes) return "this kernel's Landlock has no scopes (Linux 6.12)";
    if (known.paths != rights.paths) return "this kernel's Landlock does not know all rights (Linux 6.10)";
    return {};
}

result<void> add_landlock_rules(char** arguments, const landlock_demand& demand, landlock_rules& rules,
                                const char*& value) {
    option_words options(arguments, landlock_options);
    while (char key = options.next()) {
        value = options.value();
        std::uint64_t access = access_of(key);
        if (access == 0) continue;
        bool port = key == 'b' || key == 'c';
        auto added = port ? rules.allow_ports(value, access) : rules.allow_path(value, access);
        if (!added && !(demand.may_be_absent && added.why().error == ENOENT)) return added;
    }
    return {};
}

} // namespace reeve::chainload
