package app.seventv.devstack.mongo;

import com.mongodb.client.MongoClient;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract against the replica set at {@code MONGODB_URI}; selected only when that is set. */
@Tag("real-mongodb")
class RealMongoContractTest {

  @SuppressWarnings("NullAway.Init") // set before any nested class is made
  private static MongoClient client;

  @BeforeAll
  static void connect() {
    client = MongoContract.connect(Objects.requireNonNull(System.getenv("MONGODB_URI")));
  }

  @AfterAll
  static void close() {
    client.close();
  }

  @Nested
  class Crud extends CrudContract {
    Crud() {
      super(client);
    }
  }

  @Nested
  class Transactions extends TransactionContract {
    Transactions() {
      super(client);
    }
  }

  @Nested
  class ChangeStreams extends ChangeStreamContract {
    ChangeStreams() {
      super(client);
    }
  }

  @Nested
  class BulkWrites extends BulkWriteContract {
    BulkWrites() {
      super(client);
    }
  }
}
