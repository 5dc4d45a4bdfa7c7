#include "client/written_file.hpp"

#include <fstream>
#include <stdexcept>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {

namespace fs = std::filesystem;

void write_text(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
        platform::require("write " + file.string(), platform::last_error());
    }
}

void write_private(const fs::path& file, const std::string& text) {
    write_text(file, "");  // nobody may read it before there is anything to be read
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    write_text(file, text);
}

void create_private(const fs::path& file, const std::string& text) {
    const fs::path draft = file.string() + ".new-" + std::to_string(security::random_number());
    std::error_code ignored;
    try {
        write_private(draft, text);
        platform::make_durable(draft);
        fs::create_hard_link(draft, file);  // which replaces nothing
    } catch (const std::system_error& failure) {
        fs::remove(draft, ignored);
        if (failure.code() == std::errc::file_exists) {
            throw std::runtime_error(file.string() + " exists already; name another file, or " +
                                     "remove it first");
        }
        throw;
    }
    fs::remove(draft, ignored);
}

}  // namespace godwit::client
