// The system calls that syscall_fault can name. What a program under test calls beyond these is reported by its
// number, and tests/fault/plausible.py fails the test until somebody has said what that call may fail with.
#pragma once

#include <cstddef>
#include <string_view>
#include <sys/syscall.h>

namespace reeve::fault {

struct named_call {
    std::string_view name;
    int number;
};

#define REEVE_CALL(name)                                                                                     \
    { #name, SYS_##name }
inline constexpr named_call calls[] = {
    REEVE_CALL(bind),
    REEVE_CALL(brk),
    REEVE_CALL(capget),
    REEVE_CALL(chdir),
    REEVE_CALL(clock_gettime),
    REEVE_CALL(clock_nanosleep),
    REEVE_CALL(clone),
    REEVE_CALL(close),
    REEVE_CALL(close_range),
    REEVE_CALL(connect),
    REEVE_CALL(accept4),
    REEVE_CALL(dup),
    REEVE_CALL(dup3),
    REEVE_CALL(epoll_create1),
    REEVE_CALL(epoll_ctl),
    REEVE_CALL(epoll_pwait),
    REEVE_CALL(eventfd2),
    REEVE_CALL(execve),
    REEVE_CALL(faccessat),
    REEVE_CALL(faccessat2),
    REEVE_CALL(fchdir),
    REEVE_CALL(fchmod),
    REEVE_CALL(fchmodat),
    REEVE_CALL(fcntl),
    REEVE_CALL(fdatasync),
    REEVE_CALL(flock),
    REEVE_CALL(fstat),
    REEVE_CALL(fsync),
    REEVE_CALL(ftruncate),
    REEVE_CALL(futex),
    REEVE_CALL(getcwd),
    REEVE_CALL(getdents64),
    REEVE_CALL(getegid),
    REEVE_CALL(geteuid),
    REEVE_CALL(getgid),
    REEVE_CALL(getpid),
    REEVE_CALL(getppid),
    REEVE_CALL(getrandom),
    REEVE_CALL(getsockname),
    REEVE_CALL(getsockopt),
    REEVE_CALL(gettid),
    REEVE_CALL(getuid),
    REEVE_CALL(inotify_add_watch),
    REEVE_CALL(inotify_init1),
    REEVE_CALL(inotify_rm_watch),
    REEVE_CALL(ioctl),
    REEVE_CALL(kill),
    REEVE_CALL(linkat),
    REEVE_CALL(listen),
    REEVE_CALL(lseek),
    REEVE_CALL(madvise),
    REEVE_CALL(memfd_create),
    REEVE_CALL(mkdirat),
    REEVE_CALL(mknodat),
    REEVE_CALL(mmap),
    REEVE_CALL(mprotect),
    REEVE_CALL(mremap),
    REEVE_CALL(munmap),
    REEVE_CALL(nanosleep),
    REEVE_CALL(newfstatat),
    REEVE_CALL(openat),
    REEVE_CALL(pidfd_open),
    REEVE_CALL(pidfd_send_signal),
    REEVE_CALL(pipe2),
    REEVE_CALL(ppoll),
    REEVE_CALL(prctl),
    REEVE_CALL(pread64),
    REEVE_CALL(prlimit64),
    REEVE_CALL(pwrite64),
    REEVE_CALL(read),
    REEVE_CALL(readlinkat),
    REEVE_CALL(recvmsg),
    REEVE_CALL(renameat),
    REEVE_CALL(rseq),
    REEVE_CALL(rt_sigaction),
    REEVE_CALL(rt_sigprocmask),
    REEVE_CALL(sendmsg),
    REEVE_CALL(sendto),
    REEVE_CALL(set_robust_list),
    REEVE_CALL(set_tid_address),
    REEVE_CALL(setitimer),
    REEVE_CALL(setsid),
    REEVE_CALL(setsockopt),
    REEVE_CALL(signalfd4),
    REEVE_CALL(socket),
    REEVE_CALL(socketpair),
    REEVE_CALL(splice),
    REEVE_CALL(symlinkat),
    REEVE_CALL(timerfd_create),
    REEVE_CALL(timerfd_settime),
    REEVE_CALL(umask),
    REEVE_CALL(unlinkat),
    REEVE_CALL(unshare),
    REEVE_CALL(utimensat),
    REEVE_CALL(wait4),
    REEVE_CALL(waitid),
    REEVE_CALL(write),
    REEVE_CALL(writev),
#ifdef SYS_open // what only older architectures have
    REEVE_CALL(access),
    REEVE_CALL(alarm),
    REEVE_CALL(arch_prctl),
    REEVE_CALL(chmod),
    REEVE_CALL(dup2),
    REEVE_CALL(epoll_wait),
    REEVE_CALL(fork),
    REEVE_CALL(getpgrp),
    REEVE_CALL(link),
    REEVE_CALL(lstat),
    REEVE_CALL(mkdir),
    REEVE_CALL(mknod),
    REEVE_CALL(open),
    REEVE_CALL(pipe),
    REEVE_CALL(poll),
    REEVE_CALL(readlink),
    REEVE_CALL(rename),
    REEVE_CALL(rmdir),
    REEVE_CALL(stat),
    REEVE_CALL(symlink),
    REEVE_CALL(unlink),
    REEVE_CALL(vfork),
#endif
};
#undef REEVE_CALL

constexpr int number_of(std::string_view name) {
    for (const auto& call : calls)
        if (call.name == name) return call.number;
    return -1;
}

constexpr std::string_view name_of(int number) {
    for (const auto& call : calls)
        if (call.number == number) return call.name;
    return {};
}

} // namespace reeve::fault
