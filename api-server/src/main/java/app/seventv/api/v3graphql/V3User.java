package app.seventv.api.v3graphql;

import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.Permissions.Limit;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as the old GraphQL API shows it; without one, the placeholder of api-v3.md §13.1.
 *
 * @param user null for the placeholder
 */
record V3User(@Nullable LoadedUser user) {
  private static final String DELETED_NAME = "*DeletedUser";

  /** Users that the caller may not see look like missing ones. */
  static V3User visible(@Nullable LoadedUser user, Caller caller) {
    return new V3User(user != null && caller.canSee(user) ? user : null);
  }

  Id id() {
    return user == null ? Id.NIL : user.id();
  }

  String username() {
    return user == null ? DELETED_NAME : V3Models.username(user);
  }

  String displayName() {
    return user == null ? DELETED_NAME : V3Models.displayName(user);
  }

  List<User.Connection> connections() {
    return user == null ? List.of() : user.user().connections();
  }

  List<String> roles() {
    return user == null ? List.of() : V3Models.roleIds(user);
  }

  int color() {
    Integer color = user == null ? null : user.highestRoleColor();
    return color == null ? 0 : color;
  }

  @Nullable Id paintId() {
    return user == null ? null : user.user().style().activePaintId();
  }

  @Nullable Id badgeId() {
    return user == null ? null : user.user().style().activeBadgeId();
  }

  @Nullable Id activeSetId() {
    return user == null ? null : user.user().style().activeEmoteSetId();
  }

  int emoteCapacity() {
    Integer capacity = user == null ? null : user.permissions().limit(Limit.EMOTE_SET_CAPACITY);
    return capacity == null ? 0 : Math.max(0, capacity);
  }

  /** Here the largest file in bytes wins, unlike in REST (api-v3.md §13.1). */
  String avatarUrl(V3Models models) {
    if (user == null) {
      return "";
    }
    UserProfilePicture picture = user.profilePicture();
    Image largest =
        picture == null
            ? null
            : picture.imageSet().outputs().stream()
                .max(Comparator.comparingLong(Image::size))
                .orElse(null);
    return largest == null
        ? models.avatarUrl(user.withoutProfilePicture())
        : models.images().withoutScheme(largest.path());
  }
}
