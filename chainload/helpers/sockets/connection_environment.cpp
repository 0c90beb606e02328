#include "chainload/helpers/sockets/connection_environment.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
// The names follow UCSPI: what PROTO says stands in front. Those of other implementations are here too, so that the
// program is never told of the connection that an outer server had.
constexpr std::string_view removed[] = {
    "PROTO",        "TCPREMOTEIP",    "TCPREMOTEPORT",  "TCPREMOTEHOST", "TCPREMOTEINFO",  "TCPLOCALIP",
    "TCPLOCALPORT", "TCPLOCALHOST",   "TCPCONNNUM",     "UNIXLOCALPATH", "UNIXLOCALUID",   "UNIXLOCALGID",
    "UNIXLOCALPID", "UNIXREMOTEEUID", "UNIXREMOTEEGID", "UNIXREMOTEPID", "UNIXREMOTEPATH", "UNIXCONNNUM",
    "LISTEN_FDS",   "LISTEN_PID",     "LISTEN_FDNAMES",
};

std::string_view name_of(const char* entry) {
    std::string_view text(entry);
    return text.substr(0, text.find('='));
}
} // namespace

bool connection_environment::make(process& self) {
    bool good = self.variables.retain([](std::string_view name) {
        return std::find(std::begin(removed), std::end(removed), name) == std::end(removed);
    });
    inherited_ = self.variables.list();
    while (good && inherited_[inherited_count_] != nullptr) ++inherited_count_;
    list_ = reinterpret_cast<char**>(
        self.variables.memory().take((most_own + inherited_count_ + 1) * sizeof(char*)));
    return good && list_ != nullptr;
}

void connection_environment::set(std::string_view name, std::string_view value) {
    char* entry = text_.data() + text_.view().size();
    text_.add(name).add('=').add(value).add('\0');
    auto same = [name](const char* other) { return name_of(other) == name; };
    char** place = std::find_if(list_, list_ + count_, same);
    *place = entry;
    if (place == list_ + count_) ++count_;
}

void connection_environment::add_inherited(bool look_for_same) {
    std::size_t own = count_;
    for (std::size_t i = 0; i < inherited_count_; ++i) {
        auto same = [name = name_of(inherited_[i])](const char* other) { return name_of(other) == name; };
        if (!look_for_same || std::none_of(list_, list_ + own, same)) list_[count_++] = inherited_[i];
    }
    list_[count_] = nullptr;
}

char* const* connection_environment::of(const client& from, unsigned number, std::string_view local_name,
                                        std::string_view rule_variables) {
    count_ = 0;
    text_.clear();
    if (from.who.by_address) {
        set("PROTO", "TCP");
        set("TCPREMOTEIP", format_ip(from.who.ip).view());
        set("TCPREMOTEPORT", text_buffer<24>(from.port).view());
        set("TCPLOCALIP", format_ip(from.local_ip).view());
        set("TCPLOCALPORT", text_buffer<24>(from.local_port).view());
        if (!local_name.empty()) set("TCPLOCALHOST", local_name);
        set("TCPCONNNUM", text_buffer<24>(number).view());
    } else {
        set("PROTO", "UNIX");
        set("UNIXREMOTEEUID", text_buffer<24>(from.who.user).view());
        set("UNIXREMOTEEGID", text_buffer<24>(from.who.group).view());
        set("UNIXREMOTEPID", text_buffer<24>(from.pid).view());
        set("UNIXLOCALPATH", from.local_path.view());
        set("UNIXCONNNUM", text_buffer<24>(number).view());
    }
    bool overriding = !rule_variables.empty();
    while (auto one = next_variable(rule_variables)) set(one->name, one->value);
    add_inherited(overriding);
    return list_;
}

} // namespace reeve::chainload
