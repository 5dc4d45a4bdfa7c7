#include "server/rate_configuration.hpp"

#include "shared/runtime/toml_forms.hpp"

namespace godwit::server {
namespace {

using namespace godwit::runtime;
using mobility::BitRate;

Form<BitRate> bit_rate() {
    return text_form<BitRate>(
        "write bits each second in quotes, a whole number from \"" +
            BitRate{BitRate::least}.text() + "\" to \"" + BitRate{BitRate::most}.text() +
            "\" with k, M or G or without, such as \"20M\", or \"none\"",
        [](const std::string& written) -> std::expected<BitRate, std::string> {
            const auto rate = BitRate::parse(written);
            return rate ? std::expected<BitRate, std::string>(*rate)
                        : std::unexpected(in_quotes(written) + " is no such rate");
        });
}

}  // namespace

void read_rates(TomlTable& table, ClientRates& rates) {
    std::optional<BitRate> both;
    table.read("rate_limit", bit_rate(), both);
    rates = {.up = both, .down = both};
    table.read("rate_limit_up", bit_rate(), rates.up);
    table.read("rate_limit_down", bit_rate(), rates.down);
}

}  // namespace godwit::server
