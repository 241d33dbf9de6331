package app.seventv.devstack.typesense;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract on the real server at TYPESENSE_URL. */
@Tag("real-typesense")
class RealSearchServerTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SearchServer shared;

  @BeforeAll
  static void start() {
    shared = SearchServer.real();
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
