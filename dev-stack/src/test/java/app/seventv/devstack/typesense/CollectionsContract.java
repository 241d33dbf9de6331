package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.typesense.api.exceptions.ObjectAlreadyExists;
import org.typesense.api.exceptions.ObjectNotFound;
import org.typesense.api.exceptions.RequestMalformed;
import org.typesense.model.CollectionAliasSchema;
import org.typesense.model.CollectionResponse;
import org.typesense.model.CollectionSchema;
import org.typesense.model.CollectionUpdateSchema;
import org.typesense.model.Field;

/** Collections, their schemas, and aliases. */
abstract class CollectionsContract extends SearchServerContract {
  CollectionsContract(SearchServer server) {
    super(server);
  }

  @Test
  void serverTellsItsHealth() throws Exception {
    assertThat(client.health.retrieve()).containsEntry("ok", true);
    assertThat(client.debug.retrieve()).containsKey("version");
    assertThat(client.metrics.retrieve()).containsKey("typesense_memory_active_bytes");
  }

  @Test
  void createdCollectionIsDescribedWithDefaults() throws Exception {
    String name = createEmotes();

    CollectionResponse response = client.collections(name).retrieve();

    assertThat(response.getNumDocuments()).isZero();
    assertThat(response.getCreatedAt()).isPositive();
    assertThat(response.getDefaultSortingField()).isEqualTo("score");
    Field score = field(response, "score");
    assertThat(score.isSort()).isTrue();
    assertThat(score.isOptional()).isFalse();
    assertThat(field(response, "default_name").isSort()).isFalse();
    assertThat(client.collections().retrieve())
        .extracting(CollectionResponse::getName)
        .contains(name);
  }

  private static Field field(CollectionResponse response, String name) {
    return response.getFields().stream()
        .filter(field -> field.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nameCanBeUsedOnce() throws Exception {
    String name = createEmotes();
    CollectionSchema again =
        new CollectionSchema().name(name).addFieldsItem(new Field().name("a").type("string"));

    assertThatThrownBy(() -> client.collections().create(again))
        .isInstanceOf(ObjectAlreadyExists.class)
        .hasMessageContaining("A collection with name `" + name + "` already exists.");
  }

  @Test
  void badSchemasAreRefused() {
    CollectionSchema badType =
        new CollectionSchema()
            .name(uniqueName("bad"))
            .addFieldsItem(new Field().name("a").type("text"));
    CollectionSchema badSorting =
        new CollectionSchema()
            .name(uniqueName("bad"))
            .addFieldsItem(new Field().name("a").type("string"))
            .defaultSortingField("b");

    assertThatThrownBy(() -> client.collections().create(badType))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Field `a` has an invalid data type `text`");
    assertThatThrownBy(() -> client.collections().create(badSorting))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Default sorting field is defined as `b` but is not found");
  }

  @Test
  void droppedCollectionIsGone() throws Exception {
    String name = uniqueName("dropped");
    client
        .collections()
        .create(
            new CollectionSchema().name(name).addFieldsItem(new Field().name("a").type("string")));

    assertThat(client.collections(name).delete().getName()).isEqualTo(name);

    assertThatThrownBy(() -> client.collections(name).retrieve())
        .isInstanceOf(ObjectNotFound.class);
    assertThatThrownBy(() -> client.collections(name).delete()).isInstanceOf(ObjectNotFound.class);
  }

  @Test
  void addedFieldIndexesTheDocumentsThatAreThere() throws Exception {
    String name = createEmotes();
    client
        .collections(name)
        .documents()
        .create(
            Map.of(
                "id",
                "1",
                "default_name",
                "PepeHappy",
                "owner_id",
                "O",
                "flag_private",
                false,
                "aspect_ratio",
                1,
                "score",
                1,
                "frames",
                60));
    Field frames = new Field().name("frames").type("int32").optional(true);

    client.collections(name).update(new CollectionUpdateSchema().fields(List.of(frames)));

    assertThat(filtered(name, "frames:>59")).containsExactly("1");
    client
        .collections(name)
        .update(
            new CollectionUpdateSchema().fields(List.of(new Field().name("frames").drop(true))));
    assertThatThrownBy(() -> filtered(name, "frames:>59"))
        .hasMessageContaining("Could not find a filter field named `frames` in the schema.");
    assertThat(client.collections(name).documents("1").retrieve()).containsEntry("frames", 60);
  }

  @Test
  void impossibleFieldChangesAreRefused() throws Exception {
    String name = createSampleEmotes();

    assertThatThrownBy(() -> update(name, new Field().name("nothing").drop(true)))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Field `nothing` is not part of collection schema.");
    assertThatThrownBy(() -> update(name, new Field().name("score").type("int32")))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Field `score` is already part of the schema");
    assertThatThrownBy(() -> update(name, new Field().name("needed").type("int32")))
        .isInstanceOf(RequestMalformed.class);
    assertThat(filtered(name, "score:>0")).hasSize(5);
  }

  private void update(String name, Field field) throws Exception {
    client.collections(name).update(new CollectionUpdateSchema().fields(List.of(field)));
  }

  @Test
  void aliasStandsForACollection() throws Exception {
    String first = createSampleEmotes();
    String second = createEmotes();
    String alias = uniqueName("alias");

    client.aliases().upsert(alias, new CollectionAliasSchema().collectionName(first));
    assertThat(client.aliases(alias).retrieve().getCollectionName()).isEqualTo(first);
    assertThat(filtered(alias, "score:>0")).hasSize(5);

    client.aliases().upsert(alias, new CollectionAliasSchema().collectionName(second));
    assertThat(filtered(alias, "score:>0")).isEmpty();
    assertThat(client.aliases().retrieve().getAliases())
        .anyMatch(entry -> entry.getName().equals(alias));

    client.aliases(alias).delete();
    assertThatThrownBy(() -> client.aliases(alias).retrieve()).isInstanceOf(ObjectNotFound.class);
  }
}
