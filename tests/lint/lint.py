"""Holds the rules of form that docs/architecture.md states: formatting, who may include whom, which standard headers,
sizes, where a clock may be read, how secrets are compared. Usage:
lint.py format|includes|headers|sizes|clocks|words|secrets; exit status 1 and a line for each fault."""
import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMATTER = "clang-format-19"
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 60

# Folder -> the folders of the project that it may include. The longest matching folder counts.
MAY_INCLUDE = {
    "shared/wire": {"shared/wire"},
    "shared/mobility": {"shared/mobility", "shared/wire"},
    "shared/security": {"shared/security", "shared/mobility", "shared/wire"},
    "shared/datapath": {"shared/datapath", "shared/security", "shared/mobility", "shared/wire"},
    "shared/platform": {"shared/platform", "shared/mobility", "shared/wire"},
    "shared/runtime": {"shared"},
    "client/core": {"client/core", "shared/mobility", "shared/wire"},
    "client": {"client", "shared"},
    "server/core": {"server/core", "shared/mobility", "shared/wire"},
    "server/store": {"server/store", "server/clients/clients.hpp", "shared"},
    "server": {"server", "shared"},
    "tests": {"tests", "client", "server", "shared"},
}
# System header (a regular expression) -> where it may be included.
ONLY_IN = {
    r"sodium\.h": {"shared/security", "tests/security/invite_test.cpp", "tests/security/wiped_keys_test.cpp", "tests/fuzz/steady_random.cpp"},
    r"(linux|net|netinet|sys|netlink|nftables)/.*|(unistd|fcntl|poll|sched|ifaddrs|netdb)\.h":
        {"shared/platform", "tests/platform", "tests/impair", "tests/flow", "tests/datapath", "tests/bench",
         "tests/fuzz/netlink.cpp",
         "tests/runtime/small_disk.hpp", "shared/security/key_file.cpp", "shared/datapath/tunnel_memory.cpp"},
    r"arpa/inet\.h": {"shared/wire/address.cpp", "shared/platform"},
    r"boost/.*|spdlog/.*|toml\+\+/.*|nlohmann/.*": {"shared/runtime", "client", "server", "tests"},
    r"sqlite3\.h": {"server/store"},
    r"ares.*\.h": {"shared/platform"},
    r"systemd/.*": {"shared/platform", "tests/platform"},
    r"CLI/.*": {"client/main.cpp", "client/commands", "server/main.cpp", "server/commands", "tests/impair/main.cpp",
                "tests/flow/main.cpp"},
    r"(qrencode|png)\.h": {"server/qr_code.cpp"},
}
NOT_IN_CORES = {"client/core", "server/core"}
CLOCK = re.compile(r"::now\(|(?<!\x22)\b(?:clock_gettime|gettimeofday)\b|[^\w.:]time\(nullptr\)")
MAY_READ_CLOCK = {"shared/runtime/clock.hpp", "shared/runtime/clock.cpp", "tests/impair", "tests/flow", "tests/bench"}
# How long an ordinary comparison takes tells how much of a secret is right; is_equal() takes its time. The types of
# secrets have no comparison (SecretOctets); this finds those of their octets.
ORDINARY_COMPARISON = re.compile(r"(?<!sodium_)\b(memcmp|strcmp|strncmp|bcmp)\(|\b(std::|ranges::)(equal|mismatch|lexicographical_compare)\w*\(")
HAS_SECRETS = {"shared/security", "shared/runtime", "server", "client"}
SECRET = r"\*?\b\w*(secret|cookie|token|proof|authenticator|preshared_key|private_key|mac1|mac2|\bmac|\btag)_?((->|\.)(octets|text|value)(\(\))?)*"
SECRET_COMPARED = re.compile(rf"{SECRET}\s*[!=]=(?!\s*(nullptr|[\w.]*end\(\)|\d))|[!=]=\s*{SECRET}(?![\w.(:>-])")
# What is compared there, though it is in such a folder, is no secret.
COMPARES_NO_SECRET = {
    "shared/security/invite.cpp": "checksum_of",  # it tells damage, and proves nothing
    "shared/runtime/offload_trial.cpp": "beginning",  # of packets that the program has made
    "shared/runtime/http_access.cpp": "unsigned char",  # names of hosts
    "client/core/portal_url.cpp": "lower",  # of a URL
}
# Precompiled headers hide that a file has not included what it uses. Header -> what shows its use.
SHOWS_USE = {header: re.compile(rf"\bstd::{names}") for header, names in {
    "algorithm": r"(min|max|clamp|copy|copy_n|fill|sort|find|find_if|ranges::(all_of|any_of|copy|count|count_if|equal|"
                 r"fill|find|find_if|for_each|lower_bound|max|max_element|min|min_element|none_of|remove_if|sort|"
                 r"transform|unique|upper_bound))\(",
    "array": r"array<", "atomic": r"atomic\b", "bit": r"(bit_cast|byteswap|countl_zero|countr_zero|endian|popcount)\b",
    "charconv": r"(from|to)_chars\(", "chrono": r"chrono::", "deque": r"deque<", "expected": r"(un)?expected\b",
    "filesystem": r"filesystem::", "fstream": r"[io]?fstream\b", "functional": r"function<",
    "iostream": r"(cerr|cin|cout)\b", "iterator": r"(back_inserter|distance|inserter|next|prev|ssize)\(",
    "limits": r"numeric_limits<", "list": r"list<", "map": r"(multi)?map<",
    "memory": r"(make_shared|make_unique|shared_ptr|unique_ptr|weak_ptr)\b", "optional": r"(nullopt|optional)\b",
    "set": r"set<", "span": r"span\b", "sstream": r"[io]?stringstream\b", "string": r"(string\b|to_string\()",
    "system_error": r"(errc|error_category|error_code|make_error_code|system_error)\b", "thread": r"j?thread\b",
    "tuple": r"(tie\(|tuple<)", "unordered_map": r"unordered_map<",
    "utility": r"(exchange|forward|move|pair|swap|to_underlying)\b",
    "variant": r"(get_if|holds_alternative|monostate|variant|visit)\b", "vector": r"vector<"}.items()}

# The project speaks of the network, not of who wrote it or where.
WORDS = re.compile(r"\b(TODO|FIXME|XXX)\b|/work/(main|shared|\.library)")


def sources(root=ROOT):
    """The C++ files that git knows or would add, as paths relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cpp", "*.hpp"], cwd=root,
                            capture_output=True, text=True, check=True).stdout.split()
    return [path for path in listed if (root / path).exists()]


def is_under(path, folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def rule_for(path):
    folders = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return MAY_INCLUDE[max(folders, key=len)] if folders else set()


def format_faults(path, text):
    done = subprocess.run([FORMATTER, f"--assume-filename={path}"], input=text, capture_output=True,
                          text=True, cwd=ROOT, check=True)
    if done.stdout != text:
        yield f"{path}: not formatted ({FORMATTER} -i {path})"


def include_faults(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if own := re.match(r'#include "(.+)"', line):
            if not is_under(own[1], rule_for(path)):
                yield f"{path}:{number}: may not include {own[1]}"
        elif system := re.match(r"#include <(.+)>", line):
            for pattern, where in ONLY_IN.items():
                if re.fullmatch(pattern, system[1]) and (
                        not is_under(path, where) or is_under(path, NOT_IN_CORES)):
                    yield f"{path}:{number}: <{system[1]}> belongs in {', '.join(sorted(where))}"


@functools.cache
def included_from(own):
    """All that a header of the project includes, through others of the project too."""
    return reached((ROOT / own).read_text()) if (ROOT / own).exists() else frozenset()


def reached(text):
    names = frozenset(re.findall(r'#include [<"](.+)[">]', text))
    return names.union(*(included_from(name) for name in names))


def header_faults(path, text):
    code, included = re.sub("//.*", "", text), reached(text)
    for header, shown in SHOWS_USE.items():
        if header not in included and (use := shown.search(code)):
            yield f"{path}: {use[0]} without <{header}>"


def size_faults(path, text):
    lines = text.splitlines()
    if len(lines) > MAX_FILE_LINES:
        yield f"{path}: {len(lines)} lines, at most {MAX_FILE_LINES}"
    # The formatter puts a function's opening line and its closing brace at the same indentation.
    opening = None
    for number, line in enumerate(lines, 1):
        if re.match(r"( {0,4})\S.*\) ?(const |noexcept |override |-> .*)*\{$", line) and not re.match(
                r"\s*(if|for|while|switch|namespace|struct|class|enum|\} else)\b", line):
            opening = (number, len(line) - len(line.lstrip()))
        elif opening and line == " " * opening[1] + "}":
            if number - opening[0] + 1 > MAX_FUNCTION_LINES:
                yield f"{path}:{opening[0]}: function of {number - opening[0] + 1} lines, " \
                      f"at most {MAX_FUNCTION_LINES}"
            opening = None


def clock_faults(path, text):
    if not is_under(path, MAY_READ_CLOCK):
        for number, line in enumerate(text.splitlines(), 1):
            if CLOCK.search(line):
                yield f"{path}:{number}: reads a clock; only {', '.join(sorted(MAY_READ_CLOCK))} may"


def word_faults(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if WORDS.search(line):
            yield f"{path}:{number}: {line.strip()}"


def secret_faults(path, text):
    if is_under(path, HAS_SECRETS):
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            if (ORDINARY_COMPARISON.search(code) or SECRET_COMPARED.search(code)) and \
                    COMPARES_NO_SECRET.get(path, "\0") not in line:
                yield f"{path}:{number}: compares what may be a secret: {line.strip()}"


CHECKS = {"format": format_faults, "includes": include_faults, "headers": header_faults, "sizes": size_faults,
          "clocks": clock_faults, "words": word_faults, "secrets": secret_faults}


def main(check):
    paths = sources()
    faults = [fault for path in paths for fault in CHECKS[check](path, (ROOT / path).read_text())]
    print("\n".join(faults) or f"{check}: {len(paths)} files are right")
    return 1 if faults or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
