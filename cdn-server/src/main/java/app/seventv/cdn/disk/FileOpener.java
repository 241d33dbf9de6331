package app.seventv.cdn.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Opens files; a parameter, so that disks can fail on purpose. */
@FunctionalInterface
interface FileOpener {
  /** The system's. */
  FileOpener SYSTEM = FileChannel::open;

  /** As {@link FileChannel#open(Path, OpenOption...)}. */
  FileChannel open(Path path, OpenOption... options) throws IOException;
}
