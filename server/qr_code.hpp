#pragma once
// QR codes of invites (ISO/IEC 18004, by libqrencode).

#include <string>
#include <string_view>

namespace godwit::server {

// An SVG image, black on white with the quiet zone around it; "" where the text is too long.
std::string qr_svg(std::string_view text);

}  // namespace godwit::server
