package app.seventv.api.data;

import app.seventv.model.Emote;
import app.seventv.model.Id;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the emote to show for an id: a deleted one is gone, a merged one is replaced by its target
 * (api-v4.md §10.2).
 */
public final class EmoteResolver {
  /** Longest chain of merges that is followed; longer ones and cycles resolve to nothing. */
  public static final int MAX_HOPS = 9;

  private final Store store;

  public EmoteResolver(Store store) {
    this.store = store;
  }

  /** The emotes to show, by the id that was asked for; one query per hop. */
  public Map<Id, Emote> resolve(Collection<Id> ids) {
    Map<Id, Emote> loaded = new HashMap<>();
    Set<Id> wanted = new HashSet<>(ids);
    for (int hop = 0; hop <= MAX_HOPS && !wanted.isEmpty(); hop++) {
      Map<Id, Emote> found = store.emotes().byIds(wanted);
      loaded.putAll(found);
      wanted = new HashSet<>();
      for (Emote emote : found.values()) {
        Emote.Merged merged = emote.merged();
        if (!emote.deleted() && merged != null && !loaded.containsKey(merged.targetId())) {
          wanted.add(merged.targetId());
        }
      }
    }
    Map<Id, Emote> resolved = HashMap.newHashMap(ids.size());
    for (Id id : ids) {
      Emote emote = follow(id, loaded);
      if (emote != null) {
        resolved.put(id, emote);
      }
    }
    return resolved;
  }

  private static @Nullable Emote follow(Id id, Map<Id, Emote> loaded) {
    Emote emote = loaded.get(id);
    for (int hop = 0; hop <= MAX_HOPS; hop++) {
      if (emote == null || emote.deleted()) {
        return null;
      }
      Emote.Merged merged = emote.merged();
      if (merged == null) {
        return emote;
      }
      emote = loaded.get(merged.targetId());
    }
    return null;
  }
}
