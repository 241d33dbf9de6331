package app.seventv.api.v3graphql;

import app.seventv.api.v3rest.V3Models;
import app.seventv.model.AuditEvent;
import app.seventv.model.DocumentReader;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log in the old shape (api-v3.md §13.7).
 *
 * @param kind old number of the action
 * @param targetKind 1 user, 2 emote, 3 emote set
 */
record V3Audit(AuditEvent event, int kind, int targetKind, List<Change> changes) {
  private static final int EMOTE = 2;
  private static final int EMOTE_SET = 3;
  private static final int EMOTE_EDIT = 4;
  private static final int SET_EDIT = 71;
  private static final int SET_DELETE = 72;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Copies the list. */
  V3Audit {
    changes = List.copyOf(changes);
  }

  /**
   * One changed part.
   *
   * @param value the change of a single value, or null
   * @param array the changes of a list, or null
   */
  record Change(String key, @Nullable Map<String, Object> value, @Nullable Lists array) {
    /** 1 for a single value, 2 for a list. */
    int format() {
      return array == null ? 1 : 2;
    }
  }

  /** What was added to, removed from and changed in a list. */
  record Lists(
      List<Map<String, Object>> added,
      List<Map<String, Object>> removed,
      List<Map<String, Object>> updated) {
    static Lists added(Map<String, Object> item) {
      return new Lists(List.of(item), List.of(), List.of());
    }

    static Lists removed(Map<String, Object> item) {
      return new Lists(List.of(), List.of(item), List.of());
    }

    static Lists updated(Map<String, Object> item) {
      return new Lists(List.of(), List.of(), List.of(item));
    }
  }

  Id actorId() {
    return Objects.requireNonNull(event.actorId());
  }

  Instant createdAt() {
    return Instant.ofEpochMilli(event.id().timeMs());
  }

  /** The old shape of what somebody did, or null for what the old API never knew. */
  static @Nullable V3Audit of(AuditEvent event) {
    return switch (event.data().kind()) {
      case "emote" -> emote(event);
      case "emote_set" -> set(event);
      case "user_editor" -> editor(event);
      default -> null;
    };
  }

  private static @Nullable V3Audit emote(AuditEvent event) {
    DocumentReader in = event.data().fieldsReader();
    return switch (event.data().action()) {
      case "upload" -> new V3Audit(event, 1, EMOTE, List.of());
      case "delete" -> new V3Audit(event, 2, EMOTE, List.of());
      case "process" ->
          in.nested("event").string("kind").equals("success")
              ? new V3Audit(event, 8, EMOTE, List.of())
              : null;
      case "change_name" -> edit(event, "name", in.string("new"), in.string("old"));
      case "change_owner" ->
          edit(event, "owner_id", in.id("new").toString(), in.id("old").toString());
      case "change_tags" -> edit(event, "tags", in.strings("new"), in.strings("old"));
      case "change_flags" -> flags(event, in.int32("new"), in.int32("old"));
      default -> null;
    };
  }

  private static V3Audit edit(AuditEvent event, String key, Object updated, Object old) {
    Change change = new Change(key, values(updated, old), null);
    return new V3Audit(event, EMOTE_EDIT, EMOTE, List.of(change));
  }

  private static V3Audit flags(AuditEvent event, int updated, int old) {
    int listing =
        Emote.FLAG_PUBLIC_LISTED | Emote.FLAG_APPROVED_PERSONAL | Emote.FLAG_DENIED_PERSONAL;
    if (((updated ^ old) & listing) == 0) {
      return edit(event, "flags", V3Models.emoteFlags(updated), V3Models.emoteFlags(old));
    }
    Change change =
        new Change("versions", null, Lists.updated(values(version(updated), version(old))));
    return new V3Audit(event, EMOTE_EDIT, EMOTE, List.of(change));
  }

  private static Map<String, Object> version(int flags) {
    Map<String, Object> version = new LinkedHashMap<>();
    version.put("listed", (flags & Emote.FLAG_PUBLIC_LISTED) != 0);
    boolean approved = (flags & Emote.FLAG_APPROVED_PERSONAL) != 0;
    boolean denied = (flags & Emote.FLAG_DENIED_PERSONAL) != 0;
    if (approved != denied) {
      version.put("allow_personal", approved);
    }
    return version;
  }

  private static @Nullable V3Audit set(AuditEvent event) {
    DocumentReader in = event.data().fieldsReader();
    return switch (event.data().action()) {
      case "create" -> new V3Audit(event, 70, EMOTE_SET, List.of());
      case "delete" -> new V3Audit(event, SET_DELETE, EMOTE_SET, List.of());
      case "change_name" ->
          new V3Audit(
              event,
              SET_EDIT,
              EMOTE_SET,
              List.of(new Change("name", values(in.string("new"), in.string("old")), null)));
      case "add_emote" ->
          entries(event, Lists.added(entry(event, in.id("emote_id"), in.string("alias"))));
      case "remove_emote" -> entries(event, Lists.removed(entry(event, in.id("emote_id"), "")));
      case "rename_emote" -> {
        Id emote = in.id("emote_id");
        yield entries(
            event,
            Lists.updated(
                values(
                    entry(event, emote, in.string("new_alias")),
                    entry(event, emote, in.string("old_alias")))));
      }
      default -> null;
    };
  }

  private static V3Audit entries(AuditEvent event, Lists lists) {
    return new V3Audit(event, SET_EDIT, EMOTE_SET, List.of(new Change("emotes", null, lists)));
  }

  private static Map<String, Object> entry(AuditEvent event, Id emote, String name) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("id", emote.toString());
    entry.put("actor_id", Objects.requireNonNull(event.actorId()).toString());
    entry.put("flags", 0);
    entry.put("name", name);
    entry.put("timestamp", time(event));
    return entry;
  }

  private static @Nullable V3Audit editor(AuditEvent event) {
    String action = event.data().action();
    if (!action.equals("add_editor") && !action.equals("remove_editor")) {
      return null;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", event.data().fieldsReader().id("editor_id").toString());
    row.put("added_at", time(event));
    row.put("permissions", 0);
    row.put("visible", true);
    Lists lists = action.equals("add_editor") ? Lists.added(row) : Lists.removed(row);
    return new V3Audit(event, 33, 1, List.of(new Change("editors", null, lists)));
  }

  private static Map<String, Object> values(Object updated, Object old) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("n", updated);
    values.put("o", old);
    values.put("p", 0);
    return values;
  }

  private static String time(AuditEvent event) {
    Instant at = event.updatedAt();
    return (at.truncatedTo(ChronoUnit.SECONDS).equals(at) ? SECONDS : MILLIS).format(at) + " UTC";
  }
}
