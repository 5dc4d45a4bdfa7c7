#include "server/api/page_targets.hpp"

#include <string>
#include <string_view>

#include "server/api/page_files.hpp"

namespace godwit::server {

namespace {

// Nothing but what this server gives: no script or style inside the page, nothing from elsewhere,
// and no other page may show this one in a frame. QR codes are images of data: URLs.
constexpr auto content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void add(runtime::HttpRoutes& routes, const std::string& path, const std::string& type,
         std::string_view content) {
    routes.add({.method = "GET",
                .path = path,
                .access = runtime::Access::open,
                .answer = [type, content](const runtime::HttpRequest&) {
                    return runtime::HttpAnswer{
                        .type = type,
                        .body = std::string(content),
                        .fields = {{"Content-Security-Policy", content_security_policy},
                                   {"Referrer-Policy", "no-referrer"}}};
                }});
}

}  // namespace

void add_page_targets(runtime::HttpRoutes& routes) {
    constexpr auto script = "text/javascript; charset=utf-8";
    add(routes, "/", "text/html; charset=utf-8", page::index_html);
    add(routes, "/page.css", "text/css; charset=utf-8", page::page_css);
    add(routes, "/icon.svg", "image/svg+xml", page::icon_svg);
    add(routes, "/page.js", script, page::page_js);
    add(routes, "/api.js", script, page::api_js);
    add(routes, "/clients.js", script, page::clients_js);
    add(routes, "/dialogs.js", script, page::dialogs_js);
    add(routes, "/figures.js", script, page::figures_js);
    add(routes, "/timeline.js", script, page::timeline_js);
}

}  // namespace godwit::server
