#include "server/api_configuration.hpp"

#include <charconv>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "shared/runtime/configuration_forms.hpp"
#include "shared/runtime/toml_forms.hpp"

namespace godwit::server {

using namespace godwit::runtime;

namespace {

std::optional<wire::Ipv6Address> address_of(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        return wire::Ipv6Address::parse(text.substr(1, text.size() - 2));
    }
    const auto ipv4 = wire::Ipv4Address::parse(text);
    return ipv4 ? std::optional(wire::Ipv6Address::mapped(*ipv4)) : std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    return error == std::errc() && rest == end && port != 0 ? std::optional(port) : std::nullopt;
}

Form<ListenAddress> listen_address() {
    return text_form<ListenAddress>(
        "write an address and a port in quotes, such as \"127.0.0.1:4190\" or \"[::1]:4190\"",
        [](const std::string& written) -> std::expected<ListenAddress, std::string> {
            const std::string_view text = written;
            const std::size_t colon = text.rfind(':');
            const auto address = address_of(text.substr(0, colon));
            const auto port =
                colon == std::string_view::npos ? std::nullopt : port_of(text.substr(colon + 1));
            if (!address || !port) {
                return std::unexpected(in_quotes(written) + " is no address with a port");
            }
            return ListenAddress{*address, *port};
        });
}

}  // namespace

void read_api(TomlTable& root, const std::filesystem::path& directory, ApiEntry& api) {
    const auto found = root.optional_table("api");
    if (!found) {
        return;
    }
    TomlTable& table = *found;
    table.require("listen", listen_address(), api.listen);
    table.read("token_file", path_from(directory), api.token_file);
    table.read("host_names", list_of(host()), api.host_names);
    if (api.listen && !api.listen->is_loopback() && !api.token_file) {
        table.reject("listen", "others than this machine can reach " + api.listen->text(),
                     "write token_file = \"api-token\" beside it, a file with a secret of 16 or "
                     "more characters, or listen at 127.0.0.1");
    }
}

}  // namespace godwit::server
