// .svscan/tree: the tree's id and the boot it was made in, "32 hexadecimal digits, a blank, boot id, newline".
#pragma once

#include "chainload/hex.hpp"
#include "supervise/status_record.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace reeve::svscan {

struct tree_file {
    supervise::tree_id id{};
    std::string boot;
};

inline std::optional<tree_file> parse_tree_file(std::string_view text) {
    if (text.empty() || text.back() != '\n') return std::nullopt;
    text.remove_suffix(1);
    std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos || blank + 1 == text.size()) return std::nullopt;
    auto id = chainload::parse_hex<16>(text.substr(0, blank));
    if (!id) return std::nullopt;
    return tree_file{*id, std::string(text.substr(blank + 1))};
}

inline std::string format_tree_file(const tree_file& file) {
    auto digits = chainload::format_hex(file.id);
    return std::string(digits.data(), digits.size()) + " " + file.boot + "\n";
}

} // namespace reeve::svscan
