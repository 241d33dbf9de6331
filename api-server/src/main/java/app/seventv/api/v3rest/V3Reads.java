package app.seventv.api.v3rest;

import app.seventv.api.cache.CacheLimits;
import app.seventv.api.cache.Cached;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.CachedUsers.Account;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.KnownUser;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.v3rest.V3Entities.KnownEmote;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answers of the v3 reads (api-v3.md §7.4 to §7.6), made from documents in memory as far as
 * they are there, else from one read per kind of document. Each says what it was made of.
 */
public final class V3Reads {
  /** Bytes of an entry with its emote, roughly. */
  private static final int ENTRY_BYTES = 2400;

  private static final int HEAD_BYTES = 4096;

  private final Store store;
  private final CachedUsers users;
  private final V3Writer writer;
  private final V3Entities entities;

  /**
   * @param limits of each of emotes and sets
   */
  public V3Reads(
      Store store,
      CachedUsers users,
      V3Models models,
      ChangeLog log,
      InstantSource clock,
      CacheLimits limits) {
    this.store = store;
    this.users = users;
    this.writer = new V3Writer(models);
    this.entities = new V3Entities(store, writer, log, clock, limits);
  }

  /** {@code GET /v3/emotes/{id}}. */
  Rendered emote(Id id, Caller caller) {
    DependencySet on = new DependencySet();
    on.add(Dependency.emote(id));
    Emote emote = store.emotes().byId(id);
    if (emote == null || emote.deleted() || emote.merged() != null) {
      throw ApiException.notFound("emote not found");
    }
    JsonWriter out = new JsonWriter(HEAD_BYTES);
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
    EmoteSet set = entities.set(id, on);
    if (set == null) {
      throw ApiException.notFound("emote set not found");
    }
    Id ownerId = set.ownerId();
    JsonWriter out = writer(set);
    set(out, set, ownerId == null ? null : owner(ownerId, caller, on), caller, on);
    return new Rendered(out, on);
  }

  /** With room for the set, if there is one. */
  private static JsonWriter writer(@Nullable EmoteSet set) {
    return new JsonWriter(HEAD_BYTES + (set == null ? 0 : ENTRY_BYTES * set.emotes().size()));
  }

  /** {@code GET /v3/users/{id}}. */
  Rendered user(Id id, Caller caller) {
    DependencySet on = new DependencySet();
    LoadedUser user = visible(id, caller, on);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    EmoteSet active = activeSet(user, on);
    byte[] text = null;
    if (active != null) { // which each connection repeats
      JsonWriter set = writer(active);
      set(set, active, null, caller, on);
      text = set.toBytes();
      set.recycle();
    }
    JsonWriter out = new JsonWriter(HEAD_BYTES);
    user(out, user, text, on);
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
    EmoteSet active = activeSet(user, on);
    JsonWriter out = writer(active);
    writer.openConnection(out, user, connection);
    if (active == null) {
      writer.emoteSet(out, null);
    } else {
      set(out.name("emote_set"), active, null, caller, on);
    }
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
    List<EmoteSet> owned = entities.setsOf(user.id(), on);
    List<UserEditor> editors = entities.editorsOf(user.id(), on);
    writer.user(
        out,
        user,
        active,
        owned.stream().filter(set -> personal || !isPersonal(set)).toList(),
        editors);
  }

  private static boolean isPersonal(EmoteSet set) {
    return set.kind() == EmoteSet.Kind.PERSONAL || set.kind() == EmoteSet.Kind.SPECIAL;
  }

  private @Nullable EmoteSet activeSet(LoadedUser user, DependencySet on) {
    Id id = user.user().style().activeEmoteSetId();
    return id == null ? null : entities.set(id, on);
  }

  private void set(
      JsonWriter out, EmoteSet set, byte @Nullable [] owner, Caller caller, DependencySet on) {
    List<@Nullable KnownEmote> shown =
        entities.resolve(set.emotes().stream().map(EmoteSet.Entry::id).toList(), on);
    Map<Id, byte @Nullable []> owners = owners(shown, caller, on);
    writer.openSet(out, set);
    int written = 0;
    for (int i = 0; i < shown.size(); i++) {
      KnownEmote emote = shown.get(i);
      if (emote != null && emote.text() != null) {
        writer.entry(out, set.emotes().get(i), emote.text(), owners.get(emote.ownerId()));
        written++;
      }
    }
    writer.closeSet(out, set, written, owner);
  }

  /** What is shown of the emotes' owners; null for those who are not shown. */
  private Map<Id, byte @Nullable []> owners(
      List<@Nullable KnownEmote> emotes, Caller caller, DependencySet on) {
    Set<Id> distinct = HashSet.newHashSet(emotes.size());
    for (KnownEmote emote : emotes) {
      if (emote != null) {
        distinct.add(emote.ownerId());
      }
    }
    List<Id> ids = List.copyOf(distinct);
    List<@Nullable Cached<KnownUser>> found = users.getEach(ids);
    Map<Id, byte @Nullable []> shown = HashMap.newHashMap(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      shown.put(ids.get(i), partial(ids.get(i), found.get(i), caller, on));
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
    return user.value().isVisibleTo(caller) ? user.value().text(writer::userPartial) : null;
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
}
