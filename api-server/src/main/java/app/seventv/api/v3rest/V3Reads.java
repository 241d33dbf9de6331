package app.seventv.api.v3rest;

import app.seventv.api.cache.Cached;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.CachedUsers.Account;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.EntityCache;
import app.seventv.api.cache.EntityCache.Loaded;
import app.seventv.api.cache.KnownUser;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Editors;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.Owned;
import app.seventv.api.data.Store;
import app.seventv.api.v3rest.V3Writer.EmoteText;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The answers of the v3 reads (api-v3.md §7.4 to §7.6), made from documents in memory as far as
 * they are there, else from one read per kind of document. Each says what it was made of.
 */
public final class V3Reads {
  private static final int ENTRY_BYTES = 150;
  private static final int SET_BYTES = 500;
  private static final int EDITOR_BYTES = 250;
  private static final int TEXTLESS_EMOTE_BYTES = 100;

  private final Store store;
  private final CachedUsers users;
  private final V3Writer writer;
  private final EntityCache<Id, KnownEmote> emotes;
  private final EntityCache<Id, EmoteSet> sets;
  private final EntityCache<Id, List<EmoteSet>> setsOf;
  private final EntityCache<Id, List<UserEditor>> editorsOf;

  /**
   * An emote in memory.
   *
   * @param merged what it was merged into
   * @param text null if it is deleted or merged
   */
  private record KnownEmote(
      Id id, Id ownerId, boolean deleted, @Nullable Id merged, @Nullable EmoteText text) {
    int weight() {
      return TEXTLESS_EMOTE_BYTES + (text == null ? 0 : text.head().length + text.tail().length);
    }
  }

  /**
   * @param maxBytes memory for each of emotes and sets
   */
  public V3Reads(
      Store store,
      CachedUsers users,
      V3Models models,
      ChangeLog log,
      InstantSource clock,
      long maxBytes) {
    this.store = store;
    this.users = users;
    this.writer = new V3Writer(models);
    Owned owned = new Owned(store);
    Editors editors = new Editors(store);
    this.emotes = new EntityCache<>(log, clock, maxBytes, KnownEmote::weight, this::loadEmotes);
    this.sets = new EntityCache<>(log, clock, maxBytes, V3Reads::weight, this::loadSets);
    ToIntFunction<List<EmoteSet>> all = each -> each.stream().mapToInt(V3Reads::weight).sum();
    this.setsOf = new EntityCache<>(log, clock, maxBytes, all, owners -> setsOf(owners, owned));
    this.editorsOf =
        new EntityCache<>(
            log,
            clock,
            maxBytes,
            rows -> EDITOR_BYTES * rows.size(),
            owners -> editorsOf(owners, editors));
  }

  /** {@code GET /v3/emotes/{id}}. */
  Rendered emote(Id id, Caller caller) {
    DependencySet on = new DependencySet();
    on.add(Dependency.emote(id));
    Emote emote = store.emotes().byId(id);
    if (emote == null || emote.deleted() || emote.merged() != null) {
      throw ApiException.notFound("emote not found");
    }
    JsonWriter out = new JsonWriter(4096);
    writer.emote(out, emote, owner(emote.ownerId(), caller, on));
    return new Rendered(out, on);
  }

  /** {@code GET /v3/emote-sets/global}. */
  Rendered globalSet(Caller caller) {
    DependencySet on = new DependencySet();
    on.add(Dependency.GLOBAL_CONFIG);
    GlobalConfig config = store.globalConfig();
    if (config == null) {
      throw ApiException.notFound("global config not found");
    }
    return set(config.emoteSetId(), caller, on);
  }

  /** {@code GET /v3/emote-sets/{id}}. */
  Rendered set(Id id, Caller caller) {
    return set(id, caller, new DependencySet());
  }

  private Rendered set(Id id, Caller caller, DependencySet on) {
    EmoteSet set = emoteSet(id, on);
    if (set == null) {
      throw ApiException.notFound("emote set not found");
    }
    Id ownerId = set.ownerId();
    JsonWriter out = new JsonWriter(2400 * set.emotes().size() + 1024);
    set(out, set, ownerId == null ? null : owner(ownerId, caller, on), caller, on);
    return new Rendered(out, on);
  }

  /** {@code GET /v3/users/{id}}. */
  Rendered user(Id id, Caller caller) {
    DependencySet on = new DependencySet();
    LoadedUser user = visible(id, caller, on);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    JsonWriter out = new JsonWriter(4096);
    user(out, user, activeSet(user, caller, on), on);
    return new Rendered(out, on);
  }

  /** {@code GET /v3/users/{platform}/{platform_id}}. */
  Rendered connection(Account account, Caller caller) {
    DependencySet on = new DependencySet();
    Id id = users.byAccount(account);
    LoadedUser user = id == null ? null : visible(id, caller, on);
    User.Connection connection = user == null ? null : connection(user, account);
    if (user == null || connection == null) {
      throw ApiException.notFound("user not found");
    }
    byte[] active = activeSet(user, caller, on);
    JsonWriter out = new JsonWriter((active == null ? 0 : active.length) + 4096);
    writer.openConnection(out, user, connection);
    writer.emoteSet(out, active);
    out.name("user");
    user(out, user, null, on);
    out.endObject();
    return new Rendered(out, on);
  }

  /** Null if the account was unlinked between two reads. */
  private static User.@Nullable Connection connection(LoadedUser user, Account account) {
    for (User.Connection each : user.user().connections()) {
      if (each.platform() == account.platform() && each.platformId().equals(account.id())) {
        return each;
      }
    }
    return null;
  }

  private void user(JsonWriter out, LoadedUser user, byte @Nullable [] active, DependencySet on) {
    boolean personal = user.permissions().has(Permission.USER_USE_PERSONAL_EMOTE_SET);
    List<EmoteSet> owned = take(setsOf.get(user.id()), on);
    List<UserEditor> editors = take(editorsOf.get(user.id()), on);
    writer.user(
        out,
        user,
        active,
        owned.stream().filter(set -> personal || !isPersonal(set)).toList(),
        editors);
  }

  private static <T> List<T> take(@Nullable Cached<List<T>> list, DependencySet on) {
    if (list == null) {
      return List.of();
    }
    on.addAll(list.dependencies());
    return list.value();
  }

  private static boolean isPersonal(EmoteSet set) {
    return set.kind() == EmoteSet.Kind.PERSONAL || set.kind() == EmoteSet.Kind.SPECIAL;
  }

  private byte @Nullable [] activeSet(LoadedUser user, Caller caller, DependencySet on) {
    Id id = user.user().style().activeEmoteSetId();
    EmoteSet set = id == null ? null : emoteSet(id, on);
    if (set == null) {
      return null;
    }
    JsonWriter out = new JsonWriter(2400 * set.emotes().size() + 512);
    set(out, set, null, caller, on);
    return out.toBytes();
  }

  private void set(
      JsonWriter out, EmoteSet set, byte @Nullable [] owner, Caller caller, DependencySet on) {
    Map<Id, KnownEmote> resolved =
        resolve(set.emotes().stream().map(EmoteSet.Entry::id).distinct().toList(), on);
    Map<Id, byte[]> owners =
        owners(resolved.values().stream().map(KnownEmote::ownerId).distinct().toList(), caller, on);
    writer.openSet(out, set);
    int written = 0;
    for (EmoteSet.Entry entry : set.emotes()) {
      KnownEmote emote = resolved.get(entry.id());
      if (emote != null && emote.text() != null) {
        writer.entry(out, entry, emote.text(), owners.get(emote.ownerId()));
        written++;
      }
    }
    writer.closeSet(out, set, written, owner);
  }

  /** The emotes to show, by the id that was asked for; see {@link EmoteResolver}. */
  private Map<Id, KnownEmote> resolve(Collection<Id> ids, DependencySet on) {
    Map<Id, KnownEmote> known = HashMap.newHashMap(ids.size());
    Set<Id> wanted = new HashSet<>(ids);
    for (int hop = 0; hop <= EmoteResolver.MAX_HOPS && !wanted.isEmpty(); hop++) {
      wanted.forEach(id -> on.add(Dependency.emote(id)));
      Set<Id> targets = new HashSet<>();
      emotes
          .getAll(wanted)
          .forEach((id, emote) -> {
            known.put(id, emote.value());
            Id merged = emote.value().merged();
            if (merged != null && !emote.value().deleted()) {
              targets.add(merged);
            }
          });
      targets.removeAll(known.keySet());
      wanted = targets;
    }
    Map<Id, KnownEmote> resolved = HashMap.newHashMap(ids.size());
    for (Id id : ids) {
      KnownEmote emote = follow(id, known);
      if (emote != null) {
        resolved.put(id, emote);
      }
    }
    return resolved;
  }

  private static @Nullable KnownEmote follow(Id id, Map<Id, KnownEmote> known) {
    KnownEmote emote = known.get(id);
    for (int hop = 0; hop <= EmoteResolver.MAX_HOPS; hop++) {
      if (emote == null || emote.deleted()) {
        return null;
      }
      Id merged = emote.merged();
      if (merged == null) {
        return emote;
      }
      emote = known.get(merged);
    }
    return null;
  }

  private Map<Id, byte[]> owners(Collection<Id> ids, Caller caller, DependencySet on) {
    Map<Id, byte[]> shown = HashMap.newHashMap(ids.size());
    Map<Id, Cached<KnownUser>> found = users.getAll(ids);
    for (Id id : ids) {
      byte[] text = partial(id, found.get(id), caller, on);
      if (text != null) {
        shown.put(id, text);
      }
    }
    return shown;
  }

  private byte @Nullable [] owner(Id id, Caller caller, DependencySet on) {
    return partial(id, users.get(id), caller, on);
  }

  private byte @Nullable [] partial(
      Id id, @Nullable Cached<KnownUser> user, Caller caller, DependencySet on) {
    on.add(Dependency.user(id));
    if (user == null) {
      return null;
    }
    on.addAll(user.dependencies());
    return caller.canSee(user.value().user()) ? user.value().text(writer::userPartial) : null;
  }

  private @Nullable LoadedUser visible(Id id, Caller caller, DependencySet on) {
    on.add(Dependency.user(id));
    Cached<KnownUser> found = users.get(id);
    if (found == null) {
      return null;
    }
    on.addAll(found.dependencies());
    LoadedUser user = found.value().user();
    return caller.canSee(user) ? user : null;
  }

  private @Nullable EmoteSet emoteSet(Id id, DependencySet on) {
    on.add(Dependency.emoteSet(id));
    Cached<EmoteSet> found = sets.get(id);
    return found == null ? null : found.value();
  }

  private static int weight(EmoteSet set) {
    return SET_BYTES + ENTRY_BYTES * set.emotes().size();
  }

  private static DependencySet on(long dependency) {
    DependencySet on = new DependencySet();
    on.add(dependency);
    return on;
  }

  private Map<Id, Loaded<KnownEmote>> loadEmotes(Set<Id> ids) {
    Map<Id, Loaded<KnownEmote>> loaded = HashMap.newHashMap(ids.size());
    store
        .emotes()
        .byIds(ids)
        .forEach(
            (id, emote) -> loaded.put(id, new Loaded<>(known(emote), on(Dependency.emote(id)))));
    return loaded;
  }

  private KnownEmote known(Emote emote) {
    Emote.Merged merged = emote.merged();
    boolean shown = merged == null && !emote.deleted();
    return new KnownEmote(
        emote.id(),
        emote.ownerId(),
        emote.deleted(),
        merged == null ? null : merged.targetId(),
        shown ? writer.emotePartial(emote) : null);
  }

  private Map<Id, Loaded<EmoteSet>> loadSets(Set<Id> ids) {
    Map<Id, Loaded<EmoteSet>> loaded = HashMap.newHashMap(ids.size());
    store
        .emoteSets()
        .byIds(ids)
        .forEach((id, set) -> loaded.put(id, new Loaded<>(set, on(Dependency.emoteSet(id)))));
    return loaded;
  }

  private static Map<Id, Loaded<List<EmoteSet>>> setsOf(Set<Id> owners, Owned owned) {
    Map<Id, Loaded<List<EmoteSet>>> loaded = HashMap.newHashMap(owners.size());
    owned
        .sets(owners)
        .forEach((owner, all) -> {
          DependencySet on = on(Dependency.setsOf(owner));
          all.forEach(set -> on.add(Dependency.emoteSet(set.id())));
          // Only what the partial shows: entries are many, and read on their own.
          List<EmoteSet> heads = all.stream().map(set -> set.withEmotes(List.of())).toList();
          loaded.put(owner, new Loaded<>(heads, on));
        });
    return loaded;
  }

  private static Map<Id, Loaded<List<UserEditor>>> editorsOf(Set<Id> owners, Editors editors) {
    Map<Id, Loaded<List<UserEditor>>> loaded = HashMap.newHashMap(owners.size());
    editors
        .byOwner(owners)
        .forEach((owner, rows) -> {
          List<UserEditor> accepted = new ArrayList<>(rows);
          accepted.removeIf(row -> row.state() != UserEditor.State.ACCEPTED);
          loaded.put(owner, new Loaded<>(accepted, on(Dependency.editorsOf(owner))));
        });
    return loaded;
  }
}
