#include "server/store/sqlite.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "shared/platform/file_placement.hpp"

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
    const int result =
        sqlite3_open_v2(file.c_str(), &connection,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
    connection_.reset(connection);  // there after most failures too
    require_success(code_of(result), "open state file " + file.string());
    if (sqlite3_db_readonly(connection, "main") == 1) {  // then SQLite opens it all the same
        require_success(code_of(SQLITE_READONLY), "write to state file " + file.string());
    }
    sqlite3_busy_timeout(connection, busy_timeout);
    // There are keys in it, and the log beside it gets the same permissions.
    // It fails for a file of somebody else, which can be written all the same.
    platform::keep_to_owner(file);
}

Database Database::in_memory() {
    Database database;
    database.file_ = "in memory";
    sqlite3* connection = nullptr;
    const int result = sqlite3_open(":memory:", &connection);
    database.connection_.reset(connection);
    require_success(code_of(result), "make a database in memory");
    return database;
}

Database Database::of(std::string_view octets) {
    Database database = in_memory();
    const auto size = static_cast<sqlite3_int64>(octets.size());
    auto* memory = static_cast<unsigned char*>(sqlite3_malloc64(octets.size()));
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    std::ranges::copy(octets, memory);
    const int result =
        sqlite3_deserialize(database.connection_.get(), "main", memory, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    require_success(code_of(result), "read a database");
    return database;
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

void Database::leave_file_alone(bool leaves_it) {
    sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,  // NOLINT: variadic
                      leaves_it ? 1 : 0, nullptr);
}

std::error_code Database::copy_to(Database& other) {
    sqlite3_backup* copy =
        sqlite3_backup_init(other.connection_.get(), "main", connection_.get(), "main");
    if (copy == nullptr) {
        return code_of(sqlite3_errcode(other.connection_.get()));
    }
    constexpr int all_pages = -1;
    const std::error_code outcome = code_of(sqlite3_backup_step(copy, all_pages));
    const std::error_code end = code_of(sqlite3_backup_finish(copy));
    return outcome ? outcome : end;
}

std::string Database::serialize() {
    sqlite3_int64 size = 0;
    unsigned char* octets = sqlite3_serialize(connection_.get(), "main", &size, 0);
    if (octets == nullptr) {
        throw std::bad_alloc();
    }
    std::string copy(octets, octets + size);
    std::fill_n(octets, size, 0);  // there are keys in it
    sqlite3_free(octets);
    return copy;
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

void Statement::bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), parameter + 1, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);  // NOLINT: a cast of SQLite's own
}

void Statement::bind_null(int parameter) {
    sqlite3_bind_null(statement_.get(), parameter + 1);
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

std::string Statement::text(int column) const {
    const auto characters = octets(column);
    return {characters.begin(), characters.end()};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Transaction::Transaction(Database& database) : database_(database) {
    database_.require("SAVEPOINT change", "write to");
}

Transaction::~Transaction() {
    if (is_open_) {  // after some failures SQLite has undone it already
        static_cast<void>(database_.run("ROLLBACK TO change; RELEASE change"));
    }
}

void Transaction::commit() {
    database_.require("RELEASE change", "write to");
    is_open_ = false;
}

}  // namespace godwit::server
