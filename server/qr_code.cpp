#include "server/qr_code.hpp"

#include <qrencode.h>

#include <cstddef>
#include <memory>

namespace godwit::server {

std::string qr_svg(std::string_view text) {
    constexpr std::size_t quiet = 4;  // modules around the code
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
    if (!code) {
        return "";
    }
    const auto width = static_cast<std::size_t>(code->width);
    const std::string side = std::to_string(width + 2 * quiet);
    std::string path;
    for (std::size_t place = 0; place < width * width; ++place) {
        if ((code->data[place] & 1U) != 0) {
            path += 'M' + std::to_string(place % width + quiet) + ' ' +
                    std::to_string(place / width + quiet) + "h1v1h-1z";
        }
    }
    return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + side + ' ' + side +
           R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + side + 'v' + side +
           "H0z\"/><path d=\"" + path + "\"/></svg>";
}

}  // namespace godwit::server
