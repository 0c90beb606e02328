#include "svscan/shell.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "svscan/log.hpp"

#include <csignal>
#include <link.h>
#include <sys/mman.h>

namespace reeve::svscan {

shell::shell(places where, chainload::unique_fd lock, shell_options options)
    : places_(std::move(where))
    , lock_(std::move(lock))
    , options_(options)
    , tree_(options.most_services) {}

shell::~shell() = default;

namespace {
// The pages of our program that start-up touched are given back; what is used again is mapped again from the page
// cache. Most of it is never used again, and an svscan lives as long as its machine.
void give_back_start_up_code() {
    ::dl_iterate_phdr(
        [](dl_phdr_info* program, std::size_t, void*) {
            for (int i = 0; i < program->dlpi_phnum; ++i) {
                const auto& segment = program->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
                constexpr std::uintptr_t page = 4096;
                std::uintptr_t first = (program->dlpi_addr + segment.p_vaddr) & ~(page - 1);
                std::uintptr_t last = (program->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
                ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
            }
            return 1; // the program itself is the first
        },
        nullptr);
}
} // namespace

departure shell::run() {
    departure_.reset();
    reap(); // a child may have ended before signals were listened to
    give_back_start_up_code();
    if (!departure_) loop_.run();
    return std::move(*departure_);
}

void shell::feed(const event& what) {
    tree_.step(what, chainload::monotonic_ms(), pending_);
    if (!draining_) drain();
}

// Actions are performed in order; what they lead to is appended.
void shell::drain() {
    draining_ = true;
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        any_action next = std::move(pending_[i]);
        std::visit([this](const auto& what) { perform(what); }, next);
    }
    constexpr std::size_t usual_capacity = 64;
    pending_.clear();
    if (pending_.capacity() > usual_capacity) action_list().swap(pending_);
    draining_ = false;
    set_timer();
}

void shell::set_timer() {
    auto next = tree_.next_deadline();
    if (next == timer_at_) return;
    timer_at_ = next;
    if (!next) {
        loop_.clear(timer::tree);
        return;
    }
    loop_.set(timer::tree, *next, [this] {
        timer_at_.reset();
        watcher_.read(*this); // what was written while this process waited for its turn is no quiet
        feed(tick{});
    });
}

void shell::perform(const action::start& what) {
    // The name of a service that is leaving may lead to another directory by now, where it has no business.
    auto seen = tree_.is_leaving(what.who.service) && !tree_.is_catch_all(what.who.service)
                    ? places_.look(path_text(place_of(what.who).name).c_str()).what
                    : sight{sight_kind::complete, tree_.identity_of(what.who.service), false};
    if (seen.kind == sight_kind::unreadable) {
        feed(start_failed{what.who, unable({seen.error, "look at it"})});
        return;
    }
    if (seen.id != tree_.identity_of(what.who.service)) {
        end_leftovers(tree_.name_of(what.who.service));
        feed(ended{what.who, ending::not_started, false, "cannot be started again"});
        return;
    }
    auto pid = start(what.who);
    if (pid) {
        pids_[*pid] = what.who;
        feed(started{what.who, *pid});
    } else {
        feed(start_failed{what.who, unable(pid.why())});
    }
}

void shell::perform(const action::tell& what) {
    auto& control = control_of(what.who);
    if (!control) reach(what.who, tree_.pid_of(what.who));
    auto written =
        chainload::write_all(control.get(), std::string_view(what.letters), "write to supervise/control");
    if (written) return;
    say(severity::error, tree_.name_of(what.who.service) + ": " + unable(written.why()) + "; tried again");
    untold_.push_back({tree_.pid_of(what.who), what});
    try_again_later();
}

void shell::perform(const action::forget& what) {
    control_of(what.who).reset();
}

void shell::perform(const action::close_writer& what) {
    links& its = links_of(what.service);
    its.pipe_write.reset();
    its.writer_closed = true;
}

void shell::perform(const action::release& what) {
    for (int pidfd : {links_of(what.service).main_pidfd, links_of(what.service).logger_pidfd})
        if (pidfd >= 0) {
            loop_.remove(pidfd);
            ::close(pidfd);
        }
    links_of(what.service) = links{};
    moved_.erase(what.service);
    std::erase_if(unsettled_, [&](supervisor_id who) { return who.service == what.service; });
    std::erase_if(awaited_, [&](const auto& entry) { return entry.second.service == what.service; });
}

void shell::perform(const action::look& what) {
    auto seen = places_.look(what.name.c_str());
    if (seen.what.kind == sight_kind::nothing)
        feed(lost{what.name});
    else
        feed(saw{what.name, seen.what, true});
}

void shell::perform(const action::watch& what) {
    auto is_new = watcher_.watch(what.name, what.deep);
    if (!is_new) {
        say(severity::warning, what.name + ": " + unable(is_new.why()) + "; tried again");
        unwatched_.insert(what.name);
        try_again_later();
    } else if (*is_new && !what.deep)
        feed(svscan::touched{what.name}); // what happened before the watch was there
}

void shell::perform(const action::unwatch& what) {
    watcher_.unwatch(what.name);
    unwatched_.erase(what.name);
}
void shell::perform(const action::rescan& what) {
    scan(what.prune, false);
}
void shell::perform(const action::say& what) {
    say(what.level, what.text);
}

void shell::perform(const action::run_stop_script&) {
    if (::faccessat(places_.scan(), ".svscan/stop", X_OK, AT_EACCESS) < 0) {
        feed(stop_script_ended{});
        return;
    }
    auto pid = starter_.run_script(".svscan/stop");
    if (!pid) {
        say(severity::error, unable(pid.why()) + " (.svscan/stop)");
        feed(stop_script_ended{});
        return;
    }
    stop_script_ = *pid;
    moment limit = 60000;
    char buffer[64];
    auto text = chainload::read_whole_at(places_.scan(), ".svscan/timeout-stop", buffer);
    if (text) {
        if (auto number = chainload::parse_number<std::uint32_t>(chainload::trim_blanks(*text)))
            limit = *number;
        else
            say(severity::error, ".svscan/timeout-stop: line 1: not a number of milliseconds; 60000 is used");
    } else if (text.why().error != ENOENT) {
        say(severity::error, ".svscan/timeout-stop: " + unable(text.why()) + "; 60000 is used");
    }
    feed(stop_script_started{limit});
}

void shell::perform(const action::kill_stop_script&) {
    if (stop_script_ != 0) ::kill(-stop_script_, SIGKILL); // its session's first group; it is not reaped yet
}

void shell::perform(const action::end_orphans& what) {
    orphan_signal_ = what.signal;
    signalled_.clear();
    signal_orphans();
}

void shell::perform(const action::leave& what) {
    departure_ = departure{};
    departure_->finish = what.finish;
    char buffer[64];
    auto text = what.finish ? chainload::read_whole_at(places_.own(), "exit-code", buffer)
                            : chainload::result<std::string_view>(chainload::failure{ENOENT, ""});
    if (text) {
        if (auto code = chainload::parse_number<std::uint32_t>(chainload::trim_blanks(*text));
            code && *code <= 255)
            departure_->exit_code = static_cast<int>(*code);
        else
            say(severity::error, ".svscan/exit-code: not a number from 0 to 255");
    }
    loop_.stop();
}

void shell::perform(const action::upgrade&) {
    departure_ = departure{};
    departure_->upgrade = true;
    departure_->handed = describe();
    loop_.stop();
}

} // namespace reeve::svscan
