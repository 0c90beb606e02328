#include "svscan/tree.hpp"

namespace reeve::svscan {

tree::tree(std::size_t most_services)
    : by_name_(0, hash_name{&services_}, same_name{&services_})
    , by_identity_(0, hash_identity{&services_}, same_identity{&services_})
    , most_services_(most_services) {}

void tree::step(const event& what, moment now, action_list& out) {
    if (stage_ == stage::over) return;
    now_ = now;
    out_ = &out;
    std::visit([this](const auto& happened) { on(happened); }, what);
    out_ = nullptr;
}

std::optional<moment> tree::next_deadline() const {
    moment first = std::min(quiet_bound_, stop_deadline_);
    if (restarts_.first() != nullptr) first = std::min(first, restarts_.first()->when);
    if (first == no_moment) return std::nullopt;
    return first;
}

std::optional<service_number> tree::find(std::string_view name) const {
    auto where = by_name_.find(name);
    if (where == by_name_.end()) return std::nullopt;
    return *where;
}

std::string tree::label(supervisor_id who) const {
    const std::string& name = services_[who.service].name;
    return who.which == side::main ? name : name + "/log";
}

void tree::on(const tick&) {
    restart_due_ones();
    settle_quiet_ones();
    if (now_ >= stop_deadline_) stop_takes_too_long();
}

} // namespace reeve::svscan
