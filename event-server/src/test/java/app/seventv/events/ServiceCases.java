package app.seventv.events;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a class that share one service with default settings. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
abstract class ServiceCases {
  ServiceFixture fixture;

  @BeforeAll
  final void start(@TempDir Path directory) throws Exception {
    fixture = new ServiceFixture(directory, "");
  }

  @AfterAll
  final void stop() {
    fixture.close();
  }
}
