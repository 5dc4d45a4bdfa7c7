#include "shared/runtime/http_routes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::runtime {
namespace {

HttpRoutes routes() {
    HttpRoutes routes;
    const auto answer = [](const HttpRequest&) { return HttpAnswer(); };
    routes.add({.method = "GET", .path = "/v1/clients", .answer = answer});
    routes.add({.method = "GET", .path = "/v1/clients/{name}", .answer = answer});
    routes.add({.method = "DELETE", .path = "/v1/clients/{name}", .answer = answer});
    routes.add({.method = "POST", .path = "/v1/clients/{name}/kick", .answer = answer});
    return routes;
}

TEST(HttpRoutes, TakeTheNameOutOfThePath) {
    const HttpRoutes all = routes();
    EXPECT_EQ(all.find("GET", "/v1/clients/laptop")->request.name, "laptop");
    EXPECT_EQ(all.find("POST", "/v1/clients/a%20b/kick")->request.name, "a b");
}

TEST(HttpRoutes, AreNotTakenForEachOther) {
    const HttpRoutes all = routes();
    EXPECT_EQ(all.find("GET", "/v1/clients")->route->path, "/v1/clients");
    EXPECT_EQ(all.find("GET", "/v1/clients/x/y").error().status, 404U);
    EXPECT_EQ(all.find("GET", "/v1/clients/").error().status, 404U);
    EXPECT_EQ(all.find("GET", "/v1").error().status, 404U);
}

TEST(HttpRoutes, SayWhichMethodsATargetTakes) {
    const auto found = routes().find("PUT", "/v1/clients/laptop");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().status, 405U);
    EXPECT_EQ(found.error().fields.front().second, "GET, DELETE");
}

TEST(HttpRoutes, ReadTheQuery) {
    const HttpRoutes all = routes();
    const auto found = all.find("GET", "/v1/clients?since=17&follow=false&a=b%3D&c");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->request.query.at("since"), "17");
    EXPECT_EQ(found->request.query.at("follow"), "false");
    EXPECT_EQ(found->request.query.at("a"), "b=");
    EXPECT_EQ(found->request.query.at("c"), "");
}

TEST(HttpRoutes, RefuseAPercentSignWithoutDigits) {
    const HttpRoutes all = routes();
    EXPECT_EQ(all.find("GET", "/v1/clients/a%2").error().status, 400U);
    EXPECT_EQ(all.find("GET", "/v1/clients/a%zz").error().status, 400U);
    EXPECT_EQ(all.find("GET", "/v1/clients?x=%").error().status, 400U);
}

TEST(HttpAnswer, OfAnErrorHasACodeAndASentenceEvenOfWhatIsNoUtf8) {
    EXPECT_EQ(error_answer(404, "gone", "no \"x\"").body,
              "{\"error\":{\"code\":\"gone\",\"message\":\"no \\\"x\\\"\"}}\n");
    EXPECT_EQ(error_answer(404, "gone", "no \xff").status, 404U);
}

}  // namespace
}  // namespace godwit::runtime
