#include "server/keys.hpp"

#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/key_files.hpp"

namespace godwit::server {

Keys load_keys(const Configuration& configuration) {
    Keys keys{.own = runtime::load_key_pair(configuration.private_key_file),
              .preshared = {},
              .api_token = runtime::load_api_token(configuration.api.token_file)};
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        keys.preshared.push_back(runtime::load_preshared_key(node.preshared_key_file));
        if (keys.own && node.public_key == keys.own->public_key()) {
            throw runtime::InvalidConfiguration(
                {{configuration.private_key_file->string(), 0, 0,
                  "the public key of mobile node \"" + node.name + "\" is this key's own",
                  "write the one that godwit keygen printed at the mobile node"}});
        }
    }
    return keys;
}

}  // namespace godwit::server
