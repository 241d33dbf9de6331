package app.seventv.api.v3rest;

import app.seventv.api.cache.CacheLimits;
import app.seventv.api.cache.Cached;
import app.seventv.api.cache.ChangeLog;
import app.seventv.api.cache.DeflatePiece;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.EntityCache;
import app.seventv.api.cache.EntityCache.Loaded;
import app.seventv.api.web.JsonWriter;
import app.seventv.model.EmoteSet;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs of a set's entries in memory, each with the compressed text that everybody gets of it. What
 * changes in a set touches one run or two; the others need not be compressed again.
 */
final class V3Runs {
  /** Entries of sets below this are not worth it. */
  static final int MIN_ENTRIES = 16;

  private static final int MAX_RUN = 64;

  /** A run ends at an emote whose id has zeros here: one of 32. */
  private static final int END_MASK = 31;

  private static final int ENTRY_BYTES = 24;

  private final EntityCache<Run, Piece> pieces;

  /** Entries that follow each other; equal runs have equal texts. */
  static final class Run {
    private final List<EmoteSet.Entry> entries;
    private final int hash;

    Run(List<EmoteSet.Entry> entries) {
      this.entries = List.copyOf(entries);
      this.hash = this.entries.hashCode();
    }

    List<EmoteSet.Entry> entries() {
      return entries;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Run run && hash == run.hash && entries.equals(run.entries));
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * What is shown of a run.
   *
   * @param shown number of entries that are
   * @param text null if none is
   */
  record Piece(int shown, @Nullable DeflatePiece text) {
    private int weight() {
      return text == null ? 0 : text.weight();
    }
  }

  /** Writes the text of a run as everybody sees it. */
  interface Writer {
    /** Loads what the entries show, all at once, so that writing them finds it in memory. */
    void load(List<EmoteSet.Entry> entries);

    /**
     * Writes the entries that are shown, with commas between them.
     *
     * @return their number
     */
    int write(JsonWriter out, List<EmoteSet.Entry> entries, DependencySet on);
  }

  V3Runs(ChangeLog log, InstantSource clock, CacheLimits limits, Writer writer) {
    this.pieces =
        new EntityCache<>(
            log, clock, limits, V3Runs::weight, Piece::weight, runs -> load(runs, writer));
  }

  private static int weight(Run run) {
    return ENTRY_BYTES * run.entries.size();
  }

  /** Divides a set's entries, at places that stay when others come and go. */
  static List<Run> of(EmoteSet set) {
    List<Run> runs = new ArrayList<>(set.emotes().size() / END_MASK + 1);
    int from = 0;
    for (int i = 0; i < set.emotes().size(); i++) {
      boolean ends = (set.emotes().get(i).id().low() & END_MASK) == 0;
      if (ends || i + 1 - from == MAX_RUN || i + 1 == set.emotes().size()) {
        runs.add(new Run(set.emotes().subList(from, i + 1)));
        from = i + 1;
      }
    }
    return runs;
  }

  /** What is shown of each run. */
  List<@Nullable Cached<Piece>> getEach(List<Run> runs) {
    return pieces.getEach(runs);
  }

  private static Map<Run, Loaded<Piece>> load(Set<Run> runs, Writer writer) {
    Map<Run, Loaded<Piece>> loaded = HashMap.newHashMap(runs.size());
    if (runs.size() > 1) {
      writer.load(runs.stream().flatMap(run -> run.entries.stream()).toList());
    }
    for (Run run : runs) {
      DependencySet on = new DependencySet(2 * run.entries.size());
      JsonWriter out = new JsonWriter(V3Reads.ENTRY_BYTES * run.entries.size());
      int shown = writer.write(out, run.entries, on);
      DeflatePiece text = shown == 0 ? null : out.piece(0, out.length());
      out.recycle();
      loaded.put(run, new Loaded<>(new Piece(shown, text), on));
    }
    return loaded;
  }
}
