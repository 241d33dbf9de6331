package app.seventv.cdn.disk;

import app.seventv.cdn.disk.RecordHead.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the index from the files. Sequence numbers have no gaps: where one is missing, a purge
 * may have been lost, and all that is older is forgotten. Only the end of the log may be missing,
 * since a purge is confirmed when it is on the disk and not before.
 */
final class Recovery {
  private static final int WINDOW_BYTES = 1 << 16;

  private final Path directory;
  private final FileOpener opener;
  private final DiskIndex index;
  private final PrefixPurges prefixPurges;
  private long nextSegment = 1;
  private long nextSequence = 1;
  private @Nullable PurgePosition lastSync;

  Recovery(Path directory, FileOpener opener, DiskIndex index, PrefixPurges prefixPurges) {
    this.directory = directory;
    this.opener = opener;
    this.index = index;
    this.prefixPurges = prefixPurges;
  }

  /** Reads everything; returns the segments, the oldest first. */
  List<SegmentFile> run() throws IOException {
    List<Path> paths;
    try (Stream<Path> files = Files.list(directory)) {
      paths = files.filter(p -> SegmentFile.idOf(p) > 0).sorted().toList();
    }
    List<SegmentFile> segments = new ArrayList<>();
    for (Path path : paths) {
      SegmentFile segment = SegmentFile.open(opener, path);
      nextSegment = SegmentFile.idOf(path) + 1;
      if (segment == null) {
        Files.delete(path); // a crash between making the file and its header, or damage
        continue;
      }
      replay(segment);
      segments.add(segment);
    }
    return segments;
  }

  private void replay(SegmentFile segment) throws IOException {
    List<Entry> summary = Summary.read(segment);
    List<Entry> entries = summary == null ? scan(segment) : summary;
    for (Entry entry : entries) {
      if (entry.sequence() != nextSequence) {
        index.clear();
      }
      replay(entry);
      nextSequence = entry.sequence() + 1;
    }
    if (summary == null) {
      Summary.write(segment, entries);
    }
  }

  private void replay(Entry entry) {
    switch (entry.kind()) {
      case OBJECT -> index.put(entry.hash(), entry.location());
      case PURGE_KEY -> index.remove(entry.hash());
      case PURGE_PREFIX -> {
        if (entry.text().isEmpty() || !prefixPurges.add(entry.text(), entry.sequence())) {
          index.clear();
        }
      }
      case SYNC -> lastSync = PurgePosition.of(entry.text(), entry.timeMs());
    }
  }

  /** The entries of a segment, from its summary or from the segment itself. */
  static List<Entry> entries(SegmentFile segment) throws IOException {
    List<Entry> summary = Summary.read(segment);
    return summary == null ? scan(segment) : summary;
  }

  /** Reads head after head; behind damage it looks for the next valid one. */
  private static List<Entry> scan(SegmentFile segment) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long at = SegmentFile.HEADER_BYTES;
    while (at < segment.sizeBytes()) {
      RecordHead head = RecordReader.head(segment, at);
      if (head == null) {
        at = nextCandidate(segment, at + Location.ALIGNMENT_BYTES);
        continue;
      }
      long end = at + head.recordBytes();
      if (end <= segment.sizeBytes()) {
        entries.add(Entry.of(head, Location.of(segment.id(), at, head.recordBytes())));
      }
      at = (end + Location.ALIGNMENT_BYTES - 1) & -Location.ALIGNMENT_BYTES;
    }
    return entries;
  }

  /** The next place whose first bytes could be a head's. */
  private static long nextCandidate(SegmentFile segment, long from) throws IOException {
    ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
    for (long at = from; at < segment.sizeBytes(); at += WINDOW_BYTES) {
      int length = segment.read(window.clear(), at);
      for (int i = 0; i + Integer.BYTES <= length; i += Location.ALIGNMENT_BYTES) {
        if (Kind.of(window.getInt(i)) != null) {
          return at + i;
        }
      }
    }
    return segment.sizeBytes();
  }

  long nextSegment() {
    return nextSegment;
  }

  long nextSequence() {
    return nextSequence;
  }

  @Nullable PurgePosition lastSync() {
    return lastSync;
  }
}
