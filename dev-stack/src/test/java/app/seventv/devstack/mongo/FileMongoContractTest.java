package app.seventv.devstack.mongo;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract against the embedded server on a file. */
class FileMongoContractTest extends MongoContractSuite {

  @SuppressWarnings("NullAway.Init") // set before any test
  @TempDir
  private static Path folder;

  @SuppressWarnings("NullAway.Init") // set before any test
  private DevMongoServer server;

  @Override
  String start() {
    server = DevMongoServer.onFile(folder.resolve("dev.mv"), 0);
    return server.uri("7tv");
  }

  @Override
  void stop() {
    server.close();
  }
}
