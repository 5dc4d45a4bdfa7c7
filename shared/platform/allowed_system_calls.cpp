#include "shared/platform/allowed_system_calls.hpp"

#include <array>

namespace godwit::platform {
namespace {

constexpr std::array allowed{
    // Packets, and waiting for them.
    "read", "write", "readv", "writev", "recvmsg", "sendmsg", "recvmmsg", "sendmmsg", "recvfrom",
    "sendto", "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    "epoll_ctl", "epoll_create1", "eventfd2", "futex", "futex_waitv",
    // Sockets; socket itself by its family.
    "socketpair", "bind", "connect", "listen", "accept", "accept4", "getsockname", "getpeername",
    "getsockopt", "setsockopt", "shutdown",
    // Time.
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "timerfd_create", "timerfd_settime", "timerfd_gettime",
    // Memory; mmap and mprotect unless it could be written and executed.
    "brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "munlock", "membarrier",
    // Threads; clone makes no processes.
    "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "sched_yield",
    "sched_getaffinity", "sched_setaffinity", "getpriority", "setpriority", "getcpu", "exit",
    "exit_group", "restart_syscall",
    // Signals; to itself.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
    // Descriptors.
    "close", "close_range", "dup", "dup2", "dup3", "fcntl", "lseek", "pipe", "pipe2",
    // Files: the state, what is shown, /proc/sys/net, /etc/resolv.conf, libraries for names.
    "open", "openat", "access", "faccessat", "faccessat2", "stat", "lstat", "fstat", "newfstatat",
    "statx", "statfs", "fstatfs", "readlink", "readlinkat", "getdents64", "getcwd", "mkdir",
    "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2", "symlink",
    "symlinkat", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown",
    "fchownat", "truncate", "ftruncate", "fallocate", "fadvise64", "fsync", "fdatasync", "pread64",
    "pwrite64", "preadv", "pwritev", "sendfile", "copy_file_range", "umask", "flock", "utimensat",
    "inotify_init1", "inotify_add_watch", "inotify_rm_watch",
    // Who and where it is.
    "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getresuid",
    "getresgid", "getgroups", "uname", "sysinfo", "getrandom", "getrlimit", "getrusage", "times",
    "capget",
    // Which can only give up: nothing is left that would give back.
    "capset"};

constexpr std::array forbidden{
    // Programs, and other processes.
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev",
    "process_madvise", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp",
    // Other identities and rights.
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid",
    "setgroups", "keyctl", "add_key", "request_key",
    // Other name spaces and file systems.
    "unshare", "setns", "mount", "umount2", "move_mount", "open_tree", "mount_setattr", "fsopen",
    "fsconfig", "fsmount", "fspick", "pivot_root", "chroot", "swapon", "swapoff",
    "open_by_handle_at",
    // Programs in the kernel, and another kernel.
    "bpf", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    // The machine.
    "reboot", "iopl", "ioperm", "modify_ldt", "acct", "quotactl", "settimeofday", "clock_settime",
    "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog"};

}  // namespace

std::span<const char* const> allowed_system_calls() {
    return allowed;
}

std::span<const char* const> forbidden_system_calls() {
    return forbidden;
}

}  // namespace godwit::platform
