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
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the events of one transaction into dispatches (event-api.md §11, §15.5). */
public final class DispatchConverter {
  private static final Logger LOG = LoggerFactory.getLogger(DispatchConverter.class);

  private final Models models;
  private final Cosmetics cosmetics;
  private final PresenceConverter presences;
  private final boolean tellsLifecycle;
  private final boolean fillsUpdates;

  /**
   * A converter.
   *
   * @param cdnOrigin base of image addresses, as {@code https://cdn.7tv.app}
   * @param tellsLifecycle whether there are dispatches of types that today's service does not send
   * @param fillsUpdates whether changes are told that today's service is silent or empty about
   */
  public DispatchConverter(URI cdnOrigin, boolean tellsLifecycle, boolean fillsUpdates) {
    this.tellsLifecycle = tellsLifecycle;
    this.fillsUpdates = fillsUpdates;
    String text = cdnOrigin.toString();
    String host = text.substring(text.indexOf("//"));
    ImageHosts hosts =
        new ImageHosts(host.endsWith("/") ? host.substring(0, host.length() - 1) : host);
    models = new Models(hosts);
    cosmetics = new Cosmetics(hosts);
    presences = new PresenceConverter(models, cosmetics);
  }

  /**
   * What came of a batch.
   *
   * @param dispatches in the order of their first events
   * @param presences in the order of their events
   * @param styleChanges in the order of their events, which are part of dispatches as well
   * @param converted events that are part of a dispatch, or presences
   * @param ignored events of kinds that no subscriber is told about
   * @param rejected events that contradict themselves
   */
  public record Result(
      List<Dispatch> dispatches,
      List<PresenceContent> presences,
      List<StyleChange> styleChanges,
      int converted,
      int ignored,
      int rejected) {
    /** Copies the lists. */
    public Result {
      dispatches = List.copyOf(dispatches);
      presences = List.copyOf(presences);
      styleChanges = List.copyOf(styleChanges);
    }
  }

  private record GroupKey(EventType type, Id id, ObjectKind kind) {}

  /** One batch on its way through the converter. */
  private final class Conversion {
    private final Map<GroupKey, ChangeMap> groups = new LinkedHashMap<>();
    private final Lifecycle lifecycle = new Lifecycle(models, cosmetics);
    private final List<PresenceContent> seen = new ArrayList<>();
    private final List<StyleChange> styles = new ArrayList<>();
    private int converted;
    private int ignored;
    private int rejected;

    /** An event that cannot be converted loses only itself (event-api.md §20, row 19). */
    void add(BusEvent event) {
      try {
        if (event.data() instanceof UserPresence presence) {
          seen.add(presences.presence(presence));
          converted++;
          return;
        }
        GroupKey key = key(event);
        if (key == null) {
          if (tellsLifecycle && lifecycle.add(event)) {
            converted++;
          } else {
            ignored++;
          }
        } else if (missesItsSubject(event)) {
          rejected++;
        } else {
          ChangeMap changes = new ChangeMap(key.type(), key.id(), key.kind());
          changes.actor(event.actor());
          apply(event, changes);
          if (event.data() instanceof EntityEvent.OfUser(User after, UserChange change)) {
            StyleChange style = presences.styleChange(event, after, change);
            if (style != null) {
              styles.add(style);
            }
          }
          groups.merge(key, changes, ChangeMap::and);
          if (tellsLifecycle) {
            lifecycle.add(event);
          }
          converted++;
        }
      } catch (RuntimeException e) {
        rejected++; // without the message, which may quote private data
        LOG.debug("event skipped: {}", e.getClass().getName());
      }
    }

    Result result() {
      List<Dispatch> dispatches = new ArrayList<>(groups.size());
      groups.values().forEach(group -> render(group, group.id(), group.id(), dispatches));
      lifecycle.forEach((changes, scope, about) -> render(changes, scope, about, dispatches));
      return new Result(dispatches, seen, styles, converted, ignored, rejected);
    }

    /** What cannot be written loses only itself, too. */
    private void render(ChangeMap changes, Id scope, Id about, List<Dispatch> to) {
      try {
        boolean empty = changes.isEmpty() && isUpdate(changes.type());
        Json payload = out -> changes.write(out, models);
        to.add(new Dispatch(changes.type(), scope, about, empty, payload.bytes()));
      } catch (RuntimeException e) {
        rejected++;
        LOG.debug("dispatch skipped: {}", e.getClass().getName());
      }
    }
  }

  /** Whether a type says nothing by itself: that something is gone, it does. */
  private static boolean isUpdate(EventType type) {
    return type == EventType.EMOTE_UPDATE
        || type == EventType.EMOTE_SET_UPDATE
        || type == EventType.USER_UPDATE;
  }

  /** Converts a batch. */
  public Result convert(BusBatch batch) {
    Conversion conversion = new Conversion();
    batch.events().forEach(conversion::add);
    return conversion.result();
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
      case EntityEvent.OfEmote(Emote after, EmoteChange change) -> {
        EmoteUpdates.add(change, out);
        if (fillsUpdates) {
          EmoteUpdates.fill(after, change, out);
        }
      }
      case EntityEvent.OfEmoteSet(EmoteSet after, EmoteSetChange change) ->
          emoteSet(after, change, out);
      case EntityEvent.OfUser(User after, UserChange change) -> user(after, change, out);
      default -> {
        // all others are empty changes of their user
      }
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
    return set == null ? null : models.emoteSet(set, null);
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
