package app.seventv.model;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.EventData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

/** What the audit log keeps of every event: names, order and types (data-model.md §10). */
class AuditFormsTest {
  private static final int SEEDS = 400;

  /** Kind with its ids, then its actions with their fields; "?" may be null. */
  private static final String TABLE =
      """
      emote target_id=Bin4
        upload
        process event=Doc
        change_name old=Str new=Str
        merge new_emote_id=Bin4
        change_owner old=Bin4 new=Bin4
        change_tags old=Arr new=Arr
        change_flags old=I32 new=I32
        delete
      emote_set target_id=Bin4
        create
        change_name old=Str new=Str
        change_tags old=Arr new=Arr
        change_capacity old=I32? new=I32?
        add_emote emote_id=Bin4 alias=Str
        remove_emote emote_id=Bin4
        rename_emote emote_id=Bin4 old_alias=Str new_alias=Str
        delete
      user target_id=Bin4
        create
        change_active_paint old=Bin4? new=Bin4?
        change_active_badge old=Bin4? new=Bin4?
        change_active_emote_set old=Bin4? new=Bin4?
        add_connection platform=I32
        remove_connection platform=I32
        add_entitlement target=Doc
        remove_entitlement target=Doc
        merge source_id=Bin4 connections=Arr
        delete
      user_profile_picture target_id=Bin4 user_id=Bin4
        create
        process event=Doc
      user_editor target_id=Doc
        add_editor editor_id=Bin4
        remove_editor editor_id=Bin4
        edit_permissions old=Doc new=Doc
      user_ban target_id=Bin4 user_id=Bin4
        ban
        change_reason old=Str new=Str
        change_expires_at old=Str? new=Str?
        change_user_ban_permissions old=Doc new=Doc
        unban
      user_session target_id=Bin4 user_id=Bin4
        create platform=I32?
        delete
      ticket target_id=Bin4
        create
        add_member member=Bin4
        remove_member member=Bin4
        change_open old=Bool new=Bool
        change_priority old=I32 new=I32
      ticket_message target_id=Bin4 ticket_id=Bin4
        create
      emote_moderation_request target_id=Bin4 emote_id=Bin4
        create
        change_status old=I32 new=I32
      paint target_id=Bin4
        create
        process event=Doc
        change_name old=Str new=Str
        change_data old=Doc new=Doc
      badge target_id=Bin4
        create
        process event=Doc
      role target_id=Bin4
        create
        change_name old=Str new=Str
        change_color old=I32? new=I32?
        change_permissions old=Doc new=Doc
        change_rank old=I32 new=I32
        add_entitlement target=Doc
        remove_entitlement target=Doc
        delete
      """;

  private final Map<String, String> targets = new LinkedHashMap<>();
  private final Map<String, String> fields = new LinkedHashMap<>();

  AuditFormsTest() {
    String kind = "";
    for (String line : TABLE.lines().toList()) {
      String[] words = line.strip().split(" ", 2);
      String rest = words.length > 1 ? words[1] : "";
      if (line.startsWith(" ")) {
        fields.put(kind + "." + words[0], rest);
      } else {
        kind = words[0];
        targets.put(kind, rest);
      }
    }
  }

  @Test
  void everyEventIsKeptAsTheTableSays() {
    TreeSet<String> seen = new TreeSet<>();
    for (Class<?> type : EntityEvent.class.getPermittedSubclasses()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        EventData data = (EventData) new RecordGenerator(seed).record(type);
        Instant at = Instant.ofEpochMilli(1_700_000_000_000L + seed);
        AuditEvent row =
            Objects.requireNonNull(
                new BusEvent(null, null, data, at).toAudit(new Random(seed)), type.getName());
        assertThat(row.id().timeMs()).as("the id's time").isEqualTo(at.toEpochMilli());
        assertThat(row.updatedAt()).isEqualTo(at);
        BsonDocument stored = row.toBson();
        assertThat(AuditEvent.fromBson(stored)).isEqualTo(row);
        seen.add(assertData(stored.getDocument("data")));
      }
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(fields.keySet());
  }

  private String assertData(BsonDocument data) {
    String kind = data.getString("kind").getValue();
    BsonDocument change = data.getDocument("data");
    String name = kind + "." + change.getString("kind").getValue();
    BsonDocument ids = data.clone();
    ids.remove("kind");
    ids.remove("data");
    assertThat(data.keySet()).as(name).startsWith("kind").endsWith("data");
    assertFields(name, targets.getOrDefault(kind, "no such kind"), ids);
    String expected = fields.getOrDefault(name, "no such action");
    assertThat(change.containsKey("data")).as(name).isEqualTo(!expected.isEmpty());
    if (!expected.isEmpty()) {
      assertThat(change.keySet()).containsExactly("kind", "data");
      assertFields(name, expected, change.getDocument("data"));
    }
    return name;
  }

  private static void assertFields(String name, String expected, BsonDocument found) {
    List<String> names = new ArrayList<>();
    for (String field : expected.split(" ", -1)) {
      String[] parts = field.split("=", 2);
      names.add(parts[0]);
      BsonValue value = Objects.requireNonNull(found.get(parts[0]), name + " " + parts[0]);
      String type = parts[1].replace("?", "");
      if (!value.isNull() || type.equals(parts[1])) {
        assertThat(value.getBsonType()).as(name + " " + field).isEqualTo(bson(type));
      }
      if (type.equals("Bin4") && value.isBinary()) {
        assertThat(value.asBinary().getType())
            .isEqualTo(BsonBinarySubType.UUID_STANDARD.getValue());
      }
    }
    assertThat(found.keySet()).as(name).containsExactlyElementsOf(names);
  }

  private static BsonType bson(String type) {
    return switch (type) {
      case "Bin4" -> BsonType.BINARY;
      case "Str" -> BsonType.STRING;
      case "I32" -> BsonType.INT32;
      case "Bool" -> BsonType.BOOLEAN;
      case "Arr" -> BsonType.ARRAY;
      case "Doc" -> BsonType.DOCUMENT;
      default -> throw new IllegalArgumentException(type);
    };
  }

  /** Times inside the log are text, unlike everywhere else (data-model.md §4). */
  @Test
  void theEndOfABanIsKeptAsText() {
    for (int seed = 0; seed < SEEDS; seed++) {
      EntityEvent.OfUserBan data =
          (EntityEvent.OfUserBan) new RecordGenerator(seed).record(EntityEvent.OfUserBan.class);
      if (data.change().kind().equals("change_expires_at")) {
        BsonValue end = data.toAudit().fields().get("new");
        if (end != null && end.isString()) {
          assertThat(Instant.parse(end.asString().getValue())).isNotNull();
          return;
        }
      }
    }
    throw new AssertionError("no such event was made");
  }
}
