package app.seventv.cdn.disk;

import app.seventv.cdn.disk.RecordHead.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a segment that is full, in a file beside it: a restart reads these instead of
 * every head. It can always be made anew from the segment, so that nothing waits for its writing.
 */
final class Summary {
  private static final int CHECKSUM_BYTES = 4;
  private static final long MAX_BYTES = 256L << 20;

  private Summary() {}

  static Path path(SegmentFile segment) {
    return segment.path().resolveSibling("%016x.summary".formatted(segment.id()));
  }

  static void write(SegmentFile segment, List<Entry> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(segment.id());
    out.writeLong(segment.sizeBytes());
    out.writeInt(entries.size());
    for (Entry entry : entries) {
      out.writeInt(entry.kind().magic());
      out.writeLong(entry.sequence());
      out.writeLong(entry.hash());
      out.writeLong(entry.location());
      out.writeLong(entry.timeMs());
      if (Entry.hasText(entry.kind())) {
        out.writeUTF(entry.text());
      }
    }
    out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
    Files.write(path(segment), bytes.toByteArray());
  }

  /** The entries, or null if the file is missing, damaged or about another state of the segment. */
  static @Nullable List<Entry> read(SegmentFile segment) throws IOException {
    byte[] bytes;
    try {
      if (Files.size(path(segment)) > MAX_BYTES) {
        return null;
      }
      bytes = Files.readAllBytes(path(segment));
    } catch (NoSuchFileException e) {
      return null;
    }
    int length = bytes.length - CHECKSUM_BYTES;
    if (length < 0 || ByteBuffer.wrap(bytes).getInt(length) != checksum(bytes, length)) {
      return null;
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readLong() != segment.id() || in.readLong() != segment.sizeBytes()) {
      return null;
    }
    int count = in.readInt();
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Kind kind = Kind.of(in.readInt());
      if (kind == null) {
        return null; // of a later release
      }
      entries.add(
          new Entry(
              kind,
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              Entry.hasText(kind) ? in.readUTF() : ""));
    }
    return entries;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
