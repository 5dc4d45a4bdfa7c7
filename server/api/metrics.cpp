#include "server/api/metrics.hpp"

#include <initializer_list>
#include <sstream>
#include <string_view>
#include <utility>

namespace godwit::server {

namespace {

using Seconds = std::chrono::duration<double>;
using Label = std::pair<std::string_view, std::string_view>;

std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        if (letter == '\\' || letter == '"') {
            text += '\\';
        }
        text += letter == '\n' ? "\\n" : std::string(1, letter);
    }
    return text;
}

class Page {
  public:
    Page() { text_.precision(15); }

    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
    }
    template <class Value>
    void sample(std::initializer_list<Label> labels, Value value, std::string_view suffix = "") {
        text_ << name_ << suffix;
        const char* separator = "{";
        for (const auto& [key, content] : labels) {
            text_ << separator << key << "=\"" << escaped(content) << '"';
            separator = ",";
        }
        text_ << (labels.size() == 0 ? " " : "} ") << value << '\n';
    }
    template <class Value>
    void single(std::string_view name, std::string_view type, std::string_view help, Value value) {
        family(name, type, help);
        sample({}, value);
    }

    [[nodiscard]] std::string text() const { return text_.str(); }

  private:
    std::ostringstream text_;
    std::string name_;
};

void add_messages(Page& page, const Status& status) {
    page.family("godwit_signalling_messages_total", "counter",
                "Mobility messages that were proved (in) or sent (out), by type and status.");
    for (const auto& [direction, messages] :
         {std::pair("in", &status.messages_in), std::pair("out", &status.messages_out)}) {
        for (const auto& [type, by_status] : messages->by_type()) {
            for (const auto& [code, count] : by_status.by_reason()) {
                page.sample({{"direction", direction}, {"type", type}, {"status", code}}, count);
            }
        }
    }
}

void add_gaps(Page& page, const GapHistogram& gaps) {
    page.family(
        "godwit_handover_gap_seconds", "histogram",
        "From a binding update that moved a client to the first packet along its new path.");
    for (std::size_t limit = 0; limit < GapHistogram::limits.size(); ++limit) {
        std::ostringstream seconds;
        seconds << Seconds(GapHistogram::limits.at(limit)).count();
        page.sample({{"le", seconds.str()}}, gaps.within(limit), "_bucket");
    }
    page.sample({{"le", "+Inf"}}, gaps.count(), "_bucket");
    page.sample({}, Seconds(gaps.sum()).count(), "_sum");
    page.sample({}, gaps.count(), "_count");
}

void add_clients(Page& page, const std::vector<BindingReport>& bindings) {
    page.family("godwit_client_bytes_total", "counter",
                "Octets of inner packets of a client's tunnel, sent to it and received from it.");
    for (const BindingReport& binding : bindings) {
        const std::string home = binding.home_address.text();
        for (const auto& [direction, traffic] :
             {std::pair("sent", &binding.traffic.tx), std::pair("received", &binding.traffic.rx)}) {
            page.sample({{"name", binding.name}, {"home_address", home}, {"direction", direction}},
                        traffic->bytes);
        }
    }
}

// Of those that have a limit: of all others there is nothing to tell.
void add_rate_limits(Page& page, const std::vector<BindingReport>& bindings) {
    page.family("godwit_client_rate_limit_drops_total", "counter",
                "Packets of a client that were more than its rate limit lets through.");
    for (const BindingReport& binding : bindings) {
        const std::string home = binding.home_address.text();
        const RateReport& rates = binding.rates;
        const auto add = [&](std::string_view direction, std::uint64_t dropped) {
            page.sample({{"name", binding.name}, {"home_address", home}, {"direction", direction}},
                        dropped);
        };
        if (!rates.down.is_none()) {
            add("sent", rates.dropped_down);
        }
        if (!rates.up.is_none()) {
            add("received", rates.dropped_up);
        }
    }
}

}  // namespace

void GapHistogram::add(std::chrono::nanoseconds gap) {
    for (std::size_t limit = 0; limit < limits.size(); ++limit) {
        within_.at(limit) += gap <= limits.at(limit) ? 1U : 0U;
    }
    ++count_;
    sum_ += gap;
}

std::string metrics_text(const Metrics& metrics) {
    const Status& status = metrics.status;
    Page page;
    page.single("godwit_bindings", "gauge", "Clients that are registered.", status.bindings.size());
    add_messages(page, status);
    page.single("godwit_endpoint_moves_total", "counter",
                "Addresses or ports that NATs changed under a binding.", status.endpoint_moves);
    add_gaps(page, metrics.gaps);
    page.family("godwit_drops_total", "counter", "Packets and messages passed over, by reason.");
    for (const auto& [reason, count] : status.drops.by_reason()) {
        page.sample({{"reason", reason}}, count);
    }
    add_clients(page, status.bindings);
    add_rate_limits(page, status.bindings);
    page.single("godwit_health_problems", "gauge", "What is wrong, as the status tells it.",
                status.health.size());
    page.single("godwit_restarts_total", "counter", "Starts with this state directory.",
                metrics.restarts);
    page.single("process_cpu_seconds_total", "counter", "Processor time, user and system.",
                Seconds(metrics.processor).count());
    page.single("process_resident_memory_bytes", "gauge", "Memory in use.", metrics.resident);
    page.single("process_start_time_seconds", "gauge", "When this process started, since 1970.",
                Seconds(metrics.started.time_since_epoch()).count());
    return page.text();
}

}  // namespace godwit::server
