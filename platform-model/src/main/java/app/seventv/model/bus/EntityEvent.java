package app.seventv.model.bus;

import app.seventv.model.AuditEvent;
import app.seventv.model.Badge;
import app.seventv.model.Document;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.Paint;
import app.seventv.model.Role;
import app.seventv.model.Ticket;
import app.seventv.model.TicketMessage;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.UserSession;
import org.bson.BsonDocument;

/** A change of a stored entity (event-api.md §15.4). */
public sealed interface EntityEvent extends EventData {

  /** The entity after the change, or as it was before a deletion. */
  Document after();

  /** What was done. */
  Change change();

  /** The ids that the audit log keeps beside the kind (data-model.md §10). */
  BsonDocument auditTargets();

  @Override
  default BsonDocument toBson() {
    DocumentWriter change = new DocumentWriter().string("kind", change().kind());
    BsonDocument details = change().busData();
    if (!details.isEmpty()) {
      change.value("data", details);
    }
    return new DocumentWriter()
        .string("kind", kind())
        .document("after", after())
        .value("data", change.build())
        .build();
  }

  /** What the audit log keeps of the event. */
  default AuditEvent.Data toAudit() {
    return new AuditEvent.Data(kind(), auditTargets(), change().kind(), change().auditData());
  }

  /** A change of an emote. */
  record OfEmote(Emote after, EmoteChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "emote";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A change of an emote set. */
  record OfEmoteSet(EmoteSet after, EmoteSetChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "emote_set";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A change of a user. */
  record OfUser(User after, UserChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "user";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A change of a profile picture. */
  record OfProfilePicture(UserProfilePicture after, ProfilePictureChange change)
      implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "user_profile_picture";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).id("user_id", after.userId()).build();
    }
  }

  /** A change of a user's editor. */
  record OfUserEditor(UserEditor after, UserEditorChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "user_editor";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().value("target_id", after.idToBson()).build();
    }
  }

  /** A change of a ban. */
  record OfUserBan(UserBan after, UserBanChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "user_ban";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).id("user_id", after.userId()).build();
    }
  }

  /** A change of a login session. */
  record OfUserSession(UserSession after, UserSessionChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "user_session";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).id("user_id", after.userId()).build();
    }
  }

  /** A change of a moderation request. */
  record OfModerationRequest(EmoteModerationRequest after, ModerationRequestChange change)
      implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "emote_moderation_request";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter()
          .id("target_id", after.id())
          .id("emote_id", after.emoteId())
          .build();
    }
  }

  /** A change of a ticket. */
  record OfTicket(Ticket after, TicketChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "ticket";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A new message of a ticket. */
  record OfTicketMessage(TicketMessage after, TicketChange.Message change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "ticket_message";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter()
          .id("target_id", after.id())
          .id("ticket_id", after.ticketId())
          .build();
    }
  }

  /** A change of a paint. */
  record OfPaint(Paint after, PaintChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "paint";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A change of a badge. */
  record OfBadge(Badge after, BadgeChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "badge";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }

  /** A change of a role. */
  record OfRole(Role after, RoleChange change) implements EntityEvent {

    /** The tag on the bus. */
    public static final String KIND = "role";

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public BsonDocument auditTargets() {
      return new DocumentWriter().id("target_id", after.id()).build();
    }
  }
}
