package app.seventv.api.v4rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.uploads.EmoteUpload;
import app.seventv.api.uploads.Multipart;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Emote;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code POST /v4/emotes} (api-v4.md §7.2). */
public final class EmoteRoutes {
  private final EmoteUpload uploads;

  public EmoteRoutes(EmoteUpload uploads) {
    this.uploads = uploads;
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/v4/emotes", pipeline.handler(EmoteUpload.MAX_BODY_BYTES, this::upload));
  }

  private Response upload(ApiRequest request) {
    String type = request.head().header("content-type");
    String lower = type == null ? "" : type.toLowerCase(Locale.ROOT);
    if (type == null || !lower.startsWith("multipart/form-data") || !lower.contains("boundary=")) {
      throw new HttpError(400, "Invalid `boundary` for `multipart/form-data` request");
    }
    Map<String, byte[]> parts = Multipart.parse(type, request.body(), Set.of("metadata", "file"));
    byte[] metadataPart = parts.get("metadata");
    EmoteUpload.Metadata metadata = metadataPart == null ? null : metadata(metadataPart);
    byte[] file = parts.get("file");
    if (file == null) {
      throw ApiException.badRequest("missing data");
    }
    if (metadata == null) {
      throw ApiException.badRequest("missing metadata");
    }
    Emote emote = uploads.upload(request.context(), metadata, file);
    return Json.response(201, Map.of("emote_id", emote.id().toString()));
  }

  private static EmoteUpload.Metadata metadata(byte[] json) {
    try {
      JsonNode root = Json.mapper().readTree(json);
      JsonNode name = root.path("name");
      JsonNode tags = root.path("tags");
      if (!name.isString() || !tags.isArray()) {
        throw ApiException.badRequest("invalid metadata");
      }
      List<String> texts = new ArrayList<>();
      for (JsonNode tag : tags) {
        if (!tag.isString()) {
          throw ApiException.badRequest("invalid metadata");
        }
        texts.add(tag.asString());
      }
      int flags =
          (flag(root, "default_zero_width") ? Emote.FLAG_DEFAULT_ZERO_WIDTH : 0)
              | (flag(root, "private") ? Emote.FLAG_PRIVATE : 0);
      return new EmoteUpload.Metadata(name.asString(), texts, flags);
    } catch (JacksonException e) {
      throw ApiException.badRequest("invalid metadata");
    }
  }

  private static boolean flag(JsonNode root, String name) {
    JsonNode value = root.path(name);
    if (value.isMissingNode()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw ApiException.badRequest("invalid metadata");
    }
    return value.asBoolean();
  }
}
