package app.seventv.events.dispatch;

import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.User;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.FullUser;
import app.seventv.model.bus.UserChange;
import app.seventv.model.bus.UserPresence;
import app.seventv.model.topic.EventType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Renders everything that presences and changes of style can lead to (event-api.md §13). */
final class PresenceConverter {
  private final Models models;
  private final Cosmetics cosmetics;

  PresenceConverter(Models models, Cosmetics cosmetics) {
    this.models = models;
    this.cosmetics = cosmetics;
  }

  PresenceContent presence(UserPresence presence) {
    return new PresenceContent(
        presence.channel(),
        presence.user().user().id(),
        presence.activeBadge() == null ? null : cosmetics.of(presence.activeBadge()),
        presence.activePaint() == null ? null : cosmetics.of(presence.activePaint()),
        presence.personalEmoteSets().stream().map(set -> set(presence.user(), set)).toList(),
        models.partialUser(presence.user()).bytes(),
        presence.sessionId());
  }

  /** The change of style that an event about a user is, or null. */
  @Nullable StyleChange styleChange(BusEvent event, User after, UserChange change) {
    FullUser actor = event.actor();
    byte[] userJson =
        actor != null && actor.user().id().equals(after.id())
            ? models
                .partialUser(new FullUser(after, actor.computed(), actor.activeProfilePicture()))
                .bytes()
            : null;
    return switch (change) {
      case UserChange.ChangeActiveBadge(var _, var badge) ->
          new StyleChange(
              after.id(),
              EntitlementKind.BADGE,
              badge == null ? null : cosmetics.of(badge),
              userJson);
      case UserChange.ChangeActivePaint(var _, var paint) ->
          new StyleChange(
              after.id(),
              EntitlementKind.PAINT,
              paint == null ? null : cosmetics.of(paint),
              userJson);
      default -> null;
    };
  }

  private PersonalSet set(FullUser user, UserPresence.PersonalEmoteSet personal) {
    EmoteSet set = personal.emoteSet();
    Json create =
        body(
            EventType.EMOTE_SET_CREATE,
            set,
            out -> {
              out.writeName("object");
              models.emoteSet(set, user).write(out);
            });
    List<ChangeField> emotes = new ArrayList<>(personal.emotes().size());
    for (int i = 0; i < set.emotes().size(); i++) {
      EmoteSet.Entry entry = set.emotes().get(i);
      for (Emote emote : personal.emotes()) {
        if (emote.id().equals(entry.id())) {
          emotes.add(
              ChangeField.object(
                  "emotes",
                  i,
                  null,
                  models.personalEmote(entry, emote, personal.emoteOwners().get(emote.ownerId()))));
          break;
        }
      }
    }
    Json fill =
        body(
            EventType.EMOTE_SET_UPDATE,
            set,
            out -> {
              if (!emotes.isEmpty()) {
                out.writeName("pushed");
                ChangeField.writeList(out, emotes);
              }
            });
    return new PersonalSet(set.id(), set.updatedAt().toEpochMilli(), create.bytes(), fill.bytes());
  }

  private static Json body(EventType type, EmoteSet set, Json rest) {
    return (JsonGenerator out) -> {
      out.writeStartObject();
      out.writeStringProperty("type", type.wireName());
      out.writeName("body");
      out.writeStartObject();
      out.writeStringProperty("id", set.id().toString());
      out.writeNumberProperty("kind", ObjectKind.EMOTE_SET.code());
      rest.write(out);
      out.writeEndObject();
      out.writeEndObject();
    };
  }
}
