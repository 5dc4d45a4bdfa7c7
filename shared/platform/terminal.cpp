#include "shared/platform/terminal.hpp"

#include <unistd.h>

namespace godwit::platform {

bool is_output_a_terminal() {
    return ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace godwit::platform
