package app.seventv.devstack.mongo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys of multikey unique indexes. */
class UniqueKeysTest {

  private final UniqueKeys keys =
      new UniqueKeys(
          new Namespace("db", "c"),
          new Document("name", "i")
              .append("key", new Document("list.a", 1).append("list.b", 1))
              .append("sparse", true));

  private static Document document(int id, Document... list) {
    return new Document("_id", id).append("list", List.of(list));
  }

  private static Document pair(Object a, Object b) {
    return new Document("a", a).append("b", b);
  }

  @Test
  void theKeyIsThePairWithinOneElement() {
    keys.changed(null, document(1, pair("x", 1), pair("y", 2)));
    assertThatCode(() -> keys.check(document(2, pair("x", 2), pair("y", 1))))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> keys.check(document(2, pair("z", 9), pair("y", 2))))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("E11000");
  }

  @Test
  void numbersOfDifferentTypesAreEqual() {
    keys.changed(null, document(1, pair("x", 1)));
    assertThatThrownBy(() -> keys.check(document(2, pair("x", 1L))))
        .isInstanceOf(CommandFailure.class);
  }

  @Test
  void aChangedDocumentGivesItsOldKeyUp() {
    keys.changed(null, document(1, pair("x", 1)));
    keys.changed(document(1, pair("x", 1)), document(1, pair("x", 2)));
    assertThatCode(() -> keys.check(document(2, pair("x", 1)))).doesNotThrowAnyException();
    keys.changed(document(1, pair("x", 2)), null);
    assertThatCode(() -> keys.check(document(2, pair("x", 2)))).doesNotThrowAnyException();
  }

  @Test
  void aSparseIndexSkipsDocumentsWithoutTheFields() {
    keys.changed(null, new Document("_id", 1));
    keys.changed(null, document(2));
    assertThatCode(() -> keys.check(new Document("_id", 3))).doesNotThrowAnyException();
    assertThatCode(() -> keys.check(document(4))).doesNotThrowAnyException();
  }

  @Test
  void parallelArraysAreRefused() {
    UniqueKeys parallel =
        new UniqueKeys(
            new Namespace("db", "c"),
            new Document("name", "i").append("key", new Document("a.x", 1).append("b.x", 1)));
    Document both =
        new Document("_id", 1)
            .append("a", List.of(new Document("x", 1)))
            .append("b", List.of(new Document("x", 1)));
    assertThatThrownBy(() -> parallel.check(both)).hasMessageContaining("parallel arrays");
  }
}
