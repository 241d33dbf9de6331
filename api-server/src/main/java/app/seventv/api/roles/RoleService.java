package app.seventv.api.roles;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transaction;
import app.seventv.api.data.UserLoader;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.bus.RoleChange;
import app.seventv.model.bus.UserChange;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Roles and their holders (api-v3.md §11.5). Nobody touches a role above the own level. */
public final class RoleService {
  /** Ranks are unique over all roles, so whoever takes one holds this lease. */
  private static final String RANKS = "mutex:general:role:ranks";

  private final Store store;
  private final UserLoader users;
  private final Edges edges;
  private final Mutations mutations;
  private final RandomGenerator random;

  public RoleService(
      Store store, UserLoader users, Edges edges, Mutations mutations, RandomGenerator random) {
    this.store = store;
    this.users = users;
    this.edges = edges;
    this.mutations = mutations;
    this.random = random;
  }

  /** Creates a role with the lowest free rank. */
  @Operation(
      value = "Mutation.createRole",
      noConflict = "the lowest free rank is taken",
      needs = Permission.ROLE_MANAGE,
      who = "up to the own permissions")
  public Role create(RequestContext context, String name, int color, Permissions permissions) {
    Caller caller = context.caller();
    caller.guard(Permission.ROLE_MANAGE);
    LoadedUser actor = caller.requireUser();
    requireLevel(caller, permissions);
    return mutations.hold(
        RANKS,
        transaction -> {
          Set<Integer> taken = new HashSet<>();
          store
              .roles()
              .find(transaction.session(), new BsonDocument())
              .forEach(role -> taken.add(role.rank()));
          int rank = 0;
          while (taken.contains(rank)) {
            rank++;
          }
          Role role =
              new Role(
                  Id.generate(transaction.now().toEpochMilli(), random),
                  name,
                  null,
                  List.of(),
                  actor.id(),
                  permissions,
                  false,
                  color,
                  rank,
                  null,
                  transaction.now(),
                  null);
          transaction.insert(CollectionNames.ROLES, role);
          transaction.emit(caller, new EntityEvent.OfRole(role, new RoleChange.Create()));
          return role;
        });
  }

  /** What to change about a role; null leaves a part as it is. */
  public record Edit(
      @Nullable String name,
      @Nullable Integer color,
      @Nullable Permissions permissions,
      @Nullable Integer rank) {}

  /** Changes a role; another role's rank is refused with 409. */
  @Operation(
      value = "Mutation.editRole",
      needs = Permission.ROLE_MANAGE,
      who = "up to the own permissions, before and after")
  public Role edit(RequestContext context, Id roleId, Edit edit) {
    Caller caller = context.caller();
    caller.guard(Permission.ROLE_MANAGE);
    caller.requireUser();
    requireLevel(caller, require(roleId).permissions());
    if (edit.permissions() != null) {
      requireLevel(caller, edit.permissions());
    }
    if (edit.rank() != null
        && edit.rank() > caller.requireUser().highestRoleRank()
        && !caller.permissions().isSuperAdmin()) {
      throw ApiException.forbidden("you cannot rank a role above your own");
    }
    return mutations.hold(RANKS, transaction -> apply(transaction, caller, roleId, edit));
  }

  private Role apply(Transaction transaction, Caller caller, Id roleId, Edit edit) {
    Role before =
        ApiException.found(store.roles().byId(transaction.session(), roleId), "role not found");
    List<Bson> writes = new ArrayList<>();
    List<RoleChange> changes = new ArrayList<>();
    if (edit.name() != null && !edit.name().equals(before.name())) {
      writes.add(Updates.set("name", edit.name()));
      changes.add(new RoleChange.ChangeName(before.name(), edit.name()));
    }
    if (edit.color() != null && !edit.color().equals(before.color())) {
      writes.add(Updates.set("color", edit.color()));
      changes.add(new RoleChange.ChangeColor(before.color(), edit.color()));
    }
    if (edit.permissions() != null && !edit.permissions().equals(before.permissions())) {
      writes.add(Updates.set("permissions", edit.permissions().toBson()));
      changes.add(new RoleChange.ChangePermissions(before.permissions(), edit.permissions()));
    }
    if (edit.rank() != null && edit.rank() != before.rank()) {
      Bson sameRank = Filters.eq("rank", edit.rank());
      if (store.roles().findFirst(transaction.session(), sameRank) != null) {
        throw ApiException.conflict("another role has this position");
      }
      writes.add(Updates.set("rank", edit.rank()));
      changes.add(new RoleChange.ChangeRank(before.rank(), edit.rank()));
    }
    if (writes.isEmpty()) {
      return before;
    }
    BsonDocument document =
        transaction.update(
            CollectionNames.ROLES, Filters.eq("_id", roleId.toBson()), writes.toArray(Bson[]::new));
    Role after = Role.fromBson(Objects.requireNonNull(document));
    changes.forEach(change -> transaction.emit(caller, new EntityEvent.OfRole(after, change)));
    return after;
  }

  /** Deletes a role and every edge that starts or ends at it. */
  @Operation(
      value = "Mutation.deleteRole",
      needs = Permission.ROLE_MANAGE,
      who = "up to the own permissions")
  public void delete(RequestContext context, Id roleId) {
    Caller caller = context.caller();
    caller.guard(Permission.ROLE_MANAGE);
    caller.requireUser();
    requireLevel(caller, require(roleId).permissions());
    mutations.change(
        Mutations.Target.ROLE,
        roleId,
        transaction -> {
          Role role =
              ApiException.found(
                  store.roles().byId(transaction.session(), roleId), "role not found");
          transaction.delete(CollectionNames.ROLES, Filters.eq("_id", roleId.toBson()));
          edges.deleteAll(transaction, EntitlementNode.role(roleId));
          transaction.emit(caller, new EntityEvent.OfRole(role, new RoleChange.Delete()));
          return true;
        });
  }

  /**
   * Gives or takes a role; one that comes from elsewhere in the graph is not touched.
   *
   * @return the user with the roles now held
   */
  @Operation(
      value = "UserOps.roles",
      needs = Permission.ROLE_ASSIGN,
      who = "roles up to the own permissions")
  public LoadedUser assign(RequestContext context, Id userId, Id roleId, boolean give) {
    Caller caller = context.caller();
    caller.guard(Permission.ROLE_ASSIGN);
    caller.requireUser();
    requireLevel(caller, require(roleId).permissions());
    EntitlementNode role = EntitlementNode.role(roleId);
    EntitlementEdge edge = new EntitlementEdge(EntitlementNode.user(userId), role, null);
    mutations.change(
        Mutations.Target.USER,
        userId,
        transaction -> {
          User user =
              ApiException.found(
                  store.users().byId(transaction.session(), userId), "user not found");
          boolean changed =
              give ? edges.insertIfAbsent(transaction, edge) : edges.delete(transaction, edge);
          if (changed) {
            transaction.emit(
                caller,
                new EntityEvent.OfUser(
                    user,
                    give
                        ? new UserChange.AddEntitlement(role)
                        : new UserChange.RemoveEntitlement(role)));
          }
          return changed;
        });
    return Objects.requireNonNull(users.fullById(userId), "the user was just changed");
  }

  private Role require(Id roleId) {
    return ApiException.found(store.roles().byId(roleId), "role not found");
  }

  private static void requireLevel(Caller caller, Permissions permissions) {
    if (!caller.permissions().isSupersetOf(permissions)) {
      throw ApiException.forbidden("the role has permissions that you do not have");
    }
  }
}
