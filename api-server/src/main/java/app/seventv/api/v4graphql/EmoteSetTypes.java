package app.seventv.api.v4graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Validators;
import app.seventv.api.data.Store;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.sets.AddEmote;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.sets.SetEntryService;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Emote sets, their entries and their changes (api-v4.md §9, §10.2, §11.3). */
final class EmoteSetTypes {
  private static final int MAX_IDS = 50;
  private static final int DEFAULT_PER_PAGE = 20;
  private static final int MAX_QUERY_BYTES = 100;

  private final Store store;
  private final EmoteSetService service;
  private final SetEntryService entryService;

  EmoteSetTypes(Store store, EmoteSetService service, SetEntryService entryService) {
    this.store = store;
    this.service = service;
    this.entryService = entryService;
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("EmoteSetKind", EmoteSet.Kind.class);
    schema
        .type("EmoteSetQuery", Object.class)
        .fetch("emoteSet", (root, call) -> store.emoteSets().byId(call.arguments().id("id")))
        .fetch("emoteSets", (root, call) -> many(call))
        .fetch("global", (root, call) -> global());
    schema
        .type("EmoteSet", EmoteSet.class)
        .field("id", EmoteSet::id)
        .field("name", EmoteSet::name)
        .field("description", EmoteSet::description)
        .field("tags", EmoteSet::tags)
        .field("kind", EmoteSet::kind)
        .field("capacity", EmoteSet::capacity)
        .field("ownerId", EmoteSet::ownerId)
        .field("updatedAt", EmoteSet::updatedAt)
        .field("searchUpdatedAt", EmoteSet::searchUpdatedAt)
        .fetch("owner", (set, call) -> call.loadNullable(Loaders.USER, set.ownerId()))
        .fetch("emotes", EmoteSetTypes::entries);
    Page.wire(schema, "EmoteSetEmoteSearchResult");
    schema
        .type("EmoteSetEmote", EmoteSet.Entry.class)
        .field("id", EmoteSet.Entry::id)
        .field("alias", EmoteSet.Entry::alias)
        .field("addedAt", EmoteSet.Entry::addedAt)
        .field("addedById", EmoteSet.Entry::addedById)
        .field("originSetId", EmoteSet.Entry::originSetId)
        .field("flags", EmoteSet.Entry::flags)
        .fetch("emote", (entry, call) -> call.load(Loaders.RESOLVED_EMOTE, entry.id()));
    schema
        .type("EmoteSetEmoteFlags", Integer.class)
        .field("zeroWidth", flags -> (flags & EmoteSet.Entry.FLAG_ZERO_WIDTH) != 0)
        .field("overrideConflicts", flags -> (flags & EmoteSet.Entry.FLAG_OVERRIDE_CONFLICTS) != 0);
    wireMutations(schema);
  }

  private void wireMutations(GraphqlSchema schema) {
    schema
        .type("EmoteSetMutation", Object.class)
        .fetch("create", (root, call) -> create(call))
        .fetch("emoteSet", (root, call) -> service.require(call.arguments().id("id")));
    schema
        .type("EmoteSetOperation", EmoteSet.class)
        .fetch("addEmote", this::add)
        .fetch("removeEmote", this::remove)
        .fetch("updateEmoteAlias", this::rename)
        .fetch("updateEmoteFlags", this::changeFlags)
        .fetch("name", this::name)
        .fetch("tags", this::tags)
        .fetch("capacity", this::capacity)
        .fetch("delete", (set, call) -> service.delete(call.context(), set));
  }

  private EmoteSet name(EmoteSet set, Call call) {
    String name = call.arguments().string("name");
    if (!Validators.isName(name)) {
      throw new ArgumentException("String", "invalid name");
    }
    return service.edit(call.context(), set, new EmoteSetService.Edit(name, null, null));
  }

  private EmoteSet tags(EmoteSet set, Call call) {
    List<String> tags = EmoteMutations.tags(call.arguments());
    return service.edit(call.context(), set, new EmoteSetService.Edit(null, null, tags));
  }

  private EmoteSet capacity(EmoteSet set, Call call) {
    Integer capacity = call.arguments().intOrNull("capacity", 1, Integer.MAX_VALUE);
    boolean same = Objects.equals(capacity, set.capacity());
    return service.edit(
        call.context(), set, new EmoteSetService.Edit(null, same ? null : capacity, null));
  }

  private List<EmoteSet> many(Call call) {
    List<Id> ids = call.arguments().ids("ids", 1, MAX_IDS);
    Map<Id, EmoteSet> found = store.emoteSets().byIds(ids);
    List<EmoteSet> sets = new ArrayList<>();
    for (Id id : new LinkedHashSet<>(ids)) {
      EmoteSet set = found.get(id);
      if (set != null) {
        sets.add(set);
      }
    }
    return sets;
  }

  private EmoteSet global() {
    GlobalConfig config = ApiException.found(store.globalConfig(), "global config not found");
    return ApiException.found(
        store.emoteSets().byId(config.emoteSetId()), "global emote set not found");
  }

  /** Filter by alias, count what resolves, take a page, drop what does not resolve. */
  private static CompletableFuture<Page<EmoteSet.Entry>> entries(EmoteSet set, Call call) {
    Integer page = call.arguments().intOrNull("page", 0, Integer.MAX_VALUE);
    Integer perPage = call.arguments().intOrNull("perPage", 1, Integer.MAX_VALUE);
    String query = call.arguments().stringOrNull("query", 1, MAX_QUERY_BYTES);
    List<EmoteSet.Entry> filtered = filter(set.emotes(), query);
    List<Id> ids = filtered.stream().map(EmoteSet.Entry::id).toList();
    return call.loadMap(Loaders.RESOLVED_EMOTE, ids)
        .thenApply(alive -> {
          long total = filtered.stream().filter(each -> alive.containsKey(each.id())).count();
          if (page == null) {
            return new Page<>(keep(filtered, alive), total, 1);
          }
          int size = perPage == null ? DEFAULT_PER_PAGE : perPage;
          long from = Math.min(filtered.size(), (EmoteTypes.page(page) - 1L) * size);
          long to = Math.min(filtered.size(), from + size);
          List<EmoteSet.Entry> chunk = filtered.subList((int) from, (int) to);
          return new Page<>(keep(chunk, alive), total, total / size + 1);
        });
  }

  private static List<EmoteSet.Entry> filter(List<EmoteSet.Entry> entries, @Nullable String query) {
    if (query == null) {
      return entries;
    }
    String wanted = query.strip().toLowerCase(Locale.ROOT);
    return entries.stream()
        .filter(entry -> entry.alias().toLowerCase(Locale.ROOT).contains(wanted))
        .toList();
  }

  private static List<EmoteSet.Entry> keep(List<EmoteSet.Entry> entries, Map<Id, Emote> alive) {
    return entries.stream().filter(entry -> alive.containsKey(entry.id())).toList();
  }

  private EmoteSet create(Call call) {
    return service.create(
        call.context(),
        call.arguments().string("name"),
        call.arguments().strings("tags"),
        call.arguments().idOrNull("ownerId"));
  }

  /** Which entry of a set is meant: the first of an emote if there is no alias. */
  private record EntryId(Id emoteId, @Nullable String alias) {
    static EntryId of(Call call) {
      Call.Arguments id = call.arguments().object("id");
      try {
        return new EntryId(id.id("emoteId"), EmoteSetTypes.alias(id));
      } catch (ArgumentException e) {
        throw e.within("EmoteSetEmoteId");
      }
    }
  }

  private static @Nullable String alias(Call.Arguments arguments) {
    String alias = arguments.stringOrNull("alias");
    if (alias != null && !Validators.isAlias(alias)) {
      throw new ArgumentException("String", "invalid emote alias");
    }
    return alias;
  }

  private EmoteSet add(EmoteSet set, Call call) {
    EntryId id = EntryId.of(call);
    return entryService.add(
        call.context(),
        set,
        new AddEmote(
            id.emoteId(),
            id.alias(),
            call.arguments().boolOrNull("zeroWidth"),
            call.arguments().bool("overrideConflicts")));
  }

  private EmoteSet remove(EmoteSet set, Call call) {
    EntryId id = EntryId.of(call);
    return entryService.remove(call.context(), set, id.emoteId(), id.alias());
  }

  private EmoteSet.Entry rename(EmoteSet set, Call call) {
    EntryId id = EntryId.of(call);
    String alias = alias(call.arguments());
    return entryService.rename(call.context(), set, id.emoteId(), id.alias(), alias);
  }

  private EmoteSet.Entry changeFlags(EmoteSet set, Call call) {
    EntryId id = EntryId.of(call);
    Call.Arguments flags = call.arguments().object("flags");
    int bits =
        (flags.bool("zeroWidth") ? EmoteSet.Entry.FLAG_ZERO_WIDTH : 0)
            | (flags.bool("overrideConflicts") ? EmoteSet.Entry.FLAG_OVERRIDE_CONFLICTS : 0);
    return entryService.changeFlags(call.context(), set, id.emoteId(), id.alias(), bits);
  }
}
