package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Id;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a ticket (data-model.md §10). */
public sealed interface TicketChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable TicketChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "add_member" -> new AddMember(in.id("member"));
      case "remove_member" -> new RemoveMember(in.id("member"));
      case "change_open" -> new ChangeOpen(in.bool("old"), in.bool("new"));
      case "change_priority" -> new ChangePriority(in.int32("old"), in.int32("new"));
      default -> null;
    };
  }

  /** Opened. */
  record Create() implements TicketChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** Somebody joined. */
  record AddMember(Id member) implements TicketChange {

    @Override
    public String kind() {
      return "add_member";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().id("member", member).build();
    }
  }

  /** Somebody left. */
  record RemoveMember(Id member) implements TicketChange {

    @Override
    public String kind() {
      return "remove_member";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().id("member", member).build();
    }
  }

  /** Closed or opened again. */
  record ChangeOpen(boolean old, boolean updated) implements TicketChange {

    @Override
    public String kind() {
      return "change_open";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().bool("old", old).bool("new", updated).build();
    }
  }

  /** Another priority, by number. */
  record ChangePriority(int old, int updated) implements TicketChange {

    @Override
    public String kind() {
      return "change_priority";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }

  /** A message was written. */
  record Message() implements Change {

    /** Reads the details of a change; null for a kind this version does not know. */
    static @Nullable Message read(String kind, DocumentReader in) {
      return kind.equals("create") ? new Message() : null;
    }

    @Override
    public String kind() {
      return "create";
    }
  }
}
