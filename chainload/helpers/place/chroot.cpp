// chroot [--skip-chdir] [--userspec=ACCOUNT] [--groups=GROUP,…] DIR PROGRAM …: makes DIR the root directory and the current
// one. The options are those of coreutils' chroot; accounts are looked up in the old root.
#include "chainload/helpers/place/helpers.hpp"
#include "chainload/helpers/rights/become.hpp"

#include <unistd.h>

namespace reeve::chainload {

namespace {
struct chroot_options {
    std::string_view account, groups;
    bool stay = false; // in the current directory
};

// The rest of the words; nullptr: one is unknown.
char** read_options(char** words, chroot_options& into) {
    constexpr std::string_view userspec = "--userspec=", groups = "--groups=";
    for (; *words != nullptr && (*words)[0] == '-'; ++words) {
        std::string_view word(*words);
        if (word == "--") return words + 1;
        if (word == "--skip-chdir")
            into.stay = true;
        else if (word.starts_with(userspec))
            into.account = word.substr(userspec.size());
        else if (word.starts_with(groups))
            into.groups = word.substr(groups.size());
        else
            return nullptr;
    }
    return words;
}

// As setuidgid writes them: "1:2" is ":1:2" there, and "a,b" as groups of root "root:a:b".
result<account> find(std::string_view text, bool are_groups, char* const* environment) {
    bool number = !are_groups && !text.empty() && text[0] >= '0' && text[0] <= '9';
    text_buffer<512> rewritten(are_groups ? "root:" : number ? ":" : "");
    for (char c : text) rewritten.add(are_groups && c == ',' ? ':' : c);
    auto found = find_account(rewritten.view(), environment);
    if (found && !are_groups && !number && !found->groups_given)
        if (auto added = add_memberships(*found, environment); !added) return added.why();
    return found;
}
} // namespace

next run_chroot(char** arguments, process& self) {
    chroot_options options;
    char** rest = read_options(arguments + 1, options);
    if (rest == nullptr || rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    result<account> who = account{}, groups = account{};
    identity taken;
    for (bool are_groups : {false, true}) {
        std::string_view text = are_groups ? options.groups : options.account;
        if (text.empty()) continue;
        auto& found = are_groups ? groups : who;
        found = find(text, are_groups, self.variables.list());
        if (!found && found.why().error == ENOENT) return self.fatal("unknown account or group ", text);
        if (!found) return self.unable(found.why().error, found.why().step, " ", text);
        taken.groups = found->all_groups();
        if (are_groups) continue;
        taken.user = found->user;
        taken.group = found->groups[0];
    }
    if (::chroot(rest[0]) < 0) return self.unable(errno, "make ", rest[0], " the root directory");
    if (!options.stay && ::chdir("/") < 0) return self.unable(errno, "change directory to the new root");
    if (auto became = become(taken); !became) return self.unable(became.why().error, became.why().step);
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
