package app.seventv.api.v3rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.Operation;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.v3rest.V3Models.JsonObject;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.JsonBody;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Id;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Routes that need no data: documentation, configuration of clients, versions, and those that are
 * known but not served (api-v3.md §7, §7.1, §7.2).
 */
public final class V3StaticRoutes {
  private static final String RELEASES = "https://github.com/SevenTV/chatterino7/releases/";

  private final Settings settings;
  private final String version;
  private final Map<String, JsonNode> configs = new HashMap<>();
  private final byte[] playground;

  /**
   * What the configuration says.
   *
   * @param extensionConfigs folder with {@code extension.json} and {@code extension-nightly.json}
   *     in place of ours
   * @param beta version of the beta branch, if it has one
   * @param armIsExperimental whether Windows on ARM is called experimental
   */
  public record Settings(
      Optional<Path> extensionConfigs,
      String stable,
      Optional<String> beta,
      boolean armIsExperimental) {}

  /**
   * @throws IOException if a configured file cannot be read
   */
  public V3StaticRoutes(Settings settings, String version) throws IOException {
    this.settings = settings;
    this.version = version;
    for (String name : new String[] {"extension", "extension-nightly"}) {
      Path own =
          settings.extensionConfigs().map(folder -> folder.resolve(name + ".json")).orElse(null);
      String text =
          own == null
              ? GraphqlSchema.resource("config-" + name + ".json")
              : Files.readString(own, StandardCharsets.UTF_8);
      configs.put(name, Json.mapper().readTree(text));
    }
    this.playground = GraphqlSchema.resource("playground.html").getBytes(StandardCharsets.UTF_8);
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get(
        "/v3/docs", pipeline.handler(0, request -> Json.response(200, OpenApi.document(version))));
    routes.get("/v3/config/{name}", pipeline.handler(0, this::config));
    routes.get("/v3/chatterino/version/{os}/{branch}", pipeline.handler(0, this::chatterino));
    routes.get(
        "/v3/gql/playground",
        pipeline.handler(0, request -> Response.of(200, "text/html; charset=utf-8", playground)));
    routes.delete("/v3/users/{id}", pipeline.handler(0, request -> notServed()));
    routes.patch(
        "/v3/users/{id}/connections/{connection_id}",
        pipeline.handler(JsonBody.MAX_BYTES, V3StaticRoutes::moveConnection));
    routes.post("/v3/entitlements", pipeline.handler(JsonBody.MAX_BYTES, request -> notServed()));
  }

  @Operation(
      value = {
        "DELETE /v3/users/{id}",
        "PATCH /v3/users/{id}/connections/{connection_id}",
        "POST /v3/entitlements"
      },
      who = "not served: 501")
  private static Response notServed() {
    throw ApiException.notImplemented();
  }

  private static Response moveConnection(ApiRequest request) {
    if (Id.parseOrNull(JsonBody.read(request).text("new_user_id")) == null) {
      throw JsonBody.wrong("new_user_id");
    }
    return notServed();
  }

  private Response config(ApiRequest request) {
    String name = request.head().pathParameter("name");
    JsonNode config = configs.get("extension-beta".equals(name) ? "extension-nightly" : name);
    if (config == null) {
      throw new ApiException(404, ErrorCode.BAD_REQUEST, "config not found");
    }
    return Json.response(200, config);
  }

  private Response chatterino(ApiRequest request) {
    String branch = request.head().pathParameter("branch");
    @Nullable String tag =
        switch (branch) {
          case "stable" -> settings.stable();
          case "beta" -> settings.beta().orElse(settings.stable());
          default -> null;
        };
    String os = request.head().pathParameter("os");
    if (tag == null || !(os.equals("win") || os.equals("macos") || os.equals("linux"))) {
      throw new ApiException(404, ErrorCode.BAD_REQUEST, "version not found");
    }
    String base = RELEASES + "download/v" + tag + "/";
    JsonObject answer =
        new JsonObject()
            .with("version", tag.startsWith("2.") ? "7." + tag.substring(2) : tag)
            .with("v2_version", tag);
    switch (os) {
      case "win" -> windows(answer, base);
      case "macos" -> answer.with("updateexe", base + "Chatterino.dmg");
      default -> answer.with("updateguide", RELEASES + "tag/v" + tag);
    }
    return Json.response(200, answer);
  }

  private void windows(JsonObject answer, String base) {
    String arm = (settings.armIsExperimental() ? "Experimental-" : "") + "ARM64-";
    answer
        .with("updateexe", base + "Chatterino7.Installer.zip")
        .with("updateexe_x86", base + "Chatterino7.Installer.zip")
        .with("updateexe_arm", base + arm + "Chatterino7.Installer.zip")
        .with("portable_download", base + "Chatterino7.Portable.zip")
        .with("portable_download_x86", base + "Chatterino7.Portable.zip")
        .with("portable_download_arm", base + arm + "Chatterino7.Portable.zip");
  }
}
