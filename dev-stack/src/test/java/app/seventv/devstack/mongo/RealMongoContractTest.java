package app.seventv.devstack.mongo;

import java.util.Objects;
import org.junit.jupiter.api.Tag;

/** The contract against the replica set at {@code MONGODB_URI}; selected only when that is set. */
@Tag("real-mongodb")
class RealMongoContractTest extends MongoContractSuite {

  @Override
  String start() {
    return Objects.requireNonNull(System.getenv("MONGODB_URI"), "MONGODB_URI");
  }

  @Override
  void stop() {}
}
