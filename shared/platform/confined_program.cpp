#include "shared/platform/confined_program.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int could_not_begin = 127;
constexpr auto patience_with_systemd = 5s;

sigset_t awaited_signals() {
    sigset_t signals{};
    ::sigemptyset(&signals);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&signals, signal);
    }
    return signals;
}

bool write_file(const char* path, const std::string& text) {
    const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
    return file.number() >= 0 &&
           ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Who is not root becomes so over mounts of its own (user_namespaces(7)), and is itself again with
// the next program.
bool have_own_mounts() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (user == 0) {
        return ::unshare(CLONE_NEWNS) == 0;
    }
    const auto self = [](auto id) { return std::to_string(id) + ' ' + std::to_string(id) + " 1"; };
    return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", self(user)) &&
           write_file("/proc/self/gid_map", self(group));
}

// Where the kernel refuses it, the program sees the machine's own files.
void lay_over(const std::vector<Overlay>& overlays) {
    if (overlays.empty() || !have_own_mounts() ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return;
    }
    for (const Overlay& overlay : overlays) {
        ::mount(overlay.file.c_str(), overlay.place.c_str(), nullptr, MS_BIND, nullptr);
    }
}

[[noreturn]] void become(const ConfinedCommand& command, const FileDescriptor& gate) {
    char word = 0;
    if (::read(gate.number(), &word, 1) != 1) {
        ::_exit(0);  // who was to let it go is gone
    }
    lay_over(command.overlays);
    const sigset_t signals = awaited_signals();
    ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    std::vector<char*> arguments;
    for (const std::string& argument : command.words) {
        arguments.push_back(const_cast<char*>(argument.c_str()));  // execvp(3) changes none
    }
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    ::_exit(could_not_begin);
}

// Of /proc/PID/cgroup: "0::/user.slice/...", without the first slash.
std::string cgroup_of(int process) {
    std::ifstream lines("/proc/" + std::to_string(process) + "/cgroup");
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("0::/")) {
            return line.substr(4);
        }
    }
    return {};
}

// org.freedesktop.systemd1(5): a scope is a unit of processes that others have begun.
bool make_scope(const std::string& name, int process) {
    sd_bus* opened = nullptr;
    if (::sd_bus_open_user(&opened) < 0) {
        return false;
    }
    const std::unique_ptr<sd_bus, sd_bus* (*)(sd_bus*)> bus(opened, ::sd_bus_close_unref);
    return ::sd_bus_call_method(bus.get(), "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                "org.freedesktop.systemd1.Manager", "StartTransientUnit", nullptr,
                                nullptr, "ssa(sv)a(sa(sv))", name.c_str(), "fail", 2, "PIDs", "au",
                                1, static_cast<std::uint32_t>(process), "CollectMode", "s",
                                "inactive-or-failed", 0) >= 0;
}

}  // namespace

ConfinedProgram::ConfinedProgram(const ConfinedCommand& command) {
    const sigset_t signals = awaited_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    begin(command);
    try {
        confine(command.cgroup);
    } catch (...) {
        gate_ = FileDescriptor();
        ::waitpid(process_, nullptr, 0);
        throw;
    }
}

ConfinedProgram::~ConfinedProgram() {
    gate_ = FileDescriptor();  // one that was never let go ends by that
    if (!status_) {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
    if (!directory_.empty()) {
        ::rmdir(directory_.c_str());
    }
}

void ConfinedProgram::begin(const ConfinedCommand& command) {
    std::array<int, 2> ends{};
    check_syscall("make a pipe", ::pipe2(ends.data(), O_CLOEXEC));
    const FileDescriptor inside(ends[0]);
    FileDescriptor outside(ends[1]);
    process_ = check_syscall("make a process", ::fork());
    if (process_ == 0) {
        outside = FileDescriptor();
        become(command, inside);
    }
    gate_ = std::move(outside);
}

void ConfinedProgram::confine(const std::string& name) {
    if (make_scope(name + ".scope", process_)) {
        for (auto waited = 0ms; waited < patience_with_systemd; waited += 10ms) {
            cgroup_ = cgroup_of(process_);
            if (cgroup_.ends_with("/" + name + ".scope")) {
                return;
            }
            std::this_thread::sleep_for(10ms);
        }
        require("have systemd make the scope " + name, std::make_error_code(std::errc::timed_out));
    }
    const std::string own = cgroup_of(::getpid());
    cgroup_ = own + (own.empty() ? "" : "/") + name;
    const fs::path directory = "/sys/fs/cgroup/" + cgroup_;
    constexpr mode_t mode = 0755;
    check_syscall("make a cgroup, without systemd in this session, " + directory.string(),
                  ::mkdir(directory.c_str(), mode));
    directory_ = directory;
    if (!write_file((directory / "cgroup.procs").c_str(), std::to_string(process_))) {
        const std::error_code reason = last_error();
        ::rmdir(directory.c_str());
        require("move a process into " + directory.string(), reason);
    }
}

void ConfinedProgram::let_go() {
    constexpr char word = 'g';
    check_syscall("let the program go", ::write(gate_.number(), &word, 1));
}

std::optional<int> ConfinedProgram::wait(std::chrono::milliseconds patience) {
    constexpr int by_signal = 128;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
    const timespec timeout{.tv_sec = seconds.count(),
                           .tv_nsec = std::chrono::nanoseconds(patience - seconds).count()};
    const sigset_t signals = awaited_signals();
    int status = 0;
    if (!status_ && ::waitpid(process_, &status, WNOHANG) == 0) {
        const int signal = ::sigtimedwait(&signals, nullptr, &timeout);
        if (signal > 0 && signal != SIGCHLD) {
            ::kill(process_, SIGTERM);
        }
        if (::waitpid(process_, &status, WNOHANG) == 0) {
            return std::nullopt;
        }
    }
    if (!status_) {
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
    }
    return status_;
}

}  // namespace godwit::platform
