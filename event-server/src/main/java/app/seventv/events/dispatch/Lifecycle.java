package app.seventv.events.dispatch;

import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.bus.BadgeChange;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.FullUser;
import app.seventv.model.bus.PaintChange;
import app.seventv.model.bus.ProcessEvent;
import app.seventv.model.bus.RoleChange;
import app.seventv.model.bus.UserChange;
import app.seventv.model.topic.EventType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dispatches of one batch that today's service does not have (event-api.md §20 row 18): what
 * comes, goes, is given and taken. They have types of their own, so who did not ask for these is
 * told nothing more than before.
 *
 * <p>Each goes to the topic of the object. Nobody can know the id of what is just being made, so
 * emotes and sets go to the topic of their owner as well; an entitlement goes to that of its user.
 */
final class Lifecycle {
  private static final String MERGED_INTO = "merged_into_id";

  private final Models models;
  private final Cosmetics cosmetics;
  private final Map<Key, ChangeMap> changes = new LinkedHashMap<>();
  private int added;

  /**
   * What one batch has at most one dispatch for.
   *
   * @param about the object; a thing that is given or taken
   * @param scope whose topic it goes to
   */
  private record Key(EventType type, Id about, Id scope) {}

  Lifecycle(Models models, Cosmetics cosmetics) {
    this.models = models;
    this.cosmetics = cosmetics;
  }

  /** Adds what an event leads to; false if that is nothing. */
  boolean add(BusEvent event) {
    int before = added;
    switch (event.data()) {
      case EntityEvent.OfEmote(Emote emote, EmoteChange change) -> emote(event, emote, change);
      case EntityEvent.OfEmoteSet(EmoteSet set, EmoteSetChange.Create _) -> {
        ChangeMap map = map(event, EventType.EMOTE_SET_CREATE, set.id(), ObjectKind.EMOTE_SET);
        map.object(models.emoteSet(set, actorIfSame(event, set.ownerId())));
        put(map, set.id());
        if (set.ownerId() != null) {
          put(map, set.ownerId());
        }
      }
      case EntityEvent.OfEmoteSet(EmoteSet set, EmoteSetChange.Delete _) -> {
        if (set.ownerId() != null) { // the topic of the set has always been told
          put(
              map(event, EventType.EMOTE_SET_DELETE, set.id(), ObjectKind.EMOTE_SET),
              set.ownerId());
        }
      }
      case EntityEvent.OfUser(User user, UserChange change) -> user(event, user, change);
      case EntityEvent.OfPaint(var paint, PaintChange change) ->
          cosmetic(event, paint.id(), change(change), cosmetics.object(paint));
      case EntityEvent.OfBadge(var badge, BadgeChange change) ->
          cosmetic(event, badge.id(), change(change), cosmetics.object(badge));
      case EntityEvent.OfRole(Role role, RoleChange change) -> role(event, role, change);
      default -> {
        // nothing that comes or goes
      }
    }
    return added > before;
  }

  /** Takes the changes of one topic. */
  interface Sink {
    void accept(ChangeMap changes, Id scope, Id about);
  }

  /** All of the batch, in the order of their first events. */
  void forEach(Sink sink) {
    changes.forEach((key, map) -> sink.accept(map, key.scope, key.about));
  }

  private static ChangeMap map(BusEvent event, EventType type, Id id, ObjectKind kind) {
    ChangeMap map = new ChangeMap(type, id, kind);
    map.actor(event.actor());
    return map;
  }

  private void put(ChangeMap map, Id scope) {
    put(map, map.id(), scope);
  }

  private void put(ChangeMap map, Id about, Id scope) {
    changes.merge(new Key(map.type(), about, scope), map, ChangeMap::and);
    added++;
  }

  private static @Nullable FullUser actorIfSame(BusEvent event, @Nullable Id id) {
    FullUser actor = event.actor();
    return actor != null && actor.user().id().equals(id) ? actor : null;
  }

  private void emote(BusEvent event, Emote emote, EmoteChange change) {
    ChangeMap map;
    switch (change) {
      case EmoteChange.Upload _ -> {
        map = map(event, EventType.EMOTE_CREATE, emote.id(), ObjectKind.EMOTE);
        map.object(models.emote(emote, actorIfSame(event, emote.ownerId())));
      }
      case EmoteChange.Delete _ ->
          map = map(event, EventType.EMOTE_DELETE, emote.id(), ObjectKind.EMOTE);
      case EmoteChange.Merge(Id target) -> {
        map = map(event, EventType.EMOTE_DELETE, emote.id(), ObjectKind.EMOTE);
        map.updated(ChangeField.text(MERGED_INTO, null, target.toString()));
      }
      default -> {
        return;
      }
    }
    put(map, emote.id());
    if (!emote.hasFlags(Emote.FLAG_PRIVATE)) {
      put(map, emote.ownerId());
    }
  }

  private void user(BusEvent event, User user, UserChange change) {
    switch (change) {
      case UserChange.Create _ -> {
        ChangeMap map = map(event, EventType.USER_CREATE, user.id(), ObjectKind.USER);
        map.object(models.partialUser(user));
        put(map, user.id());
      }
      case UserChange.Delete _ ->
          put(map(event, EventType.USER_DELETE, user.id(), ObjectKind.USER), user.id());
      case UserChange.Merge(Id source, var _) -> {
        ChangeMap map = map(event, EventType.USER_DELETE, source, ObjectKind.USER);
        map.updated(ChangeField.text(MERGED_INTO, null, user.id().toString()));
        put(map, source);
      }
      case UserChange.AddEntitlement(EntitlementNode target) ->
          entitlement(event, EventType.ENTITLEMENT_CREATE, user, target);
      case UserChange.RemoveEntitlement(EntitlementNode target) ->
          entitlement(event, EventType.ENTITLEMENT_DELETE, user, target);
      default -> {
        // a change of what goes on
      }
    }
  }

  /** What §12.7 has a name for; products and the like are nobody else's business. */
  private void entitlement(BusEvent event, EventType type, User user, EntitlementNode target) {
    Id ref = target.id();
    boolean isTold =
        switch (target.kind()) {
          case ROLE, BADGE, PAINT, EMOTE_SET -> true;
          default -> false;
        };
    if (!isTold || ref == null) {
      return;
    }
    ChangeMap map = map(event, type, Id.NIL, ObjectKind.ENTITLEMENT);
    map.object(out -> {
      out.writeStartObject();
      out.writeStringProperty("id", Id.NIL.toString());
      out.writeStringProperty("kind", target.kind().name());
      out.writeStringProperty("ref_id", ref.toString());
      out.writeName("user");
      models.partialUser(user).write(out);
      out.writeEndObject();
    });
    put(map, ref, user.id());
  }

  private static @Nullable EventType change(PaintChange change) {
    return switch (change) {
      case PaintChange.Create _ -> EventType.COSMETIC_CREATE;
      case PaintChange.ChangeName _, PaintChange.ChangeData _ -> EventType.COSMETIC_UPDATE;
      case PaintChange.ImageProcessing(ProcessEvent event) -> processed(event);
    };
  }

  private static @Nullable EventType change(BadgeChange change) {
    return switch (change) {
      case BadgeChange.Create _ -> EventType.COSMETIC_CREATE;
      case BadgeChange.ImageProcessing(ProcessEvent event) -> processed(event);
    };
  }

  /** Only its good end changes what can be seen. */
  private static @Nullable EventType processed(ProcessEvent event) {
    return event.step() == ProcessEvent.Step.SUCCESS ? EventType.COSMETIC_UPDATE : null;
  }

  private void cosmetic(BusEvent event, Id id, @Nullable EventType type, Json object) {
    if (type != null) {
      ChangeMap map = map(event, type, id, ObjectKind.COSMETIC);
      map.object(object);
      put(map, id);
    }
  }

  private void role(BusEvent event, Role role, RoleChange change) {
    EventType type =
        switch (change) {
          case RoleChange.Create _ -> EventType.ROLE_CREATE;
          case RoleChange.Delete _ -> EventType.ROLE_DELETE;
          default -> EventType.ROLE_UPDATE;
        };
    ChangeMap map = map(event, type, role.id(), ObjectKind.ROLE);
    switch (change) {
      case RoleChange.ChangeName(String old, String updated) ->
          map.updated(ChangeField.text("name", old, updated));
      case RoleChange.ChangeColor(Integer old, Integer updated) ->
          map.updated(ChangeField.number("color", old, updated));
      case RoleChange.ChangeRank(int old, int updated) ->
          map.updated(ChangeField.number("position", old, updated));
      default -> {
        // made or gone, or what it permits and grants, which clients are not told
      }
    }
    if (type != EventType.ROLE_DELETE) {
      map.object(role(role));
    }
    put(map, role.id());
  }

  /** What everybody may know of a role, by the names of the API's version 3. */
  private static Json role(Role role) {
    return out -> {
      Integer color = role.color();
      out.writeStartObject();
      out.writeStringProperty("id", role.id().toString());
      out.writeStringProperty("name", role.name());
      out.writeNumberProperty("position", role.rank());
      out.writeNumberProperty("color", color == null ? 0 : color);
      out.writeEndObject();
    };
  }
}
