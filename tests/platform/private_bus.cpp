#include "tests/platform/private_bus.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

namespace godwit::platform {

PrivateBus::PrivateBus(const tests::TemporaryDirectory& directory)
    : address_("unix:path=" + (directory.path() / "bus").string()) {
    const auto configuration = directory.write(
        "bus.conf", "<busconfig><type>custom</type><listen>" + address_ +
                        "</listen><policy context='default'><allow send_destination='*'/>"
                        "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>");
    const std::string option = "--config-file=" + configuration.string();
    process_ = ::fork();
    if (process_ == 0) {
        ::execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", option.c_str(), nullptr);
        ::_exit(1);
    }
    while (!std::filesystem::exists(directory.path() / "bus")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void PrivateBus::stop() {
    if (process_ > 0) {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
}

}  // namespace godwit::platform
