package app.seventv.imageprocessor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A folder of this machine; options other than the content are ignored. */
final class LocalDrive implements Drive {
  private final String name;
  private final Mode mode;
  private final Path root;

  /** Creates the folder if it is missing. */
  LocalDrive(String name, Mode mode, Path root) throws IOException {
    this.name = name;
    this.mode = mode;
    this.root = Files.createDirectories(root).toRealPath();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Mode mode() {
    return mode;
  }

  @Override
  public @Nullable String acl() {
    return null;
  }

  /** Paths come from clients: none may lead out of the folder. */
  private Path resolve(String path) throws IOException {
    Path resolved = root.resolve(path).normalize();
    if (!resolved.startsWith(root) || resolved.equals(root)) {
      throw new IOException("path leads out of the drive");
    }
    return resolved;
  }

  @Override
  public byte[] read(String path, long maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(resolve(path))) {
      byte[] data = in.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
      if (data.length > maxBytes) {
        throw new IOException("file is larger than " + maxBytes + " bytes");
      }
      return data;
    }
  }

  @Override
  public void write(String path, byte[] data, WriteOptions options) throws IOException {
    Path target = withParents(path);
    Path partial = Files.createTempFile(target.getParent(), ".partial", "");
    Files.write(partial, data);
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void write(String path, Path file, WriteOptions options) throws IOException {
    Path target = withParents(path);
    Path partial = Files.createTempFile(target.getParent(), ".partial", "");
    Files.copy(file, partial, StandardCopyOption.REPLACE_EXISTING);
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path withParents(String path) throws IOException {
    Path target = resolve(path);
    Files.createDirectories(target.getParent());
    return target;
  }

  @Override
  public void close() {}
}
