#include "client/carried_out_order.hpp"

#include <string>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/command.hpp"
#include "shared/platform/turn.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

// Debian's resolvconf and openresolv rank what they are given by such names; "tun.*" comes first.
const std::string record = "tun.godwit";

// Orders, one after the other while each was carried out. Whoever changes his mind for ever is left
// with the last of them.
constexpr int most_in_a_row = 10;

// resolvectl(1) goes by that name too; it speaks to systemd-resolved, which the daemon asks itself.
bool has_resolvconf() {
    const auto command = platform::find_command("resolvconf");
    std::error_code error;
    return command && fs::canonical(*command, error).filename() != "resolvectl";
}

// What was given to resolvconf stays here for as long as it has it, so that it is taken back.
class Resolvconf {
  public:
    explicit Resolvconf(const fs::path& directory) : copy_(directory / "resolv.conf") {}

    [[nodiscard]] ResolverAnswer add(const std::string& text) const {
        if (const auto error = platform::replace_file(copy_, text)) {
            return refusal("cannot write " + copy_.string() + ": " + error.message());
        }
        const auto status =
            platform::run_command({"resolvconf", "-a", record, "-m", "0", "-x"}, copy_);
        return status && *status == 0 ? ResolverAnswer{.backend = "resolvconf", .refusal = {}}
                                      : refusal("resolvconf -a " + record + " has failed");
    }
    void remove() const {
        std::error_code error;
        if (fs::exists(copy_, error)) {
            [[maybe_unused]] const auto status =
                platform::run_command({"resolvconf", "-d", record, "-f"});
            fs::remove(copy_, error);
        }
    }
    static ResolverAnswer refusal(std::string why) {
        return {.backend = {}, .refusal = std::move(why)};
    }

  private:
    fs::path copy_;
};

ResolverAnswer put_back(const platform::ResolverFile& file) {
    const auto outcome = file.restore();
    return outcome ? ResolverAnswer{.backend = "nobody", .refusal = {}}
                   : Resolvconf::refusal(outcome.error());
}

ResolverAnswer carry_out(const std::string& text, const Resolvconf& resolvconf,
                         const platform::ResolverFile& file) {
    if (text.empty() || has_resolvconf()) {
        ResolverAnswer answer = put_back(file);
        if (!answer.refusal.empty()) {
            return answer;
        }
    }
    if (text.empty()) {
        resolvconf.remove();
        return {.backend = "nobody", .refusal = {}};
    }
    if (has_resolvconf()) {
        return resolvconf.add(text);
    }
    const auto outcome = file.write(text);
    return outcome ? ResolverAnswer{.backend = "file", .refusal = {}}
                   : Resolvconf::refusal(outcome.error());
}

// systemd does not look at the order while the service runs: what has become of it meanwhile, and
// resolvconf takes its time, nobody would start it for again.
ResolverAnswer carry_out_orders(const ResolverOrder& order, const fs::path& answers,
                                const platform::ResolverFile& file) {
    ResolverAnswer answer;
    for (int round = 0; round < most_in_a_row; ++round) {
        const std::string text = order.given().value_or("");
        const bool is_sound = text.empty() || platform::is_resolver_file_text(text);
        answer = is_sound ? carry_out(text, Resolvconf(answers), file)
                          : Resolvconf::refusal("the order names more than servers");
        platform::require("write into " + answers.string(), order.answer_with(text, answer));
        if (order.given().value_or("") == text) {
            break;
        }
    }
    return answer;
}

}  // namespace

// Who is started by godwit-resolver.path and who by the end of godwit.service may be there at the
// same time: of two that exchange the same files, one would remove what the other puts back.
ResolverAnswer carry_out_order(const fs::path& orders, const fs::path& answers,
                               const platform::ResolverFile& file) {
    platform::let_everybody_read();  // what resolvconf writes
    const auto turn = platform::take_turn(answers / "turn");
    return carry_out_orders(ResolverOrder(orders, answers), answers, file);
}

// An order that stayed would be carried out again by whoever looks next. Without a folder for
// answers nobody has carried one out: a daemon that was started by hand writes the file itself.
ResolverAnswer put_back_resolver(const fs::path& orders, const fs::path& answers,
                                 const platform::ResolverFile& file) {
    platform::require("withdraw the order in " + orders.string(),
                      ResolverOrder(orders, answers).give({}));
    if (!file.may_be_written()) {
        return file.is_ours() ? Resolvconf::refusal(
                                    "the tunnel's name servers stay in /etc/resolv.conf; as root: "
                                    "godwit resolver --put-back")
                              : ResolverAnswer{.backend = "nobody", .refusal = {}};
    }
    std::error_code unknown;
    return fs::exists(answers, unknown) ? carry_out_order(orders, answers, file) : put_back(file);
}

}  // namespace godwit::client
