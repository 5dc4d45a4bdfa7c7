#include "shared/platform/nftables_table.hpp"

#include <nftables/libnftables.h>

#include <algorithm>
#include <cassert>
#include <mutex>
#include <new>
#include <sstream>
#include <utility>
#include <vector>

#include "shared/platform/attempt.hpp"
#include "shared/platform/end_elsewhere.hpp"
#include "shared/platform/nftables_presence.hpp"

namespace godwit::platform {
namespace {

// libnftables keeps the names of interfaces for all contexts together, without a lock of its own:
// whatever names one (`oif`, `iif`) reads them, and the end of any context clears them. It may be
// the end of one that rests, in a thread of its own. Nobody waits longer for it than the kernel
// would have him wait, which makes one change at a time.
std::mutex& library() {
    static std::mutex mutex;
    return mutex;
}

// "  chain NAME {", as written or as listed.
std::vector<std::string> chain_names(const std::string& text) {
    std::vector<std::string> names;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        std::string name;
        if (words >> first >> name && first == "chain") {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace

void NftablesTable::Free::operator()(nft_ctx* context) const {
    const std::scoped_lock lock(library());
    ::nft_ctx_free(context);
}

NftablesTable::NftablesTable(std::string name, End end) : name_(std::move(name)), end_(end) {}

// Without a context the table may be there too: a crash has left it, or this one rests. Deleting it
// fails only where somebody has removed it already.
NftablesTable::~NftablesTable() {
    const bool is_left = !context_ && end_ == End::with_object && has_nftables_table(name_);
    if (is_left || (context_ && end_ != End::stays)) {
        static_cast<void>(run("delete table " + name_));
    }
}

// Made when it is wanted: it costs a millisecond and a megabyte, and most tables never are.
nft_ctx* NftablesTable::context() {
    if (!context_) {
        std::unique_ptr<nft_ctx, Free> made(::nft_ctx_new(NFT_CTX_DEFAULT));
        if (!made || ::nft_ctx_buffer_error(made.get()) != 0 ||
            ::nft_ctx_buffer_output(made.get()) != 0) {
            throw std::bad_alloc();
        }
        context_ = std::move(made);
    }
    return context_.get();
}

void NftablesTable::replace(const std::string& chains) {
    require_change("install", replacement(chains));
}

// Where a chain of that name is of another kind, it cannot stay.
void NftablesTable::renew(const std::string& chains) {
    const std::vector<std::string> wanted = chain_names(chains);
    std::string commands = renewal(chains);
    for (const std::string& name : chain_names(listing())) {
        if (std::ranges::find(wanted, name) == wanted.end()) {
            commands += "delete chain " + name_ + " " + name + "\n";
        }
    }
    if (change(commands)) {
        replace(chains);
    }
}

// The first line makes what is missing, the last one fills it.
std::string NftablesTable::renewal(const std::string& chains) const {
    const std::string table = "add table " + name_ + " {\n" + flags() + chains + "}\n";
    return table + "flush table " + name_ + "\n" + table;
}

std::string NftablesTable::listing() {
    return change("list table " + name_) ? "" : ::nft_ctx_get_output_buffer(context());
}

void NftablesTable::remove() {
    require_change("remove",
                   "add table " + name_ + " {\n" + flags() + "}\ndelete table " + name_ + "\n");
}

// One transaction. "add" comes before "delete" since the latter wants the table to exist. Each has
// to say whose table it is.
std::string NftablesTable::replacement(const std::string& chains) const {
    return "add table " + name_ + " {\n" + flags() + "}\ndelete table " + name_ + "\nadd table " +
           name_ + " {\n" + flags() + chains + "}\n";
}

std::string NftablesTable::flags() const {
    return end_ == End::with_process ? "  flags owner\n" : "";
}

void NftablesTable::require_change(const std::string& attempt, const std::string& commands) {
    if (const std::error_code reason = change(commands)) {
        const std::string said = ::nft_ctx_get_error_buffer(context());
        require(
            attempt + " the nftables table " + name_ + " (" + said.substr(0, said.find('\n')) + ")",
            reason);
    }
}

std::error_code NftablesTable::change(const std::string& commands) {
    if (run(commands)) {
        return {};
    }
    return errno == 0 ? std::make_error_code(std::errc::invalid_argument) : last_error();
}

bool NftablesTable::run(const std::string& commands) {
    nft_ctx* const made = context();
    const std::scoped_lock lock(library());
    errno = 0;
    return ::nft_run_cmd_from_buffer(made, commands.c_str()) == 0;
}

void NftablesTable::rest() {
    assert(end_ != End::with_process);
    end_elsewhere(std::move(context_));  // the kernel finishes what it has removed first: 13 ms
}

}  // namespace godwit::platform
