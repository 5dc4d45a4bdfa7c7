// A home agent's configuration: it is taken, or refused with what is wrong and where; nothing else
// is thrown. No two mobile nodes come to have one address or one name.

#include <set>
#include <string>

#include "server/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/scratch_file.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 8192;  // octets

void check(const server::Configuration& configuration) {
    fuzz::require(configuration.address.address.is_unicast_routable());
    std::set<wire::Ipv6Address> homes;
    std::set<std::string> names;
    std::set<wire::Ipv4Address> ipv4;
    for (const server::MobileNodeEntry& node : configuration.mobile_nodes) {
        fuzz::require(configuration.home_prefix.contains(node.home_address.address));
        fuzz::require(node.home_address.address != configuration.address.address);
        fuzz::require(homes.insert(node.home_address.address).second);
        fuzz::require(names.insert(node.name).second);
        fuzz::require(!node.ipv4_home_address || ipv4.insert(*node.ipv4_home_address).second);
        fuzz::require(node.public_key || node.protection == mobility::Protection::none);
        fuzz::require(node.protection != mobility::Protection::none ||
                      configuration.allow_unprotected);
    }
    const auto& api = configuration.api;
    fuzz::require(!api.listen || api.listen->is_loopback() || api.token_file);
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    static const fuzz::ScratchFile file("godwit-fuzz-ha.toml");
    if (size > max_input) {
        return -1;
    }
    try {
        check(server::read_configuration(file.holding(fuzz::Input(data, size).text())));
    } catch (const runtime::InvalidConfiguration& invalid) {
        fuzz::require(!invalid.errors().empty());
        for (const runtime::ConfigurationError& error : invalid.errors()) {
            fuzz::require(!error.wrong.empty() && !error.text().empty());
        }
    }
    return 0;
}
