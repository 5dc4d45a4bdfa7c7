#include "shared/platform/open_directory.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms open_to_all = fs::perms::owner_all | fs::perms::group_read |
                                  fs::perms::group_exec | fs::perms::others_read |
                                  fs::perms::others_exec;

}  // namespace

bool make_open_directory(const fs::path& directory) {
    bool is_new = false;
    fs::path place;
    for (const fs::path& name : directory) {
        if (name.empty()) {  // behind a slash at the end
            continue;
        }
        place /= name;
        is_new = fs::create_directory(place);
        if (is_new) {  // without what the umask has taken
            fs::permissions(place, open_to_all);
        }
    }
    return is_new;
}

}  // namespace godwit::platform
