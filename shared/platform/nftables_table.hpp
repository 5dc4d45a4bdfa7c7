#pragma once
// A table of nftables (nft(8)) of a daemon's own: nobody else's rules are touched, and it goes as a
// whole when this object goes.

#include <memory>
#include <string>
#include <system_error>

struct nft_ctx;

namespace godwit::platform {

class NftablesTable {
  public:
    // `name` with its family: "ip6 godwit". Changes nothing yet. Throws std::bad_alloc.
    explicit NftablesTable(std::string name);
    NftablesTable(const NftablesTable&) = delete;
    NftablesTable& operator=(const NftablesTable&) = delete;
    ~NftablesTable();

    // Puts the table in place with these chains and no others, at once and whole, whether it is
    // there already or not: one that a crash left is replaced. Throws std::system_error, and then
    // all is as before.
    void replace(const std::string& chains);

    // Runs these commands of nft(8), which change this table, as one: all of them or none.
    std::error_code change(const std::string& commands);

  private:
    struct Free {
        void operator()(nft_ctx* context) const;
    };
    std::string name_;
    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace godwit::platform
