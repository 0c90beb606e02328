#include "chainload/helpers/environment.hpp"

#include <cstring>

namespace reeve::chainload {

environment::environment(char** inherited)
    : entries_(inherited) {
    while (entries_[count_] != nullptr) ++count_;
}

std::size_t environment::find(std::string_view name, std::size_t from) const {
    char first = name.empty() ? '=' : name[0];
    for (; from < count_; ++from)
        if (entries_[from][0] == first && std::strncmp(entries_[from], name.data(), name.size()) == 0 &&
            entries_[from][name.size()] == '=')
            break;
    return from;
}

const char* environment::get(std::string_view name) const {
    std::size_t at = find(name, 0);
    return at < count_ ? entries_[at] + name.size() + 1 : nullptr;
}

bool environment::make_room() {
    if (count_ + 1 < capacity_) return true;
    std::size_t capacity = 2 * count_ + 16;
    char* room = memory_.take(capacity * sizeof(char*));
    if (room == nullptr) return false;
    std::memcpy(room, entries_, (count_ + 1) * sizeof(char*));
    entries_ = reinterpret_cast<char**>(room);
    capacity_ = capacity;
    return true;
}

bool environment::unset(std::string_view name) {
    std::size_t kept = find(name, 0);
    if (kept == count_) return true;
    if (!make_room()) return false;
    for (std::size_t next = kept + 1; next <= count_; ++next) { // what is between two of them moves up
        std::size_t last = find(name, next);
        std::memmove(entries_ + kept, entries_ + next, (last - next) * sizeof(char*));
        kept += last - next;
        next = last;
    }
    count_ = kept;
    entries_[count_] = nullptr;
    return true;
}

bool environment::set(std::string_view name, std::string_view value) {
    char* entry = memory_.take(name.size() + value.size() + 2);
    if (entry == nullptr || !unset(name) || !make_room()) return false;
    std::memcpy(entry, name.data(), name.size());
    entry[name.size()] = '=';
    if (!value.empty()) std::memcpy(entry + name.size() + 1, value.data(), value.size());
    entry[name.size() + 1 + value.size()] = '\0';
    entries_[count_++] = entry;
    entries_[count_] = nullptr;
    return true;
}

} // namespace reeve::chainload
