#pragma once
// The files that `godwit-ha init` makes: all of them, or none.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace godwit::server {

class NewFiles {
  public:
    NewFiles() = default;
    NewFiles(const NewFiles&) = delete;
    NewFiles& operator=(const NewFiles&) = delete;
    // Everything is as before, unless keep() was called.
    ~NewFiles();

    // The directory of the configuration, readable by all whatever the umask is: the daemon, which
    // is not root, reads it.
    void add_directory(const std::filesystem::path& directory);
    // A private key that this user's daemon can read, if there is such a user. One that is there
    // already stays, and becomes his.
    void add_key(const std::filesystem::path& file, const std::string& user);
    // Text that all may read. `check` throws where it is wrong, before it has its name; what has
    // the name now is called "NAME.old" then.
    void add_text(const std::filesystem::path& file, const std::string& text,
                  const std::function<void(const std::filesystem::path&)>& check);
    void keep() { undo_.clear(); }

  private:
    std::vector<std::function<void()>> undo_;  // the last comes first
};

}  // namespace godwit::server
