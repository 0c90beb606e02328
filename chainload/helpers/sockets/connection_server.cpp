#include "chainload/helpers/sockets/connection_server.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/file.hpp"
#include "chainload/spawn.hpp"

#include <sys/signalfd.h>
#include <sys/wait.h>

namespace reeve::chainload {

namespace {
constexpr int heeded[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT};
constexpr int accepted_per_turn = 16; // then signals have their turn
constexpr int pause_ms = 200;         // while the machine has no descriptor, memory or process for us

bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EAGAIN;
}
} // namespace

bool connection_server::fail(next problem) {
    problem_ = problem;
    return false;
}

next connection_server::run() {
    if (!choose_listeners()) return problem_;
    if (options_.rules != nullptr && !rules_.load(options_.rules)) return self_.fatal(rules_.problem());
    if (!table_.make(self_.variables.memory(), options_.limit) || !environment_.make(self_))
        return self_.out_of_memory();
    // A connection must not become descriptor 0, 1 or 2 of this process, which messages go to.
    for (int low = 0; low < 3; ++low)
        if (::fcntl(low, F_GETFD) < 0 && ::open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
            return self_.unable(errno, "open /dev/null");
    if (!open_signals()) return problem_;
    if (options_.announce) announce();
    serve();
    return problem_;
}

bool connection_server::add_listener(int fd, bool must_listen) {
    int listening = 0;
    socklen_t size = sizeof listening;
    bool is_socket = ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0;
    if (!is_socket && must_listen) return fail(self_.unable(errno, "accept connections on descriptor ", fd));
    // They are for this process alone, also those that nothing can be accepted from.
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return fail(self_.unable(errno, "use descriptor ", fd));
    if (listening == 0) {
        if (must_listen) return fail(self_.unable(EINVAL, "accept connections on descriptor ", fd));
        return true;
    }
    // A connection that is gone before it is accepted must not make the server wait for the next.
    if (::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        return fail(self_.unable(errno, "use descriptor ", fd));
    watched_[++listeners_] = {fd, POLLIN, 0};
    return true;
}

bool connection_server::choose_listeners() {
    listeners given(self_);
    if (!given.is_sound()) return fail(given.problem());
    int chosen = options_.listener == nullptr ? -1 : given.find(options_.listener);
    if (options_.listener != nullptr && chosen < 0)
        return fail(self_.fatal("no listening descriptor is called ", options_.listener));
    int end = first_listener + static_cast<int>(given.count());
    for (int fd = first_listener; fd < end; ++fd) {
        if (chosen >= 0 && fd != chosen)
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        else if (!add_listener(fd, fd == chosen))
            return false;
    }
    if (chosen >= end && !add_listener(chosen, true)) return false;
    if (listeners_ > 0) return true;
    return fail(self_.fatal("there is no listening socket: LISTEN_FDS names none for this process"));
}

bool connection_server::open_signals() {
    sigset_t all, wanted;
    sigfillset(&all);
    sigemptyset(&wanted);
    for (int signal : heeded) sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &all, &mask_before_);
    // Where it is ignored the kernel does not tell of the end of children.
    struct sigaction ours = {}, before;
    ours.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &ours, &before);
    children_were_ignored_ = before.sa_handler == SIG_IGN;
    int fd = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return fail(self_.unable(errno, "watch signals"));
    watched_[0] = {fd, POLLIN, 0};
    return true;
}

void connection_server::announce() {
    text_buffer<128> line(bound_to(watched_[1].fd).view(), '\n');
    (void)write_all(STDOUT_FILENO, line.view());
    unique_fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    ::dup3(nowhere.get(), STDOUT_FILENO, O_CLOEXEC);
}

void connection_server::serve() {
    for (;;) {
        bool accepting = !stopping_ && !paused_ && !table_.is_full();
        int ready = ::poll(watched_, accepting ? 1 + listeners_ : 1, paused_ ? pause_ms : -1);
        if (ready < 0 && errno != EINTR && errno != ENOMEM) {
            (void)fail(self_.unable(errno, "wait for connections"));
            return;
        }
        paused_ = false;
        if (ready <= 0) continue;
        if (watched_[0].revents != 0) heed_signals();
        if (ended_ || (stopping_ && table_.count() == 0)) return;
        for (std::size_t i = 1; accepting && i <= listeners_; ++i)
            if (watched_[i].revents != 0 && !stopping_) accept_some(watched_[i].fd);
    }
}

void connection_server::accept_some(int listener) {
    for (int count = 0; count < accepted_per_turn && !table_.is_full() && !paused_; ++count) {
        client from;
        unique_fd connection(accept_client(listener, from));
        if (connection) {
            welcome(connection.get(), from);
            continue;
        }
        if (errno == EAGAIN) return;
        // Anything else is the end of that one connection (accept(2)), and the next may be good.
        if (!is_shortage(errno)) continue;
        log_.unable(level::warning, failed("accept"), "a connection (will try again)");
        paused_ = true;
    }
}

void connection_server::welcome(int connection, const client& from) {
    const access_rule* rule = nullptr;
    if (options_.rules != nullptr) {
        if (!rules_.refresh()) log_.say(level::warning, rules_.problem(), ": the rules stay as they were");
        rule = rules_.find(from.who);
        if (rule != nullptr && !rule->allow) return deny(from, "by the rules");
    }
    unsigned number = table_.count_of(from.who) + 1;
    if (options_.per_client != 0 && number > options_.per_client)
        return deny(from, "has too many connections");
    if (!start(connection, from, number, rule)) paused_ = true;
}

bool connection_server::start(int connection, const client& from, unsigned number, const access_rule* rule) {
    auto variables = environment_.of(from, number, options_.local_name,
                                     rule != nullptr ? rule->variables : std::string_view());
    auto child = spawn_child([&]() -> failure {
        if (::dup2(connection, STDIN_FILENO) < 0 || ::dup2(connection, STDOUT_FILENO) < 0)
            return failed("set up");
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        if (children_were_ignored_) ::sigaction(SIGCHLD, &ignore, nullptr);
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
        return exec_program(command_, variables);
    });
    if (!child) {
        log_.unable(level::warning, child.why(), command_[0]);
        return !is_shortage(child.why().error);
    }
    table_.add(*child, from.who);
    if (options_.verbose)
        (void)write_all(STDERR_FILENO,
                        text_buffer<768>("accept-each: status: ", table_.count(), '/', table_.limit(),
                                         "\naccept-each: pid ", *child, " from ", from.name().view(),
                                         "\naccept-each: ok ", *child, ' ',
                                         from.local_end(options_.local_name).view(), ' ',
                                         from.remote_end().view(), '\n')
                            .view());
    return true;
}

void connection_server::deny(const client& from, std::string_view why) {
    if (!options_.verbose) return;
    text_buffer<512> line("accept-each: deny ", from.local_end(options_.local_name).view(), ' ',
                          from.remote_end().view(), ' ', why, '\n');
    (void)write_all(STDERR_FILENO, line.view());
}

} // namespace reeve::chainload
