package app.seventv.api.v3graphql;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.WellKnownIds;
import app.seventv.api.data.AuditLog;
import app.seventv.api.data.Store;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.model.AuditEvent;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.RateLimitResource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** The activity lists of the old GraphQL API (api-v3.md §11.4, §13.7). */
final class V3AuditTypes {
  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_OF_EMOTE = 300;
  private static final int MAX_OF_USER = 100;

  private final AuditLog log;
  private final WellKnownIds ids;

  V3AuditTypes(Store store, WellKnownIds ids) {
    this.log = new AuditLog(store);
    this.ids = ids;
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("AuditLog", V3Audit.class)
        .field("id", row -> row.event().id())
        .field("actor_id", V3Audit::actorId)
        .fetch("actor", (row, call) -> V3UserTypes.load(row.actorId(), call))
        .field("kind", V3Audit::kind)
        .field("target_id", row -> row.event().data().targetId())
        .field("target_kind", V3Audit::targetKind)
        .field("created_at", V3Audit::createdAt)
        .field("changes", V3Audit::changes)
        .field("reason", row -> "");
    schema
        .type("AuditLogChange", V3Audit.Change.class)
        .field("format", V3Audit.Change::format)
        .field("key", V3Audit.Change::key)
        .field("value", V3Audit.Change::value)
        .field("array_value", V3Audit.Change::array);
    schema
        .type("AuditLogChangeArray", V3Audit.Lists.class)
        .field("added", V3Audit.Lists::added)
        .field("removed", V3Audit.Lists::removed)
        .field("updated", V3Audit.Lists::updated);
  }

  List<V3Audit> ofEmote(Emote emote, Call call) {
    int limit = limit(call, MAX_OF_EMOTE);
    call.context().charge(RateLimitResource.SEARCH);
    return convert(log.of(emote.id(), limit));
  }

  CompletableFuture<List<V3Audit>> ofUser(V3User user, Call call) {
    int limit = limit(call, MAX_OF_USER);
    call.context().charge(RateLimitResource.SEARCH);
    LoadedUser shown = user.user();
    if (shown == null || ids.isQuiet(shown)) {
      return CompletableFuture.completedFuture(List.of());
    }
    return call.load(Loaders.OWNED_SETS, user.id())
        .thenApply(sets ->
            convert(
                log.ofUser(
                    user.id(),
                    sets == null ? List.of() : sets.stream().map(EmoteSet::id).toList(),
                    limit)));
  }

  private static int limit(Call call, int max) {
    Integer limit = call.arguments().intOrNull("limit", 0, max);
    return limit == null ? DEFAULT_LIMIT : limit;
  }

  private List<V3Audit> convert(List<AuditEvent> events) {
    return events.stream().map(this::byName).map(V3Audit::of).filter(Objects::nonNull).toList();
  }

  /** What nobody did, the system did. */
  private AuditEvent byName(AuditEvent event) {
    return event.actorId() != null
        ? event
        : new AuditEvent(
            event.id(),
            ids.systemUser(),
            event.sessionId(),
            event.data(),
            event.updatedAt(),
            event.searchUpdatedAt());
  }
}
