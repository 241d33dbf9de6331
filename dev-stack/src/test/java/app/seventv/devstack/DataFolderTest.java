package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @TempDir Path directory;

  @Test
  void keepsDataUnlessToldToWipe() throws Exception {
    Path kept = directory.resolve("var/sub/file");
    try (DataFolder data = DataFolder.open(directory.resolve("var"), false)) {
      Files.writeString(data.sub("sub").resolve("file"), "kept");
    }
    DataFolder.open(directory.resolve("var"), false).close();
    assertThat(kept).hasContent("kept");

    DataFolder.open(directory.resolve("var"), true).close();
    assertThat(kept.getParent()).doesNotExist();
  }

  @Test
  void neverWipesAFolderOfSomebodyElse() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "mine");

    assertThatThrownBy(() -> DataFolder.open(directory, true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("not the development stack's");
    assertThat(precious).hasContent("mine");
  }

  @Test
  void isUsedByOneRunAtATime() throws Exception {
    Path path = directory.resolve("var");
    try (DataFolder first = DataFolder.open(path, false)) {
      assertThatThrownBy(() -> DataFolder.open(first.path(), true))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("in use by another run");
    }
    DataFolder.open(path, false).close();
  }

  @Test
  void canBeDeletedWhole() throws Exception {
    DataFolder data = DataFolder.open(directory.resolve("var"), false);
    Files.writeString(data.sub("sub").resolve("file"), "gone");
    data.close();

    data.delete();

    assertThat(directory.resolve("var")).doesNotExist();
  }
}
