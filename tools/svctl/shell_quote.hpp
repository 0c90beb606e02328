// Words as /bin/sh reads them back unchanged. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace reeve::svctl {

// `word` as it is if it holds nothing that means anything to a shell, else in single quotes.
std::string shell_quote(std::string_view word);
// All of them, a blank between each two.
std::string shell_command(std::span<const std::string> words);

} // namespace reeve::svctl
