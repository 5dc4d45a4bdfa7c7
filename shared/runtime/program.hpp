#pragma once
// What the subcommands of both programs have in common: how they end, and how they say why.

#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "shared/runtime/exit_code.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

// Runs a command; what it throws ends the program with a line for each fault on standard error. So
// does a standard output that cannot be written: meanwhile std::cout throws.
ExitCode run_command(const std::string& program, const std::function<ExitCode()>& command);

// Each line of a text on standard error, behind the program's name, with its control characters
// made printable.
void print_error(const std::string& program, const std::string& text);

// Prints what nobody can print again. Where standard output fails it throws std::runtime_error,
// which says `otherwise`: what has become of it, or how to come by it.
void print_once(const std::string& text, const std::string& otherwise);

// The status of the daemon behind a socket, or a line that says why there is none and what to do.
std::expected<Json, std::string> read_status(const std::filesystem::path& socket);

// Makes a new secret in a file that only its owner can read. What somebody else has to know of it,
// the public key, is the only thing on standard output; if that fails, so does the key: the file is
// removed again.
void generate_key_pair(const std::filesystem::path& file);
void generate_preshared_key(const std::filesystem::path& file);

}  // namespace godwit::runtime
