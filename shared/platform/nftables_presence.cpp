#include "shared/platform/nftables_presence.hpp"

#include <nftables/libnftables.h>

#include <memory>

namespace godwit::platform {

bool has_nftables_table(const std::string& name) {
    const std::unique_ptr<nft_ctx, decltype(&::nft_ctx_free)> context(
        ::nft_ctx_new(NFT_CTX_DEFAULT), &::nft_ctx_free);
    return context && ::nft_ctx_buffer_output(context.get()) == 0 &&
           ::nft_ctx_buffer_error(context.get()) == 0 &&
           ::nft_run_cmd_from_buffer(context.get(), ("list table " + name).c_str()) == 0;
}

}  // namespace godwit::platform
