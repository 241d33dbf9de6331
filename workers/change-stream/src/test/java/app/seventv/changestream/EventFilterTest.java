package app.seventv.changestream;

import static org.assertj.core.api.Assertions.assertThat;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Which events go on the bus (workers.md §2.3). */
class EventFilterTest {

  @Test
  void ignoresEventsWithoutCollection() {
    assertThat(of("{operationType: 'invalidate'}")).isEqualTo(EventFilter.IGNORE);
    assertThat(of("{operationType: 'dropDatabase', ns: {db: '7tv'}}"))
        .isEqualTo(EventFilter.IGNORE);
  }

  @Test
  void keepsTheSearchWorkersMarkBack() {
    assertThat(update("updatedFields: {search_updated_at: null}, removedFields: []"))
        .isEqualTo(EventFilter.SEARCH_UPDATE);
    assertThat(update("updatedFields: {search_updated_at: 1}"))
        .isEqualTo(EventFilter.SEARCH_UPDATE);
  }

  @Test
  void publishesAMarkThatCameWithMore() {
    assertThat(update("updatedFields: {search_updated_at: 1, name: 'a'}"))
        .isEqualTo(EventFilter.PUBLISH);
    assertThat(update("updatedFields: {search_updated_at: 1}, removedFields: ['a']"))
        .isEqualTo(EventFilter.PUBLISH);
    assertThat(update("updatedFields: {search_updated_at: 1}, truncatedArrays: [{field: 'a'}]"))
        .isEqualTo(EventFilter.PUBLISH);
  }

  @Test
  void publishesUpdatesThatOnlyRemove() {
    assertThat(update("updatedFields: {}, removedFields: ['a'], truncatedArrays: []"))
        .isEqualTo(EventFilter.PUBLISH);
  }

  @Test
  void publishesEveryOtherOperation() {
    for (String operation : new String[] {"insert", "replace", "delete", "drop", "rename"}) {
      assertThat(of("{operationType: '" + operation + "', ns: {db: '7tv', coll: 'emotes'}}"))
          .isEqualTo(EventFilter.PUBLISH);
    }
  }

  private static EventFilter update(String description) {
    return of(
        "{operationType: 'update', ns: {db: '7tv', coll: 'emotes'}, updateDescription: {"
            + description
            + "}}");
  }

  private static EventFilter of(String event) {
    return EventFilter.of(BsonDocument.parse(event));
  }
}
