package app.seventv.model.bus;

import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.UserSession;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One event of every kind of change. */
final class SampleEvents {

  private static final Instant NOW = Instant.parse("2025-12-01T12:00:00.123Z");
  private static final Id ID = Id.generate(NOW.toEpochMilli(), new Random(5));
  private static final Id OTHER = Id.generate(NOW.toEpochMilli(), new Random(6));
  private static final ImageSet IMAGES =
      new ImageSet(
          new ImageSet.Pending("65f0a1b2c3d4e5f601234567", "emote/x/input.gif", "image/gif", 9),
          List.of(new Image("emote/x/1x.webp", "image/webp", 1, 9, 32, 32, 2)));
  private static final Emote EMOTE =
      new Emote(
          ID,
          OTHER,
          "wave",
          List.of("t"),
          IMAGES,
          Emote.FLAG_ANIMATED,
          1.5,
          List.of(new Emote.Attribution(OTHER, NOW)),
          new Emote.Merged(OTHER, NOW),
          Emote.Scores.ZERO,
          false,
          NOW,
          null);
  private static final EmoteSet.Entry ENTRY =
      new EmoteSet.Entry(ID, "w", NOW, EmoteSet.Entry.FLAG_ZERO_WIDTH, null, OTHER);
  private static final EmoteSet SET =
      new EmoteSet(
          OTHER,
          "set",
          null,
          List.of(),
          List.of(ENTRY),
          null,
          ID,
          null,
          EmoteSet.Kind.PERSONAL,
          true,
          NOW,
          null);
  private static final User.Connection CONNECTION =
      new User.Connection(Platform.GOOGLE, "UC1", "ann", "Ann", null, NOW, NOW, false);
  private static final User USER = User.create(ID, List.of(CONNECTION), NOW);
  private static final Permissions SOME = Permissions.NONE.withDenied(Permission.Category.USER, 2);
  private static final FullUser ACTOR =
      new FullUser(
          USER,
          new FullUser.Computed(SOME, FullUser.Entitlements.NONE, 3, -1, List.of(OTHER)),
          new UserProfilePicture(OTHER, ID, IMAGES, NOW));

  private SampleEvents() {}

  static List<BusEvent> all() {
    Stream<EntityEvent> events =
        Stream.of(emotes(), sets(), users(), accounts()).flatMap(part -> part);
    return events.map(data -> new BusEvent(ACTOR, OTHER, data, NOW)).toList();
  }

  private static Stream<EntityEvent> emotes() {
    return Stream.of(
            new EmoteChange.Upload(),
            new EmoteChange.ImageProcessing(ProcessEvent.START),
            new EmoteChange.ImageProcessing(ProcessEvent.SUCCESS),
            new EmoteChange.ImageProcessing(ProcessEvent.CANCEL),
            new EmoteChange.ImageProcessing(ProcessEvent.fail(3, "too many frames")),
            new EmoteChange.ImageProcessing(ProcessEvent.fail(null, null)),
            new EmoteChange.ChangeName("a", "b"),
            new EmoteChange.Merge(OTHER),
            new EmoteChange.ChangeOwner(ID, OTHER),
            new EmoteChange.ChangeTags(List.of("a"), List.of()),
            new EmoteChange.ChangeFlags(1, 2),
            new EmoteChange.Delete())
        .map(change -> new EntityEvent.OfEmote(EMOTE, change));
  }

  private static Stream<EntityEvent> sets() {
    return Stream.of(
            new EmoteSetChange.Create(),
            new EmoteSetChange.ChangeName("a", "b"),
            new EmoteSetChange.ChangeTags(List.of("a"), List.of()),
            new EmoteSetChange.ChangeCapacity(null, 5),
            new EmoteSetChange.AddEmote(EMOTE, null, ENTRY),
            new EmoteSetChange.RemoveEmote(null, ACTOR, ENTRY, 4),
            new EmoteSetChange.RenameEmote(EMOTE, ENTRY, "old"),
            new EmoteSetChange.Delete())
        .map(change -> new EntityEvent.OfEmoteSet(SET, change));
  }

  private static Stream<EntityEvent> users() {
    return Stream.of(
            new UserChange.Create(),
            new UserChange.ChangeActivePaint(null, null),
            new UserChange.ChangeActiveBadge(null, null),
            new UserChange.ChangeActiveEmoteSet(null, SET),
            new UserChange.AddConnection(CONNECTION),
            new UserChange.RemoveConnection(CONNECTION),
            new UserChange.Merge(OTHER, List.of(CONNECTION)),
            new UserChange.Delete(),
            new UserChange.AddEntitlement(EntitlementNode.role(ID)),
            new UserChange.RemoveEntitlement(EntitlementNode.GLOBAL_GROUP))
        .map(change -> new EntityEvent.OfUser(USER, change));
  }

  private static Stream<EntityEvent> accounts() {
    UserProfilePicture picture = new UserProfilePicture(OTHER, ID, IMAGES, NOW);
    EditorPermissions editorMay = new EditorPermissions(2, 0, 0);
    UserEditor editor =
        new UserEditor(ID, OTHER, UserEditor.State.PENDING, null, editorMay, ID, NOW, NOW, null);
    UserBan ban = ban(NOW);
    UserSession session = new UserSession(ID, OTHER, NOW, NOW);
    EmoteModerationRequest request =
        new EmoteModerationRequest(
            ID,
            OTHER,
            EmoteModerationRequest.Kind.PUBLIC_LISTING,
            null,
            ID,
            EmoteModerationRequest.Status.PENDING,
            null,
            List.of(),
            0,
            NOW,
            null);
    return Stream.of(
        new EntityEvent.OfProfilePicture(picture, new ProfilePictureChange.Create()),
        new EntityEvent.OfProfilePicture(
            picture, new ProfilePictureChange.ImageProcessing(ProcessEvent.SUCCESS)),
        new EntityEvent.OfUserEditor(editor, new UserEditorChange.AddEditor(USER)),
        new EntityEvent.OfUserEditor(editor, new UserEditorChange.RemoveEditor(USER)),
        new EntityEvent.OfUserEditor(
            editor,
            new UserEditorChange.EditPermissions(USER, new EditorPermissions(0, 0, 1), editorMay)),
        new EntityEvent.OfUserBan(ban, new UserBanChange.Ban()),
        new EntityEvent.OfUserBan(ban, new UserBanChange.ChangeReason("a", "b")),
        new EntityEvent.OfUserBan(ban(null), new UserBanChange.ChangeExpiresAt(NOW, null)),
        new EntityEvent.OfUserBan(ban, new UserBanChange.ChangePermissions(SOME, Permissions.NONE)),
        new EntityEvent.OfUserBan(ban, new UserBanChange.Unban()),
        new EntityEvent.OfUserSession(session, new UserSessionChange.Create(null)),
        new EntityEvent.OfUserSession(session, new UserSessionChange.Create(Platform.TWITCH)),
        new EntityEvent.OfUserSession(session, new UserSessionChange.Delete()),
        new EntityEvent.OfModerationRequest(request, new ModerationRequestChange.Create()),
        new EntityEvent.OfModerationRequest(
            request, new ModerationRequestChange.ChangeStatus(0, 1)));
  }

  private static UserBan ban(@Nullable Instant expiresAt) {
    return new UserBan(
        ID, OTHER, ID, "r", List.of(), expiresAt, new UserBan.Removed(NOW, ID), SOME, NOW, null);
  }
}
