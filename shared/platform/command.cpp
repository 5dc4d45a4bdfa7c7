#include "shared/platform/command.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

std::expected<int, std::error_code> run_command(const std::vector<std::string>& words) {
    constexpr int by_signal = 128;
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));  // posix_spawn(3) changes none
    }
    arguments.push_back(nullptr);
    pid_t process = 0;
    const int failure =
        ::posix_spawnp(&process, arguments.front(), nullptr, nullptr, arguments.data(), environ);
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

}  // namespace godwit::platform
