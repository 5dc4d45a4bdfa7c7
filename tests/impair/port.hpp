#pragma once
// A network interface, read and written at layer 2, by the batch.

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace godwit::impair {

inline constexpr std::size_t longest_frame = 9216;  // octets; TCP's unsegmented packets are longer
using Buffer = std::array<std::byte, longest_frame>;

struct Frame {
    std::unique_ptr<Buffer> buffer;
    std::size_t length = 0;  // octets, Ethernet header included
};

class Port {
  public:
    // Throws std::system_error that names the attempt.
    explicit Port(const std::string& interface);
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    Port(Port&&) = delete;
    Port& operator=(Port&&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

    // Fills frames with what has arrived, without waiting; how many. The frames have buffers
    // already. A length above longest_frame says that the frame was cut.
    [[nodiscard]] std::size_t receive(std::span<Frame> frames) const;

    // How many the interface took; the first it refused is lost.
    [[nodiscard]] std::size_t send(std::span<const Frame> frames) const;

  private:
    int descriptor_ = -1;
};

}  // namespace godwit::impair
