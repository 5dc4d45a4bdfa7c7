#include "server/binding_news.hpp"

#include <variant>

namespace godwit::server {
namespace {

using What = BindingNews::What;
using News = std::optional<BindingNews>;

struct Reader {
    News operator()(const mobility::BindingRegistered& event) const {
        return BindingNews{event.home, What::begun};
    }
    News operator()(const mobility::BindingRefreshed& event) const {
        return BindingNews{event.home, What::refreshed};
    }
    News operator()(const mobility::BindingMoved& event) const {
        return BindingNews{event.home, What::changed};
    }
    News operator()(const mobility::CareOfAddressUnproved& event) const {
        return BindingNews{event.home, What::changed};
    }
    News operator()(const mobility::EndpointMoved& event) const {
        return BindingNews{event.home, What::changed};
    }
    News operator()(const mobility::BindingRemoved& event) const {
        return BindingNews{event.home, What::ended};
    }
    News operator()(const mobility::BindingRevoked& event) const {
        return BindingNews{event.home, What::ended};
    }
    News operator()(const mobility::BindingExpired& event) const {
        return BindingNews{event.home, What::ended};
    }
    template <class SomethingElse>
    News operator()(const SomethingElse& /*event*/) const {
        return std::nullopt;
    }
};

}  // namespace

std::optional<BindingNews> binding_news(const mobility::Event& event) {
    return std::visit(Reader{}, event);
}

}  // namespace godwit::server
