package app.seventv.model.bus;

import app.seventv.model.Badge;
import app.seventv.model.Document;
import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.topic.Channel;
import app.seventv.model.topic.Channel.StreamPlatform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * A user was seen in a channel (event-api.md §13, §15.4); not stored, not audited.
 *
 * @param sessionId the live session, of anybody, that alone is to be told; null tells the channel.
 *     The field {@code session_id} is on the bus only when there is one: readers that do not know
 *     it skip it.
 */
public record UserPresence(
    FullUser user,
    Channel channel,
    @Nullable Badge activeBadge,
    @Nullable Paint activePaint,
    List<PersonalEmoteSet> personalEmoteSets,
    @Nullable Id sessionId)
    implements EventData {

  /** The tag on the bus. */
  public static final String KIND = "user_presence";

  private static final String SESSION_ID = "session_id";

  /** Copies the list. */
  public UserPresence {
    personalEmoteSets = List.copyOf(personalEmoteSets);
  }

  /** A presence for everybody in the channel. */
  public UserPresence(
      FullUser user,
      Channel channel,
      @Nullable Badge activeBadge,
      @Nullable Paint activePaint,
      List<PersonalEmoteSet> personalEmoteSets) {
    this(user, channel, activeBadge, activePaint, personalEmoteSets, null);
  }

  /**
   * A set the user may use everywhere.
   *
   * @param emotes the emotes of the set that are approved for personal use
   * @param emoteOwners owners of these emotes by id; some may be missing
   */
  public record PersonalEmoteSet(
      EmoteSet emoteSet, List<Emote> emotes, Map<Id, FullUser> emoteOwners) implements Document {

    /** Copies the list and the map, keeping their order. */
    public PersonalEmoteSet {
      emotes = List.copyOf(emotes);
      emoteOwners = Collections.unmodifiableMap(new LinkedHashMap<>(emoteOwners));
    }

    static PersonalEmoteSet read(DocumentReader in) {
      return new PersonalEmoteSet(
          in.document("emote_set", EmoteSet::read),
          in.documents("emotes", Emote::read),
          readOwners(in));
    }

    private static Map<Id, FullUser> readOwners(DocumentReader in) {
      DocumentReader map = in.nestedOrEmpty("emote_owners");
      Map<Id, FullUser> owners = new LinkedHashMap<>();
      for (String key : map.source().keySet()) {
        Id id = Id.parseOrNull(key);
        if (id == null) {
          throw in.error("emote_owners", "a key is not an id");
        }
        owners.put(id, map.document(key, FullUser::read));
      }
      return owners;
    }

    @Override
    public BsonDocument toBson() {
      BsonDocument owners = new BsonDocument();
      emoteOwners.forEach((id, owner) -> owners.append(id.toString(), owner.toBson()));
      return new DocumentWriter()
          .document("emote_set", emoteSet)
          .documents("emotes", emotes)
          .value("emote_owners", owners)
          .build();
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  static UserPresence read(DocumentReader in) {
    return new UserPresence(
        in.document("user", FullUser::read),
        in.document("platform", UserPresence::readChannel),
        in.documentOrNull("active_badge", Badge::read),
        in.documentOrNull("active_paint", Paint::read),
        in.documents("personal_emote_sets", PersonalEmoteSet::read),
        in.idOrNull(SESSION_ID));
  }

  private static Channel readChannel(DocumentReader in) {
    for (StreamPlatform platform : StreamPlatform.values()) {
      String tag = platform.busTag();
      if (in.has(tag)) {
        String id = platform.hasNumericIds() ? Long.toString(in.int64(tag)) : in.string(tag);
        Channel channel = Channel.parse(platform, id);
        if (channel == null) {
          throw in.error(tag, "not a channel id");
        }
        return channel;
      }
    }
    throw in.error("platform", "unknown platform");
  }

  @Override
  public BsonDocument toBson() {
    BsonDocument platform =
        new BsonDocument(
            channel.platform().busTag(),
            channel.platform().hasNumericIds()
                ? new BsonInt64(channel.numericId())
                : new BsonString(channel.id()));
    BsonDocument document =
        new DocumentWriter()
            .string("kind", KIND)
            .document("user", user)
            .value("platform", platform)
            .document("active_badge", activeBadge)
            .document("active_paint", activePaint)
            .documents("personal_emote_sets", personalEmoteSets)
            .build();
    if (sessionId != null) {
      document.append(SESSION_ID, sessionId.toBson());
    }
    return document;
  }
}
