package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.DrivePath;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The configured drives by name. */
final class Drives implements AutoCloseable {
  private final Map<String, Drive> byName = new TreeMap<>();

  /** Takes over the drives; their names must differ. */
  Drives(List<Drive> drives) {
    for (Drive drive : drives) {
      if (byName.put(drive.name(), drive) != null) {
        throw new IllegalArgumentException("two drives are named " + drive.name());
      }
    }
  }

  @Nullable Drive find(String name) {
    return byName.get(name);
  }

  /** Throws {@link IllegalArgumentException} unless the drive exists and can be read. */
  Drive readable(String name) {
    Drive drive = existing(name);
    if (drive.mode() == Drive.Mode.WRITE) {
      throw new IllegalArgumentException("drive '" + name + "' cannot be read");
    }
    return drive;
  }

  /** Throws {@link IllegalArgumentException} unless the drive exists and can be written. */
  Drive writable(String name) {
    Drive drive = existing(name);
    if (drive.mode() == Drive.Mode.READ) {
      throw new IllegalArgumentException("drive '" + name + "' cannot be written");
    }
    return drive;
  }

  private Drive existing(String name) {
    Drive drive = byName.get(name);
    if (drive == null) {
      throw new IllegalArgumentException("drive '" + name + "' does not exist");
    }
    return drive;
  }

  /** The access rule of a path: its own, else the drive's. */
  @Nullable String acl(DrivePath path) {
    return path.hasAcl() ? path.getAcl() : existing(path.getDrive()).acl();
  }

  @Override
  public void close() {
    byName.values().forEach(Drive::close);
  }
}
