package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import app.seventv.devstack.login.DevUser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Signing in through the development login provider, as a browser does (api-v4.md §7.1). */
final class LoginSteps {
  private LoginSteps() {}

  static List<StoryStep> all() {
    return List.of(
        StoryStep.of("sign in", "api", LoginSteps::signIn),
        StoryStep.of("a person without the permission cannot sign in", "api", LoginSteps::refused),
        StoryStep.of("a login code works once", "api", LoginSteps::codeWorksOnce));
  }

  private static void signIn(StoryContext story) throws Exception {
    story.put(StoryContext.TOKEN, tokenOf(story, DevUser.STREAMER));
    story.put(StoryContext.ADMIN_TOKEN, tokenOf(story, DevUser.ADMIN));
  }

  /** Signs a person in and returns the session token. */
  static String tokenOf(StoryContext story, DevUser user) throws Exception {
    JsonNode answer = story.sendForJson(finish(story, authorize(story, user)), 200);
    JsonNode token = answer.get("token");
    if (token == null || !token.isString() || token.asString().isEmpty()) {
      throw new StoryFailure("login/finish gave no token");
    }
    return token.asString();
  }

  private static void refused(StoryContext story) throws Exception {
    story.send(finish(story, authorize(story, DevUser.BANNED)), 403);
  }

  private static void codeWorksOnce(StoryContext story) throws Exception {
    Authorized authorized = authorize(story, DevUser.VIEWER);
    story.send(finish(story, authorized), 200);
    // The provider answers 400, which the api reports as a failed load (api-v4.md §7.1).
    story.send(finish(story, authorized), 500);
  }

  /** A code from the provider, with the cookies that the api has set. */
  private record Authorized(String code, String cookies) {}

  private static Authorized authorize(StoryContext story, DevUser user)
      throws IOException, InterruptedException, StoryFailure {
    HttpResponse<byte[]> start =
        story.send(
            story
                .request(
                    story.addresses().http(Port.API, "/v4/auth/login?platform=twitch&return_to=/"))
                .header("Referer", referer(story))
                .build(),
            303);
    String provider = location(start);
    HttpResponse<byte[]> chosen =
        story.send(story.request(URI.create(provider + "&user=" + user.login())).build(), 302);
    String cookies =
        String.join(
            "; ",
            start.headers().allValues("Set-Cookie").stream()
                .map(cookie -> cookie.split(";", 2)[0])
                .toList());
    return new Authorized(queryValue(location(chosen), "code"), cookies);
  }

  private static HttpRequest finish(StoryContext story, Authorized authorized) {
    String body =
        JsonMapper.shared()
            .writeValueAsString(Map.of("platform", "twitch", "code", authorized.code()));
    return story
        .request(story.addresses().http(Port.API, "/v4/auth/login/finish"))
        .header("Referer", referer(story))
        .header("Content-Type", "application/json")
        .header("Cookie", authorized.cookies())
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private static String referer(StoryContext story) {
    return story.addresses().origin(Port.WEBSITE) + "/";
  }

  private static String location(HttpResponse<byte[]> response) throws StoryFailure {
    return response
        .headers()
        .firstValue("Location")
        .orElseThrow(
            () -> new StoryFailure(response.request().uri().getPath() + " gave no Location"));
  }

  private static String queryValue(String uri, String name) throws StoryFailure {
    return Arrays.stream(uri.split("[?&]", -1))
        .filter(part -> part.startsWith(name + "="))
        .findFirst()
        .map(part -> part.substring(name.length() + 1))
        .orElseThrow(() -> new StoryFailure("the provider gave no " + name));
  }
}
