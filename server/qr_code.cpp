#include "server/qr_code.hpp"

#include <png.h>
#include <qrencode.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace godwit::server {
namespace {

constexpr std::size_t quiet_zone = 4;  // modules on each side, ISO/IEC 18004 §5.3.8
constexpr std::size_t dots_of_a_module = 8;

// A square of modules with the quiet zone around them.
class QrCode {
  public:
    explicit QrCode(std::string_view text)
        // Level L holds the most: the code comes from a screen, not from crumpled paper.
        : code_(QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L), &QRcode_free) {
    }

    // False if the text was too long.
    [[nodiscard]] bool is_there() const { return code_ != nullptr; }
    [[nodiscard]] std::size_t side() const { return width() + (2 * quiet_zone); }
    [[nodiscard]] bool is_dark(std::size_t row, std::size_t column) const {
        if (row < quiet_zone || column < quiet_zone || row >= quiet_zone + width() ||
            column >= quiet_zone + width()) {
            return false;
        }
        return (code_->data[((row - quiet_zone) * width()) + column - quiet_zone] & 1U) != 0;
    }

  private:
    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(code_->width); }

    std::unique_ptr<QRcode, decltype(&QRcode_free)> code_;
};

const char* half_block(bool is_upper_dark, bool is_lower_dark) {
    if (is_upper_dark) {
        return is_lower_dark ? "\u2588" : "\u2580";
    }
    return is_lower_dark ? "\u2584" : " ";
}

}  // namespace

std::string qr_terminal(std::string_view text) {
    const QrCode code(text);
    std::string lines;
    for (std::size_t row = 0; code.is_there() && row < code.side(); row += 2) {
        lines += "\x1b[30;107m";  // ECMA-48 SGR: black on bright white
        for (std::size_t column = 0; column < code.side(); ++column) {
            const bool has_lower = row + 1 < code.side();
            lines +=
                half_block(code.is_dark(row, column), has_lower && code.is_dark(row + 1, column));
        }
        lines += "\x1b[0m\n";
    }
    return lines;
}

std::string qr_svg(std::string_view text) {
    const QrCode code(text);
    if (!code.is_there()) {
        return "";
    }
    const std::string side = std::to_string(code.side());
    std::string path;
    for (std::size_t row = 0; row < code.side(); ++row) {
        for (std::size_t column = 0; column < code.side(); ++column) {
            if (code.is_dark(row, column)) {
                path += 'M' + std::to_string(column) + ' ' + std::to_string(row) + "h1v1h-1z";
            }
        }
    }
    return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + side + ' ' + side +
           R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + side + 'v' + side +
           "H0z\"/><path d=\"" + path + "\"/></svg>";
}

std::string qr_png(std::string_view text) {
    const QrCode code(text);
    if (!code.is_there()) {
        return "";
    }
    const std::size_t side = code.side() * dots_of_a_module;
    std::vector<std::uint8_t> dots(side * side, 0xff);
    for (std::size_t place = 0; place < dots.size(); ++place) {
        if (code.is_dark(place / side / dots_of_a_module, place % side / dots_of_a_module)) {
            dots[place] = 0;
        }
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(side);
    image.height = image.width;
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t size = 0;
    png_image_write_to_memory(&image, nullptr, &size, 0, dots.data(), 0, nullptr);
    std::string octets(size, '\0');
    png_image_write_to_memory(&image, octets.data(), &size, 0, dots.data(), 0, nullptr);
    octets.resize(size);
    return octets;
}

}  // namespace godwit::server
