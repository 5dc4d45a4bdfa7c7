#include "server/new_files.hpp"

#include <ranges>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_owner.hpp"
#include "shared/platform/open_directory.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/security/key_file.hpp"

namespace godwit::server {
namespace {

namespace fs = std::filesystem;

std::function<void()> removal_of(const fs::path& path) {
    return [path] {
        std::error_code ignored;  // it is gone already, or nothing can be done about it
        fs::remove(path, ignored);
    };
}

}  // namespace

NewFiles::~NewFiles() {
    for (const auto& undo : std::views::reverse(undo_)) {
        undo();
    }
}

void NewFiles::add_directory(const fs::path& directory) {
    if (platform::make_open_directory(directory)) {
        undo_.push_back(removal_of(directory));
    }
}

void NewFiles::add_key(const fs::path& file, const std::string& user) {
    if (!fs::exists(file)) {
        security::save(security::KeyPair::generate(), file);
        undo_.push_back(removal_of(file));
    }
    if (platform::has_user(user)) {
        platform::require("give " + file.string() + " to " + user, platform::give_to(user, file));
    }
}

void NewFiles::add_text(const fs::path& file, const std::string& text,
                        const std::function<void(const fs::path&)>& check) {
    const fs::path fresh = file.string() + ".new";
    const fs::path old = file.string() + ".old";
    undo_.push_back(removal_of(fresh));
    platform::require(
        "write " + fresh.string(),
        platform::write_afresh(fresh, text, {.mode = platform::readable, .owned_like = {}}));
    check(fresh);
    if (fs::exists(file)) {
        fs::copy_file(file, old, fs::copy_options::overwrite_existing);
        fs::rename(fresh, file);
        undo_.push_back([file, old] {
            std::error_code ignored;  // the old text is there in any case, under its new name
            fs::rename(old, file, ignored);
        });
    } else {
        fs::rename(fresh, file);
        undo_.push_back(removal_of(file));
    }
}

}  // namespace godwit::server
