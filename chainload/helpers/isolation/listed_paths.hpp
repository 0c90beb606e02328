// Paths in one word: separated by colons, as in PATH; "\:" is a colon that belongs to a path, "\\" a backslash.
#pragma once

#include <string_view>

namespace reeve::chainload {

inline bool lists_nothing(std::string_view list) {
    return list.find_first_not_of(':') == std::string_view::npos;
}

// Cuts the next path off `list`, in place; nullptr: there is none any more. Empty ones are passed over.
inline char* next_listed_path(char*& list) {
    while (*list == ':') ++list;
    if (*list == '\0') return nullptr;
    char* path = list;
    char* end = list;
    for (; *list != '\0' && *list != ':'; ++list) {
        if (*list == '\\' && (list[1] == ':' || list[1] == '\\')) ++list;
        *end++ = *list;
    }
    if (*list == ':') ++list;
    *end = '\0';
    return path;
}

} // namespace reeve::chainload
