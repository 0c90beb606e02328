// Supervises are started, and the descriptors that belong to each: its control FIFO, and the pipe of a pair.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/process.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

namespace reeve::svscan {

using chainload::failed;
using chainload::failure;
using chainload::result;
using chainload::unique_fd;

shell::links& shell::links_of(service_number number) {
    if (links_.size() <= number) links_.resize(number + 1);
    return links_[number];
}

unique_fd& shell::control_of(supervisor_id who) {
    links& its = links_of(who.service);
    return who.which == side::main ? its.main_control : its.logger_control;
}

int& shell::pidfd_of(supervisor_id who) {
    links& its = links_of(who.service);
    return who.which == side::main ? its.main_pidfd : its.logger_pidfd;
}

place shell::place_of(supervisor_id who) {
    links& its = links_of(who.service);
    place where{tree_.name_of(who.service), who.which,
                who.which == side::main ? its.main_aside : its.logger_aside};
    if (tree_.is_leaving(who.service) && !where.catch_all() && !where.aside && find_moved(who.service))
        where.name = moved_[who.service];
    return where;
}

// The last descriptors are not for services: without them nothing could be read or started any more.
result<unique_fd> shell::keep_reserve(unique_fd fd, const char* step) {
    if (fd.get() >= starter_.first_reserved_fd()) return failure{EMFILE, step};
    return fd;
}

result<void> shell::prepare(supervisor_id who) {
    links& its = links_of(who.service);
    auto& control = control_of(who);
    if (!control) {
        place where = place_of(who);
        failure trouble;
        auto opened = places_.open_control(where, trouble);
        if (!opened) return opened.why();
        if (where.aside && !aside_reported_) {
            aside_reported_ = true;
            say(severity::warning,
                std::string(places_.definition_of(where).view()) + ": " + unable(trouble) +
                    "; its state is in " + std::string(places_.state_of(where).view()) +
                    ", where tools given the service directory do not look (and others like it)");
        }
        auto kept = keep_reserve(std::move(*opened), "open supervise/control");
        if (!kept) return kept.why();
        control = std::move(*kept);
        (who.which == side::main ? its.main_aside : its.logger_aside) = where.aside;
    }
    bool needs_pipe =
        (tree_.has_logger(who.service) || tree_.is_catch_all(who.service)) && !its.writer_closed;
    if (needs_pipe && !its.pipe_read) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) < 0) return failed("create pipe");
        unique_fd read(ends[0]), write(ends[1]);
        if (std::max(ends[0], ends[1]) >= starter_.first_reserved_fd()) return failure{EMFILE, "create pipe"};
        its.pipe_read = std::move(read);
        // The service's end is open in both directions, so that the pipe has a reader whatever is killed: with svscan,
        // the logger and its supervise all gone, a service's line waits in the pipe, and no SIGPIPE ends it.
        path_text path("/proc/self/fd/", write.get());
        if (auto both = chainload::open_at(AT_FDCWD, path.c_str(), O_RDWR)) write = std::move(*both);
        its.pipe_write = std::move(write);
    }
    return {};
}

// For letters to a supervise that runs: its directory may have gone since its name was seen.
void shell::reach(supervisor_id who, pid_t supervise) {
    auto ready = prepare(who);
    if (ready) return;
    auto& control = control_of(who);
    if (!control) control = open_control_of(supervise);
    if (!control) say(severity::error, tree_.name_of(who.service) + ": " + unable(ready.why()));
}

result<pid_t> shell::start(supervisor_id who) {
    if (auto ready = prepare(who); !ready) return ready.why();
    const links& its = links_of(who.service);
    place where = place_of(who);
    path_text directory = places_.definition_of(where), state = places_.state_of(where);
    bool catch_all = where.catch_all(), is_logger = who.which == side::logger || catch_all;
    supervise_arguments with{directory.c_str(), where.aside ? state.c_str() : nullptr, false, -1, -1};
    if (!is_logger) {
        auto engine = places_.has_engine();
        if (!engine) return engine.why();
        with.wait_for_engine = *engine;
    }
    if (is_logger) with.input = its.pipe_read.get();
    if (who.which == side::main && tree_.has_logger(who.service)) with.output = its.pipe_write.get();
    if (with.output < 0 && !catch_all)
        if (auto number = tree_.find(catch_all_name)) with.output = links_of(*number).pipe_write.get();
    return starter_.start(with);
}

// A supervise that is not our child is watched by its pidfd.
void shell::watch_process(supervisor_id who, unique_fd process) {
    pidfd_of(who) = process.release();
    listen_to_process(who);
}

void shell::listen_to_process(supervisor_id who) {
    int pidfd = pidfd_of(who);
    bool added = loop_.add(pidfd, [this, who, pidfd] {
        auto status = chainload::exit_status_of(pidfd);
        pidfd_of(who) = -1;
        loop_.remove(pidfd);
        ::close(pidfd);
        supervise_ended(who, status);
    });
    if (added) return;
    say(severity::error, tree_.name_of(who.service) + ": unable to watch its supervise; tried again");
    unwatched_processes_.push_back(who);
    try_again_later();
}

} // namespace reeve::svscan
