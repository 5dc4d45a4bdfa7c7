#pragma once
// A table of nftables (nft(8)) of a daemon's own: nobody else's rules are touched.

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

struct nft_ctx;

namespace godwit::platform {

class NftablesTable {
  public:
    enum class End : std::uint8_t {
        with_object,   // a crash leaves it
        with_process,  // after a crash too: the kernel sees to it, and lets nobody else change it
        stays,         // until remove()
    };
    // `name` with its family: "ip6 godwit". Changes nothing yet; whatever follows may throw
    // std::bad_alloc.
    explicit NftablesTable(std::string name, End end = End::with_object);
    NftablesTable(const NftablesTable&) = delete;
    NftablesTable& operator=(const NftablesTable&) = delete;
    ~NftablesTable();

    // Puts the table in place with these chains and no others, at once and whole, whether it is
    // there already or not: one that a crash left is replaced. Throws std::system_error, and then
    // all is as before.
    void replace(const std::string& chains);

    // What replace() says, for change(): with more commands behind it.
    [[nodiscard]] std::string replacement(const std::string& chains) const;

    // As replace(), and each packet meets the rules of before or these ones: chains that stay are
    // not exchanged. Between a chain that goes and the one that comes in its place a packet may
    // slip through (seen with Linux 6.18, once in some twenty exchanges under a flood).
    void renew(const std::string& chains);

    // What renew() says where no other chains are in the table, as a file for nft(8).
    [[nodiscard]] std::string renewal(const std::string& chains) const;

    // As nft(8) lists it; empty if it is not there.
    [[nodiscard]] std::string listing();

    // Whether it was there or not. Throws std::system_error.
    void remove();

    // Runs these commands of nft(8), which change this table, as one: all of them or none.
    std::error_code change(const std::string& commands);

    // Gives back the megabyte that changes are made with, until the next one. Not for a table that
    // ends with the process: it is libnftables' own.
    void rest();

  private:
    struct Free {
        void operator()(nft_ctx* context) const;
    };
    [[nodiscard]] nft_ctx* context();
    [[nodiscard]] std::string flags() const;
    [[nodiscard]] bool run(const std::string& commands);
    void require_change(const std::string& attempt, const std::string& commands);

    std::string name_;
    End end_;
    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace godwit::platform
