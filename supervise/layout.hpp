// The names inside a service directory, and which names services may have.
#pragma once

#include <string_view>

namespace reeve::supervise {

namespace path {
inline constexpr char state[] = "supervise"; // what the suite writes; may be a symlink
inline constexpr char lock[] = "supervise/lock";
inline constexpr char ok[] = "supervise/ok";
inline constexpr char control[] = "supervise/control";
inline constexpr char status[] = "supervise/status";
inline constexpr char status_new[] = "supervise/status.new";
inline constexpr char start_env[] = "supervise/start-env";
inline constexpr char deaths[] = "supervise/deaths";
inline constexpr char notify[] = "supervise/notify";
} // namespace path

inline constexpr std::size_t longest_name = 128;

// 1–128 characters of A-Z a-z 0-9 . _ @ + -, not beginning with "." or "-".
constexpr bool valid_service_name(std::string_view name) {
    if (name.empty() || name.size() > longest_name || name.front() == '.' || name.front() == '-')
        return false;
    for (char c : name) {
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && std::string_view("._@+-").find(c) == std::string_view::npos) return false;
    }
    return true;
}

// What follows "@" in the name of an instance; empty for a plain service.
constexpr std::string_view instance_of(std::string_view name) {
    std::size_t at = name.find('@');
    return at == std::string_view::npos ? std::string_view{} : name.substr(at + 1);
}

} // namespace reeve::supervise
