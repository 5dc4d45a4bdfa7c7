#pragma once
// Memory for packets that wait, of any length and in any order, in cells side by side: a packet
// takes no more than it needs. The next one is read to where there is room for the longest; there
// it stays, and what it leaves over is free again. It is moved only if it is short and there is a
// gap for it, or if there would be no room for the longest any more.
//
//   cell 0    1    2    3    4    5    6        37
//       +----+----+----+----+----+----+-- ... --+----
//       | a  | b  | gap     | c  | where the next is read to
//       +----+----+----+----+----+----+-- ... --+----

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace godwit::datapath {

class PacketPool {
  public:
    // Octets: a packet of most links, sealed; and 32 of them are one of 64 KiB, also where TCP
    // fills it as far as whole segments go, so that each such packet makes way for another.
    static constexpr std::size_t cell = 2'064;
    // 1.26 MiB: 19 packets of 64 KiB, and where the next is read to. Each page is the system's
    // until a packet reaches it, and the lowest are used first.
    static constexpr std::size_t cells = 640;

    // For packets of at most so many octets, with what is around them.
    explicit PacketPool(std::size_t longest);

    // Octets for the longest packet. Not between keep() and a find that has succeeded.
    [[nodiscard]] std::span<std::uint8_t> landing() const;
    // So many octets of it, at least 1, are kept. By which number: it is below `cells`.
    std::size_t keep(std::size_t octets);
    // Whether there is room for another of the longest. What was kept last may be moved by it, no
    // other ever.
    [[nodiscard]] bool find_landing();
    // The same, as low as it can be, and nothing is moved.
    [[nodiscard]] bool find_lowest_landing();
    // Of what has been kept and not released: all its cells, and how many they are.
    [[nodiscard]] std::span<std::uint8_t> octets(std::size_t number) const;
    [[nodiscard]] std::size_t cells_of(std::size_t number) const { return kept_[number].count; }
    void release(std::size_t number);

  private:
    static constexpr std::size_t word = 64;  // cells
    static_assert(cells % word == 0);
    static constexpr std::size_t few = 4;  // cells, which are moved in less than a microsecond
    static constexpr std::size_t none = cells;

    struct Kept {
        std::uint16_t first = 0;  // cell
        std::uint16_t count = 0;  // cells
    };

    static constexpr std::size_t cells_for(std::size_t octets) {
        return (octets + cell - 1) / cell;
    }
    [[nodiscard]] bool find_landing_from(std::size_t first);
    [[nodiscard]] bool move_last();
    // The first of so many free cells, from there on; none if there are not so many.
    [[nodiscard]] std::size_t find_gap(std::size_t from, std::size_t count) const;
    // The first cell from there on that is taken, or free; none if none is.
    [[nodiscard]] std::size_t next_cell(std::size_t from, bool is_taken) const;
    void mark(std::size_t first, std::size_t count, bool is_taken);
    void copy(std::size_t from, std::size_t to, std::size_t octets);

    std::size_t longest_;  // octets
    std::unique_ptr<std::uint8_t[]> octets_;
    std::array<std::uint64_t, cells / word> taken_{};
    std::array<Kept, cells> kept_{};                 // by number
    std::array<std::uint16_t, cells> free_numbers_;  // so many of them: free_
    std::size_t free_ = cells;
    std::size_t landing_ = 0;  // cell
    std::size_t last_ = none;  // the number of what lies where it was read to
};

}  // namespace godwit::datapath
