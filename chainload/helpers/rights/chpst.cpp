// chpst OPTIONS PROGRAM …: runit's, which is several helpers under one name. Each option is one of ours; they are done in
// runit's order, not in that of the command line, and the last of a kind counts.
#include "chainload/helpers/rights/chpst_parts.hpp"
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct choices {
    std::array<const char*, chpst_parts.size()> values{}; // nullptr: the option is not given
    const char* name = nullptr;                           // -b

    bool has_lock() const { return values[index_of('l')] != nullptr || values[index_of('L')] != nullptr; }
};

// False: there is a problem with an option.
bool read_options(option_reader& options, choices& into) {
    while (char option = options.next()) {
        if (option == option_reader::problem || option == 'V') return false;
        if ((option == 'l' || option == 'L') && into.has_lock())
            return false; // as there: one lock, of one kind
        if (option == 'b') into.name = options.value();
        for (std::size_t i = 0; i < chpst_parts.size(); ++i)
            if (chpst_parts[i].letter == option)
                into.values[i] = chpst_parts[i].takes_value ? options.value() : "";
    }
    return true;
}
} // namespace

next run_chpst(char** arguments, process& self) {
    choices chosen;
    option_reader options(arguments, chpst_letters);
    if (!read_options(options, chosen)) return self.wrong_usage(options.complaint().view());
    char** program = options.rest();
    if (*program == nullptr) return self.wrong_usage();
    const char* search = self.variables.get("PATH");
    for (std::size_t i = 0; i < chpst_parts.size(); ++i) {
        if (chosen.values[i] == nullptr) continue;
        // As if the part stood alone before the program.
        char* words[5] = {arguments[0]};
        std::size_t count = 1;
        if (chpst_parts[i].word != nullptr) words[count++] = const_cast<char*>(chpst_parts[i].word);
        if (chpst_parts[i].takes_value) words[count++] = const_cast<char*>(chosen.values[i]);
        words[count] = *program;
        if (next then = chpst_parts[i].run(words, self); then.command == nullptr) return then;
    }
    next then{.command = program, .search = search, .own_search = true};
    if (chosen.name != nullptr) {
        then.program = *program;
        *program = const_cast<char*>(chosen.name);
    }
    return then;
}

} // namespace reeve::chainload
