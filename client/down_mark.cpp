#include "client/down_mark.hpp"

#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::client {

bool DownMark::is_set() const {
    std::error_code unknown;  // who may not look does not know of a mark
    return std::filesystem::exists(file_, unknown);
}

void DownMark::set() const {
    std::filesystem::create_directories(file_.parent_path());
    platform::require("write " + file_.string(), platform::replace_file(file_, ""));
}

void DownMark::clear() const {
    // To remove none is an error on a file system that is read-only.
    if (is_set() && std::filesystem::remove(file_)) {
        platform::make_durable(file_.parent_path());
    }
}

}  // namespace godwit::client
