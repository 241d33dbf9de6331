package app.seventv.imageprocessor;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A place that holds inputs and outputs (image-processor.md §5.1). Safe for several threads. */
interface Drive extends AutoCloseable {
  /** What may be done with a drive. */
  enum Mode {
    /** Reading only. */
    READ,
    /** Both. */
    READ_WRITE,
    /** Writing only. */
    WRITE
  }

  /**
   * What is stored along with an object; absent parts are left to the drive.
   *
   * @param acl canned access rule, as {@code public-read}
   */
  record WriteOptions(
      @Nullable String contentType,
      @Nullable String cacheControl,
      @Nullable String contentDisposition,
      @Nullable String acl) {}

  /** The configured name. */
  String name();

  /** What may be done with it. */
  Mode mode();

  /** The access rule of objects that ask for none. */
  @Nullable String acl();

  /**
   * The whole object.
   *
   * @throws IOException if it is absent or larger than {@code maxBytes}
   */
  byte[] read(String path, long maxBytes) throws IOException;

  /** Stores bytes, replacing what was there. */
  void write(String path, byte[] data, WriteOptions options) throws IOException;

  /** Stores a file's content, replacing what was there. */
  void write(String path, Path file, WriteOptions options) throws IOException;

  @Override
  void close();
}
