package app.seventv.api.v3rest;

import app.seventv.api.v3rest.V3Models.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The description of the v3 routes, as an OpenAPI 3 document (api-v3.md §7, route 1). */
public final class OpenApi {
  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  /** Method, path, summary, status of a success. */
  private static final List<String[]> ROUTES =
      List.of(
          route("GET", "/v3/docs", "This document", "200"),
          route("GET", "/v3/config/{name}", "Configuration of the browser extension", "200"),
          route(
              "GET", "/v3/chatterino/version/{os}/{branch}", "Latest version of Chatterino", "200"),
          route("GET", "/v3/auth", "Sign in or link an account", "303"),
          route("GET", "/v3/auth/logout", "Sign out by link", "307"),
          route("POST", "/v3/auth/logout", "Sign out", "204"),
          route("GET", "/v3/auth/manual", "Sign in or link by a code", "200"),
          route("POST", "/v3/emotes", "Upload an emote", "201"),
          route("GET", "/v3/emotes/{id}", "An emote", "200"),
          route("GET", "/v3/emote-sets/global", "The global emote set", "200"),
          route("GET", "/v3/emote-sets/{id}", "An emote set", "200"),
          route("GET", "/v3/users/{id}", "A user", "200"),
          route("GET", "/v3/users/{platform}/{platform_id}", "A user by platform account", "200"),
          route("PUT", "/v3/users/{id}/profile-picture", "Upload a profile picture", "200"),
          route("POST", "/v3/users/{id}/presences", "Tell that a user is in a channel", "200"),
          route("DELETE", "/v3/users/{id}", "Not served", "501"),
          route("PATCH", "/v3/users/{id}/connections/{connection_id}", "Not served", "501"),
          route("POST", "/v3/entitlements", "Not served", "501"),
          route("POST", "/v3/bridge/event-api", "Avatars of channels", "200"),
          route("POST", "/v3/gql", "GraphQL", "200"),
          route("GET", "/v3/gql/playground", "A page for GraphQL", "200"));

  private OpenApi() {}

  /** Method and path of each route. */
  public static List<String> routes() {
    return ROUTES.stream().map(route -> route[0] + " " + route[1]).toList();
  }

  private static String[] route(String... parts) {
    return parts;
  }

  static Map<String, ?> document(String version) {
    Map<String, JsonObject> paths = new LinkedHashMap<>();
    for (String[] route : ROUTES) {
      JsonObject operation =
          new JsonObject()
              .with("summary", route[2])
              .unlessEmpty("parameters", parameters(route[1]))
              .with(
                  "responses",
                  new JsonObject()
                      .with(route[3], new JsonObject().with("description", route[2]))
                      .with(
                          "default",
                          new JsonObject()
                              .with("description", "An error")
                              .with("content", errorContent())));
      paths
          .computeIfAbsent(route[1], path -> new JsonObject())
          .with(route[0].toLowerCase(Locale.ROOT), operation);
    }
    return new JsonObject()
        .with("openapi", "3.0.3")
        .with("info", new JsonObject().with("title", "7TV API v3").with("version", version))
        .with("paths", paths)
        .with("components", new JsonObject().with("schemas", schemas()));
  }

  private static List<JsonObject> parameters(String path) {
    List<JsonObject> parameters = new ArrayList<>();
    Matcher matcher = PARAMETER.matcher(path);
    while (matcher.find()) {
      parameters.add(
          new JsonObject()
              .with("name", matcher.group(1))
              .with("in", "path")
              .with("required", true)
              .with("schema", new JsonObject().with("type", "string")));
    }
    return parameters;
  }

  private static JsonObject errorContent() {
    return new JsonObject()
        .with(
            "application/json",
            new JsonObject()
                .with("schema", new JsonObject().with("$ref", "#/components/schemas/Error")));
  }

  private static JsonObject schemas() {
    JsonObject properties =
        new JsonObject()
            .with("status", new JsonObject().with("type", "string"))
            .with("error_code", new JsonObject().with("type", "integer"))
            .with("error", new JsonObject().with("type", "string"));
    return new JsonObject()
        .with("Error", new JsonObject().with("type", "object").with("properties", properties));
  }
}
