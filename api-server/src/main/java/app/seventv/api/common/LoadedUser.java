package app.seventv.api.common;

import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user with everything the entitlement graph says about them (api-v4.md §6.3).
 *
 * @param user the document; a badge or paint the user may not show is blanked in its style
 * @param permissions roles and bans merged
 * @param entitlements every reachable node, each once, sorted
 * @param edges the edges walked; empty after a fast load
 * @param roles held roles, ascending by rank
 * @param profilePicture the active picture, if it may be shown
 */
public record LoadedUser(
    User user,
    Permissions permissions,
    List<EntitlementNode> entitlements,
    List<EntitlementEdge> edges,
    List<Role> roles,
    @Nullable UserProfilePicture profilePicture) {

  /** Copies the lists. */
  public LoadedUser {
    entitlements = List.copyOf(entitlements);
    edges = List.copyOf(edges);
    roles = List.copyOf(roles);
  }

  public Id id() {
    return user.id();
  }

  /** Rank of the highest held role, -1 without roles. */
  public int highestRoleRank() {
    return roles.isEmpty() ? -1 : roles.getLast().rank();
  }

  /** Colour of the highest-ranked held role that has one. */
  public @Nullable Integer highestRoleColor() {
    for (Role role : roles.reversed()) {
      if (role.color() != null) {
        return role.color();
      }
    }
    return null;
  }

  public List<Id> roleIds() {
    return roles.stream().map(Role::id).toList();
  }

  /** Ids of the entitled nodes of one kind, sorted. */
  public List<Id> entitled(EntitlementNode.Kind kind) {
    return entitlements.stream()
        .filter(node -> node.kind() == kind && node.id() != null)
        .map(EntitlementNode::id)
        .toList();
  }

  public LoadedUser withProfilePicture(UserProfilePicture picture) {
    return new LoadedUser(user, permissions, entitlements, edges, roles, picture);
  }

  /** The same user without the custom picture. */
  public LoadedUser withoutProfilePicture() {
    return new LoadedUser(user, permissions, entitlements, edges, roles, null);
  }

  /** Whether the account is hidden from everybody but itself and privileged viewers. */
  public boolean isHidden() {
    return permissions.has(Permission.FLAGS_HIDDEN);
  }

  /** Hides private data from logs. */
  @Override
  public String toString() {
    return "LoadedUser[" + user.id() + "]";
  }
}
