#include "server/commands/invite_text.hpp"

#include "server/qr_code.hpp"
#include "shared/runtime/printable.hpp"

namespace godwit::server {

std::string invite_text(const runtime::Json& invite) {
    const auto said = [&invite](const char* key) {
        return runtime::printable(invite.at(key).get<std::string>());
    };
    const std::string line = said("invite");
    return said("name") + " gets " + said("home_address") + ", and may join until " +
           said("expires") + ". There, with the package godwit:\n\n" + "  sudo godwit join '" +
           line + "'\n\n" + qr_terminal(line) +
           "\nWhoever has this line can join in its place: show it to nobody else.\n";
}

}  // namespace godwit::server
