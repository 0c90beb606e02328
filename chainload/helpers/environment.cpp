#include "chainload/helpers/environment.hpp"

#include <cstring>

namespace reeve::chainload {

environment::environment(char** inherited)
    : entries_(inherited) {
    while (entries_[count_] != nullptr) ++count_;
}

const char* environment::get(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i)
        if (std::strncmp(entries_[i], name.data(), name.size()) == 0 && entries_[i][name.size()] == '=')
            return entries_[i] + name.size() + 1;
    return nullptr;
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
    return get(name) == nullptr || retain([name](std::string_view other) { return other != name; });
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
