package app.seventv.api.v3rest;

import app.seventv.api.cache.CacheLimits;
import app.seventv.api.cache.Cached;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.CachedUsers.Account;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.DeflatePiece;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.KnownUser;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.cache.Splices;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Repository;
import app.seventv.api.data.Store;
import app.seventv.api.v3rest.V3Entities.KnownEmote;
import app.seventv.api.v3rest.V3Entities.KnownSet;
import app.seventv.api.v3rest.V3Runs.Piece;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answers of the v3 reads (api-v3.md §7.4 to §7.6), made from documents in memory as far as
 * they are there, else from one read per kind of document. Each says what it was made of.
 */
public final class V3Reads {
  /** Bytes of an entry with its emote, roughly. */
  static final int ENTRY_BYTES = 2400;

  private static final int HEAD_BYTES = 4096;
  private static final byte[] COMMA = {','};

  private final Store store;
  private final CachedUsers users;
  private final V3Writer writer;
  private final V3Entities entities;
  private final ChangeLog log;
  private final V3Runs runs;

  /** Whether anything stays in memory. */
  private final boolean keeps;

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
    this.log = log;
    this.entities = new V3Entities(store, writer, log, clock, limits);
    this.keeps = limits.maxBytes() > 0 && limits.maxAge().isPositive();
    this.runs = new V3Runs(log, clock, limits, new RunWriter());
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
  Rendered globalSet(Caller caller, boolean splice) {
    DependencySet on = new DependencySet();
    on.add(Dependency.GLOBAL_CONFIG);
    GlobalConfig config = ApiException.found(store.globalConfig(), "global config not found");
    return set(config.emoteSetId(), new Answer(caller, splice && keeps && log.isLive(), on));
  }

  /** {@code GET /v3/emote-sets/{id}}. */
  Rendered set(Id id, Caller caller, boolean splice) {
    return set(id, new Answer(caller, splice && keeps && log.isLive(), new DependencySet()));
  }

  private Rendered set(Id id, Answer answer) {
    KnownSet set = entities.set(id, answer.on);
    if (set == null) {
      throw missing(store.emoteSets(), id, "emote set not found");
    }
    Id ownerId = set.set().ownerId();
    JsonWriter out = answer.writer(set);
    set(out, set, ownerId == null ? null : owner(ownerId, answer.caller, answer.on), answer);
    return answer.rendered(out);
  }

  /**
   * The refusal of what is not there. Lists leave out a document that cannot be read; asked for
   * alone it is an error, because clients take a 404 for granted.
   */
  private static ApiException missing(Repository<?> documents, Id id, String text) {
    documents.byId(id); // fails if it is there
    return ApiException.notFound(text);
  }

  /**
   * An answer in the making.
   *
   * @param splice whether runs of entries come as compressed pieces; no pieces are kept while
   *     changes do not arrive, so it is not worth it then
   * @param splices those pieces
   * @param on what the answer is made of
   */
  private record Answer(Caller caller, boolean splice, Splices splices, DependencySet on) {
    Answer(Caller caller, boolean splice, DependencySet on) {
      this(caller, splice, new Splices(), on);
    }

    /** Whether the set's entries are put in as pieces. */
    boolean splices(KnownSet set) {
      return splice && set.set().emotes().size() >= V3Runs.MIN_ENTRIES;
    }

    /** With room for the set, if there is one. */
    JsonWriter writer(@Nullable KnownSet set) {
      int entries = set == null || splices(set) ? 0 : set.set().emotes().size();
      return new JsonWriter(HEAD_BYTES + ENTRY_BYTES * entries);
    }

    Rendered rendered(JsonWriter out) {
      return new Rendered(out, splices, on);
    }
  }

  /** {@code GET /v3/users/{id}}. */
  Rendered user(Id id, Caller caller, boolean splice) {
    Answer answer = new Answer(caller, splice && keeps && log.isLive(), new DependencySet());
    LoadedUser user = visible(id, caller, answer.on);
    if (user == null) {
      throw missing(store.users(), id, "user not found");
    }
    KnownSet active = activeSet(user, answer.on);
    JsonWriter out = new JsonWriter(HEAD_BYTES);
    user(out, user, active == null ? null : repeated(active, answer), answer.on);
    return answer.rendered(out);
  }

  /** Writes a set as often as it is asked to, which a user has in each connection. */
  private Consumer<JsonWriter> repeated(KnownSet active, Answer answer) {
    if (answer.splices(active)) {
      return out -> set(out, active, null, answer);
    }
    JsonWriter set = answer.writer(active);
    set(set, active, null, answer);
    byte[] text = set.toBytes();
    set.recycle();
    return out -> out.json(text);
  }

  /** {@code GET /v3/users/{platform}/{platform_id}}. */
  Rendered connection(Account account, Caller caller, boolean splice) {
    Answer answer = new Answer(caller, splice && keeps && log.isLive(), new DependencySet());
    Id id = users.byAccount(account);
    LoadedUser user = id == null ? null : visible(id, caller, answer.on);
    User.Connection connection = user == null ? null : connection(user, account);
    if (user == null || connection == null) {
      throw ApiException.notFound("user not found");
    }
    KnownSet active = activeSet(user, answer.on);
    JsonWriter out = answer.writer(active);
    writer.openConnection(out, user, connection);
    writer.emoteSet(out, active == null ? null : to -> set(to, active, null, answer));
    out.name("user");
    user(out, user, null, answer.on);
    return answer.rendered(out.endObject());
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

  private void user(
      JsonWriter out, LoadedUser user, @Nullable Consumer<JsonWriter> active, DependencySet on) {
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

  private @Nullable KnownSet activeSet(LoadedUser user, DependencySet on) {
    Id id = user.user().style().activeEmoteSetId();
    return id == null ? null : entities.set(id, on);
  }

  private void set(JsonWriter out, KnownSet known, byte @Nullable [] owner, Answer answer) {
    EmoteSet set = known.set();
    writer.openSet(out, set);
    int written =
        answer.splices(known)
            ? runs(out, known, answer)
            : entries(out, set.emotes(), answer.caller, answer.on);
    writer.closeSet(out, set, written, owner);
  }

  private int runs(JsonWriter out, KnownSet set, Answer answer) {
    List<@Nullable Cached<Piece>> pieces = runs.getEach(set.runs());
    answer.on.expect(
        pieces.stream().mapToInt(run -> run == null ? 0 : run.dependencies().size()).sum());
    int written = 0;
    for (Cached<Piece> run : pieces) {
      if (run != null) {
        answer.on.addAll(run.dependencies());
        DeflatePiece text = run.value().text();
        if (text != null) {
          if (written > 0) {
            out.raw(COMMA);
          }
          answer.splices.add(out, text);
        }
        written += run.value().shown();
      }
    }
    return written;
  }

  private final class RunWriter implements V3Runs.Writer {
    private final Caller anybody =
        Caller.anonymous(Permissions.NONE, InetAddress.getLoopbackAddress());

    @Override
    public void load(List<EmoteSet.Entry> entries) {
      DependencySet on = new DependencySet(); // each run finds out by itself what it is made of
      owners(emotes(entries, on), anybody, on);
    }

    @Override
    public int write(JsonWriter out, List<EmoteSet.Entry> entries, DependencySet on) {
      return entries(out, entries, anybody, on);
    }
  }

  private List<@Nullable KnownEmote> emotes(List<EmoteSet.Entry> entries, DependencySet on) {
    return entities.resolve(entries.stream().map(EmoteSet.Entry::id).toList(), on);
  }

  private int entries(
      JsonWriter out, List<EmoteSet.Entry> entries, Caller caller, DependencySet on) {
    List<@Nullable KnownEmote> shown = emotes(entries, on);
    Map<Id, byte @Nullable []> owners = owners(shown, caller, on);
    int written = 0;
    for (int i = 0; i < shown.size(); i++) {
      KnownEmote emote = shown.get(i);
      if (emote != null && emote.text() != null) {
        writer.entry(out, entries.get(i), emote.text(), owners.get(emote.ownerId()));
        written++;
      }
    }
    return written;
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
