package app.seventv.api.v3rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.uploads.EmoteUpload;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Emote;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code POST /v3/emotes}: raw image, description in a header (api-v3.md §7.3). */
public final class V3Upload {
  private static final int FLAG_PRIVATE = 1;
  private static final int FLAG_ZERO_WIDTH = 256;

  private final EmoteUpload uploads;
  private final V3Models models;

  public V3Upload(EmoteUpload uploads, V3Models models) {
    this.uploads = uploads;
    this.models = models;
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/v3/emotes", pipeline.handler(EmoteUpload.MAX_BODY_BYTES, this::upload));
  }

  private Response upload(ApiRequest request) {
    EmoteUpload.authorize(request.context().caller());
    EmoteUpload.Metadata metadata = metadata(request.head().header("x-emote-data"));
    Emote emote = uploads.upload(request.context(), metadata, request.body());
    return Json.response(201, models.emotePartial(emote, null));
  }

  private static EmoteUpload.Metadata metadata(@Nullable String header) {
    if (header == null) {
      throw ApiException.badRequest("missing X-Emote-Data header");
    }
    if (header.chars().anyMatch(c -> c < 0x20 || c > 0x7E)) {
      throw ApiException.badRequest("invalid X-Emote-Data header");
    }
    try {
      JsonNode root = Json.mapper().readTree(header);
      if (!root.isObject()) {
        throw ApiException.badRequest("invalid X-Emote-Data header");
      }
      List<String> tags = new ArrayList<>();
      root.path("tags").forEach(tag -> tags.add(tag.asString("")));
      int old = root.path("flags").asInt(0);
      int flags =
          ((old & FLAG_ZERO_WIDTH) != 0 ? Emote.FLAG_DEFAULT_ZERO_WIDTH : 0)
              | ((old & FLAG_PRIVATE) != 0 ? Emote.FLAG_PRIVATE : 0);
      return new EmoteUpload.Metadata(root.path("name").asString(""), tags, flags);
    } catch (JacksonException e) {
      throw ApiException.badRequest("invalid X-Emote-Data header");
    }
  }
}
