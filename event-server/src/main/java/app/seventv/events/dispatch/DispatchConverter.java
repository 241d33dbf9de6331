package app.seventv.events.dispatch;

import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.User;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.UserChange;
import app.seventv.model.bus.UserPresence;
import app.seventv.model.topic.EventType;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/** Turns the events of one transaction into dispatches (event-api.md §11, §15.5). */
public final class DispatchConverter {
  private static final int TYPICAL_PAYLOAD_BYTES = 4096;

  private final Models models;
  private final JsonFactory json =
      JsonFactory.builder().disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES).build();

  /**
   * A converter.
   *
   * @param cdnOrigin base of image addresses, as {@code https://cdn.7tv.app}
   */
  public DispatchConverter(URI cdnOrigin) {
    String text = cdnOrigin.toString();
    String host = text.substring(text.indexOf("//"));
    models =
        new Models(
            new ImageHosts(host.endsWith("/") ? host.substring(0, host.length() - 1) : host));
  }

  /**
   * What came of a batch.
   *
   * @param dispatches in the order of their first events
   * @param converted events that are part of a dispatch
   * @param ignored events of kinds that no subscriber is told about
   * @param rejected events that contradict themselves
   */
  public record Result(List<Dispatch> dispatches, int converted, int ignored, int rejected) {
    /** Copies the list. */
    public Result {
      dispatches = List.copyOf(dispatches);
    }
  }

  private record GroupKey(EventType type, Id id, ObjectKind kind) {}

  /** Converts a batch; an event that cannot be converted loses only itself. */
  public Result convert(BusBatch batch) {
    Map<GroupKey, ChangeMap> groups = new LinkedHashMap<>();
    int ignored = 0;
    int rejected = 0;
    for (BusEvent event : batch.events()) {
      GroupKey key = key(event);
      if (key == null) {
        ignored++;
      } else if (missesItsSubject(event)) {
        rejected++;
      } else {
        ChangeMap group =
            groups.computeIfAbsent(key, k -> new ChangeMap(k.type(), k.id(), k.kind()));
        group.actor(event.actor());
        apply(event, group);
      }
    }
    List<Dispatch> dispatches = new ArrayList<>(groups.size());
    for (ChangeMap group : groups.values()) {
      dispatches.add(new Dispatch(group.type(), group.id(), render(group)));
    }
    int converted = batch.events().size() - ignored - rejected;
    return new Result(dispatches, converted, ignored, rejected);
  }

  private byte[] render(ChangeMap group) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_PAYLOAD_BYTES);
    try (JsonGenerator out = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
      group.write(out, models);
    }
    return bytes.toByteArray();
  }

  private static @Nullable GroupKey key(BusEvent event) {
    return switch (event.data()) {
      case EntityEvent.OfEmote e ->
          new GroupKey(EventType.EMOTE_UPDATE, e.after().id(), ObjectKind.EMOTE);
      case EntityEvent.OfEmoteSet e ->
          new GroupKey(
              e.change() instanceof EmoteSetChange.Delete
                  ? EventType.EMOTE_SET_DELETE
                  : EventType.EMOTE_SET_UPDATE,
              e.after().id(),
              ObjectKind.EMOTE_SET);
      case EntityEvent.OfUser e -> ofUser(e.after().id());
      case EntityEvent.OfProfilePicture e -> ofUser(e.after().userId());
      case EntityEvent.OfUserEditor e -> ofUser(e.after().userId());
      case EntityEvent.OfUserBan e -> ofUser(e.after().userId());
      case EntityEvent.OfUserSession e -> ofUser(e.after().userId());
      case EntityEvent.OfModerationRequest _,
          EntityEvent.OfTicket _,
          EntityEvent.OfTicketMessage _,
          EntityEvent.OfPaint _,
          EntityEvent.OfBadge _,
          EntityEvent.OfRole _ ->
          null;
      case UserPresence _ -> null;
    };
  }

  private static GroupKey ofUser(Id userId) {
    return new GroupKey(EventType.USER_UPDATE, userId, ObjectKind.USER);
  }

  /** Whether the object after the change does not hold what the change is about. */
  private static boolean missesItsSubject(BusEvent event) {
    return switch (event.data()) {
      case EntityEvent.OfEmoteSet(
              EmoteSet after,
              EmoteSetChange.AddEmote(_, _, EmoteSet.Entry entry)) ->
          indexOf(after, entry) < 0;
      case EntityEvent.OfEmoteSet(
              EmoteSet after,
              EmoteSetChange.RenameEmote(_, EmoteSet.Entry entry, _)) ->
          indexOf(after, entry) < 0;
      case EntityEvent.OfUser(User after, UserChange.AddConnection(User.Connection connection)) ->
          indexOf(after, connection) < 0;
      default -> false;
    };
  }

  private void apply(BusEvent event, ChangeMap out) {
    switch (event.data()) {
      case EntityEvent.OfEmote(_, EmoteChange change) -> emote(change, out);
      case EntityEvent.OfEmoteSet(EmoteSet after, EmoteSetChange change) ->
          emoteSet(after, change, out);
      case EntityEvent.OfUser(User after, UserChange change) -> user(after, change, out);
      default -> {
        // all others are empty changes of their user
      }
    }
  }

  /** §11.1. */
  private static void emote(EmoteChange change, ChangeMap out) {
    switch (change) {
      case EmoteChange.ChangeName(String old, String updated) ->
          out.updatedVersion(ChangeField.text("name", old, updated));
      case EmoteChange.ChangeFlags(int old, int updated) -> emoteFlags(old, updated, out);
      case EmoteChange.ChangeOwner(Id old, Id updated) ->
          out.updated(ChangeField.text("owner_id", old.toString(), updated.toString()));
      case EmoteChange.ChangeTags(List<String> old, List<String> updated) ->
          out.updated(
              new ChangeField(
                  "tags", null, false, "", Json.ofStrings(old), Json.ofStrings(updated)));
      case EmoteChange.Upload _,
          EmoteChange.ImageProcessing _,
          EmoteChange.Merge _,
          EmoteChange.Delete _ -> {
        // empty
      }
    }
  }

  private static void emoteFlags(int old, int updated, ChangeMap out) {
    boolean wasListed = (old & Emote.FLAG_PUBLIC_LISTED) != 0;
    boolean listed = (updated & Emote.FLAG_PUBLIC_LISTED) != 0;
    if (wasListed == listed) {
      return;
    }
    out.updatedVersion(ChangeField.bool("listed", wasListed, listed));
    int oldFlags = Models.publicFlags(old);
    int flags = Models.publicFlags(updated);
    if (oldFlags != flags) {
      out.updated(ChangeField.number("flags", oldFlags, flags));
    }
  }

  /** §11.2. */
  private void emoteSet(EmoteSet after, EmoteSetChange change, ChangeMap out) {
    switch (change) {
      case EmoteSetChange.AddEmote add ->
          out.pushed(
              ChangeField.object(
                  "emotes",
                  indexOf(after, add.entry()),
                  null,
                  models.activeEmote(
                      add.entry(), add.entry().alias(), add.emote(), add.emoteOwner())));
      case EmoteSetChange.RemoveEmote remove ->
          out.pulled(
              ChangeField.object(
                  "emotes",
                  Math.toIntExact(remove.index()),
                  models.activeEmote(
                      remove.entry(), remove.entry().alias(), remove.emote(), remove.emoteOwner()),
                  null));
      case EmoteSetChange.RenameEmote rename ->
          out.updated(
              ChangeField.object(
                  "emotes",
                  indexOf(after, rename.entry()),
                  models.activeEmote(rename.entry(), rename.oldAlias(), rename.emote(), null),
                  models.activeEmote(
                      rename.entry(), rename.entry().alias(), rename.emote(), null)));
      case EmoteSetChange.ChangeName(String old, String updated) ->
          out.updated(ChangeField.text("name", old, updated));
      case EmoteSetChange.ChangeCapacity(Integer old, Integer updated) ->
          out.updated(ChangeField.number("capacity", old, updated));
      case EmoteSetChange.Create _, EmoteSetChange.ChangeTags _, EmoteSetChange.Delete _ -> {
        // empty
      }
    }
  }

  private static int indexOf(EmoteSet set, EmoteSet.Entry entry) {
    for (int i = 0; i < set.emotes().size(); i++) {
      if (set.emotes().get(i).id().equals(entry.id())) {
        return i;
      }
    }
    return -1;
  }

  /** §11.3. */
  private void user(User after, UserChange change, ChangeMap out) {
    switch (change) {
      case UserChange.ChangeActiveEmoteSet(EmoteSet old, EmoteSet updated) -> {
        List<ChangeField> both =
            List.of(
                ChangeField.object("emote_set", null, set(old), set(updated)),
                ChangeField.text(
                    "emote_set_id",
                    old == null ? null : old.id().toString(),
                    updated == null ? null : updated.id().toString()));
        for (int i = 0; i < after.connections().size(); i++) {
          out.updated(ChangeField.nested("connections", i, "", both));
        }
      }
      case UserChange.ChangeActivePaint(var old, var updated) ->
          style(
              "paint",
              old == null ? null : old.id(),
              old == null ? null : BusJson.of(old.toBson()),
              updated == null ? null : updated.id(),
              updated == null ? null : BusJson.of(updated.toBson()),
              out);
      case UserChange.ChangeActiveBadge(var old, var updated) ->
          style(
              "badge",
              old == null ? null : old.id(),
              old == null ? null : BusJson.of(old.toBson()),
              updated == null ? null : updated.id(),
              updated == null ? null : BusJson.of(updated.toBson()),
              out);
      case UserChange.AddConnection(User.Connection connection) ->
          out.pushed(
              ChangeField.object(
                  "connections",
                  indexOf(after, connection),
                  null,
                  models.changedConnection(after, connection)));
      case UserChange.RemoveConnection(User.Connection connection) ->
          out.pulled(
              ChangeField.object(
                  "connections",
                  after.connections().size(),
                  null,
                  models.changedConnection(after, connection)));
      case UserChange.Create _,
          UserChange.Merge _,
          UserChange.Delete _,
          UserChange.AddEntitlement _,
          UserChange.RemoveEntitlement _ -> {
        // empty
      }
    }
  }

  private @Nullable Json set(@Nullable EmoteSet set) {
    return set == null ? null : models.emoteSet(set);
  }

  private static void style(
      String key,
      @Nullable Id oldId,
      @Nullable Json old,
      @Nullable Id updatedId,
      @Nullable Json updated,
      ChangeMap out) {
    out.updated(
        ChangeField.nested(
            "style",
            null,
            "object",
            List.of(
                ChangeField.object(key, null, old, updated),
                ChangeField.text(
                    key + "_id",
                    oldId == null ? null : oldId.toString(),
                    updatedId == null ? null : updatedId.toString()))));
  }

  private static int indexOf(User user, User.Connection connection) {
    for (int i = 0; i < user.connections().size(); i++) {
      User.Connection known = user.connections().get(i);
      if (known.platform() == connection.platform()
          && known.platformId().equals(connection.platformId())) {
        return i;
      }
    }
    return -1;
  }
}
