package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to an emote set (event-api.md §15.4). */
public sealed interface EmoteSetChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable EmoteSetChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "change_name" -> new ChangeName(in.string("old"), in.string("new"));
      case "change_tags" -> new ChangeTags(in.strings("old"), in.strings("new"));
      case "change_capacity" -> new ChangeCapacity(in.int32OrNull("old"), in.int32OrNull("new"));
      case "add_emote" ->
          new AddEmote(
              in.document("emote", Emote::read),
              in.documentOrNull("emote_owner", FullUser::read),
              in.document("emote_set_emote", EmoteSet.Entry::read));
      case "remove_emote" ->
          new RemoveEmote(
              in.documentOrNull("emote", Emote::read),
              in.documentOrNull("emote_owner", FullUser::read),
              in.document("emote_set_emote", EmoteSet.Entry::read),
              in.int64("index"));
      case "rename_emote" ->
          new RenameEmote(
              in.document("emote", Emote::read),
              in.document("emote_set_emote", EmoteSet.Entry::read),
              in.string("old_alias"));
      case "delete" -> new Delete();
      default -> null;
    };
  }

  /** Created. */
  record Create() implements EmoteSetChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** Another name. */
  record ChangeName(String old, String updated) implements EmoteSetChange {

    @Override
    public String kind() {
      return "change_name";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().string("old", old).string("new", updated).build();
    }
  }

  /** Other tags. */
  record ChangeTags(List<String> old, List<String> updated) implements EmoteSetChange {

    @Override
    public String kind() {
      return "change_tags";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().strings("old", old).strings("new", updated).build();
    }
  }

  /** Another capacity, null = unlimited. */
  record ChangeCapacity(@Nullable Integer old, @Nullable Integer updated)
      implements EmoteSetChange {

    @Override
    public String kind() {
      return "change_capacity";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }

  /** An emote was added. */
  record AddEmote(Emote emote, @Nullable FullUser emoteOwner, EmoteSet.Entry entry)
      implements EmoteSetChange {

    @Override
    public String kind() {
      return "add_emote";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter()
          .document("emote", emote)
          .document("emote_owner", emoteOwner)
          .document("emote_set_emote", entry)
          .build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().id("emote_id", entry.id()).string("alias", entry.alias()).build();
    }
  }

  /** An emote was removed; the index is its former position. */
  record RemoveEmote(
      @Nullable Emote emote, @Nullable FullUser emoteOwner, EmoteSet.Entry entry, long index)
      implements EmoteSetChange {

    @Override
    public String kind() {
      return "remove_emote";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter()
          .document("emote", emote)
          .document("emote_owner", emoteOwner)
          .document("emote_set_emote", entry)
          .int64("index", index)
          .build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().id("emote_id", entry.id()).build();
    }
  }

  /** An emote got another alias; the entry holds the new one. */
  record RenameEmote(Emote emote, EmoteSet.Entry entry, String oldAlias) implements EmoteSetChange {

    @Override
    public String kind() {
      return "rename_emote";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter()
          .document("emote", emote)
          .document("emote_set_emote", entry)
          .string("old_alias", oldAlias)
          .build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter()
          .id("emote_id", entry.id())
          .string("old_alias", oldAlias)
          .string("new_alias", entry.alias())
          .build();
    }
  }

  /** Deleted. */
  record Delete() implements EmoteSetChange {

    @Override
    public String kind() {
      return "delete";
    }
  }
}
