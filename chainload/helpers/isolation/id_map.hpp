// Which users and groups a user namespace has: what user_namespaces(7) says about uid_map, gid_map and setgroups.
//
// One id each, the process's own, anybody may map, if setgroups is forbidden first. Ranges are for those who have
// CAP_SETUID and CAP_SETGID outside, and must be written from there: by a child that stays behind while the process
// enters its new namespace.
#pragma once

#include "chainload/result.hpp"

#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

struct id_map {
    std::optional<uid_t> user; // what the process's own user is called inside
    std::optional<gid_t> group;
    const char* users = nullptr; // ranges "INNER:OUTER:COUNT,…"
    const char* groups = nullptr;
    bool forbid_setgroups = false;

    bool is_empty() const { return !user && !group && users == nullptr && groups == nullptr; }
    bool has_ranges() const { return users != nullptr || groups != nullptr; }
};

// Whether `text` is a list of ranges.
bool is_range_list(std::string_view text);

// Makes a user namespace with this map and enters it.
result<void> enter_user_namespace(const id_map& map);

} // namespace reeve::chainload
