#include "supervise/environment.hpp"

#include <algorithm>

namespace reeve::supervise {

namespace {
constexpr std::string_view ours[] = {"SERVICE",        "SERVICE_DIR",   "INSTANCE",
                                     "SERVICE_RESULT", "NOTIFY_SOCKET", "WATCHDOG_USEC",
                                     "WATCHDOG_PID",   "LISTEN_FDS",    "LISTEN_PID",
                                     "LISTEN_FDNAMES", "MAINPID",       "REEVE_SUPERVISE_HANDOVER"};

std::string_view name_of_variable(const char* assignment) {
    std::string_view text(assignment);
    return text.substr(0, text.find('='));
}
} // namespace

environment::environment(std::span<char*> slots, char* const* inherited) {
    std::size_t most = 0;
    while (inherited[most] != nullptr) ++most;
    lasting_ = slots.first(most + own_variables + 1);
    program_ = slots.subspan(lasting_.size());
    for (std::size_t i = 0; i < most; ++i)
        if (std::find(std::begin(ours), std::end(ours), name_of_variable(inherited[i])) == std::end(ours))
            lasting_[lasting_count_++] = inherited[i];
    begin_program();
}

void environment::set_for_all(char* assignment) {
    if (lasting_count_ + 1 < lasting_.size()) lasting_[lasting_count_++] = assignment;
}

void environment::begin_program() {
    std::copy_n(lasting_.begin(), lasting_count_, program_.begin());
    count_ = lasting_count_;
    program_[count_] = nullptr;
}

void environment::set(char* assignment) {
    unset(name_of_variable(assignment));
    if (count_ + 1 >= program_.size()) return;
    program_[count_++] = assignment;
    program_[count_] = nullptr;
}

void environment::unset(std::string_view name) {
    for (std::size_t i = 0; i < count_; ++i)
        if (name_of_variable(program_[i]) == name) {
            program_[i] = program_[--count_]; // the order of an environment means nothing
            program_[count_] = nullptr;
            return;
        }
}

} // namespace reeve::supervise
