package app.seventv.api.v3rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.uploads.EmoteUpload;
import app.seventv.api.uploads.ProfilePictures;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Uploads of raw images (api-v3.md §7.3, §7.7); an emote's description is in a header. */
public final class V3Upload {
  private static final int FLAG_PRIVATE = 1;
  private static final int FLAG_ZERO_WIDTH = 256;

  private final EmoteUpload uploads;
  private final ProfilePictures pictures;
  private final V3Models models;

  public V3Upload(EmoteUpload uploads, ProfilePictures pictures, V3Models models) {
    this.uploads = uploads;
    this.pictures = pictures;
    this.models = models;
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/v3/emotes", pipeline.handler(EmoteUpload.MAX_BODY_BYTES, this::upload));
    routes.put(
        "/v3/users/{id}/profile-picture",
        pipeline.handler(EmoteUpload.MAX_BODY_BYTES, this::picture));
  }

  private Response picture(ApiRequest request) {
    LoadedUser caller = request.context().caller().requireUser();
    String target = request.head().pathParameter("id");
    Id id = target.equals("@me") ? caller.id() : Id.parseOrNull(target);
    if (id == null) {
      throw ApiException.badRequest("invalid id");
    }
    pictures.upload(request.context(), id, request.body());
    return Response.of(200);
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
      if (!hasTypes(root)) {
        throw ApiException.badRequest("invalid X-Emote-Data header");
      }
      List<String> tags = new ArrayList<>();
      root.path("tags").forEach(tag -> tags.add(tag.asString()));
      int old = root.path("flags").asInt(0);
      int flags =
          ((old & FLAG_ZERO_WIDTH) != 0 ? Emote.FLAG_DEFAULT_ZERO_WIDTH : 0)
              | ((old & FLAG_PRIVATE) != 0 ? Emote.FLAG_PRIVATE : 0);
      return new EmoteUpload.Metadata(root.path("name").asString(""), tags, flags);
    } catch (JacksonException e) {
      throw ApiException.badRequest("invalid X-Emote-Data header");
    }
  }

  /** Each part may be missing, but is of its type; other keys are of no interest. */
  private static boolean hasTypes(JsonNode root) {
    JsonNode name = root.path("name");
    JsonNode tags = root.path("tags");
    JsonNode flags = root.path("flags");
    return root.isObject()
        && (name.isMissingNode() || name.isString())
        && (tags.isMissingNode() || tags.isArray())
        && tags.valueStream().allMatch(JsonNode::isString)
        && (flags.isMissingNode() || (flags.isIntegralNumber() && flags.canConvertToInt()));
  }
}
