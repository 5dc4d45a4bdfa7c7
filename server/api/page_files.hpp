#pragma once
// The files of server/page, as packaging/cmake/embed.cmake puts them into the program.

#include <string_view>

namespace godwit::server::page {

extern const std::string_view index_html;
extern const std::string_view page_css;
extern const std::string_view icon_svg;
extern const std::string_view page_js;
extern const std::string_view api_js;
extern const std::string_view clients_js;
extern const std::string_view dialogs_js;
extern const std::string_view figures_js;
extern const std::string_view timeline_js;

}  // namespace godwit::server::page
