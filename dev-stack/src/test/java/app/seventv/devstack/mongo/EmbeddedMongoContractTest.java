package app.seventv.devstack.mongo;

import com.mongodb.client.MongoClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The contract against the embedded server in memory. */
class EmbeddedMongoContractTest {

  @SuppressWarnings("NullAway.Init") // set before any nested class is made
  private static DevMongoServer server;

  @SuppressWarnings("NullAway.Init") // set before any nested class is made
  private static MongoClient client;

  @BeforeAll
  static void start() {
    server = DevMongoServer.inMemory(0);
    client = MongoContract.connect(server.uri("7tv"));
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
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
