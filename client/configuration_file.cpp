#include "client/configuration_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "client/configuration.hpp"
#include "client/keys.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {

namespace {

namespace fs = std::filesystem;

// Beside its place; gone at the end if it has not been put there.
class Draft {
  public:
    explicit Draft(fs::path place)
        : place_(std::move(place)),
          path_(place_.string() + ".new-" + std::to_string(security::random_number())) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }

    void write(const std::string& text) const {
        const auto mode = static_cast<unsigned>(fs::status(place_).permissions());
        platform::require("write " + path_.string(),
                          platform::write_new(path_, text, {.mode = mode, .owned_like = place_}));
    }

    void check() const {
        try {
            load_keys(read_configuration(path_));
        } catch (const runtime::InvalidConfiguration& invalid) {
            std::vector<runtime::ConfigurationError> errors = invalid.errors();
            for (runtime::ConfigurationError& error : errors) {
                if (error.file == path_.string()) {
                    error.file = place_.string();
                }
            }
            throw runtime::InvalidConfiguration(std::move(errors));
        }
    }

    void put_in_place() const {
        fs::rename(path_, place_);
        platform::make_durable(place_.has_parent_path() ? place_.parent_path() : fs::path("."));
    }

  private:
    fs::path place_;
    fs::path path_;
};

}  // namespace

std::string read_text(const fs::path& file) {
    std::ifstream in(file);
    if (!in || fs::is_directory(file)) {
        throw runtime::InvalidConfiguration(
            {{file.string(), 0, 0,
              "cannot be read: " + std::generic_category().message(in ? EISDIR : errno),
              "name a TOML file that this user may read with --config"}});
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

void replace_configuration(const fs::path& file, const std::string& text) {
    const Draft draft(fs::is_symlink(file) ? fs::canonical(file) : file);
    draft.write(text);
    draft.check();
    draft.put_in_place();
}

}  // namespace godwit::client
