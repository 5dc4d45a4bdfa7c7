#include "shared/platform/command.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

std::expected<int, std::error_code> run_command(const std::vector<std::string>& words,
                                                const std::filesystem::path& input) {
    constexpr int by_signal = 128;
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));  // posix_spawn(3) changes none
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files{};
    ::posix_spawn_file_actions_init(&files);
    if (!input.empty()) {
        ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    }
    pid_t process = 0;
    const int failure =
        ::posix_spawnp(&process, arguments.front(), &files, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (failure != 0) {
        return std::unexpected(std::error_code(failure, std::system_category()));
    }
    int status = 0;
    while (::waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return std::unexpected(last_error());
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
}

void let_everybody_read() {
    ::umask(0022);
}

std::optional<std::filesystem::path> find_command(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream directories(path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
    for (std::string directory; std::getline(directories, directory, ':');) {
        const auto file = std::filesystem::path(directory) / name;
        if (::access(file.c_str(), X_OK) == 0) {
            return file;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::platform
