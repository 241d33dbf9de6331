package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.Validators;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.Store;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.sets.AddEmote;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.sets.SetEntryService;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Emote sets of the old GraphQL API (api-v3.md §11.2, §11.4, §11.5, §13.4). */
final class V3SetTypes {
  private static final int MAX_LIST = 300;

  private final Store store;
  private final EmoteSetService service;
  private final SetEntryService entries;
  private final EmoteResolver resolver;

  V3SetTypes(Store store, EmoteSetService service, SetEntryService entries) {
    this.store = store;
    this.service = service;
    this.entries = entries;
    this.resolver = new EmoteResolver(store);
  }

  enum ListItemAction {
    ADD,
    UPDATE,
    REMOVE
  }

  enum EmoteSetName {
    GLOBAL
  }

  /** An entry together with the emote it shows. */
  private record Active(EmoteSet.Entry entry, Emote emote) {}

  void wireQueries(TypeWiring<Object> query) {
    query
        .fetch("emoteSet", (root, call) -> service.require(call.arguments().id("id")))
        .fetch("emoteSetsByID", (root, call) -> many(call))
        .fetch("namedEmoteSet", (root, call) -> global());
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation
        .fetch("createEmoteSet", (root, call) -> create(call))
        .fetch("emoteSet", (root, call) -> store.emoteSets().byId(call.arguments().id("id")));
  }

  void wire(GraphqlSchema schema) {
    schema
        .enumeration("ListItemAction", ListItemAction.class)
        .enumeration("EmoteSetName", EmoteSetName.class);
    schema
        .type("EmoteSet", EmoteSet.class)
        .field("id", EmoteSet::id)
        .field("name", EmoteSet::name)
        .field("flags", V3Models::setFlags)
        .field("tags", EmoteSet::tags)
        .field("capacity", set -> set.capacity() == null ? 0 : set.capacity())
        .field("origins", set -> List.of())
        .field("owner_id", EmoteSet::ownerId)
        .fetch("owner", (set, call) -> V3UserTypes.loadOrNull(set.ownerId(), call))
        .fetch("emotes", V3SetTypes::entries)
        .fetch("emote_count", (set, call) -> resolved(set.emotes(), call).thenApply(List::size));
    schema
        .type("ActiveEmote", Active.class)
        .field("id", active -> active.emote().id())
        .field("name", active -> active.entry().alias())
        .field("flags", active -> V3Models.entryFlags(active.entry()))
        .field("timestamp", active -> active.entry().addedAt())
        .field("data", Active::emote)
        .field("origin_id", active -> active.entry().originSetId())
        .fetch("actor", (active, call) -> V3UserTypes.loadOrNull(active.entry().addedById(), call));
    schema
        .type("EmoteSetOps", EmoteSet.class)
        .field("id", EmoteSet::id)
        .fetch("emotes", this::change)
        .fetch("update", this::update)
        .fetch("delete", (set, call) -> service.delete(call.context(), set));
  }

  private EmoteSet create(Call call) {
    Call.Arguments data = call.arguments().object("data");
    String name = Objects.requireNonNull(name(data));
    if (data.bool("privileged")) {
      throw ApiException.notImplemented();
    }
    return service.create(call.context(), name, List.of(), call.arguments().id("user_id"));
  }

  private EmoteSet update(EmoteSet set, Call call) {
    Call.Arguments data = call.arguments().object("data");
    String name = name(data);
    Integer capacity = data.intOrNull("capacity", 1, Integer.MAX_VALUE);
    if (data.has("origins")) {
      call.context().caller().guard(Permission.EMOTE_SET_MANAGE);
      throw ApiException.notImplemented();
    }
    return service.edit(call.context(), set, new EmoteSetService.Edit(name, capacity, null));
  }

  private static @Nullable String name(Call.Arguments data) {
    String name = data.stringOrNull("name");
    if (name != null && !Validators.isName(name)) {
      throw new ArgumentException("String", "invalid name");
    }
    return name;
  }

  private List<EmoteSet> many(Call call) {
    List<Id> ids = call.arguments().ids("list", 0, MAX_LIST);
    return List.copyOf(new TreeMap<>(store.emoteSets().byIds(ids)).values());
  }

  private EmoteSet global() {
    GlobalConfig config = store.globalConfig();
    if (config == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "global config not found");
    }
    return service.require(config.emoteSetId());
  }

  /** The first {@code limit} stored entries, resolved, oldest addition first. */
  private static CompletableFuture<List<Active>> entries(EmoteSet set, Call call) {
    Integer limit = call.arguments().intOrNull("limit", 0, Integer.MAX_VALUE);
    boolean origins = !Boolean.FALSE.equals(call.arguments().boolOrNull("origins"));
    Stream<EmoteSet.Entry> entries =
        set.emotes().stream().filter(entry -> origins || entry.originSetId() == null);
    List<EmoteSet.Entry> taken = (limit == null ? entries : entries.limit(limit)).toList();
    return resolved(taken, call)
        .thenApply(active ->
            active.stream()
                .sorted(Comparator.comparing((Active each) -> each.entry().addedAt()))
                .toList());
  }

  private static CompletableFuture<List<Active>> resolved(List<EmoteSet.Entry> entries, Call call) {
    List<Id> ids = entries.stream().map(EmoteSet.Entry::id).toList();
    return call.loadMap(Loaders.RESOLVED_EMOTE, ids).thenApply(emotes -> active(entries, emotes));
  }

  private static List<Active> active(List<EmoteSet.Entry> entries, Map<Id, Emote> emotes) {
    List<Active> active = new ArrayList<>(entries.size());
    for (EmoteSet.Entry entry : entries) {
      Emote emote = emotes.get(entry.id());
      if (emote != null) {
        active.add(new Active(entry, emote));
      }
    }
    return active;
  }

  /** Adds, renames or removes; answers all entries in stored order. */
  private List<Active> change(EmoteSet set, Call call) {
    Id emoteId = call.arguments().id("id");
    String name = call.arguments().stringOrNull("name");
    if (name != null && !Validators.isEmoteName(name)) {
      throw new ArgumentException("String", "invalid emote name");
    }
    switch ((ListItemAction) call.arguments().value("action")) {
      case ADD -> entries.add(call.context(), set, new AddEmote(emoteId, name, null, false));
      case REMOVE -> entries.remove(call.context(), set, stored(set, emoteId), null);
      case UPDATE -> entries.renameShown(call.context(), set, stored(set, emoteId), name);
    }
    EmoteSet after = service.require(set.id());
    return active(
        after.emotes(), resolver.resolve(after.emotes().stream().map(EmoteSet.Entry::id).toList()));
  }

  /** Clients may send the id of a merged entry's target; the stored id is what counts. */
  private Id stored(EmoteSet set, Id emoteId) {
    List<Id> ids = set.emotes().stream().map(EmoteSet.Entry::id).toList();
    if (ids.contains(emoteId)) {
      return emoteId;
    }
    Map<Id, Emote> shown = resolver.resolve(ids);
    return ids.stream()
        .filter(id -> {
          Emote emote = shown.get(id);
          return emote != null && emote.id().equals(emoteId);
        })
        .findFirst()
        .orElse(emoteId);
  }
}
