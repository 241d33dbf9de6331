package app.seventv.api.cache;

import app.seventv.api.cache.EntityCache.Loaded;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.EntitlementGraph;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserBan;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonBinary;
import org.jspecify.annotations.Nullable;

/** Fully loaded users in memory, for reads that show them. What decides about writes reads anew. */
public final class CachedUsers {
  private static final String ANONYMOUS = "";
  private static final int ACCOUNT_BYTES = 100;
  private static final int PERMISSIONS_BYTES = 4000;

  private final Store store;
  private final UserLoader users;
  private final InstantSource clock;
  private final EntitlementGraph graph;
  private final EntityCache<Id, KnownUser> known;
  private final EntityCache<Account, Id> accounts;
  private final EntityCache<String, Permissions> anonymous;

  /**
   * An account at another platform.
   *
   * @param id its id there
   */
  public record Account(Platform platform, String id) {}

  /**
   * @param limits of the users, and of each of the small things beside them
   */
  public CachedUsers(
      Store store, UserLoader users, ChangeLog log, InstantSource clock, CacheLimits limits) {
    this.store = store;
    this.users = users;
    this.clock = clock;
    this.graph = new EntitlementGraph(store);
    this.known = new EntityCache<>(log, clock, limits, KnownUser::weight, this::load);
    this.accounts =
        new EntityCache<>(log, clock, limits.dividedBy(8), id -> ACCOUNT_BYTES, this::loadAccounts);
    this.anonymous =
        new EntityCache<>(
            log, clock, limits, permissions -> PERMISSIONS_BYTES, this::loadAnonymous);
  }

  /** Those who exist. */
  public Map<Id, Cached<KnownUser>> getAll(Collection<Id> ids) {
    return known.getAll(ids);
  }

  /** The users in the order of the ids; null for those who do not exist. */
  public List<@Nullable Cached<KnownUser>> getEach(List<Id> ids) {
    return known.getEach(ids);
  }

  /** One user, or null. */
  public @Nullable Cached<KnownUser> get(Id id) {
    return known.get(id);
  }

  /** Those who exist, for code that does not keep what it makes of them. */
  public Map<Id, LoadedUser> full(Collection<Id> ids) {
    Map<Id, LoadedUser> found = HashMap.newHashMap(ids.size());
    known.getAll(ids).forEach((id, user) -> found.put(id, user.value().user()));
    return found;
  }

  /** Whose account it is, or null; what it depends on, the user does too. */
  public @Nullable Id byAccount(Account account) {
    Cached<Id> found = accounts.get(account);
    return found == null ? null : found.value();
  }

  /** What everybody may do who has not signed in. */
  public Permissions anonymousPermissions() {
    Cached<Permissions> found = anonymous.get(ANONYMOUS);
    return found == null ? Permissions.NONE : found.value();
  }

  /** The same if it is in memory. */
  public @Nullable Permissions anonymousPermissionsIfPresent() {
    Cached<Permissions> found = anonymous.ifPresent(ANONYMOUS);
    return found == null ? null : found.value();
  }

  private Map<Id, Loaded<KnownUser>> load(Set<Id> ids) {
    Instant before = clock.instant();
    Map<Id, LoadedUser> found = users.shown(ids);
    Map<Id, Loaded<KnownUser>> loaded = HashMap.newHashMap(found.size());
    found.forEach(
        (id, user) -> loaded.put(id, new Loaded<>(new KnownUser(user), dependencies(user))));
    addBans(found.values().stream().filter(user -> user.user().hasBans()).toList(), before, loaded);
    return loaded;
  }

  private static DependencySet dependencies(LoadedUser user) {
    DependencySet on = new DependencySet();
    on.add(Dependency.user(user.id()));
    on.add(Dependency.edgesFrom(EntitlementNode.user(user.id())));
    on.add(Dependency.edgesFrom(EntitlementNode.GLOBAL_GROUP));
    addNodes(user.edges(), on);
    User.Style style = user.user().style();
    if (style.activeProfilePicture() != null) {
      on.add(Dependency.picture(style.activeProfilePicture()));
    }
    if (user.user().allCosmetics()) {
      on.add(Dependency.ALL_COSMETICS);
    }
    return on;
  }

  private static void addNodes(List<EntitlementEdge> edges, DependencySet on) {
    for (EntitlementEdge edge : edges) {
      if (edge.to().kind().hasOutgoing()) {
        on.add(Dependency.edgesFrom(edge.to()));
      }
    }
  }

  /** Bans end without a change; one that ended during the load counts as just ended. */
  private void addBans(List<LoadedUser> banned, Instant before, Map<Id, Loaded<KnownUser>> loaded) {
    if (banned.isEmpty()) {
      return;
    }
    List<BsonBinary> ids = banned.stream().map(user -> user.id().toBson()).toList();
    for (UserBan ban : store.bans().in("user_id", ids)) {
      Loaded<KnownUser> user = loaded.get(ban.userId());
      if (user != null) {
        user.dependencies().add(Dependency.ban(ban.id()));
        if (ban.expiresAt() != null && ban.isActive(before)) {
          user.dependencies().until(ban.expiresAt());
        }
      }
    }
  }

  private Map<Account, Loaded<Id>> loadAccounts(Set<Account> wanted) {
    Map<Account, Loaded<Id>> loaded = new HashMap<>();
    for (Account account : wanted) {
      User found =
          store
              .users()
              .findFirstWithout(
                  UserLoader.UNSHOWN,
                  Filters.elemMatch(
                      "connections",
                      Filters.and(
                          Filters.eq("platform", account.platform().code()),
                          Filters.eq("platform_id", account.id()))));
      if (found != null) {
        DependencySet on = new DependencySet();
        on.add(Dependency.user(found.id()));
        loaded.put(account, new Loaded<>(found.id(), on));
      }
    }
    return loaded;
  }

  private Map<String, Loaded<Permissions>> loadAnonymous(Set<String> keys) {
    List<EntitlementNode> start = List.of(EntitlementNode.GLOBAL_GROUP);
    DependencySet on = new DependencySet();
    on.add(Dependency.edgesFrom(EntitlementNode.GLOBAL_GROUP));
    addNodes(graph.reachableFrom(start).walk(start), on);
    return Map.of(ANONYMOUS, new Loaded<>(users.anonymousPermissions(), on));
  }
}
