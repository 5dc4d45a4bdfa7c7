// A mobile node's configuration, the changes that `godwit set` makes to it, and a profile from
// another machine: each is taken, or refused with what is wrong and where; nothing else is thrown.
//
// The first octet says which.

#include "client/configuration.hpp"
#include "client/profile_document.hpp"
#include "client/profiles.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/toml_edit.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/scratch_file.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 8192;  // octets

void read_file(const std::string& text) {
    static const fuzz::ScratchFile file("godwit-fuzz-mn.toml");
    try {
        const auto configuration = client::read_configuration(file.holding(text));
        fuzz::require(configuration.home_address.address.is_unicast_routable());
        fuzz::require(!configuration.home_agent.endpoints.empty());
        fuzz::require(!configuration.home_prefix ||
                      configuration.home_prefix->contains(configuration.home_address.address));
        fuzz::require(configuration.private_key_file ||
                      configuration.protection == mobility::Protection::none);
    } catch (const runtime::InvalidConfiguration& invalid) {
        fuzz::require(!invalid.errors().empty());
        for (const runtime::ConfigurationError& error : invalid.errors()) {
            fuzz::require(!error.wrong.empty() && !error.text().empty());
        }
    }
}

// Key, value and text, an octet's length in front of the first two.
void change(fuzz::Input input) {
    const auto key = runtime::TomlKey::parse(fuzz::Input::text_of(input.record()));
    const std::string value = runtime::toml_value(fuzz::Input::text_of(input.record()));
    const std::string text = input.text();
    if (!key) {
        return;
    }
    const auto listed = runtime::list_toml(text);
    fuzz::require(listed.has_value() == runtime::find_in_toml(text, *key).has_value());
    if (const auto changed = runtime::change_toml(text, *key, value)) {
        const auto found = runtime::find_in_toml(*changed, *key);
        fuzz::require(found && *found);
        const auto now = runtime::list_toml(*changed);
        fuzz::require(now && (now->size() == listed->size() || now->size() == listed->size() + 1));
    }
    if (const auto removed = runtime::remove_from_toml(text, *key)) {
        const auto now = runtime::list_toml(*removed);
        fuzz::require(now && now->size() <= listed->size());
    }
}

void import(const std::string& text) {
    const auto document = client::ProfileDocument::parse(text);
    if (!document) {
        fuzz::require(!document.error().empty());
        return;
    }
    fuzz::require(client::is_profile_name(document->name));
    const auto again = client::ProfileDocument::parse(document->text());
    fuzz::require(
        again && again->name == document->name && again->configuration == document->configuration &&
        again->public_key == document->public_key && again->private_key == document->private_key &&
        again->preshared_key == document->preshared_key);
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size == 0 || size > max_input) {
        return -1;
    }
    const fuzz::Input input(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            read_file(fuzz::Input(input).text());
            break;
        case 1:
            change(input);
            break;
        default:
            import(fuzz::Input(input).text());
    }
    return 0;
}
