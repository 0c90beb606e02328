#include "chainload/helpers/isolation/landlock_rules.hpp"

#include "chainload/helpers/isolation/no_new_privileges.hpp"
#include "chainload/number.hpp"

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace reeve::chainload {

namespace {
constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446; // on all machines
constexpr int path_rule = 1, port_rule = 2;                               // LANDLOCK_RULE_…

struct [[gnu::packed]] path_attribute {
    std::uint64_t access;
    std::int32_t parent;
};
struct port_attribute {
    std::uint64_t access, port;
};

// The ABI with which each right came.
struct step_of_abi {
    int abi;
    landlock_rights added;
};
using namespace landlock_access;
constexpr step_of_abi history[] = {
    {1, {run | write_file | change_directory, 0, 0}},
    {2, {refer, 0, 0}},
    {3, {truncate, 0, 0}},
    {4, {0, bind | connect, 0}},
    {5, {device_control, 0, 0}},
    {6, {0, 0, abstract_sockets | signals}},
};

struct port_range {
    std::uint16_t first, last;
};

// Cuts the first range off a list.
std::optional<port_range> cut_range(std::string_view& list) {
    std::size_t comma = list.find(',');
    std::string_view word = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    std::size_t dash = word.find('-');
    auto first = parse_number<std::uint16_t>(word.substr(0, dash));
    auto last = dash == std::string_view::npos ? first : parse_number<std::uint16_t>(word.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return port_range{*first, *last};
}
} // namespace

int landlock_abi() {
    constexpr unsigned version = 1; // LANDLOCK_CREATE_RULESET_VERSION
    long abi = ::syscall(create_ruleset, nullptr, 0, version);
    return abi < 0 ? 0 : static_cast<int>(abi);
}

landlock_rights known_rights(int abi, const landlock_rights& wanted) {
    landlock_rights known;
    for (const auto& one : history) {
        if (one.abi > abi) break;
        known.paths |= one.added.paths & wanted.paths;
        known.ports |= one.added.ports & wanted.ports;
        known.scopes |= one.added.scopes & wanted.scopes;
    }
    return known;
}

result<void> landlock_rules::begin(const landlock_rights& known) {
    known_ = known;
    // An older kernel takes a longer attribute if what it does not know is 0, as it is then.
    ruleset_.reset(static_cast<int>(::syscall(create_ruleset, &known_, sizeof known_, 0)));
    if (!ruleset_) return failed("make a set of rules");
    return {};
}

result<void> landlock_rules::allow_path(const char* path, std::uint64_t access) {
    constexpr const char* step = "allow ";
    unique_fd place(::open(path, O_PATH | O_CLOEXEC));
    struct stat about;
    if (!place || ::fstat(place.get(), &about) < 0) return failed(step);
    constexpr std::uint64_t of_files = execute | write_file | read_file | truncate | device_control;
    access &= known_.paths & (S_ISDIR(about.st_mode) ? ~std::uint64_t{0} : of_files);
    path_attribute rule{access, place.get()};
    if (access == 0 || ::syscall(add_rule, ruleset_.get(), path_rule, &rule, 0) == 0) return {};
    return failed(step);
}

result<void> landlock_rules::allow_ports(std::string_view list, std::uint64_t access) {
    access &= known_.ports;
    if (list == "none" || access == 0) return {};
    while (!list.empty()) {
        auto range = cut_range(list);
        if (!range) return failure{EDOM, "allow port "};
        for (unsigned port = range->first; port <= range->last; ++port) {
            port_attribute rule{access, port};
            if (::syscall(add_rule, ruleset_.get(), port_rule, &rule, 0) < 0) return failed("allow port ");
        }
    }
    return {};
}

result<void> landlock_rules::enforce() {
    return restrict_with_promise([&] { return ::syscall(restrict_self, ruleset_.get(), 0); },
                                 "put the rules in force");
}

bool is_port_list(std::string_view list) {
    if (list == "none") return true;
    if (list.empty() || list.back() == ',') return false;
    while (!list.empty())
        if (!cut_range(list)) return false;
    return true;
}

} // namespace reeve::chainload
