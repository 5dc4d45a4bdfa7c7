#pragma once
// As much of SQLite as the store needs: a connection, and statements that are prepared once.
// Failures are error codes of sqlite_category().

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace godwit::server {

const std::error_category& sqlite_category();

class Database {
  public:
    // Makes the file if it is missing. Throws std::system_error that names it.
    explicit Database(const std::filesystem::path& file);

    // One or several statements, without results.
    [[nodiscard]] std::error_code run(const std::string& sql);
    // The same at the start: throws std::system_error with `attempt` and the file.
    void require(const std::string& sql, const std::string& attempt);
    // Rows that the last statement changed.
    [[nodiscard]] int changes() const;

  private:
    friend class Statement;
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

    // To the end, for statements without rows; ready to be bound and run again.
    [[nodiscard]] std::error_code run();
    // Whether there is another row; after the last, and after a failure, as run().
    [[nodiscard]] std::expected<bool, std::error_code> next();
    // Of the present row.
    [[nodiscard]] std::span<const std::uint8_t> octets(int column) const;
    [[nodiscard]] std::int64_t number(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace godwit::server
