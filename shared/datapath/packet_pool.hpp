#pragma once
// Memory for packets that wait, of any length and in any order, in cells of 2 KiB side by side:
// nothing is copied, and a packet takes no more than it needs. The next one is read to where there
// is room for the longest; what it leaves over is free again.
//
//   cell 0    1    2    3    4    5    6        37
//       +----+----+----+----+----+----+-- ... --+----
//       | a  | b  | free    | c  | where the next is read to
//       +----+----+----+----+----+----+-- ... --+----

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace godwit::datapath {

class PacketPool {
  public:
    static constexpr std::size_t cell = 2'048;  // octets: a packet of most links, sealed
    // 1.25 MiB: 18 packets of 64 KiB, and a few small ones. Each page is the system's until a
    // packet reaches it, and the lowest are used first.
    static constexpr std::size_t cells = 640;

    // For packets of at most so many octets, with what is around them.
    explicit PacketPool(std::size_t longest);

    // Octets for the longest packet. Not between keep() and find_landing().
    [[nodiscard]] std::span<std::uint8_t> landing() const;
    // So many octets of it, at least 1, stay. Where: a number below `cells`.
    std::size_t keep(std::size_t octets);
    // Whether there is room for another of the longest.
    [[nodiscard]] bool find_landing();
    // The same, as low as it can be.
    [[nodiscard]] bool find_lowest_landing();
    // Of what has been kept and not released: all its cells, and how many they are.
    [[nodiscard]] std::span<std::uint8_t> octets(std::size_t place) const;
    [[nodiscard]] std::size_t cells_at(std::size_t place) const { return sizes_[place]; }
    void release(std::size_t place);

  private:
    static constexpr std::size_t word = 64;  // cells
    static_assert(cells % word == 0);

    static constexpr std::size_t cells_for(std::size_t octets) {
        return (octets + cell - 1) / cell;
    }
    [[nodiscard]] bool find_landing_from(std::size_t first);
    // The first cell from there on that is taken, or free; `cells` if none is.
    [[nodiscard]] std::size_t next_cell(std::size_t from, bool is_taken) const;
    void mark(std::size_t first, std::size_t count, bool is_taken);

    std::size_t longest_;  // octets
    std::unique_ptr<std::uint8_t[]> octets_;
    std::array<std::uint64_t, cells / word> taken_{};
    std::array<std::uint16_t, cells> sizes_{};  // cells, of what begins there
    std::size_t landing_ = 0;
};

}  // namespace godwit::datapath
