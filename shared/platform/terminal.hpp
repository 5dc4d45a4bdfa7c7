#pragma once
// Whether somebody looks at what a command prints, as it prints it.

namespace godwit::platform {

bool is_output_a_terminal();  // standard output

}  // namespace godwit::platform
