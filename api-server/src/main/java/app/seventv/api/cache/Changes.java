package app.seventv.api.cache;

import app.seventv.model.CollectionNames;
import app.seventv.model.DocumentException;
import app.seventv.model.DocumentReader;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Translates changes of documents into changes of {@link Dependency dependencies}. */
public final class Changes {
  /** Collections that answers are made of. */
  public static final Set<String> COLLECTIONS =
      Set.of(
          CollectionNames.USERS,
          CollectionNames.EMOTES,
          CollectionNames.EMOTE_SETS,
          CollectionNames.ROLES,
          CollectionNames.ENTITLEMENT_EDGES,
          CollectionNames.USER_BANS,
          CollectionNames.USER_EDITORS,
          CollectionNames.USER_PROFILE_PICTURES,
          CollectionNames.BADGES,
          CollectionNames.PAINTS,
          CollectionNames.GLOBAL_CONFIG);

  /** Fields that no answer shows: the workers' marks and figures, which change all the time. */
  private static final Set<String> UNSEEN =
      Set.of("search_updated_at", "updated_at", "cached", "scores", "applied_rank");

  private final ChangeLog log;

  public Changes(ChangeLog log) {
    this.log = log;
  }

  /**
   * A document was written or deleted.
   *
   * @param id its {@code _id}; null if it is not known which documents were meant
   * @param document its content as far as known
   */
  public void changed(String collection, @Nullable BsonValue id, @Nullable BsonDocument document) {
    if (!COLLECTIONS.contains(collection)) {
      return;
    }
    switch (collection) {
      case CollectionNames.ROLES -> log.invalidateAll(); // few, and part of nearly everything
      case CollectionNames.BADGES, CollectionNames.PAINTS -> log.changed(Dependency.ALL_COSMETICS);
      case CollectionNames.GLOBAL_CONFIG -> log.changed(Dependency.GLOBAL_CONFIG);
      case CollectionNames.ENTITLEMENT_EDGES -> edge(id);
      case CollectionNames.USER_EDITORS -> editor(id);
      default -> plain(collection, id, document);
    }
  }

  private void plain(String collection, @Nullable BsonValue id, @Nullable BsonDocument document) {
    Id key = id(id);
    if (key == null) {
      log.invalidateAll();
      return;
    }
    switch (collection) {
      case CollectionNames.USERS -> log.changed(Dependency.user(key));
      case CollectionNames.EMOTES -> log.changed(Dependency.emote(key));
      case CollectionNames.EMOTE_SETS -> {
        log.changed(Dependency.emoteSet(key));
        log.changed(Dependency.ALL_COSMETICS);
        Id owner = document == null ? null : id(document.get("owner_id"));
        if (owner != null) {
          log.changed(Dependency.setsOf(owner));
        }
      }
      case CollectionNames.USER_BANS -> {
        log.changed(Dependency.ban(key));
        Id user = document == null ? null : id(document.get("user_id"));
        if (user != null) {
          log.changed(Dependency.user(user));
        }
      }
      case CollectionNames.USER_PROFILE_PICTURES -> log.changed(Dependency.picture(key));
      default -> log.invalidateAll();
    }
  }

  private void edge(@Nullable BsonValue id) {
    if (id instanceof BsonDocument key && key.get("from") instanceof BsonDocument from) {
      try {
        log.changed(
            Dependency.edgesFrom(
                EntitlementNode.read(
                    DocumentReader.stored(CollectionNames.ENTITLEMENT_EDGES, from))));
        return;
      } catch (DocumentException e) {
        // A node of a kind that we do not know is part of no answer; but rather safe than sorry.
      }
    }
    log.invalidateAll();
  }

  private void editor(@Nullable BsonValue id) {
    Id user = id instanceof BsonDocument key ? id(key.get("user_id")) : null;
    Id editor = id instanceof BsonDocument key ? id(key.get("editor_id")) : null;
    if (user == null || editor == null) {
      log.invalidateAll();
    } else {
      log.changed(Dependency.editorsOf(user));
      log.changed(Dependency.editedBy(editor));
    }
  }

  /** An event of the database's change stream. */
  void event(BsonDocument event) {
    if (!(event.get("ns") instanceof BsonDocument ns) || !ns.isString("coll")) {
      log.invalidateAll(); // the database was dropped, or something of which we know nothing
      return;
    }
    String collection = ns.getString("coll").getValue();
    switch (event.getString("operationType").getValue()) {
      case "update" -> {
        BsonDocument update = event.getDocument("updateDescription", new BsonDocument());
        if (!isUnseen(update)) {
          changed(collection, documentId(event), update.getDocument("updatedFields", null));
        }
      }
      case "insert", "replace", "delete" ->
          changed(collection, documentId(event), event.getDocument("fullDocument", null));
      default -> log.invalidateAll();
    }
  }

  private static @Nullable BsonValue documentId(BsonDocument event) {
    return event.get("documentKey") instanceof BsonDocument key ? key.get("_id") : null;
  }

  private static boolean isUnseen(BsonDocument update) {
    if (!(update.get("updatedFields") instanceof BsonDocument updated) || updated.isEmpty()) {
      return false;
    }
    return isEmpty(update.get("removedFields"))
        && isEmpty(update.get("truncatedArrays"))
        && updated.keySet().stream().allMatch(path -> UNSEEN.contains(path.split("\\.", 2)[0]));
  }

  private static boolean isEmpty(@Nullable BsonValue list) {
    return !(list instanceof BsonArray array) || array.isEmpty();
  }

  private static @Nullable Id id(@Nullable BsonValue value) {
    return value instanceof BsonBinary binary && binary.getData().length == Id.BYTES
        ? Id.fromBytes(binary.getData())
        : null;
  }
}
