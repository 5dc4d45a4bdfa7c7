#include "shared/platform/nftables_table.hpp"

#include <nftables/libnftables.h>

#include <new>
#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

void NftablesTable::Free::operator()(nft_ctx* context) const {
    ::nft_ctx_free(context);
}

NftablesTable::NftablesTable(std::string name)
    : name_(std::move(name)), context_(::nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_ || ::nft_ctx_buffer_error(context_.get()) != 0) {
        throw std::bad_alloc();
    }
}

NftablesTable::~NftablesTable() {
    // Fails only where it was never put in place, or somebody has removed it already.
    ::nft_run_cmd_from_buffer(context_.get(), ("delete table " + name_).c_str());
}

// One transaction. "add" comes before "delete" since the latter wants the table to exist.
void NftablesTable::replace(const std::string& chains) {
    const std::string commands = "add table " + name_ + "\ndelete table " + name_ + "\nadd table " +
                                 name_ + " {\n" + chains + "}\n";
    if (const std::error_code reason = change(commands)) {
        const std::string said = ::nft_ctx_get_error_buffer(context_.get());
        require(
            "install the nftables table " + name_ + " (" + said.substr(0, said.find('\n')) + ")",
            reason);
    }
}

std::error_code NftablesTable::change(const std::string& commands) {
    errno = 0;
    if (::nft_run_cmd_from_buffer(context_.get(), commands.c_str()) == 0) {
        return {};
    }
    return errno == 0 ? std::make_error_code(std::errc::invalid_argument) : last_error();
}

}  // namespace godwit::platform
