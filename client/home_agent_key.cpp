#include "client/home_agent_key.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "shared/platform/attempt.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::client {
namespace {

using security::PublicKey;

// The configured key, and the one that has taken its place: two lines, for each home agent.
struct Succession {
    PublicKey configured;
    PublicKey current;
};

std::vector<Succession> read(const std::filesystem::path& path) {
    std::vector<Succession> all;
    std::ifstream file(path);
    for (std::string configured; std::getline(file, configured);) {
        std::string current;
        std::getline(file, current);
        const auto before = PublicKey::parse(configured);
        const auto after = PublicKey::parse(current);
        if (!before || !after) {
            throw std::runtime_error(path.string() +
                                     " does not hold pairs of public keys; remove it to go by the "
                                     "configured home_agent.public_key");
        }
        all.push_back({*before, *after});
    }
    return all;
}

}  // namespace

HomeAgentKey::HomeAgentKey(std::filesystem::path state_directory, const PublicKey& configured)
    : file_(std::move(state_directory) / "home-agent-key"),
      configured_(configured),
      current_(configured) {
    for (const Succession& succession : read(file_)) {
        if (succession.configured == configured) {
            current_ = succession.current;
        }
    }
}

void HomeAgentKey::replace(const PublicKey& next) {
    std::filesystem::create_directories(file_.parent_path());
    write(&next);
    current_ = next;
}

void HomeAgentKey::forget() {
    if (current_ == configured_) {
        return;
    }
    write(nullptr);
    if (read(file_).empty()) {
        std::filesystem::remove(file_);
    }
    current_ = configured_;
}

// Those of the other home agents stay as they are in the file by now.
void HomeAgentKey::write(const PublicKey* next) const {
    std::string text;
    for (const Succession& succession : read(file_)) {
        if (succession.configured != configured_) {
            text += succession.configured.text() + '\n' + succession.current.text() + '\n';
        }
    }
    if (next != nullptr) {
        text += configured_.text() + '\n' + next->text() + '\n';
    }
    platform::require("write " + file_.string(), platform::replace_file(file_, text));
}

}  // namespace godwit::client
