package app.seventv.api;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A test class whose tests share one API with default settings. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls startApi() first
abstract class OneApi {
  /** Of this class alone. */
  TestApi api;

  @BeforeAll
  void startApi(@TempDir Path folder) throws Exception {
    api = new TestApi(folder, "");
  }

  @AfterAll
  void stopApi() throws Exception {
    api.close();
  }
}
