#include "tests/platform/private_bus.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

PrivateBus::PrivateBus(const tests::TemporaryDirectory& directory)
    : address_("unix:path=" + (directory.path() / "bus").string()) {
    const auto configuration = directory.write(
        "bus.conf", "<busconfig><type>custom</type><listen>" + address_ +
                        "</listen><policy context='default'><allow send_destination='*'/>"
                        "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>");
    const std::string option = "--config-file=" + configuration.string();
    std::array<int, 2> said{};
    check_syscall("make a pipe", ::pipe(said.data()));
    const FileDescriptor hear(said[0]);
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(said[1], STDOUT_FILENO);
        ::execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1",
                 option.c_str(), nullptr);
        ::_exit(1);
    }
    ::close(said[1]);
    char first = 0;  // of the address, which it says once it listens there
    check_syscall("wait for the bus", ::read(hear.number(), &first, 1));
}

void PrivateBus::stop() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
}

}  // namespace godwit::platform
