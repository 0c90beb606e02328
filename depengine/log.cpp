// The only source that includes spdlog: it takes long to compile.
#include "depengine/log.hpp"

#include "chainload/error_text.hpp"
#include "chainload/printable.hpp"

#define SPDLOG_LEVEL_NAMES                                                                                   \
    { "trace", "debug", "info", "warning", "error", "fatal", "off" }
#include <memory>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace reeve::depengine {

namespace {
spdlog::logger make_log() {
    spdlog::logger log("depengine", std::make_shared<spdlog::sinks::stderr_sink_st>());
    log.set_pattern("%n: %l: %v");
    return log;
}

constexpr spdlog::level::level_enum level_of(severity level) {
    switch (level) {
    case severity::info: return spdlog::level::info;
    case severity::warning: return spdlog::level::warn;
    case severity::error: return spdlog::level::err;
    case severity::fatal: break;
    }
    return spdlog::level::critical;
}
} // namespace

void say(severity level, std::string_view text) {
    static spdlog::logger log = make_log();
    // Names in the scan directory may hold anything, and a log ends on a terminal.
    std::string clean;
    if (!chainload::is_printable(text)) {
        chainload::each_printable(text, "?", [&](std::string_view shown) { clean += shown; });
        text = clean;
    }
    log.log(level_of(level), spdlog::string_view_t(text.data(), text.size()));
}

std::string unable(const chainload::failure& why) {
    return "unable to " + std::string(why.step) + ": " + std::string(chainload::error_text(why.error));
}

} // namespace reeve::depengine
