package app.seventv.api.v3rest;

import app.seventv.api.cache.CachedUsers.Account;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.web.Pipeline;
import app.seventv.api.web.Read;
import app.seventv.core.http.Request;
import app.seventv.core.http.Router;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import java.util.Locale;
import java.util.function.Function;

/** The v3 reads (api-v3.md §7.4 to §7.6): emotes, emote sets and users. */
public final class V3Routes {
  private final V3Reads reads;

  public V3Routes(V3Reads reads) {
    this.reads = reads;
  }

  /** What is asked for: of one kind by one key. */
  private sealed interface Subject {
    record OfEmote(Id id) implements Subject {}

    record OfSet(Id id) implements Subject {}

    record OfGlobalSet() implements Subject {}

    record OfUser(Id id) implements Subject {}

    record OfConnection(Account account) implements Subject {}
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get(
        "/v3/emotes/{id}", pipeline.handler(read(request -> new Subject.OfEmote(id(request)))));
    routes.get(
        "/v3/emote-sets/global", pipeline.handler(read(request -> new Subject.OfGlobalSet())));
    routes.get(
        "/v3/emote-sets/{id}", pipeline.handler(read(request -> new Subject.OfSet(id(request)))));
    routes.get(
        "/v3/users/{id}", pipeline.handler(read(request -> new Subject.OfUser(id(request)))));
    routes.get(
        "/v3/users/{platform}/{platform_id}",
        pipeline.handler(read(request -> new Subject.OfConnection(account(request)))));
  }

  private Read read(Function<Request, Subject> subject) {
    return new Read() {
      @Override
      public Object subject(Request request) {
        return subject.apply(request);
      }

      @Override
      public Rendered render(Object wanted, Caller caller, boolean splice) {
        return switch ((Subject) wanted) {
          case Subject.OfEmote(Id id) -> reads.emote(id, caller);
          case Subject.OfSet(Id id) -> reads.set(id, caller, splice);
          case Subject.OfGlobalSet() -> reads.globalSet(caller, splice);
          case Subject.OfUser(Id id) -> reads.user(id, caller, splice);
          case Subject.OfConnection(Account account) -> reads.connection(account, caller, splice);
        };
      }
    };
  }

  private static Id id(Request request) {
    Id id = Id.parseOrNull(request.pathParameter("id"));
    if (id == null) {
      throw ApiException.badRequest("invalid id");
    }
    return id;
  }

  private static Account account(Request request) {
    return new Account(
        platform(request.pathParameter("platform")), request.pathParameter("platform_id"));
  }

  /** Accepts the new and the old name of YouTube (api-v3.md §7.6). */
  private static Platform platform(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "twitch" -> Platform.TWITCH;
      case "discord" -> Platform.DISCORD;
      case "google", "youtube" -> Platform.GOOGLE;
      case "kick" -> Platform.KICK;
      default -> throw ApiException.badRequest("invalid platform");
    };
  }
}
