#pragma once
// A program in a cgroup of its own (cgroups(7)), which is known before the program does anything:
// it is held until it is let go. For commands that people run; the daemons begin no programs.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

// A file that the program sees in the place of another one.
struct Overlay {
    std::filesystem::path file;
    std::filesystem::path place;
};

struct ConfinedCommand {
    std::vector<std::string> words;  // the program, found along PATH, and its arguments
    std::string cgroup;              // its name: "godwit-portal-17"
    std::vector<Overlay> overlays{};
};

class ConfinedProgram {
  public:
    // systemd makes the cgroup, as a scope of this user's session; without it root does. Throws
    // std::system_error, naming the attempt. From now on SIGCHLD, SIGINT, SIGTERM and SIGHUP come
    // to this process by wait() alone.
    explicit ConfinedProgram(const ConfinedCommand& command);
    ConfinedProgram(const ConfinedProgram&) = delete;
    ConfinedProgram& operator=(const ConfinedProgram&) = delete;
    // One that still runs is ended.
    ~ConfinedProgram();

    // The path of its cgroup below the root of the hierarchy.
    [[nodiscard]] const std::string& cgroup() const { return cgroup_; }

    void let_go();
    // Its exit status, 128 and the number of a signal that ended it, 127 where it could not be
    // begun; nothing while it runs. Waits for that so long at most. Whoever ends this process in
    // that time ends the program.
    std::optional<int> wait(std::chrono::milliseconds patience);

  private:
    void begin(const ConfinedCommand& command);
    void confine(const std::string& name);

    int process_ = -1;
    std::optional<int> status_;
    FileDescriptor gate_;  // the child reads its other end
    std::string cgroup_;
    std::filesystem::path directory_;  // of the cgroup, where it is to be removed
};

}  // namespace godwit::platform
