package app.seventv.api.v3rest;

import app.seventv.api.cache.CacheLimits;
import app.seventv.api.cache.Cached;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.EntityCache;
import app.seventv.api.cache.EntityCache.Loaded;
import app.seventv.api.data.Editors;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.Owned;
import app.seventv.api.data.Store;
import app.seventv.api.v3rest.V3Runs.Run;
import app.seventv.api.v3rest.V3Writer.EmoteText;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.UserEditor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Emotes, sets and editors in the form that the v3 reads are made of: in memory as far as they are
 * there, else from one read per kind of document.
 */
final class V3Entities {
  private static final int ENTRY_BYTES = 150;
  private static final int SET_BYTES = 500;
  private static final int EDITOR_BYTES = 250;
  private static final int TEXTLESS_EMOTE_BYTES = 100;

  private final Store store;
  private final V3Writer writer;
  private final EntityCache<Id, KnownEmote> emotes;
  private final EntityCache<Id, KnownSet> sets;
  private final EntityCache<Id, List<EmoteSet>> setsOf;
  private final EntityCache<Id, List<UserEditor>> editorsOf;

  /**
   * An emote in memory.
   *
   * @param merged what it was merged into
   * @param text null if it is deleted or merged
   */
  record KnownEmote(
      Id id, Id ownerId, boolean deleted, @Nullable Id merged, @Nullable EmoteText text) {
    private int weight() {
      return TEXTLESS_EMOTE_BYTES + (text == null ? 0 : text.head().length + text.tail().length);
    }
  }

  /** A set in memory, with its runs once somebody asks for them. */
  static final class KnownSet {
    private final EmoteSet set;
    private @Nullable List<Run> runs;

    KnownSet(EmoteSet set) {
      this.set = set;
    }

    EmoteSet set() {
      return set;
    }

    /** Two threads at once may both make them; they are equal. */
    List<Run> runs() {
      List<Run> known = runs;
      if (known == null) {
        known = V3Runs.of(set);
        runs = known;
      }
      return known;
    }
  }

  /**
   * @param limits of each of emotes and sets
   */
  V3Entities(Store store, V3Writer writer, ChangeLog log, InstantSource clock, CacheLimits limits) {
    this.store = store;
    this.writer = writer;
    Owned owned = new Owned(store);
    Editors editors = new Editors(store);
    this.emotes = new EntityCache<>(log, clock, limits, KnownEmote::weight, this::loadEmotes);
    this.sets = new EntityCache<>(log, clock, limits, known -> weight(known.set), this::loadSets);
    ToIntFunction<List<EmoteSet>> all = each -> each.stream().mapToInt(V3Entities::weight).sum();
    this.setsOf = new EntityCache<>(log, clock, limits, all, owners -> setsOf(owners, owned));
    this.editorsOf =
        new EntityCache<>(
            log,
            clock,
            limits,
            rows -> EDITOR_BYTES * rows.size(),
            owners -> editorsOf(owners, editors));
  }

  /** A set with its entries, or null. */
  @Nullable KnownSet set(Id id, DependencySet on) {
    on.add(Dependency.emoteSet(id));
    Cached<KnownSet> found = sets.get(id);
    return found == null ? null : found.value();
  }

  /** The sets of somebody, without their entries, which are many and read on their own. */
  List<EmoteSet> setsOf(Id owner, DependencySet on) {
    return take(setsOf.get(owner), on);
  }

  /** The accepted editors of somebody. */
  List<UserEditor> editorsOf(Id owner, DependencySet on) {
    return take(editorsOf.get(owner), on);
  }

  private static <T> List<T> take(@Nullable Cached<List<T>> list, DependencySet on) {
    if (list == null) {
      return List.of();
    }
    on.addAll(list.dependencies());
    return list.value();
  }

  /** The emotes to show, in the order of the ids; null for none. See {@link EmoteResolver}. */
  List<@Nullable KnownEmote> resolve(List<Id> ids, DependencySet on) {
    List<@Nullable KnownEmote> shown = new ArrayList<>(ids.size());
    Set<Id> targets = new HashSet<>();
    for (Cached<KnownEmote> found : emotes.getEach(ids)) {
      KnownEmote emote = found == null ? null : found.value();
      shown.add(emote == null || emote.deleted() ? null : emote);
      if (emote != null && !emote.deleted() && emote.merged() != null) {
        targets.add(emote.merged());
      }
    }
    ids.forEach(id -> on.add(Dependency.emote(id)));
    if (!targets.isEmpty()) {
      Map<Id, KnownEmote> known = merged(targets, on);
      shown.replaceAll(emote -> emote == null ? null : follow(emote, known));
    }
    return shown;
  }

  /** What emotes were merged into, and those into, and so on. */
  private Map<Id, KnownEmote> merged(Set<Id> targets, DependencySet on) {
    Map<Id, KnownEmote> known = new HashMap<>();
    Set<Id> wanted = targets;
    for (int hop = 1; hop <= EmoteResolver.MAX_HOPS && !wanted.isEmpty(); hop++) {
      wanted.forEach(id -> on.add(Dependency.emote(id)));
      Set<Id> next = new HashSet<>();
      emotes
          .getAll(wanted)
          .forEach((id, emote) -> {
            known.put(id, emote.value());
            Id merged = emote.value().merged();
            if (merged != null && !emote.value().deleted()) {
              next.add(merged);
            }
          });
      next.removeAll(known.keySet());
      wanted = next;
    }
    return known;
  }

  private static @Nullable KnownEmote follow(KnownEmote from, Map<Id, KnownEmote> known) {
    KnownEmote emote = from;
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

  private Map<Id, Loaded<KnownSet>> loadSets(Set<Id> ids) {
    Map<Id, Loaded<KnownSet>> loaded = HashMap.newHashMap(ids.size());
    store
        .emoteSets()
        .byIds(ids)
        .forEach((id, set) ->
            loaded.put(id, new Loaded<>(new KnownSet(set), on(Dependency.emoteSet(id)))));
    return loaded;
  }

  private static Map<Id, Loaded<List<EmoteSet>>> setsOf(Set<Id> owners, Owned owned) {
    Map<Id, Loaded<List<EmoteSet>>> loaded = HashMap.newHashMap(owners.size());
    owned
        .setHeads(owners)
        .forEach((owner, all) -> {
          DependencySet on = on(Dependency.setsOf(owner));
          all.forEach(set -> on.add(Dependency.emoteSet(set.id())));
          loaded.put(owner, new Loaded<>(all, on));
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
