package app.seventv.devstack.mongo;

import com.mongodb.client.MongoClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** All contracts against one server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MongoContractSuite {

  @SuppressWarnings("NullAway.Init") // set before any nested class is made
  private MongoClient client;

  /** Starts or finds the server; the address without a database. */
  abstract String start() throws Exception;

  /** Ends what {@link #start} started. */
  abstract void stop();

  @BeforeAll
  void connect() throws Exception {
    client = MongoContract.connect(start());
  }

  @AfterAll
  void disconnect() {
    client.close();
    stop();
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

  @Nested
  class Indexes extends IndexContract {
    Indexes() {
      super(client);
    }
  }

  @Nested
  class Aggregations extends AggregationContract {
    Aggregations() {
      super(client);
    }
  }
}
