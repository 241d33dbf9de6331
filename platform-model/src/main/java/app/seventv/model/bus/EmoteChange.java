package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Id;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to an emote (event-api.md §15.4). */
public sealed interface EmoteChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable EmoteChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "upload" -> new Upload();
      case "process" -> new ImageProcessing(in.document("event", ProcessEvent::read));
      case "change_name" -> new ChangeName(in.string("old"), in.string("new"));
      case "merge" -> new Merge(in.id("new_emote_id"));
      case "change_owner" -> new ChangeOwner(in.id("old"), in.id("new"));
      case "change_tags" -> new ChangeTags(in.strings("old"), in.strings("new"));
      case "change_flags" -> new ChangeFlags(in.int32("old"), in.int32("new"));
      case "delete" -> new Delete();
      default -> null;
    };
  }

  /** Uploaded, not processed yet. */
  record Upload() implements EmoteChange {

    @Override
    public String kind() {
      return "upload";
    }
  }

  /** A step of image processing. */
  record ImageProcessing(ProcessEvent event) implements EmoteChange {

    @Override
    public String kind() {
      return "process";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("event", event).build();
    }
  }

  /** Another default name. */
  record ChangeName(String old, String updated) implements EmoteChange {

    @Override
    public String kind() {
      return "change_name";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().string("old", old).string("new", updated).build();
    }
  }

  /** Merged into another emote. */
  record Merge(Id newEmoteId) implements EmoteChange {

    @Override
    public String kind() {
      return "merge";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().id("new_emote_id", newEmoteId).build();
    }
  }

  /** Another owner. */
  record ChangeOwner(Id old, Id updated) implements EmoteChange {

    @Override
    public String kind() {
      return "change_owner";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().id("old", old).id("new", updated).build();
    }
  }

  /** Other tags. */
  record ChangeTags(List<String> old, List<String> updated) implements EmoteChange {

    @Override
    public String kind() {
      return "change_tags";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().strings("old", old).strings("new", updated).build();
    }
  }

  /** Other flags. */
  record ChangeFlags(int old, int updated) implements EmoteChange {

    @Override
    public String kind() {
      return "change_flags";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }

  /** Deleted. */
  record Delete() implements EmoteChange {

    @Override
    public String kind() {
      return "delete";
    }
  }
}
