package app.seventv.api.data;

import app.seventv.api.common.LoadedUser;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.SubscriptionId;
import app.seventv.model.bus.FullUser;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The form of users on the bus (event-api.md §15.3). */
public final class BusUsers {
  private BusUsers() {}

  /** The bus form, or null for nobody. */
  public static @Nullable FullUser of(@Nullable LoadedUser user) {
    if (user == null) {
      return null;
    }
    List<SubscriptionId> subscriptions =
        user.entitlements().stream()
            .map(EntitlementNode::subscriptionId)
            .filter(Objects::nonNull)
            .toList();
    FullUser.Entitlements entitlements =
        new FullUser.Entitlements(
            user.entitled(Kind.ROLE),
            user.entitled(Kind.BADGE),
            user.entitled(Kind.PAINT),
            user.entitled(Kind.EMOTE_SET),
            user.entitled(Kind.PRODUCT),
            subscriptions,
            user.entitled(Kind.SUBSCRIPTION_BENEFIT),
            user.entitled(Kind.SPECIAL_EVENT));
    FullUser.Computed computed =
        new FullUser.Computed(
            user.permissions(),
            entitlements,
            user.highestRoleRank(),
            user.highestRoleColor(),
            user.roleIds());
    return new FullUser(user.user(), computed, user.profilePicture());
  }
}
