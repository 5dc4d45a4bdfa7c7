#include "shared/security/key_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

#include "shared/security/message_authentication.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::security {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;
using testing::ThrowsMessage;

class KeyFile : public testing::Test {
  protected:
    KeyFile() { std::filesystem::create_directory(folder_); }
    ~KeyFile() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& text, perms mode = perms::owner_read | perms::owner_write) {
        std::ofstream(path_) << text;
        std::filesystem::permissions(path_, mode);
    }
    [[nodiscard]] std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator(folder_), {});
    }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("godwit-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::path path_ = folder_ / "private.key";
};

TEST_F(KeyFile, KeepsAKeyPair) {
    const KeyPair keys = KeyPair::generate();
    save(keys, path_);
    EXPECT_EQ(load_key_pair(path_).public_key(), keys.public_key());
}

TEST_F(KeyFile, KeepsAPresharedKey) {
    const PresharedKey key = PresharedKey::generate();
    save(key, path_);
    EXPECT_TRUE(is_equal(load_preshared_key(path_).octets(), key.octets()));
}

TEST_F(KeyFile, IsOneLineOfBase64ThatOnlyTheOwnerMayRead) {
    save(key_pair(1), path_);
    std::string text;
    std::getline(std::ifstream(path_), text);
    EXPECT_EQ(text.size(), 44U);
    EXPECT_EQ(std::filesystem::file_size(path_), 45U);
    EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(KeyFile, IsNotReplacedUnlessAsked) {
    save(key_pair(1), path_);
    EXPECT_THAT([&] { save(key_pair(2), path_); },
                ThrowsMessage<std::system_error>(HasSubstr("File exists")));
    EXPECT_EQ(load_key_pair(path_).public_key(), key_pair(1).public_key());
    save(key_pair(2), path_, ExistingFile::replace);
    EXPECT_EQ(load_key_pair(path_).public_key(), key_pair(2).public_key());
}

TEST_F(KeyFile, LeavesNothingElseBehind) {
    save(key_pair(1), path_);
    EXPECT_THROW(save(key_pair(2), path_), std::system_error);
    save(key_pair(2), path_, ExistingFile::replace);
    EXPECT_EQ(files(), 1);
}

TEST_F(KeyFile, NamesThePathItCannotWrite) {
    EXPECT_THAT(
        [&] { save(key_pair(1), folder_ / "missing" / "key"); },
        ThrowsMessage<std::system_error>(HasSubstr((folder_ / "missing" / "key").string())));
}

TEST_F(KeyFile, NamesThePathItCannotRead) {
    EXPECT_THAT([&] { load_key_pair(path_); },
                ThrowsMessage<std::system_error>(HasSubstr(path_.string())));
}

TEST_F(KeyFile, IsRefusedIfItsGroupOrOthersMayReadOrWriteIt) {
    save(key_pair(1), path_);
    for (const perms open :
         {perms::group_read, perms::group_write, perms::others_read, perms::others_write}) {
        std::filesystem::permissions(path_, perms::owner_read | perms::owner_write | open);
        EXPECT_THAT([&] { load_key_pair(path_); },
                    ThrowsMessage<std::runtime_error>(HasSubstr("chmod 600 " + path_.string())));
    }
    std::filesystem::permissions(path_, perms::owner_read);
    EXPECT_EQ(load_key_pair(path_).public_key(), key_pair(1).public_key());
}

TEST_F(KeyFile, IsRefusedIfItIsAFolder) {
    EXPECT_THAT([&] { load_key_pair(folder_); },
                ThrowsMessage<std::runtime_error>(HasSubstr("not a regular file")));
}

TEST_F(KeyFile, IsRefusedIfItHoldsNoKey) {
    const std::string key = key_pair(1).public_key().text();  // as good as any 32 octets
    for (const std::string& text :
         {std::string(), std::string("\n"), key.substr(4), key + "AAAA", "*" + key.substr(1),
          key + " " + key, std::string(200, 'A'), std::string(128, ' ')}) {
        write(text);
        EXPECT_THAT([&] { load_key_pair(path_); },
                    ThrowsMessage<std::runtime_error>(HasSubstr("does not hold a key")))
            << text;
    }
}

TEST_F(KeyFile, MayEndInTheWhiteSpaceThatAnEditorLeaves) {
    const std::string key = key_pair(1).public_key().text();
    for (const auto* end : {"", "\n", "\r\n", " \n\n"}) {
        write(key + end);
        EXPECT_NO_THROW(load_preshared_key(path_));
    }
}

}  // namespace
}  // namespace godwit::security
