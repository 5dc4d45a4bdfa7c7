#include "shared/runtime/name_lookup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/addresses.hpp"

namespace godwit::runtime {
namespace {

using platform::Resolution;
using platform::ResolverOptions;
using test::ip;
using testing::ElementsAre;

// Answers with the names that it was asked for, as those that it has not found.
Resolution echo(const ResolverOptions& options, const std::stop_token& /*stop*/) {
    Resolution resolution;
    for (const std::string& name : options.names) {
        resolution.unresolved.push_back({name, "asked"});
    }
    return resolution;
}

// Does not answer before it is told to stop, and then only once.
class Endless {
  public:
    Resolution operator()(const ResolverOptions& options, const std::stop_token& stop) {
        if (std::exchange(was_asked_, true)) {
            return echo(options, stop);
        }
        std::binary_semaphore stopped(0);
        const std::stop_callback on_stop(stop, [&] { stopped.release(); });
        stopped.acquire();
        return echo(options, stop);
    }

  private:
    bool was_asked_ = false;
};

std::vector<std::string> names_in(const Resolution& resolution) {
    std::vector<std::string> names;
    for (const auto& [name, reason] : resolution.unresolved) {
        names.push_back(name);
    }
    return names;
}

TEST(NameLookup, CallsBackInTheLoopsThread) {
    EventLoop loop;
    std::thread::id called_in;
    NameLookup lookup(
        loop,
        [&](const Resolution& resolution) {
            called_in = std::this_thread::get_id();
            EXPECT_THAT(names_in(resolution), ElementsAre("ha.example"));
            loop.stop();
        },
        echo);
    lookup.request({.names = {"ha.example"}});
    EXPECT_TRUE(lookup.is_running());
    loop.run();
    EXPECT_EQ(called_in, std::this_thread::get_id());
    EXPECT_FALSE(lookup.is_running());
}

TEST(NameLookup, AsksTheResolverOfThisMachineUnlessToldOtherwise) {
    EventLoop loop;
    NameLookup lookup(loop, [&](const Resolution& resolution) {
        EXPECT_THAT(resolution.addresses, ElementsAre(ip("2001:db8::1")));
        loop.stop();
    });
    lookup.request({.names = {"2001:db8::1"}});
    loop.run();
}

TEST(NameLookup, LooksUpAgainAndAgain) {
    EventLoop loop;
    int rounds = 0;
    std::unique_ptr<NameLookup> lookup;
    lookup = std::make_unique<NameLookup>(
        loop,
        [&](const Resolution&) {
            if (++rounds == 3) {
                loop.stop();
            } else {
                lookup->request({.names = {"ha.example"}});
            }
        },
        echo);
    lookup->request({.names = {"ha.example"}});
    loop.run();
    EXPECT_EQ(rounds, 3);
}

TEST(NameLookup, DiscardsWhatALaterRequestReplaces) {
    EventLoop loop;
    std::vector<std::vector<std::string>> told;
    NameLookup lookup(
        loop,
        [&](const Resolution& resolution) {
            told.push_back(names_in(resolution));
            loop.stop();
        },
        Endless());
    lookup.request({.names = {"old.example"}});
    lookup.request({.names = {"newer.example"}});
    lookup.request({.names = {"newest.example"}});
    loop.run();
    EXPECT_THAT(told, ElementsAre(ElementsAre("newest.example")));
}

TEST(NameLookup, StopsWhatRunsWhenItGoes) {
    EventLoop loop;
    {
        NameLookup lookup(
            loop, [](const Resolution&) { ADD_FAILURE() << "called back"; }, Endless());
        lookup.request({.names = {"ha.example"}});
    }
    asio::post(loop.context(), [&] { loop.stop(); });
    loop.run();
}

TEST(NameLookup, DoesNotCallBackOnceItIsGoneThoughTheResultIsThere) {
    EventLoop loop;
    std::binary_semaphore answered(0);
    {
        NameLookup lookup(
            loop, [](const Resolution&) { ADD_FAILURE() << "called back"; },
            [&](const ResolverOptions& options, const std::stop_token& stop) {
                answered.release();
                return echo(options, stop);
            });
        lookup.request({.names = {"ha.example"}});
        answered.acquire();
    }
    asio::post(loop.context(), [&] { loop.stop(); });
    loop.run();
}

}  // namespace
}  // namespace godwit::runtime
