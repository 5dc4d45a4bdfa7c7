#pragma once
// What is done as root about a ResolverOrder: the file /etc/resolv.conf, or resolvconf(8) where
// that keeps it.

#include <filesystem>

#include "client/resolver_order.hpp"
#include "shared/platform/resolver_file.hpp"

namespace godwit::client {

// Of the order in one directory, with the answer in the other one; without an order what was there
// before comes back. What the order has become meanwhile is carried out too. One at a time on a
// machine. Throws std::system_error where the answer cannot be written.
ResolverAnswer carry_out_order(const std::filesystem::path& orders,
                               const std::filesystem::path& answers,
                               const platform::ResolverFile& file = platform::ResolverFile());

// The same without an order, for who has no daemon that would withdraw his: there is none any more.
// Without a directory for the answer nobody is given one. Throws std::system_error.
ResolverAnswer put_back_resolver(const std::filesystem::path& orders,
                                 const std::filesystem::path& answers = resolver_directory,
                                 const platform::ResolverFile& file = platform::ResolverFile());

}  // namespace godwit::client
