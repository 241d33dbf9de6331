package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {
  @TempDir Path parent;

  @Test
  void whatACrashLeftBehindIsRemoved() throws Exception {
    Path left = Files.createDirectories(parent.resolve("image-processor-1/job-1"));
    Files.writeString(left.resolve("a.png"), "pixels");
    Files.createFile(parent.resolve("image-processor-1/.lock"));
    Files.createDirectory(parent.resolve("other"));
    try (WorkFolder folder = WorkFolder.open(parent)) {
      assertThat(parent.resolve("image-processor-1")).doesNotExist();
      assertThat(parent.resolve("other")).exists();
      assertThat(folder.newJobFolder()).isEmptyDirectory();
    }
    assertThat(parent).isDirectoryNotContaining(path -> path.toString().contains("image-"));
  }

  @Test
  void folderOfALivingProcessStays() throws Exception {
    try (WorkFolder living = WorkFolder.open(parent)) {
      Path job = living.newJobFolder();
      try (WorkFolder other = WorkFolder.open(parent)) {
        assertThat(job).exists();
        assertThat(other.newJobFolder()).exists();
      }
      assertThat(job).exists();
    }
  }
}
