"""What each system call may plausibly fail with: the errors that a test makes it fail with, once each.

Plausible is what a correct program meets on a Linux machine in trouble: no memory, no descriptors, a full or broken
disk, a policy (seccomp, a security module) that forbids. Not plausible is what would be our own mistake (EBADF,
EFAULT), and what the call cannot say on the kind of file it is used for.
"""

FULL = ("ENOSPC", "EDQUOT")
DISK = ("EIO",)
DESCRIPTORS = ("EMFILE", "ENFILE")
MEMORY = ("ENOMEM",)
FORBIDDEN = ("EACCES",)
STOPPED = ("EINTR",)

PLAUSIBLE = {
    # files
    "open": (*DESCRIPTORS, *MEMORY, *FORBIDDEN, "ENOSPC", *DISK, *STOPPED),
    "openat": (*DESCRIPTORS, *MEMORY, *FORBIDDEN, "ENOSPC", *DISK, *STOPPED),
    "read": (*DISK, *MEMORY, *STOPPED),
    "pread64": (*DISK, *MEMORY),
    "write": ("ENOSPC", *DISK, "EAGAIN", *STOPPED),
    "writev": ("ENOSPC", *DISK, "EAGAIN"),
    "pwrite64": ("ENOSPC", *DISK),
    "stat": (*MEMORY, *FORBIDDEN, *DISK),
    "lstat": (*MEMORY, *FORBIDDEN, *DISK),
    "fstat": (*MEMORY, *DISK),
    "newfstatat": (*MEMORY, *FORBIDDEN, *DISK),
    "access": (*MEMORY, *FORBIDDEN, *DISK),
    "faccessat2": (*MEMORY, *FORBIDDEN, *DISK),
    "faccessat": (*MEMORY, *FORBIDDEN, *DISK),
    "readlink": (*MEMORY, *FORBIDDEN, *DISK),
    "readlinkat": (*MEMORY, *FORBIDDEN, *DISK),
    "rename": ("ENOSPC", *FORBIDDEN, *DISK),
    "renameat": ("ENOSPC", *FORBIDDEN, *DISK),
    "unlink": (*FORBIDDEN, *DISK),
    "unlinkat": (*FORBIDDEN, *DISK),
    "rmdir": (*FORBIDDEN, *DISK),
    "mkdir": (*FULL, *FORBIDDEN, *DISK),
    "mkdirat": (*FULL, *FORBIDDEN, *DISK),
    "mknod": (*FULL, *FORBIDDEN, *DISK),
    "mknodat": (*FULL, *FORBIDDEN, *DISK),
    "symlinkat": (*FULL, *FORBIDDEN, *DISK),
    "chmod": (*FORBIDDEN, *DISK),
    "fchmod": (*FORBIDDEN, *DISK),
    "fchmodat": (*FORBIDDEN, *DISK),
    "ftruncate": ("ENOSPC", *DISK),
    "fsync": ("ENOSPC", *DISK),
    "fdatasync": ("ENOSPC", *DISK),
    "getdents64": (*MEMORY, *DISK),
    "lseek": (*DISK,),
    "chdir": (*MEMORY, *FORBIDDEN, *DISK),
    "fchdir": (*FORBIDDEN, *DISK),
    "getcwd": (*MEMORY,),
    "flock": ("ENOLCK", *STOPPED),
    "utimensat": (*FORBIDDEN, *DISK),
    # descriptors
    "pipe2": DESCRIPTORS,
    "pipe": DESCRIPTORS,
    "fcntl": ("EMFILE", "ENOLCK", "EPERM"),
    "dup2": ("EBUSY", "EMFILE"),
    "dup3": ("EBUSY", "EMFILE"),
    "dup": ("EMFILE",),
    "close_range": (*MEMORY, "EMFILE"),
    "unshare": (*MEMORY,),
    "memfd_create": (*DESCRIPTORS, *MEMORY),
    "signalfd4": (*DESCRIPTORS, *MEMORY),
    "eventfd2": (*DESCRIPTORS, *MEMORY),
    "timerfd_create": (*DESCRIPTORS, *MEMORY),
    "epoll_create1": (*DESCRIPTORS, *MEMORY),
    "epoll_ctl": ("ENOSPC", *MEMORY),
    "epoll_wait": STOPPED,
    "epoll_pwait": STOPPED,
    "poll": (*MEMORY, *STOPPED),
    "ppoll": (*MEMORY, *STOPPED),
    "inotify_init1": (*DESCRIPTORS, *MEMORY),
    "inotify_add_watch": ("ENOSPC", *MEMORY, *FORBIDDEN),
    "ioctl": ("ENOTTY", "EINVAL"),
    # sockets
    "socket": (*DESCRIPTORS, "ENOBUFS"),
    "bind": ("EADDRINUSE", "EACCES", "ENOSPC"),
    "listen": ("EADDRINUSE",),
    "setsockopt": ("ENOBUFS",),
    "accept4": (*DESCRIPTORS, "ENOBUFS", "ECONNABORTED", *STOPPED),
    "recvmsg": (*MEMORY, "EAGAIN", *STOPPED),
    "sendmsg": ("ENOBUFS", "EAGAIN", "EPIPE", *STOPPED),
    "sendto": ("ENOBUFS", "EAGAIN", "EPIPE", *STOPPED),
    "getsockopt": ("ENOBUFS",),
    # processes
    "fork": ("EAGAIN", *MEMORY),
    "vfork": ("EAGAIN", *MEMORY),
    "clone": ("EAGAIN", *MEMORY),
    "execve": (*MEMORY, *FORBIDDEN, "ETXTBSY", "EMFILE", *DISK),
    "waitid": STOPPED,
    "wait4": STOPPED,
    "kill": ("EPERM",),
    "pidfd_open": (*DESCRIPTORS, *MEMORY),
    "pidfd_send_signal": ("EPERM", *MEMORY),
    "setsid": ("EPERM",),
    "prctl": ("EINVAL",),
    "prlimit64": ("EPERM",),
    "getrandom": (*STOPPED, "ENOSYS"),
    # memory
    "mmap": MEMORY,
    "mremap": MEMORY,
    "madvise": ("EAGAIN",),
}

# Calls that cannot fail the way they are used, and those whose failure only the injection makes harmful: a close()
# that fails has closed all the same, but one that is not executed leaks the descriptor. (brk is the C library's: what
# follows from no memory is test_allocations.py's matter.)
NEVER_FAIL = {
    "alarm", "arch_prctl", "brk", "capget", "clock_gettime", "clock_nanosleep", "close", "getegid", "geteuid", "getgid",
    "getpgrp", "getpid", "getppid", "gettid", "getuid", "inotify_rm_watch", "mprotect", "munmap", "nanosleep", "rseq",
    "rt_sigaction", "rt_sigprocmask", "set_robust_list", "set_tid_address", "setitimer", "timerfd_settime", "umask",
}  # fmt: skip


def errors_of(call):
    """The names of the errors that it may fail with."""
    assert call in PLAUSIBLE or call in NEVER_FAIL, f"plausible.py does not say what {call} may fail with"
    return PLAUSIBLE.get(call, ())
