#include "tools/svctl/engine_views.hpp"

#include "chainload/clock.hpp"
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/exit_code.hpp"

#include <boost/json/array.hpp>
#include <map>

namespace reeve::svctl {

namespace {
constexpr std::int64_t patience_ms = 1000;
} // namespace

void add_engine_views(const scan_directory& tree, std::vector<snapshot>& services) {
    try {
        auto engine = engine_client::find(tree);
        if (!engine) return;
        engine->send({{"do", "status"}});
        auto said = engine->receive(chainload::monotonic_ms() + patience_ms);
        if (!said || text_field(*said, "type") != "status") return;
        std::map<std::string, const boost::json::object*> known;
        for (const boost::json::value& one : list_field(*said, "services"))
            if (one.is_object()) known[text_field(one.as_object(), "name")] = &one.as_object();
        for (snapshot& seen : services) {
            auto found = known.find(seen.name);
            if (found == known.end()) continue;
            const boost::json::object& one = *found->second;
            seen.told =
                engine_view{text_field(one, "phase"), text_field(one, "intent"), text_field(one, "holder"),
                            text_field(object_field(one, "waits_for"), "text")};
        }
    } catch (const verb_error&) { // the files have told most of it
    }
}

} // namespace reeve::svctl
