// runtime-dir [-p] [-m MODE] [-o ACCOUNT] PATH PROGRAM …: sees to it that the directory PATH is there, with this mode
// and this owner, while the process may still do that. What others may have prepared does no harm: owned_directory.hpp.
#include "chainload/helpers/place/helpers.hpp"
#include "chainload/helpers/place/octal.hpp"
#include "chainload/helpers/place/owned_directory.hpp"
#include "chainload/helpers/rights/take_account.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
next explain(process& self, const failure& why, std::string_view path, std::string_view where) {
    if (where.empty()) where = ".";
    if (why.error == EEXIST && why.step == std::string_view("take over"))
        return self.fatal("unable to take over ", path, ": it belongs to somebody else");
    if (why.error == EPERM && why.step == std::string_view("trust"))
        return self.fatal("unable to trust ", where, ": others can change what is in there");
    return self.unable(why.error, why.step, " ", where);
}
} // namespace

next run_runtime_dir(char** arguments, process& self) {
    directory_wish wish;
    const char* owner = nullptr;
    option_reader options(arguments, "pm:o:");
    while (char option = options.next()) {
        switch (option) {
        case 'p': wish.make_parents = true; break;
        case 'o': owner = options.value(); break;
        case 'm':
            if (auto mode = parse_octal(options.value(), 07777)) {
                wish.mode = *mode;
                break;
            }
            return self.wrong_usage("runtime-dir: MODE is an octal number from 0 to 7777\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    if (owner != nullptr) {
        next then;
        auto who = known_account(owner, self, then);
        if (!who) return then;
        wish.user = who->user;
        wish.group = who->all_groups()[0];
    }
    text_buffer<4096> where;
    if (auto done = provide_directory(rest[0], wish, where); !done)
        return explain(self, done.why(), rest[0], where.view());
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
