#include "client/resolver_order.hpp"

#include <utility>

#include "shared/platform/resolver_file.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::client {
namespace {

const std::string refused = "refused";

}  // namespace

ResolverOrder::ResolverOrder(std::filesystem::path directory, std::filesystem::path answers)
    : order_(std::move(directory) / "resolver-order"), answer_(std::move(answers) / "answer") {}

std::error_code ResolverOrder::give(const std::string& text) const {
    std::error_code error;
    if (text.empty()) {
        std::filesystem::remove(order_, error);
        return error;
    }
    return platform::replace_file(order_, text);
}

// "CHECKSUM file\n", "CHECKSUM refused /etc/resolv.conf is a link to ...\n".
std::optional<ResolverAnswer> ResolverOrder::answer(const std::string& text) const {
    const auto line = platform::read_regular_file(answer_);
    const std::string start = platform::checksum_of(text) + ' ';
    if (!line || !line->starts_with(start) || !line->ends_with('\n')) {
        return std::nullopt;
    }
    const std::string rest = line->substr(start.size(), line->size() - start.size() - 1);
    return rest.starts_with(refused + ' ')
               ? ResolverAnswer{.backend = {}, .refusal = rest.substr(refused.size() + 1)}
               : ResolverAnswer{.backend = rest, .refusal = {}};
}

std::optional<std::string> ResolverOrder::given() const {
    auto text = platform::read_regular_file(order_);
    std::error_code unknown;
    if (!text && is_regular_file(symlink_status(order_, unknown))) {
        text = "no order: too long";  // there is one all the same
    }
    return text;
}

std::error_code ResolverOrder::answer_with(const std::string& text,
                                           const ResolverAnswer& answer) const {
    const std::string rest =
        answer.refusal.empty() ? answer.backend : refused + ' ' + answer.refusal;
    return platform::replace_file(answer_, platform::checksum_of(text) + ' ' + rest + '\n');
}

}  // namespace godwit::client
