#include "server/store/sqlite.hpp"

#include <sqlite3.h>

namespace godwit::server {

namespace {

// How long another program that looks into the file may hold up a write.
constexpr int busy_timeout = 200;  // milliseconds

class SqliteCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "sqlite"; }
    [[nodiscard]] std::string message(int code) const override { return sqlite3_errstr(code); }
};

std::error_code code_of(int result) {
    return result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW
               ? std::error_code()
               : std::error_code(result, sqlite_category());
}

void require_success(std::error_code outcome, const std::string& attempt) {
    if (outcome) {
        throw std::system_error(outcome, attempt);
    }
}

}  // namespace

const std::error_category& sqlite_category() {
    static const SqliteCategory category;
    return category;
}

Database::Database(const std::filesystem::path& file) : file_(file) {
    sqlite3* connection = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &connection,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    connection_.reset(connection);  // there after most failures too
    require_success(code_of(result), "open state file " + file.string());
    sqlite3_busy_timeout(connection, busy_timeout);
}

std::error_code Database::run(const std::string& sql) {
    return code_of(sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

void Database::require(const std::string& sql, const std::string& attempt) {
    require_success(run(sql), attempt + " state file " + file_.string());
}

int Database::changes() const {
    return sqlite3_changes(connection_.get());
}

void Database::Close::operator()(sqlite3* connection) const noexcept {
    sqlite3_close(connection);
}

Statement::Statement(Database& database, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(database.connection_.get(), sql.c_str(), -1,
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    require_success(code_of(result), "use state file " + database.file_.string());
}

// The octets need not outlive the call. Binding fails only for a parameter that is not there.
void Statement::bind(int parameter, std::span<const std::uint8_t> octets) {
    sqlite3_bind_blob64(statement_.get(), parameter + 1, octets.data(), octets.size(),
                        SQLITE_TRANSIENT);  // NOLINT: a cast of SQLite's own
}

void Statement::bind(int parameter, std::int64_t number) {
    sqlite3_bind_int64(statement_.get(), parameter + 1, number);
}

std::error_code Statement::run() {
    const auto row = next();
    if (!row) {
        return row.error();
    }
    sqlite3_reset(statement_.get());
    return {};
}

std::expected<bool, std::error_code> Statement::next() {
    const int result = sqlite3_step(statement_.get());
    if (result == SQLITE_ROW) {
        return true;
    }
    sqlite3_reset(statement_.get());
    if (const std::error_code failure = code_of(result)) {
        return std::unexpected(failure);
    }
    return false;
}

std::span<const std::uint8_t> Statement::octets(int column) const {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return {static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column)), size};
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

}  // namespace godwit::server
