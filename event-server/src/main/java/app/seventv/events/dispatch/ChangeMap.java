package app.seventv.events.dispatch;

import app.seventv.model.Id;
import app.seventv.model.bus.FullUser;
import app.seventv.model.topic.EventType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** All changes of one transaction to one object, gathered (event-api.md §10, §15.5). */
final class ChangeMap {
  private final EventType type;
  private final Id id;
  private final ObjectKind kind;
  private @Nullable FullUser actor;
  private final List<ChangeField> updated = new ArrayList<>(2);
  private final List<ChangeField> pushed = new ArrayList<>(2);
  private final List<ChangeField> pulled = new ArrayList<>(2);
  private @Nullable Json object;

  /** Changes of the current version of an emote, listed once more at the end. */
  private final List<ChangeField> versionChanges = new ArrayList<>(2);

  ChangeMap(EventType type, Id id, ObjectKind kind) {
    this.type = type;
    this.id = id;
    this.kind = kind;
  }

  EventType type() {
    return type;
  }

  Id id() {
    return id;
  }

  /** The first known actor of the group counts. */
  void actor(@Nullable FullUser user) {
    if (actor == null) {
      actor = user;
    }
  }

  /** Adds all changes of a later event of the group. */
  ChangeMap and(ChangeMap later) {
    actor(later.actor);
    updated.addAll(later.updated);
    pushed.addAll(later.pushed);
    pulled.addAll(later.pulled);
    versionChanges.addAll(later.versionChanges);
    object = later.object == null ? object : later.object;
    return this;
  }

  void updated(ChangeField field) {
    updated.add(field);
  }

  /** A change that clients also expect inside {@code versions[0]}. */
  void updatedVersion(ChangeField field) {
    updated.add(field);
    versionChanges.add(field);
  }

  void pushed(ChangeField field) {
    pushed.add(field);
  }

  void pulled(ChangeField field) {
    pulled.add(field);
  }

  /** The whole object, as it is now. */
  void object(Json whole) {
    object = whole;
  }

  /** Whether there is nothing but id, kind and actor. */
  boolean isEmpty() {
    return updated.isEmpty() && pushed.isEmpty() && pulled.isEmpty() && object == null;
  }

  /** Writes the payload of the dispatch. */
  void write(JsonGenerator out, Models models) {
    if (!versionChanges.isEmpty()) {
      updated.add(ChangeField.nested("versions", 0, "", List.copyOf(versionChanges)));
      versionChanges.clear();
    }
    out.writeStartObject();
    out.writeStringProperty("type", type.wireName());
    out.writeName("body");
    out.writeStartObject();
    out.writeStringProperty("id", id.toString());
    out.writeNumberProperty("kind", kind.code());
    if (actor != null) {
      out.writeName("actor");
      models.partialUser(actor).write(out);
    }
    list(out, "updated", updated);
    list(out, "pushed", pushed);
    list(out, "pulled", pulled);
    if (object != null) {
      out.writeName("object");
      object.write(out);
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void list(JsonGenerator out, String name, List<ChangeField> fields) {
    if (!fields.isEmpty()) {
      out.writeName(name);
      ChangeField.writeList(out, fields);
    }
  }
}
