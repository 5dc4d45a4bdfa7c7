// The option that tells name servers: what is read is within its limits, and is written as it was.

#include "shared/mobility/dns_configuration.hpp"

#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    using mobility::DnsConfiguration;
    const wire::ExperimentalOption option{wire::Bytes(data, data + size)};
    const auto configuration = mobility::dns_configuration({option});
    if (!configuration) {
        return 0;
    }
    fuzz::require(configuration->servers.size() <= DnsConfiguration::max_servers);
    fuzz::require(configuration->search_domains.size() <= DnsConfiguration::max_search_domains);
    const auto written = mobility::to_option(*configuration);
    fuzz::require(written.data.size() == size);
    fuzz::require(mobility::dns_configuration({written}) == configuration);
    return 0;
}
