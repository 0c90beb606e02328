#include "tools/svctl/setting_listing.hpp"

#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "supervise/settings.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <array>

namespace reeve::svctl {

namespace {
std::string on_one_line(std::string_view text) {
    std::string line(chainload::trim_blanks(text));
    for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at))
        line.replace(at, 1, ", ");
    return line;
}

bool worth_listing(const supervise::setting& entry) {
    switch (entry.kind) {
    case supervise::setting_kind::program: return entry.name != "run" && entry.name != "start";
    case supervise::setting_kind::flag: return entry.name != "target";
    case supervise::setting_kind::graph_flag: return true;
    case supervise::setting_kind::directory: return entry.name != "log";
    default: return false;
    }
}
} // namespace

std::vector<listed_setting> settings_that_differ(int service_directory) {
    std::vector<listed_setting> found;
    for (const supervise::setting& entry : supervise::known_settings()) {
        std::string name(entry.name);
        if (entry.kind != supervise::setting_kind::value) {
            if (worth_listing(entry) && exists(service_directory, name.c_str()))
                found.push_back({name, {}, {}, true});
            continue;
        }
        std::array<char, supervise::longest_value_file> buffer;
        auto text = chainload::read_whole_at(service_directory, name.c_str(), buffer);
        if (!text && text.why().error == ENOENT) continue;
        supervise::settings scratch;
        bool valid = text && entry.parse(*text, scratch);
        std::string value = text ? on_one_line(*text) : "";
        if (!valid || value != entry.otherwise || entry.otherwise.empty())
            found.push_back({name, value, std::string(entry.otherwise), valid});
    }
    return found;
}

} // namespace reeve::svctl
