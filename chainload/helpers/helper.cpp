#include "chainload/helpers/helper.hpp"

#include "chainload/printable.hpp"

namespace reeve::chainload {

next process::go_on(char** command) {
    return *command == nullptr ? wrong_usage() : next{.command = command};
}

void process::begin_message(std::string_view kind) {
    message_.clear();
    message_.add(current_->name).add(kind);
}

next process::end_message(std::string_view last) {
    message_.add(last);
    if (!is_printable(message_.view())) { // names of files may hold anything
        auto raw = message_;
        message_.clear();
        each_printable(raw.view(), "?", [this](std::string_view shown) { message_.add(shown); });
    }
    message_.add('\n');
    return {.exit_code = system_error};
}

next process::wrong_usage(std::string_view complaint) {
    message_.clear();
    message_.add(complaint).add(current_->name).add(": usage: ").add(current_->name).add(' ');
    message_.add(current_->usage).add('\n');
    return {.exit_code = current_->usage_code};
}

} // namespace reeve::chainload
