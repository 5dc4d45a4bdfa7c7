#pragma once
// What happened to the home agent's clients, for those who follow it.

#include <functional>
#include <string>
#include <string_view>

#include "server/api/event_document.hpp"
#include "shared/runtime/event_feed.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::server {

class EventFeed : public runtime::EventFeed {
  public:
    // Of the client with this home address; "" if there is none any more.
    using NameOf = std::function<std::string(const wire::HomeAddress&)>;
    EventFeed(Now now, NameOf name_of);

    // Those that the core has to tell; what is only for the log is passed over.
    void publish(const mobility::Event& event);
    // What became of a client, by the name of its server::ClientEvent: "joined" and "revoked" are
    // types of their own, all else is told as "client-changed".
    void publish_client(std::string_view what, std::string_view name,
                        const wire::HomeAddress& home);
    // Somebody on the home link claims a client's home address. `by`: his link-layer address.
    void publish_dispute(const wire::HomeAddress& home, std::string_view by);

  private:
    void tell(std::string_view type, std::string_view name, const wire::HomeAddress& home,
              const runtime::Json& details);

    NameOf name_of_;
};

}  // namespace godwit::server
