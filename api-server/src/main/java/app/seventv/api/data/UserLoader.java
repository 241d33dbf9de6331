package app.seventv.api.data;

import app.seventv.api.common.LoadedUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import app.seventv.model.UserProfilePicture;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;

/** Loads users with their permissions, roles and pictures (api-v4.md §6.3, §6.4). */
public final class UserLoader {
  /** Lists of users that may be absent (data-model.md §7.21) and that no answer shows. */
  public static final List<String> UNSHOWN = List.of("cached.entitlements", "cached.active_emotes");

  private final Store store;
  private final EntitlementGraph graph;
  private final InstantSource clock;

  public UserLoader(Store store, InstantSource clock) {
    this.store = store;
    this.graph = new EntitlementGraph(store);
    this.clock = clock;
  }

  /** What the graph says about one user, before documents are looked up. */
  private record Entitled(User user, Set<EntitlementNode> nodes, List<EntitlementEdge> edges) {}

  /** Full load: permissions come from walking the graph now. */
  public Map<Id, LoadedUser> full(Collection<Id> ids) {
    return fullOf(store.users().byIds(ids).values());
  }

  /**
   * As {@link #full} for those who only show them: without what the search worker keeps on users,
   * which no answer shows and which is the largest part of many.
   */
  public Map<Id, LoadedUser> shown(Collection<Id> ids) {
    return fullOf(store.users().byIdsWithout(UNSHOWN, ids).values());
  }

  /** Full load of one user, or null. */
  public @Nullable LoadedUser fullById(Id id) {
    return full(Set.of(id)).get(id);
  }

  /** Full load of users whose documents are at hand. */
  public Map<Id, LoadedUser> fullOf(Collection<User> users) {
    List<EntitlementNode> starts = new ArrayList<>();
    starts.add(EntitlementNode.GLOBAL_GROUP);
    users.forEach(user -> starts.add(EntitlementNode.user(user.id())));
    EntitlementGraph.Reachable reachable = graph.reachableFrom(starts);
    List<Entitled> entitled = new ArrayList<>(users.size());
    for (User user : users) {
      List<EntitlementEdge> edges =
          reachable.walk(List.of(EntitlementNode.GLOBAL_GROUP, EntitlementNode.user(user.id())));
      Set<EntitlementNode> nodes = new TreeSet<>();
      edges.forEach(edge -> nodes.add(edge.to()));
      entitled.add(new Entitled(user, nodes, edges));
    }
    return finish(entitled);
  }

  /** Fast load: entitlements as the search worker last cached them on the user. */
  public Map<Id, LoadedUser> fast(Collection<User> users) {
    return finish(
        users.stream()
            .map(user -> new Entitled(user, new TreeSet<>(user.cached().entitlements()), List.of()))
            .toList());
  }

  /** Permissions of anonymous callers: those of the default group alone. */
  public Permissions anonymousPermissions() {
    Set<Id> roleIds = new HashSet<>();
    List<EntitlementNode> start = List.of(EntitlementNode.GLOBAL_GROUP);
    graph.reachableFrom(start).walk(start).forEach(edge -> addRole(edge.to(), roleIds));
    return merge(sorted(store.roles().byIds(roleIds).values()));
  }

  private Map<Id, LoadedUser> finish(List<Entitled> entitled) {
    addAllCosmetics(entitled);
    Set<Id> roleIds = new HashSet<>();
    entitled.forEach(user -> user.nodes.forEach(node -> addRole(node, roleIds)));
    Map<Id, Role> roles = store.roles().byIds(roleIds);
    Map<Id, List<Permissions>> bans =
        bans(entitled.stream().map(Entitled::user).filter(User::hasBans).toList());
    Map<Id, LoadedUser> loaded = HashMap.newHashMap(entitled.size());
    for (Entitled one : entitled) {
      loaded.put(one.user.id(), assemble(one, roles, bans));
    }
    return withPictures(loaded);
  }

  private static LoadedUser assemble(
      Entitled one, Map<Id, Role> roles, Map<Id, List<Permissions>> bans) {
    List<Role> held = new ArrayList<>();
    for (EntitlementNode node : one.nodes) {
      Role role = node.kind() == Kind.ROLE ? roles.get(node.id()) : null;
      if (role != null) {
        held.add(role);
      }
    }
    held = sorted(held);
    Permissions permissions = merge(held);
    for (Permissions ban : bans.getOrDefault(one.user.id(), List.of())) {
      permissions = permissions.merge(ban);
    }
    return new LoadedUser(
        withVisibleStyle(one.user, one.nodes, permissions),
        permissions,
        List.copyOf(one.nodes),
        one.edges,
        held,
        null);
  }

  /** Blanks a badge or paint that the user owns no more or may not use. */
  private static User withVisibleStyle(
      User user, Set<EntitlementNode> nodes, Permissions permissions) {
    User.Style style = user.style();
    Id badge = style.activeBadgeId();
    Id paint = style.activePaintId();
    boolean showBadge =
        badge != null
            && permissions.has(Permission.USER_USE_BADGE)
            && nodes.contains(EntitlementNode.of(Kind.BADGE, badge));
    boolean showPaint =
        paint != null
            && permissions.has(Permission.USER_USE_PAINT)
            && nodes.contains(EntitlementNode.of(Kind.PAINT, paint));
    return Users.withStyle(
        user,
        new User.Style(
            showBadge ? badge : null,
            showPaint ? paint : null,
            style.activeEmoteSetId(),
            style.activeProfilePicture(),
            style.pendingProfilePicture(),
            style.personalEmoteSetId()));
  }

  private Map<Id, LoadedUser> withPictures(Map<Id, LoadedUser> users) {
    Set<Id> wanted = new HashSet<>();
    for (LoadedUser user : users.values()) {
      Id picture = user.user().style().activeProfilePicture();
      if (picture != null && user.permissions().has(Permission.USER_USE_CUSTOM_PROFILE_PICTURE)) {
        wanted.add(picture);
      }
    }
    if (wanted.isEmpty()) {
      return users;
    }
    Map<Id, UserProfilePicture> pictures = store.profilePictures().byIds(wanted);
    users.replaceAll((id, user) -> {
      Id picture = user.user().style().activeProfilePicture();
      UserProfilePicture found = picture == null ? null : pictures.get(picture);
      return found == null ? user : user.withProfilePicture(found);
    });
    return users;
  }

  private void addAllCosmetics(List<Entitled> users) {
    if (users.stream().noneMatch(one -> one.user.allCosmetics())) {
      return;
    }
    Set<EntitlementNode> everything = new TreeSet<>();
    BsonDocument all = new BsonDocument();
    nodes(CollectionNames.BADGES, all, Kind.BADGE, everything);
    nodes(CollectionNames.PAINTS, all, Kind.PAINT, everything);
    BsonDocument special = new BsonDocument("kind", new BsonInt32(EmoteSet.Kind.SPECIAL.code()));
    nodes(CollectionNames.EMOTE_SETS, special, Kind.EMOTE_SET, everything);
    for (Entitled one : users) {
      if (one.user.allCosmetics()) {
        one.nodes.addAll(everything);
      }
    }
  }

  private void nodes(String collection, BsonDocument filter, Kind kind, Set<EntitlementNode> into) {
    store
        .collection(collection)
        .find(filter)
        .projection(new BsonDocument("_id", BsonBoolean.TRUE))
        .forEach(document ->
            into.add(EntitlementNode.of(kind, Id.fromBytes(document.getBinary("_id").getData()))));
  }

  /** Permissions of active bans: never-expiring first, then latest expiry first. */
  private Map<Id, List<Permissions>> bans(List<User> users) {
    if (users.isEmpty()) {
      return Map.of();
    }
    Instant now = clock.instant();
    BsonArray ids = new BsonArray(users.stream().map(user -> user.id().toBson()).toList());
    Map<Id, List<Permissions>> byUser = new HashMap<>();
    store
        .collection(CollectionNames.USER_BANS)
        .find(new BsonDocument("user_id", new BsonDocument("$in", ids)))
        .map(UserBan::fromBson)
        .into(new ArrayList<>())
        .stream()
        .filter(ban -> ban.isActive(now))
        .sorted(UserBan.MOST_SEVERE_FIRST)
        .forEach(ban ->
            byUser.computeIfAbsent(ban.userId(), id -> new ArrayList<>()).add(ban.permissions()));
    return byUser;
  }

  private static void addRole(EntitlementNode node, Set<Id> into) {
    Id id = node.id();
    if (node.kind() == Kind.ROLE && id != null) {
      into.add(id);
    }
  }

  private static List<Role> sorted(Collection<Role> roles) {
    return roles.stream().sorted(Comparator.comparingInt(Role::rank)).toList();
  }

  private static Permissions merge(List<Role> ascending) {
    Permissions merged = Permissions.NONE;
    for (Role role : ascending) {
      merged = merged.merge(role.permissions());
    }
    return merged;
  }
}
