#include "client/home_agent_key.hpp"

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"

namespace godwit::client {
namespace {

using security::PublicKey;

// Two lines: the configured key, and the one that has taken its place.
struct Succession {
    PublicKey configured;
    PublicKey current;
};

std::optional<Succession> read(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) {
        return std::nullopt;
    }
    std::string configured;
    std::string current;
    std::getline(file, configured);
    std::getline(file, current);
    const auto before = PublicKey::parse(configured);
    const auto after = PublicKey::parse(current);
    if (!before || !after) {
        throw std::runtime_error(path.string() +
                                 " does not hold two public keys; remove it to go by the "
                                 "configured home_agent.public_key");
    }
    return Succession{*before, *after};
}

}  // namespace

HomeAgentKey::HomeAgentKey(std::filesystem::path state_directory, const PublicKey& configured)
    : file_(std::move(state_directory) / "home-agent-key"),
      configured_(configured),
      current_(configured) {
    if (const auto succession = read(file_); succession && succession->configured == configured) {
        current_ = succession->current;
    }
}

void HomeAgentKey::replace(const PublicKey& next) {
    std::filesystem::create_directories(file_.parent_path());
    const std::filesystem::path fresh = file_.string() + ".new";
    std::ofstream out(fresh, std::ios::trunc);
    out << configured_.text() << '\n' << next.text() << '\n';
    out.close();
    if (!out) {
        platform::require("write " + fresh.string(), platform::last_error());
    }
    platform::make_durable(fresh);
    std::filesystem::rename(fresh, file_);
    platform::make_durable(file_.parent_path());
    current_ = next;
}

}  // namespace godwit::client
