package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Paint;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a paint (data-model.md §10). */
public sealed interface PaintChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable PaintChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "process" -> new ImageProcessing(in.document("event", ProcessEvent::read));
      case "change_name" -> new ChangeName(in.string("old"), in.string("new"));
      case "change_data" ->
          new ChangeData(
              in.document("old", Paint.Data::read), in.document("new", Paint.Data::read));
      default -> null;
    };
  }

  /** Created. */
  record Create() implements PaintChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** A step of processing an image layer. */
  record ImageProcessing(ProcessEvent event) implements PaintChange {

    @Override
    public String kind() {
      return "process";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("event", event).build();
    }
  }

  /** Another name. */
  record ChangeName(String old, String updated) implements PaintChange {

    @Override
    public String kind() {
      return "change_name";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().string("old", old).string("new", updated).build();
    }
  }

  /** Another look. */
  record ChangeData(Paint.Data old, Paint.Data updated) implements PaintChange {

    @Override
    public String kind() {
      return "change_data";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }
  }
}
