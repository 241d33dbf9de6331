package app.seventv.devstack.typesense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.typesense.api.Documents;
import org.typesense.api.exceptions.ObjectAlreadyExists;
import org.typesense.api.exceptions.ObjectNotFound;
import org.typesense.api.exceptions.RequestMalformed;
import org.typesense.model.CollectionSchema;
import org.typesense.model.DeleteDocumentsParameters;
import org.typesense.model.DirtyValues;
import org.typesense.model.ExportDocumentsParameters;
import org.typesense.model.Field;
import org.typesense.model.ImportDocumentsParameters;
import org.typesense.model.IndexAction;
import org.typesense.model.UpdateDocumentsParameters;

/** Single documents, imports, bulk changes by filter, export. */
abstract class DocumentsContract extends SearchServerContract {
  DocumentsContract(SearchServer server) {
    super(server);
  }

  private Documents documents(String collection) {
    return client.collections(collection).documents();
  }

  @Test
  void documentIsCreatedOnce() throws Exception {
    String name = createEmotes();
    Map<String, Object> pepe = emote("1", "PepeHappy", List.of("pepe"), 10);

    documents(name).create(pepe);

    assertThat(client.collections(name).documents("1").retrieve()).isEqualTo(pepe);
    assertThatThrownBy(() -> documents(name).create(pepe))
        .isInstanceOf(ObjectAlreadyExists.class)
        .hasMessageContaining("A document with id 1 already exists.");
    assertThat(client.collections(name).retrieve().getNumDocuments()).isEqualTo(1);
  }

  @Test
  void upsertReplacesTheWholeDocument() throws Exception {
    String name = createSampleEmotes();
    Map<String, Object> changed = new HashMap<>(emote("1", "Renamed", List.of(), 11));
    changed.remove("tags");

    documents(name).upsert(changed);

    assertThat(client.collections(name).documents("1").retrieve()).isEqualTo(changed);
    assertThat(client.collections(name).retrieve().getNumDocuments()).isEqualTo(5);
  }

  @Test
  void updateMergesAndNullRemoves() throws Exception {
    String name = createSampleEmotes();
    // Sent by hand: the client leaves null fields out.
    server.send("PATCH", "/collections/" + name + "/documents/1", "{\"score\":99,\"tags\":null}");

    Map<String, Object> document = client.collections(name).documents("1").retrieve();
    assertThat(document).containsEntry("score", 99).containsEntry("default_name", "PepeHappy");
    assertThat(document).doesNotContainKey("tags");
    assertThat(filtered(name, "score:99")).containsExactly("1");
  }

  @Test
  void missingDocumentsAreNotFound() throws Exception {
    String name = createEmotes();

    assertThatThrownBy(() -> client.collections(name).documents("9").retrieve())
        .isInstanceOf(ObjectNotFound.class)
        .hasMessageContaining("Could not find a document with id: 9");
    assertThatThrownBy(() -> client.collections(name).documents("9").delete())
        .isInstanceOf(ObjectNotFound.class);
    assertThatThrownBy(() -> client.collections(name).documents("9").update(Map.of("score", 1)))
        .isInstanceOf(ObjectNotFound.class);
  }

  @Test
  void deletedDocumentIsGone() throws Exception {
    String name = createSampleEmotes();

    assertThat(client.collections(name).documents("1").delete()).containsEntry("id", "1");

    assertThat(filtered(name, "id:=1")).isEmpty();
    assertThat(client.collections(name).retrieve().getNumDocuments()).isEqualTo(4);
  }

  @Test
  void idsMayHoldAnyCharacter() throws Exception {
    String name = createEmotes();
    String id = "a/b c%+ü:1";
    documents(name).create(emote(id, "Slash", List.of(), 1));

    assertThat(client.collections(name).documents(id).retrieve()).containsEntry("id", id);
    assertThat(filtered(name, "id:=`" + id + "`")).containsExactly(id);
  }

  @Test
  void documentsThatDoNotFitAreRefused() throws Exception {
    String name = createEmotes();
    Map<String, Object> noName = new HashMap<>(emote("1", "x", List.of(), 1));
    noName.remove("default_name");
    Map<String, Object> badScore = new HashMap<>(emote("1", "x", List.of(), 1));
    badScore.put("score", "many");

    assertThatThrownBy(() -> documents(name).create(noName))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining(
            "Field `default_name` has been declared in the schema, but is not found in the"
                + " document.");
    assertThatThrownBy(() -> documents(name).create(badScore))
        .isInstanceOf(RequestMalformed.class)
        .hasMessageContaining("Field `score` must be an int32");
  }

  @Test
  void importTellsAResultPerLine() throws Exception {
    String name = createEmotes();
    List<Map<String, Object>> lines =
        List.of(emote("1", "PepeHappy", List.of(), 1), Map.of("id", "2"));

    String reply =
        documents(name).import_(lines, new ImportDocumentsParameters().action(IndexAction.UPSERT));

    List<String> results = reply.lines().toList();
    assertThat(results).hasSize(2);
    assertThat(results.get(0)).isEqualTo("{\"success\":true}");
    assertThat(results.get(1))
        .contains("\"code\":400", "\"success\":false", "\"document\":\"{\\\"id\\\":\\\"2\\\"}\"")
        .contains("has been declared in the schema, but is not found in the document.");
    assertThat(filtered(name, "score:>0")).containsExactly("1");
  }

  @Test
  void importActionsDifferOnWhatIsThere() throws Exception {
    String name = createSampleEmotes();
    String known = "{\"id\":\"1\",\"score\":77}";
    String unknown = "{\"id\":\"77\",\"score\":77}";

    assertThat(importLine(name, IndexAction.CREATE, known)).contains("\"code\":409");
    assertThat(importLine(name, IndexAction.UPDATE, unknown)).contains("\"code\":404");
    assertThat(importLine(name, IndexAction.UPDATE, known)).contains("\"success\":true");
    assertThat(importLine(name, IndexAction.EMPLACE, known)).contains("\"success\":true");
    assertThat(importLine(name, IndexAction.UPSERT, known)).contains("\"code\":400");
    assertThat(client.collections(name).documents("1").retrieve())
        .containsEntry("default_name", "PepeHappy")
        .containsEntry("score", 77);
  }

  private String importLine(String collection, IndexAction action, String line) throws Exception {
    return documents(collection).import_(line, new ImportDocumentsParameters().action(action));
  }

  @Test
  void importReturnsWhatIsAskedFor() throws Exception {
    String name = createSampleEmotes();
    ImportDocumentsParameters parameters =
        new ImportDocumentsParameters().action(IndexAction.UPDATE);
    parameters.setReturnId(true);
    parameters.setReturnDoc(true);

    String reply = documents(name).import_("{\"id\":\"1\",\"score\":5}", parameters);

    assertThat(reply).contains("\"id\":\"1\"", "\"document\":{", "\"success\":true");
  }

  @Test
  void dirtyValuesAreCoercedOrDropped() throws Exception {
    String name = createSampleEmotes();
    ImportDocumentsParameters parameters =
        new ImportDocumentsParameters()
            .action(IndexAction.UPDATE)
            .dirtyValues(DirtyValues.COERCE_OR_DROP);

    String reply =
        documents(name)
            .import_(
                "{\"id\":\"1\",\"score\":\"12\"}\n{\"id\":\"2\",\"merged_at\":\"soon\"}",
                parameters);

    assertThat(reply.lines()).allMatch(line -> line.contains("\"success\":true"));
    assertThat(filtered(name, "score:=12")).containsExactly("1");
    assertThat(client.collections(name).documents("2").retrieve()).doesNotContainKey("merged_at");
  }

  @Test
  void fieldPatternsTakeUnknownFields() throws Exception {
    String name =
        create(
            new CollectionSchema()
                .name(uniqueName("dynamic"))
                .addFieldsItem(new Field().name("score").type("int32"))
                .addFieldsItem(new Field().name("default_name").type("string").optional(true))
                .addFieldsItem(new Field().name(".*_auto").type("auto")));
    documents(name).create(Map.of("id", "1", "score", 1, "size_auto", 7, "note_auto", "Some Text"));

    assertThat(filtered(name, "size_auto:>6 && note_auto:text")).containsExactly("1");
    assertThat(client.collections(name).retrieve().getFields())
        .anyMatch(field -> field.getName().equals("size_auto") && field.getType().equals("int64"));
  }

  @Test
  void changesByFilterTellTheirNumber() throws Exception {
    String name = createSampleEmotes();

    Map<String, Integer> updated =
        documents(name)
            .update(
                Map.of("owner_id", "NEW"), new UpdateDocumentsParameters().filterBy("tags:=pepe"));
    Map<String, Object> deleted =
        documents(name).delete(new DeleteDocumentsParameters().filterBy("score:>30"));

    assertThat(updated).containsEntry("num_updated", 2);
    assertThat(deleted).containsEntry("num_deleted", 3);
    assertThat(filtered(name, "owner_id:=new")).containsExactly("1", "2");
    assertThat(filtered(name, "score:>0")).containsExactly("1", "2");
  }

  @Test
  void exportWritesOneDocumentALine() throws Exception {
    String name = createSampleEmotes();

    String all = documents(name).export();
    ExportDocumentsParameters parameters = new ExportDocumentsParameters().filterBy("score:>=40");
    parameters.setIncludeFields("id");
    String some = documents(name).export(parameters);

    assertThat(all.lines()).hasSize(5).allMatch(line -> line.contains("\"default_name\""));
    assertThat(some.lines()).containsExactlyInAnyOrder("{\"id\":\"4\"}", "{\"id\":\"5\"}");
  }
}
