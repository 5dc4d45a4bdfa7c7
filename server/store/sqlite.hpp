#pragma once
// As much of SQLite as the store needs: a connection, and statements that are prepared once.
// Failures are error codes of sqlite_category().

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace godwit::server {

const std::error_category& sqlite_category();

class Database {
  public:
    // Makes the file if it is missing; only its owner can read it. No part of its path may be a
    // link: root may open it in another user's folder. Throws std::system_error that names it.
    explicit Database(const std::filesystem::path& file);
    // An empty one that vanishes with the object.
    static Database in_memory();
    // The same with what serialize() gave. Its content is not to be trusted. Throws
    // std::system_error.
    static Database of(std::string_view octets);

    // One or several statements, without results.
    [[nodiscard]] std::error_code run(const std::string& sql);
    // The same at the start: throws std::system_error with `attempt` and the file.
    void require(const std::string& sql, const std::string& attempt);
    // Rows that the last statement changed.
    [[nodiscard]] int changes() const;
    // Closing folds the write-ahead log into the file; not where the file is to stay as it is.
    void leave_file_alone(bool leaves_it);
    // The whole database in the other one, in place of what is there.
    [[nodiscard]] std::error_code copy_to(Database& other);
    // As the octets of a file.
    [[nodiscard]] std::string serialize();

  private:
    friend class Statement;
    Database() = default;
    struct Close {
        void operator()(sqlite3* connection) const noexcept;
    };

    std::filesystem::path file_;
    std::unique_ptr<sqlite3, Close> connection_;
};

// Parameters and columns count from 0.
class Statement {
  public:
    // Throws std::system_error if the text does not fit the database, which is our mistake or that
    // of who made the file.
    Statement(Database& database, const std::string& sql);

    void bind(int parameter, std::span<const std::uint8_t> octets);
    void bind(int parameter, std::int64_t number);
    void bind(int parameter, std::string_view text);
    void bind_null(int parameter);
    // Null for nothing.
    template <class T>
    void bind(int parameter, const std::optional<T>& value) {
        if (value) {
            bind(parameter, *value);
        } else {
            bind_null(parameter);
        }
    }

    // To the end, for statements without rows; ready to be bound and run again.
    [[nodiscard]] std::error_code run();
    // Whether there is another row; after the last, and after a failure, as run().
    [[nodiscard]] std::expected<bool, std::error_code> next();
    // Of the present row.
    [[nodiscard]] std::span<const std::uint8_t> octets(int column) const;
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// What is written from here on is there as a whole or not at all. May stand in another one.
class Transaction {
  public:
    // Throws std::system_error.
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();  // undoes what has not been committed

    // Throws std::system_error; then nothing is there.
    void commit();

  private:
    Database& database_;
    bool is_open_ = true;
};

}  // namespace godwit::server
