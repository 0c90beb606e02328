// applyuidgid [-z] [-u UID] [-g GID] [-G GIDLIST] [-U] PROGRAM …: becomes the user and the groups of the numbers that
// are given, or that stand in UID, GID and GIDLIST: the other half of envuidgid. As s6-applyuidgid, but for what that
// leaves open to mistakes: without any of -u -g -G it is -U, and -U without GIDLIST leaves no group but GID.
#include "chainload/helpers/rights/become.hpp"
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct wanted_ids {
    identity who;
    std::array<gid_t, most_groups> list;

    // Each is false if `text` is not what it has to be.
    bool take_user(std::string_view text) { return (who.user = parse_id(text)).has_value(); }
    bool take_group(std::string_view text) { return (who.group = parse_id(text)).has_value(); }
    bool take_list(std::string_view text) {
        std::size_t count = 0;
        while (!text.empty()) {
            std::size_t comma = text.find(',');
            auto id = parse_id(text.substr(0, comma));
            if (!id || count == list.size() || comma + 1 == text.size()) return false;
            list[count++] = *id;
            text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        }
        who.groups = std::span<const gid_t>(list).first(count);
        return true;
    }
};

struct id_source {
    char letter;
    const char* variable;
    bool (wanted_ids::*take)(std::string_view);
};
constexpr id_source sources[] = {
    {'u', "UID", &wanted_ids::take_user},
    {'g', "GID", &wanted_ids::take_group},
    {'G', "GIDLIST", &wanted_ids::take_list},
};

// nullptr, or the source whose text is wrong. A list that is not there is the main group alone.
const id_source* take_variables(wanted_ids& ids, const environment& variables) {
    for (const auto& source : sources) {
        const char* text = variables.get(source.variable);
        text_buffer<16> main_group(ids.who.group.value_or(0));
        if (text == nullptr && source.letter == 'G') text = main_group.c_str();
        if (text == nullptr || !(ids.*source.take)(text)) return &source;
    }
    return nullptr;
}
} // namespace

next run_applyuidgid(char** arguments, process& self) {
    wanted_ids ids;
    bool chosen = false, remove = false;
    const id_source* wrong = nullptr;
    option_reader options(arguments, "zUu:g:G:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        remove = remove || option == 'z';
        chosen = chosen || option != 'z';
        if (option == 'U') wrong = take_variables(ids, self.variables);
        for (const auto& source : sources)
            if (option == source.letter && !(ids.*source.take)(options.value())) wrong = &source;
        if (wrong != nullptr) break;
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    if (!chosen) wrong = take_variables(ids, self.variables);
    // Code 100 as in s6, also for a variable: its value is as good as an argument.
    if (wrong != nullptr)
        return self.wrong_usage(text_buffer<64>("applyuidgid: no valid ", wrong->variable, '\n').view());
    if (auto became = become(ids.who); !became) return self.unable(became.why().error, became.why().step);
    for (const auto& source : sources)
        if (remove && !self.variables.unset(source.variable)) return self.out_of_memory();
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
