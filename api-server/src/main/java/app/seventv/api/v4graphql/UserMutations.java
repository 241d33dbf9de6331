package app.seventv.api.v4graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.model.Platform;
import app.seventv.model.User;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Changes of one user, and of sessions (api-v4.md §11.4). */
final class UserMutations {
  /** Longest name or id of a platform account, in bytes. */
  private static final int MAX_ACCOUNT_BYTES = 100;

  private static final int MAX_URL_BYTES = 1000;

  private final V4Schema.Services services;

  UserMutations(V4Schema.Services services) {
    this.services = services;
  }

  void wire(GraphqlSchema schema) {
    schema.type("UserMutation", Object.class).fetch("user", (root, call) -> target(call));
    schema
        .type("UserOperation", User.class)
        .fetch("activeEmoteSet", this::activeEmoteSet)
        .fetch("activePaint", this::activePaint)
        .fetch("activeBadge", this::activeBadge)
        .fetch("removeProfilePicture", this::removePicture)
        .fetch("mainConnection", this::mainConnection)
        .fetch("removeConnection", this::removeConnection)
        .fetch("manuallyLinkKick", this::linkKick)
        .fetch(
            "deleteAllSessions",
            (user, call) -> services.sessions().deleteAll(call.context(), user.id()));
    schema
        .type("UserSessionMutation", Object.class)
        .fetch("create", (root, call) -> createSession(call));
  }

  private User target(Call call) {
    return ApiException.found(
        services.store().users().byId(call.arguments().id("id")), "user not found");
  }

  private @Nullable LoadedUser fast(User user) {
    return services.users().fast(List.of(user)).get(user.id());
  }

  private @Nullable LoadedUser activeEmoteSet(User user, Call call) {
    return fast(
        services
            .profiles()
            .changeActiveSet(call.context(), user.id(), call.arguments().idOrNull("emoteSetId")));
  }

  private @Nullable LoadedUser activePaint(User user, Call call) {
    services
        .cosmetics()
        .changePaint(call.context(), user.id(), call.arguments().idOrNull("paintId"));
    return services.users().fullById(user.id());
  }

  private @Nullable LoadedUser activeBadge(User user, Call call) {
    services
        .cosmetics()
        .changeBadge(call.context(), user.id(), call.arguments().idOrNull("badgeId"));
    return services.users().fullById(user.id());
  }

  private @Nullable LoadedUser removePicture(User user, Call call) {
    services.cosmetics().removePicture(call.context(), user.id());
    return services.users().fullById(user.id());
  }

  private @Nullable LoadedUser mainConnection(User user, Call call) {
    return fast(
        services
            .profiles()
            .changeMainConnection(
                call.context(),
                user.id(),
                (Platform) call.arguments().value("platform"),
                call.arguments().string("platformId")));
  }

  private @Nullable LoadedUser removeConnection(User user, Call call) {
    return fast(
        services
            .profiles()
            .removeConnection(
                call.context(),
                user.id(),
                (Platform) call.arguments().value("platform"),
                call.arguments().string("platformId")));
  }

  private @Nullable LoadedUser linkKick(User user, Call call) {
    Call.Arguments channel = call.arguments().object("kickChannel");
    User.Connection account =
        new User.Connection(
            Platform.KICK,
            text(channel, "id"),
            text(channel, "username"),
            text(channel, "displayName"),
            channel.stringOrNull("avatarUrl", 0, MAX_URL_BYTES),
            Instant.EPOCH,
            Instant.EPOCH,
            true);
    return fast(services.profiles().linkKick(call.context(), user.id(), account));
  }

  private static String text(Call.Arguments channel, String name) {
    return Objects.requireNonNull(channel.stringOrNull(name, 1, MAX_ACCOUNT_BYTES));
  }

  private String createSession(Call call) {
    Instant expiresAt = call.arguments().timeOrNull("expiresAt");
    if (expiresAt == null) {
      throw new ArgumentException("DateTime", "invalid time");
    }
    return services.sessions().create(call.context(), call.arguments().id("userId"), expiresAt);
  }
}
