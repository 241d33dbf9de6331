package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A message of a ticket (data-model.md §7.20). */
public record TicketMessage(
    Id id,
    Id ticketId,
    Id userId,
    String content,
    List<File> files,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the collections. */
  public TicketMessage {
    files = List.copyOf(files);
  }

  /** An attached file; the size is in bytes. */
  public record File(String path, String mime, long size) implements Document {

    static File read(DocumentReader in) {
      File file = new File(in.string("path"), in.string("mime"), in.int64("size"));
      in.rejectUnknown();
      return file;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("path", path)
          .string("mime", mime)
          .int64("size", size)
          .build();
    }
  }

  /** Reads the stored form. */
  public static TicketMessage read(DocumentReader in) {
    TicketMessage found =
        new TicketMessage(
            in.id("_id"),
            in.id("ticket_id"),
            in.id("user_id"),
            in.string("content"),
            in.documents("files", File::read),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static TicketMessage fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.TICKET_MESSAGES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("ticket_id", ticketId)
        .id("user_id", userId)
        .string("content", content)
        .documents("files", files)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
