package app.seventv.api;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests of one class that share a {@link World}; what they leave in it is theirs to sort out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedWorld {
  /** The API and its people. */
  World world;

  @BeforeAll
  void startWorld(@TempDir Path folder) throws Exception {
    world = new World(folder, settings());
  }

  /** Keys of {@code [api]}, then other tables. */
  String settings() {
    return "";
  }

  @AfterAll
  void stopWorld() throws Exception {
    world.close();
  }
}
