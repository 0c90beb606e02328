#include "tools/svctl/output.hpp"

#include "chainload/file.hpp"
#include "chainload/message.hpp"
#include "tools/svctl/exit_code.hpp"

namespace reeve::svctl {

namespace {
constexpr std::size_t enough = 64 * 1024;
}

output::~output() {
    // Only reached with something left when an error is on its way already: what there is still goes out.
    if (!kept_.empty()) (void)chainload::write_all(STDOUT_FILENO, kept_);
}

void output::add(std::string_view text) {
    kept_ += text;
    if (kept_.size() >= enough) flush();
}

void output::flush() {
    std::string now;
    now.swap(kept_);
    auto written = chainload::write_all(STDOUT_FILENO, now, "write to stdout");
    if (!written) throw system_failure(written.why(), "");
}

void warn(std::string_view text) {
    chainload::messenger("svctl").say(chainload::level::warning, text);
}

} // namespace reeve::svctl
