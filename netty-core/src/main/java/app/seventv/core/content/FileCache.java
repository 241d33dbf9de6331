package app.seventv.core.content;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that were asked for last, up to a number of bytes. */
final class FileCache {
  private final long maxBytes;
  private final LinkedHashMap<String, StaticFile> files = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  FileCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  synchronized @Nullable StaticFile get(String path) {
    return files.get(path);
  }

  synchronized void put(String path, StaticFile file) {
    StaticFile before = files.put(path, file);
    bytes += file.weightBytes() - (before == null ? 0 : before.weightBytes());
    Iterator<Map.Entry<String, StaticFile>> eldest = files.entrySet().iterator();
    while (bytes > maxBytes && eldest.hasNext()) {
      bytes -= eldest.next().getValue().weightBytes();
      eldest.remove();
    }
  }

  synchronized void remove(String path) {
    StaticFile before = files.remove(path);
    if (before != null) {
      bytes -= before.weightBytes();
    }
  }

  synchronized long bytes() {
    return bytes;
  }
}
