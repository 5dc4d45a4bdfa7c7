#include "server/commands/invite_text.hpp"

#include "server/qr_code.hpp"

namespace godwit::server {

std::string invite_text(const runtime::Json& invite) {
    const auto line = invite.at("invite").get<std::string>();
    return invite.at("name").get<std::string>() + " gets " +
           invite.at("home_address").get<std::string>() + ", and may join until " +
           invite.at("expires").get<std::string>() + ". There, with the package godwit:\n\n" +
           "  sudo godwit join '" + line + "'\n\n" + qr_terminal(line) +
           "\nWhoever has this line can join in its place: show it to nobody else.\n";
}

}  // namespace godwit::server
