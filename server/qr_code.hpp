#pragma once
// QR codes of invites (ISO/IEC 18004, by libqrencode): for a terminal, a file or a page.

#include <string>
#include <string_view>

namespace godwit::server {

// Each is empty where the text is too long for a code.

// Lines of half blocks (UTF-8), two rows of modules each. Colours are set, black on white, so that
// it can be read on a dark terminal as well as on a light one.
std::string qr_terminal(std::string_view text);
// An SVG image, black on white with the quiet zone around it.
std::string qr_svg(std::string_view text);
// The octets of a PNG image, as the SVG.
std::string qr_png(std::string_view text);

}  // namespace godwit::server
