#include "client/keys.hpp"

#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/key_files.hpp"

namespace godwit::client {

Keys load_keys(const Configuration& configuration) {
    Keys keys{runtime::load_key_pair(configuration.private_key_file),
              runtime::load_preshared_key(configuration.home_agent.preshared_key_file)};
    if (keys.own && keys.own->public_key() == configuration.home_agent.public_key) {
        throw runtime::InvalidConfiguration({{configuration.private_key_file->string(), 0, 0,
                                              "home_agent.public_key is this key's own public key",
                                              "write the one that godwit-ha keygen printed"}});
    }
    return keys;
}

}  // namespace godwit::client
