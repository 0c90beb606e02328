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

environment::environment(std::span<char*> slots, char* const* inherited)
    : slots_(slots) {
    for (; *inherited != nullptr; ++inherited)
        if (std::find(std::begin(ours), std::end(ours), name_of_variable(*inherited)) == std::end(ours))
            set_for_all(*inherited);
}

void environment::set_for_all(char* assignment) {
    if (count_ < slots_.size()) slots_[count_++] = assignment;
}

program_environment::program_environment(std::span<char*> slots, const environment& lasting)
    : slots_(slots)
    , count_(lasting.variables().size()) {
    std::copy_n(lasting.variables().begin(), count_, slots_.begin());
    slots_[count_] = nullptr;
}

void program_environment::set(char* assignment) {
    unset(name_of_variable(assignment));
    if (count_ + 1 >= slots_.size()) return;
    slots_[count_++] = assignment;
    slots_[count_] = nullptr;
}

void program_environment::unset(std::string_view name) {
    for (std::size_t i = 0; i < count_; ++i)
        if (name_of_variable(slots_[i]) == name) {
            slots_[i] = slots_[--count_]; // the order of an environment means nothing
            slots_[count_] = nullptr;
            return;
        }
}

} // namespace reeve::supervise
