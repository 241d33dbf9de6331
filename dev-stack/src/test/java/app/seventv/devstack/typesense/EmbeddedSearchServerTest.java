package app.seventv.devstack.typesense;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The contract on the embedded server. */
class EmbeddedSearchServerTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SearchServer shared;

  @BeforeAll
  static void start() throws IOException {
    shared = SearchServer.embedded();
  }

  @AfterAll
  static void stop() throws IOException {
    shared.close();
  }

  @Nested
  class CollectionsTest extends CollectionsContract {
    CollectionsTest() {
      super(shared);
    }
  }

  @Nested
  class DocumentsTest extends DocumentsContract {
    DocumentsTest() {
      super(shared);
    }
  }

  @Nested
  class FilterTest extends FilterContract {
    FilterTest() {
      super(shared);
    }
  }

  @Nested
  class SearchTest extends SearchContract {
    SearchTest() {
      super(shared);
    }
  }
}
