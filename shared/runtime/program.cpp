#include "shared/runtime/program.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <ios>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "shared/runtime/api_client.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/security/key_file.hpp"
#include "shared/security/keys.hpp"

namespace godwit::runtime {

namespace {

// What the user can do about it, where that is not plain from the failure itself.
std::string advice(const std::error_code& failure) {
    if (failure == std::errc::operation_not_permitted || failure == std::errc::permission_denied) {
        return "; run this as root, or give it CAP_NET_ADMIN and CAP_NET_RAW";
    }
    if (failure == std::errc::address_in_use || failure == std::errc::device_or_resource_busy) {
        return "; stop the program that uses it, or name another in the configuration";
    }
    if (failure == std::errc::resource_unavailable_try_again) {  // a thread, say
        return "; there are too many processes, or there is not enough memory";
    }
    if (failure == std::errc::no_space_on_device) {
        return "; make room on the disk";
    }
    return "";
}

constexpr auto no_memory = "there is not enough memory";

// What no thread has caught: above all that there is no memory. The process ends as by any failure,
// with a line that says why. Nothing here allocates.
[[noreturn]] void tell_and_end() noexcept {
    const char* text = "an unknown failure";
    const std::exception_ptr failure = std::current_exception();
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const std::bad_alloc&) {
        text = no_memory;
    } catch (const std::exception& exception) {
        text = exception.what();
    } catch (...) {
    }
    for (const char* part :
         std::array{static_cast<const char*>(program_invocation_short_name), ": ", text, "\n"}) {
        std::fputs(part, stderr);
    }
    std::_Exit(static_cast<int>(ExitCode::failed));
}

// Within its scope what standard output does not take is a failure as any other. Not beyond: an
// error is told on standard error, which flushes standard output first.
class StrictOutput {
  public:
    StrictOutput() { std::cout.exceptions(std::ios_base::badbit | std::ios_base::failbit); }
    StrictOutput(const StrictOutput&) = delete;
    StrictOutput& operator=(const StrictOutput&) = delete;
    ~StrictOutput() { std::cout.exceptions(std::ios_base::goodbit); }
};

// The stream's own failure says no more than that there was one; the reason is still there, unless
// what ended on the way here has had another.
std::string output_failure() {
    const int reason = errno;
    return "standard output: " +
           (reason != 0 ? std::generic_category().message(reason) : "it cannot be written");
}

// A key that is in use somewhere is not written over.
template <class Key>
void save_new(const Key& key, const std::filesystem::path& file) {
    try {
        save(key, file);
    } catch (const std::system_error& failure) {
        if (failure.code() != std::errc::file_exists) {
            throw;
        }
        throw std::runtime_error(
            file.string() +
            " exists already; name another file with --output, or remove it if "
            "its key is not needed any more");
    }
}

}  // namespace

void print_error(const std::string& program, const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::cerr << program << ": " << printable(line) << '\n';
    }
}

ExitCode run_command(const std::string& program, const std::function<ExitCode()>& command) {
    std::set_terminate(tell_and_end);
    try {
        const StrictOutput strict;
        const ExitCode code = command();
        std::cout.flush();
        return code;
    } catch (const std::ios_base::failure&) {
        print_error(program, output_failure());
        return ExitCode::failed;
    } catch (const InvalidConfiguration& invalid) {
        print_error(program, invalid.what());
        return ExitCode::usage;
    } catch (const std::system_error& failure) {
        print_error(program, failure.what() + advice(failure.code()));
        return ExitCode::failed;
    } catch (const std::bad_alloc&) {
        print_error(program, no_memory);
        return ExitCode::failed;
    } catch (const std::exception& failure) {
        print_error(program, failure.what());
        return ExitCode::failed;
    }
}

void print_once(const std::string& text, const std::string& otherwise) {
    try {
        std::cout << text << std::flush;
    } catch (const std::ios_base::failure&) {
        throw std::runtime_error(output_failure() + "; " + otherwise);
    }
}

std::expected<Json, std::string> read_status(const std::filesystem::path& socket) {
    auto text = fetch_status(socket);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    auto status = Json::parse(*text, nullptr, false);
    if (!status.is_object() || status.value("schema", 0) != status_schema) {
        return std::unexpected("the daemon at " + socket.string() +
                               " is of another version than this command; restart it");
    }
    return status;
}

void generate_key_pair(const std::filesystem::path& file) {
    const security::KeyPair keys = security::KeyPair::generate();
    save_new(keys, file);
    std::cerr << "private key: in " << file.string() << ", which stays on this machine\n"
              << "public key, for the other end's configuration:\n";
    try {
        print_once(keys.public_key().text() + '\n',
                   file.string() + " is removed again, since nobody knows its public key");
    } catch (const std::runtime_error&) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        throw;
    }
}

void generate_preshared_key(const std::filesystem::path& file) {
    save_new(security::PresharedKey::generate(), file);
    std::cerr << "pre-shared key: in " << file.string()
              << "; copy it to the other end over a channel that nobody listens to\n";
}

}  // namespace godwit::runtime
