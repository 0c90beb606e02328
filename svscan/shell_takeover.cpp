// How a tree begins: newly, with what an earlier svscan left running, or handed over by the svscan that became this.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"
#include "svscan/tree_file.hpp"

#include <array>
#include <ctime>
#include <fcntl.h>
#include <stdexcept>
#include <sys/random.h>
#include <sys/stat.h>

namespace reeve::svscan {

using chainload::unique_fd;

namespace {
constexpr moment wait_for_records_ms = 1000;

// Without these two an earlier tree that is still running would be taken for nothing, and all started a second time.
// PID 1 is not the second svscan of anything, and has nobody to start it again.
void check_readable(const chainload::result<std::string_view>& text, const char* what) {
    bool absent = !text && text.why().error == ENOENT;
    if (!text && !absent && ::getpid() != 1)
        throw std::runtime_error(std::string(what) + ": " + unable(text.why()));
}

std::string read_boot_id() {
    std::array<char, 64> buffer;
    constexpr const char* path = "/proc/sys/kernel/random/boot_id";
    auto text = chainload::read_whole_at(AT_FDCWD, path, buffer, "read the id of this boot");
    check_readable(text, path);
    if (!text || text->empty()) return "unknown";
    return std::string(chainload::trim_blanks(*text));
}
} // namespace

void shell::begin() {
    auto before = children();
    if (!before) throw std::runtime_error(unable(before.why()));
    foreign_.insert(before->begin(), before->end());
    ::unlinkat(places_.own(), "exit-code", 0); // of an earlier run
    listen();
    std::string boot = read_boot_id();
    std::array<char, 256> buffer;
    auto text = chainload::read_whole_at(places_.own(), "tree", buffer, "read .svscan/tree");
    check_readable(text, ".svscan");
    auto known = text ? parse_tree_file(*text) : std::nullopt;
    if (known && known->boot == boot) {
        if (take_over(known->id)) return;
        previous_id_ = known->id;
    }
    boot_ = boot;
    new_tree();
    scan(false, true);
}

void shell::new_tree() {
    tree_file made{{}, boot_};
    if (::getrandom(made.id.data(), made.id.size(), 0) != static_cast<ssize_t>(made.id.size()))
        say(severity::error, unable(chainload::failed("get random bytes")));
    tree_id_ = made.id;
    starter_.use_tree(made.id);
    write_tree_file();
}

// True if something of that tree lives; then the scan is done, too.
bool shell::take_over(const supervise::tree_id& id) {
    struct found_service {
        std::string name;
        look_result seen;
        found_supervisor main, logger;
    };
    std::vector<found_service> all;
    bool alive = false;
    // A supervise that the killed svscan had just started has the lock before it has a record; and what cannot be read
    // at first may be readable a moment later.
    moment patience = chainload::monotonic_ms() + wait_for_records_ms;
    auto again = [&](bool in_doubt) {
        timespec pause{0, 1'000'000};
        return in_doubt && chainload::monotonic_ms() <= patience && ::nanosleep(&pause, nullptr) == 0;
    };
    auto find_side = [&](place which) {
        for (;;) {
            auto found = find_supervisor(places_, which, id);
            if (!again(found.unknown || (found.pid == 0 && places_.is_locked(which)))) return found;
        }
    };
    auto find = [&](const char* name) {
        found_service one{name, places_.look(name), {}, {}};
        while (again(one.seen.what.kind == sight_kind::unreadable)) one.seen = places_.look(name);
        if (one.seen.what.kind == sight_kind::incomplete || one.seen.what.kind == sight_kind::complete) {
            one.main = find_side({name, side::main});
            if (one.seen.what.has_log && name != catch_all_name) one.logger = find_side({name, side::logger});
            // In doubt the tree is the old one: its processes are known in it, and those that are not count for nothing.
            alive = alive || one.main.pid != 0 || one.main.main_alive || one.logger.pid != 0 ||
                    one.logger.main_alive || one.main.unknown || one.logger.unknown;
        }
        all.push_back(std::move(one));
    };
    find(catch_all_name.data());
    auto listed = places_.list(find);
    while (again(!listed)) {
        all.erase(all.begin() + 1, all.end());
        listed = places_.list(find);
    }
    if (!listed && ::getpid() != 1) throw std::runtime_error(unable(listed.why()));
    if (!alive) return false;

    tree_id_ = id;
    starter_.use_tree(id);
    std::set<pid_t> known;
    for (const auto& one : all) known.insert({one.main.pid, one.logger.pid});
    adopt_lost_ones(known);
    feed(pass_began{false});
    std::size_t supervises = 0;
    for (auto& one : all) {
        supervises += (one.main.pid != 0) + (one.logger.pid != 0);
        bool lives = one.main.pid != 0 || one.main.main_alive || one.logger.pid != 0 || one.logger.main_alive;
        if (lives)
            adopt(one.name.c_str(), one.seen.what, std::move(one.main), std::move(one.logger));
        else if (one.seen.what.kind != sight_kind::nothing &&
                 (one.name != catch_all_name || one.seen.what.kind == sight_kind::complete))
            feed(saw{one.name, one.seen.what, one.seen.changed_ms < listening_since_ms_});
    }
    feed(pass_ended{});
    say(severity::info, "took over " + std::to_string(supervises) + " running supervises");
    return true;
}

ino_t shell::pipe_of_catch_all() {
    auto number = tree_.find(catch_all_name);
    struct stat pipe {};
    return number && ::fstat(links_of(*number).pipe_write.get(), &pipe) == 0 ? pipe.st_ino : 0;
}

void shell::adopt(const char* name, const sight& what, found_supervisor main, found_supervisor logger) {
    bool catch_all = name == catch_all_name;
    // A service that was started before it had a log/ keeps its output: its descriptor 1 is not a logger's pipe. Where
    // it is one, the killed svscan had not come to the logger yet.
    bool has_logger = what.has_log && !catch_all &&
                      (logger.of_tree || main.pid == 0 || writes_to_logger(main.pid, pipe_of_catch_all()));
    draining_ = true; // the descriptors come before what the tree wants done with them
    feed(adopted{name, what.id, has_logger, catch_all, false, main.pid, logger.pid});
    draining_ = false;
    auto number = tree_.find(name);
    if (!number || tree_.identity_of(*number) != what.id || tree_.pid_of({*number, side::main}) != main.pid) {
        drain();
        return;
    }
    links& its = links_of(*number);
    its.main_aside = main.aside;
    its.logger_aside = logger.aside;
    bool restart_logger = false;
    if (has_logger || catch_all) {
        auto ends = catch_all ? take_back_pipe({}, main) : take_back_pipe(main, logger);
        if (ends) {
            its.pipe_read = std::move(ends->read);
            its.pipe_write = std::move(ends->write);
            restart_logger = ends->logger_elsewhere;
        } else if (main.pid != 0 || logger.pid != 0) {
            say(severity::warning,
                std::string(name) + ": its log pipe cannot be taken back; it gets a new one when restarted");
        }
    }
    auto take = [&](supervisor_id who, found_supervisor& found) {
        if (found.pid == 0) {
            if (found.main_alive) awaited_[found.main] = who;
            return;
        }
        reach(who, found.pid);
        if (found.is_child)
            pids_[found.pid] = who;
        else
            watch_process(who, std::move(found.process));
    };
    take({*number, side::main}, main);
    if (has_logger) take({*number, side::logger}, logger);
    if (restart_logger) perform(action::tell{{*number, side::logger}, "dx"});
    drain();
}

std::string shell::describe() const {
    handover all;
    all.lock = lock_.get();
    all.tree = tree_id_;
    all.foreign.assign(foreign_.begin(), foreign_.end());
    for (service_number number = 0; number < tree_.slots(); ++number) {
        if (!tree_.is_used(number)) continue;
        handed_service one;
        one.name = tree_.name_of(number);
        one.id = tree_.identity_of(number);
        one.has_logger = tree_.has_logger(number);
        one.leaving = tree_.is_leaving(number);
        if (number < links_.size()) {
            const links& its = links_[number];
            one.main = {tree_.pid_of({number, side::main}), its.main_control.get(), its.main_pidfd,
                        its.main_aside};
            one.logger = {tree_.pid_of({number, side::logger}), its.logger_control.get(), its.logger_pidfd,
                          its.logger_aside};
            one.pipe_read = its.pipe_read.get();
            one.pipe_write = its.pipe_write.get();
        }
        all.services.push_back(std::move(one));
    }
    return format_handover(all);
}

void shell::keep_over_exec(bool keep) {
    auto mark = [&](int fd) {
        if (fd >= 0) ::fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
    };
    mark(lock_.get());
    for (const links& its : links_)
        for (int fd : {its.main_control.get(), its.logger_control.get(), its.pipe_read.get(),
                       its.pipe_write.get(), its.main_pidfd, its.logger_pidfd})
            mark(fd);
}

namespace {
void close_on_exec(const handover& all) {
    auto mark = [](int fd) {
        if (fd >= 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    };
    mark(all.lock);
    for (const auto& one : all.services)
        for (int fd : {one.main.control, one.main.pidfd, one.logger.control, one.logger.pidfd, one.pipe_read,
                       one.pipe_write})
            mark(fd);
}
} // namespace

void shell::begin(const handover& from) {
    close_on_exec(from); // before a supervise is started, which would keep them all, the lock among them
    foreign_.insert(from.foreign.begin(), from.foreign.end());
    tree_id_ = from.tree;
    starter_.use_tree(from.tree);
    listen();
    for (const auto& one : from.services)
        if (one.name == catch_all_name) restore(one);
    for (const auto& one : from.services)
        if (one.name != catch_all_name) restore(one);
    scan(false, true);
    say(severity::info, "upgraded in place; " + std::to_string(tree_.count()) + " services go on");
}

void shell::restore(const handed_service& one) {
    draining_ = true;
    feed(adopted{one.name, one.id, one.has_logger, one.name == catch_all_name, one.leaving, one.main.pid,
                 one.logger.pid});
    draining_ = false;
    if (auto number = tree_.find(one.name)) {
        links& its = links_of(*number);
        its.main_control.reset(one.main.control);
        its.logger_control.reset(one.logger.control);
        its.main_aside = one.main.aside;
        its.logger_aside = one.logger.aside;
        its.pipe_read.reset(one.pipe_read);
        its.pipe_write.reset(one.pipe_write);
        its.writer_closed = one.has_logger && one.pipe_read >= 0 && one.pipe_write < 0;
        auto take = [&](side which, const handed_supervisor& handed) {
            if (handed.pidfd >= 0)
                watch_process({*number, which}, unique_fd(handed.pidfd));
            else if (handed.pid != 0)
                pids_[handed.pid] = {*number, which};
        };
        take(side::main, one.main);
        take(side::logger, one.logger);
    }
    drain();
}

} // namespace reeve::svscan
