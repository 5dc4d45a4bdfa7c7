#include "server/api/client_targets.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <utility>

#include "server/api/refusals.hpp"
#include "server/clients/client_document.hpp"

namespace godwit::server {

using runtime::Access;
using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::Json;

namespace {

constexpr std::size_t max_document = std::size_t{64} * 1024;  // octets: a policy's prefixes

// What can be asked about clients, and done to them.
class ClientTargets {
  public:
    ClientTargets(Clients& clients, QrCode qr_code)
        : clients_(clients), qr_code_(std::move(qr_code)) {}

    [[nodiscard]] HttpAnswer list() const;
    [[nodiscard]] HttpAnswer show(const HttpRequest& request) const;
    HttpAnswer invite(const HttpRequest& request);
    HttpAnswer invite_again(const HttpRequest& request);
    HttpAnswer change(const HttpRequest& request);
    HttpAnswer revoke(const HttpRequest& request);
    HttpAnswer kick(const HttpRequest& request);
    HttpAnswer remove(const HttpRequest& request);

  private:
    [[nodiscard]] HttpAnswer invited(const Outcome<IssuedInvite>& invite) const;
    // Makes one change to a client that there is, and shows the client: as it was, where it is
    // there no more.
    HttpAnswer apply(const std::string& name, const std::function<Outcome<void>()>& change) {
        return apply(name, name, change);
    }
    HttpAnswer apply(const std::string& name, const std::string& name_after,
                     const std::function<Outcome<void>()>& change);

    Clients& clients_;
    QrCode qr_code_;
};

HttpAnswer ClientTargets::list() const {
    Json list = Json::array();
    for (const Client& client : clients_.all()) {
        list.push_back(to_json(client));
    }
    return runtime::json_answer({{"schema", runtime::status_schema}, {"clients", std::move(list)}});
}

HttpAnswer ClientTargets::show(const HttpRequest& request) const {
    const auto client = clients_.find(request.name);
    return client ? runtime::json_answer(to_json(*client)) : no_such_client(request.name);
}

HttpAnswer ClientTargets::invited(const Outcome<IssuedInvite>& invite) const {
    if (!invite) {
        return answer_to(invite.error());
    }
    Json document = to_json(*invite);
    document["qr_svg"] = qr_code_(invite->line);
    return runtime::json_answer(document, 201);
}

HttpAnswer ClientTargets::invite(const HttpRequest& request) {
    const auto document = json_object(request.body);
    if (!document) {
        return document.error();
    }
    const auto order = invite_order(*document);
    return order ? invited(clients_.invite(*order)) : answer_to(order.error());
}

HttpAnswer ClientTargets::invite_again(const HttpRequest& request) {
    const auto document = json_object(request.body);
    if (!document) {
        return document.error();
    }
    if (const auto known = require_keys(*document, {"expires_s"}); !known) {
        return answer_to(known.error());
    }
    const auto valid_for = seconds_in(*document, "expires_s", InviteOrder().valid_for);
    return valid_for ? invited(clients_.invite_again(request.name, *valid_for))
                     : answer_to(valid_for.error());
}

HttpAnswer ClientTargets::change(const HttpRequest& request) {
    const auto document = json_object(request.body);
    if (!document) {
        return document.error();
    }
    // One at a time: there is nothing that could be half done.
    const auto wrong = [] {
        return bad_request(R"(write one of {"name": "..."}, {"enabled": true}, {"policy": {...}})");
    };
    if (document->size() != 1) {
        return wrong();
    }
    const std::string key = document->begin().key();
    const Json& value = document->front();
    if (key == "name" && value.is_string()) {
        const auto to = value.get<std::string>();
        return apply(request.name, to, [&] { return clients_.rename(request.name, to); });
    }
    if (key == "enabled" && value.is_boolean()) {
        const bool is_enabled = value.get<bool>();
        return apply(request.name, [&] { return clients_.set_enabled(request.name, is_enabled); });
    }
    if (key == "policy") {
        const auto present = clients_.find(request.name);
        const auto policy = client_policy(value, present ? present->policy : ClientPolicy());
        return policy
                   ? apply(request.name, [&] { return clients_.set_policy(request.name, *policy); })
                   : answer_to(policy.error());
    }
    return wrong();
}

HttpAnswer ClientTargets::revoke(const HttpRequest& request) {
    return apply(request.name, [&] { return clients_.revoke(request.name); });
}

HttpAnswer ClientTargets::kick(const HttpRequest& request) {
    return apply(request.name, [&] { return clients_.kick(request.name); });
}

HttpAnswer ClientTargets::remove(const HttpRequest& request) {
    return apply(request.name, [&] { return clients_.remove(request.name); });
}

HttpAnswer ClientTargets::apply(const std::string& name, const std::string& name_after,
                                const std::function<Outcome<void>()>& change) {
    const auto before = clients_.find(name);
    if (!before) {
        return no_such_client(name);
    }
    if (const auto outcome = change(); !outcome) {
        return answer_to(outcome.error());
    }
    return runtime::json_answer(to_json(clients_.find(name_after).value_or(*before)));
}

HttpAnswer rotate_key(Clients& clients, const HttpRequest& request) {
    const auto document = json_object(request.body);
    if (!document) {
        return document.error();
    }
    if (const auto known = require_keys(*document, {"grace_s"}); !known) {
        return answer_to(known.error());
    }
    if (!document->contains("grace_s")) {
        return bad_request("grace_s is missing: the seconds for which the old key serves as well");
    }
    const auto grace = seconds_in(*document, "grace_s", {});
    if (!grace) {
        return answer_to(grace.error());
    }
    const auto key = clients.rotate_key(*grace);
    return key ? runtime::json_answer({{"public_key", key->text()}}) : answer_to(key.error());
}

HttpAnswer backup(const Clients& clients) {
    auto octets = clients.backup();
    if (!octets) {
        return answer_to(octets.error());
    }
    return {.type = "application/octet-stream", .body = std::move(*octets)};
}

HttpAnswer restore(Clients& clients, const HttpRequest& request) {
    const auto outcome = clients.restore(request.body);
    return outcome ? runtime::json_answer({{"restored", true}}) : answer_to(outcome.error());
}

void add_store_targets(runtime::HttpRoutes& routes, Clients& clients) {
    // Of some 600 octets each, more clients than a home prefix is ever given.
    constexpr std::size_t max_backup = std::size_t{256} << 20U;
    routes.add(
        {.method = "POST",
         .path = "/v1/key/rotate",
         .access = Access::change,
         .max_body = max_document,
         .answer = [&clients](const HttpRequest& asked) { return rotate_key(clients, asked); }});
    // It holds the home agent's keys: to read it is as much as to change something.
    routes.add({.method = "GET",
                .path = "/v1/backup",
                .access = Access::change,
                .answer = [&clients](const HttpRequest&) { return backup(clients); }});
    routes.add(
        {.method = "PUT",
         .path = "/v1/backup",
         .access = Access::change,
         .max_body = max_backup,
         .answer = [&clients](const HttpRequest& asked) { return restore(clients, asked); }});
}

}  // namespace

void add_client_targets(runtime::HttpRoutes& routes, Clients& clients, QrCode qr_code) {
    const auto targets = std::make_shared<ClientTargets>(clients, std::move(qr_code));
    const std::string all = "/v1/clients";
    const std::string one = all + "/{name}";
    routes.add({.method = "GET", .path = all, .answer = [targets](const HttpRequest&) {
                    return targets->list();
                }});
    routes.add({.method = "GET", .path = one, .answer = [targets](const HttpRequest& asked) {
                    return targets->show(asked);
                }});
    const auto add_change = [&](const char* method, const std::string& path,
                                HttpAnswer (ClientTargets::*answer)(const HttpRequest&)) {
        routes.add({.method = method,
                    .path = path,
                    .access = Access::change,
                    .max_body = max_document,
                    .answer = [targets, answer](const HttpRequest& asked) {
                        return ((*targets).*answer)(asked);
                    }});
    };
    add_change("POST", all, &ClientTargets::invite);
    add_change("PATCH", one, &ClientTargets::change);
    add_change("DELETE", one, &ClientTargets::remove);
    add_change("POST", one + "/invite", &ClientTargets::invite_again);
    add_change("POST", one + "/revoke", &ClientTargets::revoke);
    add_change("POST", one + "/kick", &ClientTargets::kick);
    add_store_targets(routes, clients);
}

}  // namespace godwit::server
