package app.seventv.model.bus;

import app.seventv.model.Badge;
import app.seventv.model.Document;
import app.seventv.model.DocumentReader;
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
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What an event is about (event-api.md §15.4). */
public sealed interface EventData extends Document permits EntityEvent, UserPresence {

  /** The tag on the bus, e.g. {@code emote_set}. */
  String kind();

  /** Reads the bus form; null for a kind of event or of change that this version does not know. */
  static @Nullable EventData read(DocumentReader in) {
    return switch (in.string("kind")) {
      case EntityEvent.OfEmote.KIND -> {
        EmoteChange change = change(in, EmoteChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfEmote(in.document("after", Emote::read), change);
      }
      case EntityEvent.OfEmoteSet.KIND -> {
        EmoteSetChange change = change(in, EmoteSetChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfEmoteSet(in.document("after", EmoteSet::read), change);
      }
      case EntityEvent.OfUser.KIND -> {
        UserChange change = change(in, UserChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfUser(in.document("after", User::read), change);
      }
      case UserPresence.KIND -> UserPresence.read(in);
      default -> readRare(in);
    };
  }

  private static @Nullable EventData readRare(DocumentReader in) {
    return switch (in.string("kind")) {
      case EntityEvent.OfProfilePicture.KIND -> {
        ProfilePictureChange change = change(in, ProfilePictureChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfProfilePicture(
                in.document("after", UserProfilePicture::read), change);
      }
      case EntityEvent.OfUserEditor.KIND -> {
        UserEditor after = in.document("after", UserEditor::read);
        UserEditorChange change =
            change(in, (kind, data) -> UserEditorChange.read(kind, data, after.permissions()));
        yield change == null ? null : new EntityEvent.OfUserEditor(after, change);
      }
      case EntityEvent.OfUserBan.KIND -> {
        UserBanChange change = change(in, UserBanChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfUserBan(in.document("after", UserBan::read), change);
      }
      case EntityEvent.OfUserSession.KIND -> {
        UserSessionChange change = change(in, UserSessionChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfUserSession(in.document("after", UserSession::read), change);
      }
      case EntityEvent.OfModerationRequest.KIND -> {
        ModerationRequestChange change = change(in, ModerationRequestChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfModerationRequest(
                in.document("after", EmoteModerationRequest::read), change);
      }
      default -> readUndispatched(in);
    };
  }

  /** Kinds that no live client hears of (event-api.md §15.4). */
  private static @Nullable EventData readUndispatched(DocumentReader in) {
    return switch (in.string("kind")) {
      case EntityEvent.OfTicket.KIND -> {
        TicketChange change = change(in, TicketChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfTicket(in.document("after", Ticket::read), change);
      }
      case EntityEvent.OfTicketMessage.KIND -> {
        TicketChange.Message change = change(in, TicketChange.Message::read);
        yield change == null
            ? null
            : new EntityEvent.OfTicketMessage(in.document("after", TicketMessage::read), change);
      }
      case EntityEvent.OfPaint.KIND -> {
        PaintChange change = change(in, PaintChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfPaint(in.document("after", Paint::read), change);
      }
      case EntityEvent.OfBadge.KIND -> {
        BadgeChange change = change(in, BadgeChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfBadge(in.document("after", Badge::read), change);
      }
      case EntityEvent.OfRole.KIND -> {
        RoleChange change = change(in, RoleChange::read);
        yield change == null
            ? null
            : new EntityEvent.OfRole(in.document("after", Role::read), change);
      }
      default -> null;
    };
  }

  private static <C extends Change> @Nullable C change(
      DocumentReader in, BiFunction<String, DocumentReader, @Nullable C> read) {
    DocumentReader change = in.nested("data");
    return read.apply(change.string("kind"), change.nestedOrEmpty("data"));
  }
}
